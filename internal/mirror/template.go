package mirror

import (
	"path/filepath"
	"runtime"
	"strings"

	"github.com/midspan/midspan/catalog"
)

// Templates are the paths under which the user keeps mirrors, with {host}, {owner} and
// {name} in them.
type Templates struct {
	Any  string            // for every host without a template of its own; may be empty
	Host map[string]string // by host
}

// Path is where a repository's mirror is to be found, or an empty string. bound reports
// that the path is meant for the host of the repository: the template belongs to that
// host or names it. Whether any other path holds a mirror of this repository, only the
// mirror can tell.
func (t Templates) Path(repository catalog.Repository) (path string, bound bool) {
	template, bound := t.Host[repository.Host]
	if !bound {
		template, bound = t.Any, strings.Contains(t.Any, "{host}")
	}
	if template == "" || !repository.HasPlainParts() || strings.ContainsAny(repository.Host, `/\`) {
		return "", false
	}
	return fill(template, repository), bound
}

// fill puts a repository's names into a template. It returns an empty string where a name
// and the text around it would become the name of a folder above: the owner may be empty.
func fill(template string, repository catalog.Repository) string {
	names := strings.NewReplacer("{host}", repository.Host, "{owner}", repository.Owner, "{name}", repository.Path)
	var parts []string
	for _, part := range strings.Split(filepath.ToSlash(template), "/") {
		filled := names.Replace(part)
		if filled == part { // the user's own words
			parts = append(parts, part)
			continue
		}
		if filled == "" {
			continue
		}
		for _, name := range strings.Split(filled, "/") {
			if strings.Trim(name, ".") == "" {
				return ""
			}
			parts = append(parts, name)
		}
	}
	return filepath.FromSlash(strings.Join(parts, "/"))
}

// Identity is a folder by one name only, whatever links lead to it. Two paths with the
// same identity are one folder.
func Identity(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" { // they ignore case
		path = strings.ToLower(path)
	}
	return path
}

// IsOf reports whether the origin of a mirror is the address of this repository, in
// whatever spelling.
func IsOf(origin string, repository catalog.Repository) bool {
	read, _, err := catalog.ParseRepository(origin, catalog.Declared)
	return err == nil && read.Key() == repository.Key()
}
