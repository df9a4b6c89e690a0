package scorecard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ossf/scorecard/v5/checker"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

func file(path, data string) gittest.File { return gittest.File{Path: path, Data: data} }
func script(path, data string) gittest.File {
	return gittest.File{Mode: "100755", Path: path, Data: data}
}
func link(path, to string) gittest.File { return gittest.File{Mode: "120000", Path: path, Data: to} }

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newGit(t testing.TB) *gitrepo.Git {
	t.Helper()
	g, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// repo writes a bare repository of one commit.
func repo(t testing.TB, files ...gittest.File) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo.git")
	gittest.Import(t, dir, gittest.Commit{Author: "A <a@example.org>", When: day.AddDate(0, 0, -3), Message: "one", Files: files})
	return dir
}

func input(t testing.TB, g *gitrepo.Git, dir string) scanners.Input {
	t.Helper()
	snapshot, err := g.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = snapshot.Close() })
	address := catalog.Repository{URL: "https://forge.example/a/b", Host: "forge.example", Owner: "a", Path: "b"}
	return scanners.Input{Repository: address, Snapshot: snapshot, At: day}
}

func newScanner(t testing.TB) *Scanner {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scan(t testing.TB, in scanners.Input) observation.Observation {
	t.Helper()
	seen, err := newScanner(t).Scan(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func find(t testing.TB, seen observation.Observation, name string) observation.Check {
	t.Helper()
	for _, check := range seen.Checks {
		if check.Name == name {
			return check
		}
	}
	t.Fatalf("no check %s", name)
	return observation.Check{}
}

func TestEveryCheckIsAMeasureAndEveryMeasureIsDefined(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, sampleFiles()...)))
	s := newScanner(t)
	var defined, measured []string
	for _, d := range s.Definitions() {
		defined = append(defined, d.ID)
		if d.Merge != observation.MergeMain || d.Unit != observation.UnitPointsOf10 || d.Means == "" || !strings.HasPrefix(d.Reference, "https://") {
			t.Errorf("definition %+v", d)
		}
	}
	for _, m := range seen.Measures {
		measured = append(measured, m.ID)
	}
	if !slices.Equal(defined, measured) {
		t.Errorf("defined  %v\nmeasured %v", defined, measured)
	}
	// All checks of the library, but the one that needs a calendar.
	if len(seen.Checks) != len(s.functions)-1 {
		t.Errorf("%d checks, the library has %d", len(seen.Checks), len(s.functions))
	}
	for i, check := range seen.Checks {
		m := seen.Measures[i+1]
		if m.ID != measureID(check.Name) || m.State != check.State || m.Cause != check.Cause {
			t.Errorf("check %+v has measure %+v", check, m)
		}
		if n, ok := m.Number(); ok && n != float64(check.Score) {
			t.Errorf("%s: measure %v, check %d", check.Name, n, check.Score)
		}
		if check.State == observation.Unknown && (check.Cause == "" || check.Score != 0 || check.Remedy == "") {
			t.Errorf("unknown check without its cause and remedy: %+v", check)
		}
		if !strings.HasPrefix(check.DocURL, "https://github.com/ossf/scorecard/blob/"+libraryVersion+"/docs/checks.md#") {
			t.Errorf("%s is explained at %q", check.Name, check.DocURL)
		}
	}
}

func TestWhatOnlyAForgeKnowsIsUnknownAndNeverAZero(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, file("README", "x"))))
	for name, cause := range map[string]observation.Cause{
		"Branch-Protection": observation.CauseNoToken, "Code-Review": observation.CauseNoToken,
		"CI-Tests": observation.CauseNoToken, "CII-Best-Practices": observation.CauseOffline,
		"Contributors": observation.CauseNoToken, "SBOM": observation.CauseNoToken, "Signed-Releases": observation.CauseNoToken,
		"Webhooks": observation.CauseNoToken, "Vulnerabilities": observation.CauseUnsupported,
	} {
		if check := find(t, seen, name); check.State != observation.Unknown || check.Cause != cause {
			t.Errorf("%s: %s, %s", name, check.State, check.Cause)
		}
	}
}

func TestACheckWithNothingToJudgeDoesNotApply(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, file("README", "x"))))
	for name, want := range map[string]observation.State{
		"Dangerous-Workflow": observation.NotApplicable, "Token-Permissions": observation.NotApplicable,
		"Pinned-Dependencies": observation.NotApplicable, "Packaging": observation.Unknown,
		"License": observation.Measured, "Fuzzing": observation.Unknown, // OSS-Fuzz was not queried
	} {
		if check := find(t, seen, name); check.State != want {
			t.Errorf("%s is %s, want %s: %s", name, check.State, want, check.Reason)
		}
	}
	if cause := find(t, seen, "Packaging").Cause; cause != observation.CauseNoSource {
		t.Errorf("Packaging: %s", cause)
	}
}

