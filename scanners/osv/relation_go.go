package osv

import (
	"golang.org/x/mod/modfile"
)

// goRelations reads the comments "// indirect" of a go.mod.
func goRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	file, err := modfile.ParseLax(manifest, data, nil)
	if err != nil {
		return nil
	}
	known := map[string]relation{}
	for _, r := range file.Require {
		known[r.Mod.Path] = direct
		if r.Indirect {
			known[r.Mod.Path] = transitive
		}
	}
	full, err := modfile.Parse(manifest, data, nil) // replace directives are read in the main module only
	if err == nil {
		for _, r := range full.Replace {
			if relation, ok := known[r.Old.Path]; ok {
				known[r.New.Path] = relation
			}
		}
	}
	return func(name, _ string) relation { return known[name] }
}
