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
	// borderlineShift is how far a threshold is moved to see whether it decides.
	borderlineShift = 0.2
	// leastMoved is the least threshold in whole steps that is moved.
	leastMoved = 3
)

// borderline moves every threshold both ways. Of those for which the stage would, or
// could, be another, it returns the one whose value lies nearest; nil where there is
// none.
func (e *evaluation) borderline(stage Stage, defs map[string]observation.Definition) *Borderline {
	if stage == Unassessed {
		return nil
	}
	var found *Borderline
	nearest := math.Inf(1)
	for _, r := range e.rules.rules {
		m := e.measure(r.measure)
		if r.when != nil || m.State != observation.Measured {
			continue
		}
		for _, moved := range e.rules.movedThresholds(r) {
			near := distance(m, r.threshold.(float64))
			if near > nearest || near == nearest && found.Rule < r.id {
				break
			}
			if would, surely := e.stageIfMoved(stage, r, moved); would != "" {
				found, nearest = e.newBorderline(r, m, moved, would, surely, defs), near
				break
			}
		}
	}
	return found
}

// movedThresholds are the threshold of a rule moved 20 % down and up. What is counted
// in whole steps moves by whole steps, and by one at least: 2.4 people in place of 3
// would mean the same. Of one or two a step is half of it or all, no 20 %, so that these
// are not moved. No threshold is moved to where every good has the same answer:
// "one or more" becomes "two or more", never "none or more". A threshold of zero is
// not moved: it asks for a sign.
func (r *Rules) movedThresholds(rule *rule) []float64 {
	threshold, ok := rule.threshold.(float64)
	if !ok || threshold == 0 {
		return nil
	}
	w := r.specs[rule.measure]
	step := math.Abs(threshold) * borderlineShift
	if !w.Fraction && threshold < leastMoved {
		return nil
	} else if !w.Fraction {
		step = max(1, math.Round(step))
	}
	var moved []float64
	for _, t := range []float64{threshold - step, threshold + step} {
		t = math.Round(t*1000) / 1000
		if kleene.Between(w.Low, w.High).Compare(rule.operator, t) == kleene.Unknown {
			moved = append(moved, t)
		}
	}
	return moved
}

// stageIfMoved is another stage that a good would certainly have if the threshold of a
// rule were moved, or one that it could have with what is unknown; "" for neither.
func (e *evaluation) stageIfMoved(stage Stage, r *rule, moved float64) (other Stage, surely bool) {
	as := e.withThreshold(r, moved)
	if as.evalPlain(r) == e.evalRule(r) {
		return "", false // nothing else hangs on it
	}
	possible := as.possibleStages()
	if would := decideStage(possible); would != stage && would != Unassessed {
		return would, true
	}
	known := e.possibleStages()
	i := slices.IndexFunc(possible, func(s Stage) bool { return !slices.Contains(known, s) })
	if i < 0 {
		return "", false
	}
	return possible[i], false
}

func (e *evaluation) newBorderline(r *rule, m observation.Measure, moved float64, would Stage, surely bool,
	defs map[string]observation.Definition) *Borderline {
	args := []any{"stage", wording.IsStage(would), "measure", remark.MeasureName(r.measure, defs), "value", quantity(m.Value, m.Bound, r.unit),
		"threshold", quantity(r.threshold, observation.Exact, r.unit)}
	message := language.M("It may be close to being {stage}: {measure}, now {value}. The limit is {threshold}.", args...)
	if surely {
		message = language.M("It is close to being {stage}: {measure}, now {value}. The limit is {threshold}.", args...)
	}
	return &Borderline{Rule: r.id, Measure: r.measure, Threshold: r.threshold.(float64), Moved: moved, Would: would,
		Sentence: e.rules.english.Sentence(message), Message: message}
}

// nonNumericCost is the cost of a change that is no number: funding that comes, a
// notice that goes. It is above that of any number, so that what a project can do
// itself is named before what others must do.
const nonNumericCost = 2.0

// A remedy is the smallest change of one measure that clears one rule.
type remedy struct {
	measure string
	value   any
	message language.Message
	text    string // the message in English
	cost    float64
	isForm  bool // it shows what exists, and changes nothing
}

// help are acts that would help a good, the first of them first, each with who can do it or
// whom to ask. Where work stopped or runs out that is the owner; of a good that nobody saw
// for long whoever makes the report.
func (e *evaluation) help(in merge.Input, v Verdict, defs map[string]observation.Definition) []language.Message {
	var acts []language.Message
	if v.Stale {
		acts = append(acts, remark.LookAgain(v.ObservedUntil))
	}
	switch v.Stage {
	case Fading, Dormant:
		acts = append(acts, remark.AskTheOwner())
		if e.certainly("momentum.left") && v.Stage == Fading {
			acts = append(acts, language.Message{Pattern: e.rules.byID["momentum.core-away"].clears})
		}
	case Sunset:
		acts = append(acts, remark.MarkAsOver())
	case Emerging:
		acts = append(acts, remark.PastThePilot(e.certainly("stage.shipped"))...)
	case Unassessed:
		unread := remark.ToBeRead(in)
		acts = append(acts, unread...)
		if unread == nil && e.explainByLoad(v.Possible, defs) != nil {
			acts = append(acts, remark.NameItsUsers())
		}
	default:
		acts = append(acts, e.lift(v.Stage)...)
	}
	return acts
}

