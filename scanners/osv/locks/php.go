package locks

import (
	"bytes"
	"encoding/json"
	"strings"
)

// composerRelations reads the composer.json, and in the lock which packages are folders
// of the repository ("type": "path").
func composerRelations(dir folder, manifest string) relations {
	data, ok := dir.read("composer.json")
	var project struct {
		Require    map[string]string `json:"require"`
		RequireDev map[string]string `json:"require-dev"`
	}
	ok = ok && json.Unmarshal(data, &project) == nil
	named := map[string]bool{}
	for _, table := range []map[string]string{project.Require, project.RequireDev} {
		for name := range table {
			named[strings.ToLower(name)] = true
		}
	}
	local := composerFolders(dir, manifest)
	return func(name, _ string) relation {
		name = strings.ToLower(name)
		switch {
		case local[name]:
			return own
		case !ok:
			return unstated
		case named[name]:
			return direct
		}
		return transitive
	}
}

func composerFolders(dir folder, manifest string) map[string]bool {
	data, ok := dir.read(manifest)
	if !ok || !bytes.Contains(data, []byte(`"path"`)) {
		return nil
	}
	type entry struct {
		Name string
		Dist struct{ Type string }
	}
	var lock struct {
		Packages    []entry `json:"packages"`
		PackagesDev []entry `json:"packages-dev"`
	}
	if json.Unmarshal(data, &lock) != nil {
		return nil
	}
	local := map[string]bool{}
	for _, p := range append(lock.Packages, lock.PackagesDev...) {
		if p.Dist.Type == "path" {
			local[strings.ToLower(p.Name)] = true
		}
	}
	return local
}
