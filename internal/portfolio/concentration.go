package portfolio

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// Concentration is the distribution of the goods of a catalog over the values of one
// field. All numbers are counts: a share of three goods means nothing.
type Concentration struct {
	By string `json:"by"` // sdg, sector, country (of deployment), organization (funders left out), licence, type
	// Unsaid counts the goods for which the catalog has no value.
	Unsaid int     `json:"unsaid"`
	Groups []Group `json:"groups"` // most goods first, then by name
}

// Group is the goods that share a value. A good stands in every group that it
// names.
type Group struct {
	Name  string `json:"name"`
	Goods int    `json:"goods"`
	// Stages counts the goods of each stage, Short those that are short of
	// supports: strained, in the messy middle, fading, dormant or sunset.
	Stages map[assess.Stage]int `json:"stages"`
	Short  int                  `json:"short"`
}

// Assessed counts the goods whose stage is known.
func (g Group) Assessed() int { return g.Goods - g.Stages[assess.Unassessed] }

// AllShort reports whether goods of the group could be assessed, and all of
// those are short of supports.
func (g Group) AllShort() bool { return g.Assessed() > 0 && g.Short == g.Assessed() }

// Concentrations counts the goods by each field of the catalog.
func (p *Portfolio) Concentrations() []Concentration {
	return []Concentration{
		p.concentration("sdg", func(g profile) []string { return g.sdgs }),
		p.concentration("sector", func(g profile) []string { return g.sectors }),
		p.concentration("country", func(g profile) []string { return g.countries }),
		p.concentration("organization", func(g profile) []string { return g.organizations }),
		p.concentration("licence", func(g profile) []string { return g.licenses }),
		p.concentration("type", func(g profile) []string { return g.types }),
	}
}

func (p *Portfolio) concentration(by string, names func(profile) []string) Concentration {
	c := Concentration{By: by}
	groups := map[string]*Group{}
	for _, good := range p.goods {
		seen := map[string]bool{}
		for _, name := range names(good) {
			key := plainName(name)
			if key == "" {
				continue
			}
			group := groups[key]
			if group == nil {
				group = &Group{Name: name, Stages: map[assess.Stage]int{}}
				groups[key] = group
			}
			group.Name = min(group.Name, name) // one of the spellings, whatever the order
			if !seen[key] {
				seen[key] = true
				group.add(good.stage)
			}
		}
		c.Unsaid += countTrue(len(seen) == 0)
	}
	c.Groups = []Group{}
	for _, group := range slices.SortedFunc(maps.Values(groups), compareGroups) {
		c.Groups = append(c.Groups, *group)
	}
	return c
}

func (g *Group) add(stage assess.Stage) {
	g.Goods++
	g.Stages[stage]++
	g.Short += countTrue(stage.Flagged())
}

func compareGroups(a, b *Group) int {
	return cmp.Or(cmp.Compare(b.Goods, a.Goods), cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
}
