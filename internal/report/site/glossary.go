package site

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/wording"
)

// word is a word of the glossary as a page shows it.
type word struct{ Text, Meaning any }

// term returns a word of the glossary with its meaning, as the template "term" has it: the
// meaning shows while the word has the pointer or the focus. as is how the word reads in
// its sentence, such as "messy middle" or "Goods in the messy middle"; without it, it reads
// as in the glossary.
func (s *edition) term(id string, as ...any) (template.HTML, error) {
	entry, known := wording.Glossary()[id]
	if !known {
		return "", fmt.Errorf("the glossary has no word %q", id)
	}
	shown := word{s.text.messageText(entry.Word), s.text.messageText(entry.Meaning)}
	if len(as) > 0 {
		shown.Text = as[0]
	}
	return s.explained(shown)
}

// stageTerm is the name of a stage with its meaning, as a word of the glossary.
func (s *edition) stageTerm(stage assess.Stage) (template.HTML, error) {
	return s.explained(word{s.text.messageText(wording.Stage(stage)), s.text.messageText(wording.StageMeaning(stage))})
}

func (s *edition) explained(shown word) (template.HTML, error) {
	var out strings.Builder
	if err := s.pages.ExecuteTemplate(&out, "term", shown); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}

// messageText translates a message for a page, and marks it as English where it is not
// translated.
func (w pageLocalizer) messageText(m language.Message) any {
	if text := w.TranslateMessage(m); w.Has(m.Pattern) {
		return text
	}
	return w.inEnglish(w.TranslateMessage(m))
}
