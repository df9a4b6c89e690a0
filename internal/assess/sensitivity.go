package assess

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// shift is how far a threshold is moved to see whether it decides.
const shift = 0.2

// borderline moves every threshold both ways. Of those that would flip the
// stage, or leave open that it flips, it names the one whose value lies nearest,
// nil where none does.
func (e *evaluation) borderline(stage Stage) *Borderline {
	if stage == Unassessed {
		return nil
	}
	var found *Borderline
	nearest := math.Inf(1)
	for _, r := range e.rules.rules {
		m := e.measures[r.measure]
		if r.when != nil || m.State != observation.Measured {
			continue
		}
		for _, moved := range e.rules.moves(r) {
			near := distance(m, r.threshold.(float64))
			if near > nearest || near == nearest && found.Rule < r.id {
				break
			}
			if would, surely := e.flips(stage, r, moved); would != "" {
				found, nearest = e.bordering(r, m, moved, would, surely), near
				break
			}
		}
	}
	return found
}

// moves are the places to which the threshold of a rule is moved: 20 % down and
// up. What is counted in whole steps moves by whole ones, and by one at least:
// 2.4 people in place of 3 would ask the same. No threshold is moved to where
// every good would answer alike, so "is there any" becomes "are there two", and
// never "are there none or more". What is asked about zero is a turn of sign, of
// which a fifth is nothing.
func (r *Rules) moves(rule *rule) []float64 {
	threshold, ok := rule.threshold.(float64)
	if !ok || threshold == 0 {
		return nil
	}
	w := r.words[rule.measure]
	step := math.Abs(threshold) * shift
	if !w.fraction {
		step = max(1, math.Round(step))
	}
	var moved []float64
	for _, t := range []float64{threshold - step, threshold + step} {
		t = math.Round(t*1000) / 1000
		if (interval{w.low, w.high}).compare(rule.operator, t) == unsure {
			moved = append(moved, t)
		}
	}
	return moved
}

// flips tells which other stage a good would surely be in if the threshold of a rule
// were moved, or could be in as far as what is unknown tells; "" where in none.
func (e *evaluation) flips(stage Stage, r *rule, moved float64) (other Stage, surely bool) {
	possible := e.rules.evaluate(e.measures, map[string]float64{r.id: moved}).possibleStages()
	if would := settle(possible); would != stage && would != Unassessed {
		return would, true
	}
	known := e.possibleStages()
	i := slices.IndexFunc(possible, func(s Stage) bool { return !slices.Contains(known, s) })
	if i < 0 {
		return "", false
	}
	return possible[i], false
}

func (e *evaluation) bordering(r *rule, m observation.Measure, moved float64, would Stage, surely bool) *Borderline {
	args := []any{"stage", stageNames[would], "rule", r.id, "moved", quantity(moved, observation.Exact, r.unit),
		"threshold", quantity(r.threshold, observation.Exact, r.unit), "value", valueOf(m.Value, m.Bound)}
	said := language.M("It could be {stage} if the threshold of {rule} were {moved} instead of {threshold}; the value is {value}.", args...)
	if surely {
		said = language.M("It would be {stage} if the threshold of {rule} were {moved} instead of {threshold}; the value is {value}.", args...)
	}
	return &Borderline{Rule: r.id, Measure: r.measure, Threshold: r.threshold.(float64), Moved: moved, Would: would,
		Sentence: e.rules.english.Sentence(said), Message: said}
}

// declared is the cost of a change that is no number: funding that comes, a
// notice that goes. It weighs more than any number, so that what a project can
// do itself is named before what others must do.
const declared = 2.0

// A remedy is the smallest change of one measure that clears one rule.
type remedy struct {
	measure string
	value   any
	said    language.Message
	text    string // the same in English
	cost    float64
}

// lift names the cheapest set of up to four changes that lifts the flag: out of
// the messy middle to sustained, out of fading or dormant to a living stage. A
// change costs the share by which its measure must move.
func (e *evaluation) lift(stage Stage) []language.Message {
	var said []language.Message
	var texts []string
	for _, r := range e.cheapest(stage).best {
		if !slices.Contains(texts, r.text) {
			said, texts = append(said, r.said), append(texts, r.text)
		}
	}
	return said
}

// cheapest searches for that set; its cost is infinite where there is none.
func (e *evaluation) cheapest(stage Stage) search {
	found := search{e: e, cost: math.Inf(1)}
	switch stage {
	case MessyMiddle:
		found.goals = []Stage{Sustained}
	case Fading, Dormant:
		found.goals = []Stage{Sustained, MessyMiddle, Emerging}
	default:
		return found
	}
	found.remedies = e.remedies()
	found.extend(nil, 0, 0)
	return found
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
		said := filled(r.clears, m.Value, m.Bound, r.threshold)
		found = append(found, remedy{r.measure, cleared(r), said, e.rules.english.Sentence(said), cost})
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
