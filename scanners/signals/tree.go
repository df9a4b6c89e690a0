package signals

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/licensefile"
	"github.com/midspan/midspan/internal/observation"
)

// maxFile bounds what is read of one file, in bytes. The files read here are
// written by hand; a larger one is something else.
const maxFile = 1 << 20

// tree finds files by name, whatever their case, in the folders where a
// convention puts them.
type tree struct {
	fsys   fs.FS
	source string              // for measures of the whole tree
	files  map[string][]string // by folder, lower case: paths as written, sorted
}

func newTree(snapshot *gitrepo.Snapshot) *tree {
	t := &tree{fsys: snapshot.FS(), source: fmt.Sprintf("files of %.12s", snapshot.Commit()), files: map[string][]string{}}
	for _, file := range snapshot.Files() {
		if strings.Count(file.Path, "/") > 2 || !fs.ValidPath(file.Path) || file.Mode == gitrepo.ModeGitlink {
			continue
		}
		folder := strings.ToLower(path.Dir(file.Path))
		t.files[folder] = append(t.files[folder], file.Path)
	}
	for _, paths := range t.files {
		slices.Sort(paths)
	}
	return t
}

// Folders of the conventions, in the order in which forges search them.
var (
	root                = []string{"."}
	conventionalFolders = []string{".", ".github", "docs"}
)

// fileKind is a kind of file whose contents are read: in which folders it may
// be, and under which names, in lower case.
type fileKind struct {
	folders []string
	matches func(name string) bool
}

// The sources. Of all other files the names alone are read.
var (
	publiccodeKind     = fileKind{root, named("publiccode.yml", "publiccode.yaml")}
	readmeKind         = fileKind{conventionalFolders, document("readme")}
	fundingYAMLKind    = fileKind{[]string{".github", ".", "docs"}, named("funding.yml", "funding.yaml")}
	fundingJSONKind    = fileKind{[]string{".", ".well-known", ".github", "docs"}, named("funding.json")}
	fundingPointerKind = fileKind{[]string{".well-known"}, named("funding-manifest-urls")}
	packageJSONKind    = fileKind{root, named("package.json")}
	composerJSONKind   = fileKind{root, named("composer.json")}
	pyprojectKind      = fileKind{root, named("pyproject.toml")}
	gemspecKind        = fileKind{root, isGemspec}
	rDescriptionKind   = fileKind{root, named("description")}
	licenseKind        = fileKind{conventionalFolders, licensefile.IsName}
	offerKind          = fileKind{conventionalFolders, licensefile.IsOffer}
	copyrightKind      = fileKind{root, document("copyright")}
	patentsKind        = fileKind{root, document("patents", "patent_grant", "additional_patent_rights")}
	// editionKind are the licences of folders in which an edition that is sold stands beside
	// the open one.
	editionKind        = fileKind{[]string{"ee", "enterprise", "enterprise-edition", "commercial", "premium", "pro", "proprietary", "cloud"}, licensefile.IsName}
	licensesFolderKind = fileKind{[]string{"licenses"}, licensefile.IsInLicenses}
)

// Wants implements scanners.Scanner: the files of the sources, and manifests that
// may name a package. A symbolic link
// with such a name is wanted too; what it points to may have any name, and is
// unknown where it is missing.
func (Scanner) Wants(file gitrepo.File) gitrepo.Want {
	if file.Mode == gitrepo.ModeGitlink || strings.Count(file.Path, "/") > 1 {
		return gitrepo.Unwanted
	}
	folder, name := strings.ToLower(path.Dir(file.Path)), strings.ToLower(path.Base(file.Path))
	for _, s := range []fileKind{
		publiccodeKind, readmeKind, fundingYAMLKind, fundingJSONKind, fundingPointerKind, packageJSONKind, composerJSONKind, pyprojectKind, gemspecKind,
		rDescriptionKind, copyrightKind, licenseKind, licensesFolderKind, editionKind, offerKind,
		governanceKind, insightsKind, adoptersKind, usersKind, modelCardKind,
	} {
		if slices.Contains(s.folders, folder) && s.matches(name) {
			return gitrepo.Needed
		}
	}
	if namesPackage(file.Path) || file.Path == "setup.py" {
		return gitrepo.Needed
	}
	return gitrepo.Unwanted
}

