package report

import (
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
)

// verdictText is a text of a verdict in the language: its messages, or its English text
// and false where it has no message or none of them has a translation.
func (w localizer) verdictText(inEnglish string, messages ...language.Message) (text string, translated bool) {
	if w.Tag() == english.Tag() || !slices.ContainsFunc(messages, func(m language.Message) bool { return m.Pattern != "" && w.Has(m.Pattern) }) {
		return inEnglish, false
	}
	return w.Sentences(messages), true
}

func (w localizer) becauseText(v assess.Verdict) (string, bool) {
	return w.verdictText(v.Because, v.BecauseMessages...)
}

func (w localizer) reasonText(r assess.Reason) (string, bool) {
	return w.verdictText(r.Sentence, r.Message())
}

func (s *edition) because(v assess.Verdict, most ...int) any {
	text, translated := s.text.becauseText(v)
	return s.marked(text, translated, most...)
}

func (s *edition) reasonText(r assess.Reason, most ...int) any {
	text, translated := s.text.reasonText(r)
	return s.marked(text, translated, most...)
}

func (s *edition) clears(r assess.Reason) any {
	text, translated := s.text.verdictText(r.Clears, r.ClearsMessage())
	return s.marked(text, translated)
}

func (s *edition) borderline(b *assess.Borderline) any {
	text, translated := s.text.verdictText(b.Sentence, b.Message)
	return s.marked(text, translated)
}

// lift lists the changes: each that is cut is made a sentence.
func (s *edition) lift(v assess.Verdict, most ...int) []any {
	var all []any
	for i, change := range v.Lift {
		text, translated := s.text.verdictText(change, messageAt(v.LiftMessages, i, len(v.Lift))...)
		if len(most) > 0 {
			text = sentence(cut(text, most[0]))
		}
		all = append(all, s.marked(text, translated))
	}
	return all
}

func (s *edition) remarks(v assess.Verdict) []any {
	var all []any
	for i, remark := range v.Remarks {
		text, translated := s.text.verdictText(remark, messageAt(v.RemarkMessages, i, len(v.Remarks))...)
		all = append(all, s.marked(text, translated, 400))
	}
	return all
}

// messageAt is the message of the i-th of n sentences, in a list of one; none where
// there is not one message for each sentence.
func messageAt(messages []language.Message, i, n int) []language.Message {
	if len(messages) != n {
		return nil
	}
	return messages[i : i+1]
}

// marked cuts a text to the room that there is for it, and marks one that is in English
// for want of a translation.
func (s *edition) marked(text string, translated bool, most ...int) any {
	if len(most) > 0 {
		text = cut(text, most[0])
	}
	if !translated {
		return s.text.inEnglish(text)
	}
	return text
}
