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
	if t.Unchanged() && t.Why != assess.WhyFirstRead && t.Why != assess.WhyNoLongerRead {
		d.Unchanged++
		return
	}
	list := listOf(t.Why, t.From, t.To, moveLists[ChangedGood]{Entered: &d.Entered, Left: &d.Left, Moved: &d.Moved, Shifted: &d.Shifted,
		FirstRead: &d.FirstRead, NoLongerRead: &d.NoLongerRead, NewRules: &d.NewRules})
	*list = append(*list, t)
}
