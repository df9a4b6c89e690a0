package assess

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// LevelsFromTop lists the levels from most to least, as wording has them.
func LevelsFromTop() []Level { return wording.LevelsFromTop[Level]() }

// evaluation evaluates the rules for one set of measures. It is not safe for
// concurrent use.
type evaluation struct {
	rules    *Rules
	measures map[string]observation.Measure
	levels   map[string][]Level // by pillar, as far as they are known
	// answers are those of plain rules to the facts, by their place among the rules and one
	// higher than they are; 0 where none was given yet. Nil where they are not kept.
	answers []kleene.Truth

	// What it assumes in place of the facts.
	assumed   map[string]observation.Measure
	moved     *rule // with this threshold
	threshold float64
}

func (r *Rules) evaluate(measures map[string]observation.Measure) *evaluation {
	return &evaluation{rules: r, measures: measures, levels: map[string][]Level{}}
}

// withThreshold is the evaluation as if the threshold of a rule were moved.
func (e *evaluation) withThreshold(r *rule, threshold float64) *evaluation {
	other := *e
	other.levels, other.moved, other.threshold = map[string][]Level{}, r, threshold
	return &other
}

// withValues is the evaluation as if some measures had these values.
func (e *evaluation) withValues(values map[string]any) *evaluation {
	other := *e
	other.levels, other.assumed = map[string][]Level{}, make(map[string]observation.Measure, len(values))
	for id, value := range values {
		other.assumed[id] = observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	return &other
}

// withLevels is the evaluation as if a pillar had one of some levels.
func (e *evaluation) withLevels(pillar string, levels []Level) *evaluation {
	other := *e
	other.levels = maps.Clone(e.levels)
	other.levels[pillar] = levels
	return &other
}

func (e *evaluation) measure(id string) observation.Measure {
	if m, ok := e.assumed[id]; ok {
		return m
	}
	return e.measures[id]
}

// evidence is a plain rule on a measured value, and its answer.
type evidence struct {
	rule  *rule
	holds bool
}

// evalRule evaluates a rule. Where its measure does not apply the answer is no,
// unless the rule is marked "absent: yes". Where only a source on the network tells, the
// answer is no as far as it did not tell.
func (e *evaluation) evalRule(r *rule) kleene.Truth {
	if r.when != nil {
		return e.evalCondition(r.when)
	}
	if e.answers == nil || r == e.moved {
		return e.evalPlain(r)
	}
	if _, assumed := e.assumed[r.measure]; assumed {
		return e.evalPlain(r)
	}
	known := &e.answers[r.place]
	if *known == 0 {
		*known = e.evalPlain(r) + 1
	}
	return *known - 1
}

// evalPlain evaluates a rule on a measure.
func (e *evaluation) evalPlain(r *rule) kleene.Truth {
	m := e.measure(r.measure)
	switch {
	case m.State == observation.NotApplicable:
		return kleene.Of(r.absentMeansYes)
	case m.State != observation.Measured && r.silenceMeansNo && m.Cause == observation.CauseNoSource:
		return kleene.False
	case m.State == observation.Unknown && r.unaskedMeansNo: // one that is left open, as in a proof, stays open
		return kleene.False
	case m.State != observation.Measured:
		return kleene.Unknown
	}
	answer := e.compare(r, m)
	if answer == kleene.Unknown && r.unaskedMeansNo { // the source gave a bound, and no more
		return kleene.False
	}
	return answer
}

// compare holds a measured value against the threshold of a rule. It is unknown where only
// a bound of the value is known, and that leaves the answer open.
func (e *evaluation) compare(r *rule, m observation.Measure) kleene.Truth {
	switch threshold := r.threshold.(type) {
	case string:
		if text, ok := m.Text(); ok {
			return kleene.Of(strings.EqualFold(text, threshold))
		}
	case bool:
		isTrue := merge.IntervalOf(m).Compare(">", 0)
		if threshold {
			return isTrue
		}
		return isTrue.Not()
	case float64:
		if r == e.moved {
			threshold = e.threshold
		}
		return merge.IntervalOf(m).Compare(r.operator, threshold)
	}
	return kleene.Unknown
}

// evalCondition evaluates a condition.
func (e *evaluation) evalCondition(c *condition) kleene.Truth {
	switch {
	case c.named != nil:
		return e.evalRule(c.named)
	case c.rule != "":
		return e.evalRule(e.rules.byID[c.rule])
	case c.pillar != "":
		return kleene.Among(e.possibleLevels(c.pillar), c.levels)
	case c.not != nil:
		return e.evalCondition(c.not).Not()
	case c.all != nil:
		return e.evalJoined(c.all, kleene.False)
	default:
		return e.evalJoined(c.any, kleene.True)
	}
}

// evalJoined evaluates "all" (decisive is False) or "any" (decisive is True): it is
// decisive where one child is, and Unknown where another one is.
func (e *evaluation) evalJoined(children []condition, decisive kleene.Truth) kleene.Truth {
	result := decisive.Not()
	for i := range children {
		switch e.evalCondition(&children[i]) {
		case decisive:
			return decisive
		case kleene.Unknown:
			result = kleene.Unknown
		}
	}
	return result
}

// possibleLevels are the levels that the unknown measures leave open, most first.
func (e *evaluation) possibleLevels(pillar string) []Level {
	if known, ok := e.levels[pillar]; ok {
		return known
	}
	p := e.rules.pillar(pillar)
	found := e.levelsOf(p)
	var sorted []Level
	for _, l := range LevelsFromTop() {
		if slices.Contains(found, l) {
			sorted = append(sorted, l)
		}
	}
	e.levels[pillar] = sorted
	return sorted
}

// levelsOf reads the levels from top to bottom. Every level that could hold before
// the first that certainly does is possible. Where nothing is measured, all are.
func (e *evaluation) levelsOf(p *pillarRule) []Level {
	if !e.anyMeasured(p) {
		return LevelsFromTop()
	}
	var found []Level
	for i := range p.levels {
		l := &p.levels[i]
		switch e.evalCondition(&l.when) {
		case kleene.False:
		case kleene.True:
			return append(found, l.level)
		default:
			found = append(found, l.level)
		}
	}
	if p.otherwise == LevelUnknown {
		return LevelsFromTop()
	}
	return append(found, p.otherwise)
}

// anyMeasured reports whether one of the measures that the pillar's levels read is
// measured.
func (e *evaluation) anyMeasured(p *pillarRule) bool {
	return slices.ContainsFunc(p.plain, func(r *rule) bool { return e.measure(r.measure).State == observation.Measured })
}

// plainRules lists the rules on measures below a condition, without those of levels.
func (r *Rules) plainRules(c condition) []*rule {
	if c.rule != "" {
		named := r.byID[c.rule]
		if named.when == nil {
			return []*rule{named}
		}
		return r.plainRules(*named.when)
	}
	var found []*rule
	for _, child := range c.children() {
		found = append(found, r.plainRules(child)...)
	}
	return found
}

// possibleStages are the stages that the measures leave open, in their order. A
// pillar has one level, whichever that is: where several are possible, the
// stages are read for each, so that what asks for load and what asks for none
// of it never both fail.
func (e *evaluation) possibleStages() []Stage {
	found := e.readStages()
	if len(found) < 2 {
		return found
	}
	open, groups := e.openPillar()
	if open == "" {
		return found
	}
	seen := map[Stage]bool{}
	for _, levels := range groups {
		for _, s := range e.withLevels(open, levels).possibleStages() {
			seen[s] = true
		}
	}
	return slices.DeleteFunc(found, func(s Stage) bool { return !seen[s] })
}

// readStages reads the stages from top to bottom, as levelsOf reads levels.
func (e *evaluation) readStages() []Stage {
	var found []Stage
	for _, s := range e.rules.stages {
		if s.when == nil {
			return append(found, s.stage)
		}
		switch e.evalCondition(s.when) {
		case kleene.False:
		case kleene.True:
			return append(found, s.stage)
		default:
			found = append(found, s.stage)
		}
	}
	return found
}

// openPillar is the first pillar whose possible levels can lead to different stages,
// with the levels in groups that no stage distinguishes; "" where there is none.
func (e *evaluation) openPillar() (string, [][]Level) {
	for _, p := range e.rules.pillars {
		var groups [][]Level
		index := map[string]int{}
		for _, l := range e.possibleLevels(p.id) {
			key := e.rules.signatures[pillarLevel{p.id, l}]
			if i, ok := index[key]; ok {
				groups[i] = append(groups[i], l)
				continue
			}
			index[key] = len(groups)
			groups = append(groups, []Level{l})
		}
		if len(groups) > 1 {
			return p.id, groups
		}
	}
	return "", nil
}

// pillarLevel is one level of one pillar.
type pillarLevel struct {
	pillar string
	level  Level
}

// levelSignatures writes down for each level which conditions of the stages hold of
// it. No stage distinguishes levels with the same signature.
func (r *Rules) levelSignatures() map[pillarLevel]string {
	signatures := map[pillarLevel]string{}
	var read func(c condition)
	read = func(c condition) {
		if c.rule != "" && r.byID[c.rule].when != nil {
			read(*r.byID[c.rule].when)
		}
		for _, l := range LevelsFromTop() {
			if c.pillar != "" {
				signatures[pillarLevel{c.pillar, l}] += fmt.Sprint(slices.Contains(c.levels, l), " ")
			}
		}
		for _, child := range c.children() {
			read(child)
		}
	}
	for _, s := range r.stages {
		if s.when != nil {
			read(*s.when)
		}
	}
	return signatures
}

// decideStage returns the one stage that is possible. Where several are, the good is
// unassessed: to call it sustained because its findings are unknown would treat the
// unknown as good, and to flag it would treat it as bad. The exception is fading or
// dormant: work ran out in either case, and fading, the milder, is true of both.
func decideStage(possible []Stage) Stage {
	switch {
	case len(possible) == 1:
		return possible[0]
	case len(possible) == 2 && slices.Contains(possible, Fading) && slices.Contains(possible, Dormant):
		return Fading
	}
	return Unassessed
}
