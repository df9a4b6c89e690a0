package report

import (
	"cmp"
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// ChangeBetween lists the goods that changed their stage between an earlier document
// and a later one of the same catalogs. Goods are identified by their id.
func ChangeBetween(prev, cur Document) *Change {
	change := &Change{
		Since:   prev.AsOf,
		Entered: []Move{}, Left: []Move{}, Moved: []Move{}, Added: []Move{}, Removed: []Move{},
	}
	before := make(map[string]Good, len(prev.Goods))
	for _, good := range prev.Goods {
		before[good.ID] = good
	}
	for _, good := range cur.Goods {
		old, known := before[good.ID]
		delete(before, good.ID)
		move := Move{Good: good.ID, Name: English.DisplayName(good), From: old.Verdict.Stage, To: good.Verdict.Stage}
		switch {
		case !known:
			change.Added = append(change.Added, move)
		case move.From == move.To:
		case move.To == assess.MessyMiddle:
			change.Entered = append(change.Entered, move)
		case move.From == assess.MessyMiddle:
			change.Left = append(change.Left, move)
		default:
			change.Moved = append(change.Moved, move)
		}
	}
	for id, good := range before {
		change.Removed = append(change.Removed, Move{Good: id, Name: English.DisplayName(good), From: good.Verdict.Stage})
	}
	for _, list := range [][]Move{change.Entered, change.Left, change.Moved, change.Added, change.Removed} {
		slices.SortFunc(list, func(a, b Move) int { return cmp.Compare(a.Good, b.Good) })
	}
	return change
}
