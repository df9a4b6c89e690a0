package assess

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
	"github.com/midspan/midspan/internal/wording"
)

// explainContext says what a reader should know beside the reasons of a stage: a large
// fall, work that is not read, what a good at the best stage rests on, and a risk that
// seems to say something else.
func (e *evaluation) explainContext(v Verdict, defs map[string]observation.Definition) []language.Message {
	said := e.explainFall(v)
	if v.Stage == Fading || v.Stage == Dormant {
		// Where its forge was asked, what is finished is told from what is left.
		switch {
		case e.certainly("lifecycle.abandoned"):
			said = append(said, language.M("Abandoned rather than finished: people ask, and most of them get no answer."))
		case e.certainly("lifecycle.nobody-asks"):
			said = append(said, language.M("Inert rather than abandoned: in 12 months nobody from outside asked anything."))
		}
		said = append(said, remark.OtherBranches(e.measures)...)
	}
	return slices.Concat(said, e.explainHold(v, defs), e.explainTension(v, defs))
}

// explainFall says early that work on a living good has fallen far.
func (e *evaluation) explainFall(v Verdict) []language.Message {
	now, before := e.measure(observation.MomentumCommits12m), e.measure(observation.MomentumCommitsPrior12m)
	ended := v.Stage == Dormant || v.Stage == Sunset || v.Stage == Unassessed
	if ended || !e.certainly("momentum.fallen") || now.Bound != observation.Exact || before.Bound != observation.Exact {
		return nil
	}
	args := []any{"now", valueArg(now.Value, now.Bound), "before", valueArg(before.Value, before.Bound)}
	if (v.Stage == MessyMiddle || v.Stage == Strained) && !slices.ContainsFunc(v.Supports, func(p Pillar) bool { return p.ID != Funding && isLacking(p) }) {
		return []language.Message{language.M("{now|commit|commits} in the last 12 months, {before} in the 12 months before.", args...)} // the stage says that it fell
	}
	return []language.Message{language.M("Work has fallen far: {now|commit|commits} in the last 12 months, {before} in the 12 months before.", args...)}
}

// explainHold says of a sustained good which one measure would move it first, and where.
func (e *evaluation) explainHold(v Verdict, defs map[string]observation.Definition) []language.Message {
	if v.Stage != Sustained || len(v.Possible) != 1 {
		return nil
	}
	var found []language.Message
	nearest := math.Inf(1)
	for _, id := range []string{People, Momentum, Upkeep} {
		for _, r := range e.rules.pillar(id).plain {
			limit, near := e.fallOf(r)
			if near >= nearest {
				continue
			}
			would := decideStage(e.withValues(map[string]any{r.measure: limit}).possibleStages())
			if would == Sustained || would == Unassessed {
				continue
			}
			m := e.measure(r.measure)
			nearest = near
			found = []language.Message{language.M("Nearest to giving way: {measure}, now {value}. At {limit} it would be {stage}.",
				"measure", measureName(r.measure, defs), "value", quantity(m.Value, m.Bound, r.unit),
				"limit", quantity(limit, observation.Exact, r.unit), "stage", wording.IsStage(would))}
		}
	}
	if found == nil {
		return []language.Message{language.M("No change of one measure alone would move it from there.")}
	}
	return found
}

// fallOf is the first value at which a rule on a fault would hold, and how far it is from
// the present one as a share of the larger; infinitely far where it holds already, or is
// no question of a number.
func (e *evaluation) fallOf(r *rule) (limit, near float64) {
	m := e.measure(r.measure)
	threshold, isNumber := r.threshold.(float64)
	value, known := m.Number()
	if r.wantsYes || !isNumber || !known || m.Bound != observation.Exact {
		return 0, math.Inf(1)
	}
	switch r.operator {
	case "<":
		limit = math.Ceil(threshold) - 1
	case ">":
		limit = math.Floor(threshold) + 1
	default:
		limit = threshold
	}
	below := r.operator == "<" || r.operator == "<="
	if below && value <= limit || !below && value >= limit {
		return limit, math.Inf(1)
	}
	return limit, distance(m, limit)
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
	args := []any{"stage", wording.IsStage(v.Stage), "measure", measureName(part.measure, defs), "quantity", weighs}
	if high {
		return []language.Message{language.M(
			"It is {stage} and at high risk all the same. The stage says what stands today, the risk how work went on after such a history. What raises it most: {measure}, {quantity}.",
			args...)}
	}
	return []language.Message{language.M(
		"It is {stage} and at low risk all the same. The stage says what has ended or been declared, the risk reads two years of history. What lowers it most: {measure}, {quantity}.",
		args...)}
}
