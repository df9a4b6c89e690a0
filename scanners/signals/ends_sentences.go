package signals

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
)

var stop = lazy.Pattern(`[.!?](?:\s+|$)|[。！？؟;](?:\s*)`)

// sentencesOf cuts a text at the ends of its sentences, and not in an address or a
// version.
func sentencesOf(text string) []string {
	var all []string
	at := 0
	for _, end := range stop().FindAllStringIndex(text, -1) {
		all = append(all, strings.TrimSpace(text[at:end[0]]))
		at = end[1]
	}
	return append(all, strings.TrimSpace(text[at:]))
}

// readSentence reads what a sentence in lower case states of its project.
func (r *endReader) readSentence(sentence string) end {
	if sentence == "" {
		return end{}
	}
	if found := readOtherLanguages(sentence); found.kind != "" {
		return found
	}
	if found := r.readMovedElsewhere(sentence); found.kind != "" {
		return found
	}
	var sign end
	if at := thisIs().FindStringIndex(sentence); at != nil && !conditional().MatchString(sentence[:at[0]]) && !stillAlive().MatchString(sentence) {
		return end{kind: "that the project is at its end", certain: true}
	}
	sentence = contentOf().ReplaceAllString(sentence, "this repository")
	for _, at := range r.subjects(sentence) {
		if conditional().MatchString(sentence[:at[0]]) {
			continue
		}
		found := r.readPredicate(sentence, sentence[at[1]:])
		if found.certain {
			return found
		}
		if sign.kind == "" {
			sign = found
		}
	}
	if found := r.readActivity(sentence); found.kind != "" {
		return found
	}
	if found := readNothingMore(sentence); found.kind != "" {
		return found
	}
	if found := r.readOwner(sentence); found.kind != "" {
		return found
	}
	if found := r.readWeMoved(sentence, false); found.kind != "" {
		return found
	}
	if sign.kind == "" && seeking().MatchString(sentence) {
		return end{kind: "that it seeks a maintainer"}
	}
	return sign
}

// contentOf is all that lies in the repository.
var contentOf = lazy.Pattern(`\b(?:all (?:of )?(?:the )?|the )(?:code|source code|software) in this (?:repository|repo|project)\b`)

// readNothingMore reads a sentence that denies further work: on the whole project, or on
// what it does not name. That none is planned is a sign.
func readNothingMore(sentence string) end {
	at := nothingMore().FindStringIndex(sentence)
	if at == nil || stillAlive().MatchString(sentence) {
		return end{}
	}
	before, tail := sentence[:at[1]], sentence[at[1]:]
	whole := onTheWhole().MatchString(tail)
	if !whole && tail != "" && !reason().MatchString(tail) && !strings.HasPrefix(tail, ",") {
		return end{}
	}
	final := strings.Contains(before, " will ") && !strings.HasSuffix(before, "planned") && !strings.HasSuffix(before, "expected")
	if !final && !whole && !strings.Contains(before, " is ") && !strings.Contains(before, " are ") {
		return end{}
	}
	return end{kind: "that no more work is done", certain: final && !goesOn().MatchString(tail)}
}

// onTheWhole follows what is denied.
var onTheWhole = lazy.Pattern(`^ (?:in|on|to|for|of) (?:this|the) (?:\w+ )?` + project + `(?:$|[,.;]| (?:in|on|from|as of) )`)

// readOwner reads a sentence about those who stopped, whatever they call the project.
func (r *endReader) readOwner(sentence string) end {
	sentence = r.named(sentence)
	for _, form := range []struct {
		pattern func() *regexp.Regexp
		kind    string
	}{{firstPerson, "that its maintainers have stopped"},
		{archiving, "that its maintainers have stopped"},
		{doNot, "that its maintainers have stopped"}, {nobody, "that nobody maintains it"},
		{thirdPerson, "that its owner has stopped"}, {ownerEnded, "that its owner has ended it"}} {
		at := form.pattern().FindStringIndex(sentence)
		if at == nil || conditional().MatchString(sentence[:at[0]]) || stillAlive().MatchString(sentence) {
			continue
		}
		tail := sentence[at[1]:]
		if place().MatchString(tail) && !reason().MatchString(tail) {
			continue
		}
		return end{kind: form.kind, certain: !goesOn().MatchString(tail)}
	}
	return end{}
}

