package licenseterms

import (
	"regexp"

	"github.com/midspan/midspan/internal/lazy"
)

// Clause is a text beside a licence, which may take back a part of what an open licence
// gives, and how it is written in SPDX: an id of the list, or a reference of our own.
type Clause struct {
	ID   string // of SPDX's list where the text is a licence of its own
	Says string // in English, after "not an open licence: "; empty where nobody has judged it
	// Named is true where the text calls itself terms or conditions.
	Named bool
}

// known is a clause that is known by its words.
type known struct {
	pattern  func() *regexp.Regexp
	id, says string
	alone    bool // it counts only in a file without a licence
}

// restrictions are looked for in what no known licence covers of a licence file, with
// its white space folded and in lower case. The Open Source Definition (points 1, 5 and
// 6) and the DPG Standard (indicator 2) exclude each.
var restrictions = []known{
	{lazy.Pattern(`commons clause|"?the software is provided to you by the licensor under the license, as defined below, subject to the following condition`), "",
		"the Commons Clause forbids to sell it", false},
	{lazy.Pattern(`\bbusiness source licen[cs]e\b`), "BUSL-1.1", "the Business Source License restricts production use", false},
	{lazy.Pattern(`\bfunctional source licen[cs]e\b`), "", "the Functional Source License forbids competing use", false},
	{lazy.Pattern(`\bserver side public licen[cs]e\b`), "SSPL-1.0", "the Server Side Public License is not approved by the OSI", false},
	{lazy.Pattern(`\belastic licen[cs]e 2\.0\b|\belastic licen[cs]e version 2\b`), "Elastic-2.0", "the Elastic License forbids to offer it as a service", false},
	{lazy.Pattern(`\belastic licen[cs]e agreement\b`), "", "the Elastic License forbids to offer it as a service", false},
	{lazy.Pattern(`\bpolyform noncommercial\b`), "PolyForm-Noncommercial-1.0.0", "for purposes that are not commercial alone", false},
	{lazy.Pattern(`\bpolyform small business\b`), "PolyForm-Small-Business-1.0.0", "for small businesses alone", false},
	{lazy.Pattern(`\bpolyform (?:shield|perimeter|strict|internal use|free trial|defensive)\b`), "", "a PolyForm licence restricts its use", false},
	{lazy.Pattern(`\bsustainable use licen[cs]e\b|\bconfluent community licen[cs]e\b|\bredis source available\b|\bfair source\b|` +
		`\bprosperity public licen[cs]e\b|\bparity public licen[cs]e\b`), "",
		"a licence that shows the source and restricts its use", false},
	{lazy.Pattern(`\bopenrail\b|\bresponsible ai licen[cs]e|` +
		`\bbigscience (?:open)?rail\b|\bllama \d[\d.]* community licen[cs]e\b`), "", "a licence for models that restricts its use", false},
	{lazy.Pattern(`\bhippocratic licen[cs]e\b|\bdo no harm licen[cs]e\b|\banti-capitalist software licen[cs]e\b|\bethical source\b|\bpeace(?:ful)? (?:open source )?licen[cs]e\b`), "",
		"an ethical clause restricts who may use it", false},
	{lazy.Pattern(`\bnon-? ?commercial (?:use|purposes?|research|activit(?:y|ies)|license)\b|\b(?:not|never|may not|must not|cannot|shall not)\b[^.]{0,60}\bcommercial (?:use|purposes?|gain|product|exploitation)|` +
		`\bcommercial use\b[^.]{0,60}\b(?:prohibited|forbidden|not (?:allowed|permitted)|requires? (?:a |an |prior |our |written )*(?:permission|licen[cs]e|consent|agreement))|` +
		`\bcommercial licen[cs]e (?:must|has to|needs to|shall) be (?:obtained|acquired|bought|purchased)`), "",
		"commercial use is excluded or needs permission", false},
	{lazy.Pattern(`\b(?:research|academic|educational|personal|evaluation|internal)(?: and (?:research|academic|educational|personal|evaluation|internal))*(?: use| purposes?) only\b|\bonly for (?:research|academic|educational|personal|evaluation)\b`), "",
		"for some purposes alone", false},
	{lazy.Pattern(`\b(?:may|must|shall|can) ?not be used (?:for|in|by) (?:military|weapons?|surveillance|law enforcement|governments?)\b|\bno military use\b`), "",
		"some uses are forbidden", false},
	{lazy.Pattern(`\ball rights reserved\W+(?:no part|unauthori[sz]ed|proprietary|confidential|this (?:software|code|program|work) (?:is (?:proprietary|confidential)|may not)|you may not|may not|do not)\b|` +
		`\b(?:all rights reserved|proprietary and confidential)\b[^.]{0,200}\b(?:no part|may not|unauthorized|without (?:the )?(?:prior |express |written )*permission)|\bproprietary and confidential\b`), "",
		"it is proprietary", false},
	{lazy.Pattern(`^(?:the )?[^.]{0,40}(?:copyright|©|\(c\))[^.]{0,100}\.? all rights reserved\.?$`), "", "it is proprietary", true},
	{lazy.Pattern(`\b(?:may|must|shall|can|are) ?not (?:be )?(?:re-?)?(?:sell|sold|sublicen[cs]e|monetiz|monetis)|\b(?:not for|no) (?:re-?)?sale\b|\bselling (?:\w+ ){0,4}(?:is|are) (?:not (?:allowed|permitted)|forbidden|prohibited)`), "",
		"it may not be sold", false},
	{lazy.Pattern(`\b(?:companies|organi[sz]ations?|businesses|enterprises|entities|corporations|firms|users|anyone|everybody|everyone|others|you|all others|all other \w+)\b[^.]{0,100}\b(?:(?:more|fewer|less|greater|larger) than|over|above|exceed\w*|at least)\b[^.]{0,60}` +
		`\b(?:employees|people|users|revenue|turnover|dollars|euros?|usd|eur)\b[^.]{0,120}\b(?:licen[cs]e|pay|fee|permission|contact|subscription|must|may not|agreement)`), "",
		"it restricts who may use it", false},
	{lazy.Pattern(`\bfor (?:research|academic|educational|personal|evaluation|private|non-?profit|internal|teaching|scientific)(?:(?: and|,| or) (?:research|academic|educational|personal|evaluation|private|teaching|scientific))*(?: use| purposes?)?,? (?:only|alone|exclusively)\b|` +
		`\b(?:only|solely|exclusively) (?:be used )?(?:for|in) (?:research|academic|educational|personal|evaluation|private|non-?profit|teaching|scientific)`), "",
		"for some purposes alone", false},
	{lazy.Pattern(`\b(?:not|never|nor)\b[^.]{0,40}\b(?:used?|employed|deployed|operated)\b[^.]{0,60}\b(?:military|army|armed forces|weapons?|warfare|surveillance|police|law enforcement|nuclear|governments?|intelligence agenc)|` +
		`\b(?:military|weapons?|surveillance|police) (?:\w+ ){0,3}(?:is|are) (?:not (?:allowed|permitted)|forbidden|prohibited|excluded)|\buse in weapons\b|\bfor good,? (?:and )?not (?:for )?evil\b`), "",
		"some uses are forbidden", false},
}

// maxAddition is how many bytes beside a licence are read as terms added to it. Where more
// is not covered, the text is a licence that was not
// recognised whole, and may hold such words of its own.
const maxAddition = 3000

// addition finds terms that stand beside a known licence, without saying what they do.
var addition = lazy.Pattern(`\b(?:additional|supplementary|further|special) (?:terms?|conditions?|restrictions?|clauses?|provisos?)\b|\bwith the following (?:conditions?|restrictions?|exceptions?|modifications?|clauses?)\b|` +
	`\b(?:subject to|provided) (?:that )?the following (?:additional|further|extra)\b|(?:\ban?|\bthis|\bour) modified (?:apache|mit|bsd|gpl)\b|\bmodified version of the (?:apache|mit|bsd|gpl|gnu)\b|\badditional (?:grant of patent|ip) rights\b|\bthe foregoing license is (?:amended|modified)\b`)
