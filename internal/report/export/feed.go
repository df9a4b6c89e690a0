package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/gorilla/feeds"
	"github.com/midspan/midspan/internal/report"
)

// FeedName is the file of the feed in the report's folder.
const FeedName = "feed.atom"

// tagAuthority begins the ids of the feed and of its entries (RFC 4151).
const tagAuthority = "tag:github.com,2026:midspan/midspan/"

// WriteFeed writes what changed since the run before as Atom (RFC 4287): an
// entry for each good that entered or left the messy middle or changed its stage
// otherwise, was read for the first time, or is judged otherwise by new rules. Times are
// as-of, never the time of writing; an id is made of the kind of change, the catalogs, the
// good, the stage and the day, so that a reader sees a change once, however often it is
// published.
func WriteFeed(w io.Writer, doc report.Document) error {
	day := doc.AsOf.UTC().Format(time.RFC3339)
	of := feedID(doc)
	feed := feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Id: tagAuthority + "feed/" + of, Title: "Midspan: goods that changed their stage", Updated: day,
		Subtitle: "What changed since the run before", Link: &feeds.AtomLink{Href: "index.html", Rel: "alternate", Type: "text/html"},
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: "Midspan"}},
	}
	if doc.Change != nil {
		feed.Subtitle = "What changed since " + report.English.Date(doc.Change.Since)
		for _, list := range feedLists(*doc.Change) {
			for _, move := range list.moves {
				feed.Entries = append(feed.Entries, feedEntry(move, list.how, of, day, doc.Change.Since))
			}
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", " ")
	if err := encoder.Encode(feed); err != nil {
		return fmt.Errorf("write the feed: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// feedID names the feed by its catalogs.
func feedID(doc report.Document) string {
	hash := sha256.New()
	for _, c := range doc.Catalogs {
		fmt.Fprintf(hash, "%q %q\n", c.Name, c.Location)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// feedList is one of the lists of a change, with how its entries are worded.
type feedList struct {
	how   changeKind
	moves []report.Move
}

// changeKind is how an entry tells a change.
type changeKind int

const (
	byItself changeKind = iota
	byFirstReading
	byNewRules
)

func feedLists(change report.Change) []feedList {
	return []feedList{{byItself, change.Entered}, {byItself, change.Left}, {byItself, change.Moved}, {byFirstReading, change.FirstRead},
		{byNewRules, change.NewRules}}
}

func feedEntry(move report.Move, how changeKind, of, day string, since time.Time) *feeds.AtomEntry {
	good := sha256.Sum256([]byte(move.Good))
	from, to := report.English.StageName(move.From), report.English.StageName(move.To)
	meaning := report.English.StageMeaning(move.To)
	title, kind := from+" to "+to, "change"
	content := fmt.Sprintf("On %s it was %s (%s). Now it is %s (%s).", report.English.Date(since), from, report.English.StageMeaning(move.From), to, meaning)
	switch how {
	case byFirstReading:
		title, kind = to+", read for the first time", "first-reading"
		content = fmt.Sprintf("On %s nothing of it could be read. Now it is read, and it is %s (%s).", report.English.Date(since), to, meaning)
	case byNewRules:
		title, kind = to+" by new rules", "new-rules"
		content = fmt.Sprintf("It was called %s. The present rules call it %s (%s), by what was measured on %s too.", from, to, meaning, report.English.Date(since))
	}
	return &feeds.AtomEntry{
		Id:    fmt.Sprintf("%s%s/%s/%s/%s/%s", tagAuthority, kind, of, hex.EncodeToString(good[:8]), move.To, day[:len(time.DateOnly)]),
		Title: report.Cut(report.English.DisplayName(goodNamed(move)), 160) + ": " + title, Updated: day, Published: day,
		Links:   []feeds.AtomLink{{Href: report.PagePath(move.Good), Rel: "alternate", Type: "text/html"}},
		Summary: &feeds.AtomSummary{Type: "text", Content: content},
	}
}

func goodNamed(move report.Move) report.Good {
	good := report.Good{}
	good.ID, good.Name = move.Good, move.Name
	return good
}
