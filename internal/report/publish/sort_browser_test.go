package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// textsOf gives the texts of a column of the first table that a selector names.
func textsOf(t *testing.T, ctx context.Context, table string, at int) []string {
	t.Helper()
	return seen[[]string](t, ctx, fmt.Sprintf(`[...document.querySelector(%q).tBodies[0].rows].map(row => row.cells[%d].textContent.trim())`, table, at))
}

// pressHead presses the head of a column and returns what is said of the order, and
// how the heads are marked.
func pressHead(t *testing.T, ctx context.Context, table string, at int) (said string, marks []string) {
	t.Helper()
	seen[bool](t, ctx, fmt.Sprintf(`(document.querySelector(%q).tHead.rows[0].cells[%d].querySelector("button").click(), true)`, table, at))
	said = seen[string](t, ctx, fmt.Sprintf(`document.querySelector(%q).caption.querySelector("[role=status]").textContent`, table))
	return said, seen[[]string](t, ctx, fmt.Sprintf(`[...document.querySelector(%q).tHead.rows[0].cells].flatMap((head, i) => head.ariaSort ? [i + " " + head.ariaSort] : [])`, table))
}

// aDossierToSort has advisories that differ in all that its table sorts by.
func aDossierToSort() report.Document {
	doc := reporttest.EveryState()
	for i := range doc.Goods {
		if doc.Goods[i].ID != "clinic-ledger" {
			continue
		}
		old, changed, undated := reporttest.FindingOf("z-of-1,000-days", "2.0.0", "GHSA-samp-le04-x104", "low", 3, "2.0.1", new(true)), reporttest.FindingOf("a-changed", "1.0.0", "GHSA-samp-le05-x105", "unknown", 0, "", nil), reporttest.FindingOf("B-undated", "10.0.0", "GHSA-samp-le06-x106", "medium", 5, "", nil)
		old.Published = reporttest.AsOf.AddDate(0, 0, -1001)
		changed.Published, changed.Modified, changed.Score = undated.Published, reporttest.AsOf.AddDate(0, 0, -45), nil
		changed.Published, undated.Published = undated.Modified, undated.Modified
		changed.Package.Relation = ""
		undated.Package.Relation = observation.Direct
		doc.Goods[i].Scans[0].Findings = append(doc.Goods[i].Scans[0].Findings, old, changed, undated)
	}
	return doc
}

// openAll opens whatever is folded on a page.
func openAll(t *testing.T, ctx context.Context) {
	t.Helper()
	seen[bool](t, ctx, `(document.querySelectorAll("details").forEach(part => part.open = true), true)`)
}

func TestAdvisoriesSortByWhatTheyAreAndNotByTheirWords(t *testing.T) {
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(strings.Replace(siteOf(t, aDossierToSort()), "index.html", "evidence/clinic-ledger.html", 1)))
	const table = "#findings table"
	openAll(t, ctx)
	own := textsOf(t, ctx, table, 2)

	said, marks := pressHead(t, ctx, table, 4)
	if got := textsOf(t, ctx, table, 4); !slices.Equal(got, []string{"2 years", "8 months", "8 months", "8 months", "at least 45 days", "unknown"}) {
		t.Errorf("longest first: %q", got)
	}
	if said != "These 6 rows by Public for, highest first; what is unknown stands last." || !slices.Equal(marks, []string{"4 descending"}) {
		t.Errorf("it says %q, marks %q", said, marks)
	}
	if said, marks = pressHead(t, ctx, table, 4); !strings.Contains(said, "lowest first") || !slices.Equal(marks, []string{"4 ascending"}) {
		t.Errorf("it says %q, marks %q", said, marks)
	}
	if got := textsOf(t, ctx, table, 4); !slices.Equal(got, []string{"at least 45 days", "8 months", "8 months", "8 months", "2 years", "unknown"}) {
		t.Errorf("shortest first: %q", got)
	}
	if said, marks = pressHead(t, ctx, table, 4); said != "In the order of the page." || len(marks) > 0 || !slices.Equal(textsOf(t, ctx, table, 2), own) {
		t.Errorf("a third press says %q, marks %q, and gives %q", said, marks, textsOf(t, ctx, table, 2))
	}

	pressHead(t, ctx, table, 0)
	severities := func() (first []string) {
		for _, text := range textsOf(t, ctx, table, 0) {
			first = append(first, strings.Fields(text)[0])
		}
		return first
	}
	if got := severities(); !slices.Equal(got, []string{"critical", "high", "medium", "medium", "low", "not"}) {
		t.Errorf("the worst first: %q", got)
	}
	pressHead(t, ctx, table, 0)
	if got := severities(); !slices.Equal(got, []string{"low", "medium", "medium", "high", "critical", "not"}) {
		t.Errorf("the least first: %q", got)
	}
	pressHead(t, ctx, table, 1)
	if got := textsOf(t, ctx, table, 1); !strings.HasPrefix(got[0], "a-changed") || !strings.HasPrefix(got[1], "B-undated") || !strings.HasPrefix(got[5], "z-of") {
		t.Errorf("by package: %q", got)
	}
	if found := axe(t, ctx, allRules); len(found) > 0 {
		t.Errorf("sorted, axe finds %q", found)
	}
}

