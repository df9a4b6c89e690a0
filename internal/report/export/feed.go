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
// otherwise. Times are as-of, never the time of writing; an id is made of the
// catalogs, the good, the stage and the day, so that a reader sees a change once, however
// often it is published.
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
		for _, list := range [][]report.Move{doc.Change.Entered, doc.Change.Left, doc.Change.Moved} {
			for _, move := range list {
				feed.Entries = append(feed.Entries, feedEntry(move, of, day, doc.Change.Since))
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

func feedEntry(move report.Move, of, day string, since time.Time) *feeds.AtomEntry {
	good := sha256.Sum256([]byte(move.Good))
	name := report.Cut(report.English.DisplayName(goodNamed(move)), 160)
	return &feeds.AtomEntry{
		Id:      fmt.Sprintf("%schange/%s/%s/%s/%s", tagAuthority, of, hex.EncodeToString(good[:8]), move.To, day[:len(time.DateOnly)]),
		Title:   name + ": " + report.English.StageName(move.From) + " to " + report.English.StageName(move.To),
		Updated: day, Published: day,
		Links: []feeds.AtomLink{{Href: report.PagePath(move.Good), Rel: "alternate", Type: "text/html"}},
		Summary: &feeds.AtomSummary{Type: "text", Content: fmt.Sprintf("On %s it was %s (%s). Now it is %s (%s).",
			report.English.Date(since), report.English.StageName(move.From),
			report.English.StageMeaning(move.From), report.English.StageName(move.To), report.English.StageMeaning(move.To))},
	}
}

func goodNamed(move report.Move) report.Good {
	good := report.Good{}
	good.ID, good.Name = move.Good, move.Name
	return good
}
