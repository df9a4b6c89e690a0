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
		Silent: silent, DaysSinceCommit: 365 - score, Unmaintained: 5}
}

func TestTheSameSeedGivesTheSameIntervals(t *testing.T) {
	all := invented(rand.New(rand.NewPCG(1, 1)), 30)
	first := Evaluate(all, steps, Options{Seed: 7, Draws: 200})
	again := Evaluate(all, steps, Options{Seed: 7, Draws: 200})
	other := Evaluate(all, steps, Options{Seed: 8, Draws: 200})
	same := func(a, b Estimate) bool { return *a.Value == *b.Value && *a.Low == *b.Low && *a.High == *b.High }
	if !same(first.AUC.Risk, again.AUC.Risk) || !same(first.Verdicts[0].Recall, again.Verdicts[0].Recall) {
		t.Error("the same seed gave other intervals")
	}
	if *first.AUC.Risk.Value != *other.AUC.Risk.Value || *first.AUC.Risk.Low == *other.AUC.Risk.Low && *first.AUC.Risk.High == *other.AUC.Risk.High {
		t.Error("another seed must change the interval and not the value")
	}
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
	silent := mask(c, func(p Point) bool { return p.Silent })
	return estimate(c, Options{Seed: seed, Draws: 200}, func(weight []float64) float64 { return ranked.auc(silent, weight) })
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
	if want := (Numbers{Repositories: 4, WithPoints: 3, Points: 6, Silent: 2, SilentRepositories: 2, Unscored: 2}); r.Numbers != want {
		t.Errorf("numbers %+v, want %+v", r.Numbers, want)
	}
	values := map[string]struct{ got, want float64 }{
		"AUC of the risk":         {*r.AUC.Risk.Value, 0.75}, // 80 above all four, 52 above 10 and 20
		"AUC of days":             {*r.AUC.DaysSinceCommit.Value, 0.25},
		"AUC of Maintained":       {*r.AUC.Maintained.Value, 0.5},
		"difference to days":      {*r.Difference.DaysSinceCommit.Value, 0.5},
		"difference to the check": {*r.Difference.Maintained.Value, 0.25},
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
			if r.AUC.Risk.Value == nil || r.AUC.Risk.Low != nil {
				t.Errorf("%s: %+v, want a value without an interval", name, r.AUC.Risk)
			}
			continue
		}
		if share := r.Calibration[0].Share; name == "nobody fell silent" && (share.Value == nil || *share.Value != 0 || share.High != nil) {
			t.Errorf("%s: %+v, want none of them, without an interval", name, share)
		}
		if r.AUC.Risk != (Estimate{}) || r.Difference.Maintained != (Estimate{}) {
			t.Errorf("%s: %+v", name, r.AUC)
		}
	}
}
