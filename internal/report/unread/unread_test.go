package unread_test

import (
	"reflect"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/unread"
)

// TestWhatWasNotReadIsCountedByKindWithTheFirstMessage has notes, a repository that failed
// and one that was read in part. A remark is none of them.
func TestWhatWasNotReadIsCountedByKindWithTheFirstMessage(t *testing.T) {
	lost := func(message string) observation.Note {
		return observation.Note{Cause: observation.CauseBroken, Subject: "line 3", Message: message}
	}
	remark := observation.Note{Cause: observation.CauseRemark, Message: "written in capitals"}
	document := report.Document{Notes: []observation.Note{lost("no name"), remark, lost("no address")}, Summary: report.Summary{Unmatched: map[string]int{"no-version": 7}}}
	document.Goods = []report.Good{{Scans: []report.Scan{
		{Outcome: report.Failed, Failure: &observation.Note{Cause: observation.CauseNotFound, Message: "it is gone"}},
		{Outcome: report.Partial, Repository: catalog.Repository{URL: "https://forge.example/a"}, Notes: []observation.Note{remark, lost("half of a lockfile")}},
		{Outcome: report.Scanned},
	}}}
	want := []unread.Gap{
		{Count: 2, What: "notes on the catalog or the database: broken-input", First: "line 3: no name"},
		{Count: 7, What: "packages not matched: no-version"},
		{Count: 1, What: "repositories not read: not-found", First: "it is gone"},
		{Count: 1, What: "repositories read in part: broken-input", First: "https://forge.example/a: half of a lockfile"},
	}
	if got := unread.Of(document); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if n := unread.Count(document.Notes); n != 2 {
		t.Errorf("%d notes are about something that was not read, want 2", n)
	}
}
