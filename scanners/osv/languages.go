package osv

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/purpose"
)

// Bounds on the search for what code imports.
const (
	leastShare    = 20  // a language asks for a manifest from one file of so many on
	mostSources   = 400 // files that are searched of a language
	largestImport = 80  // characters of a name that is shown
)

// quietFolders hold code that was made, or that runs once, beside what purpose.GroupOfFolders knows.
var quietFolders = []string{"dist", "static", "public", "assets", "generated", "migrations"}

// code counts the sources of a snapshot by language.
type code struct {
	byExtension map[string]int // index of the language
	languages   []manifest.Language
}

func newCode() code {
	c := code{languages: manifest.Languages(), byExtension: map[string]int{}}
	for i, language := range c.languages {
		for extension := range strings.FieldsSeq(language.Extensions) {
			c.byExtension[extension] = i
		}
	}
	return c
}

// of is the index of the language of a file of code that runs, or -1.
func (c code) of(name string) int {
	language, ok := c.byExtension[strings.ToLower(path.Ext(name))]
	if !ok || manifest.InForeignFolder(name) || purpose.GroupOfFolders(name) != "" || strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".d.ts") {
		return -1
	}
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if slices.Contains(quietFolders, strings.ToLower(part)) {
			return -1
		}
	}
	return language
}

// languageNotes notes the languages that make up a part of the code, ask for packages and
// have no manifest that was read: nobody knows what runs with them.
func (s *Scanner) languageNotes(snapshot *gitrepo.Snapshot, found fileSelection, read map[string]bool) []observation.Note {
	total := 0
	for _, files := range found.sources {
		total += len(files)
	}
	var notes []observation.Note
	for i, files := range found.sources {
		language := s.code.languages[i]
		if len(files) == 0 || language.Family == "" || read[language.Family] || len(files)*leastShare < total {
			continue
		}
		file, name, asks := asksForPackages(snapshot, language, files)
		if !asks {
			continue
		}
		message := fmt.Sprintf("no manifest of %s was read, which is %d %% of the files of code: what %s needs is not in the inventory",
			language.Family, (100*len(files)+total/2)/total, describePaths(pathsOf(files), "the source", "sources"))
		if name != "" {
			message += fmt.Sprintf("; %s asks for %s", file, name)
		}
		notes = append(notes, observation.Note{Cause: observation.CauseUnsupported, Subject: file, Message: message + "; commit a manifest with its lockfile"})
	}
	return notes
}

func pathsOf(files []gitrepo.File) []string {
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
	}
	slices.Sort(paths)
	return paths
}

// asksForPackages searches sources for a name that does not come with their language and is
// not theirs. Sources that the mirror lacks may name one; so may those beyond a bound.
func asksForPackages(snapshot *gitrepo.Snapshot, language manifest.Language, files []gitrepo.File) (file, name string, asks bool) {
	expression := language.Imports()
	if expression == nil || len(files) > mostSources {
		return files[0].Path, "", true
	}
	own := ownNames(language, snapshot.Files())
	var texts [][]byte
	for _, f := range files {
		text, err := readText(snapshot, f)
		if err != nil {
			return f.Path, "", true
		}
		texts = append(texts, text)
		for _, declared := range declaration().FindAllSubmatch(text, -1) {
			own[strings.ToLower(firstOf(string(declared[1])))] = true
		}
	}
	for i, text := range texts {
		for _, match := range expression.FindAllSubmatch(text, -1) {
			imported := string(match[1])
			if len(match) > 2 && imported == "" {
				imported = string(match[2])
			}
			if imported != "" && !language.Standard(imported) && !own[strings.ToLower(firstOf(imported))] && !own[strings.ToLower(path.Base(imported))] {
				return files[i].Path, observation.OneLine(imported[:min(len(imported), largestImport)]), true
			}
		}
	}
	return "", "", false
}

// declaration is a name that code gives itself.
var declaration = lazy.Pattern(`(?m)^\s*(?:package|namespace|module|ns|\(ns)\s+\\?([\w.\\:]+)`)

// firstOf are the parts of a dotted name that tell whose it is: two of a Java package, one
// of others.
func firstOf(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(`.\:/`, r) })
	switch {
	case len(parts) == 0:
		return name
	case len(parts) > 1 && strings.ToLower(parts[0]) == parts[0] && strings.Contains(name, ".") && !strings.Contains(name, "/"):
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}

// ownNames are the names of the folders and sources of a language's files.
func ownNames(language manifest.Language, files []gitrepo.File) map[string]bool {
	own := map[string]bool{}
	for _, file := range files {
		base := path.Base(file.Path)
		extension := path.Ext(base)
		if !slices.Contains(strings.Fields(language.Extensions), strings.ToLower(extension)) {
			continue
		}
		own[strings.ToLower(strings.TrimSuffix(base, extension))] = true
		own[strings.ToLower(base)] = true
		if language.Family == manifest.FamilyJVM {
			continue // packages are declared
		}
		for part := range strings.SplitSeq(path.Dir(file.Path), "/") {
			own[strings.ToLower(part)] = true
		}
	}
	return own
}
