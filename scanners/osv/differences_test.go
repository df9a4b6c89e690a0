package osv_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/pins"
)

// sides is what Midspan and osv-scanner say of one repository.
type sides struct {
	checkout string // the files that osv-scanner read, or empty
	packages both[listed]
	findings both[hit]
	own      func(name string) bool // names that the repository gives its own packages
}

// both are the entries that the two list.
type both[T comparable] struct{ ours, theirs map[T]bool }

func (b both[T]) onlyOurs(item T) bool   { return b.ours[item] && !b.theirs[item] }
func (b both[T]) onlyTheirs(item T) bool { return b.theirs[item] && !b.ours[item] }

// A difference is a kind of package that only one of the two lists, on purpose.
type difference struct {
	name, reason string
	ours, theirs func(s sides, p listed) bool // of an entry that only this side lists
}

// differences are all that there may be. The first that fits is counted.
func differences() []difference {
	return []difference{
		{"the repository's own package", "a member of a workspace may bear the name of a stranger's package in a registry",
			nil, func(s sides, p listed) bool {
				return s.own(manifest.NameKey(p.ecosystem, p.name)) || s.isLinkedFolder(p) || s.isFolderOfPoetry(p)
			}},
		{"Go directive as read", `"go 1.20" is a minimum; osv-scanner calls it 1.20.99, which exists nowhere`,
			func(_ sides, p listed) bool { return p.name == "stdlib" },
			func(s sides, p listed) bool {
				read, cut := strings.CutSuffix(p.version, ".99")
				p.version = read
				return cut && p.name == "stdlib" && s.packages.ours[p]
			}},
		{"Go module that a fork or folder replaces", "what the fork mended of the module is unknown, and a folder is no package",
			func(s sides, p listed) bool { return p.ecosystem == "Go" && p.version == "" },
			func(_ sides, p listed) bool { return p.ecosystem == "Go" && strings.HasPrefix(p.name, ".") }},
		{"version held in the repository (Maven)", "a parent, property or bill of materials of the same repository says it",
			func(s sides, p listed) bool { return isMaven(p) && p.version != "" && s.lists(s.packages.theirs, p) },
			func(s sides, p listed) bool { return isMaven(p) && s.lists(s.packages.ours, p) }},
		{"dependency of a profile, plugin, or one whose parent is elsewhere in the repository (Maven)",
			"osv-scanner reads no profiles and plugins, and drops what it cannot find the parent of",
			func(s sides, p listed) bool { return isMaven(p) && !s.lists(s.packages.theirs, p) }, nil},
		{"link to a file of the repository", "a link is read like the file; osv-scanner passes by it",
			func(s sides, p listed) bool { return s.isLink(p.path) }, nil},
		{"project of .NET", "osv-scanner 2.3.3 has no reader of it",
			func(_ sides, p listed) bool { return p.ecosystem == "NuGet" && dotnetProject.MatchString(p.path) }, nil},
		{"Package.resolved", "osv-scanner 2.3.3 has no reader of it",
			func(_ sides, p listed) bool { return p.ecosystem == "SwiftURL" }, nil},
		{"requirements under another name", "osv-scanner asks for *requirements*.txt alone",
			func(_ sides, p listed) bool {
				return p.ecosystem == "PyPI" && !plainRequirements.MatchString(p.path) && requirementsName.MatchString(p.path)
			}, nil},
		{"version that is an address", "what lies at an address in a lockfile is of no version that is known",
			func(s sides, p listed) bool { return p.version == "" && s.hasAddress(s.packages.theirs, p) },
			func(_ sides, p listed) bool { return strings.Contains(p.version, ":/") }},
		{"range of a requirement", "osv-scanner lists its lowest version, which nobody need have installed",
			func(s sides, p listed) bool { return isRangeOf(s.packages.theirs, p, p) },
			func(s sides, p listed) bool {
				unversioned := p
				unversioned.version = ""
				return s.packages.ours[unversioned] && isRangeOf(s.packages.theirs, unversioned, p)
			}},
		{"file of constraints", "it says what may be installed, not what is",
			nil, func(_ sides, p listed) bool { return p.ecosystem == "PyPI" && constraintsName.MatchString(p.path) }},
		{"requirement that osv-scanner drops", "named by its address, at the version of a variable, or with a dot in its name",
			func(s sides, p listed) bool {
				return p.ecosystem == "PyPI" && requirementsName.MatchString(p.path) && (p.version == "" || s.hasDottedName(p))
			}, nil},
		{"pnpm lockfile of two documents", "the last is the project's; osv-scanner reads the first",
			func(s sides, p listed) bool { return s.hasTwoDocuments(p.path) }, func(s sides, p listed) bool { return s.hasTwoDocuments(p.path) }},
		{"pnpm package with a peer that has a scope", "osv-scanner takes the / of the scope for a part of the name, and drops the package",
			func(s sides, p listed) bool { return s.hasScopedPeer(p) }, nil},
		{"manifest under another name", "the ecosystem uses the name; osv-scanner does not ask for it",
			func(_ sides, p listed) bool { return otherName.MatchString(strings.ToLower(p.path)) }, nil},
		{"text written otherwise", "UTF-16, a byte order mark or bare carriage returns are read; osv-scanner finds nothing or strange names in them",
			func(s sides, p listed) bool { return s.isWrittenOtherwise(p.path) }, func(s sides, p listed) bool { return s.isWrittenOtherwise(p.path) }},
		{"named by a manifest without a lockfile", "osv-scanner reads none of these manifests, and no archive by its name",
			func(_ sides, p listed) bool { return pins.Known(p.path) }, nil},
	}
}

