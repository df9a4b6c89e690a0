package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// The measures that tie the goods of a catalog together.
const (
	// The measures that relate the goods of a catalog to each other.
	identityPackages  = observation.IdentityPackages          // the packages that a good publishes
	catalogDependants = observation.AdoptionCatalogDependants // the number of goods that list one of them
)

// dependantCounts counts the goods of a run that depend on one another. It is computed
// from all inventories before the first verdict, and keeps only the names of the
// catalog's own packages.
type dependantCounts struct {
	*portfolio.Dependants
	names  map[string][]string // by good: the packages that it publishes
	unread map[string]bool     // goods with a repository whose package names could not be read
	goods  int
	gaps   bool // the inventory of some repository could not be read
}

// countDependants counts, for every good of a run, the other goods that list a package
// of it.
func (p *Pipeline) countDependants(ctx context.Context, run store.Run) (dependantCounts, error) {
	d := dependantCounts{Dependants: portfolio.NewDependants(), names: map[string][]string{}, unread: map[string]bool{}}
	scannerIndex := slices.IndexFunc(p.scanners, func(s scanners.Scanner) bool {
		return slices.ContainsFunc(s.Definitions(), func(d observation.Definition) bool { return d.ID == identityPackages })
	})
	each := func(visit func(good string, scan store.Scan) error) error {
		for good, err := range p.store.Goods(ctx, run.ID) {
			if err != nil {
				return err
			}
			for _, repository := range good.Repositories {
				scan, err := p.store.Scan(ctx, run.ID, repository.URL)
				if err == nil {
					err = visit(good.ID, scan)
				}
				if err != nil {
					return fmt.Errorf("good %s: look for the packages of %s: %w", good.ID, repository.URL, err)
				}
			}
			d.goods++
			d.unread[good.ID] = d.unread[good.ID] || len(good.Repositories) == 0
		}
		return nil
	}
	if err := each(func(good string, scan store.Scan) error { return p.addNames(ctx, &d, good, scan, scannerIndex) }); err != nil {
		return d, err
	}
	if len(d.names) == 0 {
		return d, nil
	}
	d.goods = 0
	return d, each(func(good string, scan store.Scan) error { return p.addInventory(ctx, &d, good, scan) })
}

// addNames adds the packages that a repository publishes.
func (p *Pipeline) addNames(ctx context.Context, d *dependantCounts, good string, scan store.Scan, scannerIndex int) error {
	if scannerIndex < 0 || scannerIndex >= len(scan.Keys) {
		d.unread[good] = true
		return nil
	}
	result, err := p.store.ObservationWithoutPackages(ctx, scan.Keys[scannerIndex])
	if err != nil {
		return err
	}
	for _, m := range result.Measures {
		if m.ID != identityPackages {
			continue
		}
		names, known := m.List()
		d.unread[good] = d.unread[good] || !known
		if len(names) > 0 {
			d.names[good] = append(d.names[good], names...)
			d.AddPublisher(good, names)
		}
	}
	return nil
}

// addInventory adds the packages that a repository lists.
func (p *Pipeline) addInventory(ctx context.Context, d *dependantCounts, good string, scan store.Scan) error {
	if scan.Inventory == "" {
		d.gaps = true
		return nil
	}
	inventory, err := p.store.Inventory(ctx, scan.Inventory)
	if err != nil {
		return err
	}
	d.AddInventory(good, inventory.Packages)
	return nil
}

// measure returns the measure of how many other goods depend on a good.
func (d dependantCounts) measure(good string, definition observation.Definition, run store.Run) observation.Measure {
	switch n := d.Count(good); {
	case d.goods < 2:
		return definition.UnknownFor(observation.CauseNoSource, "there is no other good to compare with")
	case !d.IsPublisher(good, d.names[good]) && d.unread[good]:
		return definition.UnknownFor(observation.CauseNoSource, "which packages are its own could not be read")
	case !d.IsPublisher(good, d.names[good]):
		return definition.NotApplicableFor("no manifest names a package of its own that no other good names too")
	default:
		m := definition.Of(n, "inventories of the other goods of this run", run.AsOf)
		if d.gaps || d.unread[good] {
			m.Bound, m.Detail = observation.AtLeast, "some repositories could not be read for what they list"
		}
		return m
	}
}
