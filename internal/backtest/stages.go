package backtest

import (
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// StageMonths are how long before the end of what is known the stage is asked for.
var StageMonths = []int{12, 18, 24}

// fateMonths is the last part of what is known, in which a repository must be at work not
// to be silent to the end, and how long a silence is.
const fateMonths = 6

// Rows of the table beside the stages.
const (
	// Short is the step that strained and messy middle share: its row holds the points of both,
	// and those at which nothing tells whether money or an institution was behind it.
	Short assess.Stage = "strained-or-messy-middle"
	// Undecided: what history and files of that day hold leaves several stages open.
	Undecided assess.Stage = "undecided"
)

// Fate is what became of a repository between a point and the end of what is known.
type Fate string

// The fates.
const (
	// SilentHalfYear: in some six months, nobody committed.
	SilentHalfYear Fate = "silent-for-six-months"
	// StillSilent: nobody committed in the last six months.
	StillSilent Fate = "silent-to-the-end"
	// NobodyLeft: of those with a commit in the 12 months before the point, nobody
	// committed in the last six months.
	NobodyLeft Fate = "nobody-of-the-team-left"
	// Halved: in the last 12 months half as many people committed as in the 12 months
	// before the point, or fewer.
	Halved Fate = "people-halved"
	// Over: its files declare it over at the end, and did not at the point.
	Over Fate = "declared-over"
	// FixesLeft: at the end something that runs has a critical or high advisory with a fix,
	// known and listed for more than a year.
	FixesLeft Fate = "serious-fixes-open-for-a-year"
)

// FixesUndecided is the cause of points at which no serious fix was seen left open, and one may
// be: a record without a date or a rating.
const FixesUndecided = "undecided"

// fates is their order in the table.
var fates = []Fate{SilentHalfYear, StillSilent, NobodyLeft, Halved, Over, FixesLeft}

// StagePoint is the stage of one repository at one time of the past, and what became of
// it. A fate that is not known is in no map entry.
type StagePoint struct {
	Months int // before the end
	Stage  assess.Stage
	Fates  map[Fate]bool
	// FixesUntold is why FixesLeft is not known, where it was asked: FixesUndecided, or another
	// cause. FixesPartly means that no
	// fix was seen left open, and that some of what runs could not be matched.
	FixesUntold string
	FixesPartly bool
}

// StagedRepository is a repository with its points.
type StagedRepository struct {
	Owner         string
	SeenAfterPush bool
	Points        []StagePoint
	// Unread counts the times at which its files could not be read.
	Unread int
}

// RowOf is the row in which a verdict stands: its stage, or what its open stages say
// together.
func RowOf(v assess.Verdict) assess.Stage {
	only := func(allowed ...assess.Stage) bool {
		return !slices.ContainsFunc(v.Possible, func(s assess.Stage) bool { return !slices.Contains(allowed, s) })
	}
	switch {
	case len(v.Possible) == 0:
		return Undecided
	case len(v.Possible) == 1:
		return v.Possible[0]
	case only(assess.Strained, assess.MessyMiddle):
		return Short
	case only(assess.Fading, assess.Dormant):
		return assess.Fading
	}
	return Undecided
}

// FatesOf reads from a history what became of a repository between a time and the end.
// overThen and overNow say whether its files declared it over, nil where that is unknown.
func FatesOf(h History, at, end time.Time, overThen, overNow *bool) map[Fate]bool {
	last, teamSince := MonthsFrom(end, -fateMonths), MonthsFrom(at, -teamMonths)
	found := map[Fate]bool{
		SilentHalfYear: pausedWithin(h, at, end),
		StillSilent:    h.HumanCommits(last, end) == 0,
	}
	if team, stayed := h.Stayed(teamSince, at, last, end); team > 0 {
		now, _ := h.Stayed(MonthsFrom(end, -teamMonths), end, last, end)
		found[NobodyLeft], found[Halved] = stayed == 0, 2*now <= team
	}
	if overThen != nil && overNow != nil && !*overThen {
		found[Over] = *overNow
	}
	return found
}

// pausedWithin reports whether a window of six months without a commit, moved from at on
// in steps of a day, lies before end.
func pausedWithin(h History, at, end time.Time) bool {
	for from := at; ; from = from.AddDate(0, 0, 1) {
		until := MonthsFrom(from, fateMonths)
		if until.After(end) {
			return false
		}
		if h.HumanCommits(from, until) == 0 {
			return true
		}
	}
}

// StageResult is what became of the repositories of each stage. Its JSON is described in
// docs/backtest.md.
type StageResult struct {
	Repositories  int `json:"repositories"`
	Owners        int `json:"owners"`
	SeenAfterPush int `json:"seenAfterPush"`
	UnreadTimes   int `json:"unreadTimes"` // at which the files of the day could not be read
	// Fixes says at how many points it could be told whether serious fixes were left open; nil
	// where no advisories were given.
	Fixes *FixesTold `json:"fixes,omitempty"`
	// Tables are over all times together, and over each.
	Tables []StageTable `json:"tables"`
}

// FixesTold counts points by whether it could be told that serious fixes were left open.
type FixesTold struct {
	Told int `json:"told"`
	// Partly are those told of which none was seen open while some of what runs could not be
	// matched: for them "none" means "none seen".
	Partly int `json:"partly"`
	// Untold counts the others by cause.
	Untold map[string]int `json:"untold"`
}

// StageTable is one table: a row a stage.
type StageTable struct {
	Months []int                 `json:"months"`
	Rows   []StageRow[FateShare] `json:"rows"`
	// Times is how many times as often the messy middle was silent to the end as the sustained.
	Times Estimate `json:"messyMiddleToSustained"`
	// Apart is, of each fate, the share of the messy middle less that of the strained: what
	// would part the two stages of one step.
	Apart []FateDifference `json:"messyMiddleLessStrained"`
}

// FateDifference is a difference of two shares of a fate.
type FateDifference struct {
	Fate       Fate     `json:"fate"`
	Difference Estimate `json:"difference"`
}

// FateShare is how many points of a stage met a fate.
type FateShare struct {
	MeasuredShare
	// Worse is the share less that of the step above; nil where there is none.
	Worse *Estimate `json:"worse"`
	// Undecided are points at which no serious fix was seen left open, and one may be: they are
	// not among those at which it can be told.
	Undecided int `json:"undecided,omitempty"`
}

// ladder are the steps of which each should fare worse than the one above it. Who pays parts
// the stages of one step, and not how they fare (docs/decisions/0018).
var ladder = [][]assess.Stage{{assess.Sustained}, stagesOfRow(Short), {assess.Fading}}

// stageOrder is the order of the rows.
var stageOrder = []assess.Stage{assess.Sustained, Short, assess.Strained, assess.MessyMiddle, assess.Fading, assess.Dormant, assess.Sunset,
	assess.Emerging, Undecided}

// stagesOfRow are the stages whose points a row holds.
func stagesOfRow(row assess.Stage) []assess.Stage {
	if row == Short {
		return []assess.Stage{assess.Strained, assess.MessyMiddle, Short}
	}
	return []assess.Stage{row}
}

// above are the stages of the step above a row; none at the top and beside the ladder.
func above(row assess.Stage) []assess.Stage {
	i := slices.IndexFunc(ladder, func(step []assess.Stage) bool { return slices.Contains(step, row) })
	if i <= 0 {
		return nil
	}
	return ladder[i-1]
}

// stageCases are the points of all repositories, with the indexes of repository and owner.
type stageCases struct {
	points            []StagePoint
	repository, owner []int
}

// EvaluateStages tabulates by stage what became of the repositories.
func EvaluateStages(all []StagedRepository, o Options) StageResult {
	found := StageResult{Repositories: len(all)}
	if o.Fixes {
		found.Fixes = &FixesTold{Untold: map[string]int{}}
	}
	owners := map[string]int{}
	var c stageCases
	for i, r := range all {
		found.UnreadTimes += r.Unread
		if r.SeenAfterPush {
			found.SeenAfterPush++
		}
		owner := ownerIndex(owners, r.Owner, i)
		for _, p := range r.Points {
			c.points, c.repository, c.owner = append(c.points, p), append(c.repository, i), append(c.owner, owner)
			found.Fixes.add(p)
		}
	}
	found.Owners = len(distinct(c.owner))
	found.Tables = append(found.Tables, c.table(StageMonths, o))
	for _, months := range StageMonths {
		found.Tables = append(found.Tables, c.table([]int{months}, o))
	}
	return found
}

// add counts a point. It does nothing where nobody asked.
func (t *FixesTold) add(p StagePoint) {
	if t == nil {
		return
	}
	if _, told := p.Fates[FixesLeft]; !told {
		t.Untold[p.FixesUntold]++
		return
	}
	t.Told++
	if p.FixesPartly {
		t.Partly++
	}
}

// mask marks the points of some times in some rows.
func (c stageCases) mask(months []int, stages ...assess.Stage) []bool {
	holds := make([]bool, len(c.points))
	for i, p := range c.points {
		holds[i] = slices.Contains(months, p.Months) && slices.Contains(stages, p.Stage)
	}
	return holds
}

// fate marks those points of a mask at which a fate is known, and those that met it.
func (c stageCases) fate(of []bool, fate Fate) (known, met []bool) {
	known, met = make([]bool, len(of)), make([]bool, len(of))
	for i, p := range c.points {
		happened, isKnown := p.Fates[fate]
		known[i], met[i] = of[i] && isKnown, of[i] && happened
	}
	return known, met
}

// rate is the share of a row that met a fate.
func (c stageCases) rate(fate Fate, months []int, stages ...assess.Stage) statistic {
	known, met := c.fate(c.mask(months, stages...), fate)
	return func(weight []float64) float64 { return share(known, met, weight) }
}

func (c stageCases) table(months []int, o Options) StageTable {
	t := StageTable{Months: months}
	asked := fates
	if !o.Fixes {
		asked = fates[:len(fates)-1]
	}
	for _, stage := range stageOrder {
		at := c.mask(months, stagesOfRow(stage)...)
		row := StageRow[FateShare]{Stage: stage, Points: countTrue(at), Repositories: len(distinct(chosen(c.repository, at)))}
		for _, fate := range asked {
			row.Fates = append(row.Fates, c.shareOf(at, fate, months, stage, o))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, fate := range asked {
		apart := difference(c.rate(fate, months, assess.MessyMiddle), c.rate(fate, months, assess.Strained))
		t.Apart = append(t.Apart, FateDifference{fate, estimate(c.owner, o, apart)[0]})
	}
	messy, sustained := c.rate(StillSilent, months, assess.MessyMiddle), c.rate(StillSilent, months, assess.Sustained)
	t.Times = estimate(c.owner, o, func(weight []float64) float64 { return ratio(messy(weight), sustained(weight)) })[0]
	return t
}

// shareOf is the share of the points of a row that met a fate, beside that of the step above.
func (c stageCases) shareOf(at []bool, fate Fate, months []int, row assess.Stage, o Options) FateShare {
	known, met := c.fate(at, fate)
	own := c.rate(fate, months, stagesOfRow(row)...)
	stats, better := []statistic{own}, above(row)
	if better != nil {
		stats = append(stats, difference(own, c.rate(fate, months, better...)))
	}
	estimates := estimate(c.owner, o, stats...)
	one := FateShare{MeasuredShare: MeasuredShare{Fate: fate, Of: countTrue(known), Happened: countTrue(met), Share: estimates[0]}}
	if better != nil {
		one.Worse = &estimates[1]
	}
	for i, p := range c.points {
		if fate == FixesLeft && at[i] && p.FixesUntold == FixesUndecided {
			one.Undecided++
		}
	}
	return one
}
