package report

import (
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// Diff is what changed between two assessed runs. Every list is ordered by the id
// of the good; a good is in one list at most.
type Diff struct {
	// Earlier and Later name the runs that are compared, by number or by the file of a
	// report.
	Earlier string    `json:"earlier"`
	Later   string    `json:"later"`
	Since   time.Time `json:"since"` // as-of of the earlier run
	Until   time.Time `json:"until"` // as-of of the later run
	// Entered and Left are of the messy middle, Moved between two other stages,
	// Shifted kept their stage while a level of theirs changed.
	Entered []ChangedGood `json:"entered"`
	Left    []ChangedGood `json:"left"`
	Moved   []ChangedGood `json:"moved"`
	Shifted []ChangedGood `json:"shifted"`
	// FirstRead are goods of which nothing was read in the earlier run, NoLongerRead those
	// of which nothing is read in the later one, and NewRules those of which the present
	// rules say the same by what was measured in the earlier run.
	FirstRead    []ChangedGood `json:"firstRead"`
	NoLongerRead []ChangedGood `json:"noLongerRead"`
	NewRules     []ChangedGood `json:"newRules"`
	Added        []Move        `json:"added"`   // first seen: not in the earlier run
	Removed      []Move        `json:"removed"` // no longer in the catalog: not in the later run
	// Unchanged counts the goods whose stage and levels are as before.
	Unchanged int `json:"still"`
}

// ChangedGood is a good of which something changed.
type ChangedGood struct {
	Good string `json:"good"`
	Name string `json:"name"`
	assess.VerdictChange
}

// NewDiff returns an empty one.
func NewDiff(since, until time.Time) *Diff {
	none := []ChangedGood{}
	return &Diff{Since: since, Until: until, Entered: none, Left: none, Moved: none, Shifted: none, FirstRead: none, NoLongerRead: none, NewRules: none,
		Added: []Move{}, Removed: []Move{}}
}

// Add adds one good.
func (d *Diff) Add(t ChangedGood) {
	list := &d.Moved
	switch {
	case t.Why == assess.WhyFirstRead:
		list = &d.FirstRead
	case t.Why == assess.WhyNoLongerRead:
		list = &d.NoLongerRead
	case t.Unchanged():
		d.Unchanged++
		return
	case t.Why == assess.WhyRules:
		list = &d.NewRules
	case t.From == t.To:
		list = &d.Shifted
	case t.To == assess.MessyMiddle:
		list = &d.Entered
	case t.From == assess.MessyMiddle:
		list = &d.Left
	}
	*list = append(*list, t)
}