// clearsOf is what clears a rule. Who has left hands over nothing: then somebody has to be
// found. Where work has stopped nobody is asked for a release.
func (e *evaluation) clearsOf(r *rule) string {
	away := e.rules.byID["momentum.main-away"]
	if r.id == "momentum.no-release" && e.certainly("momentum.stopped") {
		return ""
	}
	if (r.id == "people.half-by-one" || r.id == "people.little-remains") && away != nil && e.certainly(away.id) {
		return away.clears
	}
	return r.clears
}

// lift names the cheapest set of up to four changes that lifts the flag of the messy
// middle or of a strained good. A change costs the share by which its measure must move.
//
// The change that raises the supports' score most comes first. Showing money that exists
// helps no support: where no funding is visible it stands last.
func (e *evaluation) lift(stage Stage) []language.Message {
	best := e.cheapestLift(stage).best
	if len(best) == 0 {
		return nil
	}
	gain := map[string]float64{}
	for _, r := range best {
		gain[r.text] = e.withValues(map[string]any{r.measure: r.value}).supportsScore()
	}
	slices.SortStableFunc(best, func(a, b remedy) int {
		return cmp.Or(cmp.Compare(gain[b.text], gain[a.text]), cmp.Compare(a.text, b.text))
	})
	for _, r := range e.remedies() {
		if stage == MessyMiddle && r.isForm {
			best = append(best, r)
		}
	}
	var messages []language.Message
	var texts []string
	for _, r := range best {
		if !slices.Contains(texts, r.text) {
			messages, texts = append(messages, r.message), append(texts, r.text)
		}
	}
	return messages
}

// supportsScore is the score of the supports together, 0 where nothing is known.
func (e *evaluation) supportsScore() float64 {
	if score := e.rules.overallScore(e.gradeSupports()).Score; score != nil {
		return *score
	}
	return 0
}

// cheapestLift searches for that set; its cost is infinite where there is none.
func (e *evaluation) cheapestLift(stage Stage) remedySearch {
	found := remedySearch{e: e, cost: math.Inf(1)}
	switch stage {
	case MessyMiddle, Strained:
		found.goals = []Stage{Sustained}
	default:
		return found
	}
	found.remedies = e.remedies()
	found.extend(nil, 0, 0)
	return found
}

// remedies are the changes that the rules name under "clears", cheapest first.
func (e *evaluation) remedies() []remedy {
	var found []remedy
	for _, r := range e.rules.rules {
		applies := e.measure(r.measure).State != observation.NotApplicable
		if r.when != nil || e.clearsOf(r) == "" || !applies || e.evalRule(r) != kleene.Of(!r.wantsYes) {
			continue
		}
		m := e.measure(r.measure)
		if m.State != observation.Measured {
			continue
		}
		cost := nonNumericCost
		if threshold, ok := r.threshold.(float64); ok {
			cost = max(0.01, distance(m, threshold))
		}
		message := Reason{Value: m.Value, Bound: m.Bound, Threshold: r.threshold, Unit: r.unit}.fill(e.clearsOf(r))
		found = append(found, remedy{r.measure, clearingValue(r), message, e.rules.english.Sentence(message), cost, r.isForm})
	}
	slices.SortStableFunc(found, func(a, b remedy) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.text, b.text)) })
	return found
}

// clearingValue is the value nearest to the threshold for which a rule has the answer
// that it wishes.
func clearingValue(r *rule) any {
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
		return t == r.wantsYes
	default:
		return ""
	}
}

// remedySearch is a branch-and-bound search for the cheapest set of remedies, one for
// each measure, that reaches a goal.
type remedySearch struct {
	e        *evaluation
	goals    []Stage
	remedies []remedy
	best     []remedy
	cost     float64
}

func (s *remedySearch) extend(chosen []remedy, from int, cost float64) {
	const most = 4
	for i := from; i < len(s.remedies) && len(chosen) < most; i++ {
		next := s.remedies[i]
		if next.isForm || cost+next.cost >= s.cost || slices.ContainsFunc(chosen, func(r remedy) bool { return r.measure == next.measure }) {
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

func (s *remedySearch) reaches(set []remedy) bool {
	values := map[string]any{}
	for _, r := range set {
		values[r.measure] = r.value
	}
	return slices.Contains(s.goals, decideStage(s.e.withValues(values).possibleStages()))
}
