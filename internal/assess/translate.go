package assess

import (
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// RuleText is a rule with its sentences, so that its reasons can be translated without
// carrying their patterns. Holds, Fails and Clears are patterns of package language
// with the arguments value and threshold.
type RuleText struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	// Measure to Unit are those of a plain rule; All and Any those of a rule that
	// joins others.
	Measure   string           `json:"measure,omitempty"`
	Operator  string           `json:"operator,omitempty"`  // <, <=, >, >=, is
	Threshold any              `json:"threshold,omitempty"` // float64, bool or string
	Unit      observation.Unit `json:"unit,omitempty"`
	Holds     string           `json:"holds"`
	Fails     string           `json:"fails"`
	Clears    string           `json:"clears,omitempty"` // what would make its reason go away
	Reference string           `json:"reference,omitempty"`
	All       []Joined         `json:"all,omitempty"`
	Any       []Joined         `json:"any,omitempty"`
}

// Joined is a condition: a rule, a level of a pillar, or conditions joined. One of
// Not, All, Any, Rule and Pillar is set.
type Joined struct {
	Rule   string   `json:"rule,omitempty"`
	Pillar string   `json:"pillar,omitempty"`
	Levels []Level  `json:"levels,omitempty"` // of which the pillar has one
	Not    *Joined  `json:"not,omitempty"`
	All    []Joined `json:"all,omitempty"`
	Any    []Joined `json:"any,omitempty"`
}

// Texts are the texts of all rules, in the order of the rules.
func (r *Rules) Texts() []RuleText {
	texts := make([]RuleText, 0, len(r.rules))
	for _, rule := range r.rules {
		text := RuleText{ID: rule.id, Question: rule.question, Measure: rule.measure, Operator: rule.operator, Threshold: rule.threshold,
			Unit: rule.unit, Holds: rule.holds, Fails: rule.fails, Clears: rule.clears, Reference: rule.reference}
		if rule.when != nil {
			text.All, text.Any = joinedAll(rule.when.all), joinedAll(rule.when.any)
		}
		texts = append(texts, text)
	}
	return texts
}

// Frame is how levels, stages and scores follow from the rules.
type Frame struct {
	// Floor is the share of the measures read that must be known, StaleDays the age of a
	// mirror from which on it is stale.
	Floor     float64 `json:"floor"`
	StaleDays float64 `json:"staleDays"`
	// Stages and the levels of each pillar are evaluated in this order; the first that
	// holds is the one.
	Stages  []StageText  `json:"stages"`
	Pillars []PillarText `json:"pillars"`
	// Weights are those of the supports in the score of a good, Bands the ends between
	// which the scores of a level lie, 0 to 100.
	Weights map[string]float64   `json:"weights"`
	Bands   map[Level][2]float64 `json:"bands"`
}

// StageText is a stage and its condition; When is nil for the last one.
type StageText struct {
	Stage Stage   `json:"stage"`
	When  *Joined `json:"when,omitempty"`
}

// PillarText is load or a support with the conditions of its levels; Otherwise is the
// level where none holds.
type PillarText struct {
	ID        string      `json:"id"`
	Question  string      `json:"question"`
	Levels    []LevelText `json:"levels"`
	Otherwise Level       `json:"otherwise"`
}

// LevelText is a level and its condition.
type LevelText struct {
	Level Level  `json:"level"`
	When  Joined `json:"when"`
}

// Frame returns that of these rules.
func (r *Rules) Frame() Frame {
	f := Frame{Floor: r.floor, StaleDays: r.staleDays, Weights: maps.Clone(r.weights), Bands: make(map[Level][2]float64, len(r.bands))}
	for level, band := range r.bands {
		f.Bands[level] = [2]float64{band.Low, band.High}
	}
	for _, s := range r.stages {
		text := StageText{Stage: s.stage}
		if s.when != nil {
			when := joinedOf(*s.when)
			text.When = &when
		}
		f.Stages = append(f.Stages, text)
	}
	for _, p := range r.pillars {
		text := PillarText{ID: p.id, Question: p.question, Otherwise: p.otherwise}
		for _, l := range p.levels {
			text.Levels = append(text.Levels, LevelText{l.level, joinedOf(l.when)})
		}
		f.Pillars = append(f.Pillars, text)
	}
	return f
}