// subjects returns where a sentence names the project itself: by "this project", or by
// its name at the start.
func (r *endReader) subjects(sentence string) [][2]int {
	var all [][2]int
	for _, at := range subject().FindAllStringSubmatchIndex(sentence, -1) {
		article, between := sentence[at[2]:at[3]], sentence[at[4]:at[5]]
		if othersProject().MatchString(between) || nested().MatchString(strings.TrimSpace(sentence[:at[0]])) {
			continue
		}
		if article == "the" && between != "" && !strings.HasPrefix(between, r.name+" ") {
			continue // "the Java client is deprecated" is a part
		}
		if article == "the" && !theWhole().MatchString(sentence[at[0]:at[1]]) {
			continue
		}
		all = append(all, [2]int{at[0], at[1]})
	}
	start := len(sentence) - len(strings.TrimLeft(sentence, decoration))
	start += len(notice().FindString(sentence[start:]))
	if rest, found := strings.CutPrefix(sentence[start:], r.name); found && r.name != "" {
		for _, noun := range []string{" itself", " project", " repository", " repo", " library", " package", " app", " software"} {
			rest = strings.TrimPrefix(rest, noun)
		}
		all = append(all, [2]int{start, len(sentence) - len(rest)})
	}
	return all
}

var (
	// theWhole are the nouns that, with "the", can only be the project.
	theWhole = lazy.Pattern(`(?:repository|repo|project|codebase|software|fork|mirror)(?: itself| here)?$`)
	notice   = lazy.Pattern(`^(?:(?:please )?(?:note|notice|warning|attention|important|update|edit|psa|news|status|announcement|disclaimer|caution)(?: \([^)]*\)| \d[\d.-]*)?\s*[:!–—-]+\s*|(?:please )?note that |as of [^,]*, |since [^,]*, |unfortunately,? |sadly,? |(?:in|on) [^,]*\d{4},? )+`)
)

// readPredicate reads what follows a subject.
func (r *endReader) readPredicate(sentence, rest string) end {
	for _, form := range []func() *regexp.Regexp{predicate, secondPredicate, reachedEnd, receivesNothing, keptOnly} {
		if at := form().FindStringIndex(rest); at != nil {
			return judgeTail(sentence, rest[:at[1]], rest[at[1]:])
		}
	}
	if at := moved().FindStringIndex(rest); at != nil && !stillAlive().MatchString(sentence) && !goesOnHere().MatchString(sentence) {
		return r.readDestination(rest[at[1]:])
	}
	if at := idle().FindStringIndex(rest); at != nil && (reason().MatchString(rest[at[1]:]) || !partly().MatchString(rest[at[1]:])) {
		return end{kind: "that little is done on it"}
	}
	if at := futureEnd().FindStringIndex(rest); at != nil && predicate().MatchString(" is "+rest[at[1]:]) {
		return end{kind: "that it is going to end"}
	}
	return end{}
}

