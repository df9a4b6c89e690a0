// Package pins reads the packages that manifests without a lockfile name themselves. A
// package has a version where the manifest fixes it: by an exact constraint, or by a plain
// version where the ecosystem installs just that one unless something else asks for a newer
// (Maven, Gradle, NuGet). All others are without a version. Only literal text is read:
// nothing is run, and what a variable holds counts only where one text gives it plainly.
package pins

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/purl"
)

// Manifest is a file to be read.
type Manifest struct {
	Path string
	Text []byte
	// Read reads another file of the repository by its path, nil where there is none.
	Read func(name string) []byte
}

// readUpward reads a file in the folder of a manifest or in one above.
func (m Manifest) readUpward(name string) []byte {
	for dir := path.Dir(m.Path); ; dir = path.Dir(dir) {
		if text := m.Read(path.Join(dir, name)); text != nil || dir == "." || dir == "/" {
			return text
		}
	}
}

// Bounds on what one manifest names.
const (
	mostPins       = 20_000
	longestName    = 300
	longestVersion = 100
	longestBlock   = 100_000 // bytes between two brackets
	mostScripts    = 10
	mostBlocks     = 300 // that are looked for
	longestCall    = 200 // bytes before a text that say what it is for
)

// list collects what a manifest names.
type list struct {
	path string
	all  []observation.Package
}

// add adds one package. group is that of the manifest, or "".
func (l *list) add(ecosystem, name, version, group string) {
	name, version = strings.TrimSpace(name), strings.TrimSpace(version)
	if !plain(name, longestName) || ecosystem == "" || len(l.all) >= mostPins {
		return
	}
	if !plain(version, longestVersion) {
		version = ""
	}
	p := observation.Package{Ecosystem: ecosystem, Name: name, Version: version, Path: l.path, Relation: observation.Direct}
	if ecosystem == "PyPI" {
		p.Name = observation.NormalName(ecosystem, name)
	}
	if group != "" {
		p.Groups = []string{group}
	}
	p.PURL = purl.Of(p.Ecosystem, p.Name, p.Version)
	l.all = append(l.all, p)
}

// plain reports a text that can be a name or a version.
func plain(text string, longest int) bool {
	return text != "" && len(text) <= longest && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool {
			return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("${}\"'`<>|\\", r)
		})
}

// reader reads one kind of manifest. What it cannot read it leaves out: that the inventory
// is not whole is noted of each such manifest anyway.
type reader func(m Manifest, l *list)

// readersByName are the readers of files that have one name, made once: each file of a
// repository is asked for.
var readersByName = sync.OnceValue(func() map[string]reader {
	all := map[string]reader{}
	for _, byName := range []map[string]reader{otherNames(), appleNames(), dotnetNames(), goNames(), jvmNames(), webNames(), pythonNames()} {
		maps.Copy(all, byName) // the last to name a file reads it
	}
	return all
})

// readerOf finds the reader of a file by its name, nil where there is none.
func readerOf(name string) reader {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	if read := readersByName()[base]; read != nil {
		return read
	}
	for _, byPattern := range []func(lower, base string) reader{webPattern, jvmPattern, dotnetPattern, applePattern, otherPattern, archivePattern, pythonPattern} {
		if read := byPattern(lower, base); read != nil {
			return read
		}
	}
	return nil
}

// Known reports whether there is a reader of a file.
func Known(name string) bool { return readerOf(name) != nil }

// Reads reports whether there is a reader of a file that needs its text.
func Reads(name string) bool {
	return readerOf(name) != nil && archivePattern("", path.Base(strings.ToLower(name))) == nil
}

// Of reads the packages that a manifest names, each name and version once.
func Of(m Manifest) []observation.Package {
	read := readerOf(m.Path)
	if read == nil {
		return nil
	}
	if m.Read == nil {
		m.Read = func(string) []byte { return nil }
	}
	l := &list{path: m.Path}
	read(m, l)
	if IsLock(m.Path) || archivePattern("", path.Base(strings.ToLower(m.Path))) != nil {
		for i := range l.all {
			l.all[i].Relation = "" // it lists what others need too
		}
	}
	slices.SortStableFunc(l.all, func(a, b observation.Package) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return oncePerName(l.all)
}

// lists are files that hold more than what a project names itself.
var lists = []string{"shrinkwrap.yaml", "deno.lock", "conda-lock.yml", "conda-lock.yaml", "pixi.lock", "spec-file.txt", "manifest.toml", "juliamanifest.toml",
	"cabal.config", "vendor.json", "godeps.json", "glide.lock", "cartfile.resolved", "podfile.lock", "manifest.lock"}

// HasOtherSources reports whether a lock holds what comes from no registry, too: the files
// of repositories in a paket.lock, of which nothing is listed.
func HasOtherSources(name string, text []byte) bool {
	return strings.EqualFold(path.Base(name), "paket.lock") && paketElsewhere().Match(text)
}

// paketElsewhere matches the heads of the sections that name no package.
var paketElsewhere = lazy.Pattern(`(?m)^(?:GITHUB|GIT|GIST|HTTP)\s*$`)

// complete are the locks that hold all packages of a project at their versions.
var complete = []string{"rebar.lock", "paket.lock", "project.assets.json", "project.lock.json", "packrat.lock", "modules.txt", "gopkg.lock"}

// IsLock reports a file that programs write and that may be large.
func IsLock(name string) bool {
	return Complete(name) || slices.Contains(lists, path.Base(strings.ToLower(name)))
}

// Complete reports a lock that holds all packages of its project, and of which all are read.
func Complete(name string) bool {
	base := path.Base(strings.ToLower(name))
	return slices.Contains(complete, base) || strings.HasSuffix(base, "_install.json")
}

// oncePerName merges what is named twice: in a group and without, with a version and without.
func oncePerName(all []observation.Package) []observation.Package {
	kept := all[:0]
	for _, p := range all {
		if last := len(kept) - 1; last >= 0 && kept[last].Ecosystem == p.Ecosystem && kept[last].Name == p.Name &&
			(kept[last].Version == p.Version || kept[last].Version == "") {
			if len(kept[last].Groups) > 0 && len(p.Groups) > 0 {
				p.Groups = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(kept[last].Groups), p.Groups...))))
			} else {
				p.Groups = nil
			}
			kept[last] = p
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// comments tells how a language marks comments and texts.
type comments struct {
	line        []string // what begins a comment that ends with the line
	open, close string   // of a comment over lines
	quotes      string
	triple      bool // three quotes begin and end a text over lines
}

