package locks

import (
	"encoding/json"
	"strings"
)

// nugetLockRelations reads the types of a packages.lock.json. Projects of the same
// solution are among its entries.
func nugetLockRelations(dir folder, manifest string) relations {
	var lock struct {
		Dependencies map[string]map[string]struct{ Type, Resolved string }
	}
	if !dir.decode(manifest, json.Unmarshal, &lock) {
		return nil
	}
	known := map[nameVersion]relation{}
	for _, framework := range lock.Dependencies {
		for name, entry := range framework {
			key := nameVersion{strings.ToLower(name), entry.Resolved}
			switch entry.Type {
			case "Direct":
				known[key] |= direct
			case "Project":
				known[key] |= own
			case "Transitive", "CentralTransitive":
				known[key] |= transitive
			}
		}
	}
	return func(name, version string) relation { return known[nameVersion{strings.ToLower(name), version}] }
}
