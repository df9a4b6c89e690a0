package assess

import (
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// Dependants counts for each good of a catalog the other goods that list one of
// its packages. First Publishes names the packages of every good, then Lists
// takes the inventories, one at a time and in any order. It keeps the packages
// that goods of the catalog publish and nothing of the rest, so its memory grows
// with the catalog and not with its inventories. It is for one goroutine.
type Dependants struct {
	makers map[string]string          // package: the good that publishes it; "" where several name it
	rest   map[string]map[string]bool // good: the goods that list a package of it
}

// NewDependants returns an empty one.
func NewDependants() *Dependants {
	return &Dependants{makers: map[string]string{}, rest: map[string]map[string]bool{}}
}

// Publishes takes the packages that a good names as its own ("npm:left-pad"), as
// in the measure identity.packages. A name that two goods claim (a fork, or a
// plain "backend") is counted for neither, since no inventory tells which is
// meant.
func (d *Dependants) Publishes(good string, packages []string) {
	for _, name := range packages {
		if maker, ok := d.makers[name]; ok && maker != good {
			d.makers[name] = ""
			continue
		}
		d.makers[strings.Clone(name)] = good
	}
}

// Lists takes the inventory of a good, or of one of its repositories. What a
// good lists of its own counts for nothing.
func (d *Dependants) Lists(good string, packages []observation.Package) {
	for _, p := range packages {
		maker := d.makers[p.Ecosystem+":"+p.Name]
		if maker == "" || maker == good {
			continue
		}
		if d.rest[maker] == nil {
			d.rest[maker] = map[string]bool{}
		}
		d.rest[maker][good] = true
	}
}

// Of counts the other goods that list a package of this one.
func (d *Dependants) Of(good string) int { return len(d.rest[good]) }

// Publishing reports whether a good names a package that it alone claims. Of one
// that does not, the count says nothing.
func (d *Dependants) Publishing(good string, packages []string) bool {
	for _, name := range packages {
		if d.makers[name] == good {
			return true
		}
	}
	return false
}
