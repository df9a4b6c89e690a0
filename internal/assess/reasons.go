package assess

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
)

// reasonsOf are the reasons of a stage: the evidence that decided it, and that of
// the rules which the stage lists under "also".
func (e *evaluation) reasonsOf(s Stage) []Reason {
	rule := e.rules.stageRule(s)
	if rule == nil {
		return []Reason{}
	}
	var found []evidence
	if rule.when != nil {
		found = e.trace(*rule.when, kleene.True)
	} else {
		for _, id := range PillarIDs() {
			found = append(found, e.traceLevel(e.rules.pillar(id))...)
		}
	}
	for _, id := range rule.also {
		found = append(found, e.supplementary(found, id)...)
	}
	if s.Flagged() {
		found = e.padReasons(found)
	}
	if s == MessyMiddle || s == Strained {
		found = append(found, e.traceLevel(e.rules.pillar(Load))...)
	}
	reasons := e.reasons(found)
	// A reason keeps a part of its strength where it does not argue for the stage: what is
	// well in a stage of concern, or what is a concern in a sustained good.
	const offTopicWeight = 0.1
	for i, reason := range reasons {
		if reason.Concern != s.Flagged() {
			reasons[i].Strength = math.Round(1000*reason.Strength*offTopicWeight) / 1000
		}
	}
	return byTopic(strongestFirst(reasons), s.Flagged())
}

// byTopic puts what argues for the stage before what does not. Of a stage of concern it
// puts the supports that work gives first, then load, then funding: who reads two reasons
// reads what is weak and what it carries. Faults of one topic stand in the order of a
// reader, which remark.Rank has.
func byTopic(reasons []Reason, flagged bool) []Reason {
	topic := func(r Reason) int {
		pillar, _, _ := strings.Cut(r.Rule, ".")
		switch {
		case !flagged && r.Concern:
			return 1
		case !flagged:
			return 0
		case pillar == Load:
			return 1
		case !r.Concern:
			return 3
		case pillar == Funding:
			return 2
		}
		return 0
	}
	slices.SortStableFunc(reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(topic(a), topic(b)), cmp.Compare(rankOf(a), rankOf(b)))
	})
	return reasons
}

// rankOf is the place of a reason among those of its topic: faults of what work gives come
// in their order, before all else.
func rankOf(r Reason) int {
	if pillar, _, _ := strings.Cut(r.Rule, "."); !r.Concern || pillar == Load || pillar == Funding {
		return remark.LastRank
	}
	return remark.Rank(r.Rule)
}

// isNoise reports whether a rule, which tells of a concern or not, says little beside others:
// that one person did half where others did nearly as much, or that nothing was released of
// what is no software.
func (e *evaluation) isNoise(r *rule, concern bool) bool {
	switch r.id {
	case "people.half-by-one":
		first, _ := e.measure(r.with["first"]).Number()
		rest, _ := e.measure(r.with["rest"]).Number()
		return first+rest > 0 && rest/(first+rest) > enoughByOthers
	case "momentum.no-release":
		return concern && e.certainly("good.slow")
	}
	return false
}

// minReasons is how many reasons with measured values a flagged verdict has at
// least, where so many were measured.
const minReasons = 3

// padReasons adds the strongest evidence on other measures until there are
// minReasons: first what is a concern, then what is not.
func (e *evaluation) padReasons(found []evidence) []evidence {
	covered := map[string]bool{}
	for _, ev := range found {
		if ev.rule.weight > 0 && !e.isNoise(ev.rule, ev.holds != ev.rule.wantsYes) { // a condition is no reason, and is left out; so is noise
			covered[ev.rule.measure] = true
		}
	}
	for _, concern := range []bool{true, false} {
		for _, ev := range e.allEvidence(concern) {
			if len(covered) < minReasons && !covered[ev.rule.measure] && !e.isNoise(ev.rule, concern) {
				covered[ev.rule.measure] = true
				found = append(found, ev)
			}
		}
	}
	return found
}

// allEvidence is all evidence that is (or is not) a concern, strongest first. That one
// source shows no funding is none where another shows some.
func (e *evaluation) allEvidence(concern bool) []evidence {
	var found []evidence
	funded, funding := Backing{Possible: e.possibleEvidence()}.Visible(), e.rules.pillar(Funding).plain
	for _, r := range e.rules.rules {
		if answer := e.evalRule(r); r.when == nil && r.weight > 0 && answer != kleene.Unknown && (answer == kleene.True) == (r.wantsYes != concern) &&
			!(funded && answer == kleene.False && slices.Contains(funding, r)) {
			found = append(found, e.traceRule(r, answer)...)
		}
	}
	slices.SortStableFunc(found, func(a, b evidence) int {
		return cmp.Compare(strength(b.rule, e.measure(b.rule.measure)), strength(a.rule, e.measure(a.rule.measure)))
	})
	return found
}

