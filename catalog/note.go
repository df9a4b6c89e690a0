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

// entryNotes collects the notes on one catalog entry.
type entryNotes struct {
	subject string // the entry, where a note names nothing nearer
	notes   []observation.Note
	omitted int // notes that were left out
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

// quote shortens text from outside and takes secrets out of the addresses in
// it, so that it can be repeated in a note.
func quote(text string) string {
	short, cut := cutText(text, maxQuote)
	if cut {
		short += "…"
	}
	return redact.Text(strings.ToValidUTF8(short, "\uFFFD"))
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
