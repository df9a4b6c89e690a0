package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

const asOf = "2026-06-30"

// TestMain collects garbage as seldom as the program does.
func TestMain(m *testing.M) {
	if child.Requested(os.Args) {
		os.Exit(child.Main())
	}
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// testConfig returns the settings of a run in folders of its own.
func testConfig(t testing.TB) config.Config {
	t.Helper()
	return configIn(t.TempDir())
}

// configIn returns the settings of a run below a folder.
func configIn(dir string) config.Config {
	return config.Config{Store: filepath.Join(dir, "store"), Out: filepath.Join(dir, "report"), AsOf: asOf, Jobs: 2, PerHost: 4, Timeout: time.Minute, Offline: true}
}

func newPipeline(t testing.TB, cfg config.Config) *Pipeline {
	t.Helper()
	p, err := New(t.Context(), cfg, "test", time.Now, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// runResult is the result of a run, with the document as published.
type runResult struct {
	Published
	Document report.Document
}

func run(t testing.TB, cfg config.Config, urls ...string) runResult {
	t.Helper()
	return runWith(t, newPipeline(t, cfg), urls...)
}

func runWith(t testing.TB, p *Pipeline, urls ...string) runResult {
	t.Helper()
	published, err := p.Run(t.Context(), urls)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(published.Files.Report)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := report.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return runResult{published, document}
}

// sampleRun runs the sample once for all tests that only read what it published. It
// returns the document with the bytes of its report.json.
var sampleRun = sync.OnceValues(func() (report.Document, []byte) {
	dir, err := os.MkdirTemp("", "midspan-sample-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	p, err := New(context.Background(), configIn(dir), "test", time.Now, Silent{})
	if err != nil {
		panic(err)
	}
	defer p.Close()
	published, err := p.Run(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile(published.Files.Report)
	if err != nil {
		panic(err)
	}
	document, err := report.Decode(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	return document, data
})

func TestSampleGoodsLandWhereTheirDescriptionsSay(t *testing.T) {
	descriptions, err := sample.Descriptions()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	document, _ := sampleRun()
	for _, good := range document.Goods {
		got[good.ID] = string(good.Verdict.Stage)
	}
	for _, d := range descriptions {
		if got[d.ID] != d.Stage {
			t.Errorf("%s is %q, its description says %q", d.ID, got[d.ID], d.Stage)
		}
	}
}

func TestSameInputsAndAsOfGiveTheSameBytes(t *testing.T) {
	_, want := sampleRun()
	got, err := os.ReadFile(run(t, testConfig(t)).Files.Report)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("two runs over the same inputs differ (%v)", err)
	}
}

func TestEveryDeclaredMeasureIsThereOrSaysWhyNot(t *testing.T) {
	document, _ := sampleRun()
	for _, good := range document.Goods {
		for _, scan := range good.Scans {
			if scan.Outcome == report.Failed {
				continue
			}
			for _, measure := range scan.Measures {
				if measure.State == observation.Unknown && measure.Cause == "" || measure.State == observation.Measured && measure.Value == nil {
					t.Errorf("%s: %+v", scan.Repository.URL, measure)
				}
			}
		}
	}
}

// writeMirrors writes bare repositories under a folder, as <owner>+<name>/repo, and
// returns the setting mirror that finds them.
func writeMirrors(t testing.TB, streams map[string]string) (template, root string) {
	t.Helper()
	git, err := gitrepo.New(t.Context(), gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer git.Close()
	root = t.TempDir()
	for name, stream := range streams {
		if err := git.Import(t.Context(), filepath.Join(root, "o+"+name, "repo"), strings.NewReader(stream)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "{owner}+{name}", "repo"), root
}

// commitStream returns a fast-import stream of one commit with these files.
func commitStream(files map[string]string) string {
	return gittest.Stream(gittest.Commit{When: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Files: gittest.Files(files)})
}

const requirements = "requests==2.19.0\n"

// writeAdvisories writes a database with one advisory of PyPI.
func writeAdvisories(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "osv")
	record := `{"id":"TEST-1","modified":"2026-01-01T00:00:00Z","published":"2020-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"requests"},
		"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.20.0"}]}]}]}`
	if err := os.MkdirAll(filepath.Join(dir, "PyPI"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "PyPI", "TEST-1.json"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEachBadRepositoryIsAGapAndTheRestIsRead(t *testing.T) {
	cfg := testConfig(t)
	template, root := writeMirrors(t, map[string]string{
		"good":       commitStream(map[string]string{"requirements.txt": requirements}),
		"bare":       commitStream(map[string]string{"README": "nothing listed"}),
		"broken":     commitStream(map[string]string{"package-lock.json": "{", "requirements.txt": requirements}),
		"paths":      commitStream(map[string]string{"caf\xe9/requirements.txt": requirements, "requirements.txt": requirements}),
		"missing":    commitStream(map[string]string{"requirements.txt": requirements, "README": "kept"}),
		"detached":   commitStream(map[string]string{"README": "x"}),
		"unreadable": commitStream(map[string]string{"README": "x"}),
		"empty":      "",
	})
	at := func(name string, more ...string) string {
		return filepath.Join(append([]string{root, "o+" + name, "repo"}, more...)...)
	}
	removeBlob(t, at("missing"), "requirements.txt")
	for path, text := range map[string]string{at("detached", "HEAD"): "ref: refs/heads/gone\n", at("unreadable", "HEAD"): "nonsense\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Mirror, cfg.Advisories = template, writeAdvisories(t)
	var urls []string
	want := map[string]string{
		"good": "scanned", "bare": "scanned", "broken": "partial", "paths": "partial", "missing": "partial",
		"detached": "no-default-branch", "unreadable": "corrupt", "empty": "empty-repository", "nowhere": "not-found",
	}
	for _, name := range sortedKeys(want) {
		urls = append(urls, "https://forge.example/o/"+name)
	}
	published := run(t, cfg, append(urls, "ext::sh -c id", "https://forge.example/", "")...)
	findings := map[string]observation.Measure{}
	for _, good := range published.Document.Goods {
		if len(good.Scans) == 0 {
			if len(good.Notes) == 0 {
				t.Errorf("%s has no repository and no note", good.Name)
			}
			continue
		}
		scan := good.Scans[0]
		name, got := scan.Repository.Path, scan.Outcome
		if scan.Failure != nil {
			got = string(scan.Failure.Cause)
			if scan.Failure.Message == "" {
				t.Errorf("%s: the failure says nothing", name)
			}
		}
		if got != want[name] {
			t.Errorf("%s is %s (%+v), want %s", name, got, scan.Failure, want[name])
		}
		findings[name] = measureOf(good, "advisories.findings")
	}
	for name, want := range map[string]string{
		"good": "measured 1", "bare": "not-applicable <nil>", "broken": "measured at-least 1", "paths": "measured at-least 1", "missing": "unknown <nil>",
		"empty": "unknown <nil>", "nowhere": "unknown <nil>",
	} {
		m := findings[name]
		got := strings.Join(strings.Fields(fmt.Sprint(m.State, " ", m.Bound, " ", m.Value)), " ")
		if got != want {
			t.Errorf("findings of %s are %q (%s), want %q", name, got, m.Detail, want)
		}
	}
	if len(published.Gaps) == 0 {
		t.Error("the run says that it has no gaps")
	}
}

func measureOf(good report.Good, id string) observation.Measure {
	i := slices.IndexFunc(good.Measures, func(m observation.Measure) bool { return m.ID == id })
	if i < 0 {
		return observation.Measure{}
	}
	return good.Measures[i]
}

func removeBlob(t testing.TB, dir, path string) {
	t.Helper()
	out, err := exec.Command("git", "--git-dir", dir, "rev-parse", "main:"+path).Output()
	if err != nil {
		t.Fatal(err)
	}
	oid := strings.TrimSpace(string(out))
	if err := os.Remove(filepath.Join(dir, "objects", oid[:2], oid[2:])); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutADatabaseNothingIsClean(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"good": commitStream(map[string]string{"requirements.txt": requirements})})
	for name, database := range map[string]string{"none named": "", "not there": filepath.Join(t.TempDir(), "no"), "empty": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			cfg := cfg
			cfg.Store, cfg.Advisories = t.TempDir(), database
			published := run(t, cfg, "https://forge.example/o/good")
			m := measureOf(published.Document.Goods[0], "advisories.findings")
			if m.State != observation.Unknown || m.Cause != observation.CauseNoDatabase {
				t.Errorf("findings are %+v", m)
			}
			if !slices.ContainsFunc(published.Document.Notes, func(n observation.Note) bool { return n.Cause == observation.CauseNoDatabase }) {
				t.Errorf("the report does not say that there is no database: %v", published.Document.Notes)
			}
		})
	}
}

func TestDatabaseThatLacksAnEcosystemLeavesItsPackagesUnknown(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = writeAdvisories(t) // PyPI alone
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"both": commitStream(map[string]string{"requirements.txt": requirements,
		"Gemfile.lock": "GEM\n  remote: https://gems.example/\n  specs:\n    rack (2.0.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack\n"})})
	published := run(t, cfg, "https://forge.example/o/both")
	m := measureOf(published.Document.Goods[0], "advisories.findings")
	if m.Value != 1.0 || m.Bound != observation.AtLeast {
		t.Errorf("findings are %+v, want at least 1", m)
	}
	if published.Document.Summary.Unmatched[string(observation.CauseNoDatabase)] != 1 {
		t.Errorf("unmatched = %v", published.Document.Summary.Unmatched)
	}
}

// fakeService replaces OSV's service, because no test may use the network.
type fakeService struct {
	calls int
	err   error
}

func (a *fakeService) Match(_ context.Context, packages []observation.Package) (advisory.Result, error) {
	a.calls++
	if a.err != nil {
		return advisory.Result{}, a.err
	}
	return advisory.NewResult([]observation.Finding{{Package: packages[0], Advisory: "TEST-9", Severity: "high"}}, nil), nil
}

func TestServiceIsAskedInEachRunAndItsSilenceIsUnknown(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = advisory.ServiceName
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	service := &fakeService{}
	for i, test := range []struct {
		err  error
		want string
	}{{nil, "measured 1"}, {errors.New("no answer"), "unknown unreachable"}, {fetch.ErrOffline, "unknown offline"}} {
		p := newPipeline(t, cfg)
		p.service, service.err = service, test.err
		published := runWith(t, p, "https://forge.example/o/one")
		m := measureOf(published.Document.Goods[0], "advisories.findings")
		if got := strings.TrimSuffix(fmt.Sprint(m.State, " ", m.Cause, m.Value), "<nil>"); got != test.want {
			t.Errorf("findings are %q, want %q", got, test.want)
		}
		if service.calls != i+1 {
			t.Errorf("run %d: the service was asked %d times", i+1, service.calls)
		}
		if (published.Document.Summary.Findings == nil) && test.err == nil {
			t.Error("the number of findings is unknown although the service answered")
		}
	}
}

// fakeScanner is a scanner for tests.
type fakeScanner struct {
	calls int
	scan  func(context.Context) error
}

func (*fakeScanner) Name() string                    { return "probe" }
func (*fakeScanner) Version() string                 { return "1" }
func (*fakeScanner) Configuration() string           { return "" }
func (*fakeScanner) DependsOnTime() bool             { return false }
func (*fakeScanner) Wants(gitrepo.File) gitrepo.Want { return gitrepo.Unwanted }
func (p *fakeScanner) measure() observation.Definition {
	return observation.Definition{ID: "probe.value", Merge: observation.MergeMain}
}
func (p *fakeScanner) Definitions() []observation.Definition {
	return []observation.Definition{p.measure(), {ID: "probe.forgotten", Merge: observation.MergeMain}}
}
func (p *fakeScanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	p.calls++
	if err := p.scan(ctx); err != nil {
		return observation.Observation{}, err
	}
	return observation.Observation{Scanner: "probe", Version: "1", Measures: []observation.Measure{p.measure().Of(1, "probe", in.At)}}, nil
}

func TestScannerThatFailsCostsItsOwnMeasuresOnly(t *testing.T) {
	template, _ := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	for name, test := range map[string]struct {
		scan func(context.Context) error
		want observation.Cause
	}{
		"error":   {func(context.Context) error { return errors.New("no luck") }, observation.CauseScannerFailed},
		"panic":   {func(context.Context) error { var list []int; _ = list[len(list)]; return nil }, observation.CauseScannerPanic},
		"endless": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, observation.CauseOverLimit},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig(t)
			cfg.Mirror, cfg.Timeout = template, 3*time.Second
			p := newPipeline(t, cfg)
			broken := &fakeScanner{scan: test.scan}
			p.scanners = append(p.scanners, broken)
			published := runWith(t, p, "https://forge.example/o/one")
			good := published.Document.Goods[0]
			if m := measureOf(good, "probe.value"); m.State != observation.Unknown || m.Cause != test.want {
				t.Errorf("the broken scanner's measure is %+v, want %s", m, test.want)
			}
			if m := measureOf(good, "people.contributors-12m"); m.Value != 1.0 {
				t.Errorf("another scanner's measure is %+v", m)
			}
			if good.Scans[0].Outcome != report.Partial {
				t.Errorf("the scan is %s", good.Scans[0].Outcome)
			}
		})
	}
}

func TestWorkIsDoneOnceAndFailuresAreTriedAgain(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	fail := errors.New("the first time")
	counting := &fakeScanner{scan: func(context.Context) error { return fail }}
	for i, want := range []int{1, 2, 2} {
		p := newPipeline(t, cfg)
		p.scanners = append(p.scanners, counting)
		if _, err := p.Run(t.Context(), []string{"https://forge.example/o/one"}); err != nil {
			t.Fatal(err)
		}
		if counting.calls != want {
			t.Errorf("after run %d the scanner ran %d times, want %d", i+1, counting.calls, want)
		}
		fail = nil
	}
}

func TestMeasureThatAScannerForgetsIsUnknown(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	p := newPipeline(t, cfg)
	p.scanners = append(p.scanners, &fakeScanner{scan: func(context.Context) error { return nil }})
	published := runWith(t, p, "https://forge.example/o/one")
	if m := measureOf(published.Document.Goods[0], "probe.forgotten"); m.State != observation.Unknown {
		t.Errorf("%+v", m)
	}
}

func TestRepositoriesAreClonedOverHTTPAndUpdated(t *testing.T) {
	_, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	server := gittest.Serve(t, root)
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate, cfg.Advisories = false, true, writeAdvisories(t)
	url := server + "/o+one/repo"
	for range 2 { // the second time it is an update
		published := run(t, cfg, url)
		if m := measureOf(published.Document.Goods[0], "advisories.findings"); m.Value != 1.0 {
			t.Errorf("findings are %+v, notes %v", m, published.Document.Goods[0].Scans)
		}
	}
	cfg.Offline = true
	if published := run(t, cfg, url); published.Document.Summary.Scanned != 1 {
		t.Errorf("offline, the mirror of before was not read: %v", published.Document.Summary.Failed)
	}
	cfg.Offline, cfg.AllowPrivate, cfg.Store = false, false, t.TempDir()
	if published := run(t, cfg, url); published.Document.Summary.Failed[string(observation.CauseBadURL)] != 1 {
		t.Errorf("a private address was fetched: %v", published.Document.Summary)
	}
}

func TestStaleMirrorSpeaksOfItsOwnDay(t *testing.T) {
	cfg := testConfig(t)
	template, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	seen := time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"HEAD", "packed-refs"} {
		_ = os.Chtimes(filepath.Join(root, "o+one", "repo", name), seen, seen)
	}
	cfg.Mirror, cfg.AsOf = template, "2028-01-01"
	good := run(t, cfg, "https://forge.example/o/one").Document.Goods[0]
	if m := measureOf(good, "momentum.days-since-commit"); m.Value != 9.0 || !m.At.Equal(config.EndOfDay(seen)) {
		t.Errorf("days since the last commit: %+v, want 9 as of %s", m, seen)
	}
	if !good.Verdict.Stale {
		t.Error("the verdict does not say that the mirror is old")
	}
}

func TestRunThatIsEndedSaysSoAndTheNextOneWorks(t *testing.T) {
	cfg := testConfig(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := newPipeline(t, cfg)
	if _, err := p.Run(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	cfg.Limit = 3 // few goods show it
	if published := run(t, cfg); published.Document.Summary.Goods == 0 {
		t.Error("the next run read nothing")
	}
}

func TestRunOfAnotherDayTellsWhatChanged(t *testing.T) {
	cfg := testConfig(t)
	run(t, cfg)
	cfg.AsOf = "2026-07-01"
	if change := run(t, cfg).Document.Change; change == nil || len(change.Entered)+len(change.Left) != 0 {
		t.Errorf("change = %+v, want an empty one", change)
	}
}

func TestRunOverTheSameInputsIsTheSameRun(t *testing.T) {
	cfg := testConfig(t)
	template, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	cfg.Mirror = template
	first := run(t, cfg, "https://forge.example/o/one")
	second := run(t, cfg, "https://forge.example/o/one")
	if second.Stamp != first.Stamp || second.Document.Change != nil {
		t.Errorf("the report was written again: %s, %s", first.Stamp, second.Stamp)
	}
	if err := os.Remove(filepath.Join(cfg.Out, "goods.csv")); err != nil {
		t.Fatal(err)
	}
	if third := run(t, cfg, "https://forge.example/o/one"); third.Stamp == "" {
		t.Error("a file of the report that was removed did not come back")
	}
	// A new tag is a change, although no commit is new.
	if out, err := exec.Command("git", "--git-dir", filepath.Join(root, "o+one", "repo"), "tag", "v1.0", "main").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	tagged := run(t, cfg, "https://forge.example/o/one")
	if m := measureOf(tagged.Document.Goods[0], "momentum.releases-ever"); m.Value != 1.0 {
		t.Errorf("releases: %+v, want 1", m)
	}
}

func TestCheckReadsOneFolderAndLeavesNoRun(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = writeAdvisories(t)
	_, root := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	work := filepath.Join(t.TempDir(), "work")
	if out, err := exec.Command("git", "clone", "-q", filepath.Join(root, "o+one", "repo"), work).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Mkdir(filepath.Join(work, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{work, filepath.Join(work, "below"), filepath.Join(root, "o+one", "repo")} {
		document, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, target)
		if err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		if m := measureOf(document.Goods[0], "advisories.findings"); m.Value != 1.0 {
			t.Errorf("%s: findings are %+v", target, m)
		}
	}
	if _, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, t.TempDir()); err == nil {
		t.Error("a folder without a repository was checked")
	}
	p := newPipeline(t, cfg)
	if _, err := p.Resume(t.Context(), "x", "started", "scanned", "matched", "assessed"); err == nil {
		t.Error("check left a run in the store")
	}
}

func TestOnlyAndLimitChooseGoods(t *testing.T) {
	cfg := testConfig(t)
	cfg.Only = "RIVER"
	if got := run(t, cfg).Document.Summary.Goods; got != 1 {
		t.Errorf("only: %d goods", got)
	}
	cfg.Only, cfg.Limit = "", 2
	if got := run(t, cfg).Document.Summary.Goods; got != 2 {
		t.Errorf("limit: %d goods", got)
	}
	cfg.Only = "nothing is called that"
	if _, err := newPipeline(t, cfg).Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), cfg.Only) {
		t.Errorf("err = %v", err)
	}
}

func TestJudgingAgainByOtherRulesIsPublishedAndNotTakenForTheOldJudgement(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	because := func() string {
		return run(t, cfg, "https://forge.example/o/one").Document.Goods[0].Verdict.Because
	}
	first := because()
	plain := cfg.Rules
	cfg.Rules = filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(cfg.Rules, []byte("stages:\n  - stage: emerging\n    because: It is young.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPipeline(t, cfg)
	judged, err := p.Resume(t.Context(), "midspan scan", store.Assessed)
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []func(context.Context, store.Run) error{p.Match, p.Assess} {
		if err := stage(t.Context(), judged); err != nil {
			t.Fatal(err)
		}
	}
	published, err := p.Publish(t.Context(), judged)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(published.Files.Report)
	if err != nil || !strings.Contains(string(text), "It is young.") {
		t.Errorf("the report does not hold the new judgement (%v)", err)
	}
	if err := p.Close(); err != nil { // assessing locks the store
		t.Fatal(err)
	}
	cfg.Rules = plain
	if got := because(); got != first {
		t.Errorf("by the plain rules it is %q, and was %q before", got, first)
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