func TestAScriptThatCannotBeParsedIsNotAnEmptyOne(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, script("run.sh", "#!/bin/sh\nif then ((\n"))))
	if check := find(t, seen, "Pinned-Dependencies"); check.State != observation.Unknown || check.Cause != observation.CauseBroken {
		t.Errorf("%+v", check)
	}
}

func TestTheAggregateWeighsTheChecksThatRanAndSaysHowMany(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, file("LICENSE", "MIT"), file("README", "x"))))
	// Binary-Artifacts 10 and Dependency-Update-Tool 0 (high, 7.5), SAST and
	// Security-Policy 0 (medium, 5), License 9 (low, 2.5).
	const want = 3.5 // (10*7.5 + 9*2.5) / (2*7.5 + 2*5 + 2.5)
	score := seen.Measures[0]
	if n, ok := score.Number(); !ok || n != want {
		t.Errorf("score %v, want %v", score.Value, want)
	}
	if !strings.HasPrefix(score.Detail, "5 of Scorecard's 20 checks; 3 do not apply") {
		t.Errorf("detail %q", score.Detail)
	}
}

func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	g := newGit(t)
	dir := repo(t, sampleFiles()...)
	first, err := json.Marshal(scan(t, input(t, g, dir)))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := json.Marshal(scan(t, input(t, g, dir)))
		if err != nil || string(again) != string(first) {
			t.Fatalf("%s\n%s\n%v", first, again, err)
		}
	}
}

func TestDetailsAreBoundedAndFitForAReport(t *testing.T) {
	g := newGit(t)
	var files []gittest.File
	for i := range 40 {
		files = append(files, file(fmt.Sprintf("lib/%02d\x01\xff.jar", i), "\x00\x01\x02\x03\x04\x05\x06\x07"))
	}
	check := find(t, scan(t, input(t, g, repo(t, files...))), "Binary-Artifacts")
	if check.State != observation.Measured || check.Score != 0 {
		t.Errorf("%+v", check)
	}
	if len(check.Details) != maxDetails+1 || check.Details[maxDetails] != "and 20 more" {
		t.Errorf("%d details, last %q", len(check.Details), check.Details[len(check.Details)-1])
	}
	if want := "warn: lib/00 \uFFFD.jar:1: binary detected"; check.Details[0] != want {
		t.Errorf("first detail %q, want %q", check.Details[0], want)
	}
}

// partial clones a repository without the blobs that filter names.
func partial(t *testing.T, dir, filter string) string {
	t.Helper()
	clone := filepath.Join(t.TempDir(), "partial.git")
	for _, args := range [][]string{
		{"-C", dir, "config", "uploadpack.allowFilter", "true"},
		{"clone", "-q", "--bare", "--filter=" + filter, "file://" + dir, clone},
		{"-C", clone, "config", "remote.origin.url", filepath.Join(dir, "gone")},
	} {
		gittest.Run(t, "", nil, args...)
	}
	return clone
}

func TestAScoreThatRestsOnMissingFilesIsUnknown(t *testing.T) {
	g := newGit(t)
	full := repo(t, file("LICENSE", "MIT"), file("SECURITY.md", "write to a@example.org"), file("main.go", "package main\n"),
		file("Makefile", "all:\n"), file("pom.xml", "<project/>"), file(".github/workflows/ci.yml", "on: push\npermissions: read-all\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"))
	in := input(t, g, partial(t, full, "blob:none"))
	if len(in.Snapshot.Notes()) == 0 {
		t.Fatal("the clone has all of its blobs")
	}
	seen := scan(t, in)
	for _, name := range []string{"Binary-Artifacts", "Dangerous-Workflow", "Packaging", "Pinned-Dependencies", "SAST", "Security-Policy", "Token-Permissions"} {
		check := find(t, seen, name)
		if check.State != observation.Unknown || check.Cause != observation.CauseMissingObjects {
			t.Errorf("%s: %s %d %s (%s)", name, check.State, check.Score, check.Cause, check.Reason)
		}
	}
	// These read names only.
	for name, score := range map[string]int{"License": 9, "Dependency-Update-Tool": 0} {
		check := find(t, seen, name)
		if check.State != observation.Measured || check.Score != score {
			t.Errorf("%s: %+v", name, check)
		}
	}
}

