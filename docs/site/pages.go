package main

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// forge is where files that are no pages of the site are shown.
const forge = "https://github.com/midspan/midspan/blob/main/"

// index is the document that lists all others.
const index = "docs/README.md"

// page is a document of the site.
type page struct {
	source string // path in the repository: "docs/tour.md"
	target string // path in the site: "tour.html"
	title  string
	tree   ast.Node
	text   []byte
	ids    map[string]bool // of its headings
}

// section is a heading of the index with the pages under it.
type section struct {
	Title string
	pages []*page
}

// site is all that is rendered.
type site struct {
	repository fs.FS
	markdown   goldmark.Markdown
	layout     *template.Template // of a page
	pages      []*page
	byPath     map[string]*page
	sections   []section
	assets     map[string]bool
}

// read reads the index, and the documents that it lists, in its order.
func read(repository fs.FS) (*site, error) {
	frame, err := template.New("page").Parse(layout)
	if err != nil {
		return nil, err
	}
	s := &site{repository: repository, layout: frame, byPath: map[string]*page{}, assets: map[string]bool{},
		markdown: goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))}
	front, err := s.add(index, "index.html")
	if err != nil {
		return nil, err
	}
	for node := front.tree.FirstChild(); node != nil; node = node.NextSibling() {
		switch node := node.(type) {
		case *ast.Heading:
			if node.Level == 2 {
				s.sections = append(s.sections, section{Title: plain(node, front.text)})
			}
		case *ast.List:
			if len(s.sections) == 0 {
				continue
			}
			if err := s.addListed(&s.sections[len(s.sections)-1], node); err != nil {
				return nil, err
			}
		}
	}
	return s, s.addDecisions()
}

// addListed adds the documents to which a list of the index links.
func (s *site) addListed(to *section, list ast.Node) error {
	for _, link := range linksOf(list) {
		source, _, _ := strings.Cut(path.Join("docs", link), "#")
		if path.Ext(source) != ".md" || strings.Contains(link, "://") {
			continue
		}
		p := s.byPath[source]
		if p == nil {
			var err error
			if p, err = s.add(source, targetOf(source)); err != nil {
				return err
			}
		}
		if !slices.Contains(to.pages, p) {
			to.pages = append(to.pages, p)
		}
	}
	return nil
}

// addDecisions adds the decisions, which a document of their own lists.
func (s *site) addDecisions() error {
	sources, err := fs.Glob(s.repository, "docs/decisions/*.md")
	if err != nil {
		return err
	}
	for _, source := range sources {
		if s.byPath[source] != nil {
			continue
		}
		if _, err := s.add(source, targetOf(source)); err != nil {
			return err
		}
	}
	return nil
}

// targetOf is where a document stands in the site: those of docs at its root, and those of
// the root of the repository under "project".
func targetOf(source string) string {
	name, inDocs := strings.CutPrefix(source, "docs/")
	if !inDocs {
		name = path.Join("project", name)
	}
	name = strings.TrimSuffix(name, ".md") + ".html"
	if path.Base(name) == "README.html" {
		name = path.Join(path.Dir(name), "index.html")
	}
	return strings.ToLower(name)
}

// assetTarget is where a picture stands in the site.
func assetTarget(name string) string { return strings.TrimPrefix(name, "docs/") }

// add reads a document.
func (s *site) add(source, target string) (*page, error) {
	data, err := fs.ReadFile(s.repository, source)
	if err != nil {
		return nil, fmt.Errorf("%s lists it: %w", index, err)
	}
	p := &page{source: source, target: target, text: data, ids: map[string]bool{}, title: path.Base(source)}
	p.tree = s.markdown.Parser().Parse(text.NewReader(data))
	titled := false
	for node := p.tree.FirstChild(); node != nil; node = node.NextSibling() {
		heading, ok := node.(*ast.Heading)
		if !ok {
			continue
		}
		if id, ok := heading.AttributeString("id"); ok {
			p.ids[string(id.([]byte))] = true
		}
		if !titled {
			p.title, titled = plain(heading, data), true
		}
	}
	s.pages, s.byPath[source] = append(s.pages, p), p
	return p, nil
}

// plain is the text of a node without marks.
func plain(node ast.Node, source []byte) string {
	var words bytes.Buffer
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				words.Write(n.Segment.Value(source))
			}
		case *ast.String:
			if entering {
				words.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return words.String()
}

// linksOf are the addresses of the links below a node.
func linksOf(node ast.Node) []string {
	var links []string
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := n.(*ast.Link); ok && entering {
			links = append(links, string(link.Destination))
		}
		return ast.WalkContinue, nil
	})
	return links
}

var scheme = regexp.MustCompile(`^[a-z]+:`)

// resolve is the address of a link or picture of a page within the site, or at the forge.
func (s *site) resolve(p *page, address string) (string, error) {
	if address == "" || scheme.MatchString(address) {
		return address, nil
	}
	name, fragment, marked := strings.Cut(address, "#")
	source := p.source
	if name != "" {
		source = path.Join(path.Dir(p.source), name)
	}
	if strings.HasPrefix(source, "docs/demo/") { // the report of the sample, which is put there later
		return relative(p.target, strings.TrimPrefix(source, "docs/")), nil
	}
	if !exists(s.repository, source) {
		return "", fmt.Errorf("%s links to %s, which is not there", p.source, address)
	}
	if marked {
		fragment = "#" + fragment
	}
	to := s.byPath[source]
	switch {
	case to != nil && marked && !to.ids[fragment[1:]]:
		return "", fmt.Errorf("%s links to %s, and %s has no such heading", p.source, address, source)
	case to != nil:
		return relative(p.target, to.target) + fragment, nil
	case isAsset(source):
		s.assets[source] = true
		return relative(p.target, assetTarget(source)), nil
	}
	return forge + source + fragment, nil
}

// relative is the address of one page as seen from another.
func relative(from, to string) string {
	return strings.Repeat("../", strings.Count(from, "/")) + to
}
