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
	why := assess.WhyMeasures
	switch {
	case !wasRead && isRead:
		why = assess.WhyFirstRead
	case wasRead && !isRead:
		why = assess.WhyNoLongerRead
	case byRules:
		why = assess.WhyRules
	}
	return listOf(why, move.From, move.To, moveLists[Move]{Entered: &c.Entered, Left: &c.Left, Moved: &c.Moved, FirstRead: &c.FirstRead,
		NoLongerRead: &c.NoLongerRead, NewRules: &c.NewRules})
}

// moveLists are the lists of a comparison of two runs. Shifted, of goods that kept their
// stage, is nil where a comparison has no such list.
type moveLists[T any] struct{ Entered, Left, Moved, Shifted, FirstRead, NoLongerRead, NewRules *[]T }

// listOf is the list that a change from one stage to another belongs to.
func listOf[T any](why assess.Why, from, to assess.Stage, lists moveLists[T]) *[]T {
	switch {
	case why == assess.WhyFirstRead:
		return lists.FirstRead
	case why == assess.WhyNoLongerRead:
		return lists.NoLongerRead
	case why == assess.WhyRules:
		return lists.NewRules
	case from == to:
		return lists.Shifted
	case to == assess.MessyMiddle:
		return lists.Entered
	case from == assess.MessyMiddle:
		return lists.Left
	}
	return lists.Moved
}
