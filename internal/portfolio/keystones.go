package portfolio

import (
	"cmp"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Keystone is a package that many goods depend on.
type Keystone struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	Goods     []string `json:"goods"` // ids of the goods that list it, sorted
	// Direct counts the goods with a direct dependency on it at run time, Transitive
	// those with a transitive one only, Development those that only build or test with
	// it. Of the rest no manifest tells; all but Development may need it at run time.
	Direct      int `json:"direct"`
	Transitive  int `json:"transitive"`
	Development int `json:"development"`
	InMiddle    int `json:"inMiddle"` // of all these goods, in the messy middle
	// Findings counts the distinct vulnerabilities of the versions in use that are open in
	// one of the goods; nil where there was no database of the ecosystem, or no list names a
	// version.
	Findings *int                 `json:"findings,omitempty"`
	Worst    observation.Severity `json:"worst"` // worst severity of those, or empty
	// FromGood is the id of a good of the catalog that publishes the package,
	// FromStage the stage of that good.
	FromGood  string       `json:"fromGood,omitempty"`
	FromStage assess.Stage `json:"fromStage,omitempty"`
	// Lifecycle says how far its makers still carry it.
	Lifecycle Lifecycle `json:"lifecycle"`
	Said      Said      `json:"said,omitzero"`
}

// AtRunTime counts the goods that need it for more than to build or test, as far
// as manifests tell.
func (k Keystone) AtRunTime() int { return len(k.Goods) - k.Development }

// Keystones lists the packages on which two goods or more depend, at most limit: those
// with most goods that depend on it directly at run time first, because those chose
// it; then most goods that need it at run time, then most in all, then most of them in
// the messy middle, then by name. A good does not depend on a package that it
// publishes itself. matched reports whether there are advisories of an ecosystem.
func (p *Portfolio) Keystones(limit int, matched func(ecosystem string) bool) []Keystone {
	type counted struct {
		packageName
		goods, direct, transitive, development, middle int
	}
	var found []counted
	for name, f := range p.packages {
		c := counted{packageName: name}
		for _, u := range p.usesByOthers(name, f) {
			c.goods++
			c.direct += countTrue(u.kind() == observation.UsedDirectly)
			c.transitive += countTrue(u.kind() == observation.UsedTransitively)
			c.development += countTrue(u.kind() == observation.ForDevelopment)
			c.middle += countTrue(p.goods[u.good()].stage == assess.MessyMiddle)
		}
		if c.goods > 1 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.direct, a.direct), cmp.Compare(b.goods-b.development, a.goods-a.development), cmp.Compare(b.goods, a.goods),
			cmp.Compare(b.middle, a.middle), a.compare(b.packageName))
	})
	keystones := []Keystone{}
	for _, c := range found[:min(limit, len(found))] {
		f := p.packages[c.packageName]
		k := Keystone{Ecosystem: c.ecosystem, Package: f.spelling, Direct: c.direct, Transitive: c.transitive, Development: c.development, InMiddle: c.middle}
		k.Lifecycle, k.Said = p.lifecycle(c.packageName, f)
		k.Goods = p.ids(goodsOf(p.usesByOthers(c.packageName, f)))
		n := 0
		n, k.Worst = f.countVulnerabilities()
		if matched(c.ecosystem) && f.hasVersion {
			k.Findings = &n
		}
		if good, known := p.publisher[c.packageName]; known && good != noGood {
			k.FromGood, k.FromStage = p.goods[good].id, p.goods[good].stage
		}
		keystones = append(keystones, k)
	}
	return keystones
}

// usesByOthers are the uses of a package by goods that do not publish it.
func (p *Portfolio) usesByOthers(name packageName, f *packageUse) []use {
	uses := f.sortedUses()
	good, known := p.publisher[name]
	if !known {
		return uses
	}
	return slices.DeleteFunc(slices.Clone(uses), func(u use) bool { return u.good() == good })
}

// countVulnerabilities counts the distinct vulnerabilities of the versions in use that are
// open in one of the goods.
func (f *packageUse) countVulnerabilities() (n int, worst observation.Severity) {
	names := map[string]bool{}
	for _, at := range f.versions {
		for _, w := range at.open() {
			names[w.name] = true
			worst = worse(worst, w.severity)
		}
	}
	return len(names), worst
}

func goodsOf(uses []use) []uint32 {
	goods := make([]uint32, len(uses))
	for i, u := range uses {
		goods[i] = u.good()
	}
	return goods
}

func countTrue(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
