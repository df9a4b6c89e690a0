package pipeline

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// fixture is a catalog with its mirrors and an advisory database; each can change.
type fixture struct {
	t    *testing.T
	cfg  config.Config
	root string // of the mirrors
	urls []string
}

const gems = "GEM\n  remote: https://gems.example/\n  specs:\n    rack (2.0.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack\n"

func newFixture(t *testing.T) *fixture {
	w := &fixture{t: t, cfg: testConfig(t)}
	w.cfg.Mirror, w.root = writeMirrors(t, map[string]string{
		"snake": commitStream(map[string]string{"requirements.txt": requirements, "sub/requirements.txt": requirements}),
		"gem":   commitStream(map[string]string{"Gemfile.lock": gems}),
		"both":  commitStream(map[string]string{"requirements.txt": requirements, "Gemfile.lock": gems}),
		"none":  commitStream(map[string]string{"README": "nothing listed"}),
	})
	for _, name := range []string{"snake", "gem", "both", "none", "nowhere"} {
		w.urls = append(w.urls, "https://forge.example/o/"+name)
	}
	w.cfg.Advisories = filepath.Join(t.TempDir(), "osv")
	w.writeAdvisory("PyPI", "TEST-1", "requests", "2.20.0")
	w.writeAdvisory("RubyGems", "TEST-2", "rack", "2.1.0")
	return w
}

// writeAdvisory writes or replaces a record of the database.
func (w *fixture) writeAdvisory(ecosystem, id, name, fixed string) {
	w.t.Helper()
	record := fmt.Sprintf(`{"id":%q,"modified":"2026-01-01T00:00:00Z","published":"2020-01-01T00:00:00Z","affected":[{"package":{"ecosystem":%q,"name":%q},
		"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":%q}]}]}]}`, id, ecosystem, name, fixed)
	dir := filepath.Join(w.cfg.Advisories, ecosystem)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, id+".json"), []byte(record), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) run() runResult {
	w.t.Helper()
	return run(w.t, w.cfg, w.urls...)
}

// runFresh runs in a new store and a new output folder.
func (w *fixture) runFresh() runResult {
	w.t.Helper()
	cfg := w.cfg
	dir := w.t.TempDir()
	cfg.Store, cfg.Out = filepath.Join(dir, "store"), filepath.Join(dir, "report")
	return run(w.t, cfg, w.urls...)
}

func (w *fixture) page(name string) string {
	return filepath.Join(w.cfg.Out, "goods", "o-"+name+".html")
}

func (w *fixture) file(path string) fs.FileInfo {
	w.t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return info
}

// sameReport compares every file of two reports. The change since the previous run is
// ignored, because a new store has no previous run.
func sameReport(t *testing.T, got, want runResult) {
	t.Helper()
	if g, w := withoutChange(t, got), withoutChange(t, want); !bytes.Equal(g, w) {
		t.Errorf("report.json differs from that of a run without a past:\n%s", firstDifference(g, w))
	}
	files, others := filesOf(t, got.Files.Dir), filesOf(t, want.Files.Dir)
	if len(files) != len(others) {
		t.Errorf("%d files, want %d", len(files), len(others))
	}
	for name, content := range others {
		switch name {
		case "report.json", "index.html", "feed.atom", ".midspan-report.json":
		case "trend.html", "trend.csv", "trend.json": // they are about the past
		default:
			if files[name] != content {
				t.Errorf("%s differs from that of a run without a past", name)
			}
		}
	}
}

func withoutChange(t *testing.T, r runResult) []byte {
	t.Helper()
	document := r.Document
	document.Change = nil
	var out bytes.Buffer
	if err := report.Encode(&out, document); err != nil {
		t.Fatal(err)
	}
	if r.Document.Change == nil { // the file as it stands
		data, err := os.ReadFile(r.Files.Report)
		if err != nil || !bytes.Equal(data, out.Bytes()) {
			t.Errorf("report.json is not the encoding of its document (%v)", err)
		}
	}
	return out.Bytes()
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "got  " + x[i] + "\nwant " + y[i]
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(x), len(y))
}

func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestChangeOfOneEcosystemTouchesOnlyTheGoodsThatListIt(t *testing.T) {
	w := newFixture(t)
	w.run()
	before := map[string]fs.FileInfo{}
	for _, name := range []string{"snake", "gem", "both", "none", "nowhere"} {
		before[name] = w.file(w.page(name))
	}
	w.writeAdvisory("RubyGems", "TEST-2", "rack", "2.2.0")
	got := w.run()
	for name, kept := range map[string]bool{"snake": true, "none": true, "nowhere": true, "gem": false, "both": false} {
		if os.SameFile(before[name], w.file(w.page(name))) != kept {
			t.Errorf("the page of %s stands as it was: %v, want %v", name, !kept, kept)
		}
	}
	sameReport(t, got, w.runFresh())
}

func TestChangeThatAffectsNoPackageChangesNoPage(t *testing.T) {
	w := newFixture(t)
	w.run()
	before := w.file(w.page("gem"))
	w.writeAdvisory("RubyGems", "TEST-3", "something-else", "1.0.0")
	got := w.run()
	if !os.SameFile(before, w.file(w.page("gem"))) {
		t.Error("a page was written again though nothing in it changed")
	}
	if n := ecosystemOf(got.Document, "RubyGems").Records; n != 2 {
		t.Errorf("the report counts %d records of the changed ecosystem, want 2", n)
	}
	sameReport(t, got, w.runFresh())
}

func ecosystemOf(document report.Document, name string) report.Ecosystem {
	for _, e := range document.Advisory.Ecosystems {
		if e.Name == name {
			return e
		}
	}
	return report.Ecosystem{}
}

