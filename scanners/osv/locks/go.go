package locks

import (
	"path"
	"strings"

	"golang.org/x/mod/modfile"
)

// goRelations reads the comments "// indirect" of a go.mod. A module that is replaced
// by a folder of the repository, and has its own home or owner, is the repository's own.
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
			relation, ok := known[r.Old.Path]
			if !ok {
				continue
			}
			if modfile.IsDirectoryPath(r.New.Path) && full.Module != nil &&
				sameOwner(full.Module.Mod.Path, r.Old.Path) && dir.isModule(r.New.Path, r.Old.Path) {
				relation |= own
			}
			known[r.New.Path] = relation
		}
	}
	return func(name, _ string) relation { return known[name] }
}

// sameOwner reports whether two modules are of one host, and of one owner where a host
// has several.
func sameOwner(a, b string) bool {
	owner := func(module string) string {
		parts := strings.SplitN(module, "/", 3)
		if len(parts) < 3 {
			return parts[0]
		}
		switch parts[0] {
		case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com", "golang.org", "gopkg.in", "sr.ht", "git.sr.ht":
			return parts[0] + "/" + parts[1]
		}
		return parts[0]
	}
	return owner(a) == owner(b)
}

// isModule reports whether a folder holds the module of a name.
func (f folder) isModule(name, module string) bool {
	text, ok := f.read(path.Join(name, "go.mod"))
	return ok && modfile.ModulePath(text) == module
}
