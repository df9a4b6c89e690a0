package signals

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/lazy"
)

// topLines is how far down a readme declares its own end: further down, the same
// words are about parts, versions and other projects.
const topLines = 60

// end is what a text says of the end of its project.
type end struct {
	kind string // what says so, in English; empty where nothing does
	line int
	// certain is false for a sign that a reader should look at: a word without a
	// subject, a project that seeks a maintainer.
	certain bool
}

// readEnd returns the first statement in the top of a readme that its project is at its
// end, or else the first sign of it. own is the repository that the readme lies in:
// a move to it is no end.
func readEnd(readme string, own catalog.Repository) end {
	var sign end
	reader := endReader{own: own}
	blocks := blocksOf(readme, topLines)
	if !slices.ContainsFunc(blocks, func(b block) bool { return b.heading > 0 }) {
		reader.name = nameOf(own)
	}
	for _, b := range blocks {
		found := reader.read(b)
		if found.certain {
			return found
		}
		if sign.kind == "" {
			sign = found
		}
	}
	return sign
}

// nameOf is how a readme without a title calls its project: as the repository is called,
// unless that is a word for a part, of which there may be several.
func nameOf(own catalog.Repository) string {
	name := nameIn(strings.ToLower(path.Base(own.Path)))
	if partName().MatchString(name) {
		return ""
	}
	return name
}

var partName = lazy.Pattern(`^(?:` + project + `|docs?|documentation|wiki|api|server|back-?end|front-?end|web|android|ios|mobile|data|core|common|utils?|scripts?|main|examples?|www|legacy|v?\d+|\.)$`)

// block is a heading, a paragraph or an entry of a list.
type block struct {
	line    int
	raw     string // as written, lines joined
	heading int    // level, zero for none
	list    bool
	quote   bool
}

var (
	underline   = lazy.Pattern(`^(?:={3,}|-{3,}|~{3,}|#{3,}|\*{3,})\s*$`)
	htmlHeading = lazy.Pattern(`(?i)^\s*<h([1-6])\b`)
	directive   = lazy.Pattern(`^\.\. ?(?:\w+::|\|)`)
	alertMark   = lazy.Pattern(`^>\s*\[!\w+\]\s*$`)
)

// blocksOf takes the first lines of a text in Markdown, reStructuredText or HTML apart.
// What is quoted as code is left out.
func blocksOf(text string, most int) []block {
	var blocks []block
	var open *block
	closeBlock := func() {
		if open != nil {
			blocks, open = append(blocks, *open), nil
		}
	}
	fenced, n := false, 0
	for line := range strings.Lines(text) {
		if n++; n > most {
			break
		}
		line = strings.TrimRight(line, " \t\r\n")
		plain := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(plain, "```"), strings.HasPrefix(plain, "~~~"):
			fenced = !fenced
			closeBlock()
		case fenced:
		case underline().MatchString(plain) && open != nil && !open.list && open.line == n-1:
			open.heading = 1
			closeBlock()
		case plain == "", underline().MatchString(plain), alertMark().MatchString(plain):
			closeBlock()
		default:
			next := startOf(plain, n)
			if next.raw == "" {
				closeBlock()
				break
			}
			if open == nil || next.heading > 0 || next.list || next.quote != open.quote {
				closeBlock()
				open = &next
			} else {
				open.raw += " " + next.raw
			}
			if next.heading > 0 {
				closeBlock()
			}
		}
	}
	closeBlock()
	return blocks
}

// startOf reads the marks at the start of a line that is not empty.
func startOf(plain string, n int) block {
	b := block{line: n, raw: plain}
	if directive().MatchString(plain) {
		_, b.raw, _ = strings.Cut(plain, "::")
		b.quote = true
		return b
	}
	if rest := strings.TrimLeft(plain, ">"); rest != plain {
		b.quote, b.raw = true, strings.TrimSpace(rest)
		plain = b.raw
	}
	if rest := strings.TrimLeft(plain, "#="); rest != plain && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
		b.heading = len(plain) - len(rest)
		b.raw = strings.TrimSpace(strings.TrimRight(rest, "#= "))
		return b
	}
	if m := htmlHeading().FindStringSubmatch(plain); m != nil {
		b.heading = int(m[1][0] - '0')
		return b
	}
	if len(plain) > 1 && strings.ContainsRune("-*+|", rune(plain[0])) && (plain[1] == ' ' || plain[0] == '|') {
		b.list, b.raw = true, strings.TrimSpace(plain[1:])
	}
	return b
}

