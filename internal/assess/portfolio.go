package assess

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Keystone is a package that many goods rest on.
type Keystone struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	Goods     []string `json:"goods"`    // ids of the goods that list it, sorted
	Direct    int      `json:"direct"`   // goods that list it as a direct dependency
	InMiddle  int      `json:"inMiddle"` // of those goods, in the messy middle
	// Findings counts the distinct advisories that affect a version in use; nil
	// where there was no database of the ecosystem to look in.
	Findings *int   `json:"findings,omitempty"`
	Worst    string `json:"worst"`              // worst severity of those, or empty
	FromGood string `json:"fromGood,omitempty"` // id of a good of the catalog that publishes it
}

// Upgrade is one package whose upgrade closes findings across goods.
type Upgrade struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	FixedIn   string   `json:"fixedIn"` // lowest version that closes all that can be closed
	Findings  int      `json:"findings"`
	Goods     []string `json:"goods"`
	Worst     string   `json:"worst"`
}

// Portfolio gathers, good by good, which packages hold up how much. It keeps
// names and counts only, so its memory grows with the distinct packages of a
// run and not with its inventories. It is for one goroutine.
type Portfolio struct {
	packages map[packageName]*footing
	goods    []string // by index
	index    map[string]uint32
}

type packageName struct{ ecosystem, name string }

// footing is what is known of one package.
type footing struct {
	goods      map[uint32]dependence
	advisories map[string]struct{}
	fixes      map[string]struct{} // advisories that a release fixes
	fixed      map[uint32]struct{} // goods with such a finding
	versions   map[string]struct{} // the versions that fix them
	worst      string              // of all findings
	worstFixed string              // of those that a release fixes
}

type dependence struct{ direct, middle bool }

// NewPortfolio returns an empty one.
func NewPortfolio() *Portfolio {
	return &Portfolio{packages: map[packageName]*footing{}, index: map[string]uint32{}}
}

// Add takes in the inventory and the findings of one good, or of one of its
// repositories. It may be called several times for a good and in any order.
func (p *Portfolio) Add(goodID string, stage Stage, packages []observation.Package, findings []observation.Finding) {
	good := p.indexOf(goodID)
	for _, pkg := range packages {
		f := p.footing(pkg)
		have := f.goods[good]
		f.goods[good] = dependence{direct: have.direct || pkg.Relation == observation.Direct, middle: have.middle || stage == MessyMiddle}
	}
	for _, finding := range findings {
		p.addFinding(good, finding)
	}
}

func (p *Portfolio) addFinding(good uint32, finding observation.Finding) {
	f := p.footing(finding.Package)
	f.advisories[finding.Advisory] = struct{}{}
	f.worst = worse(f.worst, finding.Severity)
	if finding.FixedIn == "" {
		return
	}
	f.fixes[finding.Advisory] = struct{}{}
	f.fixed[good] = struct{}{}
	f.versions[finding.FixedIn] = struct{}{}
	f.worstFixed = worse(f.worstFixed, finding.Severity)
}

func (p *Portfolio) indexOf(goodID string) uint32 {
	i, ok := p.index[goodID]
	if !ok {
		i = uint32(len(p.goods))
		p.index[goodID] = i
		p.goods = append(p.goods, goodID)
	}
	return i
}

func (p *Portfolio) footing(pkg observation.Package) *footing {
	key := packageName{pkg.Ecosystem, pkg.Name}
	f, ok := p.packages[key]
	if !ok {
		f = &footing{goods: map[uint32]dependence{}, advisories: map[string]struct{}{}, fixes: map[string]struct{}{},
			fixed: map[uint32]struct{}{}, versions: map[string]struct{}{}}
		p.packages[key] = f
	}
	return f
}

// severities from worst to mildest.
var severities = []string{"critical", "high", "medium", "low", "unknown", ""}

func worse(a, b string) string {
	if slices.Index(severities, b) >= 0 && slices.Index(severities, b) < slices.Index(severities, a) {
		return b
	}
	return a
}

// Keystones lists the packages on which two goods or more rest: most goods
// first, then most of them in the messy middle, then most direct, then by
// name; at most limit. matched reports whether there are advisories of an
// ecosystem.
func (p *Portfolio) Keystones(limit int, matched func(ecosystem string) bool) []Keystone {
	found := []Keystone{}
	for name, f := range p.packages {
		if len(f.goods) < 2 {
			continue
		}
		k := Keystone{Ecosystem: name.ecosystem, Package: name.name, Worst: f.worst}
		if n := len(f.advisories); matched(name.ecosystem) {
			k.Findings = &n
		}
		for good, d := range f.goods {
			k.Goods = append(k.Goods, p.goods[good])
			if d.direct {
				k.Direct++
			}
			if d.middle {
				k.InMiddle++
			}
		}
		slices.Sort(k.Goods)
		found = append(found, k)
	}
	slices.SortFunc(found, func(a, b Keystone) int {
		return cmp.Or(cmp.Compare(len(b.Goods), len(a.Goods)), cmp.Compare(b.InMiddle, a.InMiddle), cmp.Compare(b.Direct, a.Direct),
			cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Package, b.Package))
	})
	return found[:min(limit, len(found))]
}

// FixFirst lists the packages whose upgrade closes findings: most goods first,
// then most findings, then the worst severity, then by name; at most limit.
// highest returns the later of two versions of an ecosystem; a version that has
// no order is its business. FixedIn is the highest fix of all: it closes every
// finding that a release fixes.
func (p *Portfolio) FixFirst(limit int, highest func(ecosystem, a, b string) string) []Upgrade {
	found := []Upgrade{}
	for name, f := range p.packages {
		if len(f.fixes) == 0 {
			continue
		}
		u := Upgrade{Ecosystem: name.ecosystem, Package: name.name, Findings: len(f.fixes), Worst: f.worstFixed}
		for _, v := range slices.Sorted(maps.Keys(f.versions)) {
			if u.FixedIn == "" {
				u.FixedIn = v
				continue
			}
			u.FixedIn = highest(name.ecosystem, u.FixedIn, v)
		}
		for good := range f.fixed {
			u.Goods = append(u.Goods, p.goods[good])
		}
		slices.Sort(u.Goods)
		found = append(found, u)
	}
	slices.SortFunc(found, func(a, b Upgrade) int {
		return cmp.Or(cmp.Compare(len(b.Goods), len(a.Goods)), cmp.Compare(b.Findings, a.Findings),
			cmp.Compare(slices.Index(severities, a.Worst), slices.Index(severities, b.Worst)),
			cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Package, b.Package))
	})
	return found[:min(limit, len(found))]
}