var (
	notTheEnd = lazy.Pattern(`^ ?(?:by hand|nothing|by (?:any|an?|the) (?:\w+ )?(?:vendor|company|grant|firm|funder|sponsor|employer|donor)s?|by default|during|in person|on paper|automatically|regularly|frequently|often|as often|manually|daily|weekly|monthly|yet|here|directly|every|anymore than|or (?:endorsed|affiliated|sponsored|approved|funded)|because|enough|very|that|so|for (?:node|python|java|php|ruby|windows|mac|linux|ie|internet|android|ios|version|v?\d|production|commercial))\b`)
	// place is where or for what alone something ended: a platform, a version. Dates and
	// reasons are not.
	place  = lazy.Pattern(`^ (?:on|for|in|under|with|from|against|to|at|outside|via|through|since version|as of version|after version)\b`)
	reason = lazy.Pattern(`^ (?:in favou?r|in lieu|in preference|in (?:early|late|mid|the (?:year|spring|summer|autumn|fall|winter|middle|end))|(?:in|on|from|since|as of|with effect from)[^.]{0,14} ?(?:19|20)\d\d|` +
		`(?:on|from|in) (?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|for (?:now|the (?:time|long|moment|foreseeable|following|public|community)|historical|archival|reference|good|lack|many|several|some|a (?:long|while)|years|personal|various|over)|` +
		`to (?:focus|be replaced|make|avoid|concentrate)|at (?:this|the) (?:time|moment|point)|due|with (?:immediate|no)|from now|in its (?:current|present|entirety)|in any (?:way|form)|in this (?:form|repo|repository|location|place)|to anyone|as of)\b`)
	// forNow is a time that passes: with "not" it is no end.
	forNow = lazy.Pattern(`^ (?:at the moment|at this (?:time|moment|point)|right now|for now|for the (?:moment|time being))\b`)
	// endedBy is one who ended it, and not one who alone has left it.
	endedBy  = lazy.Pattern(`(?:shut down|retired|discontinued|decommissioned|archived|closed(?: down)?|sunset(?:ted)?) by (?:the|our|its|their|my) (?:[\w-]+ ){0,3}(?:ministry|agency|department|government|city|council|company|foundation|university|institute|organi[sz]ation|owners?|maintainers?|authors?|team|board|funders?|sponsors?)\b`)
	byOthers = lazy.Pattern(`^ by (?:the )?(?:original |core |former |current |main |sole )*(?:authors?|maintainers?|owners?|team|us|me|its|their|anyone|anybody|creators?|developers?)\b`)
)

// judgeTail weighs what follows an end: a platform, a cause, one who goes on.
func judgeTail(sentence, matched, tail string) end {
	statement := end{kind: "that the project is at its end", certain: true}
	next, _ := utf8.DecodeRuneInString(tail)
	switch {
	case tail != "" && (next == '-' || next == '_' || next == '/' || unicode.IsLetter(next) || unicode.IsDigit(next)):
		return end{} // "retired-nurse friendly"
	case stillAlive().MatchString(sentence):
		return end{}
	case notTheEnd().MatchString(tail):
		return end{}
	case reason().MatchString(tail):
	case place().MatchString(tail):
		return end{}
	case strings.HasPrefix(tail, " by ") && strings.Contains(matched, " not ") && !byOthers().MatchString(tail):
		return end{} // "is not supported by any company"
	case endedBy().MatchString(matched + tail):
	case strings.HasPrefix(tail, " by ") && !strings.Contains(matched, "superseded"):
		statement.certain = byOthers().MatchString(tail) && !goesOn().MatchString(tail)
	case adjectiveOnly().MatchString(matched) && (followsNoun().MatchString(tail) || !afterAdjective().MatchString(tail)):
		return end{} // "is obsolete hardware", "is dead simple": what follows is meant
	}
	if goesOn().MatchString(tail) || forNow().MatchString(tail) && strings.Contains(matched, " not ") ||
		strings.HasSuffix(matched, "inactive") && strings.Contains(matched, "currently") {
		statement.certain = false
	}
	return statement
}

var (
	followsNoun   = lazy.Pattern(`^ (?:\w+ )?(?:api|version|function|hardware|code|data|format|method|feature|data ?set|documents?|records?|pages?)s?\b`)
	adjectiveOnly = lazy.Pattern(`(?:` + adjective + `|unsupported|closed|withdrawn)$`)
	// afterAdjective is what goes on with a sentence behind its predicate.
	afterAdjective = lazy.Pattern(`^(?:$|[^ \pL]|  ?[^\pL]| (?:and|or|but|as (?:of|from|its?|we|i|there|the)|since|due|because|so|in|on|from|by|for|to|with|at|until|till|now|then|anymore|any ?more|permanently|officially|effectively?|without|pending|see|please|use|you|it|its|we|thanks?|after|following|already|indefinitely|completely|although|though|which|that|while|forever|instead|again)\b)`)
	// partly follows what is idle in one place or for a while.
	partly = lazy.Pattern(`^ (?:on|for|in|under|during|while|until|outside|by|to)\b`)
	// goesOnHere is a move to where the repository lies now.
	goesOnHere = lazy.Pattern(`\b(?:developed|maintained|continues?|continued|lives?|happens?|goes on|welcome|hosted)(?: \w+)? here\b`)
)

