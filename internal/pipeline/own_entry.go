package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/report"
)

// Bounds of what is read of a work tree to find its entry of a catalog.
const (
	maxPubliccode = 1 << 20 // bytes
	maxNames      = 16      // addresses
)

// remoteName begins the sentence about a name that is that of a remote.
const remoteName = "remote "

// placeName is one address under which a work tree says that it is known.
type placeName struct {
	repository catalog.Repository
	from       string // for readers: "remote origin", "publiccode.yml"
}

// ownEntry returns the entry of the catalogs that describes the repository under check,
// with that repository in the place of its own ones: the others are not read. Where there
// is none it returns the repository as it was named. message tells a reader which entry was
// found and by what, for the names come from the work tree itself.
func (p *Pipeline) ownEntry(ctx context.Context, goods []catalog.Good, checked catalog.Good) (good catalog.Good, message string) {
	if len(checked.Repositories) != 1 {
		return checked, ""
	}
	here := checked.Repositories[0]
	names := []placeName{{here, "its address"}}
	if here.Host == "" { // a folder of this machine
		names = p.placeNames(ctx, here.URL)
	}
	var looked []string
	for _, name := range names {
		for _, entry := range goods {
			if !slices.ContainsFunc(entry.Repositories, func(r catalog.Repository) bool { return r.Key() == name.repository.Key() }) {
				continue
			}
			message = fmt.Sprintf("the catalog's entry of this repository is %s (%s), found by %s", entry.Name, entry.ID, name.from)
			if others := len(entry.Repositories) - 1; others > 0 {
				message += fmt.Sprintf("; it has %d more repositories, which are not read", others)
			}
			entry.Repositories = checked.Repositories
			return entry, message
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
func (p *Pipeline) placeNames(ctx context.Context, top string) []placeName {
	var names []placeName
	add := func(address, from string) {
		if r, _, err := catalog.ParseRepository(address, catalog.Declared); err == nil && len(names) < maxNames {
			names = append(names, placeName{r, from})
		}
	}
	remotes, err := p.git.Remotes(ctx, top)
	if err != nil {
		remotes = nil // it is no repository that git can read
	}
	order := slices.SortedFunc(maps.Keys(remotes), func(a, b string) int {
		return cmp.Or(report.BoolToInt(b == "origin")-report.BoolToInt(a == "origin"), cmp.Compare(a, b))
	})
	for _, name := range order {
		for _, address := range remotes[name] {
			add(address, remoteName+name)
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
