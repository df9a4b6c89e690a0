package signals

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenselist"
)

// clause is a text that takes back a part of what an open licence gives, and how it is
// written in SPDX: an id of the list, or a reference of our own.
type clause struct {
	pattern func() *regexp.Regexp
	id      string // of SPDX's list where the text is a licence of its own
	says    string // in English, after "not an open licence: "
}

// restrictions are looked for in what no known licence covers of a licence file, with
// its white space folded and in lower case. The Open Source Definition (points 1, 5 and
// 6) and the DPG Standard (indicator 2) exclude each.
var restrictions = []clause{
	{lazy.Pattern(`commons clause|"?the software is provided to you by the licensor under the license, as defined below, subject to the following condition`), "",
		"the Commons Clause forbids to sell it"},
	{lazy.Pattern(`\bbusiness source licen[cs]e\b`), "BUSL-1.1", "the Business Source License restricts production use"},
	{lazy.Pattern(`\bfunctional source licen[cs]e\b`), "", "the Functional Source License forbids competing use"},
	{lazy.Pattern(`\bserver side public licen[cs]e\b`), "SSPL-1.0", "the Server Side Public License is not approved by the OSI"},
	{lazy.Pattern(`\belastic licen[cs]e 2\.0\b|\belastic licen[cs]e version 2\b`), "Elastic-2.0", "the Elastic License forbids to offer it as a service"},
	{lazy.Pattern(`\belastic licen[cs]e agreement\b`), "", "the Elastic License forbids to offer it as a service"},
	{lazy.Pattern(`\bpolyform noncommercial\b`), "PolyForm-Noncommercial-1.0.0", "for purposes that are not commercial alone"},
	{lazy.Pattern(`\bpolyform small business\b`), "PolyForm-Small-Business-1.0.0", "for small businesses alone"},
	{lazy.Pattern(`\bpolyform (?:shield|perimeter|strict|internal use|free trial|defensive)\b`), "", "a PolyForm licence restricts its use"},
	{lazy.Pattern(`\bsustainable use licen[cs]e\b|\bconfluent community licen[cs]e\b|\bredis source available\b|\bfair source\b|` +
		`\bprosperity public licen[cs]e\b|\bparity public licen[cs]e\b`), "",
		"a licence that shows the source and restricts its use"},
	{lazy.Pattern(`\bopenrail\b|\bresponsible ai licen[cs]e|` +
		`\bbigscience (?:open)?rail\b|\bllama \d[\d.]* community licen[cs]e\b`), "", "a licence for models that restricts its use"},
	{lazy.Pattern(`\bhippocratic licen[cs]e\b|\bdo no harm licen[cs]e\b|\banti-capitalist software licen[cs]e\b|\bethical source\b|\bpeace(?:ful)? (?:open source )?licen[cs]e\b`), "",
		"an ethical clause restricts who may use it"},
	{lazy.Pattern(`\bnon-? ?commercial (?:use|purposes?|research|activit(?:y|ies)|license)\b|\b(?:not|never|may not|must not|cannot|shall not)\b[^.]{0,60}\bcommercial (?:use|purposes?|gain|product|exploitation)|` +
		`\bcommercial use\b[^.]{0,60}\b(?:prohibited|forbidden|not (?:allowed|permitted)|requires? (?:a |an |prior |our |written )*(?:permission|licen[cs]e|consent|agreement))|` +
		`\bcommercial licen[cs]e (?:must|has to|needs to|shall) be (?:obtained|acquired|bought|purchased)`), "",
		"commercial use is excluded or needs permission"},
	{lazy.Pattern(`\b(?:research|academic|educational|personal|evaluation|internal)(?: and (?:research|academic|educational|personal|evaluation|internal))*(?: use| purposes?) only\b|\bonly for (?:research|academic|educational|personal|evaluation)\b`), "",
		"for some purposes alone"},
	{lazy.Pattern(`\b(?:may|must|shall|can) ?not be used (?:for|in|by) (?:military|weapons?|surveillance|law enforcement|governments?)\b|\bno military use\b`), "", "some uses are forbidden"},
	{lazy.Pattern(`\ball rights reserved\W+(?:no part|unauthori[sz]ed|proprietary|confidential|this (?:software|code|program|work) (?:is (?:proprietary|confidential)|may not)|you may not|may not|do not)\b|` +
		`^(?:the )?[^.]{0,40}(?:copyright|©|\(c\))[^.]{0,100}\.? all rights reserved\.?$|\b(?:all rights reserved|proprietary and confidential)\b[^.]{0,200}\b(?:no part|may not|unauthorized|without (?:the )?(?:prior |express |written )*permission)|\bproprietary and confidential\b`), "",
		"it is proprietary"},
}

