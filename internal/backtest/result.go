package backtest

import (
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// Options decide the intervals.
type Options struct {
	Seed  uint64
	Draws int
}

// Result is how well the risk predicted. Its JSON is described in docs/backtest.md.
type Result struct {
	Numbers Numbers `json:"numbers"`
	// AUC is the area under the ROC curve: 0.5 is chance, 1 is perfect.
	AUC        Compared  `json:"auc"`
	Difference Baselines `json:"difference"` // of the risk's AUC to each baseline's
	// Verdicts take "this level or a higher one" as a warning.
	Verdicts    []Verdict     `json:"verdicts"`
	Calibration []Calibration `json:"calibration"`
}

// Numbers are the size of the sample.
type Numbers struct {
	Repositories       int `json:"repositories"`       // that could be read
	WithPoints         int `json:"withPoints"`         // of those, with one point or more
	Points             int `json:"points"`             // repositories at times at which they were alive
	Silent             int `json:"silent"`             // points that were silent 12 to 18 months later
	SilentRepositories int `json:"silentRepositories"` // that have such a point
	Unscored           int `json:"unscored"`           // times at which the risk was unknown; they count nowhere
}

// Compared is the risk beside the baselines.
type Compared struct {
	Risk Estimate `json:"risk"`
	Baselines
}

// Baselines are other predictors from the same history.
type Baselines struct {
	DaysSinceCommit Estimate `json:"daysSinceCommit"`
	Maintained      Estimate `json:"maintained"`
}

// Verdict is a warning from one level on.
type Verdict struct {
	Level     assess.RiskLevel `json:"level"`
	From      float64          `json:"from"` // score
	Warned    int              `json:"warned"`
	Precision Estimate         `json:"precision"` // of the points with a warning, the share that became silent
	Recall    Estimate         `json:"recall"`    // of the points that became silent, the share with a warning
}

// Calibration is the outcome of the points of one level.
type Calibration struct {
	Level  assess.RiskLevel `json:"level"`
	Points int              `json:"points"`
	Silent int              `json:"silent"`
	Share  Estimate         `json:"share"`
}

// Evaluate compares the risk with the outcomes. steps are the levels above low, the
// highest first.
func Evaluate(all []Repository, steps []assess.RiskStep, o Options) Result {
	c := join(all)
	silent := mask(c, func(p Point) bool { return p.Silent })
	auc := func(score func(Point) float64) statistic {
		ranked := rank(scores(c, score))
		return func(weight []float64) float64 { return ranked.auc(silent, weight) }
	}
	risk := auc(func(p Point) float64 { return *p.Risk.Score })
	days := auc(func(p Point) float64 { return p.DaysSinceCommit })
	maintained := auc(func(p Point) float64 { return p.Unmaintained })
	return Result{
		Numbers:     count(all, c),
		AUC:         Compared{estimate(c, o, risk), Baselines{estimate(c, o, days), estimate(c, o, maintained)}},
		Difference:  Baselines{estimate(c, o, difference(risk, days)), estimate(c, o, difference(risk, maintained))},
		Verdicts:    verdicts(c, silent, steps, o),
		Calibration: calibrate(c, silent, steps, o),
	}
}

func difference(a, b statistic) statistic {
	return func(weight []float64) float64 { return a(weight) - b(weight) }
}

func scores(c cases, of func(Point) float64) []float64 {
	all := make([]float64, len(c.points))
	for i, p := range c.points {
		all[i] = of(p)
	}
	return all
}

func mask(c cases, holds func(Point) bool) []bool {
	all := make([]bool, len(c.points))
	for i, p := range c.points {
		all[i] = holds(p)
	}
	return all
}

func countTrue(all []bool) int {
	n := 0
	for _, holds := range all {
		if holds {
			n++
		}
	}
	return n
}

func count(all []Repository, c cases) Numbers {
	n := Numbers{Repositories: len(all), Points: len(c.points)}
	for _, r := range all {
		n.Unscored += r.Unscored
		if len(r.Points) > 0 {
			n.WithPoints++
		}
		silentPoints := countTrue(mask(cases{points: r.Points}, func(p Point) bool { return p.Silent }))
		n.Silent += silentPoints
		n.SilentRepositories += min(silentPoints, 1)
	}
	return n
}

func verdicts(c cases, silent []bool, steps []assess.RiskStep, o Options) []Verdict {
	var found []Verdict
	for _, step := range steps {
		warned := mask(c, func(p Point) bool { return *p.Risk.Score >= step.From })
		found = append(found, Verdict{
			Level: step.Level, From: step.From, Warned: countTrue(warned),
			Precision: estimate(c, o, func(weight []float64) float64 { return share(warned, silent, weight) }),
			Recall:    estimate(c, o, func(weight []float64) float64 { return share(silent, warned, weight) }),
		})
	}
	return found
}

// calibrate counts by level, the lowest first.
func calibrate(c cases, silent []bool, steps []assess.RiskStep, o Options) []Calibration {
	levels := []assess.RiskLevel{assess.RiskLow}
	for _, step := range slices.Backward(steps) {
		levels = append(levels, step.Level)
	}
	var found []Calibration
	for _, level := range levels {
		at := mask(c, func(p Point) bool { return p.Risk.Level == level })
		silentPoints := 0
		for i := range at {
			if at[i] && silent[i] {
				silentPoints++
			}
		}
		found = append(found, Calibration{level, countTrue(at), silentPoints,
			estimate(c, o, func(weight []float64) float64 { return share(at, silent, weight) })})
	}
	return found
}
