package assess

import (
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/language"
)

// RuleText is what a rule asks and says, so that its reasons can be said in any
// language without carrying their patterns. Holds, Fails and Clears are patterns
// of package language with the arguments value and threshold.
type RuleText struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	// Measure to Unit are those of a plain rule; All and Any those of a rule that
	// joins others.
	Measure   string   `json:"measure,omitempty"`
	Operator  string   `json:"operator,omitempty"`  // <, <=, >, >=, is
	Threshold any      `json:"threshold,omitempty"` // float64, bool or string
	Unit      string   `json:"unit,omitempty"`
	Holds     string   `json:"holds"`
	Fails     string   `json:"fails"`
	Clears    string   `json:"clears,omitempty"` // what would make its reason go away
	Reference string   `json:"reference,omitempty"`
	All       []Joined `json:"all,omitempty"`
	Any       []Joined `json:"any,omitempty"`
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

// Frame is what joins the answers of the rules to levels, stages and scores.
type Frame struct {
	// Floor is the share of the measures read that must be known, StaleDays the age of a
	// mirror from which on it is stale.
	Floor     float64 `json:"floor"`
	StaleDays float64 `json:"staleDays"`
	// Stages and the levels of each pillar are asked in their order; the first that
	// holds is the one.
	Stages  []StageText  `json:"stages"`
	Pillars []PillarText `json:"pillars"`
	// Weights are those of the supports in the score of a good, Bands the ends between
	// which the scores of a level lie, 0 to 100.
	Weights map[string]float64   `json:"weights"`
	Bands   map[Level][2]float64 `json:"bands"`
}

// StageText says when a good has a stage; When is nil for the last one, which is left.
type StageText struct {
	Stage Stage   `json:"stage"`
	When  *Joined `json:"when,omitempty"`
}

// PillarText says when load or a support has a level; Otherwise is the last one.
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

// Frame is that of these rules.
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

// Patterns are the English patterns that the rules hold for verdicts, sorted: what
// their reasons say and clear, and because of what a good has its stage. They are
// keys of the catalogs of other languages, as are the patterns in the code.
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

// pattern is the sentence of a reason of the rule, "" where the reason is that of
// another question.
func (t RuleText) pattern(operator string) string {
	switch operator {
	case t.Operator:
		return t.Holds
	case opposite[t.Operator]:
		return t.Fails
	}
	return ""
}

// Speaker says in one language what verdicts hold. It is safe for concurrent use.
//
// What it has no message for (a verdict of an older program, a reason of a rule whose
// text is not at hand or says something else by now) it says in English, as it stands
// in the verdict.
type Speaker struct {
	language, english *language.Language
	texts             map[string]RuleText
}

// NewSpeaker makes a speaker of a language that knows the texts of the rules.
func NewSpeaker(l *language.Language, texts []RuleText) *Speaker {
	s := &Speaker{language: l, english: language.English(), texts: make(map[string]RuleText, len(texts))}
	for _, text := range texts {
		s.texts[text.ID] = text
	}
	return s
}

// Reason says the sentence of a reason.
func (s *Speaker) Reason(r Reason) string {
	return s.say(s.texts[r.Rule].pattern(r.Operator), r, r.Sentence)
}

// Clears says what would make a reason go away, "" where nothing is said of that.
func (s *Speaker) Clears(r Reason) string { return s.say(s.texts[r.Rule].Clears, r, r.Clears) }

// Cause says the reason of a change between two verdicts.
func (s *Speaker) Cause(c Cause) string {
	m := c.After
	if c.Gone {
		m = c.Before
	}
	return s.Reason(Reason{Rule: c.Rule, Operator: c.Operator, Threshold: c.Threshold, Value: m.Value, Bound: m.Bound, Sentence: c.Reason})
}

// say fills a pattern of a rule with the numbers of a reason, if in English it says
// what the verdict does.
func (s *Speaker) say(pattern string, r Reason, english string) string {
	if pattern == "" || s.language.Tag() == s.english.Tag() {
		return english
	}
	m := filled(pattern, r.Value, r.Bound, r.Threshold)
	if language.Upper(s.english.TranslateMessage(m)) != english {
		return english
	}
	return language.Upper(s.language.TranslateMessage(m))
}

// Because says why a good has its stage.
func (s *Speaker) Because(v Verdict) string {
	if len(v.BecauseMessages) == 0 {
		return v.Because
	}
	return s.language.Sentences(v.BecauseMessages)
}

// Lift says what would lift the flag, each change by itself.
func (s *Speaker) Lift(v Verdict) []string { return s.each(v.LiftMessages, v.Lift) }

// Remarks says what was read and cannot be.
func (s *Speaker) Remarks(v Verdict) []string { return s.each(v.RemarkMessages, v.Remarks) }

// Borderline says which threshold would flip the stage; "" where none would.
func (s *Speaker) Borderline(b *Borderline) string {
	switch {
	case b == nil:
		return ""
	case b.Message.Pattern == "":
		return b.Sentence
	}
	return s.language.Sentence(b.Message)
}

func (s *Speaker) each(messages []language.Message, english []string) []string {
	if len(messages) != len(english) {
		return english
	}
	said := make([]string, len(messages))
	for i, m := range messages {
		said[i] = s.language.Sentence(m)
	}
	return said
}
