package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The site of this repository: no link leads nowhere, and every document is listed.
func TestTheDocumentationIsWholeAndEveryLinkLeadsSomewhere(t *testing.T) {
	dir := t.TempDir()
	if err := build("../..", dir); err != nil {
		t.Fatal(err)
	}
	s, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../reference/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range slices.Concat(documents, more) {
		if name := "docs/" + filepath.ToSlash(strings.TrimPrefix(document, ".."+string(filepath.Separator))); s.byPath[name] == nil {
			t.Errorf("%s is not listed in %s", name, index)
		}
	}
	var titles []string
	for _, section := range s.sections {
		titles = append(titles, section.Title)
	}
	if want := []string{"Tutorial", "How-to guides", "Reference", "Explanation", "The project"}; !slices.Equal(titles, want) {
		t.Errorf("the sections are %q, want %q", titles, want)
	}
	front, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="tour.html">`, `href="method.html"`, `<main id="main">`} {
		if !strings.Contains(string(front), want) {
			t.Errorf("index.html does not hold %s", want)
		}
	}
}

func TestLinksOfDocuments(t *testing.T) {
	tree := fstest.MapFS{
		index:            {Data: []byte("# Front\n\n## Tutorial\n\n- [a](a.md)\n- [b](../B.md)\n")},
		"docs/a.md":      {Data: []byte("# A\n\n## One two\n")},
		"B.md":           {Data: []byte("# B\n")},
		"main.go":        {Data: []byte("package main\n")},
		"docs/x.png":     {Data: []byte("png")},
		"docs/hidden.md": {Data: []byte("# Not listed\n")},
	}
	s, err := read(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, address, want string }{
		{"docs/a.md", "../B.md", "project/b.html"},
		{"B.md", "docs/a.md#one-two", "../a.html#one-two"},
		{"docs/a.md", "#one-two", "a.html#one-two"},
		{"docs/a.md", "../main.go", forge + "main.go"},
		{"docs/a.md", "hidden.md", forge + "docs/hidden.md"},
		{"B.md", "docs/x.png", "../x.png"},
		{"docs/a.md", "demo/index.html", "demo/index.html"},
		{"docs/a.md", "https://example.org/x", "https://example.org/x"},
		{"docs/a.md", "mailto:x@example.org", "mailto:x@example.org"},
	} {
		if got, err := s.resolve(s.byPath[c.from], c.address); err != nil || got != c.want {
			t.Errorf("%s in %s leads to %q (%v), want %q", c.address, c.from, got, err, c.want)
		}
	}
	for _, address := range []string{"missing.md", "../B.md#nowhere", "#nowhere", "../../outside.md"} {
		if got, err := s.resolve(s.byPath["docs/a.md"], address); err == nil {
			t.Errorf("%s leads to %q, want an error", address, got)
		}
	}
}
