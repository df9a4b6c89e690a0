package publish

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// findable is a report whose goods differ in the words that lead to them.
func findable() report.Document {
	doc := reporttest.EveryState()
	doc.Goods = doc.Goods[:4]
	for i, of := range []catalog.Good{
		{Name: "Système de Santé", Description: "A register for clinics", Organizations: []catalog.Organization{{Name: "Ministry of Health", Role: "owner"}}},
		{Name: "Clinic register", Description: "Written 健康 in part", DeploymentCountries: []string{"Kenya", "Nepal"}},
		{Name: `<img src=x onerror="document.title='no'">`, Description: "The register of constructor"},
		{Name: "Unlike", Description: "A library", Organizations: []catalog.Organization{{Name: catalog.Person, Role: "owner"}}},
	} {
		good := &doc.Goods[i].Good
		of.ID, of.Repositories, of.Sources = good.ID, good.Repositories, good.Sources
		*good = of
	}
	return doc
}

const foundNames = `[...document.querySelectorAll(".found a")].map(link => link.textContent)`

// searchedFor writes words into the search and returns what is found.
func searchedFor(t testing.TB, ctx context.Context, words string) []string {
	t.Helper()
	return seen[[]string](t, ctx, fmt.Sprintf(`(async () => {
		const input = document.querySelector(".search input"), status = document.querySelector(".search [role=status]");
		input.value = %q;
		status.textContent = "…";
		input.dispatchEvent(new Event("input"));
		while (status.textContent === "…") await new Promise(done => setTimeout(done, 5));
		return %s;
	})()`, words, foundNames))
}

func openSearch(t testing.TB, ctx context.Context, index, words string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(strings.TrimSuffix(index, "index.html")+"search.html"+words))
	until(t, ctx, `document.querySelector("form.search") && !document.querySelector("form.search").hidden`)
}

func TestGoodsAreFoundByTheirWords(t *testing.T) {
	ctx := browser(t)
	openSearch(t, ctx, siteOf(t, findable()), "")
	hostile := `<img src=x onerror="document.title='no'">`
	for words, want := range map[string][]string{
		"register":         {"Clinic register", hostile, "Système de Santé"},
		"SANTE":            {"Système de Santé"},
		"santé  clinic":    {"Système de Santé"},
		"clinics":          {"Système de Santé"},
		"clinic":           {"Clinic register", "Système de Santé"},
		"nepal register":   {"Clinic register"},
		"康":                {"Clinic register"},
		"健康":               {"Clinic register"},
		"k":                {"Clinic register"},
		"ministry":         {"Système de Santé"},
		"constructor":      {hostile},
		"nothing-of-these": {},
		"a person":         {},
		"__proto__":        {},
		"":                 {},
	} {
		got := searchedFor(t, ctx, words)
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %q, not %q", words, got, want)
		}
	}
	if first := searchedFor(t, ctx, "register"); first[0] != "Clinic register" {
		t.Errorf("a word of a name stands behind others: %q", first)
	}
	if got := seen[string](t, ctx, `document.querySelector(".found li").innerText.replace(/\s+/g, " ")`); !strings.Contains(got, "Kenya, Nepal") {
		t.Errorf("a result is %q", got)
	}
	if title := seen[string](t, ctx, `document.title`); !strings.HasPrefix(title, "Find a good") {
		t.Errorf("the title became %q", title)
	}
}

func TestASearchIsInItsAddressAndItsResultsLeadToPages(t *testing.T) {
	ctx := browser(t)
	openSearch(t, ctx, siteOf(t, findable()), "#nepal+register")
	until(t, ctx, foundNames+`.length === 1`)
	do(t, ctx, chromedp.Click(".found a"))
	until(t, ctx, `document.querySelector("h1")?.textContent.includes("Clinic register")`)
}

// millions are too many to write in a test; ten thousand show that a search loads a few
// files, whatever the number of goods.
func TestASearchAmongManyGoodsLoadsLittle(t *testing.T) {
	ctx := browser(t)
	openSearch(t, ctx, largeSite(t), "")
	if n := len(searchedFor(t, ctx, "organization 77")); n != 20 {
		t.Errorf("%d goods are shown at first", n)
	}
	loaded := seen[[]string](t, ctx, `performance.getEntriesByType("resource").map(entry => entry.name)`)
	var bytes int64
	for _, address := range loaded {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.FromSlash(u.Path))
		if err != nil {
			t.Fatal(err)
		}
		bytes += info.Size()
	}
	if bytes > 1<<20 {
		t.Errorf("the search loads %d bytes: %q", bytes, loaded)
	}
	do(t, ctx, chromedp.Click("button.more"))
	until(t, ctx, foundNames+`.length === 40`)
}

func BenchmarkSearchAmongTenThousandGoods(b *testing.B) {
	ctx := browser(b)
	openSearch(b, ctx, largeSite(b), "")
	for i := 0; b.Loop(); i++ {
		searchedFor(b, ctx, fmt.Sprintf("organization %d", i%99+10))
	}
}

// MIDSPAN_TEST_REPORT names the folder of a report, MIDSPAN_TEST_WORDS what is searched for.
func BenchmarkSearchInAReport(b *testing.B) {
	dir, words := os.Getenv("MIDSPAN_TEST_REPORT"), strings.Split(os.Getenv("MIDSPAN_TEST_WORDS"), ",")
	if dir == "" {
		b.Skip("MIDSPAN_TEST_REPORT names no report")
	}
	ctx := browser(b)
	openSearch(b, ctx, (&url.URL{Scheme: "file", Path: filepath.Join(dir, "index.html")}).String(), "")
	for i := 0; b.Loop(); i++ {
		searchedFor(b, ctx, words[i%len(words)])
	}
}