func TestAPictureIsJudgedByItsNameAndCounted(t *testing.T) {
	g := newGit(t)
	large := strings.Repeat("x", 4096)
	full := repo(t, file("LICENSE", "MIT"), file("run.sh", "curl https://example.org/x | sh\n"), file("docs/tour.gif", large))
	seen := scan(t, input(t, g, partial(t, full, "blob:limit=2k")))
	for name, score := range map[string]int{"Binary-Artifacts": 10, "Pinned-Dependencies": 0, "SAST": 0} {
		if check := find(t, seen, name); check.State != observation.Measured || check.Score != score {
			t.Errorf("%s: %+v", name, check)
		}
	}
	for _, m := range seen.Measures {
		if m.ID == "posture.binary-artifacts" && !strings.Contains(m.Detail, "files judged by their names, as text, sources, media or data: 1") {
			t.Errorf("detail %q", m.Detail)
		}
	}
	// So are archives and trained models, which the check counts by no name.
	full = repo(t, file("LICENSE", "MIT"), file("model/weights.PTH", large), file("test/sample.zip", large))
	if check := find(t, scan(t, input(t, g, partial(t, full, "blob:limit=2k"))), "Binary-Artifacts"); check.State != observation.Measured || check.Score != 10 {
		t.Errorf("%+v", check)
	}
	// A program may have any name without an extension.
	full = repo(t, file("LICENSE", "MIT"), script("bin/service", large))
	if check := find(t, scan(t, input(t, g, partial(t, full, "blob:limit=2k"))), "Binary-Artifacts"); check.State != observation.Unknown {
		t.Errorf("%+v", check)
	}
}

func TestAScoreThatNoFurtherFileCouldChangeStandsWhereFilesAreMissing(t *testing.T) {
	g := newGit(t)
	workflow := ".github/workflows/"
	dangerous := "on: pull_request_target\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.event.issue.title }}'}]}}\n"
	harmless := "on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n#" + strings.Repeat("x", 4096)
	full := repo(t, file(workflow+"a.yml", dangerous), file(workflow+"b.yml", harmless))
	seen := scan(t, input(t, g, partial(t, full, "blob:limit=2k")))
	if check := find(t, seen, "Dangerous-Workflow"); check.State != observation.Measured || check.Score != 0 {
		t.Errorf("%+v", check)
	}
	if check := find(t, seen, "Pinned-Dependencies"); check.State != observation.Unknown {
		t.Errorf("%+v", check)
	}
}

func TestADamagedFileCostsOnlyTheChecksThatReadIt(t *testing.T) {
	g := newGit(t)
	dir := repo(t, file("LICENSE", "MIT"), file("SECURITY.md", "mail a@example.org"), file("run.sh", "make\n"))
	in := input(t, g, dir)
	var oid string
	for _, f := range in.Snapshot.Files() {
		if f.Path == "run.sh" {
			oid = f.OID
		}
	}
	object := filepath.Join(dir, "objects", oid[:2], oid[2:])
	if err := errors.Join(os.Chmod(object, 0o644), os.WriteFile(object, []byte("no zlib"), 0o644)); err != nil {
		t.Fatal(err)
	}
	seen := scan(t, in)
	for name, want := range map[string]observation.State{
		"Binary-Artifacts": observation.Unknown, "Pinned-Dependencies": observation.Unknown, "Security-Policy": observation.Measured,
	} {
		if check := find(t, seen, name); check.State != want {
			t.Errorf("%s is %s, want %s: %s", name, check.State, want, check.Reason)
		}
	}
}

func TestLinksOutOfTheTreeSubmodulesAndOddPathsAreSurvived(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t,
		link("LICENSE", "/etc/passwd"), link("SECURITY.md", "../../../../etc/passwd"), link("loop", "loop"), link("a/up", ".."),
		gittest.File{Mode: "160000", Path: "vendored", Data: strings.Repeat("1", 40)},
		file(`"odd/\377\376.md"`, "x"), file("docs/policy.md", "write to a@example.org"), link(".github/SECURITY.md", "../docs/policy.md"),
	)))
	if check := find(t, seen, "License"); check.State != observation.Measured || check.Score != 0 {
		t.Errorf("%+v", check)
	}
	if check := find(t, seen, "Security-Policy"); check.State != observation.Measured || check.Score == 0 {
		t.Errorf("the policy behind a link was not read: %+v", check)
	}
	for _, check := range seen.Checks {
		if check.Cause == observation.CauseScannerFailed || check.Cause == observation.CauseScannerPanic {
			t.Errorf("%+v", check)
		}
	}
}

