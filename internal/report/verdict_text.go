package report

import (
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
)

// VerdictText is a text of a verdict in the language: its messages, or its English text
// and false where it has no message or none of them has a translation.
func (w Localizer) VerdictText(inEnglish string, messages ...language.Message) (text string, translated bool) {
	if w.Tag() == English.Tag() || !slices.ContainsFunc(messages, func(m language.Message) bool { return m.Pattern != "" && w.Has(m.Pattern) }) {
		return inEnglish, false
	}
	return w.Sentences(messages), true
}

func (w Localizer) BecauseText(v assess.Verdict) (string, bool) {
	return w.VerdictText(v.Because, v.BecauseMessages...)
}

func (w Localizer) ReasonText(r assess.Reason) (string, bool) {
	return w.VerdictText(r.Sentence, r.Message())
}
