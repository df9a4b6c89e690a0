package assess

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
	"github.com/midspan/midspan/internal/wording"
)

const (
	// fellTo is the share of a year's commits below which the year after counts as a fall.
	fellTo = 0.75
	// farAway is how far from a limit a value is that is not called near, as a share of it.
	farAway = 0.5
	// leastPart is the step by which a value that is no whole number passes a threshold.
	leastPart = 0.001
	// enoughByOthers is the share of a year's commits above which that of the most active
	// person is no shortage.
	enoughByOthers = 0.4
)

// explainContext says what a reader should know beside the reasons of a stage: a large
// fall, work that is not read, what a good at the best stage rests on, and a risk that
// seems to say something else.
func (e *evaluation) explainContext(in merge.Input, v Verdict, defs map[string]observation.Definition) []language.Message {
	sentences := e.explainFall(in, v)
	if v.Stage == Fading || v.Stage == Dormant {
		// Where its forge was asked, what is finished is distinguished from what is left.
		switch {
		case e.certainly("lifecycle.abandoned"):
			sentences = append(sentences, language.M("Abandoned rather than finished: people ask, and most of them get no answer."))
		case e.certainly("lifecycle.nobody-asks"):
			sentences = append(sentences, language.M("Inert rather than abandoned: in 12 months nobody from outside asked anything."))
		}
		sentences = append(sentences, remark.OtherBranches(e.measures)...)
	}
	return slices.Concat(sentences, e.explainHold(v, defs), e.explainTension(v, defs))
}

// explainFall says early that work on a living good has fallen: in a year far, or of late.
func (e *evaluation) explainFall(in merge.Input, v Verdict) []language.Message {
	now, before := e.measure(observation.MomentumCommits12m), e.measure(observation.MomentumCommitsPrior12m)
	exact := now.Bound == observation.Exact && before.Bound == observation.Exact
	args := []any{"now", valueArg(now.Value, now.Bound), "before", valueArg(before.Value, before.Bound)}
	switch {
	case v.Stage == Dormant || v.Stage == Sunset || v.Stage == Unassessed:
		return nil
	case !e.certainly("momentum.fallen") || !exact:
		sentences := remark.FellOfLate(in)
		if sentences == nil && v.Stage == Sustained && e.workFell() {
			return []language.Message{language.M("Work on it fell: {now|commit|commits} in the last 12 months, {before} in the 12 months before.", args...)}
		}
		return sentences
	case (v.Stage == MessyMiddle || v.Stage == Strained) && len(lackingBesideFunding(v.Supports)) == 0:
		return []language.Message{language.M("{now|commit|commits} in the last 12 months, {before} in the 12 months before.", args...)} // the stage says that it fell
	}
	return []language.Message{language.M("Work has fallen far: {now|commit|commits} in the last 12 months, {before} in the 12 months before.", args...)}
}

// workFell reports whether the last year certainly had fewer commits than that share.
func (e *evaluation) workFell() bool {
	trend := merge.IntervalOf(e.measure(observation.MomentumCommitTrend))
	return e.measure(observation.MomentumCommitTrend).State == observation.Measured && trend.Compare("<", fellTo) == kleene.True
}

// withoutFall are the supports of which it can be claimed that they hold: where work fell,
// momentum is not named among them, whatever its level.
func (e *evaluation) withoutFall(supports []Pillar) []Pillar {
	return slices.DeleteFunc(slices.Clone(supports), func(p Pillar) bool { return p.ID == Momentum && isHolding(p) && e.workFell() })
}

// explainHold says of a sustained good which one measure would move it first, and where.
// Nil where none is near.
func (e *evaluation) explainHold(v Verdict, defs map[string]observation.Definition) []language.Message {
	if v.Stage != Sustained || len(v.Possible) != 1 {
		return nil
	}
	var found []language.Message
	nearest := farAway
	for _, r := range e.rules.rules {
		value, near := e.fallOf(r)
		if near > nearest || near == nearest && found != nil {
			continue
		}
		would := decideStage(e.withValues(map[string]any{r.measure: value}).possibleStages())
		if would == Sustained || would == Unassessed {
			continue
		}
		m := e.measure(r.measure)
		args := []any{"measure", remark.MeasureName(r.measure, defs), "value", quantity(m.Value, m.Bound, r.unit), "stage", wording.IsStage(would)}
		nearest = near
		if e.rules.specs[r.measure].Fraction && r.operator == "<" {
			found = []language.Message{language.M("Nearest to giving way: {measure}, now {value}. Below {limit} it would be {stage}.",
				append(args, "limit", quantity(r.threshold, observation.Exact, r.unit))...)}
			continue
		}
		found = []language.Message{language.M("Nearest to giving way: {measure}, now {value}. At {limit} it would be {stage}.",
			append(args, "limit", quantity(value, observation.Exact, r.unit))...)}
	}
	return found
}

// fallOf is the first value at which a rule on a fault would hold, and how far it is from
// the present one as a share of that; infinitely far where it holds already, or is no
// question of a number.
func (e *evaluation) fallOf(r *rule) (limit, near float64) {
	m := e.measure(r.measure)
	threshold, isNumber := r.threshold.(float64)
	value, known := m.Number()
	if r.wantsYes || !isNumber || !known || m.Bound != observation.Exact || e.evalRule(r) != kleene.False {
		return 0, math.Inf(1)
	}
	fraction := e.rules.specs[r.measure].Fraction
	switch {
	case r.operator == "<" && fraction:
		limit = threshold - leastPart
	case r.operator == "<":
		limit = math.Ceil(threshold) - 1
	case r.operator == ">" && fraction:
		limit = threshold + leastPart
	case r.operator == ">":
		limit = math.Floor(threshold) + 1
	default:
		limit = threshold
	}
	if value == 0 {
		return limit, math.Inf(1)
	}
	return limit, math.Abs(value-limit) / math.Abs(value)
}

// explainTension says why a stage and a risk stand side by side that seem to exclude each
// other: supports that hold, or a pilot, with a high risk; work that runs out, or an end,
// with a low one. Nil where they agree.
func (e *evaluation) explainTension(v Verdict, defs map[string]observation.Definition) []language.Message {
	high := v.Risk.Level == RiskHigh && (v.Stage == Sustained || v.Stage == Emerging)
	low := v.Risk.Level == RiskLow && v.Stage.Ending()
	if !high && !low {
		return nil
	}
	part := slices.MaxFunc(e.rules.risk.parts, func(a, b scorePart) int {
		order := cmp.Compare(a.weight*a.scoreRange(e.measure(a.measure)).Low, b.weight*b.scoreRange(e.measure(b.measure)).Low)
		if low {
			return -order
		}
		return order
	})
	m := e.measure(part.measure)
	weighs := quantity(m.Value, m.Bound, e.rules.specs[part.measure].Unit)
	args := []any{"stage", wording.IsStage(v.Stage), "measure", remark.MeasureName(part.measure, defs), "quantity", weighs}
	if high {
		return []language.Message{language.M(
			"It is {stage} and at high risk all the same. The stage says what stands today, the risk how work went on after such a history. What raises it most: {measure}, {quantity}.",
			args...)}
	}
	return []language.Message{language.M(
		"It is {stage} and at low risk all the same. The stage says what has ended or been declared, the risk reads two years of history. What lowers it most: {measure}, {quantity}.",
		args...)}
}