func TestAPanicCostsItsOwnCheckOnly(t *testing.T) {
	g := newGit(t)
	in := input(t, g, repo(t, file("LICENSE", "MIT")))
	s := newScanner(t)
	spec := fileCheck{name: "License", run: func(*checker.CheckRequest) checker.CheckResult { panic("boom") }}
	check := s.check(spec, s.runCheck(t.Context(), spec, in, listTree(in.Snapshot)))
	if check.State != observation.Unknown || check.Cause != observation.CauseScannerPanic || !strings.Contains(check.Reason, "boom") {
		t.Errorf("%+v", check)
	}
}

func TestABrokenWorkflowFailsItsChecksAndNoOthers(t *testing.T) {
	g := newGit(t)
	seen := scan(t, input(t, g, repo(t, file("LICENSE", "MIT"), file(".github/workflows/ci.yml", "on: [push\n\t- : {"))))
	if check := find(t, seen, "Token-Permissions"); check.State != observation.Unknown || check.Cause != observation.CauseScannerFailed {
		t.Errorf("%+v", check)
	}
	if check := find(t, seen, "License"); check.State != observation.Measured {
		t.Errorf("%+v", check)
	}
}

func TestScanStopsWithItsContext(t *testing.T) {
	g := newGit(t)
	in := input(t, g, repo(t, sampleFiles()...))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newScanner(t).Scan(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// TestNoRegistryAndNoCredentialHelperIsUsed runs itself in a process of its
// own, whose home names a credential helper that leaves a trace.
func TestNoRegistryAndNoCredentialHelperIsUsed(t *testing.T) {
	if registry := os.Getenv("MIDSPAN_TEST_REGISTRY"); registry != "" {
		g := newGit(t)
		seen := scan(t, input(t, g, repo(t, file("Dockerfile", "FROM "+registry+"/team/image:1\nRUN make\n"))))
		if check := find(t, seen, "Pinned-Dependencies"); check.State != observation.Measured || check.Score != 0 {
			t.Fatalf("%+v", check)
		}
		return
	}
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	home := t.TempDir()
	trace := filepath.Join(home, "trace")
	helper := "#!/bin/sh\necho asked > " + trace + "\necho '{}'\n"
	err := errors.Join(
		os.Mkdir(filepath.Join(home, ".docker"), 0o755),
		os.WriteFile(filepath.Join(home, ".docker", "config.json"), []byte(`{"credsStore":"tripwire"}`), 0o644),
		os.WriteFile(filepath.Join(home, "docker-credential-tripwire"), []byte(helper), 0o755),
	)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "HOME="+home, "DOCKER_CONFIG=", "PATH="+home+string(os.PathListSeparator)+os.Getenv("PATH"),
		"MIDSPAN_TEST_REGISTRY="+strings.TrimPrefix(server.URL, "http://"))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	if asked {
		t.Error("the registry was asked")
	}
	if _, err := os.Stat(trace); !os.IsNotExist(err) {
		t.Errorf("the credential helper was started: %v", err)
	}
}

func TestTheVersionIsThatOfTheLibraryInGoMod(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/ossf/scorecard/v5 "+libraryVersion+"\n") {
		t.Errorf("go.mod has another version than %s: look which inputs each check has now, compare fuzzLiterals with its patterns, and count up", libraryVersion)
	}
}

func BenchmarkScan(b *testing.B) {
	g := newGit(b)
	in := input(b, g, repo(b, append(sampleFiles(), manyFiles(3000)...)...))
	s := newScanner(b)
	b.ResetTimer()
	for b.Loop() {
		if _, err := s.Scan(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// manyFiles makes the bulk of a mid-size repository: some 6 kB of source each.
func manyFiles(n int) []gittest.File {
	extensions := []string{".js", ".java", ".py", ".ts", ".css", ".html", ".json", ".md"}
	files := make([]gittest.File, n)
	for i := range files {
		var text strings.Builder
		for line := range 120 {
			fmt.Fprintf(&text, "const value%d_%d = compute(%d, \"some text of file %d\");\n", i, line, i*line, i)
		}
		files[i] = file(fmt.Sprintf("src/module%02d/file%04d%s", i%40, i, extensions[i%len(extensions)]), text.String())
	}
	return files
}

func TestRepositoriesCanBeScannedSideBySide(t *testing.T) {
	g, s := newGit(t), newScanner(t)
	alone := scan(t, input(t, g, repo(t, sampleFiles()...)))
	results := make(chan observation.Observation)
	for range 4 {
		in := input(t, g, repo(t, sampleFiles()...))
		go func() {
			seen, err := s.Scan(t.Context(), in)
			if err != nil {
				t.Error(err)
			}
			results <- seen
		}()
	}
	for range 4 {
		if seen := <-results; !reflect.DeepEqual(seen.Checks, alone.Checks) {
			t.Errorf("%+v\nalone %+v", seen.Checks, alone.Checks)
		}
	}
}
