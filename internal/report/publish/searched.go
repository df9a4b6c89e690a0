package publish

import (
	"cmp"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/search"
)

// searched is a good as the search finds and shows it. People whom a catalog names are
// not among its words.
func searched(good report.Good) search.Good {
	shown := good.Good
	shown.Sources, shown.Notes = nil, nil
	shown = report.Cleaned(shown)
	g := search.Good{Name: cmp.Or(strings.TrimSpace(shown.Name), shown.ID), Page: report.PagePath(good.ID), Stage: string(report.KnownStage(good.Verdict.Stage))}
	if score := good.Verdict.Load.Score.Score; score != nil {
		g.Weight = *score
	}
	var about []string
	for _, o := range shown.Organizations {
		if o.IsPerson() {
			continue
		}
		g.Texts = append(g.Texts, o.Name)
	}
	if owners := slices.DeleteFunc(shown.Owners(), catalog.Organization.IsPerson); len(owners) > 0 {
		about = append(about, report.Cut(owners[0].Name, 60))
	}
	if n := len(shown.DeploymentCountries); n > 0 {
		about = append(about, strings.Join(shown.DeploymentCountries[:min(n, 4)], ", "))
	}
	if shown.Description != "" {
		about = append(about, report.Cut(shown.Description, 110))
	}
	g.About = strings.Join(about, " · ")
	g.Names = append([]string{shown.Name, shown.ID}, shown.Aliases...)
	g.Texts = append(append(append(g.Texts, shown.DeploymentCountries...), shown.Sectors...), shown.Types...)
	for _, r := range shown.Repositories {
		g.Texts = append(g.Texts, r.Owner, r.Path)
	}
	g.Texts = append(g.Texts, shown.Description)
	return g
}