var (
	dotnetProject     = regexp.MustCompile(`\.(?:cs|fs|vb)proj$|(?:^|/)Directory\.(?:Packages|Build)\.(?:props|targets)$`)
	plainRequirements = regexp.MustCompile(`requirements[^/]*\.txt$`)
	requirementsName  = regexp.MustCompile(`(?i)(?:requirement|constraints|reqs|requires)`)
	constraintsName   = regexp.MustCompile(`constraint[^/]*$`)
	otherName         = regexp.MustCompile(`gemfile[^/]*\.lock$|\.gemfile\.lock$|\.lockfile$|(?:^|/)packages\.[^/]+\.config$|pom[^/]*\.xml$|pnpm-lock\.[^/]+\.yaml$|` +
		`(?:^|/)cabal[^/]+\.freeze$|(?:^|/)stack[^/]+\.yaml\.lock$|(?:sbom|cyclonedx|bom)[^/]*\.(?:json|xml)$`)
)

// Where the vulnerabilities differ though the packages do not.
const (
	noVersion      = "package without a version"
	noVersionCause = "a range over versions cannot decide what an unversioned commit holds: unknown for Midspan"
)

func isMaven(p listed) bool {
	return p.ecosystem == "Maven" && strings.Contains(strings.ToLower(path.Base(p.path)), "pom")
}

// isRangeOf reports a requirement without a version that a side lists at one in the same file.
func isRangeOf(side map[listed]bool, unversioned, p listed) bool {
	return p.ecosystem == "PyPI" && unversioned.version == "" && requirementsName.MatchString(p.path) && sides{}.lists(side, p)
}

// lists reports whether a side lists the package in the same file, at any version.
func (s sides) lists(side map[listed]bool, p listed) bool {
	for other := range side {
		if other.path == p.path && other.ecosystem == p.ecosystem && other.name == p.name {
			return true
		}
	}
	return false
}

// hasAddress reports a package that a side lists in the same file at an address.
func (s sides) hasAddress(side map[listed]bool, p listed) bool {
	for other := range side {
		if other.path == p.path && other.ecosystem == p.ecosystem && other.name == p.name && strings.Contains(other.version, ":/") {
			return true
		}
	}
	return false
}

