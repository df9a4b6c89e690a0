package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// The measures that tie the goods of a catalog together.
const (
	identityPackages  = "identity.packages"           // lists the packages of a good
	catalogDependants = "adoption.catalog-dependants" // counts the goods that list one of them
)

// dependants counts the goods of a run that rest on one another. It passes over
// all inventories before a good is judged, and keeps the names of the catalog's
// own packages only.
type dependants struct {
	*assess.Dependants
	names  map[string][]string // by good: the packages that it names as its own
	unread map[string]bool     // goods of which a repository could not be asked for its names
	goods  int
	gaps   bool // some repository of the run could not be read for what it lists
}

// dependants counts for every good of a run the others that list a package of it.
func (p *Pipeline) dependants(ctx context.Context, run store.Run) (dependants, error) {
	d := dependants{Dependants: assess.NewDependants(), names: map[string][]string{}, unread: map[string]bool{}}
	asked := slices.IndexFunc(p.scanners, func(s scanners.Scanner) bool {
		return slices.ContainsFunc(s.Definitions(), func(d observation.Definition) bool { return d.ID == identityPackages })
	})
	each := func(see func(good string, scan store.Scan) error) error {
		for good, err := range p.store.Goods(ctx, run.ID) {
			if err != nil {
				return err
			}
			for _, repository := range good.Repositories {
				scan, err := p.store.Scan(ctx, run.ID, repository.URL)
				if err == nil {
					err = see(good.ID, scan)
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
	if err := each(func(good string, scan store.Scan) error { return p.takeNames(ctx, &d, good, scan, asked) }); err != nil {
		return d, err
	}
	if len(d.names) == 0 {
		return d, nil
	}
	d.goods = 0
	return d, each(func(good string, scan store.Scan) error { return p.takeLists(ctx, &d, good, scan) })
}

// takeNames takes the packages that a repository names as its own.
func (p *Pipeline) takeNames(ctx context.Context, d *dependants, good string, scan store.Scan, asked int) error {
	if asked < 0 || asked >= len(scan.Keys) {
		d.unread[good] = true
		return nil
	}
	said, err := p.store.Remarks(ctx, scan.Keys[asked])
	if err != nil {
		return err
	}
	for _, m := range said.Measures {
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

// takeLists takes what a repository lists.
func (p *Pipeline) takeLists(ctx context.Context, d *dependants, good string, scan store.Scan) error {
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

// measure says of a good how many others rest on it.
func (d dependants) measure(good string, definition observation.Definition, run store.Run) observation.Measure {
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
