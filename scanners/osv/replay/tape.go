package replay

import (
	"maps"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// tape records what was listed from commit to commit.
type tape struct {
	past   observation.Past
	people People
	before map[listing]bool  // what was listed after the last change
	since  map[listing]int32 // from which change on
	stays  map[int32][]observation.Stay
}

func newTape(people People, from, until time.Time) *tape {
	return &tape{past: observation.Past{From: from, Until: until}, people: people, before: map[listing]bool{}, since: map[listing]int32{},
		stays: map[int32][]observation.Stay{}}
}

// begin records what was listed when the window began.
func (t *tape) begin(listed map[listing]int) {
	for l := range listed {
		t.before[l], t.since[l] = true, observation.Before
	}
}

// add records what is listed after a commit, if that is something else than before it.
func (t *tape) add(c gitrepo.Commit, listed map[listing]int) {
	number := int32(len(t.past.Changes))
	changed := false
	for l := range t.before {
		if listed[l] == 0 {
			changed = true
			t.end(l, number)
			delete(t.before, l)
		}
	}
	for l := range listed {
		if !t.before[l] {
			changed = true
			t.before[l], t.since[l] = true, number
		}
	}
	if !changed {
		return
	}
	at := max(c.Committed.Unix(), t.past.From.Unix())
	if number > 0 {
		at = max(at, t.past.Changes[number-1].At)
	}
	by := int32(-1)
	if person, ok := t.people.Of(c.Author, c.Email); ok {
		by = person
	}
	t.past.Changes = append(t.past.Changes, observation.PastChange{At: at, By: by})
}

func (t *tape) end(l listing, number int32) {
	stay := observation.Stay{t.since[l], number, 0}
	if l.development {
		stay[2] = 1
	}
	t.stays[l.name] = append(t.stays[l.name], stay)
}

// finish returns what was recorded. People get numbers in the order in which they come.
func (t *tape) finish(names []observation.Coordinate) observation.Past {
	for l := range t.before {
		t.end(l, observation.Still)
	}
	numbers := map[int32]int32{}
	for i, c := range t.past.Changes {
		if c.By < 0 {
			t.past.Changes[i].By = 0
			continue
		}
		person := t.people.Final(c.By)
		if _, known := numbers[person]; !known {
			numbers[person] = int32(len(numbers) + 1)
		}
		t.past.Changes[i].By = numbers[person]
	}
	places := slices.SortedFunc(maps.Keys(t.stays), func(a, b int32) int { return names[a].Compare(names[b]) })
	for _, place := range places {
		stays := t.stays[place]
		slices.SortFunc(stays, func(a, b observation.Stay) int { return slices.Compare(a[:], b[:]) })
		t.past.Packages = append(t.past.Packages, observation.PastPackage{Ecosystem: names[place].Ecosystem, Name: names[place].Name,
			Version: names[place].Version, Stays: stays})
	}
	return t.past
}
