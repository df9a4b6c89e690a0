package portfolio

import (
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// Dependants counts for each good of a catalog the other goods that list one of
// its packages. First call AddPublisher for every good, then AddInventory for the
// inventories, in any order. It keeps only the packages that goods of the catalog
// publish, so its memory grows with the catalog and not with its inventories. It is
// not safe for concurrent use.
type Dependants struct {
	publishers map[string]string          // package: the good that publishes it; "" where several name it
	dependants map[string]map[string]bool // good: the goods that list a package of it
}

// NewDependants returns an empty one.
func NewDependants() *Dependants {
	return &Dependants{publishers: map[string]string{}, dependants: map[string]map[string]bool{}}
}

// AddPublisher adds the packages that a good publishes ("npm:left-pad"), as in the
// measure identity.packages. A name that two goods publish (a fork, or a plain
// "backend") is counted for neither: an inventory does not tell which is meant.
func (d *Dependants) AddPublisher(good string, packages []string) {
	for _, name := range packages {
		name = normal(name)
		if publisher, ok := d.publishers[name]; ok && publisher != good {
			d.publishers[name] = ""
			continue
		}
		d.publishers[strings.Clone(name)] = good
	}
}

// normal is "npm:left-pad" with the name in the form that is compared.
func normal(published string) string {
	ecosystem, name, _ := strings.Cut(published, ":")
	return ecosystem + ":" + observation.NormalName(ecosystem, name)
}

// AddInventory adds the inventory of a good, or of one of its repositories. Its own
// packages do not count.
func (d *Dependants) AddInventory(good string, packages []observation.Package) {
	for _, p := range packages {
		publisher := d.publishers[p.Ecosystem+":"+observation.NormalName(p.Ecosystem, p.Name)]
		if publisher == "" || publisher == good {
			continue
		}
		if d.dependants[publisher] == nil {
			d.dependants[publisher] = map[string]bool{}
		}
		d.dependants[publisher][good] = true
	}
}

// Count counts the other goods that list a package of this one.
func (d *Dependants) Count(good string) int { return len(d.dependants[good]) }

// IsPublisher reports whether a good publishes a package that no other does. Without
// one its count means nothing.
func (d *Dependants) IsPublisher(good string, packages []string) bool {
	for _, name := range packages {
		if d.publishers[normal(name)] == good {
			return true
		}
	}
	return false
}
