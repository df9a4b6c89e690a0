package gitrepo

import (
	"io/fs"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

func TestASnapshotOfThePastShowsWhatWasThereThen(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	head := open(t, g, dir).Commit()
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	for name, test := range map[string]struct {
		at      time.Time
		license string
		commits int
	}{
		"on the second of the first commit": {at(t0), "MIT\n", 1},
		"before the second":                 {at(t0 + 86399), "MIT\n", 1},
		"on the second of the second":       {at(t0 + 86400), "Apache\n", 2},
		"long after":                        {at(t0 + 1e8), "Apache\n", 2},
	} {
		s, err := g.OpenAt(t.Context(), dir, test.at)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		data, err := fs.ReadFile(s.FS(), "LICENSE")
		if err != nil || string(data) != test.license {
			t.Errorf("%s: LICENSE = %q, %v", name, data, err)
		}
		commits := 0
		for _, err := range s.History(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			commits++
		}
		if commits != test.commits || (s.Commit() == head) != (test.commits == 2) || !s.ObservedUntil().Equal(test.at) {
			t.Errorf("%s: %d commits at %s, observed until %s", name, commits, s.Commit(), s.ObservedUntil())
		}
		_ = s.Close()
	}
	if _, err := g.OpenAt(t.Context(), dir, at(t0-1)); CauseOf(err) != observation.CauseEmpty {
		t.Errorf("before the first commit: %v, want the cause of an empty repository", err)
	}
}