func TestEveryTableOfTheListsSortsByEachOfItsHeads(t *testing.T) {
	ctx := browser(t)
	doc := reporttest.EveryState()
	reporttest.FullLists(&doc)
	doc.Keystones[0].Findings, doc.Keystones[1].Direct, doc.Keystones[2].Direct = nil, 1234, 999
	do(t, ctx, chromedp.Navigate(strings.Replace(siteOf(t, doc), "index.html", "across.html", 1)))
	if got := seen[int](t, ctx, `document.querySelectorAll("table:has(th button)").length`); got < 8 {
		t.Fatalf("%d tables sort", got)
	}
	// By every head in every direction: whatever is no number stands last, and no row
	// is lost or doubled.
	wrong := seen[[]string](t, ctx, `[...document.querySelectorAll("table:has(th button)")].flatMap((table, i) => {
		const rows = [...table.tBodies[0].rows], wrong = [];
		for (const button of table.tHead.querySelectorAll("button")) for (const press of [1, 2, 3]) {
			button.click();
			const now = [...table.tBodies[0].rows], head = button.closest("th"), where = i + " " + head.textContent + " " + head.ariaSort;
			if (now.length !== rows.length || new Set(now).size !== rows.length) wrong.push(where + " loses rows");
			if (press === 3 && now.some((row, i) => row !== rows[i])) wrong.push(where + " does not give back the order of the page");
			if (press === 3 || head.dataset.by !== "number") continue;
			const keys = now.map(row => parseFloat(row.cells[head.cellIndex].dataset.v ?? row.cells[head.cellIndex].textContent)), known = keys.filter(key => !isNaN(key));
			if (keys.slice(0, known.length).some(isNaN)) wrong.push(where + " has an unknown before a known");
			if (!known.length) continue;
			const turn = head.ariaSort === "descending" ? -1 : 1;
			if (known.some((key, i) => i && turn * (key - known[i - 1]) < 0)) wrong.push(where + " gives " + known);
		}
		return wrong;
	})`)
	if len(wrong) > 0 {
		t.Errorf("%q", wrong)
	}
	pressHead(t, ctx, "#keystones table", 2)
	if got := textsOf(t, ctx, "#keystones table", 2); got[0] != "1,234" || got[1] != "999" {
		t.Errorf("most first: %q", got[:3])
	}
	pressHead(t, ctx, "#keystones table", 7)
	if got := textsOf(t, ctx, "#keystones table", 7); got[len(got)-1] != "unknown" {
		t.Errorf("what is unknown is not last: %q", got)
	}
	if found := axe(t, ctx, allRules); len(found) > 0 {
		t.Errorf("sorted, axe finds %q", found)
	}
}

func TestATableIsSortedByKeysAndInTheLanguageOfThePage(t *testing.T) {
	ctx := browser(t)
	dir := t.TempDir()
	saidIn(t, dir, aDossierToSort(), "en", "fr")
	do(t, ctx, chromedp.Navigate("file://"+dir+"/fr/evidence/clinic-ledger.html"))
	openAll(t, ctx)
	seen[bool](t, ctx, `(document.querySelector("#findings thead button").focus(), true)`)
	do(t, ctx, chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if got := textsOf(t, ctx, "#findings table", 1); !strings.HasPrefix(got[0], "a-changed") {
		t.Errorf("by package: %q", got)
	}
	if !seen[bool](t, ctx, `document.activeElement.matches("#findings th[aria-sort=ascending] button")`) {
		t.Error("the focus is elsewhere")
	}
	if said := seen[string](t, ctx, `document.querySelector("#findings [role=status]").textContent`); !strings.Contains(strings.ToLower(said), "de a à z") || strings.Contains(said, "These") {
		t.Errorf("it says %q", said)
	}
	do(t, ctx, chromedp.Navigate("file://"+dir+"/evidence/open-atlas.html"))
	if seen[bool](t, ctx, `document.scripts.length > 0`) {
		t.Error("the page of a good with nothing to sort loads scripts")
	}
}
