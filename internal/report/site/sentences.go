package site

import (
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

func (s *edition) because(v assess.Verdict, most ...int) any {
	text, translated := s.text.BecauseText(v)
	return s.marked(text, translated, most...)
}

func (s *edition) reasonText(r assess.Reason, most ...int) any {
	text, translated := s.text.ReasonText(r)
	return s.marked(text, translated, most...)
}

func (s *edition) clears(r assess.Reason) any {
	text, translated := s.text.VerdictText(r.Clears, r.ClearsMessage())
	return s.marked(text, translated)
}

func (s *edition) borderline(b *assess.Borderline) any {
	text, translated := s.text.VerdictText(b.Sentence, b.Message)
	return s.marked(text, translated)
}

// lift lists the changes: each that is cut is made a sentence.
func (s *edition) lift(v assess.Verdict, most ...int) []any {
	var all []any
	for i, change := range v.Lift {
		text, translated := s.text.VerdictText(change, messageAt(v.LiftMessages, i, len(v.Lift))...)
		if len(most) > 0 {
			text = sentence(report.Cut(text, most[0]))
		}
		all = append(all, s.marked(text, translated))
	}
	return all
}

func (s *edition) remarks(v assess.Verdict) []any {
	var all []any
	for i, remark := range v.Remarks {
		text, translated := s.text.VerdictText(remark, messageAt(v.RemarkMessages, i, len(v.Remarks))...)
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
		text = report.Cut(text, most[0])
	}
	if !translated {
		return s.text.inEnglish(text)
	}
	return text
}
