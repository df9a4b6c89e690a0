package assess

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// Portfolio gathers, good by good, what only shows over all of them: which
// packages hold up how much, which upgrades close the most, where the goods are
// and which could take the place of which. It keeps no inventory: its memory
// grows with the distinct packages of a run, with four bytes for each package of
// each good, and with about a kilobyte a good. It is for one goroutine.
//
// Goods come in any order, and whatever is asked of it does not depend on that
// order. All findings are of one advisory database: the same package at the same
// version has the same findings in every good.
type Portfolio struct {
	packages map[packageName]*footing
	goods    []profile // by index
	index    map[string]uint32
	origin   map[packageName]uint32 // the good that publishes a package, or nobody
}

// nobody stands for a good where there is none.
const nobody = math.MaxUint32

type packageName struct{ ecosystem, name string }

func (n packageName) compare(other packageName) int {
	return cmp.Or(cmp.Compare(n.ecosystem, other.ecosystem), cmp.Compare(n.name, other.name))
}

// footing is what is known of one package.
type footing struct {
	uses []use
	pins map[string]*pin // the versions in use that an advisory affects
}

// use is a good, by its index, the closest use that it makes of a package at run
// time, and whether it lists it as its own dependency, be it for development. So
// there may be 500 million goods.
type use uint32

const (
	wayMask     use = 3
	listsItself use = 4
	useBits         = 3
)

func (u use) good() uint32         { return uint32(u >> useBits) }
func (u use) way() observation.Use { return observation.Use(u & wayMask) }
func (u use) direct() bool         { return u&listsItself != 0 }

func useOf(good uint32, relation string, way observation.Use) use {
	u := use(good)<<useBits | use(way)
	if relation == observation.Direct {
		u |= listsItself
	}
	return u
}

// add keeps one use a good where it comes again at once; settled sees to the rest.
func (f *footing) add(u use) {
	if last := len(f.uses) - 1; last >= 0 && f.uses[last].good() == u.good() {
		f.uses[last] = (f.uses[last]|u)&^wayMask | max(f.uses[last]&wayMask, u&wayMask)
		return
	}
	f.uses = append(f.uses, u)
}

// settled are the uses by good, each good once.
func (f *footing) settled() []use {
	slices.Sort(f.uses)
	all := f.uses
	f.uses = f.uses[:0] // what is kept never overtakes what is read
	for _, u := range all {
		f.add(u)
	}
	return f.uses
}

// pin is a package at a version that at least one advisory affects.
type pin struct {
	goods      []uint32
	weaknesses []weakness
}

// settled are the goods, each once.
func (p *pin) settled() []uint32 {
	slices.Sort(p.goods)
	p.goods = slices.Compact(p.goods)
	return p.goods
}

// NewPortfolio returns an empty one.
func NewPortfolio() *Portfolio {
	return &Portfolio{packages: map[packageName]*footing{}, index: map[string]uint32{}, origin: map[packageName]uint32{}}
}

// AddGood takes in what the catalog says of a good, its stage, and the packages
// that its repositories publish ("npm:left-pad").
func (p *Portfolio) AddGood(good catalog.Good, stage Stage, published []string) {
	at := p.indexOf(good.ID)
	p.goods[at] = profileOf(good, stage)
	for _, name := range published {
		ecosystem, pkg, _ := strings.Cut(name, ":")
		key := packageName{ecosystem, pkg}
		// A name that two goods claim (a copy bears the name of what it was copied
		// from) is neither's, as in Dependants.
		if other, taken := p.origin[key]; taken && other != at {
			p.origin[key] = nobody
			continue
		}
		p.origin[key] = at
	}
}

// Add takes in the inventory and the findings of one repository of a good. uses
// says of each package how it is used at run time; nil where relation and groups
// of the package tell. Add may be called several times for a good.
func (p *Portfolio) Add(goodID string, packages []observation.Package, uses []observation.Use, findings []observation.Finding) {
	good := p.indexOf(goodID)
	for i, pkg := range packages {
		way := pkg.Use()
		if uses != nil {
			way = uses[i]
		}
		p.footing(pkg).add(useOf(good, pkg.Relation, way))
	}
	for _, group := range byRelease(findings) {
		f := p.footing(group[0].Package)
		if f.pins == nil {
			f.pins = map[string]*pin{}
		}
		at := f.pins[group[0].Package.Version]
		if at == nil {
			at = &pin{weaknesses: weaknessesOf(group)}
			f.pins[group[0].Package.Version] = at
		}
		if last := len(at.goods) - 1; last < 0 || at.goods[last] != good {
			at.goods = append(at.goods, good)
		}
	}
}

// byRelease gathers the findings of each package at each version, in order.
func byRelease(findings []observation.Finding) [][]observation.Finding {
	order := func(a, b observation.Finding) int {
		return cmp.Or(releaseOf(a.Package).compare(releaseOf(b.Package)), cmp.Compare(a.Advisory, b.Advisory))
	}
	if !slices.IsSortedFunc(findings, order) { // those of a match are
		findings = slices.SortedStableFunc(slices.Values(findings), order)
	}
	var groups [][]observation.Finding
	from := 0
	for i := range findings {
		if i+1 == len(findings) || releaseOf(findings[i].Package) != releaseOf(findings[i+1].Package) {
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

func (p *Portfolio) footing(pkg observation.Package) *footing {
	key := packageName{pkg.Ecosystem, pkg.Name}
	f, ok := p.packages[key]
	if !ok {
		f = &footing{}
		p.packages[key] = f
	}
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

// severities from worst to mildest.
var severities = []string{"critical", "high", "medium", "low", "unknown", ""}

func worse(a, b string) string {
	if slices.Index(severities, b) >= 0 && slices.Index(severities, b) < slices.Index(severities, a) {
		return b
	}
	return a
}

func compareSeverity(a, b string) int {
	return cmp.Compare(slices.Index(severities, a), slices.Index(severities, b))
}
