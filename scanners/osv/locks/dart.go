package locks

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// pubRelations reads how each entry of a pubspec.lock is depended on, and whether it is
// a folder of the repository.
func pubRelations(dir folder, manifest string) relations {
	var lock struct {
		Packages map[string]struct {
			Dependency string `yaml:"dependency"`
			Source     string `yaml:"source"`
		} `yaml:"packages"`
	}
	if !dir.decode(manifest, yaml.Unmarshal, &lock) {
		return nil
	}
	return func(name, _ string) relation {
		entry := lock.Packages[name]
		switch {
		case entry.Source == "path":
			return own
		case strings.HasPrefix(entry.Dependency, "direct"):
			return direct
		case entry.Dependency == "transitive":
			return transitive
		}
		return unstated
	}
}
