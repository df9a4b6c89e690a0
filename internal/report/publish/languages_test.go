package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// saidIn writes a document in some languages and returns how many goods were made.
func saidIn(t *testing.T, dir string, doc report.Document, tags ...string) int {
	t.Helper()
	var languages []*language.Language
	for _, tag := range tags {
		l, err := language.Find(tag)
		if err != nil {
			t.Fatal(err)
		}
		languages = append(languages, l)
	}
	w, err := NewWriter(t.Context(), dir, doc, languages...)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	made := 0
	for _, good := range report.Complete(doc).Goods {
		if err := w.Add(good, "of "+good.Name, func() (report.Good, error) { made++; return good, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Publish(doc); err != nil {
		t.Fatal(err)
	}
	return made
}

func TestALanguageComesAndGoesWithItsFolder(t *testing.T) {
	dir, doc := filepath.Join(t.TempDir(), "report"), reporttest.EveryState()
	saidIn(t, dir, doc, "en")
	alone := readAll(t, dir)
	if made := saidIn(t, dir, doc, "en", "fr"); made != len(doc.Goods) {
		t.Errorf("%d goods were made for a new language, want all", made)
	}
	if made := saidIn(t, dir, doc, "en", "fr"); made != 0 {
		t.Errorf("%d goods were made though nothing changed", made)
	}
	both := readAll(t, dir)
	for name := range alone {
		if strings.HasSuffix(name, ".html") && both["fr/"+name] == "" {
			t.Errorf("fr/%s is missing", name)
		}
	}
	for name, wants := range map[string][]string{
		"index.html":                  {`<html lang="en"`, `href="fr/index.html" lang="fr" hreflang="fr"`, `href="report.json"`},
		"goods/clinic-ledger.html":    {`href="../fr/goods/clinic-ledger.html" lang="fr"`},
		"fr/index.html":               {`<html lang="fr" dir="ltr"`, `href="../index.html" lang="en"`, `href="../report.json"`, `src="../portfolio.js"`, `href="goods/clinic-ledger.html"`},
		"fr/goods/clinic-ledger.html": {`<html lang="fr"`, `href="../../goods/clinic-ledger.html" lang="en"`, `href="../index.html"`},
	} {
		for _, want := range wants {
			if !strings.Contains(both[name], want) {
				t.Errorf("%s does not hold %s", name, want)
			}
		}
	}
	saidIn(t, dir, doc, "en")
	after := readAll(t, dir)
	for name := range after {
		if alone[name] == "" {
			t.Errorf("%s stayed", name)
		} else if name != manifestName && alone[name] != after[name] {
			t.Errorf("%s differs from the report that never had a second language", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "fr")); !os.IsNotExist(err) {
		t.Errorf("the folder of the language stayed: %v", err)
	}
}

func TestAFileOfAnotherInTheFolderOfALanguageStays(t *testing.T) {
	dir, doc := t.TempDir(), reporttest.EveryState()
	saidIn(t, dir, doc, "en", "fr")
	other := filepath.Join(dir, "fr", "notes.txt")
	if err := os.WriteFile(other, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	saidIn(t, dir, doc, "en")
	if data, err := os.ReadFile(other); err != nil || string(data) != "mine" {
		t.Errorf("a file that is not the report's went: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "fr", "goods")); !os.IsNotExist(err) {
		t.Errorf("the pages of goods stayed: %v", err)
	}
}

func TestWhatHasNoTranslationIsMarkedAsEnglish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	bare, err := language.FromFile(language.File{Language: "ar", Messages: []language.Entry{{ID: "Why", Translation: "لماذا"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, reporttest.EveryState(), bare); err != nil {
		t.Fatal(err)
	}
	page := readAll(t, dir)["goods/clinic-ledger.html"]
	for _, want := range []string{`<html lang="ar" dir="rtl">`, `<span lang="en" dir="ltr">Who makes it</span>`, "لماذا", "A machine helped with this translation."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}

// TestNoMarkupIsEverVisibleText looks on each page, in each language, for markup of ours
// that was escaped: a reader would see it as text.
func TestNoMarkupIsEverVisibleText(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	saidIn(t, dir, reporttest.EveryState(), language.Tags()...)
	pages := 0
	for name, text := range readAll(t, dir) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		pages++
		for _, tag := range []string{"span", "bdi", "a", "b", "i", "time", "svg", "small"} {
			for _, markup := range []string{"&lt;" + tag + " ", "&lt;" + tag + "&gt;", "&lt;/" + tag + "&gt;"} {
				if at := strings.Index(text, markup); at >= 0 {
					t.Errorf("%s shows markup: %.120s", name, text[at:])
				}
			}
		}
	}
	if pages < 6*len(language.Tags()) {
		t.Errorf("%d pages", pages)
	}
}

// TestAPageInAPartialLanguageSaysHowMuchOfItIs holds each page of a language that is not
// offered by itself to the sentence at its head.
func TestAPageInAPartialLanguageSaysHowMuchOfItIs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	saidIn(t, dir, reporttest.EveryState(), language.Tags()...)
	all := readAll(t, dir)
	for _, tag := range language.Tags() {
		l, err := language.Find(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{"index.html", "trend.html", "across.html", "goods/clinic-ledger.html"} {
			if tag != "en" {
				page = tag + "/" + page
			}
			if says := strings.Contains(all[page], `<aside class="partial"`); says != l.IsPartial() {
				t.Errorf("%s says that it is partial: %v, want %v", page, says, l.IsPartial())
			}
		}
	}
}