var (
	forgeHome = lazy.Pattern(`^(?:https?://|git@)|^(?:(?:to|into|at|in|on|under|over to|here|onto)\b[: ]*|[:,-] *)+(?:the |a |an |our |its |their |this |new |own |main |separate |different |another |following |official |single |central |dedicated |apache |[\w.-]+ (?:/ )?){0,5}?` +
		`(?:https?://[^\s]+|git@|(?:monorepo|mono-repo|mono repo|repositor(?:y|ies)|repo|organi[sz]ation|org|namespace|location|home|address|place)(?:[\s.,;:!)]|$)|[\w.-]+/[\w.-]+(?:\s|$|,))`)
	// within is a move of the repository itself to another account, or to another layout.
	within    = lazy.Pattern(`^(?:to|into|under|over to)\b (?:[\w.'-]+ ){0,4}(?:(?:organi[sz]ation|org|namespace|account|umbrella|foundation)(?:'s)?\b|(?:mono-?repo|mono repo|multi-?repo|repositor(?:y|ies)|repo) (?:layout|structure|set-?up|approach|model|style|architecture|organi[sz]ation|format|tooling|workflow)\b)`)
	nothing   = lazy.Pattern(`^(?:away|elsewhere|on|permanently)?[\s:.,!]*(?:here|there)?[\s:.,!]*$`)
	domain    = lazy.Pattern(`^(?:(?:to|at|on|over to)\b[: ]*)+(gitlab|codeberg|github|bitbucket|sourcehut|gitea|framagit|salsa|launchpad|gitee)\b( (?:actions|ci|discussions|issues|pages|sponsors|packages|projects|wiki|codespaces|workflows|runners|registry)\b)?`)
	aFile     = lazy.Pattern(`^(?:to|into|in|at) (?:the )?[\w.-]+/(?:docs?|src|lib|examples?|tests?)\b`)
	addressOf = lazy.Pattern(`https?://[^\s)>,]+`)
)

// readDestination weighs where something moved to: another repository is an end of this
// one, a language, a cycle or a foundation is not.
func (r *endReader) readDestination(rest string) end {
	rest = strings.TrimSpace(rest)
	if within().MatchString(rest) && !addressOf().MatchString(rest) {
		return end{} // a transfer leaves the old address behind, and this is the new one
	}
	if address := addressOf().FindString(rest); address != "" && r.isOwn(address) {
		return end{}
	}
	switch {
	case aFile().MatchString(rest):
		return end{}
	case nothing().MatchString(rest), forgeHome().MatchString(rest):
		return end{kind: "that the repository has moved", certain: true}
	}
	if at := domain().FindStringSubmatch(rest); at != nil && at[2] == "" && !strings.HasPrefix(r.own.Host, at[1]+".") {
		return end{kind: "that it has moved to another host"}
	}
	return end{}
}

// isOwn reports whether an address is that of the repository being read.
func (r *endReader) isOwn(address string) bool {
	if r.own.Host == "" || r.own.Path == "" {
		return false
	}
	own := strings.ToLower(path.Join(r.own.Host, r.own.Owner, r.own.Path))
	_, rest, _ := strings.Cut(address, "://")
	rest = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(rest, "/.,;:!"), ".git"), "/")
	return rest == own || strings.HasPrefix(rest, own+"/")
}

// readActivity reads a sentence about the work on the project: it stopped, or goes on
// elsewhere.
func (r *endReader) readActivity(sentence string) end {
	trimmed := strings.TrimLeft(sentence, decoration)
	trimmed = r.named(trimmed[len(notice().FindString(trimmed)):])
	for _, at := range activity().FindAllStringSubmatchIndex(trimmed, -1) {
		before, of, rest := trimmed[:at[2]], trimmed[at[4]:at[5]], trimmed[at[1]:]
		bare := of == ""
		if partOf(of) {
			continue
		}
		if conditional().MatchString(before) || nested().MatchString(strings.TrimSpace(before)) ||
			bare && !startsSentence().MatchString(before) || stillAlive().MatchString(trimmed) {
			continue
		}
		if end := activityEnded().FindStringIndex(rest); end != nil {
			tail := rest[end[1]:]
			if place().MatchString(tail) && !reason().MatchString(tail) {
				continue
			}
			return judgeTail(sentence, rest[:end[1]], tail)
		}
		if found := r.readMovedWork(before, trimmed[at[2]:at[3]], of, rest); found.kind != "" {
			return found
		}
	}
	return end{}
}

