package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// Standing is where a good stood in a run: as much of it as a change of its stage needs.
type Standing struct {
	Good, Name string
	Stage      assess.Stage
	Read       bool // one of its repositories was read
}

// ChangeBetween lists what differs between the goods of an earlier run, whose day is since,
// and those of a later one of the same catalogs. Goods are identified by their id. byRules
// tells of a good that was read in both runs whether its stage changed by the rules alone.
func ChangeBetween(since time.Time, before, after []Standing, byRules func(good string) (bool, error)) (*Change, error) {
	change := &Change{Since: since}
	earlier := make(map[string]Standing, len(before))
	for _, good := range before {
		earlier[good.Good] = good
	}
	for _, good := range after {
		old, known := earlier[good.Good]
		delete(earlier, good.Good)
		move := Move{Good: good.Good, Name: English.NameOr(good.Name, good.Good), From: old.Stage, To: good.Stage}
		list := &change.Added
		if known {
			ruled := false
			if old.Read == good.Read && move.From != move.To {
				var err error
				if ruled, err = byRules(good.Good); err != nil {
					return nil, err
				}
			}
			list = change.listOf(old.Read, good.Read, ruled, move)
		}
		if list != nil {
			*list = append(*list, move)
		}
	}
	for _, good := range earlier {
		change.Removed = append(change.Removed, Move{Good: good.Good, Name: English.NameOr(good.Name, good.Good), From: good.Stage})
	}
	for _, list := range []*[]Move{&change.Entered, &change.Left, &change.Moved, &change.FirstRead, &change.NoLongerRead, &change.NewRules, &change.Added,
		&change.Removed} {
		*list = slices.SortedFunc(slices.Values(*list), func(a, b Move) int { return cmp.Compare(a.Good, b.Good) })
	}
	return change, nil
}

// listOf is the list of a change that a move belongs to; nil for none.
func (c *Change) listOf(wasRead, isRead, byRules bool, move Move) *[]Move {
	switch {
	case !wasRead && isRead:
		return &c.FirstRead
	case wasRead && !isRead:
		return &c.NoLongerRead
	case move.From == move.To:
		return nil
	case byRules:
		return &c.NewRules
	case move.To == assess.MessyMiddle:
		return &c.Entered
	case move.From == assess.MessyMiddle:
		return &c.Left
	}
	return &c.Moved
}
