// Package portfolio computes what only shows over all goods of a catalog: keystones,
// upgrades, what no release fixes, alternatives, concentration and dependants.
//
// It reads stages, inventories and findings: no repository, no store, no clock.
package portfolio

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Portfolio aggregates over all goods: which packages many goods depend on, which
// upgrades close the most vulnerabilities, how the goods are distributed, and which
// good could replace which. It keeps no inventory: its memory grows with the distinct
// packages of a run, with four bytes for each package of each good, and with about a
// kilobyte a good. It is not safe for concurrent use.
//
// Goods are added in any order, and no result depends on that order. All findings are
// of one advisory database: the same package at the same version has the same findings
// in every good. What a maintainer answered is counted nowhere.
type Portfolio struct {
	packages  map[packageName]*packageUse
	goods     []profile // by index
	index     map[string]uint32
	publisher map[packageName]uint32 // the good that publishes a package, or noGood
	upkeep    map[packageName]observation.Upkeep
}

// noGood stands for a good where there is none.
const noGood = math.MaxUint32

// packageName is a package by its ecosystem and the form of its name that is compared:
// manifests may spell one differently.
type packageName struct{ ecosystem, name string }

func nameOf(ecosystem, name string) packageName {
	return packageName{ecosystem, observation.NormalName(ecosystem, name)}
}

func (n packageName) compare(other packageName) int {
	return cmp.Or(cmp.Compare(n.ecosystem, other.ecosystem), cmp.Compare(n.name, other.name))
}

// packageUse is what is known of one package.
type packageUse struct {
	spelling string // one of those in use, whatever the order of the goods
	uses     []use
	versions map[string]*versionInUse // the versions in use that an advisory affects
	// hasVersion is set where a list names a version: without one nothing can be told.
	hasVersion bool
	// What is said of its makers: a lockfile calls a version deprecated, or the whole package
	// abandoned; an advisory calls it unmaintained. instead counts the replacements named.
	deprecated, abandoned, unmaintained bool
	instead                             map[string]int
}

// use packs into 32 bits a good, by its index, the closest use that it makes of a
// package at run time, and whether the package is a direct dependency of it, be it for
// development. So there may be 500 million goods.
type use uint32

const (
	kindMask    use = 3
	directFlag  use = 4
	useFlagBits     = 3
)

func (u use) good() uint32          { return uint32(u >> useFlagBits) }
func (u use) kind() observation.Use { return observation.Use(u & kindMask) }
func (u use) direct() bool          { return u&directFlag != 0 }

func useOf(good uint32, relation string, kind observation.Use) use {
	u := use(good)<<useFlagBits | use(kind)
	if relation == observation.Direct {
		u |= directFlag
	}
	return u
}

// add merges a use with the last one where both are of one good; sortedUses merges
// the rest.
func (f *packageUse) add(u use) {
	if last := len(f.uses) - 1; last >= 0 && f.uses[last].good() == u.good() {
		f.uses[last] = (f.uses[last]|u)&^kindMask | max(f.uses[last]&kindMask, u&kindMask)
		return
	}
	f.uses = append(f.uses, u)
}

// sortedUses are the uses sorted by good, each good once.
func (f *packageUse) sortedUses() []use {
	slices.Sort(f.uses)
	all := f.uses
	f.uses = f.uses[:0] // in place: the write index never passes the read index
	for _, u := range all {
		f.add(u)
	}
	return f.uses
}

// versionInUse is a package at a version that at least one advisory affects.
type versionInUse struct {
	goods           []uint32
	vulnerabilities []vulnerability
	// answered are the vulnerabilities of which the maintainers of a good say that nothing
	// is left to do, in each of its repositories that uses the version.
	answered map[pair]bool
}

// openIn are the goods in which a vulnerability is open, each once.
func (p *versionInUse) openIn(name string) []uint32 {
	goods := p.sortedGoods()
	if len(p.answered) == 0 {
		return goods
	}
	var open []uint32
	for _, good := range goods {
		if !p.answered[pair{good, name}] {
			open = append(open, good)
		}
	}
	return open
}

// open are the vulnerabilities that are open in one of the goods.
func (p *versionInUse) open() []vulnerability {
	if len(p.answered) == 0 {
		return p.vulnerabilities
	}
	return slices.DeleteFunc(slices.Clone(p.vulnerabilities), func(w vulnerability) bool { return len(p.openIn(w.name)) == 0 })
}

