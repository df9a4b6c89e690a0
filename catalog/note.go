package catalog

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// Limits on what one entry may bring. They keep a hostile catalog from filling
// the store and the report. Honest entries with some 5,000 users exist.
const (
	maxText  = 64 << 10 // bytes of one field
	maxItems = 8000     // items of one list
	maxNotes = 100      // notes of one entry
	maxQuote = 300      // bytes of outside text that a note repeats
)

// Note says what of an entry could not be read, or was changed, with its cause.
type Note = observation.Note

// entryNotes collects the notes on one catalog entry.
type entryNotes struct {
	subject string // the entry, where a note names nothing nearer
	notes   []observation.Note
	omitted int // notes that were left out

	repositories map[string]bool // of the entry, by key
}

func (n *entryNotes) add(cause observation.Cause, subject, format string, args ...any) {
	if len(n.notes) >= maxNotes {
		n.omitted++
		return
	}
	if subject == "" {
		subject = n.subject
	}
	n.notes = append(n.notes, observation.Note{Cause: cause, Subject: quote(subject), Message: fmt.Sprintf(format, args...)})
}

func (n *entryNotes) append(notes ...observation.Note) {
	for _, note := range notes {
		n.add(note.Cause, note.Subject, "%s", note.Message)
	}
}

func (n *entryNotes) list() []observation.Note {
	if n.omitted == 0 {
		return n.notes
	}
	return append(n.notes[:len(n.notes):len(n.notes)], observation.Note{
		Cause: observation.CauseOverLimit, Subject: n.subject,
		Message: fmt.Sprintf("%d more notes on this entry were left out", n.omitted),
	})
}

// quote takes secrets out of the addresses in a text from outside and shortens it, so that
// it can be repeated in a note. Half an address would show what it hides when it is whole.
func quote(text string) string {
	text, _ = cutText(text, maxText)
	short, cut := cutText(redact.Text(strings.ToValidUTF8(text, "\uFFFD")), maxQuote)
	if cut {
		short += "…"
	}
	return short
}

// quoteAddress is quote for a word that is meant to be an address. field is the text in
// which it stands, without secrets: a password with a space in it makes several words of
// one address. It is empty where the word is all.
func quoteAddress(word, field string) string {
	shown, cut := cutText(redact.URL(strings.ToValidUTF8(word, "\uFFFD")), maxQuote)
	if scheme, _, ok := strings.Cut(shown, "//"); ok && field != "" && !strings.Contains(field, shown) {
		return scheme + "//…"
	}
	if cut {
		shown += "…"
	}
	return quote(shown)
}

// redact takes secrets out of the texts that people wrote into a catalog: a name or a
// description may hold an address.
func (c *Catalog) redact() {
	for i := range c.Goods {
		c.Goods[i].redact()
	}
	for i, note := range c.Notes {
		c.Notes[i].Subject, c.Notes[i].Message = redact.Text(note.Subject), redact.Text(note.Message)
	}
}

func (g *Good) redact() {
	for _, text := range []*string{&g.Name, &g.Description, &g.Status} {
		*text = redact.Text(*text)
	}
	for _, list := range [][]string{g.Aliases, g.Types, g.Licenses, g.Sectors, g.DevelopmentCountries, g.DeploymentCountries, g.UsedBy, g.FundedBy} {
		for i, text := range list {
			list[i] = redact.Text(text)
		}
	}
	for i := range g.Organizations {
		g.Organizations[i].Name, g.Organizations[i].Role = redact.Text(g.Organizations[i].Name), redact.Text(g.Organizations[i].Role)
	}
	for i := range g.Repositories {
		g.Repositories[i].Name = redact.Text(g.Repositories[i].Name)
	}
	for i := range g.Sources {
		g.Sources[i].Entry = redact.Text(g.Sources[i].Entry)
	}
	for i, note := range g.Notes {
		g.Notes[i].Subject, g.Notes[i].Message = redact.Text(note.Subject), redact.Text(note.Message)
	}
}

// cutText shortens text to at most limit bytes, never inside a character.
func cutText(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit], true
}

// clean prepares a text field: no NUL, no space around it, at most maxText
// bytes. Everything else stays: text is data, and whoever shows it escapes it.
func (n *entryNotes) clean(text, field string) string {
	if len(text) > 2*maxText { // before any work that grows with the text
		text, _ = cutText(text, 2*maxText)
	}
	if strings.ContainsRune(text, 0) {
		n.add(observation.CauseBroken, "", "%s held NUL bytes: removed", field)
		text = strings.ReplaceAll(text, "\x00", "")
	}
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	short, cut := cutText(text, maxText)
	if cut {
		n.add(observation.CauseOverLimit, "", "%s is longer than %d bytes: cut", field, maxText)
	}
	return short
}