var startsSentence = lazy.Pattern(`^(?:(?:all|active|further|the|our|and|both|please note that|note that|that) ?)*$`)

// readAlone reads a block that consists of its end, or begins with it: "DEPRECATED: use
// x", "Project unmaintained, archived". Prose and lists do not: there the word has
// another subject.
func (r *endReader) readAlone(b block, text, sentence string) end {
	bare := strings.Trim(sentence, decoration)
	emphasised := b.quote || b.heading > 0 || emphasis().MatchString(b.raw)
	if b.list {
		return end{}
	}
	if aloneFirst().MatchString(bare) && !conditional().MatchString(bare) {
		return end{kind: "that the project is at its end", certain: true}
	}
	if statusLine().MatchString(bare) && (emphasised || bare != "inactive") {
		return end{kind: "that it is at its end", certain: emphasised || text == strings.ToUpper(text)}
	}
	if first := capitals().FindString(strings.Trim(text, decoration)); first != "" && alone().MatchString(strings.ToLower(first)) {
		return end{kind: "in capitals that it is at its end", certain: true}
	}
	if at := markedFirst().FindStringSubmatch(b.raw); emphasised && at != nil && alone().MatchString(strings.ToLower(strings.Trim(at[1], decoration))) {
		return end{kind: "in bold that it is at its end", certain: true}
	}
	return end{}
}

var (
	emphasis    = lazy.Pattern(`^(?:\*\*|__|(?i)<b>|<strong>)`)
	capitals    = lazy.Pattern(`^[A-Z][A-Z -]+[A-Z](?:$|[ ]?[:!.,–—-](?:\s|$))`)
	markedFirst = lazy.Pattern(`^(?:\*\*|__|<b>|<strong>)([^*_<]+)(?:\*\*|__|</b>|</strong>)`)
)

var (
	titleFirst = lazy.Pattern(`^[^\p{L}\p{N}]*(?:` + adjective + `|` + noLonger + `)[\])]?\s*(?:[:–—|-]|\s-\s|[\])])\s*\S`)
	titleLast  = lazy.Pattern(`\S\s*(?:[:–—|-]|[\[(])\s*(?:now |project )?(?:` + adjective + `|` + noLonger + `)[^\p{L}\p{N}]*$`)
	bracketed  = lazy.Pattern(`[\[(](?:` + adjective + `|` + noLonger + `)[\])]`)
)

// readHeading reads a title or a heading, and learns the name of the project from the
// first of the text.
func (r *endReader) readHeading(b block, text string) end {
	low := strings.ToLower(strings.TrimSpace(tag().ReplaceAllString(b.raw, " ")))
	bare := strings.Trim(strings.ToLower(text), decoration)
	isTitle := b.heading == 1
	if found := r.readMovedHeading(b, strings.ToLower(text)); found.kind != "" {
		return found
	}
	if isTitle && r.name == "" {
		r.name = nameIn(bare)
	}
	switch {
	case alone().MatchString(bare) || statusLine().MatchString(bare):
		shouted := text == strings.ToUpper(text)
		return end{kind: "in a heading that it is at its end", certain: b.heading <= 2 || shouted || strings.Contains(bare, " ")}
	case isTitle && (titleFirst().MatchString(low) || titleLast().MatchString(low) || bracketed().MatchString(low)):
		return end{kind: "in its title that it is at its end", certain: true}
	}
	return end{}
}

// nameIn is the name of a project in its title, without what it says of its end; empty
// where it is more than five words.
func nameIn(title string) string {
	title = endOfTitle().ReplaceAllString(title, " ")
	title, _, _ = strings.Cut(title, " - ")
	title, _, _ = strings.Cut(title, ": ")
	title, _, _ = strings.Cut(title, " (")
	title = strings.Trim(spaces().ReplaceAllString(title, " "), decoration)
	if n := len(strings.Fields(title)); n == 0 || n > 5 || utf8.RuneCountInString(title) < 3 || title == "readme" {
		return ""
	}
	return title
}

var endOfTitle = lazy.Pattern(`[\[(]?(?:` + adjective + `|` + noLonger + `)[\])]?\s*[:–—-]?`)
