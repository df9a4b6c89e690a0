package backtest

import (
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// Options decide the intervals.
type Options struct {
	Seed  uint64
	Draws int
	// Fixes means that it was asked of stages whether serious fixes were left open.
	Fixes bool
}

// Result is how well the risk predicted. Its JSON is described in docs/backtest.md.
type Result struct {
	Numbers Numbers `json:"numbers"`
	// Comparisons hold the risk against the baselines, a row an outcome and a group.
	Comparisons []Comparison `json:"comparisons"`
	// Verdicts take "this level or a higher one" as a warning of silence.
	Verdicts    []Verdict     `json:"verdicts"`
	Calibration []Calibration `json:"calibration"`
}

// Numbers are the size of the sample.
type Numbers struct {
	Repositories       int `json:"repositories"`       // that could be read
	SeenAfterPush      int `json:"seenAfterPush"`      // of those, with a mirror that looked a day or more after its newest commit
	WithPoints         int `json:"withPoints"`         // of those, with one point or more
	Owners             int `json:"owners"`             // of those with points
	Points             int `json:"points"`             // repositories at times at which they were alive
	Silent             int `json:"silent"`             // points that were silent 12 to 18 months later
	SilentRepositories int `json:"silentRepositories"` // that have such a point
	Unscored           int `json:"unscored"`           // times at which the risk was unknown; they count nowhere
}

// Group is which points are compared.
type Group string

// The groups.
const (
	Everybody Group = "all"
	// Recent: the last commit is less than 90 days old.
	Recent Group = "recent"
)

const recentDays = 90

// Predictor names a score that is compared.
type Predictor string

// The predictors: the risk, that of other rules, and the baselines.
const (
	ByRisk       Predictor = "risk"
	ByAgainst    Predictor = "against"
	ByDays       Predictor = "daysSinceCommit"
	ByMonths     Predictor = "activeMonths12"
	ByMaintained Predictor = "maintained"
	ByInsights   Predictor = "lfxInsights"
	// The candidates, where the functions of the upkeep were counted: functions on one person,
	// their share, and the risk with the share as a fourth measure of equal weight.
	ByFunctions        Predictor = "functionsOnOne"
	ByFunctionShare    Predictor = "functionsOnOneShare"
	ByRiskAndFunctions Predictor = "riskAndFunctions"
)

// of is the score of a point, higher for a higher risk.
func (p Predictor) of(point Point) float64 {
	switch p {
	case ByAgainst:
		return *point.Against
	case ByDays:
		return point.DaysSinceCommit
	case ByMonths:
		return point.IdleMonths
	case ByMaintained:
		return point.Unmaintained
	case ByInsights:
		return point.Insights
	case ByFunctions:
		return point.Functions.Alone
	case ByFunctionShare:
		return point.Functions.Share
	case ByRiskAndFunctions:
		return (3**point.Risk.Score + 100*point.Functions.Share) / 4
	default:
		return *point.Risk.Score
	}
}

// Comparison is how well each score separates those who met an outcome.
type Comparison struct {
	Outcome      Outcome `json:"outcome"`
	Group        Group   `json:"group"`
	Points       int     `json:"points"`
	Happened     int     `json:"happened"`     // points of those
	Repositories int     `json:"repositories"` // that have such a point
	// Scores begin with the risk.
	Scores []Compared `json:"scores"`
}

// Compared is one score of a comparison.
type Compared struct {
	Score Predictor `json:"score"`
	// AUC is the area under the ROC curve: 0.5 is chance, 1 is perfect.
	AUC Estimate `json:"auc"`
	// Lead is the AUC of the risk less this one's, on the same resamples; nil for the risk.
	Lead *Estimate `json:"lead"`
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
	silent := mask(c, func(p Point) bool { return p.Outcomes.Silent })
	found := Result{Numbers: count(all, c), Verdicts: verdicts(c, silent, steps, o), Calibration: calibrate(c, silent, steps, o)}
	recent := c.where(func(p Point) bool { return p.DaysSinceCommit < recentDays })
	for _, outcome := range []Outcome{Silent, SilentToEnd, TeamGone, LittleWork} {
		found.Comparisons = append(found.Comparisons, compare(c, Everybody, outcome, o), compare(recent, Recent, outcome, o))
	}
	return found
}

// compare holds the risk against the baselines on the points of a group.
func compare(c cases, group Group, outcome Outcome, o Options) Comparison {
	happened := mask(c, func(p Point) bool { return p.Outcomes.of(outcome) })
	found := Comparison{Outcome: outcome, Group: group, Points: len(c.points), Happened: countTrue(happened),
		Repositories: len(distinct(chosen(c.repository, happened)))}
	names := []Predictor{ByRisk, ByAgainst, ByDays, ByMonths, ByMaintained, ByInsights}
	if len(c.points) == 0 || c.points[0].Against == nil {
		names = slices.Delete(names, 1, 2)
	}
	if len(c.points) > 0 && c.points[0].Functions != nil {
		names = append(names, ByFunctions, ByFunctionShare, ByRiskAndFunctions)
	}
	var stats []statistic
	for _, name := range names {
		ranked := rank(scores(c, name.of))
		stats = append(stats, func(weight []float64) float64 { return ranked.auc(happened, weight) })
	}
	for _, other := range stats[1:len(names):len(names)] {
		stats = append(stats, difference(stats[0], other))
	}
	estimates := estimate(c.owner, o, stats...)
	for i, name := range names {
		one := Compared{Score: name, AUC: estimates[i]}
		if i > 0 {
			one.Lead = &estimates[len(names)+i-1]
		}
		found.Scores = append(found.Scores, one)
	}
	return found
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

// chosen are the items at which a mask holds.
func chosen(items []int, holds []bool) []int {
	var kept []int
	for i, item := range items {
		if holds[i] {
			kept = append(kept, item)
		}
	}
	return kept
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
	n := Numbers{Repositories: len(all), Points: len(c.points), Owners: len(distinct(c.owner))}
	for _, r := range all {
		n.Unscored += r.Unscored
		if r.SeenAfterPush {
			n.SeenAfterPush++
		}
		if len(r.Points) > 0 {
			n.WithPoints++
		}
		silentPoints := countTrue(mask(cases{points: r.Points}, func(p Point) bool { return p.Outcomes.Silent }))
		n.Silent += silentPoints
		n.SilentRepositories += min(silentPoints, 1)
	}
	return n
}

func verdicts(c cases, silent []bool, steps []assess.RiskStep, o Options) []Verdict {
	var found []Verdict
	for _, step := range steps {
		warned := mask(c, func(p Point) bool { return *p.Risk.Score >= step.From })
		estimates := estimate(c.owner, o, func(weight []float64) float64 { return share(warned, silent, weight) },
			func(weight []float64) float64 { return share(silent, warned, weight) })
		found = append(found, Verdict{Level: step.Level, From: step.From, Warned: countTrue(warned), Precision: estimates[0], Recall: estimates[1]})
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
			estimate(c.owner, o, func(weight []float64) float64 { return share(at, silent, weight) })[0]})
	}
	return found
}
