package assess

import (
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// RuleText is a rule with its sentences. Holds, Fails and Clears are patterns of package
// language with the arguments value, threshold and those of With. Where the unit is days,
// value and threshold stand for times with their unit: "400 days", "9 years".
type RuleText struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	// Measure to Unit are those of a plain rule; All and Any those of a rule that
	// joins others.
	Measure   string           `json:"measure,omitempty"`
	Operator  string           `json:"operator,omitempty"`  // <, <=, >, >=, is
	Threshold any              `json:"threshold,omitempty"` // float64, bool or string
	Unit      observation.Unit `json:"unit,omitempty"`
	// With are other measures whose numbers the sentences hold, by name.
	With      map[string]string `json:"with,omitempty"`
	Holds     string            `json:"holds"`
	None      string            `json:"none,omitempty"` // as Holds, where the value is zero
	Fails     string            `json:"fails"`
	Clears    string            `json:"clears,omitempty"` // what would make its reason go away
	Reference string            `json:"reference,omitempty"`
	All       []Joined          `json:"all,omitempty"`
	Any       []Joined          `json:"any,omitempty"`
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
		texts = append(texts, rule.text())
	}
	return texts
}

func (rule *rule) text() RuleText {
	text := RuleText{ID: rule.id, Question: rule.question, Measure: rule.measure, Operator: rule.operator, Threshold: rule.threshold,
		Unit: rule.unit, With: rule.with, Holds: rule.holds, None: rule.none, Fails: rule.fails, Clears: rule.clears, Reference: rule.reference}
	if rule.when != nil {
		text.All, text.Any = joinedAll(rule.when.all), joinedAll(rule.when.any)
	}
	return text
}

// Lettered is a pattern of the rule with letters for its numbers: N for that of the
// measure, T for the threshold, A, B and so on for those of With, by name.
func (t RuleText) Lettered(pattern string) language.Message {
	m := language.Message{Pattern: pattern}
	for name, letter := range map[string]string{"value": "N", "threshold": "T"} {
		arg := language.Arg{Text: letter}
		if t.Unit == observation.UnitDays && !strings.Contains(pattern, "{"+name+"|") {
			time := wording.Quantity(arg, t.Unit)
			arg = language.Arg{Message: &time}
		}
		setArg(&m, name, arg)
	}
	for i, name := range slices.Sorted(maps.Keys(t.With)) {
		setArg(&m, name, language.Arg{Text: string(rune('A' + i))})
	}
	return m
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
			patterns = append(patterns, rule.holds, rule.none, rule.fails, rule.clears)
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
