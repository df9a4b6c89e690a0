package assess

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Unfixed is a package with weaknesses for which no advisory names a release
// that fixes the version in use.
type Unfixed struct {
	Ecosystem  string   `json:"ecosystem"`
	Package    string   `json:"package"`
	Goods      []string `json:"goods"`  // that use such a version, sorted
	Direct     int      `json:"direct"` // of those, goods that list it as their own dependency
	InMiddle   int      `json:"inMiddle"`
	Advisories []string `json:"advisories"` // one id for each weakness, sorted
	Worst      string   `json:"worst"`
	// Oldest is the earliest publication among them; zero where none is dated.
	Oldest    time.Time `json:"oldest,omitzero"`
	Exploited bool      `json:"exploited,omitempty"` // one is known to be
	Malicious bool      `json:"malicious,omitempty"` // the package itself is the attack
	// Unmaintained says that an advisory reports that nobody maintains the
	// package. Few databases do: its absence says nothing.
	Unmaintained bool `json:"unmaintained,omitempty"`
}

// Unfixed lists the packages with weaknesses that no release fixes: malicious
// packages first, then what is known to be exploited, then most goods, then the
// worst severity, then what has been public for longest, then by name; at most
// limit.
func (p *Portfolio) Unfixed(limit int) []Unfixed {
	found := []Unfixed{}
	goods := map[packageName][]uint32{}
	for name, f := range p.packages {
		u, in := unfixedOf(f)
		if len(in) == 0 {
			continue
		}
		u.Ecosystem, u.Package = name.ecosystem, name.name
		goods[name] = in
		found = append(found, u)
	}
	number := func(u Unfixed) int { return len(goods[packageName{u.Ecosystem, u.Package}]) }
	slices.SortFunc(found, func(a, b Unfixed) int {
		return cmp.Or(cmp.Compare(one(b.Malicious), one(a.Malicious)), cmp.Compare(one(b.Exploited), one(a.Exploited)), cmp.Compare(number(b), number(a)),
			compareSeverity(a.Worst, b.Worst), compareAge(a.Oldest, b.Oldest), cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Package, b.Package))
	})
	found = found[:min(limit, len(found))]
	for i, u := range found {
		name := packageName{u.Ecosystem, u.Package}
		p.nameUnfixed(&found[i], goods[name], p.packages[name])
	}
	return found
}

// unfixedOf sums up what no release fixes, and returns the goods that have it.
func unfixedOf(f *footing) (Unfixed, []uint32) {
	var u Unfixed
	names, goods := map[string]bool{}, map[uint32]bool{}
	for _, at := range f.pins {
		for _, w := range at.weaknesses {
			if len(w.fixes) > 0 {
				continue
			}
			names[w.name] = true
			u.Worst = worse(u.Worst, w.severity)
			u.Exploited, u.Malicious, u.Unmaintained = u.Exploited || w.exploited, u.Malicious || w.malicious, u.Unmaintained || w.unmaintained
			if compareAge(w.published, u.Oldest) < 0 {
				u.Oldest = w.published
			}
			for _, good := range at.goods {
				goods[good] = true
			}
		}
	}
	u.Advisories = slices.Sorted(maps.Keys(names))
	return u, slices.Sorted(maps.Keys(goods))
}

func (p *Portfolio) nameUnfixed(u *Unfixed, goods []uint32, f *footing) {
	u.Goods = p.ids(goods)
	for _, each := range f.settled() {
		_, in := slices.BinarySearch(goods, each.good())
		u.Direct += one(in && each.way() == usedDirectly)
	}
	for _, good := range goods {
		u.InMiddle += one(p.goods[good].stage == MessyMiddle)
	}
}

// compareAge puts the earlier first, and what has no date last.
func compareAge(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(one(a.IsZero()), one(b.IsZero()))
	}
	return a.Compare(b)
}
