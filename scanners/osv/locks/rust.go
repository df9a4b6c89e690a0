package locks

import (
	"strings"

	"github.com/midspan/midspan/internal/nesting"
)

// cargoRelations reads the lockfile: packages without a source are the repository's
// own, and what they name is direct ("time", or "time 0.1.43" where there are several).
func cargoRelations(dir folder, manifest string) relations {
	var lock struct {
		Package []struct {
			Name, Version, Source string
			Dependencies          []string
		} `toml:"package"`
	}
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	named := map[string]bool{}
	local := map[nameVersion]bool{}
	for _, p := range lock.Package {
		if p.Source != "" {
			continue
		}
		local[nameVersion{p.Name, p.Version}] = true
		for _, dependency := range p.Dependencies {
			fields := strings.Fields(dependency)
			named[strings.Join(fields[:min(2, len(fields))], " ")] = true
		}
	}
	return func(name, version string) relation {
		switch {
		case local[nameVersion{name, version}]:
			return own
		case named[name] || named[name+" "+version]:
			return direct
		}
		return transitive
	}
}
