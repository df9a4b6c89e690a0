package functions

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/functions"
)

// tableText is the table of paths, as a reader can see and extend it.
//
//go:embed table.yaml
var tableText []byte

// kind is a kind of files, as the table writes it.
type kind struct {
	Folders []string `yaml:"folders"`
	Files   []string `yaml:"files"`
	Paths   []string `yaml:"paths"`
	Except  *kind    `yaml:"except"`
	Message string   `yaml:"message"`
}

// table says which files belong to which function. It is for one goroutine.
type table struct {
	others   matcher
	kinds    [functionCount]matcher
	excepted [functionCount]matcher
	messages [functionCount]*regexp.Regexp // nil where files decide
	listed   set                           // functions of which the table names files
	known    map[string]set                // of paths that were looked up before
}

// functionCount is how many functions there are, at most: a set has a bit for each.
const functionCount = 16

// set is a set of functions, by their place in functions.All.
type set uint16

func (s set) has(i int) bool { return s&(1<<i) != 0 }

// maxKnown is how many paths are remembered: most commits touch the same few.
const maxKnown = 1 << 15

// parseTable reads a table. A function, a field or a pattern that it does not know is an
// error.
func parseTable(text []byte) (*table, error) {
	var written struct {
		Others    []string                    `yaml:"others"`
		Functions map[functions.Function]kind `yaml:"functions"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&written); err != nil {
		return nil, fmt.Errorf("the table of functions: %w", err)
	}
	t := &table{known: map[string]set{}, others: matcherOf(kind{Folders: written.Others})}
	all := functions.All()
	for i, f := range all {
		if k, listed := written.Functions[f]; listed {
			t.kinds[i], t.listed = matcherOf(k), t.listed|1<<i
			if k.Message != "" {
				var err error
				if t.messages[i], err = regexp.Compile("(?i)" + k.Message); err != nil {
					return nil, fmt.Errorf("the table of functions: %s: %w", f, err)
				}
				t.listed &^= 1 << i
			}
			if k.Except != nil {
				t.excepted[i] = matcherOf(*k.Except)
			}
			if err := k.check(); err != nil {
				return nil, fmt.Errorf("the table of functions: %s: %w", f, err)
			}
			delete(written.Functions, f)
		}
	}
	for f := range written.Functions {
		return nil, fmt.Errorf("the table of functions: there is no function %.40q; there are %v", f, all)
	}
	return t, nil
}

func (k kind) check() error {
	for _, pattern := range k.Files {
		if _, err := path.Match(strings.ToLower(pattern), "x"); err != nil || strings.Contains(pattern, "/") {
			return fmt.Errorf("%.60q is not the name of a file", pattern)
		}
	}
	if k.Except != nil {
		return k.Except.check()
	}
	return nil
}

// matcher decides by folders, names and paths, all in small letters.
type matcher struct {
	folder    map[string]bool // by one name
	deep      []string        // folders of several names, between slashes
	name      map[string]bool
	ends      [][2]string // beginning and end, of "*.po" and "compose*.yml"
	within    []string    // of "*.test.*"
	globs     []string
	fullPaths map[string]bool
}

func matcherOf(k kind) matcher {
	m := matcher{folder: map[string]bool{}, name: map[string]bool{}, fullPaths: map[string]bool{}}
	for _, folder := range k.Folders {
		if folder = strings.ToLower(folder); strings.Contains(folder, "/") {
			m.deep = append(m.deep, "/"+folder+"/")
		} else {
			m.folder[folder] = true
		}
	}
	for _, file := range k.Files {
		file = strings.ToLower(file)
		switch parts := strings.Split(file, "*"); {
		case strings.ContainsAny(file, `?[\`):
			m.globs = append(m.globs, file)
		case len(parts) == 1:
			m.name[file] = true
		case len(parts) == 2:
			m.ends = append(m.ends, [2]string{parts[0], parts[1]})
		case len(parts) == 3 && parts[0] == "" && parts[2] == "":
			m.within = append(m.within, parts[1])
		default:
			m.globs = append(m.globs, file)
		}
	}
	for _, p := range k.Paths {
		m.fullPaths[strings.ToLower(p)] = true
	}
	return m
}

// has reports whether a path in small letters is matched.
func (m matcher) has(p string) bool {
	folder, name := path.Split(p)
	if m.name[name] || m.fullPaths[p] {
		return true
	}
	for _, e := range m.ends {
		if len(name) >= len(e[0])+len(e[1]) && strings.HasPrefix(name, e[0]) && strings.HasSuffix(name, e[1]) {
			return true
		}
	}
	for _, part := range m.within {
		if strings.Contains(name, part) {
			return true
		}
	}
	for _, glob := range m.globs {
		if ok, _ := path.Match(glob, name); ok { // checked when the table was read
			return true
		}
	}
	for part := range strings.SplitSeq(folder, "/") {
		if m.folder[part] {
			return true
		}
	}
	for _, deep := range m.deep {
		if strings.Contains("/"+folder, deep) {
			return true
		}
	}
	return false
}

// of returns the functions to which a file belongs.
func (t *table) of(p string) set {
	if found, ok := t.known[p]; ok {
		return found
	}
	lower, found := strings.ToLower(p), set(0)
	if !t.others.has(lower) {
		for i := range t.kinds {
			if t.kinds[i].has(lower) && !t.excepted[i].has(lower) {
				found |= 1 << i
			}
		}
	}
	if len(t.known) >= maxKnown {
		clear(t.known)
	}
	t.known[p] = found
	return found
}
