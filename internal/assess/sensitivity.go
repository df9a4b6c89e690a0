package assess

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// shift is how far a threshold is moved to see whether it decides.
const shift = 0.2

// borderline moves every threshold by 20 % both ways. Of those that would flip
// the stage it names the one whose value lies nearest, nil where none does.
func (e *evaluation) borderline(stage Stage) *Borderline {
	if stage == Unassessed {
		return nil
	}
	var found *Borderline
	nearest := math.Inf(1)
	for _, r := range e.rules.rules {
		threshold, ok := r.threshold.(float64)
		m := e.measures[r.measure]
		if !ok || threshold == 0 || m.State != observation.Measured {
			continue
		}
		near := distance(m, threshold)
		if near > nearest || near == nearest && found != nil && found.Rule < r.id {
			continue
		}
		for _, factor := range []float64{1 - shift, 1 + shift} {
			moved := math.Round(threshold*factor*1000) / 1000
			would := settle(e.rules.evaluate(e.measures, map[string]float64{r.id: moved}).possibleStages())
			if would == stage || would == Unassessed {
				continue
			}
			found, nearest = &Borderline{Rule: r.id, Measure: r.measure, Threshold: threshold, Moved: moved, Would: would,
				Sentence: fmt.Sprintf("It would be %s if the threshold of %s were %s instead of %s; the value is %s.",
					stages([]Stage{would}, ""), r.id, quantity(moved, r.unit), quantity(threshold, r.unit), strings.TrimSpace(say("{value}", r, m)))}, near
			break
		}
	}
	return found
}

func quantity(v float64, unit string) string { return strings.TrimSpace(plainly(v) + " " + unit) }

// declared is the cost of a change that is no number: funding that comes, a
// notice that goes. It weighs more than any number, so that what a project can
// do itself is named before what others must do.
const declared = 2.0

// A remedy is the smallest change of one measure that clears one rule.
type remedy struct {
	measure string
	value   any
	text    string
	cost    float64
}

// lift finds the cheapest set of up to four changes that lifts the flag: out of
// the messy middle to sustained, out of fading or dormant to a living stage. A
// change costs the share by which its measure must move.
func (e *evaluation) lift(stage Stage) []string {
	var goals []Stage
	switch stage {
	case MessyMiddle:
		goals = []Stage{Sustained}
	case Fading, Dormant:
		goals = []Stage{Sustained, MessyMiddle, Emerging}
	default:
		return nil
	}
	search := search{e: e, goals: goals, remedies: e.remedies(), cost: math.Inf(1)}
	search.extend(nil, 0, 0)
	texts := []string{}
	for _, r := range search.best {
		if !slices.Contains(texts, r.text) {
			texts = append(texts, r.text)
		}
	}
	return texts
}

// remedies are the changes that the rules themselves name, cheapest first.
func (e *evaluation) remedies() []remedy {
	var found []remedy
	for _, r := range e.rules.rules {
		applies := e.measures[r.measure].State != observation.NotApplicable
		if r.when != nil || r.clears == "" || !applies || e.ask(r) != truthOf(!r.wanted) {
			continue
		}
		m := e.measures[r.measure]
		if m.State != observation.Measured {
			continue
		}
		cost := declared
		if threshold, ok := r.threshold.(float64); ok {
			cost = max(0.01, distance(m, threshold))
		}
		found = append(found, remedy{r.measure, cleared(r), say(r.clears, r, m), cost})
	}
	slices.SortStableFunc(found, func(a, b remedy) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.text, b.text)) })
	return found
}

// cleared is the value nearest to the threshold at which a rule answers as
// wished.
func cleared(r *rule) any {
	switch t := r.threshold.(type) {
	case float64:
		switch r.operator {
		case ">=":
			return math.Ceil(t) - 1
		case "<=":
			return math.Floor(t) + 1
		}
		return t
	case bool:
		return t == r.wanted
	default:
		return ""
	}
}

// search walks the sets of remedies, one for each measure, and keeps the
// cheapest that reaches a goal.
type search struct {
	e        *evaluation
	goals    []Stage
	remedies []remedy
	best     []remedy
	cost     float64
}

func (s *search) extend(chosen []remedy, from int, cost float64) {
	const most = 4
	for i := from; i < len(s.remedies) && len(chosen) < most; i++ {
		next := s.remedies[i]
		if cost+next.cost >= s.cost || slices.ContainsFunc(chosen, func(r remedy) bool { return r.measure == next.measure }) {
			continue
		}
		set := append(slices.Clone(chosen), next)
		if s.reaches(set) {
			s.best, s.cost = set, cost+next.cost
			continue
		}
		s.extend(set, i+1, cost+next.cost)
	}
}

func (s *search) reaches(set []remedy) bool {
	values := map[string]any{}
	for _, r := range set {
		values[r.measure] = r.value
	}
	return slices.Contains(s.goals, settle(s.e.assume(values).possibleStages()))
}
