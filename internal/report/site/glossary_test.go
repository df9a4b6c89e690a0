package site

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

func TestAWordOfTheGlossaryStandsWithItsMeaningAndTakesTheFocus(t *testing.T) {
	pages, err := NewSite(report.Document{}, []*language.Language{language.English()})
	if err != nil {
		t.Fatal(err)
	}
	s := pages.editions[0]
	for id, entry := range wording.Glossary() {
		html, err := s.term(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`tabindex="0"`, entry.Word.Pattern + `<span role="tooltip">` + entry.Meaning.Pattern} {
			if !strings.Contains(string(html), want) {
				t.Errorf("%s: %s, without %q", id, html, want)
			}
		}
	}
	if html, err := s.term("load", "<Load>"); err != nil || !strings.Contains(string(html), "&lt;Load&gt;") {
		t.Errorf("%s, %v: a word in the form of its sentence is not escaped", html, err)
	}
	if html, err := s.term("load", englishPages.translateHTML("<{n}>", "n", bold("Load"))); err != nil || !strings.Contains(string(html), "<b>Load</b>") {
		t.Errorf("%s, %v: what is HTML already is not kept", html, err)
	}
	if _, err := s.term("no such word"); err == nil {
		t.Error("a word that the glossary does not have is no error")
	}
}

func TestEveryWordOfTheGlossaryStandsOnAPage(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	var templates strings.Builder
	for _, file := range files {
		text, err := templateFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		templates.Write(text)
	}
	for id := range wording.Glossary() {
		byID := slices.Contains(assess.PillarIDs(), id) && strings.Contains(templates.String(), `term .ID`)
		if !byID && !strings.Contains(templates.String(), `term "`+id+`"`) {
			t.Errorf("no page shows %q, which is translated all the same", id)
		}
	}
}