var (
	likeC      = comments{line: []string{"//"}, open: "/*", close: "*/", quotes: `"'`, triple: true}
	likePython = comments{line: []string{"#"}, quotes: `"'`, triple: true}
	likeRuby   = comments{line: []string{"#"}, quotes: `"'`}
	likeLisp   = comments{line: []string{";"}, quotes: `"`}
	likeErlang = comments{line: []string{"%"}, quotes: `"'`}
)

// blank gives a text of the same length with blanks in the place of comments. Marks of
// comments in texts between quotes are no comments. A text that does not end on its line is
// taken for none.
func (c comments) blank(text []byte) []byte {
	result := slices.Clone(text)
	var unclosed quotes
	for i := 0; i < len(text); {
		switch length := c.commentAt(text[i:]); {
		case length > 0:
			for j := i; j < i+length; j++ {
				if result[j] != '\n' {
					result[j] = ' '
				}
			}
			i += length
		default:
			i += c.step(text, i, &unclosed)
		}
	}
	return result
}

func (c comments) commentAt(text []byte) int {
	for _, mark := range c.line {
		if bytes.HasPrefix(text, []byte(mark)) {
			if end := bytes.IndexByte(text, '\n'); end >= 0 {
				return end
			}
			return len(text)
		}
	}
	if c.open != "" && bytes.HasPrefix(text, []byte(c.open)) {
		if end := bytes.Index(text[len(c.open):], []byte(c.close)); end >= 0 {
			return len(c.open) + end + len(c.close)
		}
		return len(text)
	}
	return 0
}

// quotedAt is the length of the text between quotes that begins here, 0 where none does.
func (c comments) quotedAt(text []byte) int {
	quote := text[0]
	if strings.IndexByte(c.quotes, quote) < 0 {
		return 0
	}
	if three := bytes.Repeat([]byte{quote}, 3); c.triple && bytes.HasPrefix(text, three) {
		if end := bytes.Index(text[3:], three); end >= 0 {
			return 3 + end + 3
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		case '\n':
			return 0
		}
	}
	return 0
}

// enclosed is what stands between the bracket at the beginning of a text and the one that
// closes it, without both; nil where none does. Brackets between quotes do not count.
func (c comments) enclosed(text []byte) []byte {
	pairs := map[byte]byte{'(': ')', '[': ']', '{': '}'}
	if len(text) == 0 || pairs[text[0]] == 0 {
		return nil
	}
	depth := 0
	text = text[:min(len(text), longestBlock)]
	var unclosed quotes
	for i := 0; i < len(text); {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return text[1:i]
			}
		}
		i += c.step(text, i, &unclosed)
	}
	return nil
}

// elements are the parts of a text that stand in brackets, with these, but for those inside
// of others.
func (c comments) elements(text []byte) (all [][]byte) {
	var unclosed quotes
	for i := 0; i < len(text); {
		if bytes.IndexByte([]byte("([{"), text[i]) < 0 {
			i += c.step(text, i, &unclosed)
			continue
		}
		inside := c.enclosed(text[i:])
		if inside == nil {
			return all // nothing closes what opens here
		}
		all = append(all, text[i:i+len(inside)+2])
		i += len(inside) + 2
	}
	return all
}

// quotes are the places before which a quotation mark closes nothing, by mark: so that a
// line of marks is looked at once.
type quotes map[byte]int

// step is how far a reader goes on: over a text between quotes, or by a byte.
func (c comments) step(text []byte, at int, unclosed *quotes) int {
	mark := text[at]
	if strings.IndexByte(c.quotes, mark) < 0 || at < (*unclosed)[mark] {
		return 1
	}
	if length := c.quotedAt(text[at:]); length > 0 {
		return length
	}
	if *unclosed == nil {
		*unclosed = quotes{}
	}
	end := bytes.IndexByte(text[at:], '\n')
	if end < 0 {
		end = len(text) - at
	}
	(*unclosed)[mark] = at + end
	return 1
}

// firstGroup is the text of the first group of a pattern that took part.
func firstGroup(match [][]byte) string {
	for _, group := range match[1:] {
		if len(group) > 0 {
			return string(group)
		}
	}
	return ""
}

// whole is a version of three numbers, as npm, Cargo, Hex and Pub install it: "1.2.3-rc.1".
var whole = lazy.Pattern(`^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$`)

// wholeVersion is a version that a constraint of semantic versions fixes, or "".
func wholeVersion(constraint string) string {
	version := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(constraint), "=v "))
	if !whole().MatchString(version) {
		return ""
	}
	return version
}