// The words for an end, in the first person, of a subject, and alone.
const (
	adjective = `(?:archived|deprecated|unmaintained|discontinued|retired|abandoned|obsolete|sunset(?:ted)?|superseded|defunct|inactive|` +
		`decommissioned|dead|abandonware|end[- ]of[- ]life|eol|no more|mothballed|shut down)`
	noLonger = `(?:no longer|not|no more|not any ?more|never again)(?: being| be)?(?: actively| officially| currently| regularly)*(?: being)? ` +
		`(?:maintained|supported|developed|updated|worked on|active|under (?:active |heavy )?(?:development|maintenance)|in (?:active )?(?:development|maintenance)|` +
		`receiv(?:es?|ing) (?:any )?(?:further |more |new |security )?(?:updates?|fixes|patches|maintenance))`
	project = `(?:repository|repo|project|software|package|library|module|codebase|code base|tool|toolkit|plugin|app|application|extension|` +
		`framework|sdk|client|fork|mirror|program|product|website|site|service|gem|crate|code|work)`
)

var (
	// subject names the project itself. What stands between the article and the noun
	// decides: "this old version" is not the project.
	subject = lazy.Pattern(`\b(this|the|our|my) ((?:[\w.+-]+ ){0,3}?)` + project + `(?: itself| here)?\b`)
	// predicate follows a subject at once.
	predicate = lazy.Pattern(`^(?:,? (?:which|that|and))?(?: is| are| has been| have been| was| were|'s| has| will| has now been)` +
		`(?: now| currently| officially| also| therefore| formally| permanently| considered| hereby| being| effectively| completely| as good as| (?:closed|frozen|locked|read-only) and)*` +
		` (?:` + adjective + `|unsupported|closed(?: down)?|withdrawn|replaced by|no longer (?:in use|used)|in archived? mode|` + noLonger + `)`)
	// keptOnly is what is kept and not worked on.
	keptOnly = lazy.Pattern(`^ (?:is|are|remains?|stays?)(?: now)? (?:kept|preserved|retained|left|provided|available|hosted|published|archived)(?: here| online| public| up)?(?: only| solely| purely| just)? (?:for|as) (?:an? )?(?:posterity|(?:historical|archival)(?: (?:and|or) \w+)? (?:purposes?|references?|records?|reasons?|interest))(?: only)?`)
	// secondPredicate is a further one of the same subject: "is kept for reference and is
	// no longer maintained".
	secondPredicate = lazy.Pattern(`^ (?:is|was|has|are|will)\b[^.;]{1,100}?,? and (?:is|has been|was|will)(?: now| also)? (?:` + adjective + `|` + noLonger + `)`)
	receivesNothing = lazy.Pattern(`^ (?:no longer|does not|doesn't|do not) receives? (?:any )?(?:further |more |new )?(?:updates?|fixes|patches|maintenance)`)
	reachedEnd      = lazy.Pattern(`^(?: is| are|'s)(?: now| officially| sadly)* over(?:$|[,.;!])|` +
		`^(?: has| have| is)?(?: now| officially)? (?:reached (?:its |the )?(?:end[- ]of[- ]life|eol|end\b)|come to (?:an|its) end|at (?:its|an) end)|^ (?:has|have)(?: now| officially)? (?:ended|concluded)(?:$|[,.;!]| (?:in|on|as of|with effect from) )`)
	thisIs = lazy.Pattern(`(?:^|[^\w-])this (?:is|was) (?:now |currently )?an? (?:[\w-]+ ){0,3}?` + project +
		` (?:that|which) (?:is|has been|will)(?: now)? (?:` + adjective + `|` + noLonger + `|no longer (?:in use|used))(?:$|[,.;]| and | by | since )|` +
		`(?:^|[^\w-])this (?:is|was) (?:now |currently )?an? (?:[\w-]+ )?(?:archived|deprecated|unmaintained|discontinued|retired|abandoned|obsolete|defunct|inactive|dead) (?:[\w-]+ )?` + project + `\b`)
	futureEnd = lazy.Pattern(`^ (?:will be|is going to be|is being|is scheduled to be) `)
	idle      = lazy.Pattern(`^(?: is| has been| has entered)(?: now| currently)? (?:in|under) (?:a |permanent )?(?:maintenance[- ]only|maintenance[- ]mode|feature[- ]freeze|` +
		`hibernation|life[- ]support|read-only mode)|^ (?:is|has been)(?: now)? (?:frozen|dormant|on hold|paused|suspended|read[- ]only|feature[- ]complete)`)
	moved = lazy.Pattern(`^ ?(?:has|have|is|was|are|were)?(?: now| been| since| also)* ?(?:moved|migrated|relocated|transferred|merged|moving)\b` +
		`|^ (?:is|are)(?: now)? (?:hosted|developed|maintained|located|continued|found|available) (?:at|in|on)\b|^ (?:continues|now continues|goes on|takes place|lives|now lives|happens|now happens)(?: now)? (?:at|in|on)\b`)
	// activity is a subject that is not the project, and ends or moves for it.
	activity = lazy.Pattern(`(?:^|\b(?:all|active|further|the|our|and|both) )((?:(?:future|active|further|all|source|ongoing) )*(?:development|maintenance|support|work|codebase|code base|code|issues|source|sources|contents?|files|everything|issue tracker|issue tracking)` +
		`(?:(?:,| and|, and|/| &) (?:the )?(?:development|maintenance|support|work|code|issues|source|sources|pull requests|issue tracking))*)` +
		`((?: (?:of|for|on|in|from) (?:this|the|our|my) (?:[\w.+-]+ ){0,2}?` + project + `)?)`)
	activityEnded = lazy.Pattern(`^ (?:has |have |is |are |was |were )?(?:now |been |permanently |officially )*(?:halted|stopped|ceased|ended|discontinued|terminated|abandoned|come to (?:a halt|an end|a stop))\b`)
	firstPerson   = lazy.Pattern(`\b(?:i|we)(?:'m|'re|'ve| am| are| have| has| will| do| can)?(?: no longer| not| stopped| ceased| discontinued| quit| abandoned| unable to| decided to stop| cannot| can't)` +
		`(?: able to| actively| longer| be| going to)* ?(?:maintain|maintaining|develop|developing|support|supporting|work on|working on|the development of|development of)? ?` +
		`(?:this|the|our|my) (?:[\w.+-]+ ){0,2}?` + project + `\b`)
	// doNot is another form of firstPerson.
	doNot = lazy.Pattern(`\b(?:i|we) (?:do not|don't) (?:actively )?(?:maintain|develop|support|work on) (?:this|the|our|my) (?:[\w.+-]+ ){0,2}?` + project +
		` (?:any ?more|any longer)\b`)
	// archiving is a maintainer who ends it.
	archiving = lazy.Pattern(`\b(?:i|we)(?:'m|'re|'ve| am| are| have| will be)?(?: now| hereby)? (?:archiving|archived|retiring|retired|sunsetting|discontinuing|discontinued|winding down|shutting down) (?:this|our|my) (?:[\w.+-]+ ){0,2}?` + project + `(?:$|[^'’\w])|` +
		`\bthis (?:[\w-]+ ){0,2}?` + project + `\b[^.]{0,60}\b(?:i|we)(?:'m|'re| am| are|'ve| have)? (?:archiving|archived) (?:it|this)\b`)
	// thirdPerson is an owner that has stopped: "the foundation no longer maintains this app".
	thirdPerson = lazy.Pattern(`(?:no longer|does not|doesn't|has stopped|have stopped|will no longer)(?: actively)? (?:maintains?|maintaining|develops?|developing|works? on|working on) ` +
		`this (?:[\w-]+ )?` + project + `(?:[,.;]|$| any ?more| any longer| and | but )`)
	// nobody says that there is no maintainer at all.
	nobody = lazy.Pattern(`^(?:nobody|no ?one|no-one)(?: (?:actively|currently|really|else))? (?:maintains?|develops?|works on|looks after|supports|takes care of) ` +
		`this (?:[\w-]+ )?` + project + `(?:[,.;]|$| any ?more| any longer| and )`)
	// ownerEnded is an owner that has ended it: "the ministry has retired this service".
	ownerEnded = lazy.Pattern(`(?:has|have)(?: now| officially| since)? (?:retired|discontinued|archived|abandoned|deprecated|decommissioned|shut down|sunset|closed down|switched off) ` +
		`(?:this|our) (?:[\w-]+ )?` + project + `(?:$|[,.;]| in | on | and )`)
	// nothingMore says that no work will be done.
	nothingMore = lazy.Pattern(`^(?:there will be )?no (?:further|more|additional|new)(?: active)? (?:development|maintenance|work|updates?|releases?|fixes|support)(?:(?:,| or| and|, or) (?:\w+ ){0,2}\w+)?` +
		`(?: (?:will|is|are|can)(?: be)?(?: currently)? (?:take place|made|done|provided|happen|occur|released|published|carried out|undertaken|offered|planned|expected))?`)
	alone      = lazy.Pattern(`^(?:` + adjective + `|` + noLonger + `)$`)
	statusLine = lazy.Pattern(`^(?:project|repository|repo|maintenance|development|support)?(?: ?status)?(?: is)? ?[:=-]? ?` +
		`(?:` + adjective + `|` + noLonger + `|none)$`)
	aloneFirst = lazy.Pattern(`^(?:(?:project|repository|repo|package|library) )(?:is |has been )?(?:` + adjective + `|` + noLonger + `)\b`)
	seeking    = lazy.Pattern(`\b(?:looking for|seeking|in need of|needs?|wanted:?) (?:a |an |new |more |active )*(?:maintainers?|(?:new )?owners?)\b|\bmaintainers? wanted\b|\bup for adoption\b`)
)

