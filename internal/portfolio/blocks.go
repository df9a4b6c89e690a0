package portfolio

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Lifecycle is how far the makers of a package still carry it, as far as it was seen.
type Lifecycle string

// The lifecycles of a package, from the worst. Package assess writes into docs/method.md what
// each is made of.
const (
	Ended      Lifecycle = "ended"      // an advisory, Composer's lockfile or a service says that it is left, or its good of the catalog is at its end
	Deprecated Lifecycle = "deprecated" // a lockfile says that its makers gave up a version in use, or a service that they gave up the latest
	Quiet      Lifecycle = "quiet"      // its good of the catalog is fading, or no version of it came in two years
	Kept       Lifecycle = "kept"       // its good of the catalog is alive
	Unseen     Lifecycle = "unknown"    // nothing tells
)

// Effort is how much work it is to replace a package in all goods.
type Effort string

// The efforts.
const (
	Light    Effort = "light"    // one good or two chose it themselves
	Heavy    Effort = "heavy"    // more did
	Upstream Effort = "upstream" // none did: it comes with other packages, whose makers replace it
)

// mostLight is how many goods may have chosen a package for its replacement to be light.
const mostLight = 2

// Block is a rotten one: a package that is ended or deprecated, or that one person carries,
// and on which two goods or more rest when they run.
type Block struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	Goods     []string `json:"goods"` // ids of those that may need it to run, sorted
	Direct    int      `json:"direct"`
	InMiddle  int      `json:"inMiddle"`
	// Lifecycle says how far it is carried; OnePerson that it is known that one person does
	// half of the work or more on the good of the catalog that publishes it.
	Lifecycle Lifecycle `json:"lifecycle"`
	Said      Said      `json:"said,omitzero"`
	OnePerson bool      `json:"onePerson,omitempty"`
	// Instead is the replacement that most notices name, or empty.
	Instead string `json:"instead,omitempty"`
	Effort  Effort `json:"effort"`
	// FromGood is the id of the good of the catalog that publishes it, or empty.
	FromGood string `json:"fromGood,omitempty"`
}

// AddNotices adds what lockfiles of a good say of packages that their makers gave up.
func (p *Portfolio) AddNotices(notices []observation.Notice) {
	for _, n := range notices {
		f := p.packageUse(observation.Package{Ecosystem: n.Ecosystem, Name: n.Name})
		f.deprecated, f.abandoned = true, f.abandoned || n.Whole
		if n.Instead != "" {
			if f.instead == nil {
				f.instead = map[string]int{}
			}
			f.instead[n.Instead]++
		}
	}
}

// CarriedByOne says that one person does half of the work on a good or more.
func (p *Portfolio) CarriedByOne(goodID string) { p.goods[p.indexOf(goodID)].onePerson = true }

// Blocks lists the rotten blocks, at most limit: those that most goods chose themselves first,
// then those on which most rest, then by name.
func (p *Portfolio) Blocks(limit int) []Block {
	blocks := []Block{}
	for name, f := range p.packages {
		b := Block{Ecosystem: name.ecosystem, Package: f.spelling}
		b.Lifecycle, b.Said = p.lifecycle(name, f)
		if good, known := p.publisher[name]; known && good != noGood {
			b.FromGood, b.OnePerson = p.goods[good].id, p.goods[good].onePerson
		}
		if b.Lifecycle != Ended && b.Lifecycle != Deprecated && !b.OnePerson {
			continue
		}
		var goods []uint32
		for _, u := range p.usesByOthers(name, f) {
			if u.kind() == observation.ForDevelopment {
				continue
			}
			goods = append(goods, u.good())
			b.Direct += countTrue(u.kind() == observation.UsedDirectly)
			b.InMiddle += countTrue(p.goods[u.good()].stage == assess.MessyMiddle)
		}
		if len(goods) < 2 {
			continue
		}
		b.Goods, b.Instead, b.Effort = p.ids(goods), mostNamed(f.instead), effortOf(b.Direct)
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b Block) int {
		return cmp.Or(cmp.Compare(b.Direct, a.Direct), cmp.Compare(len(b.Goods), len(a.Goods)), cmp.Compare(a.Ecosystem, b.Ecosystem),
			cmp.Compare(a.Package, b.Package))
	})
	return blocks[:min(limit, len(blocks))]
}

func effortOf(direct int) Effort {
	switch {
	case direct == 0:
		return Upstream
	case direct <= mostLight:
		return Light
	}
	return Heavy
}

// mostNamed is the name that stands most often, of several the first.
func mostNamed(counts map[string]int) string {
	most := ""
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if most == "" || counts[name] > counts[most] {
			most = name
		}
	}
	return most
}
