package portfolio

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Unfixed is a package with vulnerabilities for which no advisory names a release that
// fixes the version in use. One that names a last affected version instead may be
// fixed in a later release.
type Unfixed struct {
	Ecosystem  string               `json:"ecosystem"`
	Package    string               `json:"package"`
	Goods      []string             `json:"goods"`  // that use such a version, sorted
	Direct     int                  `json:"direct"` // of those, goods that list it as their own dependency
	InMiddle   int                  `json:"inMiddle"`
	Advisories []string             `json:"advisories"` // one id for each vulnerability, sorted
	Worst      observation.Severity `json:"worst"`
	// Oldest is the earliest publication among them; zero where none is dated.
	Oldest    time.Time `json:"oldest,omitzero"`
	Exploited bool      `json:"exploited,omitempty"` // one is known to be
	Malicious bool      `json:"malicious,omitempty"` // the package itself is the attack
	// Unmaintained is set where an advisory reports that nobody maintains the package.
	// Few databases do: its absence means nothing.
	Unmaintained bool `json:"unmaintained,omitempty"`
}

// unfixed is a package on its way into the list.
type unfixed struct {
	Unfixed
	goods []uint32
	next  *plan
}

// Unfixed lists the packages with vulnerabilities that no release fixes, at most
// limit: malicious packages first, then what is known to be exploited, then most
// goods, then the worst severity, then what has been public for longest, then by name.
// later and affected are as in FixFirst: a vulnerability that the target of the
// package's other upgrades does not have is fixed, though no advisory says so.
func (p *Portfolio) Unfixed(limit int, later func(ecosystem, a, b string) string,
	affected func([]observation.Package) ([]observation.Finding, error)) ([]Unfixed, error) {
	var found []*unfixed
	for name, f := range p.packages {
		if len(f.versions) == 0 {
			continue
		}
		candidate := &unfixed{next: newPlan(name, f, later)}
		if candidate.sum(); len(candidate.goods) > 0 {
			found = append(found, candidate)
		}
	}
	slices.SortFunc(found, compareUnfixed)
	if affected != nil {
		found = found[:min(2*limit, len(found))]
		var plans []*plan
		for _, one := range found {
			plans = append(plans, one.next)
		}
		if err := checkPlans(plans, later, affected); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(one *unfixed) bool { one.sum(); return len(one.goods) == 0 })
		slices.SortFunc(found, compareUnfixed)
	}
	list := []Unfixed{}
	for _, one := range found[:min(limit, len(found))] {
		p.nameUnfixed(&one.Unfixed, one.goods, one.next.packageUse)
		list = append(list, one.Unfixed)
	}
	return list, nil
}

func compareUnfixed(a, b *unfixed) int {
	return cmp.Or(cmp.Compare(countTrue(b.Malicious), countTrue(a.Malicious)), cmp.Compare(countTrue(b.Exploited), countTrue(a.Exploited)),
		cmp.Compare(len(b.goods), len(a.goods)),
		a.Worst.Compare(b.Worst), compareAge(a.Oldest, b.Oldest), a.next.compare(b.next.packageName))
}

// sum adds up the vulnerabilities that no release fixes.
func (u *unfixed) sum() {
	u.Unfixed = Unfixed{Ecosystem: u.next.ecosystem, Package: u.next.spelling}
	names, goods := map[string]bool{}, map[uint32]bool{}
	for version, at := range u.next.versions {
		for _, w := range at.open() {
			if len(w.fixes) > 0 || u.next.closes(version, w) {
				continue
			}
			names[w.name] = true
			u.Worst = worse(u.Worst, w.severity)
			u.Exploited, u.Malicious, u.Unmaintained = u.Exploited || w.exploited, u.Malicious || w.malicious, u.Unmaintained || w.unmaintained
			if compareAge(w.published, u.Oldest) < 0 {
				u.Oldest = w.published
			}
			for _, good := range at.openIn(w.name) {
				goods[good] = true
			}
		}
	}
	u.Advisories, u.goods = slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(goods))
}

func (p *Portfolio) nameUnfixed(u *Unfixed, goods []uint32, f *packageUse) {
	u.Goods = p.ids(goods)
	for _, each := range f.sortedUses() {
		_, in := slices.BinarySearch(goods, each.good())
		u.Direct += countTrue(in && each.direct())
	}
	for _, good := range goods {
		u.InMiddle += countTrue(p.goods[good].stage == assess.MessyMiddle)
	}
}

// compareAge puts the earlier first, and what has no date last.
func compareAge(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(countTrue(a.IsZero()), countTrue(b.IsZero()))
	}
	return a.Compare(b)
}