// Badges that projects show of their own state: repostatus.org, unmaintained.tech, the
// lifecycle of R's packages, and shields that name a status.
var (
	endBadge = lazy.Pattern(`repostatus\.org/(?:badges/(?:latest|[\d.]+)/|#)(?:abandoned|unsupported|moved)|unmaintained\.tech/badge|` +
		`lifecycle-(?:archived|retired|defunct|superseded|deprecated)|` +
		`badge/(?:project[-_ ]?)?(?:status|maintenance|lifecycle|maintained|state)[-_:](?:archived|deprecated|unmaintained|retired|abandoned|discontinued|obsolete|eol|end--of--life|unsupported|no(?:%20| |_)longer|no\b|no-)|` +
		`badge/(?:archived|deprecated|unmaintained|discontinued|abandoned|retired)-`)
	signBadge = lazy.Pattern(`repostatus\.org/(?:badges/(?:latest|[\d.]+)/|#)(?:inactive|suspended)|lifecycle-(?:dormant|questioning)|` +
		`badge/(?:status|maintenance|maintained)[-_:](?:inactive|passive|minimal|on--hold|paused|sporadic|as--is|maintenance--only|looking)`)
)

// conditional are words before a phrase that make it a condition, a question or what
// somebody else says.
var conditional = lazy.Pattern(`(?:^|[^\w-])(?:if|when|once|unless|until|whether|before|in case|should|in the event|as if|so that|would|might|could|may|says?|claims?|not because|means? that|assum\w+|unlike)\b[^.]*$`)

