package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// bruteAUC asks every pair of one that fell silent and one that did not.
func bruteAUC(scores []float64, silent []bool, weight []float64) float64 {
	var won, pairs float64
	for i := range scores {
		for j := range scores {
			if !silent[i] || silent[j] {
				continue
			}
			pairs += weight[i] * weight[j]
			switch {
			case scores[i] > scores[j]:
				won += weight[i] * weight[j]
			case scores[i] == scores[j]:
				won += weight[i] * weight[j] / 2
			}
		}
	}
	if pairs == 0 {
		return math.NaN()
	}
	return won / pairs
}

func TestAUCIsTheShareOfPairsInOrderTiesCountedHalf(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	undefined := 0
	for range 2000 {
		n := random.IntN(30)
		scores, silent, weight := make([]float64, n), make([]bool, n), make([]float64, n)
		for i := range n {
			scores[i], silent[i], weight[i] = float64(random.IntN(6)), random.IntN(3) == 0, float64(random.IntN(4))
		}
		got, want := rank(scores).auc(silent, weight), bruteAUC(scores, silent, weight)
		if math.IsNaN(want) {
			undefined++
		}
		if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-12 {
			t.Fatalf("scores %v silent %v weight %v: %v, by pairs %v", scores, silent, weight, got, want)
		}
	}
	if undefined == 0 {
		t.Error("no random set lacked one of the two kinds: the test shows nothing of it")
	}
}

// invented is a set of repositories with four points each. Of a repository that
// is apt to fall silent, all points are: what repeats says nothing new.
func invented(random *rand.Rand, repositories int) []Repository {
	all := make([]Repository, repositories)
	for i := range all {
		fell := random.IntN(3) == 0
		shift := 0.0
		if fell {
			shift = 15
		}
		of := 40 + shift + 15*random.NormFloat64()
		for range 4 {
			score := min(100, max(0, of+3*random.NormFloat64()))
			all[i].Points = append(all[i].Points, point(score, fell))
		}
	}
	return all
}

var steps = []assess.RiskStep{{Level: assess.RiskHigh, From: 60}, {Level: assess.RiskRaised, From: 50}}

func point(score float64, silent bool) Point {
	level := assess.RiskLow
	for _, step := range slices.Backward(steps) {
		if score >= step.From {
			level = step.Level
		}
	}
	return Point{At: time.Unix(0, 0), Risk: assess.Risk{Level: level, Range: assess.Range{Score: &score, Low: score, High: score}},
		Outcomes: Outcomes{Silent: silent}, DaysSinceCommit: 365 - score, Unmaintained: 5}
}

func TestTheSameSeedGivesTheSameIntervals(t *testing.T) {
	all := invented(rand.New(rand.NewPCG(1, 1)), 30)
	first := Evaluate(all, steps, Options{Seed: 7, Draws: 200})
	again := Evaluate(all, steps, Options{Seed: 7, Draws: 200})
	other := Evaluate(all, steps, Options{Seed: 8, Draws: 200})
	same := func(a, b Estimate) bool { return *a.Value == *b.Value && *a.Low == *b.Low && *a.High == *b.High }
	if !same(auc(first, ByRisk), auc(again, ByRisk)) || !same(first.Verdicts[0].Recall, again.Verdicts[0].Recall) {
		t.Error("the same seed gave other intervals")
	}
	if a, b := auc(first, ByRisk), auc(other, ByRisk); *a.Value != *b.Value || *a.Low == *b.Low && *a.High == *b.High {
		t.Error("another seed must change the interval and not the value")
	}
}

// auc is that of a score for silence, over all points.
func auc(r Result, name Predictor) Estimate { return scoreOf(r, name).AUC }

func scoreOf(r Result, name Predictor) Compared {
	for _, one := range r.Comparisons[0].Scores {
		if one.Score == name {
			return one
		}
	}
	return Compared{}
}

// The true AUC of the invented repositories: two normal distributions of equal
// width (15 between repositories, 3 within) that lie 15 apart.
func TestIntervalsCoverTheTruthAboutAsOftenAsTheyShould(t *testing.T) {
	truth := 0.5 * math.Erfc(-15/math.Sqrt(2*(15*15+3*3))/math.Sqrt2)
	random := rand.New(rand.NewPCG(2, 6))
	const trials = 200
	within, narrow := 0, 0
	for trial := range trials {
		all := invented(random, 60)
		e := interval(all, uint64(trial))
		if *e.Low <= truth && truth <= *e.High {
			within++
		}
		if alone := interval(apart(all), uint64(trial)); *alone.Low <= truth && truth <= *alone.High {
			narrow++
		}
	}
	if within < 176 || within > 199 {
		t.Errorf("the interval held the truth in %d of %d trials, want about 190", within, trials)
	}
	if narrow > within-20 {
		t.Errorf("drawn point by point it held in %d, by repository in %d: drawing by repository should be the wider", narrow, within)
	}
}

