package locks

import (
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// dependencyGraph holds which packages of a lockfile need which. Keys are of the
// lockfile's own making.
type dependencyGraph map[string][]string

// reached are the keys that are reached from some, these included.
func (g dependencyGraph) reached(from []string) map[string]bool {
	seen := map[string]bool{}
	for queue := slices.Clone(from); len(queue) > 0; {
		key := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[key] {
			continue
		}
		seen[key] = true
		queue = append(queue, g[key]...)
	}
	return seen
}

// IsDevelopmentGroup reports a group of a lockfile or manifest whose packages only
// build or test.
func IsDevelopmentGroup(name string) bool {
	return (observation.Package{Groups: []string{name}}).Use() == observation.ForDevelopment
}

// roots are what a project names itself.
type roots struct{ running, developing []string }

// add sorts what one group of a project names.
func (r *roots) add(group string, keys ...string) {
	if IsDevelopmentGroup(group) {
		r.developing = append(r.developing, keys...)
		return
	}
	r.running = append(r.running, keys...)
}

// uses tells by key how a project uses each package.
type uses struct{ named, running, developing map[string]bool }

func (g dependencyGraph) usesOf(r roots) uses {
	named := map[string]bool{}
	for _, key := range r.running {
		named[key] = true
	}
	for _, key := range r.developing {
		named[key] = true
	}
	return uses{named, g.reached(r.running), g.reached(r.developing)}
}

func (u uses) relation(key string) relation {
	r := transitive
	if u.named[key] {
		r = direct
	}
	switch {
	case u.running[key]:
		return r | needed
	case u.developing[key]:
		return r | forDevelopment
	}
	return r
}
