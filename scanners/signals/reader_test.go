package signals

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// TestAReadmeSaysWhetherItsProjectIsOver reads testdata/ends.tsv: over, sign or goes on; a tab;
// a readme, whose lines are set apart by \n. Add a line for a sentence that is misread.
func TestAReadmeSaysWhetherItsProjectIsOver(t *testing.T) {
	data, err := os.ReadFile("testdata/ends.tsv")
	if err != nil {
		t.Fatal(err)
	}
	own := catalog.Repository{Host: "forge.example", Owner: "thing", Path: "thing"}
	for row := range strings.Lines(string(data)) {
		want, readme, ok := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		if !ok || strings.HasPrefix(row, "//") {
			continue
		}
		found := readEnd(strings.ReplaceAll(readme, `\n`, "\n"), own)
		got := "goes on"
		switch {
		case found.certain:
			got = "over"
		case found.kind != "":
			got = "sign"
		}
		if got != want {
			t.Errorf("%s, want %s: %s (%s)", got, want, readme, found.kind)
		}
	}
}

func TestWhatStandsFarDownOrInAnExampleIsNoEnd(t *testing.T) {
	if found := readEnd(strings.Repeat("\n", topLines)+"**DEPRECATED**", catalog.Repository{}); found.kind != "" {
		t.Error("a line far down is taken for an end")
	}
	if found := readEnd("```\nthis project is deprecated\n```\n", catalog.Repository{}); found.kind != "" {
		t.Error("an example is taken for an end")
	}
}

func FuzzFundingYAML(f *testing.F) {
	for _, seed := range []string{"github: [a, b]\ncustom: ['x']", "github:\n", "", "- a", "github: *a", "a: &a [*a]\ngithub: *a", "github: {x: y}", "\tx", "github: true", "? [a]\n: b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		platforms, _, err := parseFundingYAML(data)
		if err != nil && platforms != nil {
			t.Fatal("platforms beside an error")
		}
		for _, p := range platforms {
			if !slices.Contains(fundingPlatforms, p) {
				t.Fatalf("%q is no platform", p)
			}
		}
	})
}

func FuzzFundingJSON(f *testing.F) {
	for _, seed := range []string{`{"funding":{"history":[{"income":1}],"plans":[{"status":"Active "}]}}`, `{"funding":null}`, `{"funding":{"history":[{"income":"12"},{"income":-1},{"income":1e999}]}}`, `[]`, `{"funding":{"plans":{}}}`, "\ufeff{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		incomes, plans, _, err := parseFundingJSON(data)
		if incomes < 0 || plans < 0 || err != nil && incomes+plans > 0 {
			t.Fatalf("%d incomes, %d plans, %v", incomes, plans, err)
		}
		_, _ = parseJSONFunding(data)
	})
}

func FuzzLicenseMatches(f *testing.F) {
	for _, seed := range [][2]string{{"MIT", "MIT"}, {"MIT OR (GPL-2.0 WITH Classpath-exception-2.0)", "GPL-2.0"}, {"", ""}, {"((", "MIT"}, {"GPL-3.0+", "GPL-3.0"}, {"DocumentRef-x:LicenseRef-y", "MIT"}, {"AND", "OR"}, {"MIT+", "MIT"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, declared, found string) {
		state, matches, says := LicenseMatches([]string{declared}, []string{found})
		if state != observation.Measured && (matches || says == "") {
			t.Fatalf("%s, %v, %q", state, matches, says)
		}
	})
}

func FuzzSunset(f *testing.F) {
	f.Add("# Thing [deprecated]\n> **x**\n")
	f.Fuzz(func(t *testing.T, readme string) {
		if found := readEnd(readme, catalog.Repository{}); found.kind == "" && found.certain || found.line > topLines {
			t.Fatalf("%v", found)
		}
	})
}

// TestAReadmeStatesTheLicenceOfItsOwnRepository reads testdata/licences.tsv: the licences with
// commas, or none; a tab; a readme, whose lines are set apart by \n. Add a line for a
// statement that is misread.
func TestAReadmeStatesTheLicenceOfItsOwnRepository(t *testing.T) {
	data, err := os.ReadFile("testdata/licences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(data)) {
		want, readme, ok := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		if !ok || strings.HasPrefix(row, "//") {
			continue
		}
		got := strings.Join(licensesStated(strings.ReplaceAll(readme, `\n`, "\n"), "thing"), ",")
		if got == "" {
			got = "none"
		}
		if got != want {
			t.Errorf("%s, want %s: %s", got, want, readme)
		}
	}
}