func (s sides) isLink(name string) bool {
	info, err := os.Lstat(filepath.Join(s.checkout, name))
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// isLinkedFolder reports a folder, which a package-lock.json lists by its path, or links to a
// package by it: without a name, osv-scanner calls it by its last element.
func (s sides) isLinkedFolder(p listed) bool {
	text, err := os.ReadFile(filepath.Join(s.checkout, p.path))
	var lock struct {
		Packages map[string]struct {
			Name     string `json:"name"`
			Resolved string `json:"resolved"`
			Link     bool   `json:"link"`
		} `json:"packages"`
	}
	if err != nil || path.Base(p.path) != "package-lock.json" || json.Unmarshal(text, &lock) != nil {
		return false
	}
	for place, entry := range lock.Packages {
		installed := strings.HasSuffix(place, "node_modules/"+p.name)
		if installed && entry.Link || place != "" && !strings.Contains(place, "node_modules/") && path.Base(place) == p.name {
			return true
		}
	}
	return false
}

// isFolderOfPoetry reports a package that a poetry.lock takes from a folder.
func (s sides) isFolderOfPoetry(p listed) bool {
	text, err := os.ReadFile(filepath.Join(s.checkout, p.path))
	for section := range strings.SplitSeq(string(text), "[[package]]") {
		if strings.Contains(section, fmt.Sprintf("name = %q\n", p.name)) && strings.Contains(section, `type = "directory"`) {
			return err == nil && path.Base(p.path) == "poetry.lock"
		}
	}
	return false
}

var dottedName = regexp.MustCompile(`(?m)^[ \t]*(\w[\w-]*\.[\w.-]*\w)[ \t]*(?:\[|=|;|#|$)`)

// hasDottedName reports a requirement whose name is written with a dot.
func (s sides) hasDottedName(p listed) bool {
	text, err := os.ReadFile(filepath.Join(s.checkout, p.path))
	return err == nil && slices.ContainsFunc(dottedName.FindAllStringSubmatch(string(text), -1), func(m []string) bool {
		return manifest.NameKey("PyPI", m[1]) == manifest.NameKey("PyPI", p.name)
	})
}

// hasScopedPeer reports a package of a pnpm-lock.yaml whose key goes on with a peer that has
// a scope, as in /babel-loader@8.1.0(@babel/core@7.10.3).
func (s sides) hasScopedPeer(p listed) bool {
	text, err := os.ReadFile(filepath.Join(s.checkout, p.path))
	return err == nil && path.Base(p.path) == "pnpm-lock.yaml" && strings.Contains(string(text), "/"+p.name+"@"+p.version+"(")
}

func (s sides) hasTwoDocuments(name string) bool {
	text, err := os.ReadFile(filepath.Join(s.checkout, name))
	return err == nil && path.Base(name) == "pnpm-lock.yaml" && strings.Contains(strings.TrimPrefix(string(text), "---"), "\n---")
}

func (s sides) isWrittenOtherwise(name string) bool {
	data, err := os.ReadFile(filepath.Join(s.checkout, name))
	text := string(data)
	return err == nil && (strings.HasPrefix(text, "\ufeff") || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") ||
		strings.Contains(text, "\x00") || strings.Contains(text, "\r") && !strings.Contains(text, "\n"))
}

// tally counts what each difference explains.
type tally map[string]*tallied

type tallied struct {
	repositories                    int
	ours, theirs                    int // packages that only one side lists
	findingsOnlyOurs, findingsTheir int
}

func (t tally) of(name string) *tallied {
	if t[name] == nil {
		t[name] = &tallied{}
	}
	return t[name]
}

// add adds what was counted of one repository.
func (t tally) add(one tally) {
	for name, n := range one {
		sum := t.of(name)
		sum.repositories++
		sum.ours += n.ours
		sum.theirs += n.theirs
		sum.findingsOnlyOurs += n.findingsOnlyOurs
		sum.findingsTheir += n.findingsTheir
	}
}

func (t tally) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| difference\t| repositories\t| packages of Midspan alone\t| of osv-scanner alone\t| findings of Midspan alone\t| of osv-scanner alone\t|")
	for _, name := range slices.Sorted(maps.Keys(t)) {
		n := t[name]
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %d\t| %d\t| %d\t|\n", name, n.repositories, n.ours, n.theirs, n.findingsOnlyOurs, n.findingsTheir)
	}
	w.Flush()
	return b.String()
}

