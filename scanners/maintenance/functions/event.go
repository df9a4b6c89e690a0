package functions

import "time"

// event is what happened once: a part of a function was done, or something by which it is
// seen who did.
type event struct {
	when     time.Time
	what     kindOfEvent
	function int   // by its place in functions.All; of the first three kinds
	person   int32 // of byPerson
}

type kindOfEvent uint8

const (
	byPeople    kindOfEvent = iota // a commit, a merge or a release by people
	byPerson                       // the part of one of them in it
	byMachine                      // one by a machine
	squashed                       // a change that the forge squashed
	merged                         // a merge of the default branch
	tagged                         // a release with an annotated tag
	taggedLight                    // one with a light tag
	taggedEver                     // a release at any time
)

// happened counts an event, or keeps it where the past is read.
func (y *year) happened(e event) {
	if y.record != nil {
		y.record(e)
		return
	}
	y.apply(e)
}

// carried tells that a function was done once, by a person or by a machine.
func (y *year) carried(when time.Time, function int, person int32, isPerson bool) {
	if !isPerson {
		y.happened(event{when, byMachine, function, 0})
		return
	}
	y.happened(event{when, byPeople, function, 0})
	y.happened(event{when, byPerson, function, person})
}

func (y *year) apply(e event) {
	switch e.what {
	case byPeople:
		y.commits[e.function]++
	case byPerson:
		y.done[e.function][e.person]++
	case byMachine:
		y.bots[e.function]++
	case squashed:
		y.squashed++
	case merged:
		y.merged++
	case tagged:
		y.tags.releases++
	case taggedLight:
		y.tags.releases++
		y.tags.light++
	case taggedEver:
		y.tags.ever++
	}
}