// add adds the findings of one repository of a good. What is open in one repository is
// open in the good.
func (p *versionInUse) add(good uint32, findings []observation.Finding) {
	if len(p.answered) > 0 || slices.ContainsFunc(findings, observation.Finding.IsAnswered) {
		known := slices.Contains(p.goods, good)
		for _, group := range observation.Groups(findings) {
			key := pair{good, observation.FirstID(group)}
			switch {
			case !slices.ContainsFunc(group, observation.Finding.IsAnswered):
				delete(p.answered, key)
			case !known:
				if p.answered == nil {
					p.answered = map[pair]bool{}
				}
				p.answered[key] = true
			}
		}
	}
	if last := len(p.goods) - 1; last < 0 || p.goods[last] != good {
		p.goods = append(p.goods, good)
	}
}

// sortedGoods are the goods, each once.
func (p *versionInUse) sortedGoods() []uint32 {
	slices.Sort(p.goods)
	p.goods = slices.Compact(p.goods)
	return p.goods
}

// NewPortfolio returns an empty one.
func New() *Portfolio {
	return &Portfolio{packages: map[packageName]*packageUse{}, index: map[string]uint32{}, publisher: map[packageName]uint32{},
		upkeep: map[packageName]observation.Upkeep{}}
}

// AddGood adds a good of the catalog with its stage and the packages that its
// repositories publish ("npm:left-pad").
func (p *Portfolio) AddGood(good catalog.Good, stage assess.Stage, published []string) {
	at := p.indexOf(good.ID)
	p.goods[at] = profileOf(good, stage)
	for _, name := range published {
		ecosystem, pkg, _ := strings.Cut(name, ":")
		key := nameOf(ecosystem, pkg)
		// A name that two goods publish (a fork keeps the name) counts for neither,
		// as in Dependants.
		if other, taken := p.publisher[key]; taken && other != at {
			p.publisher[key] = noGood
			continue
		}
		p.publisher[key] = at
	}
}

// AddRepository adds the inventory and the findings of one repository of a good. uses
// are how each package is used at run time; nil takes that from its relation and
// groups. It may be called several times for a good.
func (p *Portfolio) AddRepository(goodID string, packages []observation.Package, uses []observation.Use, findings []observation.Finding) {
	good := p.indexOf(goodID)
	for i, pkg := range packages {
		f := p.packageUse(pkg)
		f.add(useOf(good, pkg.Relation, observation.UseAt(packages, uses, i)))
		f.hasVersion = f.hasVersion || pkg.Version != ""
	}
	for _, group := range groupByRelease(findings) {
		f := p.packageUse(group[0].Package)
		if f.versions == nil {
			f.versions = map[string]*versionInUse{}
		}
		inUse := f.versions[group[0].Package.Version]
		if inUse == nil {
			inUse = &versionInUse{vulnerabilities: vulnerabilitiesOf(group)}
			f.versions[group[0].Package.Version] = inUse
		}
		inUse.add(good, group)
		f.unmaintained = f.unmaintained || slices.ContainsFunc(group, func(one observation.Finding) bool { return one.Unmaintained })
	}
}

// groupByRelease groups the findings by package and version, in order.
func groupByRelease(findings []observation.Finding) [][]observation.Finding {
	order := func(a, b observation.Finding) int {
		return cmp.Or(a.Package.Coordinate().Compare(b.Package.Coordinate()), cmp.Compare(a.Advisory, b.Advisory))
	}
	if !slices.IsSortedFunc(findings, order) { // those of a match are
		findings = slices.SortedStableFunc(slices.Values(findings), order)
	}
	var groups [][]observation.Finding
	from := 0
	for i := range findings {
		if i+1 == len(findings) || findings[i].Package.Coordinate() != findings[i+1].Package.Coordinate() {
			groups = append(groups, findings[from:i+1])
			from = i + 1
		}
	}
	return groups
}

func (p *Portfolio) indexOf(goodID string) uint32 {
	i, ok := p.index[goodID]
	if !ok {
		i = uint32(len(p.goods))
		p.index[goodID] = i
		p.goods = append(p.goods, profile{id: goodID})
	}
	return i
}

func (p *Portfolio) packageUse(pkg observation.Package) *packageUse {
	key := nameOf(pkg.Ecosystem, pkg.Name)
	f, ok := p.packages[key]
	if !ok {
		f = &packageUse{spelling: pkg.Name}
		p.packages[key] = f
	}
	f.spelling = min(f.spelling, pkg.Name)
	return f
}

// ids are the ids of goods, sorted.
func (p *Portfolio) ids(goods []uint32) []string {
	ids := make([]string, 0, len(goods))
	for _, good := range goods {
		ids = append(ids, p.goods[good].id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// worse returns the worse of two severities; an empty one is that of no advisory.
func worse(a, b observation.Severity) observation.Severity {
	if b.Compare(a) < 0 {
		return b
	}
	return a
}
