package site

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/wording"
)

// glossaryEntry explains a word where a page uses it.
type glossaryEntry struct{ Word, Meaning language.Message }

// glossary holds the words that a reader without code may not know, by the name that
// templates use. A meaning is one or two short sentences; of other words of the list only
// supports names some.
var glossary = map[string]glossaryEntry{
	"advisory": {language.M("advisory"), language.M("A public warning that some versions of a piece of software have a weakness.")},
	"borderline": {language.M("borderline"),
		language.M("A close call. With a slightly other limit, the good would stand in another stage.")},
	"commit":        {language.M("commit"), language.M("One change to the code that somebody saved, with a name and a date.")},
	assess.Funding:  {wording.Support(assess.Funding), language.M("Whether money for the work can be seen, and from whom.")},
	"keystone":      {language.M("keystone"), language.M("A piece of software under many goods. If it breaks, all of them have a problem.")},
	"load":          {language.M("load"), language.M("How much depends on a good: countries that use it, software built on it, people who follow it.")},
	"messy-middle":  {language.M("messy middle"), language.M("Past its first trial and alive, but without money that can be seen, and with too few supports.")},
	assess.Momentum: {wording.Support(assess.Momentum), language.M("Whether the work goes on, and new versions come out.")},
	assess.People:   {wording.Support(assess.People), language.M("How many people do the work, and whether it could go on without one of them.")},
	"policy":        {language.M("policy"), language.M("Conditions that an agency sets. Each good meets them, does not, or too little is known.")},
	"release":       {language.M("release"), language.M("A version that its makers give out for use.")},
	"risk":          {language.M("risk"), language.M("How likely it is that work stops within 18 months. Midspan learned it from the history of other projects.")},
	"stage":         {language.M("stage"), language.M("How a good stands today, in one word.")},
	"supports":      {language.M("supports"), language.M("What holds a good up: people, momentum, upkeep and funding.")},
	assess.Upkeep:   {wording.Support(assess.Upkeep), language.M("Whether known weaknesses are closed, and care is taken that few arise.")},
}

// word is a word of the glossary as a page shows it.
type word struct{ Text, Meaning any }

// term returns a word of the glossary with its meaning, as the template "term" has it: the
// meaning shows while the word has the pointer or the focus. as is how the word reads in
// its sentence, such as "messy middle" or "Goods in the messy middle"; without it, it reads
// as in the glossary.
func (s *edition) term(id string, as ...any) (template.HTML, error) {
	entry, known := glossary[id]
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
