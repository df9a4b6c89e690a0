package osv

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/imports"
	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/purpose"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// leastShare: a language asks for a manifest from one file of so many on.
const leastShare = 20

// quietFolders hold code that was made, or that runs once, beside what purpose.GroupOfFolders knows.
var quietFolders = []string{"dist", "static", "public", "assets", "generated", "migrations"}

// code counts the sources of a snapshot by language.
type code struct {
	byExtension map[string]int // index of the language
	byName      map[string]int // likewise
	languages   []manifest.Language
}

func newCode() code {
	c := code{languages: manifest.Languages(), byExtension: map[string]int{}, byName: map[string]int{}}
	for i, language := range c.languages {
		for extension := range strings.FieldsSeq(language.Extensions) {
			c.byExtension[extension] = i
		}
		for name := range strings.FieldsSeq(language.Names) {
			c.byName[name] = i
		}
	}
	return c
}

// of is the index of the language of a file of code that runs, or -1.
func (c code) of(name string) int {
	base := strings.ToLower(path.Base(name))
	language, ok := c.byExtension[path.Ext(base)]
	if !ok {
		language, ok = c.byName[base]
	}
	if !ok || manifest.InForeignFolder(name) || purpose.GroupOfFolders(name) != "" || strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".d.ts") {
		return -1
	}
	if manifest.StartsFlutter(name) {
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
// have no manifest that names any: nobody knows what runs with them.
func (s *Scanner) languageNotes(snapshot *gitrepo.Snapshot, found fileSelection, asked families) []observation.Note {
	total := 0
	for _, files := range found.sources {
		total += len(files)
	}
	all := sync.OnceValue(func() []string { return pathsOf(snapshot.Files()) })
	var notes []observation.Note
	for i, files := range found.sources {
		language := s.code.languages[i]
		if len(files) == 0 || language.Family == "" || asked.named[language.Family] || len(files)*leastShare < total {
			continue
		}
		search := imports.Search{Language: language, Sources: s.pathsOfCode(files), Files: all(), Own: asked.own(language.Family),
			Declared: asked.read[language.Family], Read: func(name string) ([]byte, error) { return readSource(snapshot, name) }}
		if file, name, asks := search.Stranger(); asks {
			notes = append(notes, silentNote(language.Family, (100*len(files)+total/2)/total, pathsOf(files), file, name, search.Declared))
		}
	}
	return notes
}

// silentNote is a note on a language of which no manifest names a package. share is its part
// of the files of code, in per cent.
func silentNote(family string, share int, sources []string, file, name string, declared bool) observation.Note {
	because := fmt.Sprintf("no manifest of %s was read", family)
	if declared {
		because = fmt.Sprintf("no manifest of %s names a package", family)
	}
	message := fmt.Sprintf("%s, which is %d %% of the files of code: what %s needs is not in the inventory", because, share,
		describePaths(sources, "the source", "sources"))
	if name != "" {
		message += fmt.Sprintf("; %s asks for %s", file, name)
	}
	return observation.Note{Cause: observation.CauseUnsupported, Subject: file, Message: message + "; commit a manifest with its lockfile"}
}

// pathsOfCode are the paths of sources that are no manifests themselves.
func (s *Scanner) pathsOfCode(files []gitrepo.File) []string {
	return slices.DeleteFunc(pathsOf(files), func(name string) bool { return s.index.Of(name) >= 0 })
}

func readSource(snapshot *gitrepo.Snapshot, name string) ([]byte, error) {
	info, err := fs.Stat(snapshot.FS(), name)
	if err != nil {
		return nil, err
	}
	text, err := readText(snapshot, gitrepo.File{Path: name, Size: info.Size()})
	text, _ = texts.Decode(text)
	return text, err
}

func pathsOf(files []gitrepo.File) []string {
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
	}
	slices.Sort(paths)
	return paths
}
