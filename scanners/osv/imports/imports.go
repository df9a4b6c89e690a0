// Package imports finds what code asks for that comes neither with its language nor from
// its own repository. It is asked where no manifest of a language names a package: reading
// sources is the dear part of a scan.
package imports

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

// Bounds on the search.
const (
	mostSources   = 400 // files that are searched of a language
	longestImport = 80  // characters of a name that is shown
)

// Search is what is searched.
type Search struct {
	Language manifest.Language
	Sources  []string // paths of the code of the language
	Files    []string // paths of all files of the repository
	// Own are names that manifests of the repository give themselves: of packages, modules
	// and targets.
	Own []string
	// Declared is true where a manifest of the language was read, and names nothing.
	Declared bool
	// Read reads a source as UTF-8.
	Read func(name string) ([]byte, error)
}

// Stranger is the first name that sources ask for and that is a stranger's, with its file.
// asks is also true, without a name, where a source cannot be read, where there are more than
// are searched, and where nothing of a language tells what its code asks for.
func (s Search) Stranger() (file, name string, asks bool) {
	language := s.Language
	if len(s.Sources) == 0 {
		return "", "", false
	}
	if language.Imports == nil || language.Always && !s.Declared {
		return s.Sources[0], "", !s.Declared
	}
	own := s.ownNames()
	sources := slices.Sorted(slices.Values(s.Sources))
	searched := sources[:min(len(sources), mostSources)]
	var texts [][]byte
	for _, source := range searched {
		text, err := s.Read(source)
		if err != nil {
			return source, "", true
		}
		text = codeOf(source, text)
		if language.Ignored != nil {
			text = language.Ignored().ReplaceAll(text, nil)
		}
		texts = append(texts, text)
		own.declared(text)
	}
	for i, text := range texts {
		for _, match := range language.Imports().FindAllSubmatch(text, -1) {
			for _, imported := range namesIn(match) {
				if language.Dotted {
					imported, _, _ = strings.Cut(imported, ".")
				}
				if !language.Standard(imported) && !own.has(imported) && !(s.Declared && language.Shipped != nil && language.Shipped(imported)) {
					return searched[i], observation.OneLine(imported[:min(len(imported), longestImport)]), true
				}
			}
		}
	}
	if len(sources) > len(searched) {
		return sources[0], "", true
	}
	return "", "", false
}

// oneOfSeveral is a name as it stands between commas, with another under which it is used.
var oneOfSeveral = lazy.Pattern(`^(?:import\s+)?([\w./\\:@~#-]+)(?:\s+as\s+\w+)?$`)

// namesIn are the names that one match holds: one that stands alone as it is, of several
// those that can be names.
func namesIn(match [][]byte) []string {
	var names []string
	for _, group := range match[1:] {
		if len(group) == 0 {
			continue
		}
		text := string(group)
		if !strings.ContainsAny(text, ",; \t") {
			names = append(names, strings.TrimSpace(text))
			continue
		}
		for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' }) {
			if name := oneOfSeveral().FindStringSubmatch(strings.TrimSpace(part)); name != nil {
				names = append(names, name[1])
			}
		}
	}
	return names
}

// owned are the names of a repository's own code, in lower case.
type owned struct {
	family string
	whole  bool
	names  map[string]bool
	paths  []string // of modules
}

// declaration is a name that code gives itself.
var declaration = lazy.Pattern(`(?m)^\s*(?:package|namespace|module|defmodule|ns|\(ns)\s+\\?([\w.\\:]+)`)

// ownNames are the names of the folders and sources of a language's files, and those that
// manifests give.
func (s Search) ownNames() *owned {
	own := &owned{family: s.Language.Family, whole: s.Language.Whole, names: map[string]bool{}}
	for _, name := range s.Own {
		name = strings.ToLower(name)
		own.names[name] = true
		if strings.Contains(name, "/") {
			own.paths = append(own.paths, name)
		}
	}
	endings := strings.Fields(s.Language.Extensions)
	for _, name := range s.Files {
		base := path.Base(name)
		extension := path.Ext(base)
		if !slices.Contains(endings, strings.ToLower(extension)) || manifest.InForeignFolder(name) && own.family == manifest.FamilyGo {
			continue
		}
		own.file(strings.ToLower(strings.TrimSuffix(name, extension)), strings.ToLower(base))
	}
	return own
}

// file adds the names of one source, whose path is given without its ending.
func (o *owned) file(stem, base string) {
	if o.whole {
		parts := strings.Split(stem, "/")
		for i := range parts {
			o.names[strings.Join(parts[i:], ".")] = true
		}
		return
	}
	o.names[path.Base(stem)] = true
	o.names[strings.ReplaceAll(path.Base(stem), "_", "")] = true // MyPart stands in my_part.ex
	o.names[base] = true
	if o.family == manifest.FamilyJVM {
		return // packages are declared
	}
	for part := range strings.SplitSeq(path.Dir(stem), "/") {
		o.names[part] = true
	}
}

// declared adds the names that a source gives itself.
func (o *owned) declared(text []byte) {
	for _, match := range declaration().FindAllSubmatch(text, -1) {
		name := string(match[1])
		if o.whole {
			o.names[strings.ToLower(name)] = true
			continue
		}
		o.names[strings.ToLower(firstOf(name))] = true
		if o.family == manifest.FamilyBEAM {
			o.names[strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])] = true
		}
	}
}

func (o *owned) has(imported string) bool {
	lower := strings.ToLower(imported)
	if slices.ContainsFunc(o.paths, func(module string) bool { return lower == module || strings.HasPrefix(lower, module+"/") }) {
		return true
	}
	switch {
	case o.whole:
		return o.names[lower]
	case o.family == manifest.FamilyGo && len(o.paths) > 0:
		return false // each import of a module begins with the module's path
	}
	first := strings.ToLower(firstOf(imported))
	return o.names[first] || o.names[strings.ReplaceAll(first, "_", "-")] || o.names[lower] || o.names[path.Base(lower)]
}

// shared are the first parts of a dotted name under which many who are strangers to each
// other publish.
var shared = []string{"com.github", "io.github", "com.gitlab", "org.apache", "org.eclipse", "com.google"}

// firstOf are the parts of a dotted name that tell whose it is: two of a Java package, or
// three under a name that strangers share, one of others.
func firstOf(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(`.\:/`, r) })
	switch {
	case len(parts) == 0:
		return name
	case len(parts) > 1 && strings.ToLower(parts[0]) == parts[0] && strings.Contains(name, ".") && !strings.Contains(name, "/"):
		two := parts[0] + "." + parts[1]
		if len(parts) > 2 && slices.Contains(shared, two) {
			return two + "." + parts[2]
		}
		return two
	}
	return parts[0]
}
