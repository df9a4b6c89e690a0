package portfolio

import (
	"cmp"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Said is who tells the lifecycle of a package.
type Said struct {
	// By is "lockfile", "OSV", "catalog", or a service that reads registries, with the licence
	// of its data.
	By string `json:"by,omitempty"`
	// Day is that on which a service was asked ("2026-11-30"), and Reason what the makers give
	// there for it. Both are empty where no service tells.
	Day    string `json:"day,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Who tells a lifecycle beside services.
const (
	byLockfile = "lockfile"
	byOSV      = "OSV"
	byCatalog  = "catalog"
)

// AddUpkeep adds what services that read registries say of packages. Of several answers about
// one package the worst counts, and of equal ones the newest.
func (p *Portfolio) AddUpkeep(all []observation.Upkeep) {
	for _, u := range all {
		name := nameOf(u.Ecosystem, u.Name)
		if old, known := p.upkeep[name]; !known || compareUpkeep(u, old) < 0 {
			p.upkeep[name] = u
		}
	}
}

// compareUpkeep puts first what counts.
func compareUpkeep(a, b observation.Upkeep) int {
	return cmp.Or(countTrue(b.Gone)-countTrue(a.Gone), countTrue(b.Deprecated)-countTrue(a.Deprecated), b.Asked.Compare(a.Asked),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Reason, b.Reason), b.NewestAt.Compare(a.NewestAt))
}

// lifecycle is that of a package, and who tells it: lockfiles, advisories and the end of its
// good first, then services, then how its good fares.
func (p *Portfolio) lifecycle(name packageName, f *packageUse) (Lifecycle, Said) {
	good, known := p.publisher[name]
	known = known && good != noGood
	var stage assess.Stage
	if known {
		stage = p.goods[good].stage
	}
	live, told := p.upkeep[name]
	by := Said{By: live.Source, Day: live.Asked.UTC().Format(time.DateOnly), Reason: live.Reason}
	switch {
	case f.abandoned:
		return Ended, Said{By: byLockfile}
	case f.unmaintained:
		return Ended, Said{By: byOSV}
	case stage == assess.Dormant, stage == assess.Sunset:
		return Ended, Said{By: byCatalog}
	case f.deprecated:
		return Deprecated, Said{By: byLockfile}
	case told && live.Gone:
		return Ended, by
	case told && live.Deprecated:
		return Deprecated, by
	case stage == assess.Fading:
		return Quiet, Said{By: byCatalog}
	case known && stage != assess.Unassessed && stage != "":
		return Kept, Said{By: byCatalog}
	case told:
		return Quiet, by
	}
	return Unseen, Said{}
}
