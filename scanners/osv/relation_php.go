package osv

import (
	"encoding/json"
	"strings"
)

// composerRelations reads the composer.json.
func composerRelations(dir folder, _ string) relations {
	data, ok := dir.read("composer.json")
	var project struct {
		Require    map[string]string `json:"require"`
		RequireDev map[string]string `json:"require-dev"`
	}
	if !ok || json.Unmarshal(data, &project) != nil {
		return nil
	}
	named := map[string]bool{}
	for _, table := range []map[string]string{project.Require, project.RequireDev} {
		for name := range table {
			named[strings.ToLower(name)] = true
		}
	}
	relationOf := byName(named)
	return func(name, version string) relation { return relationOf(strings.ToLower(name), version) }
}
