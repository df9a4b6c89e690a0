package publish

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestThePageNamesGoodsThatNothingCanReplace(t *testing.T) {
	files := written(t, reporttest.EveryState())
	for _, want := range []string{"None in this catalog for 2 goods:</b>", "0.62 <a href=\"goods/school-meals.html\"", "no common sector", "unmaintained", "0.3.0 → 0.3.9"} {
		if !strings.Contains(files["across.html"], want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !strings.Contains(files["alternatives.csv"], "none in this catalog") {
		t.Error("alternatives.csv leaves out what has none")
	}
}

func TestThePageOfAGoodSaysWhatWouldRemainIfTheFirstLeft(t *testing.T) {
	files := written(t, reporttest.EveryState())
	if page := files["goods/clinic-ledger.html"]; !strings.Contains(page, "If the most active person left: hardly any of the work would remain") {
		t.Error("the page of the good does not say it")
	}
	if page := files["goods/water-points.html"]; !strings.Contains(page, "If the most active person left: unknown") {
		t.Error("a good of which nothing is known is shown otherwise")
	}
}

func TestAGoodThatWasNotReadHasNoNumbersInTheTable(t *testing.T) {
	doc := reporttest.EveryState()
	page := written(t, doc)["index.html"]
	_, rest, found := strings.Cut(page, `<tr><th scope="row"><a href="goods/water-points.html">`)
	line, _, _ := strings.Cut(rest, "</tr>")
	if !found || !strings.Contains(line, "unknown: the network or the server failed") {
		t.Errorf("its row is %s", line)
	}
	if strings.Contains(line, " %") {
		t.Error("its row holds a share")
	}
}

func TestAFailureIsShownWithoutTheAddressBesideIt(t *testing.T) {
	for message, want := range map[string]string{
		"open https://a.example/b: no mirror, and offline": "no mirror, and offline",
		"the connection timed out":                         "the connection timed out",
		"open https://a.example/b: ":                       "open https://a.example/b: ",
	} {
		scan := report.Scan{Failure: &observation.Note{Message: message}}
		scan.Repository.URL = "https://a.example/b"
		if got := (report.FailedScan{Scan: scan}).Message(); got != want {
			t.Errorf("%q is told as %q, want %q", message, got, want)
		}
	}
	doc := reporttest.EveryState()
	i := slices.IndexFunc(doc.Goods, func(g report.Good) bool { return g.ID == "water-points" })
	doc.Goods[i].Scans[0].Failure.Message = ""
	if page := written(t, doc)["index.html"]; !strings.Contains(page, "no message was kept") {
		t.Error("a failure without a message is told as nothing")
	}
}

func TestNotesOnEntriesStandBesideThoseOnTheRun(t *testing.T) {
	doc := reporttest.EveryState()
	doc.Goods[0].Notes = []observation.Note{{Cause: observation.CauseBadURL, Subject: "not an address", Message: "it was left out"}}
	page := written(t, doc)["index.html"]
	for _, want := range []string{"not an address", "has no address and no name", "read in part: repositories of "} {
		if !strings.Contains(page, want) {
			t.Errorf("the portfolio does not say %q", want)
		}
	}
}

func TestGoodsStandSideBySideInEveryLanguageOfAReport(t *testing.T) {
	french, err := language.Find("fr")
	if err != nil {
		t.Fatal(err)
	}
	dir, doc := t.TempDir(), reporttest.EveryState()
	w, err := NewWriter(context.Background(), dir, doc, language.English(), french)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, good := range report.Complete(doc).Goods {
		if err := w.Add(good, "", func() (report.Good, error) { return good, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Publish(doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"compare.html", "compare.js", "goods/clinic-ledger.js", "fr/compare.html", "fr/goods/clinic-ledger.js"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "fr", "compare.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `src="../compare.js"`) {
		t.Error("the page of another language does not load the script of the report's own folder")
	}
}
