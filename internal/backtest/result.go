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

// Result is what the risk was worth. Its JSON is described in docs/backtest.md.
type Result struct {
	Numbers Numbers `json:"numbers"`
	// AUC is the area under the ROC curve: 0.5 is chance, 1 tells all apart.
	AUC        Compared  `json:"auc"`
	Difference Baselines `json:"difference"` // of the risk's AUC to each baseline's
	// Verdicts hold "this level or a higher one" for a warning.
	Verdicts    []Verdict     `json:"verdicts"`
	Calibration []Calibration `json:"calibration"`
}

// Numbers say how much the result rests on.
type Numbers struct {
	Repositories       int `json:"repositories"`       // that could be read
	WithPoints         int `json:"withPoints"`         // of those, alive at one time at least
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

// Baselines are what else could be read from the same history.
type Baselines struct {
	DaysSinceCommit Estimate `json:"daysSinceCommit"`
	Maintained      Estimate `json:"maintained"`
}

// Verdict is a warning from one level on.
type Verdict struct {
	Level     assess.RiskLevel `json:"level"`
	From      float64          `json:"from"` // score
	Warned    int              `json:"warned"`
	Precision Estimate         `json:"precision"` // of those warned of, who fell silent
	Recall    Estimate         `json:"recall"`    // of those who fell silent, who was warned of
}

// Calibration is what became of the points of one level.
type Calibration struct {
	Level  assess.RiskLevel `json:"level"`
	Points int              `json:"points"`
	Silent int              `json:"silent"`
	Share  Estimate         `json:"share"`
}

// Judge holds the risk against what became of the repositories. steps are the
// levels above low, the highest first.
func Judge(all []Repository, steps []assess.RiskStep, o Options) Result {
	c := join(all)
	silent := where(c, func(p Point) bool { return p.Silent })
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
		Difference:  Baselines{estimate(c, o, less(risk, days)), estimate(c, o, less(risk, maintained))},
		Verdicts:    verdicts(c, silent, steps, o),
		Calibration: calibrate(c, silent, steps, o),
	}
}

func less(a, b statistic) statistic {
	return func(weight []float64) float64 { return a(weight) - b(weight) }
}

func scores(c cases, of func(Point) float64) []float64 {
	all := make([]float64, len(c.points))
	for i, p := range c.points {
		all[i] = of(p)
	}
	return all
}

func where(c cases, holds func(Point) bool) []bool {
	all := make([]bool, len(c.points))
	for i, p := range c.points {
		all[i] = holds(p)
	}
	return all
}

func tally(all []bool) int {
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
		fell := tally(where(cases{points: r.Points}, func(p Point) bool { return p.Silent }))
		n.Silent += fell
		n.SilentRepositories += min(fell, 1)
	}
	return n
}

func verdicts(c cases, silent []bool, steps []assess.RiskStep, o Options) []Verdict {
	var found []Verdict
	for _, step := range steps {
		warned := where(c, func(p Point) bool { return *p.Risk.Score >= step.From })
		found = append(found, Verdict{
			Level: step.Level, From: step.From, Warned: tally(warned),
			Precision: estimate(c, o, func(weight []float64) float64 { return share(warned, silent, weight) }),
			Recall:    estimate(c, o, func(weight []float64) float64 { return share(silent, warned, weight) }),
		})
	}
	return found
}

// calibrate goes from the lowest level up.
func calibrate(c cases, silent []bool, steps []assess.RiskStep, o Options) []Calibration {
	levels := []assess.RiskLevel{assess.RiskLow}
	for _, step := range slices.Backward(steps) {
		levels = append(levels, step.Level)
	}
	var found []Calibration
	for _, level := range levels {
		at := where(c, func(p Point) bool { return p.Risk.Level == level })
		fell := 0
		for i := range at {
			if at[i] && silent[i] {
				fell++
			}
		}
		found = append(found, Calibration{level, tally(at), fell,
			estimate(c, o, func(weight []float64) float64 { return share(at, silent, weight) })})
	}
	return found
}
