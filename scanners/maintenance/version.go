package maintenance

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/lazy"
)

// This file reads what the name of a tag says of its version, and which tags are of the
// thing itself: a repository may also tag a tool that lies in it ("client-v0.2").

var (
	// versionNumber finds the number in the name of a release's tag, with a letter of its
	// own ("2026.30a"), and how far it is from being final.
	versionNumber = lazy.Pattern(`(?i)(\d+(?:[._-]\d+)*)([a-z]\b)?(?:([-._]?)((?:` + unfinished + `[-._]?\d*|[ab]\d+)\b))?`)
	// monthOfYear finds the month that a tag is named after: "may-2019".
	monthOfYear = lazy.Pattern(`(?i)\b(` + monthNames + `)[-_. ]?((?:19|20)\d\d)(?:\D|$)`)
)

// maxVersion is how long a version may be; what is longer is not taken for one.
const maxVersion = 24

// versionOf returns the version that a tag names: digits, a letter behind them and words of
// a closed list, never the rest of the name. A month is written as "2019-05".
func versionOf(tag string) string {
	if named := monthOfYear().FindStringSubmatch(tag); named != nil {
		month, err := time.Parse("Jan", strings.ToUpper(named[1][:1])+strings.ToLower(named[1][1:3]))
		if err != nil {
			return ""
		}
		return named[2] + month.Format("-01")
	}
	found := versionName().FindStringIndex(tag)
	if found == nil {
		return ""
	}
	part := versionNumber().FindStringSubmatch(tag[found[0]:])
	if part == nil || len(part[0]) > maxVersion {
		return ""
	}
	number, letter, between, state := part[1], part[2], part[3], part[4]
	if between != "" {
		between = "-" // "-RC1" and "_RC1" are one
	}
	return number + letter + between + state
}

// lineOf is what stands before the version in the name of a tag, the words for a version
// aside: "" for "v1.2" and "release-1.2", "client" for "client-v0.2". The tags of one line
// are versions of one thing.
func lineOf(tag string) string {
	found := versionName().FindStringIndex(tag)
	if found == nil {
		return "" // a run of tags in which a repository ships
	}
	line := strings.Trim(strings.ToLower(tag[:found[0]]), "-_./@ ")
	if line == "tags" {
		return ""
	}
	return line
}

// mainLines are, of tags with the oldest first, the line of most tags, and each that began when the lines before it had
// ended, for then the thing itself goes on under another name.
func mainLines(tags []versionTag) map[string]bool {
	type line struct {
		name        string
		n           int
		first, last time.Time
	}
	byName := map[string]*line{}
	var lines []*line
	for _, tag := range tags {
		l := byName[tag.line]
		if l == nil {
			l = &line{name: tag.line, first: tag.Created}
			byName[tag.line] = l
			lines = append(lines, l)
		}
		l.n++
		l.last = tag.Created
	}
	slices.SortFunc(lines, func(a, b *line) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name)) })
	main, ended := map[string]bool{}, time.Time{}
	if len(lines) > 0 {
		main[lines[0].name], ended = true, lines[0].last
	}
	slices.SortStableFunc(lines, func(a, b *line) int { return a.first.Compare(b.first) })
	for _, l := range lines {
		if l.first.After(ended) {
			main[l.name], ended = true, later(ended, l.last)
		}
	}
	return main
}
