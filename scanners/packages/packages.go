// Package packages asks services that know the registries of packages about the packages
// of a repository: deps.dev (how old the ones are that it uses, what it publishes, and how
// many depend on that) and ecosyste.ms (who depends on what it publishes, and downloads).
// They are two sources, for what ecosyste.ms says is under CC BY-SA and is kept apart.
//
// A package counts as the repository's own where its manifest names it and the registry's
// record names the repository: the name alone anybody can write into a manifest. Names of
// maintainers, which both services tell, are not read. docs/sources.md says which answers
// were seen.
package packages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/purl"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Options say where a service is.
type Options struct {
	// Address is that of the service; empty for its own.
	Address string
	// MaxWait is how long a limit on the rate is waited for; 0 for two minutes.
	MaxWait time.Duration
}

func (o Options) orDefault(address string) Options {
	return Options{cmp.Or(o.Address, address), cmp.Or(o.MaxWait, service.MaxWait)}
}

// maxOwn bounds how many packages of one repository's own are asked about.
const maxOwn = 50

// asker is what both sources have in common.
type asker struct{}

// FollowsScan implements scanners.Follower.
func (asker) FollowsScan() {}

// Excludes implements scanners.Source.
func (asker) Excludes(r catalog.Repository) string {
	return scanners.ExcludesReserved(r)
}

// Refuses implements scanners.Source.
func (asker) Refuses(r catalog.Repository) *observation.Note {
	return scanners.RefusesFolder(r, "ask about its packages")
}

// name is a package, as inventories spell it.
type name struct{ ecosystem, name string }

func (n name) String() string { return n.ecosystem + ":" + n.name }

// own are the packages that the manifests of a repository name as its own.
type own struct {
	names []name
	// Unread says why there may be others, or why none is known; nil where all are.
	Unread *observation.Note
}

// ownOf reads them from what scanners found.
func ownOf(found scanners.Found) own {
	m, known := observation.Find(found.Measures, observation.IdentityPackages)
	list, measured := m.List()
	var all own
	switch {
	case !known:
		all.Unread = &observation.Note{Cause: observation.CauseNoSource, Message: "the manifests that could name a package were not read"}
	case !measured:
		all.Unread = &observation.Note{Cause: m.Cause, Message: m.Detail}
	case m.Bound != observation.Exact:
		all.Unread = &observation.Note{Cause: observation.CauseOverLimit, Message: m.Detail}
	}
	for _, text := range list {
		ecosystem, of, _ := strings.Cut(text, ":")
		all.names = append(all.names, name{ecosystem, of})
	}
	if len(all.names) > maxOwn {
		all.names = all.names[:maxOwn]
		all.Unread = &observation.Note{Cause: observation.CauseOverLimit, Message: fmt.Sprintf("the first %d of %d packages were asked about", maxOwn, len(list))}
	}
	return all
}

// purl is the package URL of a package without a version; empty where it has none.
func (n name) purl() string { return purl.Of(n.ecosystem, n.name, "") }

// noneNamed says why the measures of what a repository publishes do not apply.
const noneNamed = "no manifest names a package of its own"

// someOf names the first of many.
func someOf(names []string) string {
	const shown = 5
	names = slices.Clone(names)
	slices.Sort(names)
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
