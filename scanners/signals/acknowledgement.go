package signals

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// scanAcknowledgement measures whether the readme names who paid for the work. It is
// weaker than what a ledger, a contract or a catalog says: it has no date, no sum, and
// stands there long after the money ended. So it is a measure of its own, and no funding
// received.
func scanAcknowledgement(out *measureSet, files *tree, readme readmeFile) {
	if readme.err != nil {
		out.unreadable(observation.FundingNamedInReadme, readme.err)
		return
	}
	source := readme.path
	if source == "" {
		source = files.source
	}
	at := acknowledgedAt(readme.body)
	m := out.measured(observation.FundingNamedInReadme, at >= 0, source)
	if at >= 0 {
		m.Detail = fmt.Sprintf("line %d names who paid for work on it", 1+strings.Count(readme.body[:at], "\n"))
	}
}

// paidBy begins what follows in a sentence that says who paid.
var paidBy = lazy.Pattern(`(?i)\b(?:` + strings.Join([]string{
	`(?:co-?)?(?:funded|financed)(?: in part| partly| partially| jointly)? by`,
	`sponsored by`,
	`(?:with|through|by|thanks to|under) (?:the |a |generous |kind |financial )*(?:funding|financial support|financial assistance|support|grants?) (?:from|of|by)`,
	`with funding(?:,? \w+){0,4} from`,
	`received (?:the |a |generous |financial )*(?:funding|support|grants?) (?:from|by|under)`,
	`supported by (?:a |the )?(?:grants?|funding) (?:from|of|by)`,
	`financ[ée]e? par|financiado por|financiada por|gef[öo]rdert (?:von|durch)`,
}, "|") + `)[\s:]+`)

// paidHeading is a heading under which those stand who paid.
var paidHeading = lazy.Pattern(`(?im)^(?:#{1,6}[^\w\n]*(?:our )?(?:funders?|funding|funding partners?|donors|funded by|financed by|funding acknowledge?ments?)[ \t:]*#*[ \t]*$|` +
	`(?:our )?(?:funders|funding partners|donors|funded by|funding acknowledge?ments?)[ \t:]*\n[-=~]{3,}[ \t]*$)`)

// listed begins a list, a link or a picture below a heading: prose there may ask for money.
var listed = lazy.Pattern(`^\s*(?:Thanks[^\n]*\n\s*)?(?:[-*+]\s|\d+\.\s|!?\[|<)`)

// notPaid are the words before it that take it back, or only wish for it.
var notPaid = lazy.Pattern(`(?i)\b(?:not|never|no longer|isn't|aren't|wasn't|if|unless|seeking|looking for|to be|could be|can be|may be|would|want|without|wholly|entirely self)\b`)

// noFunder are words that begin the names of nobody in particular, and services that give
// a licence or space on a server to any project that asks.
var noFunder = lazy.Pattern(`(?i)^(?:our|you|your|us|we|all|many|several|some|various|people|users?|donations?|volunteers?|contributors?|individuals?|members|community|` +
	`backers|sponsors|patrons|everyone|anyone|this|these|those|its|their|fundingjson|browserstack|jetbrains|netlify|vercel|digitalocean|sentry|cloudflare|algolia|` +
	`sauce ?labs|lambdatest|github|gitlab|open ?collective|patreon|tidelift|docker|fastly|heroku|amazon web|aws|zulip|slack|gitbook|crowdin|transifex|weblate)\b`)

// Bounds of a sentence that acknowledges: what stands before the words in it, and how much
// of what follows a heading is looked at, in bytes.
const (
	beforePaid  = 200
	belowHeader = 600
)

// acknowledgedAt is where a text names who paid, -1 where it does not.
func acknowledgedAt(text string) int {
	for _, found := range paidBy().FindAllStringIndex(text, -1) {
		if !notPaid().MatchString(sentenceBefore(text[:found[0]])) && namesFunder(text[found[1]:]) {
			return found[0]
		}
	}
	for _, found := range paidHeading().FindAllStringIndex(text, -1) {
		below := text[found[1]:min(len(text), found[1]+belowHeader)]
		if end := strings.Index(below, "\n#"); end >= 0 {
			below = below[:end]
		}
		if listed().MatchString(below) && namesFunder(below) && !sponsorLink().MatchString(below) {
			return found[0]
		}
	}
	return -1
}

// sentenceBefore is what stands of a sentence before a place in it.
func sentenceBefore(text string) string {
	text = text[max(0, len(text)-beforePaid):]
	if i := strings.LastIndexAny(text, ".!?|#"); i >= 0 {
		text = text[i+1:]
	}
	if i := strings.LastIndex(text, "\n\n"); i >= 0 {
		text = text[i:]
	}
	return text
}

// beforeName is what may stand between the words and a name: marks of Markdown and HTML,
// and articles.
var beforeName = lazy.Pattern(`^(?:[\s*_>~"'(:-]|!?\[|<[^>]*>|(?i:l'|(?:the|a|an|la|le|el|der|die|das|both)\s))+`)

// namesFunder reports whether a text begins with a name: a capital letter, after what
// decorates it, that begins no word for nobody in particular.
func namesFunder(text string) bool {
	text = beforeName().ReplaceAllString(text[:min(len(text), belowHeader)], "")
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(first) && !noFunder().MatchString(text)
}