func interval(all []Repository, seed uint64) Estimate {
	c := join(all)
	ranked := rank(scores(c, func(p Point) float64 { return *p.Risk.Score }))
	silent := mask(c, func(p Point) bool { return p.Outcomes.Silent })
	return estimate(c.owner, Options{Seed: seed, Draws: 200}, func(weight []float64) float64 { return ranked.auc(silent, weight) })[0]
}

// apart makes a repository of each point.
func apart(all []Repository) []Repository {
	var single []Repository
	for _, r := range all {
		for _, p := range r.Points {
			single = append(single, Repository{Points: []Point{p}})
		}
	}
	return single
}

func TestEvaluateCountsByHand(t *testing.T) {
	all := []Repository{
		{Points: []Point{point(80, true), point(55, false)}, Unscored: 2},
		{Points: []Point{point(70, false), point(52, true), point(10, false)}},
		{Points: []Point{point(20, false)}},
		{},
	}
	r := Evaluate(all, steps, Options{Seed: 1, Draws: 100})
	if want := (Numbers{Repositories: 4, WithPoints: 3, Owners: 3, Points: 6, Silent: 2, SilentRepositories: 2, Unscored: 2}); r.Numbers != want {
		t.Errorf("numbers %+v, want %+v", r.Numbers, want)
	}
	values := map[string]struct{ got, want float64 }{
		"AUC of the risk":         {*auc(r, ByRisk).Value, 0.75}, // 80 above all four, 52 above 10 and 20
		"AUC of days":             {*auc(r, ByDays).Value, 0.25},
		"AUC of Maintained":       {*auc(r, ByMaintained).Value, 0.5},
		"difference to days":      {*scoreOf(r, ByDays).Lead.Value, 0.5},
		"difference to the check": {*scoreOf(r, ByMaintained).Lead.Value, 0.25},
		"precision of high":       {*r.Verdicts[0].Precision.Value, 0.5},
		"recall of high":          {*r.Verdicts[0].Recall.Value, 0.5},
		"precision of raised":     {*r.Verdicts[1].Precision.Value, 0.5},
		"recall of raised":        {*r.Verdicts[1].Recall.Value, 1},
		"silent of low":           {*r.Calibration[0].Share.Value, 0},
		"silent of raised":        {*r.Calibration[1].Share.Value, 0.5},
		"silent of high":          {*r.Calibration[2].Share.Value, 0.5},
	}
	for name, v := range values {
		if v.got != v.want {
			t.Errorf("%s: %v, want %v", name, v.got, v.want)
		}
	}
}

func TestNothingToDivideByGivesNoNumber(t *testing.T) {
	for name, all := range map[string][]Repository{
		"no repository":       nil,
		"nobody fell silent":  {{Points: []Point{point(30, false)}}, {Points: []Point{point(40, false)}}},
		"everybody did":       {{Points: []Point{point(30, true)}}},
		"one repository only": {{Points: []Point{point(30, true), point(20, false)}}},
	} {
		r := Evaluate(all, steps, Options{Seed: 1, Draws: 50})
		if name == "one repository only" {
			if risk := auc(r, ByRisk); risk.Value == nil || risk.Low != nil {
				t.Errorf("%s: %+v, want a value without an interval", name, risk)
			}
			continue
		}
		if share := r.Calibration[0].Share; name == "nobody fell silent" && (share.Value == nil || *share.Value != 0 || share.High != nil) {
			t.Errorf("%s: %+v, want none of them, without an interval", name, share)
		}
		if auc(r, ByRisk) != (Estimate{}) || *scoreOf(r, ByMaintained).Lead != (Estimate{}) {
			t.Errorf("%s: %+v", name, r.Comparisons)
		}
	}
}

func TestRepositoriesOfOneOwnerAreDrawnTogether(t *testing.T) {
	all := apart(invented(rand.New(rand.NewPCG(4, 4)), 20))
	alone := auc(Evaluate(all, steps, Options{Seed: 1, Draws: 300}), ByRisk)
	for i := range all {
		all[i].Owner = []string{"forge.example/a", "forge.example/b", "forge.example/c", "forge.example/d"}[i*4/len(all)]
	}
	found := Evaluate(all, steps, Options{Seed: 1, Draws: 300})
	together := auc(found, ByRisk)
	if found.Numbers.Owners != 4 || *together.Value != *alone.Value {
		t.Fatalf("%d owners with %v, want 4 with %v", found.Numbers.Owners, *together.Value, *alone.Value)
	}
	if *together.High-*together.Low <= *alone.High-*alone.Low {
		t.Errorf("drawn by owner %v to %v, by repository %v to %v: want a wider interval", *together.Low, *together.High, *alone.Low, *alone.High)
	}
}
