package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

func writeArchive(t *testing.T, records ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "npm", archiveName)
	err := rewrite(path, func(_ []*zip.File, to *zip.Writer) error {
		for i, text := range records {
			w, err := to.Create(fmt.Sprintf("REAL-%d.json", i))
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func readArchive(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	found := map[string]string{}
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if found[member.Name] != "" {
			t.Errorf("%s stands there twice", member.Name)
		}
		found[member.Name] = string(data)
	}
	return found
}

func TestPaddingFillsUpToTheNumberAndIsTheSameEachTime(t *testing.T) {
	first, second := writeArchive(t, `{"id":"REAL-0"}`), writeArchive(t, `{"id":"REAL-0"}`)
	for _, path := range []string{first, second} {
		if err := archiveMain([]string{"pad", path, "60"}, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := os.ReadFile(first)
	b, _ := os.ReadFile(second)
	if !bytes.Equal(a, b) {
		t.Error("two paddings differ")
	}
	records := readArchive(t, first)
	if len(records) != 60 || records["REAL-0.json"] != `{"id":"REAL-0"}` {
		t.Errorf("%d records, the real one is %q", len(records), records["REAL-0.json"])
	}
	var out bytes.Buffer
	if err := archiveMain([]string{"count", first, ""}, &out); err != nil || !strings.HasPrefix(out.String(), "60 ") {
		t.Errorf("counted %q, %v", out.String(), err)
	}
}

func TestGeneratedRecordsAreSoundAndMostlyMalware(t *testing.T) {
	malware := 0
	for i := range 500 {
		name, text := generate(i)
		var record struct {
			ID       string
			Affected []struct {
				Package struct{ Ecosystem, Name string }
			}
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name != record.ID+".json" || len(record.Affected) != 1 || record.Affected[0].Package.Ecosystem != "npm" || !strings.HasPrefix(record.Affected[0].Package.Name, "bench-") {
			t.Fatalf("%s: %+v", name, record)
		}
		if strings.HasPrefix(record.ID, "MAL-") {
			malware++
		}
	}
	if malware != 480 {
		t.Errorf("%d of 500 report malware", malware)
	}
}

func TestTouchChangesOneRecordAndNothingElse(t *testing.T) {
	path := writeArchive(t, `{"id":"A","modified": "2024-01-01T00:00:00Z"}`, `{"id":"B","modified":"2024-01-01T00:00:00Z"}`)
	if err := archiveMain([]string{"touch", path, "2025-02-02T00:00:00Z"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	got := readArchive(t, path)
	if len(got) != 2 || got["REAL-0.json"] != `{"id":"A","modified":"2025-02-02T00:00:00Z"}` || got["REAL-1.json"] != `{"id":"B","modified":"2024-01-01T00:00:00Z"}` {
		t.Errorf("got %v", got)
	}
}

func always(repository string) func(string) string { return func(string) string { return repository } }

func TestAnAnswerOverAllCheckoutsIsSplitByTheirFolders(t *testing.T) {
	answer := `{"results":[
		{"source":{"path":"/w/trees/1/a/go.mod"},"packages":[{"package":{"name":"x","version":"1","ecosystem":"Go"},"vulnerabilities":[{"id":"A"}]}]},
		{"source":{"path":"/w/trees/0/go.mod"},"packages":[{"package":{"name":"x","version":"1","ecosystem":"Go"},"vulnerabilities":[{"id":"A"}]}]}]}`
	found := findings{}
	if err := found.addOSVScanner(byFolder("/w/trees", []repository{{url: "r"}, {url: "s"}}), []byte(answer)); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || !found[finding{"r", "Go", "x", "1", "A"}] || !found[finding{"s", "Go", "x", "1", "A"}] {
		t.Errorf("found %v", found)
	}
}

func TestTheShareOfAFunctionIsThatOfTheStacksThatHoldIt(t *testing.T) {
	stacks := "osv-scanner 1 100:\n\t 1 runtime.memequal\n\t 2 slices.Contains[...]\n\t 3 a/b.(*ZipDB).load\n\nosv-scanner 1 101:\n\t 1 a/b.other\n\n" +
		"osv-scanner 1 102:\n\t 3 a/b.(*ZipDB).load\n\nosv-scanner 1 103:\n\t 3 a/b.(*ZipDB).loaded\n\n"
	if got := shareOf(strings.NewReader(stacks), ".(*ZipDB).load"); got != 0.5 {
		t.Errorf("the share is %v", got)
	}
	if got := shareOf(strings.NewReader(""), "x"); got != 0 {
		t.Errorf("the share of nothing is %v", got)
	}
}

func TestFindingsOfBothSidesAreHeldAgainstEachOther(t *testing.T) {
	answer := `{"results":[
		{"packages":[{"package":{"name":"x","version":"1","ecosystem":"npm"},"vulnerabilities":[{"id":"A"},{"id":"B"}]}]},
		{"packages":[{"package":{"name":"x","version":"1","ecosystem":"npm"},"vulnerabilities":[{"id":"A"}]},
		             {"package":{"name":"x","version":"2","ecosystem":"npm"},"vulnerabilities":[{"id":"A"}]}]}]}`
	peer := findings{}
	if err := peer.addOSVScanner(always("r"), []byte(answer)); err != nil || len(peer) != 3 {
		t.Errorf("%d findings, %v", len(peer), err)
	}
	if err := peer.addOSVScanner(always("s"), nil); err != nil || len(peer) != 3 {
		t.Errorf("no answer: %d findings, %v", len(peer), err)
	}
	if err := peer.addOSVScanner(always("s"), []byte("panic:")); err == nil {
		t.Error("an answer that is none was taken")
	}
	path := filepath.Join(t.TempDir(), "report.json")
	document := `{"goods":[{"scans":[{"repository":{"url":"r"},"findings":[
		{"advisory":"A","package":{"ecosystem":"npm","name":"x","version":"1","path":"a"}},
		{"advisory":"A","package":{"ecosystem":"npm","name":"x","version":"1","path":"b"}},
		{"advisory":"G","package":{"ecosystem":"Go","name":"stdlib","version":"1.20.99"}}]}]}]}`
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, err := readReport(path)
	if err != nil || len(ours) != 2 {
		t.Fatalf("%v, %v", ours, err)
	}
	if n, library := peer.countMissingIn(ours); n != 2 || library != 0 {
		t.Errorf("only the peer: %d, %d of the library", n, library)
	}
	if n, library := ours.countMissingIn(peer); n != 0 || library != 1 {
		t.Errorf("only ours: %d, %d of the library", n, library)
	}
}

func TestUsageHasTimeAndMemoryOfAProgramAndItsChildren(t *testing.T) {
	programs, err := newIsolation(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	used, err := programs.run(t.Context(), command{program: "git", args: []string{"version"}, stdout: &out})
	if err != nil || used.wall <= 0 || used.largestProcess <= 0 || !strings.HasPrefix(out.String(), "git version") {
		t.Errorf("%+v, %q, %v", used, out.String(), err)
	}
	_, err = programs.run(t.Context(), command{program: "git", args: []string{"no-such-command"}})
	if err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("a failure is %v", err)
	}
	if _, err := programs.run(t.Context(), command{program: "git", args: []string{"no-such-command"}, exits: []int{1}}); err != nil {
		t.Errorf("an exit that is no failure is %v", err)
	}
}

func TestPeakOfMemoryIsOfAllProcessesTogether(t *testing.T) {
	below := map[int][]int{1: {2, 3}, 3: {4}}
	if got := memoryOf(-1, below); got != 0 {
		t.Errorf("a process that is not there has %d bytes", got)
	}
	self := memoryOf(os.Getpid(), nil)
	if self == 0 {
		t.Skip("there is no /proc/PID/smaps_rollup on this system")
	}
	if both := memoryOf(-1, map[int][]int{-1: {os.Getpid(), os.Getpid()}}); both < self*3/2 {
		t.Errorf("twice a process is %d bytes, once is %d", both, self)
	}
}

func TestStatOfAProcessIsReadWhateverItsName(t *testing.T) {
	pid, parent, ok := parseStat("12 (a ) (b) S 7 12 12 0 -1 4194304 90 0")
	if pid != 12 || parent != 7 || !ok {
		t.Errorf("pid %d, parent %d, %v", pid, parent, ok)
	}
	if _, _, ok := parseStat(""); ok {
		t.Error("an empty text was read")
	}
	if _, _, ok := parseStat("12 (a) S 7 12 12 0 -1 4194368 90 0"); ok {
		t.Error("a process that shares its parent's memory was counted beside it")
	}
}

func TestCheapestOfSeveralRunsStands(t *testing.T) {
	round := func(cpu int) comparison {
		u := usage{cpu: time.Duration(cpu) * time.Second}
		return comparison{peers: peersUsage{export: u, osvScanner: u, scorecard: u, gitLog: u}, ours: midspanUsage{u, u, u, u, u, u, cpu, nil}}
	}
	best := comparison{}.merge(round(3)).merge(round(2)).merge(round(5))
	want := round(2)
	want.ours.scanned = 5
	if fmt.Sprint(best) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", best, want)
	}
}

func TestBenchmarkLinesAreRead(t *testing.T) {
	got := parseBenchmarks([]byte("goos: linux\nBenchmarkWrite/1000-2  \t 3\t 2500000 ns/op\t 12 B/op\nBenchmarkHistory 5 7 ns/op 1.25 x-git-log\nPASS\n"))
	if len(got) != 2 || got["Write/1000"]["ns/op"] != 2.5e6 || got["History"]["x-git-log"] != 1.25 {
		t.Errorf("got %v", got)
	}
	if s := bySize(got, "Write"); s[1000] != 0.0025 || s[100] != 0 {
		t.Errorf("by size %v", s)
	}
}

func TestTargetsSayWhetherTheyAreMet(t *testing.T) {
	for _, test := range []struct {
		target
		want string
	}{
		{target{"a", 15, 15, false, times}, "a | 15 or more | 15 | met"},
		{target{"b", 14.9, 15, false, times}, "b | 15 or more | 14.9 | missed"},
		{target{"c", 0.01, 1.0 / 50, true, fraction}, "c | 1/50 or less | 1/100 | met"},
		{target{"d", 0.1, 1.0 / 50, true, fraction}, "d | 1/50 or less | 1/10 | missed"},
		{target{"e", math.NaN(), 1, true, times}, "e | 1 or less | NaN | missed"},
	} {
		if got := strings.Join(test.row(), " | "); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestServerCountsWhatAClonePutsOnTheWire(t *testing.T) {
	mirror, dir := filepath.Join(t.TempDir(), "m.git"), t.TempDir()
	blob := strings.Repeat("0123456789abcdef", 4096)
	gittest.Import(t, mirror, gittest.Commit{When: time.Unix(1700000000, 0), Files: []gittest.File{{Path: "f", Data: blob}}})
	r := repository{url: "https://forge.example/a/b", mirror: mirror}
	s, err := serve(t.Context(), corpus{repositories: []repository{r}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	programs, err := newIsolation(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	programs.env = append(programs.env, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	clone := func(args ...string) int64 {
		before := s.bytes.Load()
		if _, err := programs.run(t.Context(), command{program: "git", args: slices.Concat([]string{"clone", "-q", "--bare"}, args)}); err != nil {
			t.Fatal(err)
		}
		return s.bytes.Load() - before
	}
	full := clone(s.address(r), filepath.Join(dir, "full"))
	part := clone("--filter=blob:none", s.address(r), filepath.Join(dir, "part"))
	if part <= 0 || full <= part {
		t.Errorf("%d bytes in full, %d without files", full, part)
	}
}

func TestGroupsGoFromSmallToLarge(t *testing.T) {
	dir := t.TempDir()
	var all []repository
	for i, size := range []int{50, 10, 40, 20, 30} {
		mirror := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(mirror, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(mirror, "pack"), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		all = append(all, repository{url: fmt.Sprint(size), mirror: mirror})
	}
	var got []string
	for _, group := range bySizes(all, 3) {
		for _, r := range group {
			got = append(got, r.url)
		}
		got = append(got, "/")
	}
	if strings.Join(got, " ") != "10 20 / 30 40 / 50 /" {
		t.Errorf("groups %v", got)
	}
}

func TestSampleIsMeasuredWithoutSettings(t *testing.T) {
	c, err := prepareCorpus(t.Context(), options{}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.repositories) < 10 || c.longest().commits < 100 {
		t.Errorf("%d repositories, the longest of %d commits", len(c.repositories), c.longest().commits)
	}
}