// supplementary is the evidence of a rule that did not decide the stage, without
// measures that are in found already.
func (e *evaluation) supplementary(found []evidence, id string) []evidence {
	more := append(e.trace(condition{rule: id}, kleene.True), e.trace(condition{rule: id}, kleene.False)...)
	return slices.DeleteFunc(more, func(ev evidence) bool {
		return slices.ContainsFunc(found, func(f evidence) bool { return f.rule.measure == ev.rule.measure })
	})
}

// reasons are the evidence with its sentences, strongest first, each rule once.
func (e *evaluation) reasons(found []evidence) []Reason {
	reasons := []Reason{}
	for _, ev := range found {
		if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == ev.rule.id }) {
			reasons = append(reasons, e.reason(ev))
		}
	}
	present := func(id string) bool {
		return slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == id && r.Operator == e.rules.byID[id].operator })
	}
	reasons = slices.DeleteFunc(reasons, func(r Reason) bool {
		rule := e.rules.byID[r.Rule]
		return rule.weight == 0 || present(rule.coveredBy)
	})
	noise := func(r Reason) bool { return e.isNoise(e.rules.byID[r.Rule], r.Concern) }
	if slices.ContainsFunc(reasons, func(r Reason) bool { return r.Concern && !noise(r) }) {
		reasons = slices.DeleteFunc(reasons, noise)
	}
	return strongestFirst(reasons)
}

// strongestFirst sorts reasons by strength. Of reasons with the same sentence (one
// measure compared with two thresholds), the strongest stays.
func strongestFirst(reasons []Reason) []Reason {
	slices.SortFunc(reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Rule, b.Rule))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(reasons, func(r Reason) bool {
		again := seen[r.Sentence]
		seen[r.Sentence] = true
		return again
	})
}

// negatedOperator is the operator of a rule that fails, so that "value operator
// threshold" is true of it, too.
var negatedOperator = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "is": "is not"}

func (e *evaluation) reason(ev evidence) Reason {
	r, m := ev.rule, e.measure(ev.rule.measure)
	reason := Reason{Rule: r.id, Measure: r.measure, Value: m.Value, Bound: m.Bound, Operator: r.operator,
		Threshold: r.threshold, Unit: r.unit, Source: m.Source, Repository: m.Repository, At: m.At,
		Concern: ev.holds != r.wantsYes, Strength: strength(r, m), Pattern: r.holds}
	for name, id := range r.with {
		if n, known := e.measure(id).Number(); known && reason.With == nil {
			reason.With = map[string]float64{name: n}
		} else if known {
			reason.With[name] = n
		}
	}
	if m.Value == 0.0 && r.none != "" {
		reason.Pattern = r.none
	}
	if ever := e.measure(observation.MomentumReleasesEver); r.id == "momentum.no-release" && ever.Value == 0.0 && ever.Bound == observation.Exact {
		reason.Pattern = e.rules.byID["momentum.released"].fails
	}
	if !ev.holds {
		reason.Operator, reason.Pattern = negatedOperator[r.operator], r.fails
	}
	english := e.rules.english
	reason.Sentence = language.Upper(english.TranslateMessage(reason.Message()))
	if clears := e.clearsOf(r); reason.Concern && clears != "" {
		reason.ClearsPattern = clears
		reason.Clears = language.Upper(english.TranslateMessage(reason.ClearsMessage()))
	}
	return reason
}

// strength is how far the value lies from the threshold, as a share of the
// larger of both, times the rule's weight. What is no number counts half.
func strength(r *rule, m observation.Measure) float64 {
	share := 0.5
	if threshold, ok := r.threshold.(float64); ok {
		share = distance(m, threshold)
	}
	return math.Round(1000*share*r.weight) / 1000
}

func distance(m observation.Measure, threshold float64) float64 {
	v, ok := m.Number()
	scale := max(math.Abs(v), math.Abs(threshold))
	if !ok || scale == 0 {
		return 0
	}
	return min(1, math.Abs(v-threshold)/scale)
}
