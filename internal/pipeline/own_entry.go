package pipeline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	gitconfig "github.com/go-git/go-git/v5/plumbing/format/config"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/files"
)

// Bounds of what is read of a work tree to find its entry of a catalog, in bytes.
const (
	maxGitConfig  = 1 << 20
	maxPubliccode = 1 << 20
	maxNames      = 16 // addresses
)

// placeName is one address under which a work tree says that it is known.
type placeName struct {
	repository catalog.Repository
	from       string // for readers: "remote origin", "publiccode.yml"
}

// ownEntry returns the entry of the catalogs that describes the repository under check,
// with that repository in the place of its own ones: the others are not read. Where there
// is none it returns the repository as it was named. said tells a reader which entry was
// found and by what, for the names come from the work tree itself.
func ownEntry(goods []catalog.Good, checked catalog.Good) (good catalog.Good, said string) {
	if len(checked.Repositories) != 1 {
		return checked, ""
	}
	here := checked.Repositories[0]
	names := []placeName{{here, "its address"}}
	if here.Host == "" { // a folder of this machine
		names = placeNames(here.URL)
	}
	var looked []string
	for _, name := range names {
		for _, entry := range goods {
			if !slices.ContainsFunc(entry.Repositories, func(r catalog.Repository) bool { return r.Key() == name.repository.Key() }) {
				continue
			}
			said = fmt.Sprintf("the catalog's entry of this repository is %s (%s), found by %s", entry.Name, entry.ID, name.from)
			if others := len(entry.Repositories) - 1; others > 0 {
				said += fmt.Sprintf("; it has %d more repositories, which are not read", others)
			}
			entry.Repositories = checked.Repositories
			return entry, said
		}
		looked = append(looked, name.repository.URL)
	}
	if len(looked) == 0 {
		return checked, "the catalog's entry of this repository is not known: it has no remote and no publiccode.yml with an address"
	}
	return checked, "the catalog has no entry for " + strings.Join(looked, ", ")
}

// placeNames lists the addresses by which a work tree says that it is known: its remotes,
// origin first, then its publiccode.yml. What cannot be read is no name.
func placeNames(top string) []placeName {
	var names []placeName
	add := func(address, from string) {
		if r, _, err := catalog.ParseRepository(address, catalog.Declared); err == nil && len(names) < maxNames {
			names = append(names, placeName{r, from})
		}
	}
	for _, remote := range remotesOf(top) {
		for _, address := range remote.OptionAll("url") {
			add(address, "remote "+remote.Name)
		}
	}
	root, err := files.OpenRoot(top)
	if err != nil {
		return names
	}
	defer root.Close()
	for _, file := range []string{"publiccode.yml", "publiccode.yaml"} {
		if text, err := files.ReadIn(root, file, maxPubliccode); err == nil {
			if good, _, err := catalog.ReadPubliccode(text, file); err == nil {
				for _, r := range good.Repositories {
					add(r.URL, file)
				}
			}
		}
	}
	return names
}

// remotesOf reads the remotes of a repository from its own configuration, origin first,
// without asking git: no file that it includes is read.
func remotesOf(top string) gitconfig.Subsections {
	text, err := files.Read(filepath.Join(gitFolder(top), "config"), maxGitConfig)
	if err != nil {
		return nil
	}
	parsed := gitconfig.New()
	if decodeGitConfig(text, parsed) != nil || !parsed.HasSection("remote") {
		return nil
	}
	remotes := slices.Clone(parsed.Section("remote").Subsections)
	slices.SortStableFunc(remotes, func(a, b *gitconfig.Subsection) int {
		switch {
		case a.Name == b.Name:
			return 0
		case a.Name == "origin":
			return -1
		case b.Name == "origin":
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return remotes
}

// decodeGitConfig turns a panic of the parser, which reads a text from outside, into an
// error.
func decodeGitConfig(text []byte, into *gitconfig.Config) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("read the configuration of the repository: %v", broken)
		}
	}()
	return gitconfig.NewDecoder(bytes.NewReader(text)).Decode(into)
}

// gitFolder is the folder that holds the configuration of a repository: of a further work
// tree that of the main one, of a bare repository itself.
func gitFolder(top string) string {
	at := filepath.Join(top, ".git")
	info, err := os.Stat(at)
	switch {
	case err != nil:
		return top
	case info.IsDir():
		return at
	}
	text, _ := files.Read(at, maxGitConfig)
	folder, _ := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(top, folder)
	}
	if common, err := files.Read(filepath.Join(folder, "commondir"), maxGitConfig); err == nil {
		return filepath.Join(folder, strings.TrimSpace(string(common)))
	}
	return folder
}
