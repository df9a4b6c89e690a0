package main

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"

	"github.com/yuin/goldmark/ast"
)

//go:embed page.html
var layout string

// entry is a line of the list of pages.
type entry struct {
	Title, Address string
	Here           bool
}

// menu is a section of the list of pages.
type menu struct {
	Title   string
	Entries []entry
}

// view is what the layout shows.
type view struct {
	Title, Home string
	Menus       []menu
	Body        template.HTML
}

// render is a page as HTML. Documents hold no HTML of their own: what there is of it, is
// left out by the library.
func (s *site) render(p *page) ([]byte, error) {
	var failures []error
	err := ast.Walk(p.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var address *[]byte
		switch n := n.(type) {
		case *ast.Link:
			address = &n.Destination
		case *ast.Image:
			address = &n.Destination
		default:
			return ast.WalkContinue, nil
		}
		resolved, err := s.resolve(p, string(*address))
		failures = append(failures, err)
		*address = []byte(resolved)
		return ast.WalkContinue, nil
	})
	if err := errors.Join(append(failures, err)...); err != nil {
		return nil, err
	}
	var body, out bytes.Buffer
	if err := s.markdown.Renderer().Render(&body, p.text, p.tree); err != nil {
		return nil, err
	}
	err = s.layout.Execute(&out, view{Title: p.title, Home: relative(p.target, "index.html"), Menus: s.menus(p), Body: template.HTML(body.String())})
	return out.Bytes(), err
}

// menus is the list of pages as a page shows it.
func (s *site) menus(p *page) []menu {
	var all []menu
	for _, section := range s.sections {
		m := menu{Title: section.Title}
		for _, to := range section.pages {
			m.Entries = append(m.Entries, entry{Title: to.title, Address: relative(p.target, to.target), Here: to == p})
		}
		all = append(all, m)
	}
	return all
}