// of returns the files of a source.
func (t *tree) of(s fileKind) []string { return t.find(s.folders, s.matches) }

// firstOf returns the first of them, or "".
func (t *tree) firstOf(s fileKind) string { return t.first(s.folders, s.matches) }

// find returns the files of the folders whose lower-case name matches.
func (t *tree) find(folders []string, matches func(name string) bool) []string {
	var found []string
	for _, folder := range folders {
		for _, p := range t.files[folder] {
			if matches(strings.ToLower(path.Base(p))) {
				found = append(found, p)
			}
		}
	}
	return found
}

// first returns the first of find, or "".
func (t *tree) first(folders []string, matches func(name string) bool) string {
	if found := t.find(folders, matches); len(found) > 0 {
		return found[0]
	}
	return ""
}

// named matches any of the exact names.
func named(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// document matches a text whose name without its ending is one of stems.
func document(stems ...string) func(string) bool {
	return func(name string) bool {
		ending := path.Ext(name)
		switch ending {
		case "", ".md", ".markdown", ".txt", ".rst", ".adoc", ".asciidoc", ".html", ".org", ".rdoc", ".textile":
			return slices.Contains(stems, strings.TrimSuffix(name, ending))
		}
		return false
	}
}

// read returns a file's contents, or why it cannot be read as an *unreadable.
func (t *tree) read(name string) ([]byte, error) {
	info, err := fs.Stat(t.fsys, name)
	if err != nil {
		return nil, t.unreadable(name, err)
	}
	if info.Size() > maxFile {
		return nil, &unreadable{observation.CauseOverLimit, fmt.Sprintf("%s has %d bytes, more than the %d that are read", name, info.Size(), maxFile)}
	}
	data, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return nil, t.unreadable(name, err)
	}
	return data, nil
}

func (t *tree) unreadable(name string, err error) error {
	if e, ok := errors.AsType[*gitrepo.Error](err); ok {
		return &unreadable{e.Cause, fmt.Sprintf("%s: %v", name, e.Err)}
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &unreadable{observation.CauseBroken, fmt.Sprintf("%s: %v", name, err)}
}

// parseFirst parses the first file of a kind, if there is one. A file that does not
// parse is an *unreadable too.
func (t *tree) parseFirst(kind fileKind, parse func(data []byte) error) error {
	name := t.firstOf(kind)
	if name == "" {
		return nil
	}
	data, err := t.read(name)
	if err != nil {
		return err
	}
	if err := parse(data); err != nil {
		return &unreadable{observation.CauseBroken, fmt.Sprintf("%s: %v", name, err)}
	}
	return nil
}

// unreadable is the error of a file that is there and whose contents are unknown.
type unreadable struct {
	cause  observation.Cause
	detail string
}

func (e *unreadable) Error() string { return e.detail }

// causeAndDetail gives the cause and the detail of an unknown measure, without
// what an error quotes of a file.
func causeAndDetail(err error) (observation.Cause, string) {
	if e, ok := errors.AsType[*unreadable](err); ok {
		return e.cause, observation.RedactQuoted(e.detail)
	}
	return observation.CauseBroken, observation.RedactQuoted(err.Error())
}

// readmeFile is a readme, cut to what is read of it.
type readmeFile struct {
	path string // empty where there is none
	body string
	err  error
}

func readReadme(t *tree) readmeFile {
	readme := readmeFile{path: t.firstOf(readmeKind)}
	if readme.path == "" {
		return readme
	}
	var data []byte
	data, readme.err = t.read(readme.path)
	readme.body = string(data)
	return readme
}