// explain reports each entry that only one side has and that no difference names, and
// counts the others by name.
func explain(t *testing.T, s sides) tally {
	t.Helper()
	counted, nameOf := tally{}, map[observation.Coordinate]string{}
	known := differences()
	explained := func(p listed, only string, fits func(d difference) func(sides, listed) bool) *tallied {
		for _, d := range known {
			if f := fits(d); f != nil && f(s, p) {
				nameOf[observation.Coordinate{Ecosystem: p.ecosystem, Name: p.name, Version: p.version}] = d.name
				return counted.of(d.name)
			}
		}
		t.Errorf("packages: only %s: %+v", only, p)
		return &tallied{}
	}
	for p := range s.packages.ours {
		if s.packages.onlyOurs(p) {
			explained(p, "Midspan's", func(d difference) func(sides, listed) bool { return d.ours }).ours++
		}
	}
	for p := range s.packages.theirs {
		if s.packages.onlyTheirs(p) {
			explained(p, "osv-scanner's", func(d difference) func(sides, listed) bool { return d.theirs }).theirs++
		}
	}
	oursAt, theirsAt := coordinates(s.packages.ours), coordinates(s.packages.theirs)
	for h := range s.findings.ours {
		c := h.coordinate()
		switch name := nameOf[c]; {
		case !s.findings.onlyOurs(h):
		case theirsAt[c] || name == "":
			t.Errorf("findings: only Midspan's: %+v", h)
		default:
			counted.of(name).findingsOnlyOurs++
		}
	}
	for h := range s.findings.theirs {
		c := h.coordinate()
		switch name := nameOf[c]; {
		case !s.findings.onlyTheirs(h):
		case h.version == "":
			counted.of(noVersion).findingsTheir++
		case oursAt[c] || name == "":
			t.Errorf("findings: only osv-scanner's: %+v", h)
		default:
			counted.of(name).findingsTheir++
		}
	}
	return counted
}

func (h hit) coordinate() observation.Coordinate {
	return observation.Coordinate{Ecosystem: h.ecosystem, Name: h.name, Version: h.version}
}

// coordinates are the packages that a side lists, wherever.
func coordinates(side map[listed]bool) map[observation.Coordinate]bool {
	set := map[observation.Coordinate]bool{}
	for p := range side {
		set[observation.Coordinate{Ecosystem: p.ecosystem, Name: p.name, Version: p.version}] = true
	}
	return set
}

var (
	namedInJSON = regexp.MustCompile(`(?m)^\s*"name"\s*:\s*"([^"]+)"`)
	namedAtTop  = regexp.MustCompile(`\A\s*\{\s*"name"\s*:\s*"([^"]+)"`)
	namedInTOML = regexp.MustCompile(`(?m)^\s*name\s*=\s*["']([^"']+)["']`)
	namedInGem  = regexp.MustCompile(`\.name\s*=\s*["']([^"']+)["']`)
	namedInYAML = regexp.MustCompile(`(?m)^name:\s*["']?([\w.-]+)`)
	namedInCall = regexp.MustCompile(`\bname\s*=\s*["']([^"']+)["']`)
)

// ownNames reads which names the manifests of a checkout give themselves, by simpler means
// than the scanner's.
func ownNames(t *testing.T, checkout string) func(name string) bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(checkout, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		base := strings.ToLower(entry.Name())
		var pattern *regexp.Regexp
		switch {
		case base == "package.json", base == "composer.json", base == "bower.json":
			pattern = namedInJSON
		case base == "package-lock.json", base == "npm-shrinkwrap.json":
			pattern = namedAtTop
		case base == "cargo.toml", base == "pyproject.toml", base == "pipfile":
			pattern = namedInTOML
		case base == "setup.py", base == "setup.cfg":
			pattern = namedInCall
		case strings.HasSuffix(base, ".gemspec"):
			pattern = namedInGem
		case base == "pubspec.yaml":
			pattern = namedInYAML
		case strings.Contains(base, "pom") && strings.HasSuffix(base, ".xml"):
		default:
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if pattern == nil {
			names[manifest.NameKey("Maven", pomName(text))] = true
			return nil
		}
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			for _, ecosystem := range []string{"npm", "PyPI"} {
				names[manifest.NameKey(ecosystem, match[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) bool { return names[name] }
}

// pomName is the group and artifact of a pom.xml, the group its parent's where it has none.
func pomName(text []byte) string {
	var project struct {
		Group    string `xml:"groupId"`
		Artifact string `xml:"artifactId"`
		Parent   struct {
			Group string `xml:"groupId"`
		} `xml:"parent"`
	}
	if xml.Unmarshal(text, &project) != nil {
		return ""
	}
	group := strings.TrimSpace(project.Group)
	if group == "" {
		group = strings.TrimSpace(project.Parent.Group)
	}
	return group + ":" + strings.TrimSpace(project.Artifact)
}
