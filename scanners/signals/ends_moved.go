package signals

import (
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

var (
	// weMoved begins a sentence in which those who speak have moved, alone or with the whole
	// project: "we have moved this repository to".
	weMoved = lazy.Pattern(`^we(?:'ve| have|'re| are)?(?: now| just| recently| since| all| officially)* ?(?:been )?(?:moved|migrated|relocated|moving|migrating|switched)` +
		`(?: (?:(?:this|the|our) (?:entire |whole )?(?:repository|repo|project|code|codebase|code base|source code|development|work)|everything)(?: over)?)?(?:$|[!:.]| )` +
		`|^we(?:'re| are) now (?:hosted |located )?(?:at|on) |^(?:now |has |permanently )?moved(?: permanently)? `)
	// headingMoved are the words of a heading that says nothing but where to, or says it
	// behind a name: "moved to", "thing - moved to".
	headingMoved = lazy.Pattern(`(?:^|[-–—:|(\[] *)(?:has |have )?(?:now )?(?:been )?(?:moved|migrated|relocated|transferred)(?: to| into)?\b`)
	titleMoved   = lazy.Pattern(`^[^\p{L}\p{N}]*moved *[:\])]|[\[(](?:this )?(?:project |repo |repository )?(?:has )?(?:been )?moved[\])]`)
	noticeTitle  = lazy.Pattern(`notice|important|note\b|warning|attention|status|deprecat|moved|moving|migrat|update|news|announce|archiv|disclaimer|read ?me`)
	// gathering are addresses of talk, texts and tickets, to which a project that goes on
	// moves too.
	gathering = lazy.Pattern(`https?://(?:[\w.-]*\b(?:chat|forum|forums|discuss|discourse|community|docs?|documentation|wiki|lists?|support|help|jira|tracker|issues|bugs?|meet|translate)\.|` +
		`[\w.-]*(?:discord|slack|gitter|matrix|zulip|telegram|mattermost|rocket\.chat|whatsapp|readthedocs|transifex|weblate|crowdin|groups\.google|atlassian|bugzilla|facebook|twitter|linkedin|mastodon|youtube)|t\.me/)` +
		`|https?://[^\s]+/(?:issues|discussions|wiki|docs)\b`)
	gatheringTail = lazy.Pattern(`\bfor (?:all |our |any )?(?:chat|chats|support|help|discussions?|questions?|issues?|bugs?|documentation|docs|translations?|communication|meetings?|ci|builds?)\b`)
	forgeAddress  = lazy.Pattern(`https?://(?:[\w.-]*\b(?:github|gitlab|codeberg|bitbucket|sourcehut|gitea|forgejo|framagit|salsa|gitee|code|git)\b[\w.-]*)/[\w.~-]+`)
	// wholeContent is what a repository consists of; what becomes of it becomes of the repository.
	wholeContent = lazy.Pattern(`^(?:(?:all|source) )*(?:contents?|files|everything)$`)
	// aPart is a place within a repository, or a form of writing.
	aPart = lazy.Pattern(`^(?:to|into|in|at|under|from|on) (?:the |a |an |our |its |their |new |own )*(?:[\w./-]+ ){0,2}(?:director(?:y|ies)|(?:sub-?)?folders?|subdirector(?:y|ies)|branch(?:es)?|submodules?|sections?|files?)\b|` +
		`^(?:to|into) (?:the |a |an )?(?:[\w.-]+/$|[\w.-]+/[.,;]|main\b|master\b|develop\b|markdown|asciidoc|restructuredtext|html|json|yaml|xml|typescript|javascript|python|utf-8|git\b|unicode|version|format|new (?:format|structure|layout|version))|^from\b`)
	// talkOnly are the subjects that move while the code stays.
	talkOnly = lazy.Pattern(`^(?:(?:future|active|further|all|ongoing|the|and|,|/|&) ?|(?:support|issues|issue tracker|issue tracking|pull requests) ?)+$`)
	// recurring is a move that happens again and again: "is moved to the server each night".
	recurring = lazy.Pattern(`^ (?:is|are) (?:moved|migrated|transferred|merged)\b|\b(?:every|each|nightly|daily|weekly|monthly|automatically|regularly)\b`)
	mostOf    = lazy.Pattern(`\b(?:most|some|much|parts?|half|bits|pieces|portions?|a lot|lots|majority|rest|none) of (?:the |our )?$`)
)

// readWeMoved reads a sentence of those who speak for a project. In a heading any address
// will do; elsewhere "we" may have moved a website or a chat, and the address has to be a
// forge's.
func (r *endReader) readWeMoved(sentence string, heading bool) end {
	trimmed := strings.TrimLeft(sentence, decoration)
	trimmed = strings.TrimLeft(trimmed[len(notice().FindString(trimmed)):], decoration)
	at := weMoved().FindStringIndex(trimmed)
	if at == nil || r.inSection && !heading || stillAlive().MatchString(trimmed) || goesOn().MatchString(addressOf().ReplaceAllString(trimmed, "")) {
		return end{}
	}
	rest := strings.TrimSpace(trimmed[at[1]:])
	if strings.HasSuffix(trimmed[:at[1]], " at ") || strings.HasSuffix(trimmed[:at[1]], " on ") {
		rest = "to " + rest
	}
	if gathering().MatchString(rest) || gatheringTail().MatchString(rest) || aPart().MatchString(rest) {
		return end{}
	}
	found := r.readDestination(rest)
	found.certain = found.certain && (heading && addressOf().MatchString(rest) || forgeAddress().MatchString(rest))
	if !found.certain && !nothing().MatchString(rest) {
		return end{} // "we have moved to react/redux"
	}
	return found
}

// readMovedHeading reads a heading of the first two levels, in lower case, that says where
// its project is now.
func (r *endReader) readMovedHeading(b block, bare string) end {
	if b.heading > 2 {
		return end{}
	}
	if found := r.readWeMoved(bare, true); found.kind != "" {
		return found
	}
	if at := headingMoved().FindStringIndex(bare); at != nil && !r.inSection && r.isWhole(b, bare[:at[0]]) && !gathering().MatchString(bare) {
		rest := strings.TrimSpace(bare[at[1]:])
		if found := r.readDestination("to " + rest); rest != "" && found.kind != "" {
			return found
		}
	}
	if b.heading == 1 && titleMoved().MatchString(strings.ToLower(b.raw)) && !addressOf().MatchString(bare) {
		return end{kind: "in its title that it has moved", certain: true}
	}
	return end{}
}

// isWhole reports whether what stands before "moved to" in a heading can be the project.
func (r *endReader) isWhole(b block, before string) bool {
	before = strings.Trim(before, decoration)
	return before == "" || before == r.name || b.heading == 1 && !r.titled
}

// passHeading keeps in mind that what follows is about a part: any heading but the first,
// and but those over a notice.
func (r *endReader) passHeading(b block) {
	if b.heading == 0 || noticeTitle().MatchString(strings.ToLower(b.raw)) {
		return
	}
	r.inSection = r.inSection || r.titled || b.heading > 2
	r.titled = true
}

// readMovedWork weighs where work, code or contents moved to. of is the project that they are
// said to be of; empty where it does not stand.
func (r *endReader) readMovedWork(before, what, of, rest string) end {
	at := moved().FindStringIndex(rest)
	ofAPart := of == "" && (r.inSection && !strings.Contains(what, "development") || what == "files")
	if at == nil || ofAPart || talkOnly().MatchString(what) || mostOf().MatchString(before) {
		return end{}
	}
	final := !goesOn().MatchString(addressOf().ReplaceAllString(rest, ""))
	where := strings.TrimSpace(rest[at[1]:])
	if aPart().MatchString(where) {
		return end{}
	}
	if found := r.readDestination(where); found.kind != "" {
		found.certain = found.certain && final
		return found
	}
	address := addressOf().FindString(where)
	if of != "" && wholeContent().MatchString(what) && strings.HasPrefix(where, "to ") && !recurring().MatchString(rest) && (address == "" || !r.isOwn(address)) {
		return end{kind: "that the repository has moved", certain: final}
	}
	return end{}
}

// partOf reports whether "of the plugin" speaks of a part: with "the", only some nouns can be
// the whole.
func partOf(of string) bool {
	return strings.Contains(of, " the ") && !theWhole().MatchString(of)
}

// named puts "this project" for the name of the project.
func (r *endReader) named(sentence string) string {
	if r.name == "" {
		return sentence
	}
	sentence += " "
	for _, next := range []string{" ", ",", ";", ":", "."} {
		sentence = strings.ReplaceAll(sentence, " "+r.name+next, " this project"+next)
	}
	return strings.TrimSuffix(sentence, " ")
}
