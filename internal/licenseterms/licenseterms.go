// Package licenseterms reads what stands in a licence file beside the texts of known licences:
// lines of copyright and usual notices, which change nothing, or text that may add terms or
// take back what the licence gives. It knows no list of licences.
package licenseterms

import (
	"slices"
	"strings"
	"unicode"

	"github.com/midspan/midspan/internal/lazy"
)

// Of returns what stands beside licences, and whether there is anything but usual notices.
// Parts are the pieces of a file that no known licence covers, in their order, as written.
// Texts are those of the licences that the file holds. Without one the whole file is a text that
// nobody has recognised, and only clauses that are known count.
func Of(parts []string, texts *Texts) (Clause, bool) {
	licensed := texts != nil
	parts = slices.Clone(parts)
	for i := range parts {
		parts[i] = htmlTag().ReplaceAllString(parts[i], " ")
	}
	text := Folded(strings.Join(parts, "\n"))
	for _, k := range restrictions {
		if (!k.alone || !licensed) && k.pattern().MatchString(text) {
			return Clause{ID: k.id, Says: k.says}, true
		}
	}
	if len(text) <= maxAddition && addition().MatchString(text) {
		return Clause{Named: true}, true
	}
	if !licensed || isTranslation(text) {
		return Clause{}, false
	}
	for _, part := range parts {
		if holdsTerms(part, texts) {
			return Clause{}, true
		}
	}
	return Clause{}, false
}

// OffersTwo reports a readme that speaks of two licences to choose from, or of one that is sold.
func OffersTwo(readme string) bool {
	return offersTwo().MatchString(Folded(readme[:min(len(readme), maxReadme)]))
}

// maxReadme is how much of a readme is read, in bytes.
const maxReadme = 256 << 10

var offersTwo = lazy.Pattern(`\b(?:this|our|the) (?:\w+ ){0,2}(?:project|software|repository|code|product|library)\b[^.]{0,40}\bdual[- ]licen[cs]|\bdual[- ]licen[cs](?:ing|ed under|e model)\b|` +
	`\b(?:buy|purchase|obtain|acquire|need|require|offer|contact us for|available under) (?:an? |our |the )?(?:\w+ ){0,2}(?:commercial|enterprise|proprietary) licen[cs]e\b|` +
	`\b(?:commercial|enterprise|proprietary) licen[cs](?:e|ing) (?:is|are|can be) (?:also )?(?:available|required|needed|offered|purchased|bought|obtained)\b|\bcommercial use requires\b`)

// htmlTag is one; an address in angle brackets is none.
var htmlTag = lazy.Pattern(`</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>`)

// Folded is a text in lower case with its white space folded.
func Folded(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// isTranslation reports a file that says that it holds a translation of the licence.
func isTranslation(text string) bool { return translation().MatchString(text) }

var translation = lazy.Pattern(`\b(?:unofficial|official|inoffizielle|non officielle|no oficial|não oficial) (?:translation|[üu]bersetzung|traduction|traducción|tradução)\b|\btranslation of (?:the|this) licen[cs]e\b|неофициальный перевод|非官方翻译|译文|譯文|(?:^|\W)(?:traducción|tradução|traduction|übersetzung|traduzione)(?:$|\W)`)

// holdsTerms reports whether a piece of a licence file says more than who holds the copyright
// and what usually stands there.
func holdsTerms(part string, texts *Texts) bool {
	foreign := false // below a heading on the work of others
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(part, "\r\n", "\n"), "\n\n") {
		var kept []string
		for line := range strings.Lines(paragraph) {
			line = strings.TrimSpace(lineMark().ReplaceAllString(strings.TrimSpace(line), ""))
			switch {
			case othersHeading().MatchString(strings.ToLower(line)):
				foreign = true
			case line != "" && !isUsualLine(line):
				kept = append(kept, line)
			}
		}
		if foreign {
			continue // what others ask of their own parts
		}
		for _, sentence := range sentences(strings.Join(kept, " ")) {
			if folded := Folded(sentence); !isName(sentence) && isTerm(folded) && !texts.hold(folded) {
				return true
			}
		}
	}
	return false
}

// lineMark is what stands before the text of a line: marks of comments, lists and headings.
var lineMark = lazy.Pattern(`^(?:[#*/;>|=_~+.\-\s\\]+|dnl |rem |\(\d{1,2}\)|\d{1,2}[.)]|<!--|--)+\s*`)

// isUsualLine reports a line of copyright, of names, of an address or a title.
func isUsualLine(line string) bool {
	low := strings.ToLower(line)
	return usualLine().MatchString(low) && !denial().MatchString(low) || !strings.ContainsFunc(low, unicode.IsLetter)
}

// usualLine is a line of copyright, or nothing but a name with its address.
var usualLine = lazy.Pattern(`^(?:portions?(?: of this (?:software|code))?(?: are)? )?(?:[\w ,.&'-]{0,40} )?(?:copyright|copyleft|\(c\)|©|&copy;)(?:\W|$)|^(?:all rights reserved|authors?|contributors?|maintainers?|developers?|with contributions (?:from|by)|written by|created by|name|email|url|website|homepage|project|file|version|date|year|program|holders?)\b\W*(?:[\w@.,'&()<> /:-]{0,80})?$|` +
	`^by (?:[\w.]+ ){0,3}[\w.]+$|^<?(?:https?://|www\.)\S+>?$|^[^\s@]+@[^\s@]+$|^[\p{L}\p{M} .,'-]{2,60}[<(][^<>()\s]+@[^<>()]+[>)],?$`)