// othersProject are words between the article and the noun that name something else.
var othersProject = lazy.Pattern(`\b(?:original|upstream|old|older|parent|previous|former|other|first|legacy|python|node|java|php|version|branch|example|sample|v?\d[\w.]*|underlying|third[- ]party|` +
	`same|above|following|said|whole lot of|official|api|test|linked|forked|base|predecessor|deprecated|of|for|in|and|with)\b`)

// nested ends a text after which "this project" is not what the sentence is about.
var nested = lazy.Pattern(`\b(?:of|for|in|on|by|with|from|to|at|about|using|use|parts?|version|inside|within|than|behind|into|via|like|through|all)$`)

// stillAlive are words about projects that go on, in the sentence that speaks of an end.
var stillAlive = lazy.Pattern(`\b(?:now|is|are|being|still|currently|actively|instead|but)(?: being)?(?: actively)? (?:maintained|developed|supported|continued|driven|run|led) by\b|\bbut by\b|\bwe (?:have )?(?:revived|took over|taken over)\b|\brevived\b`)

// takenUp are words about a project that ended once and goes on.
var takenUp = lazy.Pattern(`\b(?:restarted|revived|resumed|relaunched|re-?opened|reactivated|resurrected|rebooted|revitali[sz]ed|brought back|came back|back to life|taken up again|picked (?:it )?up(?: again)?|(?:alive|active|maintained|developed|supported) again|again (?:actively )?(?:maintained|developed|active|supported)|` +
	`under new (?:maintainership|maintainers|management|ownership)|(?:we|i|they|team|community|foundation|university|ministry) (?:have |has )?(?:took|taken) (?:it |this |the project |this project )?over|we (?:now |still |actively |have )?(?:forked|maintain|develop|continue) (?:it|this|the project|and))\b|` +
	`wieder ?(?:auf(?:genommen|gelebt)|belebt)|\bripres[oa]\b|\brelanc[eé]|снова (?:разв|поддерж|актив)|恢复更新|恢復更新`)