// Patterns are the English patterns in the rules, sorted: those of reasons, of what
// clears them and of stages. They are keys of the catalogs of other languages, as are
// the patterns in the code.
func (r *Rules) Patterns() []string {
	var patterns []string
	for _, rule := range r.rules {
		if rule.when == nil {
			patterns = append(patterns, rule.holds, rule.fails, rule.clears)
		}
	}
	for _, s := range r.stages {
		patterns = append(patterns, s.because)
	}
	slices.Sort(patterns)
	return slices.DeleteFunc(slices.Compact(patterns), func(p string) bool { return p == "" })
}

func joinedAll(conditions []condition) []Joined {
	var all []Joined
	for _, c := range conditions {
		all = append(all, joinedOf(c))
	}
	return all
}

func joinedOf(c condition) Joined {
	j := Joined{Rule: c.rule, Pillar: c.pillar, Levels: c.levels, All: joinedAll(c.all), Any: joinedAll(c.any)}
	if c.not != nil {
		not := joinedOf(*c.not)
		j.Not = &not
	}
	return j
}

// pattern is that of a reason of the rule, "" where the reason's operator is not the
// rule's.
func (t RuleText) pattern(operator string) string {
	switch operator {
	case t.Operator:
		return t.Holds
	case negatedOperator[t.Operator]:
		return t.Fails
	}
	return ""
}

// Translator translates the sentences of verdicts. It is safe for concurrent use.
//
// A sentence without a message (of a verdict of an older program, of a rule that is
// not known or has another text by now) stays in English, as the verdict holds it.
type Translator struct {
	language, english *language.Language
	texts             map[string]RuleText
}

// NewTranslator returns a translator to a language with the texts of the rules.
func NewTranslator(l *language.Language, texts []RuleText) *Translator {
	s := &Translator{language: l, english: language.English(), texts: make(map[string]RuleText, len(texts))}
	for _, text := range texts {
		s.texts[text.ID] = text
	}
	return s
}

// Reason translates the sentence of a reason.
func (s *Translator) Reason(r Reason) string {
	return s.translate(s.texts[r.Rule].pattern(r.Operator), r, r.Sentence)
}

// Clears translates what would clear a reason, "" where it has no such sentence.
func (s *Translator) Clears(r Reason) string { return s.translate(s.texts[r.Rule].Clears, r, r.Clears) }

// Cause translates the reason of a change between two verdicts.
func (s *Translator) Cause(c ChangeCause) string {
	m := c.After
	if c.Gone {
		m = c.Before
	}
	return s.Reason(Reason{Rule: c.Rule, Operator: c.Operator, Threshold: c.Threshold, Value: m.Value, Bound: m.Bound, Sentence: c.Reason})
}

// translate fills a pattern of a rule with the numbers of a reason. It returns the
// English sentence where the pattern no longer gives that.
func (s *Translator) translate(pattern string, r Reason, english string) string {
	if pattern == "" || s.language.Tag() == s.english.Tag() {
		return english
	}
	m := fillPattern(pattern, r.Value, r.Bound, r.Threshold)
	if language.Upper(s.english.TranslateMessage(m)) != english {
		return english
	}
	return language.Upper(s.language.TranslateMessage(m))
}

// Because translates why a good has its stage.
func (s *Translator) Because(v Verdict) string {
	if len(v.BecauseMessages) == 0 {
		return v.Because
	}
	return s.language.Sentences(v.BecauseMessages)
}

// Lift translates what would lift the flag, each change by itself.
func (s *Translator) Lift(v Verdict) []string { return s.translateEach(v.LiftMessages, v.Lift) }

// Remarks translates the remarks on impossible dates and numbers.
func (s *Translator) Remarks(v Verdict) []string { return s.translateEach(v.RemarkMessages, v.Remarks) }

// Borderline translates which threshold would change the stage; "" where none would.
func (s *Translator) Borderline(b *Borderline) string {
	switch {
	case b == nil:
		return ""
	case b.Message.Pattern == "":
		return b.Sentence
	}
	return s.language.Sentence(b.Message)
}

func (s *Translator) translateEach(messages []language.Message, english []string) []string {
	if len(messages) != len(english) {
		return english
	}
	sentences := make([]string, len(messages))
	for i, m := range messages {
		sentences[i] = s.language.Sentence(m)
	}
	return sentences
}
