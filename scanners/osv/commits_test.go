package osv_test

import (
	"archive/zip"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/scannertest"
)

// nobody tells no people apart.
type nobody struct{}

func (nobody) Of(string, string) (int32, bool) { return 0, false }
func (nobody) Final(person int32) int32        { return person }

const sampledRepositories, sampledCommits = 20, 5

// What a replay says of a commit of the past is what osv-scanner finds in a checkout of that
// commit, of the advisories that were published by its day. Where real repositories are at
// hand: five commits each of the first twenty that changed manifests at five commits or more.
// The differences that have a name are counted apart; the numbers are in docs/trial.md.
func TestAReplayEqualsOsvScannersOnSampledCommits(t *testing.T) {
	mirrors, err := filepath.Glob(os.Getenv("MIDSPAN_TEST_MIRRORS"))
	if err != nil || len(mirrors) == 0 {
		t.Skip("set MIDSPAN_TEST_MIRRORS to a pattern that names bare repositories, such as '/srv/mirrors/*/repo'")
	}
	advisories := shared(t, "data", "osv")
	git, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	defer git.Close()
	s := sampling{advisories: advisories, database: indexOf(t, advisories), published: daysOf(t, advisories), git: git, differences: tally{},
		scanner: replay.New(func(catalog.Repository) replay.People { return nobody{} })}
	for _, dir := range mirrors {
		if s.repositories == sampledRepositories {
			break
		}
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) { s.sample(t, dir) })
	}
	t.Logf("%d repositories, %d commits: at %d the findings are equal, at %d more but for differences that have a name; osv-scanner has %d findings\n%s",
		s.repositories, s.commits, s.equal, s.named, s.findings, s.differences)
}

type sampling struct {
	advisories                                    string
	database                                      advisory.Database
	published                                     map[string]string // days, by id
	git                                           *gitrepo.Git
	scanner                                       *replay.Scanner
	repositories, commits, equal, named, findings int
	differences                                   tally
}

// daysOf reads on which day each advisory was published, by its id.
func daysOf(t *testing.T, advisories string) map[string]string {
	days := map[string]string{}
	archives, err := filepath.Glob(filepath.Join(advisories, "*", "all.zip"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no advisories in %s: %v", advisories, err)
	}
	for _, name := range archives {
		archive, err := zip.OpenReader(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range archive.File {
			var record struct{ ID, Published string }
			text, err := member.Open()
			if err == nil {
				err = json.NewDecoder(text).Decode(&record)
				_ = text.Close()
			}
			if err != nil {
				t.Fatalf("%s in %s: %v", member.Name, name, err)
			}
			days[record.ID], _, _ = strings.Cut(record.Published, "T")
		}
		_ = archive.Close()
	}
	return days
}

// exportManifests writes the files of a snapshot that readers of manifests ask for: sources
// and pictures would cost most of the time.
func exportManifests(t *testing.T, snapshot *gitrepo.Snapshot) string {
	t.Helper()
	scanner := osv.New()
	files := slices.DeleteFunc(slices.Clone(snapshot.Files()), func(f gitrepo.File) bool {
		part, beside := scanner.Part(f.Path)
		return part == "" && !beside && scanner.Wants(f) != gitrepo.Needed
	})
	some, err := snapshot.With(files)
	if err != nil {
		t.Fatal(err)
	}
	return export(t, some)
}

func (s *sampling) sample(t *testing.T, dir string) {
	snapshot := scannertest.Open(t, dir)
	at := snapshot.ObservedUntil()
	line, err := earlier.Read(t.Context(), snapshot, at.AddDate(0, -replay.Months, 0), func(name string) bool {
		part, _ := osv.New().Part(name)
		return part != ""
	})
	if err != nil || len(line.Steps) < sampledCommits {
		t.Skipf("%d commits changed manifests (%v)", len(line.Steps), err)
	}
	seen, err := s.scanner.Scan(t.Context(), scanners.Input{Snapshot: snapshot, At: at})
	if err != nil || seen.Past == nil {
		t.Fatalf("%v %+v", err, seen.Measures)
	}
	s.repositories++
	for i := range sampledCommits {
		step := line.Steps[(2*i+1)*len(line.Steps)/(2*sampledCommits)]
		s.compare(t, dir, step.Commit, *seen.Past)
	}
}

// compare holds one commit against osv-scanner.
func (s *sampling) compare(t *testing.T, dir string, c gitrepo.Commit, past observation.Past) {
	snapshot, err := s.git.OpenCommit(t.Context(), dir, c.OID)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	checkout := exportManifests(t, snapshot)
	theirs, hits := osvScanner(t, checkout, s.advisories)
	listedThen := map[observation.Coordinate]bool{}
	var packages []observation.Package
	for _, i := range past.At(c.Committed) {
		p := past.Packages[i]
		listedThen[p.Coordinate()] = true
		packages = append(packages, observation.Package{Ecosystem: p.Ecosystem, Name: p.Name, Version: p.Version})
	}
	result, err := s.database.Match(t.Context(), packages)
	if err != nil {
		t.Fatal(err)
	}
	day := c.Committed.UTC().Format(time.DateOnly)
	byThen := func(all map[hit]bool) map[hit]bool {
		kept := map[hit]bool{}
		for h := range all {
			if published := s.published[h.advisory]; published != "" && published <= day {
				kept[h] = true
			}
		}
		return kept
	}
	ours, reference := byThen(hitsOf(result.Findings)), byThen(hits)
	s.commits++
	s.findings += len(reference)
	if maps.Equal(ours, reference) {
		s.equal++
		return
	}
	s.explain(t, snapshot, checkout, listedThen, both[listed]{theirs: theirs}, both[hit]{ours, reference})
}

// explain names the differences at a commit: those of the list of osv's own test.
func (s *sampling) explain(t *testing.T, snapshot *gitrepo.Snapshot, checkout string, then map[observation.Coordinate]bool, packages both[listed], findings both[hit]) {
	read, err := osv.New().Scan(t.Context(), scanners.Input{Snapshot: snapshot, At: snapshot.Committed()})
	if err != nil {
		t.Fatal(err)
	}
	packages.ours = packagesOf(slices.DeleteFunc(read.Packages, func(p observation.Package) bool { return !then[p.Coordinate()] }))
	ok := t.Run(snapshot.Commit()[:12], func(t *testing.T) {
		s.differences.add(explain(t, sides{checkout: checkout, packages: packages, findings: findings, own: ownNames(t, checkout)}))
	})
	if ok {
		s.named++
	}
}