// goesOn softens an end: something is still done.
var goesOn = lazy.Pattern(`^[^.]*?(?:^|[\s,;])(?:but|however|although|though|except|only|yet we|still)\b`)

// endReader reads blocks one after another.
type endReader struct {
	own  catalog.Repository
	name string // of the project, in lower case, as its title has it; empty before
	// titled is true below the first heading, inSection below a further one: there the
	// same words are about a part.
	titled, inSection bool
}

var (
	image  = lazy.Pattern(`!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?`)
	link   = lazy.Pattern(`\[([^\]]*)\]\(([^)\s]*)[^)]*\)`)
	anchor = lazy.Pattern(`(?i)<a\s[^>]*href=["']?([^"'\s>]+)[^>]*>`)
	tag    = lazy.Pattern(`</?[a-zA-Z][^>]*>`)
	spaces = lazy.Pattern(`\s+`)
	// shortcode is an emoji by its name, as GitHub and GitLab write it.
	shortcode = lazy.Pattern(`(?:^|\s):[a-z][a-z0-9_+-]+:`)
)

// plainText is a block without its markup: a link's text is followed by its address.
func plainText(raw string) string {
	raw = shortcode().ReplaceAllString(image().ReplaceAllString(raw, " "), " ")
	raw = link().ReplaceAllString(raw, "$1 $2 ")
	raw = anchor().ReplaceAllString(raw, " $1 ")
	raw = tag().ReplaceAllString(raw, " ")
	raw = strings.NewReplacer("**", "", "__", "", "*", "", "`", "", "&nbsp;", " ", "’", "'", "[", " ", "]", " ", "<", " ", ">", " ").Replace(raw)
	return strings.TrimSpace(spaces().ReplaceAllString(raw, " "))
}

const decoration = " \t!:.,;-–—_~#=⚠🚨❗🛑🔴📣📢💀☠🪦⛔❌🚧ℹ()[]{}|\"'/\ufe0f"

func (r *endReader) read(b block) end {
	low := strings.ToLower(b.raw)
	if endBadge().MatchString(low) {
		return end{"by a badge that it is at its end", b.line, true}
	}
	text := plainText(b.raw)
	found := r.readText(b, text)
	r.passHeading(b)
	found.line = b.line
	if found.kind == "" && signBadge().MatchString(low) {
		return end{"by a badge that little is done", b.line, false}
	}
	return found
}

func (r *endReader) readText(b block, text string) end {
	low := strings.ToLower(text)
	if b.heading > 0 {
		if found := r.readHeading(b, text); found.kind != "" {
			return found
		}
	}
	if b.list && b.heading == 0 && !subject().MatchString(low) {
		return end{}
	}
	if takenUp().MatchString(low) && !addressOf().MatchString(low) {
		return end{} // it ended once, and goes on
	}
	var sign end
	before := ""
	for i, sentence := range sentencesOf(low) {
		found := r.readSentence(sentence)
		switch {
		case found.kind != "":
		case i == 0:
			found = r.readAlone(b, text, sentence)
		case strings.HasPrefix(sentence, "it ") && len(r.subjects(before)) > 0: // perhaps the project
			found = r.readPredicate(sentence, sentence[len("it"):])
			found.certain = false
		}
		before = sentence
		if found.certain {
			return found
		}
		if sign.kind == "" {
			sign = found
		}
	}
	return sign
}
