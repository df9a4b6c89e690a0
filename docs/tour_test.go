package docs

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the tour says that a reader sees is what the sample shows: the lines that it quotes,
// and the words that each of its steps sets in italics or in bold as those of a page.
func TestTourShowsWhatItSays(t *testing.T) {
	text, err := os.ReadFile("tour.md")
	if err != nil {
		t.Fatal(err)
	}
	tour := strings.Join(strings.Fields(string(text)), " ")
	r := newRunner(t)
	if code, out := r.bash([]string{"GOBIN=" + r.bin}, "go install ./..."); code != 0 {
		t.Fatal(out)
	}
	r.checkout = t.TempDir()
	code, screen := r.bash([]string{"MIDSPAN_ADVISORIES="}, "midspan run --as-of 2026-06-30")
	if code != 3 { // the gaps that the sample has on purpose
		t.Fatalf("the run ends with %d:\n%s", code, screen)
	}
	quoted := regexp.MustCompile(`(?m)^    (\S.+)$`).FindAllStringSubmatch(string(text), -1)
	if len(quoted) != 4 || quoted[0][1] != "midspan run --as-of 2026-06-30" {
		t.Fatalf("the tour quotes %q, want a command and three lines", quoted)
	}
	for _, line := range quoted[1:] {
		if !strings.Contains(screen, line[1]+"\n") {
			t.Errorf("the run does not print %q:\n%s", line[1], screen)
		}
	}
	for page, words := range map[string][]string{
		"index.html": {"3 of 13 goods matter to many and have too little support", "River Gauge", "used in 9 countries", "messy middle", "strained",
			"Across the goods", "Two pages to print", "Method"},
		"goods/river-gauge.html": {"1 person committed in the last 6 months, fewer than 3", "How we know", "What would help", "The details",
			"What is unknown, and why", "One sheet to print"},
		"goods/clinic-desk.html": {"It is close to being sustained"},
		"across.html":            {"Keystones", "Fix first", "In their place"},
	} {
		data, err := os.ReadFile(filepath.Join(r.checkout, "midspan-report", page))
		if err != nil {
			t.Fatal(err)
		}
		shown := strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(string(data), " "))), " ")
		for _, word := range words {
			if !strings.Contains(shown, word) {
				t.Errorf("%s does not show %q", page, word)
			}
			if word != "used in 9 countries" && !strings.Contains(tour, word) { // the tour says nine
				t.Errorf("the tour no longer says %q", word)
			}
		}
	}
	for _, file := range regexp.MustCompile("`([a-z/-]+\\.(?:html|csv|xlsx))`").FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join(r.checkout, "midspan-report", strings.TrimPrefix(file[1], "midspan-report/"))); err != nil {
			t.Error(err)
		}
	}
}