func TestEcosystemThatComesAndGoesIsNoticed(t *testing.T) {
	w := newFixture(t)
	w.run()
	for _, there := range []bool{false, true} {
		if there {
			w.writeAdvisory("RubyGems", "TEST-2", "rack", "2.1.0")
		} else if err := os.RemoveAll(filepath.Join(w.cfg.Advisories, "RubyGems")); err != nil {
			t.Fatal(err)
		}
		sameReport(t, w.run(), w.runFresh())
	}
}

func TestMeasureNamesTheAdvisoriesThatWereReadAndTheReportTheirState(t *testing.T) {
	w := newFixture(t)
	document := w.run().Document
	for _, good := range document.Goods {
		want := map[string]string{"o/gem": "manifests and OSV advisories of RubyGems", "o/both": "manifests and OSV advisories of PyPI, RubyGems"}[good.Name]
		if m := measureOf(good, "advisories.findings"); m.Source != want && want != "" {
			t.Errorf("%s: the source is %q, want %q", good.Name, m.Source, want)
		}
	}
	if state := ecosystemOf(document, "RubyGems").State; state == "" || state == ecosystemOf(document, "PyPI").State {
		t.Errorf("the report does not name the state of each ecosystem: %+v", document.Advisory)
	}
}

// TestAnyChangesGiveTheReportOfARunWithoutAPast makes changes of all kinds, in any
// order, and compares the report of a store with earlier runs with the report of a new
// store.
func TestAnyChangesGiveTheReportOfARunWithoutAPast(t *testing.T) {
	w := newFixture(t)
	w.run()
	random := rand.New(rand.NewPCG(3, 11))
	changes := map[string]func(){
		"another advisory":    func() { w.writeAdvisory("PyPI", fmt.Sprint("TEST-", 10+random.IntN(3)), "requests", "2.31.0") },
		"an advisory changes": func() { w.writeAdvisory("RubyGems", "TEST-2", "rack", fmt.Sprintf("2.%d.0", 1+random.IntN(9))) },
		"an advisory goes": func() {
			for _, id := range []string{"TEST-10", "TEST-11", "TEST-12"} {
				_ = os.Remove(filepath.Join(w.cfg.Advisories, "PyPI", id+".json"))
			}
		},
		"a commit": func() {
			w.commit("snake", map[string]string{"requirements.txt": fmt.Sprintf("requests==2.%d.0\n", random.IntN(30))})
		},
		"another day":       func() { w.cfg.AsOf = fmt.Sprintf("2026-07-%02d", 1+random.IntN(28)) },
		"a page is changed": func() { w.overwrite(w.page("gem")) },
		"a page is removed": func() { _ = os.Remove(w.page("both")) },
		"a good goes or comes": func() {
			if len(w.urls) == 5 {
				w.urls = w.urls[:4]
			} else {
				w.urls = append(w.urls, "https://forge.example/o/nowhere")
			}
		},
		"other rules": func() {
			w.cfg.Rules = filepath.Join(t.TempDir(), "rules.yaml")
			text := fmt.Sprintf("stages:\n  - stage: emerging\n    because: It is young, %d.\n", random.IntN(100))
			if err := os.WriteFile(w.cfg.Rules, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"nothing": func() {},
	}
	names := sortedKeys(changes)
	for step := range 12 {
		name := names[random.IntN(len(names))]
		if step < len(names) {
			name = names[step]
		}
		changes[name]()
		sameReport(t, w.run(), w.runFresh())
		if t.Failed() {
			t.Fatalf("after change %d: %s", step, name)
		}
	}
}

func (w *fixture) commit(name string, files map[string]string) {
	w.t.Helper()
	git, err := gitrepo.New(w.t.Context(), gitrepo.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer git.Close()
	dir := filepath.Join(w.root, "o+"+name, "repo")
	if err := os.RemoveAll(dir); err != nil {
		w.t.Fatal(err)
	}
	if err := git.Import(w.t.Context(), dir, strings.NewReader(commitStream(files))); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) overwrite(path string) {
	w.t.Helper()
	if err := os.WriteFile(path, []byte("spoilt"), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// A forge that sorts its tags into folders makes releases as others do.
func TestAReleaseInAFolderOfTagsIsSeenByTheNextRun(t *testing.T) {
	w := newFixture(t)
	w.urls = w.urls[:1]
	dir := filepath.Join(w.root, "o+snake", "repo")
	releases := func(published runResult) any {
		return measureOf(published.Document.Goods[0], observation.MomentumReleasesEver).Value
	}
	var oids []string // made beforehand: the objects of a mirror do not change with its references
	for i := range 3 {
		t.Setenv("GIT_COMMITTER_DATE", fmt.Sprintf("2026-0%d-01T00:00:00Z", i+3))
		gittest.Run(t, dir, nil, "-c", "user.name=x", "-c", "user.email=x@team.example", "tag", "-a", "-m", "x", "releases/x")
		oids = append(oids, strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "releases/x")))
		gittest.Run(t, dir, nil, "tag", "-d", "releases/x")
	}
	gittest.Run(t, dir, nil, "tag", "releases/first")
	before := releases(w.run())
	for i, tag := range []string{"releases/v1.0.0", "releases/v2.0.0", "releases/v3.0.0"} {
		gittest.Run(t, dir, nil, "update-ref", "refs/tags/"+tag, oids[i])
		after := releases(w.run())
		if want := releases(w.runFresh()); after == before || after != want {
			t.Errorf("after %s there are %v releases, before %v, want %v", tag, after, before, want)
		}
		before = after
	}
}
