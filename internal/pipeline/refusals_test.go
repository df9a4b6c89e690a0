package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

// A unit that no worker could do is a failure of its repository in the run, with the reason.
func TestAUnitThatWasGivenUpIsAFailureOfItsRepository(t *testing.T) {
	const url = "https://forge.example/o/one"
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "one"})})
	p := newPipeline(t, cfg)
	runs, err := p.Begin(t.Context(), []string{url})
	if err != nil {
		t.Fatal(err)
	}
	w := byWorkers{Pipeline: p}
	outcome, err := w.outcomeOfUnit(t.Context(), runs, queue.Result{URL: url, GivenUp: "it ended three workers"})
	if err != nil || outcome != "failed: scanner-failed" {
		t.Errorf("it is %q (%v)", outcome, err)
	}
	scan, err := p.store.Scan(t.Context(), runs.ID, url)
	if err != nil || scan.Failure == nil || scan.Failure.Message != "given up: it ended three workers" || scan.Commit != "" {
		t.Errorf("the store has %+v (%v)", scan, err)
	}
	for want, result := range map[string]queue.Result{
		"scanned":           {URL: url, Notes: []byte("null")},
		"failed: not-found": {URL: url, Notes: []byte("null"), Failure: []byte(`{"cause": "not-found", "message": "gone"}`)},
	} {
		if got, err := w.outcomeOfUnit(t.Context(), runs, result); got != want || err != nil {
			t.Errorf("it is %q (%v), want %q", got, err, want)
		}
	}
	if _, err := w.outcomeOfUnit(t.Context(), runs, queue.Result{URL: url, Notes: []byte("{")}); err == nil {
		t.Error("notes that cannot be read are passed over")
	}
}

// Another try is for what may be the fault of a network or of one machine. What a server says
// for good is a result at once, and so is the second failure.
func TestOnlyWhatMayPassIsTriedAgain(t *testing.T) {
	for cause, want := range map[observation.Cause][2]bool{
		observation.CauseUnreachable:    {true, false},
		observation.CauseCorrupt:        {true, false},
		observation.CauseMissingObjects: {true, false},
		observation.CauseNotFound:       {false, false},
		observation.CauseEmpty:          {false, false},
		observation.CauseOverLimit:      {false, false},
		observation.CauseBadURL:         {false, false},
	} {
		if got := [2]bool{triedLater(cause, queue.Unit{Try: 1}), triedLater(cause, queue.Unit{Try: 2})}; got != want {
			t.Errorf("%s: tried again after the first and the second try: %v, want %v", cause, got, want)
		}
	}
}

// Workers of one database may share units where they would give the same results.
func TestWorkersThatWouldFindSomethingElseAreOtherPrograms(t *testing.T) {
	base := newPipeline(t, testConfig(t))
	same := newPipeline(t, testConfig(t)) // in other folders
	if base.program() != same.program() {
		t.Error("the folders of a worker make it another program")
	}
	for name, change := range map[string]func(*Pipeline){
		"version":       func(p *Pipeline) { p.version = "2" },
		"limits":        func(p *Pipeline) { p.cfg.MaxFiles = 7 },
		"network":       func(p *Pipeline) { p.cfg.Offline = false },
		"private hosts": func(p *Pipeline) { p.cfg.AllowPrivate = true },
		"scanners":      func(p *Pipeline) { p.scanners = p.scanners[1:] },
	} {
		other := newPipeline(t, testConfig(t))
		change(other)
		if other.program() == base.program() {
			t.Errorf("another choice of %s is the same program", name)
		}
	}
	if a, b := cacheName("one", "/cache"), cacheName("two", "/cache"); a == b || a != cacheName("one", "/cache") {
		t.Errorf("the caches of two machines are %s and %s", a, b)
	}
	if err := base.Serve(t.Context(), WorkerOptions{}); err != ErrNoQueue {
		t.Errorf("a worker on a store of one machine: err = %v", err)
	}
	if _, err := base.QueueStatus(t.Context()); err != ErrNoQueue {
		t.Errorf("the queue of a store of one machine: err = %v", err)
	}
}

// What a killed process began is made anew; a clone that broke off goes on where it stood, and
// nothing that is finished is touched.
func TestUnfinishedRepositoriesAreRemovedAndBegunClonesAreNot(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"sample/.making-123/HEAD", "sample/a/.making-9/x", "host/o/.making-name.git/HEAD", "host/o/name/HEAD", "host/o/name/objects/.making-x/y"} {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(path)), "x")
	}
	if err := removeUnfinishedMirrors(dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"sample/.making-123": false, "sample/a/.making-9": false, "host/o/.making-name.git/HEAD": true,
		"host/o/name/HEAD": true, "host/o/name/objects/.making-x/y": true} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path))); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
	}
	if err := removeUnfinishedMirrors(filepath.Join(dir, "nowhere")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestARunOverNothingSaysWhatIsWrong(t *testing.T) {
	catalog := filepath.Join(t.TempDir(), "goods.csv")
	writeFile(t, catalog, "url,name\nhttps://forge.example/o/ledger,Ledger\n")
	empty := filepath.Join(t.TempDir(), "empty.csv")
	writeFile(t, empty, "url,name\n")
	for only, c := range map[string][2]string{
		"ledgr": {catalog, `nothing in the catalogs mentions "ledgr" (only); did you mean ledger?`},
		"":      {empty, "empty.csv: it holds no entries"},
	} {
		cfg := testConfig(t)
		cfg.Catalog, cfg.Only = []string{c[0]}, only
		if _, err := newPipeline(t, cfg).Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("--only %q: err = %v, want %q", only, err, c[1])
		}
	}
}

// A bill is of the good that is named, by any of its names, and of no other.
func TestListingsAreOfTheGoodsThatAreNamed(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{
		"one": commitStream(map[string]string{"requirements.txt": requirements}), "two": commitStream(map[string]string{"Gemfile.lock": gems})})
	run(t, cfg, "https://forge.example/o/one", "https://forge.example/o/two")
	p := newPipeline(t, cfg)
	last, err := p.Resume(t.Context(), "midspan run", store.Assessed)
	if err != nil {
		t.Fatal(err)
	}
	listed := func(names ...string) (packages []string, err error) {
		err = p.Listings(t.Context(), last, names, func(_ report.Document, _ report.Good, lists []export.Listing) error {
			for _, list := range lists {
				for _, one := range list.Packages {
					packages = append(packages, one.Name)
				}
			}
			return nil
		})
		return packages, err
	}
	for name, want := range map[string]string{"o-one": "requests", "https://forge.example/o/two": "rack"} {
		if got, err := listed(name); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s lists %q (%v), want %q", name, got, err, want)
		}
	}
	if got, err := listed(); err != nil || len(got) != 2 {
		t.Errorf("all list %q (%v), want both", got, err)
	}
	if _, err := listed("three"); err == nil || !strings.Contains(err.Error(), "goods.csv of the report lists them") {
		t.Errorf("a good that is not there: err = %v", err)
	}
}
