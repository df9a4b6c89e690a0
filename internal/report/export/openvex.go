package export

import (
	"cmp"
	"io"
	"slices"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/vex"
)

// WriteVEX writes the open findings of a good as OpenVEX, each under investigation: a
// template in which a maintainer answers. What was answered before stands in it as it was.
func WriteVEX(w io.Writer, doc report.Document, good report.Good, author string) error {
	good = report.Cleaned(good)
	out := vex.Document{Author: author, Timestamp: doc.AsOf.UTC(), Tooling: doc.Generator.Name + " " + doc.Generator.Version, Statements: []vex.Statement{}}
	type key struct { // what was answered for one package answers no other
		advisory string
		answer   observation.Answer
	}
	at := map[key]int{}
	for _, scan := range good.Scans {
		for _, f := range scan.Findings {
			k := key{advisory: f.Advisory}
			if f.Answer != nil {
				k.answer = *f.Answer
			}
			i, seen := at[k]
			if !seen {
				i = len(out.Statements)
				at[k] = i
				out.Statements = append(out.Statements, statementOf(f))
			}
			addProduct(&out.Statements[i], scan, vex.PackageID(f.Package))
		}
	}
	slices.SortStableFunc(out.Statements, func(a, b vex.Statement) int {
		return cmp.Or(cmp.Compare(a.Vulnerability.Name, b.Vulnerability.Name), cmp.Compare(a.Status, b.Status))
	})
	return vex.Encode(w, out)
}

func statementOf(f observation.Finding) vex.Statement {
	s := vex.Statement{Status: string(observation.UnderInvestigation),
		Vulnerability: vex.Vulnerability{ID: report.AdvisoryURL(f.Advisory), Name: f.Advisory, Aliases: f.Aliases}}
	if a := f.Answer; a != nil {
		s.Status, s.Justification, s.ImpactStatement, s.Timestamp = string(a.Status), a.Justification, a.Statement, a.At
		if a.Status == observation.Affected {
			s.ActionStatement, s.ImpactStatement = a.Statement, ""
		}
	}
	return s
}

// addProduct adds a package to the repository that lists it; a folder of this machine is
// not named.
func addProduct(s *vex.Statement, scan report.Scan, id string) {
	part := vex.Product{ID: id}
	r := scan.Repository
	if r.Host == "" {
		if !slices.ContainsFunc(s.Products, func(p vex.Product) bool { return p.ID == id }) {
			s.Products = append(s.Products, part)
		}
		return
	}
	repository := vex.RepositoryID(r.URL, r.Host, r.Owner, r.Path, scan.Commit)
	i := slices.IndexFunc(s.Products, func(p vex.Product) bool { return p.ID == repository })
	if i < 0 {
		s.Products = append(s.Products, vex.Product{ID: repository, Subcomponents: []vex.Product{part}})
		return
	}
	if known := &s.Products[i].Subcomponents; !slices.ContainsFunc(*known, func(p vex.Product) bool { return p.ID == id }) {
		*known = append(*known, part)
	}
}
