package report

import (
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// Diff is what changed between two assessed runs. Every list is ordered by the id
// of the good; a good is in one list at most.
type Diff struct {
	Since time.Time `json:"since"` // as-of of the earlier run
	Until time.Time `json:"until"` // as-of of the later run
	// Entered and Left are of the messy middle, Moved between two other stages,
	// Shifted kept their stage while a level of theirs changed.
	Entered []ChangedGood `json:"entered"`
	Left    []ChangedGood `json:"left"`
	Moved   []ChangedGood `json:"moved"`
	Shifted []ChangedGood `json:"shifted"`
	Added   []Move        `json:"added"`   // not in the earlier run
	Removed []Move        `json:"removed"` // not in the later run
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
	return &Diff{Since: since, Until: until, Entered: []ChangedGood{}, Left: []ChangedGood{}, Moved: []ChangedGood{}, Shifted: []ChangedGood{}, Added: []Move{},
		Removed: []Move{}}
}

// Add adds one good.
func (d *Diff) Add(t ChangedGood) {
	switch {
	case t.Unchanged():
		d.Unchanged++
	case t.From == t.To:
		d.Shifted = append(d.Shifted, t)
	case t.To == assess.MessyMiddle:
		d.Entered = append(d.Entered, t)
	case t.From == assess.MessyMiddle:
		d.Left = append(d.Left, t)
	default:
		d.Moved = append(d.Moved, t)
	}
}
