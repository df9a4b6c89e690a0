package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
)

// Counted is a name with a number.
type Counted struct {
	Name string
	N    int
}

// ByCount orders a map's entries by number, largest first, then by name.
func MostFrequent(m map[string]int) []Counted {
	out := make([]Counted, 0, len(m))
	for name, n := range m {
		out = append(out, Counted{name, n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
	return out
}

// CarriesLoad reports whether the load of a good is known to be fair or strong.
func CarriesLoad(good Good) bool {
	possible := good.Verdict.Load.Possible
	return len(possible) > 0 && !slices.ContainsFunc(possible, func(l assess.Level) bool { return l != assess.Fair && l != assess.Strong })
}

// RankMiddle orders the goods of the messy middle: those whose load is known to be fair
// or strong first, and both halves as CompareNeed does.
func RankMiddle(goods []Good) []Good {
	var middle []Good
	for _, good := range goods {
		if good.Verdict.Stage == assess.MessyMiddle {
			middle = append(middle, good)
		}
	}
	slices.SortStableFunc(middle, func(a, b Good) int {
		return cmp.Or(BoolToInt(CarriesLoad(b))-BoolToInt(CarriesLoad(a)), CompareNeed(a, b))
	})
	return middle
}

// CompareNeed puts the good first where help holds up the most: by load, times what is
// missing of the supports, times the risk that work stops. It orders lists, and decides
// nothing else.
func CompareNeed(a, b Good) int { return cmp.Compare(need(b), need(a)) }

// need is that product, from 0 to 1; below 0 where nothing is known of load or supports.
func need(good Good) float64 {
	load, known := HeightOf(good.Verdict.Load)
	score, scored := MiddleOf(good.Verdict.Score)
	if !known || !scored {
		return -1
	}
	return load / 100 * (1 - score/100) * riskMiddle(good.Verdict.Risk) / 100
}

// riskMiddle is the risk, or the middle of what is open of it. Where there is none, neither
// end is more likely than the other.
func riskMiddle(r assess.Risk) float64 {
	switch {
	case r.Score != nil && !math.IsNaN(*r.Score):
		return min(max(*r.Score, 0), 100)
	case r.High > r.Low:
		return min(max((r.Low+r.High)/2, 0), 100)
	}
	return 50
}

// SplitByLoad splits ranked goods of the messy middle: those whose load is known to be fair or
// strong, and the rest.
func SplitByLoad(ranked []Good) (loaded, light []Good) {
	n := slices.IndexFunc(ranked, func(g Good) bool { return !CarriesLoad(g) })
	if n < 0 {
		n = len(ranked)
	}
	return ranked[:n], ranked[n:]
}

// MaybeMiddle returns the goods that were read and are outside the messy middle only
// because a threshold is near, or because something unknown decides. Goods of which
// nothing was read are left out: they are counted as unassessed.
func MaybeMiddle(rows []Row) []Good {
	var out []Good
	for _, r := range rows {
		v := r.Verdict
		near := v.Borderline != nil && v.Borderline.Would == assess.MessyMiddle
		open := v.Stage == assess.Unassessed && slices.Contains(v.Possible, assess.MessyMiddle) && r.Findings.Read > 0
		if v.Stage != assess.MessyMiddle && (near || open) {
			out = append(out, r.Good)
		}
	}
	return out
}

// StrongestReasons returns the reasons of the stage and of weak or missing supports, in the
// order of a reader and strongest first; those of funding last, for they ask others than the
// maintainers.
func StrongestReasons(v assess.Verdict) []assess.Reason {
	reasons := slices.Clone(v.Reasons)
	for _, pillar := range v.Supports {
		if IsLacking(pillar) {
			reasons = append(reasons, pillar.Reasons...)
		}
	}
	ofFunding := func(r assess.Reason) int { return BoolToInt(strings.HasPrefix(r.Rule, assess.Funding+".")) }
	slices.SortStableFunc(reasons, func(a, b assess.Reason) int {
		return cmp.Or(ofFunding(a)-ofFunding(b), remark.Rank(a.Rule)-remark.Rank(b.Rule), cmp.Compare(b.Strength, a.Strength))
	})
	return reasons
}

// WeakestChecks returns the measured posture checks below 10, lowest first.
func WeakestChecks(good Good) []observation.Check {
	var checks []observation.Check
	for _, p := range PostureOf(good) {
		checks = append(checks, p.Weak...)
	}
	sortByScore(checks)
	return checks
}

// ByConcern sets faults and good signs apart, each in the order given.
func ByConcern(reasons []assess.Reason) (faults, signs []assess.Reason) {
	for _, reason := range reasons {
		if reason.Concern {
			faults = append(faults, reason)
		} else {
			signs = append(signs, reason)
		}
	}
	return faults, signs
}

// Shortfalls returns the first n reasons that a reader should have of a good: what is worst
// of the supports that fall short, the first of them in the order of a reader, then the load
// that it carries, then the worst of each other support that falls short, then all else that
// is a concern. Its first reasons where there is none.
func Shortfalls(n int, good Good) []assess.Reason {
	var short, rest, out []assess.Reason
	supports := InOrder(good.Verdict.Supports)
	lacking := slices.DeleteFunc(supports[:], func(p assess.Pillar) bool { return !IsLacking(p) })
	for _, pillar := range lacking {
		if concerns, _ := ByConcern(pillar.Reasons); len(concerns) > 0 {
			short, rest = append(short, concerns[0]), append(rest, concerns[1:]...)
		}
	}
	for _, reasons := range [][]assess.Reason{short, rest} {
		slices.SortStableFunc(reasons, func(a, b assess.Reason) int { return remark.Rank(a.Rule) - remark.Rank(b.Rule) })
	}
	load := good.Verdict.Load.Reasons
	if len(short) > 0 && len(load) > 0 {
		out = append(out, short[0], load[0])
		short = short[1:]
	}
	for _, reason := range slices.Concat(short, rest, good.Verdict.Reasons) {
		if !slices.ContainsFunc(out, func(r assess.Reason) bool { return r.Sentence == reason.Sentence }) && (reason.Concern || len(lacking) == 0) {
			out = append(out, reason)
		}
	}
	return out[:min(n, len(out))]
}

// OneOfEach orders the concerns of a stage so that the first of each support comes before
// the second of any. A support that falls short and that they pass over has its first concern
// there, too. Of funding one stays: that no source shows any stands once.
func OneOfEach(v assess.Verdict, concerns []assess.Reason) []assess.Reason {
	var first, rest []assess.Reason
	covered := map[string]bool{}
	for _, reason := range concerns {
		pillar, _, _ := strings.Cut(reason.Rule, ".")
		switch {
		case !covered[pillar]:
			first = append(first, reason)
		case pillar != assess.Funding:
			rest = append(rest, reason)
		}
		covered[pillar] = true
	}
	for _, pillar := range v.Supports {
		if faults, _ := ByConcern(pillar.Reasons); IsLacking(pillar) && !covered[pillar.ID] && len(faults) > 0 {
			first = append(first, faults[0])
		}
	}
	return slices.Concat(first, rest)
}

// maxChanges is how many changes are proposed.
const maxChanges = 3

// HelpfulChanges returns the first changes of these: the upgrade that closes the most
// findings of what runs, unless work on the good ends, then what would lift the stage, then
// what would clear the strongest reasons, then the remedy of the weakest check.
func HelpfulChanges(good Good) []string {
	var out []string
	add := func(text string) {
		if text != "" && len(out) < maxChanges && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	upgrade := bestUpgrade(good)
	if !good.Verdict.Stage.Ending() { // first comes who goes on with the work
		add(upgrade)
	}
	for _, lift := range good.Verdict.Lift {
		add(lift)
	}
	add(upgrade)
	for _, reason := range StrongestReasons(good.Verdict) {
		add(reason.Clears)
	}
	for _, check := range WeakestChecks(good) {
		add(check.Remedy)
	}
	return out
}
