package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// bracketed is a language that says every pattern in brackets, so that words of a page
// that were glued together or forgotten stand outside of them.
func bracketed(t *testing.T) *language.Language {
	t.Helper()
	data, err := os.ReadFile("../../language/catalogs/fr.json")
	if err != nil {
		t.Fatal(err)
	}
	var file language.File
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	file.Language = "es"
	for i := range file.Messages {
		file.Messages[i].Translation = "⟦" + file.Messages[i].ID + "⟧"
	}
	l, err := language.FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// nobodysWords are the same in every language: names of files and of the program, and
// the invented measures of the fixture.
var nobodysWords = regexp.MustCompile(`^([a-z-]+\.(json|csv|atom)|Midspan( 0\.0\.0-test)?|[a-z]+\.[a-z0-9-]+|Forge)$`)

// unsaid returns the texts of a page that no pattern says and that are not marked as
// the words of others.
func unsaid(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	depth := 0
	var visit func(n *html.Node, data bool)
	visit = func(n *html.Node, data bool) {
		if n.Type == html.TextNode {
			text := strings.TrimSpace(n.Data)
			if outside(text, &depth) && !data && !nobodysWords.MatchString(text) {
				found = append(found, text)
			}
			return
		}
		for _, a := range n.Attr {
			if a.Key == "aria-label" && outside(a.Val, new(int)) {
				found = append(found, n.Data+" aria-label: "+a.Val)
			}
		}
		for child := range n.ChildNodes() {
			visit(child, data || isData(n))
		}
	}
	visit(root, false)
	if depth != 0 {
		found = append(found, fmt.Sprintf("%d brackets are left open: a pattern was cut", depth))
	}
	return found
}

// isData tells whether the texts of an element are those of others, or marks: a
// catalog's, a repository's, ids, numbers of versions.
func isData(n *html.Node) bool {
	switch n.Data {
	case "bdi", "code", "i", "style", "title":
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "lang" && n.Data != "html" || a.Key == "class" && (a.Val == "url" || a.Val == "lb") {
			return true
		}
	}
	return false
}

// outside reports whether a letter of a text stands outside all brackets; depth is how
// many are open before and after it.
func outside(text string, depth *int) bool {
	found := false
	for _, r := range text {
		switch {
		case r == '⟦':
			*depth++
		case r == '⟧':
			*depth--
		case *depth == 0 && unicode.IsLetter(r):
			found = true
		}
	}
	return found
}

func TestEveryTextOfTheSiteComesFromAPattern(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	if _, err := Write(context.Background(), dir, reporttest.EveryState(), bracketed(t)); err != nil {
		t.Fatal(err)
	}
	for name, page := range readAll(t, dir) {
		if strings.HasSuffix(name, ".html") {
			for _, text := range unsaid(t, page) {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
}
