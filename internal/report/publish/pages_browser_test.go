package publish

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// webPage is a page that a report wrote.
type webPage struct{ report, name, address string }

// reports are written once for all tests that look at every page: the fixture,
// hostile text in every field, nothing at all, and the sample, made by the
// program itself out of repositories.
var reports struct {
	write       sync.Once
	dir         string
	err, sample error
}

// everyPage returns every page of these reports, by report.
func everyPage(t *testing.T) map[string][]webPage {
	t.Helper()
	reports.write.Do(func() { reports.err = writeReports() })
	if reports.err != nil {
		t.Fatal(reports.err)
	}
	all := map[string][]webPage{"sample": nil}
	err := filepath.WalkDir(reports.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		rel, err := filepath.Rel(reports.dir, path)
		report, name, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), `http-equiv="refresh"`) {
			return err // it leads on at once
		}
		if strings.HasPrefix(name, "embed/") {
			if last := all[report]; len(last) > 0 && strings.HasPrefix(last[len(last)-1].name, "embed/") {
				return nil // cards are alike: the first stands for all
			}
		}
		at := webPage{report, name, (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()}
		all[report] = append(all[report], at)
		if name == "compare.html" {
			all[report] = append(all[report], sideBySide(at)...)
		}
		return err
	})
	if err == nil && reports.sample == nil {
		all["sample"], err = oneOfEachStage(filepath.Join(reports.dir, "sample"), all["sample"])
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// oneOfEachStage leaves out the pages of goods but for the first of each stage.
func oneOfEachStage(dir string, pages []webPage) ([]webPage, error) {
	f, err := os.Open(filepath.Join(dir, "goods.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	id, stage := slices.Index(rows[0], "id"), slices.Index(rows[0], "stage")
	first, taken := map[string]bool{}, map[string]bool{}
	for _, row := range rows[1:] {
		if !taken[row[stage]] {
			taken[row[stage]], first[report.PagePath(row[id])] = true, true
		}
	}
	if len(taken) < 3 {
		return nil, fmt.Errorf("the sample has goods of %d stages", len(taken))
	}
	return slices.DeleteFunc(pages, func(p webPage) bool { return strings.HasPrefix(p.name, "goods/") && !first[p.name] }), nil
}

// sideBySide is the page that compares goods once some are chosen, where it has
// any to choose.
func sideBySide(p webPage) []webPage {
	goods, ok := map[string]string{"fixture": "#clinic-ledger,school-meals,open-atlas,cold-chain", "sample": "#land-ledger,clinic-desk"}[p.report]
	if !ok {
		return nil
	}
	return []webPage{{p.report, p.name + goods, p.address + goods}}
}

func writeReports() error {
	var err error
	if reports.dir, err = os.MkdirTemp("", "midspan-reports-"); err != nil {
		return err
	}
	for name, doc := range map[string]report.Document{
		"fixture": reporttest.EveryState(), "hostile": reporttest.HostilePortfolio(), "long": reporttest.Replaced(reporttest.HostilePortfolio(), reporttest.Extremes["one long word"]),
		"empty": {Generator: report.Generator{Name: "Midspan", Version: "0.0.0-test"}, AsOf: reporttest.AsOf},
	} {
		if _, err := Write(context.Background(), filepath.Join(reports.dir, name), doc); err != nil {
			return err
		}
	}
	reports.sample = runSample(filepath.Join(reports.dir, "sample"), filepath.Join(reports.dir, "store"))
	return nil
}

// runSample runs the program over its own sample. It ends with 3, as the sample
// holds repositories that cannot be read.
func runSample(out, store string) error {
	run := exec.Command("go", "run", "github.com/midspan/midspan/cmd/midspan", "run", "--quiet", "--store="+store, "--out="+out)
	run.Env = append(os.Environ(), "MIDSPAN_AS_OF=2026-06-30")
	said, err := run.CombinedOutput()
	if _, missing := os.Stat(filepath.Join(out, "index.html")); missing != nil {
		return errors.Join(missing, err, errors.New(string(said)))
	}
	return nil
}

// onEveryPage opens every page in tabs of their own, one for each report.
func onEveryPage(t *testing.T, look func(t *testing.T, ctx context.Context, p webPage)) {
	onPages(t, everyPage(t), look)
}

// onEveryKind leaves out most pages of goods of the sample, which are of the kinds of the
// fixture.
func onEveryKind(t *testing.T, look func(t *testing.T, ctx context.Context, p webPage)) {
	all, goodPages := everyPage(t), 0
	all["sample"] = slices.DeleteFunc(all["sample"], func(p webPage) bool {
		if strings.HasPrefix(p.name, "goods/") {
			goodPages++
		}
		return goodPages > 2 && strings.HasPrefix(p.name, "goods/")
	})
	onPages(t, all, look)
}

func onPages(t *testing.T, all map[string][]webPage, look func(t *testing.T, ctx context.Context, p webPage)) {
	for report, pages := range all {
		t.Run(report, func(t *testing.T) {
			t.Parallel()
			if report == "sample" && reports.sample != nil {
				t.Fatal(reports.sample)
			}
			ctx := browser(t)
			for _, p := range pages {
				t.Run(p.name, func(t *testing.T) { look(t, ctx, p) })
			}
		})
	}
}

// visit opens a page and waits until its script, where it has one, stands ready;
// what is folded away is unfolded.
func visit(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	// Of another fragment the page would stand as it was left, with its focus.
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address))
	until(t, ctx, `(() => {
		document.querySelectorAll("details").forEach(part => part.open = true);
		if (document.querySelector("main.compare") && location.hash) return document.querySelectorAll(".compare thead th a").length > 1;
		const table = document.querySelector("table.goods");
		if (!table || !document.querySelector("script[src]")) return true;
		table.scrollIntoView();
		return !!document.querySelector(".find [role=status]")?.textContent;
	})()`)
	// Some browsers take what was scrolled into view for the place from which keys go on.
	seen[bool](t, ctx, `(document.body.tabIndex = -1, document.body.focus(), document.body.removeAttribute("tabindex"), document.activeElement?.blur(), true)`)
}
