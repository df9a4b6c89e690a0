package requirements

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"
	"github.com/google/osv-scalibr/purl"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

// Bounds on the files that a requirements.txt includes.
const (
	mostIncluded   = 100
	mostNamedLines = 10_000
	proseWords     = 4
)

var (
	requirementComment = lazy.Pattern(`(?:^|\s+)#.*$`)
	requirementInclude = lazy.Pattern(`^(?:-r|--requirement)[\s=]*(\S+)`)
	requirementEdit    = lazy.Pattern(`^(?:-e|--editable)[\s=]*(.*)$`)
	requirementOption  = lazy.Pattern(`\s--?\w[\w-]*[= ].*$`)
	// A requirement as PEP 508 has it: a name, extras, and versions or an address.
	requirementPlain = lazy.Pattern(`^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?:\(?\s*(?:===?|[<>~!]=|[<>])\s*[^\s;].*|@\s*\S+.*)?(?:;.*)?$`)
	requirementEgg   = lazy.Pattern(`[#&]egg=([A-Za-z0-9][\w.-]*)`)
	archiveName      = lazy.Pattern(`^([A-Za-z0-9][\w.]*?(?:-[A-Za-z][\w.]*?)*)-\d[^/]*\.(?:whl|zip|tar\.\w+|tgz|egg)$`)
)

// addDropped adds the requirements that the extractor drops without a word, as packages
// without a version: what is named by its address, and what takes its version from a
// variable. The error counts the lines that name nothing at all.
func addDropped(found *inventory.Inventory, input *filesystem.ScanInput, text []byte) error {
	known := map[string]bool{}
	for _, p := range found.Packages {
		known[manifest.NameKey("PyPI", p.Name)] = true
	}
	l := lineReader{known: known, path: input.Path}
	queue, seen := []string{input.Path}, map[string]bool{input.Path: true}
	for i := 0; i < len(queue) && i < mostIncluded; i++ {
		if i > 0 {
			data, err := fs.ReadFile(input.FS, queue[i])
			if err != nil {
				continue // the tree notes what it cannot read
			}
			text = data
		}
		for _, include := range l.read(text) {
			name := path.Join(path.Dir(queue[i]), include)
			if !seen[name] {
				seen[name] = true
				queue = append(queue, name)
			}
		}
	}
	found.Packages = append(found.Packages, l.added...)
	isProse := l.prose == l.unread && len(found.Packages) == 0 && path.Base(input.Path) != "requirements.txt"
	if l.unread > 0 && !isProse {
		return fmt.Errorf("%d lines of it name no package that can be read, the first is line %d", l.unread, l.first)
	}
	return nil
}

// oddLines is an error for a file under a name of requirements of which most lines are
// none, unless it is a text for readers: then most of them are words.
func oddLines(name string, text []byte) error {
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(name)), ".")
	if slices.Contains([]string{"readme", "license", "licence", "changelog", "changes", "notes", "todo"}, stem) {
		return nil
	}
	l := lineReader{known: map[string]bool{}, path: name}
	l.read(text)
	if l.unread == 0 || 2*l.prose > l.unread {
		return nil
	}
	return fmt.Errorf("%d lines of it name no package that can be read, the first is line %d", l.unread, l.first)
}

// lineReader reads requirements line by line.
type lineReader struct {
	path          string
	known         map[string]bool
	added         []*extractor.Package
	unread, first int
	prose         int // of those unread, the lines of words: texts on what is required bear such names too
}

// read reads one file, and returns what it includes.
func (l *lineReader) read(text []byte) (includes []string) {
	scanner := bufio.NewScanner(bytes.NewReader(text))
	joined := ""
	for number := 1; scanner.Scan(); number++ {
		line := scanner.Text()
		if before, found := strings.CutSuffix(strings.TrimRight(line, " \t\r"), `\`); found {
			joined += before
			continue
		}
		line, joined = strings.TrimSpace(requirementComment().ReplaceAllString(joined+line, "")), ""
		if match := requirementInclude().FindStringSubmatch(line); match != nil {
			includes = append(includes, match[1])
			continue
		}
		if !l.line(line) {
			if l.unread++; l.unread == 1 {
				l.first = number
			}
			if words := strings.Fields(line); len(words) >= proseWords && !strings.ContainsAny(line, "=<>{}") {
				l.prose++
			}
		}
	}
	return includes
}

// line reads one requirement. It is false for a line that is none.
func (l *lineReader) line(line string) bool {
	if match := requirementEdit().FindStringSubmatch(line); match != nil {
		line = match[1]
	} else if line == "" || line[0] == '-' || line[0] == '[' && strings.HasSuffix(line, "]") {
		return true
	}
	line = strings.TrimSpace(requirementOption().ReplaceAllString(line, ""))
	name := requirementNameOf(line)
	switch {
	case name == "" && isLocal(line):
		return true // it is the repository's own
	case name == "":
		return false
	case !l.known[manifest.NameKey("PyPI", name)] && len(l.added) < mostNamedLines:
		l.known[manifest.NameKey("PyPI", name)] = true
		l.added = append(l.added, &extractor.Package{Name: name, Version: exactVersion(line), PURLType: purl.TypePyPi, Locations: []string{l.path}})
	}
	return true
}

// exactPin is a requirement of one version. The extractor drops it where the name has a dot.
var exactPin = lazy.Pattern(`^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*={2,3}\s*([A-Za-z0-9][\w.!+-]*)\s*(?:;.*)?$`)

// exactVersion is the one version that a requirement allows, empty where it allows others.
func exactVersion(line string) string {
	if match := exactPin().FindStringSubmatch(line); match != nil {
		return match[1]
	}
	return ""
}

// requirementNameOf is the name in a requirement, in its address or in that of an archive.
func requirementNameOf(line string) string {
	if match := requirementEgg().FindStringSubmatch(line); match != nil {
		return match[1]
	}
	if match := requirementPlain().FindStringSubmatch(line); match != nil && archiveName().FindString(line) == "" {
		return match[1]
	}
	file, _, _ := strings.Cut(line, ";")
	if address, err := url.Parse(strings.TrimSpace(file)); err == nil {
		file = address.Path
	}
	if match := archiveName().FindStringSubmatch(path.Base(file)); match != nil {
		return match[1]
	}
	repository, _, _ := strings.Cut(path.Base(file), "@")
	if strings.Contains(line, "://") && strings.Contains(line, "+") {
		return strings.TrimSuffix(repository, ".git")
	}
	return ""
}

// isLocal reports a path in the repository.
func isLocal(line string) bool {
	return strings.HasPrefix(line, ".") || strings.HasPrefix(line, "file:") || strings.HasPrefix(line, "/") ||
		!strings.Contains(line, ":") && strings.Contains(line, "/") && !strings.ContainsAny(line, "=+ <>")
}
