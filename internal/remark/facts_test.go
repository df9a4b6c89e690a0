package remark_test

import (
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
)

// active is a good with these commits a month, the last of which is that of the day.
func active(commits ...int) merge.Input {
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	first := observation.MonthOf(at) - observation.Month(len(commits)-1)
	return merge.Input{Repositories: []merge.Repository{{Activity: observation.Activity{Repositories: 1, Read: 1, At: at, From: first, Commits: commits, Begun: true,
		WholeFrom: first, WholeUntil: observation.MonthOf(at)}}}}
}

func TestAFallOfTheLastHalfYearIsTold(t *testing.T) {
	english := language.English()
	said := remark.FellOfLate(active(25, 25, 25, 25, 25, 25, 25, 4, 4, 4, 4, 4, 4, 0))
	if want := "Work fell of late: 24 commits in the six months to the end of October 2026, 150 in the six months before."; english.Sentences(said) != want {
		t.Errorf("%q", english.Sentences(said))
	}
	unread := active(25, 25, 25, 25, 25, 25, 25, 4, 4, 4, 4, 4, 4, 0)
	unread.Repositories = append(unread.Repositories, merge.Repository{Activity: observation.UnreadActivity(observation.CauseOffline)})
	for name, in := range map[string]merge.Input{
		"half as much": active(10, 10, 10, 10, 10, 10, 10, 5, 5, 5, 5, 5, 5, 0), "a few": active(1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0),
		"half a year old": active(9, 0, 0, 0, 0, 0, 0), "nothing read": {}, "not all read": unread,
	} {
		if said := remark.FellOfLate(in); said != nil {
			t.Errorf("%s: %q", name, english.Sentences(said))
		}
	}
}

// TestASignOfAnEndIsNoStatementOfIt, and what was not read whole may have one.
func TestASignOfAnEndIsNoStatementOfIt(t *testing.T) {
	english := language.English()
	for bound, want := range map[observation.Bound]string{
		observation.Exact:   "There is a sign that it may be at its end, and no statement of it: it seeks a maintainer.",
		observation.AtLeast: "There is a sign that it may be at its end, and no statement of it was seen so far: it seeks a maintainer.",
	} {
		m := observation.Measure{ID: observation.LifecycleSunsetDeclared, State: observation.Measured, Value: false, Bound: bound,
			Detail: observation.EndSign + "it seeks a maintainer"}
		said := remark.Of(merge.Input{}, map[string]observation.Measure{m.ID: m}, nil, true)
		if got := english.Sentences(said); got != want {
			t.Errorf("%q: %s", bound, got)
		}
	}
}

// TestANewAddressAndACopyAreOffered reads what the forge and the archive said of each
// repository.
func TestANewAddressAndACopyAreOffered(t *testing.T) {
	text := func(id string, value any) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	of := func(failed *observation.Note, measures ...observation.Measure) merge.Input {
		return merge.Input{Repositories: []merge.Repository{{Repository: catalog.Repository{URL: "https://forge.example/old"}, Failed: failed, Measures: measures}}}
	}
	at := text(observation.ArchiveAddress, "https://archive.example/snp")
	for name, c := range map[string]struct {
		in   merge.Input
		want string
	}{
		"moved": {of(nil, text(observation.ForgeMovedTo, "https://forge.example/new")),
			"The catalog still has the old address https://forge.example/old; the new one is https://forge.example/new."},
		"not moved":         {of(nil, observation.Measure{ID: observation.ForgeMovedTo, State: observation.NotApplicable}), ""},
		"vanished and kept": {of(&observation.Note{}, at), "Software Heritage keeps a copy of https://forge.example/old: https://archive.example/snp."},
		"gone from the forge": {of(nil, at, text(observation.ForgeGone, true)),
			"Software Heritage keeps a copy of https://forge.example/old: https://archive.example/snp."},
		"kept, and there": {of(nil, at), ""},
	} {
		if got := language.English().Sentences(remark.Of(c.in, nil, nil, true)); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