// isName reports a text in which all long words have a capital letter, as in a list of
// owners: "Special Programme of Research, Development and Training in Health".
func isName(sentence string) bool {
	long := 0
	for word := range strings.FieldsSeq(sentence) {
		word = strings.TrimLeftFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case len(word) < shortWord:
		case !strings.ContainsFunc(word, unicode.IsUpper): // "mPower" is a name
			return false
		default:
			long++
		}
	}
	return long > 1 && strings.ToUpper(sentence) != sentence && !denial().MatchString(strings.ToLower(sentence))
}

// shortWord is how many bytes a word has that names join with: "of", "the", "and".
const shortWord = 4

// sentences cuts a text behind full stops that end one.
func sentences(text string) []string {
	var all []string
	at := 0
	for _, end := range sentenceEnd().FindAllStringIndex(text, -1) {
		all = append(all, text[at:end[1]])
		at = end[1]
	}
	return append(all, text[at:])
}

var sentenceEnd = lazy.Pattern(`[.!?:;](?:["')\]]*\s+|["')\]]*$)|[。！？；]`)

// isTerm reports a sentence, in lower case, that no usual notice is, or that denies something.
func isTerm(sentence string) bool {
	switch {
	case credit().MatchString(sentence):
		return true
	case harmless().MatchString(sentence):
		return false
	case denial().MatchString(sentence), foreignBinding().MatchString(sentence):
		return true
	}
	return isStatement(sentence) && !usual().MatchString(sentence)
}

// isStatement reports a text that can ask or give something: one with a word that binds, or
// too long to be a title or a name.
func isStatement(sentence string) bool {
	words := len(wordsOf(sentence))
	return words >= longStatement || words > 3 && binding().MatchString(sentence)
}

// longStatement is how many words a title does not have.
const longStatement = 10

var (
	// credit asks to be shown or named.
	credit = lazy.Pattern(`\b(?:must|shall|has to|have to|(?:is|are) required to) (?:also |always |clearly |visibly |prominently )?(?:display|show|credit|mention|link to|attribute|name|cite|feature|advertise)\b`)
	// denial is a word that takes something back or asks for something, also within a notice.
	denial = lazy.Pattern(`\b(?:may|must|shall|should|can|are|is|be|do|does|will|has|have)(?: be)? ?(?:not|never)\b|\bcannot\b|\bonly (?:if|for|by|to|after|with|members?|when|in)\b|\b(?:for|by) [\w ,-]{0,40} only\b|\b(?:prohibited|forbidden|excluded|banned|disallowed|void|revoked)\b|` +
		`\bnot (?:allowed|permitted|be|for|to)\b|\bno (?:right|permission|one|company|commercial)\b|\b(?:pays?|payment|fees?|royalt(?:y|ies)|subscription|purchase|revenue|employees)\b|` +
		`\b(?:requires?|need|needs|required|obtain|without) (?:\w+ ){0,4}(?:licen[cs]e from|permission|consent|agreement|authori[sz]ation|approval|attribution)\b|\b(?:is|are) required\b|\b(?:commercial|enterprise|proprietary|paid) licen[cs]es?\b|\bterms of (?:service|use)\b|` +
		`\bmust (?:be|keep|show|display|carry|send|notify|contact|register|publish|pay|obtain|ask|credit|include)\b|\bexception:|^\W*no (?:\w+ ){0,2}(?:training|use|usage|sales?|hosting|redistribution|modifications?|derivatives|copies)\b|\bfree (?:of charge )?(?:for|up to)\b|\b(?:buys?|bought) (?:an?|the|our)\b|\bexcept (?:for|that)\b`)
	binding = lazy.Pattern(`\b(?:may|must|shall|should|will|can|cannot|only|not|no|never|unless|except(?:ion)?|excluded?|excluding|requires?|required|need(?:s|ed)?|has to|have to|prohibit(?:s|ed)?|forbid(?:s|den)?|permit(?:s|ted)?|permission|` +
		`allow(?:s|ed)?|restrict(?:s|ed|ions?)?|limit(?:s|ed|ations?)?|conditions?|agree(?:s|ment)?|consent|pays?|paid|fees?|price|royalt(?:y|ies)|subscription|purchase|sell|sold|sale|commercial|military|revenue|employees|entitled|register|notify|tell|send|keep|ends|expires?|terminates?|reserved)\b`)
	foreignBinding = lazy.Pattern(`(?:^|[^\p{L}])(?:darf|dürfen|bedarf|bedürfen|muss|müssen|nicht|verboten|untersagt|erlaubt|nur|kein[e]?|prohibid[oa]s?|proibid[oa]s?|permitid[oa]s?|requiere|requer|solo|sólo|somente|apenas|interdite?s?|réservée?s?|soumise?s?|uniquement|vietat[oa]|consentit[oa]|soltanto|niet|verboden|alleen|` +
		`запреща\p{L}*|запрещен\p{L}*|только|нельзя|разреша\p{L}*)(?:$|[^\p{L}])|不得|禁止|仅限|僅限|必须|必須|不可|须|يحظر|يمنع|لا يجوز|فقط`)
)