// maxAddition is how many bytes beside a licence are read as terms added to it. Where more
// is not covered, the text is a licence that was not
// recognised whole, and may hold such words of its own.
const maxAddition = 3000

// addition finds terms that stand beside a known licence, without saying what they do.
var addition = lazy.Pattern(`\b(?:additional|supplementary|further|special) (?:terms?|conditions?|restrictions?|clauses?|provisos?)\b|\bwith the following (?:conditions?|restrictions?|exceptions?|modifications?|clauses?)\b|` +
	`\b(?:subject to|provided) (?:that )?the following (?:additional|further|extra)\b|\bmodified (?:apache|mit|bsd|gpl)\b|\badditional (?:grant of patent|ip) rights\b|\bthe foregoing license is (?:amended|modified)\b`)

// uncovered is what no match covers of a text, in lower case, its white space folded.
func uncovered(data []byte, matches []licensecheck.Match) string {
	var rest strings.Builder
	at := 0
	for _, m := range matches {
		if m.IsURL || m.Start < at || m.End > len(data) {
			continue
		}
		rest.Write(data[at:m.Start])
		rest.WriteByte('\n')
		at = m.End
	}
	rest.Write(data[at:])
	return strings.ToLower(strings.Join(strings.Fields(rest.String()), " "))
}

// restriction returns the first clause that a text holds, and whether there is one.
func restriction(text string) (clause, bool) {
	for _, c := range restrictions {
		if c.pattern().MatchString(text) {
			return c, true
		}
	}
	if len(text) <= maxAddition && addition().MatchString(text) {
		return clause{says: ""}, true
	}
	return clause{}, false
}

// reference is how a text names a licence.
type reference struct {
	pattern func() *regexp.Regexp
	id      string
}

// references are licences that a file names in words of its own, or prints in a language
// that the library does not know. They count where a file holds no text of a licence.
var references = []reference{
	{lazy.Pattern(`public domain (?:within|in) the united states[\s\S]*\bcc0 1\.0 universal\b|\bwork of the (?:u\.?s\.?|united states) government\b[\s\S]*\bcc0\b`), "CC0-1.0"},
	{lazy.Pattern(`\bnasa open source agreement,? version 1\.3\b`), "NASA-1.3"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*permissive[ ,–—-]*version 2\.0`), "CDLA-Permissive-2.0"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*permissive[ ,–—-]*version 1\.0`), "CDLA-Permissive-1.0"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*sharing[ ,–—-]*version 1\.0`), "CDLA-Sharing-1.0"},
	{lazy.Pattern(`\beupl[\s,.-]*(?:v\.?|version|versione|versión|versão|versie|wersja)?\s*1\.2\b|\b1\.2\b[^.]{0,40}\beupl\b`), "EUPL-1.2"},
	{lazy.Pattern(`\beupl[\s,.-]*(?:v\.?|version|versione|versión|versão|versie|wersja)?\s*1\.1\b|\b1\.1\b[^.]{0,40}\beupl\b`), "EUPL-1.1"},
}

// Lengths, in bytes: of a text that may be a notice, which names a licence and does not
// print it, and of the part of a longer one that may be its title.
const (
	maxNotice = 2000
	maxTitle  = 80
)

// referenced returns the licences that a text in lower case names, and what to say of it.
func referenced(text string) ([]string, string) {
	var ids []string
	for _, r := range references {
		if r.pattern().MatchString(text) {
			ids = append(ids, r.id)
			break
		}
	}
	switch {
	case len(ids) > 0:
	case grants().MatchString(text):
		for _, id := range namesOf(text[:min(len(text), maxTitle)], false) {
			ids = append(ids, id+" AND "+licenselist.AddedTerms)
		}
	case len(text) <= maxNotice:
		for _, sentence := range sentencesOf(text) {
			ids = append(ids, statedIn(sentence, "", true)...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return nil, ""
	case strings.HasSuffix(ids[0], licenselist.AddedTerms):
		return ids, "it calls itself so, and its text differs; read it"
	case len(text) > maxNotice:
		return ids, "the licence is named, and its text was not compared"
	}
	return ids, "the licence is named, and its text is not there"
}

// grants are words of the texts of licences, and not of notices that name one.
var grants = lazy.Pattern(`\bpermission is hereby granted\b|\bredistribution and use in source and binary forms\b|\bpermission to use, copy, modify\b`)
