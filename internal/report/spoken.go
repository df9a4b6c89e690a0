package report

import "github.com/midspan/midspan/internal/assess"

// The sentences of a verdict, in the language of the site. One for which there is no
// message, or no translation, is told in English and marked as such.

func (s *edition) because(v assess.Verdict, most ...int) any {
	return s.spoken(s.translator.Because(v), v.Because, most...)
}

func (s *edition) reasonText(r assess.Reason, most ...int) any {
	return s.spoken(s.translator.Reason(r), r.Sentence, most...)
}

func (s *edition) clears(r assess.Reason) any { return s.spoken(s.translator.Clears(r), r.Clears) }

func (s *edition) borderline(b *assess.Borderline) any {
	return s.spoken(s.translator.Borderline(b), b.Sentence)
}

// lift says each change by itself: where it is cut, as a sentence among others.
func (s *edition) lift(v assess.Verdict, most ...int) []any {
	var all []any
	for i, said := range s.translator.Lift(v) {
		english := v.Lift[i]
		if len(most) > 0 {
			said, english = sentence(cut(said, most[0])), sentence(cut(english, most[0]))
		}
		all = append(all, s.spoken(said, english))
	}
	return all
}

func (s *edition) remarks(v assess.Verdict) []any {
	var all []any
	for i, said := range s.translator.Remarks(v) {
		all = append(all, s.spoken(said, v.Remarks[i], 400))
	}
	return all
}

// spoken marks a sentence that was told in English, and cuts it to what there is room
// for.
func (s *edition) spoken(said, inEnglish string, most ...int) any {
	short := said
	if len(most) > 0 {
		short = cut(said, most[0])
	}
	if said == inEnglish {
		return s.text.inEnglish(short)
	}
	return short
}
