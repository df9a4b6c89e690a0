package pipeline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
)

// twoJudgedDays runs over one repository while it is busy, and two years after it fell
// silent. It returns the path of a copy of the earlier report.
func twoJudgedDays(t *testing.T) (p *Pipeline, earlier string) {
	t.Helper()
	cfg := testConfig(t)
	cfg.Mirror = busyThenSilent(t)
	first := runOn(t, cfg, "2024-06-25")
	data, err := os.ReadFile(first.Files.Report)
	if err != nil {
		t.Fatal(err)
	}
	earlier = filepath.Join(t.TempDir(), "earlier.json")
	writeFile(t, earlier, string(data))
	runOn(t, cfg, asOf)
	return newPipeline(t, cfg), earlier
}

func TestTheSameRunsAreComparedWhateverNamesThem(t *testing.T) {
	p, earlier := twoJudgedDays(t)
	moves := map[string]string{}
	for name, sides := range map[string][2]string{
		"the newest and the one before": {"", ""},
		"numbers":                       {"1", "2"},
		"days":                          {"2024-06-25", asOf},
		"a report and the newest":       {earlier, ""},
	} {
		diff, err := p.Diff(t.Context(), sides[0], sides[1])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		diff.Earlier, diff.Later = "", ""
		text, err := json.Marshal(diff)
		if err != nil {
			t.Fatal(err)
		}
		moves[name] = string(text)
		moved := slices.Concat(diff.Moved, diff.Left, diff.Entered)
		if len(moved) != 1 || moved[0].To != "dormant" || diff.Since.Format("2006-01-02") != "2024-06-25" {
			t.Errorf("%s: %s, want one good that became dormant since 25 June 2024", name, text)
		}
	}
	for name, text := range moves {
		if text != moves["numbers"] {
			t.Errorf("%s tell\n%s\nand numbers\n%s", name, text, moves["numbers"])
		}
	}
	// A run beside itself has no change, and the other way round the move goes back.
	same, err := p.Diff(t.Context(), "2", "2")
	if err != nil || same.Unchanged != 1 || len(same.Moved)+len(same.Left)+len(same.Entered)+len(same.Shifted) > 0 {
		t.Errorf("a run differs from itself: %+v (%v)", same, err)
	}
}

func TestAComparisonThatCannotBeMadeSaysWhy(t *testing.T) {
	p, earlier := twoJudgedDays(t)
	broken := filepath.Join(t.TempDir(), "broken.json")
	writeFile(t, broken, `{"schemaVersion": `)
	for _, c := range []struct{ from, to, want string }{
		{"9", "", "holds no judged run 9"},
		{"2020-01-01", "", "holds no judged run 2020-01-01"},
		{"yesterday", "", "no number of a run, no day like 2006-01-02 and no report.json"},
		{"", "1", "no earlier run over the same catalogs"},
		{"gone.json", "", "compare with a report"},
		{broken, earlier, "broken.json"},
	} {
		if _, err := p.Diff(t.Context(), c.from, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("from %q to %q: err = %v, want %q", c.from, c.to, err, c.want)
		}
	}
	empty := newPipeline(t, testConfig(t))
	if _, err := empty.Diff(t.Context(), "", ""); err == nil || !strings.Contains(err.Error(), "holds no run to work on: use midspan run first") {
		t.Errorf("an empty store: err = %v", err)
	}
}

// Who has only report.json gets the answers that the store would give.
func TestAPolicyAnswersTheSameFromTheStoreAndFromTheReport(t *testing.T) {
	cfg := testConfig(t)
	cfg.Advisories = writeAdvisories(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{
		"one": commitStream(map[string]string{"requirements.txt": requirements}), "two": commitStream(map[string]string{"README": "two"})})
	published := run(t, cfg, "https://forge.example/o/one", "https://forge.example/o/two", "https://forge.example/o/gone")
	definitions, err := Definitions()
	if err != nil {
		t.Fatal(err)
	}
	asked, err := policy.Open("adoption", definitions)
	if err != nil {
		t.Fatal(err)
	}
	answers := func(name string) string {
		t.Helper()
		var all []policy.Result
		if err := newPipeline(t, cfg).Subjects(t.Context(), name, func(s policy.Subject) error {
			all = append(all, asked.Evaluate(s))
			return nil
		}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		text, err := json.MarshalIndent(all, "", " ")
		if err != nil || len(all) != 3 {
			t.Fatalf("%q has %d goods, want 3 (%v)", name, len(all), err)
		}
		return string(text)
	}
	want := answers("")
	for _, name := range []string{"1", asOf, published.Files.Report} {
		if got := answers(name); got != want {
			t.Errorf("%s answers otherwise than the newest run: %s", name, firstDifference([]byte(got), []byte(want)))
		}
	}
	p := newPipeline(t, cfg)
	visit := func(policy.Subject) error { return nil }
	for name, want := range map[string]string{"gone.json": "ask a policy of a report", "7": "holds no judged run 7"} {
		if err := p.Subjects(t.Context(), name, visit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: err = %v, want %q", name, err, want)
		}
	}
}

// wasRead decides whether a change is a first look: a repository whose reading failed was not.
func TestAGoodOfWhichEveryRepositoryFailedWasNotRead(t *testing.T) {
	for want, scans := range map[bool][]report.Scan{false: {{Outcome: report.Failed}, {Outcome: report.Failed}}, true: {{Outcome: report.Failed}, {Outcome: "partial"}}} {
		if got := wasRead(report.Good{Scans: scans}); got != want {
			t.Errorf("%+v: %v", scans, got)
		}
	}
}
