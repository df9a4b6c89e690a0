package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/mirror"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// acquired is a repository with the folder of its mirror, or with the error that kept it
// from being fetched.
type acquired struct {
	repository catalog.Repository
	dir        string
	err        error
	bytes      int64  // size of the mirror's packs; larger mirrors are scanned first
	missing    string // why no given mirror serves it; empty where none was looked for
}

// schedule separates the repositories whose mirrors are read in place from those that
// are fetched first. Both lists are sorted by size, largest first. A mirror that does
// not exist yet may have any size, and comes before those that do.
func (p *Pipeline) schedule(ctx context.Context, repositories []catalog.Repository) (atHand <-chan acquired, remote []acquired) {
	all := make([]acquired, len(repositories))
	place := make([]string, len(repositories)) // of given mirrors
	several := ofSeveralHosts(repositories)
	for i, repository := range repositories {
		all[i] = p.locate(ctx, repository, several)
		place[i] = all[i].dir
	}
	refuseShared(all, place)
	var given []acquired
	for _, a := range all {
		if a.dir == "" && a.err == nil {
			a.dir, a.err = p.ownMirror(a.repository)
			if a.err == nil {
				if a.bytes = gitrepo.PackedBytes(a.dir); a.bytes == 0 {
					a.bytes = 1 << 62
				}
				remote = append(remote, a)
				continue
			}
		}
		if a.err == nil {
			a.bytes = gitrepo.PackedBytes(a.dir)
		}
		given = append(given, a) // an error becomes the scan's failure
	}
	remote, refused := refuseSharedOwn(remote)
	given = append(given, refused...)
	larger := func(a, b acquired) int { return cmp.Compare(b.bytes, a.bytes) }
	slices.SortStableFunc(given, larger)
	slices.SortStableFunc(remote, larger)
	return queued(given), remote
}

// ofSeveralHosts reports whether repositories are at more than one host.
func ofSeveralHosts(repositories []catalog.Repository) bool {
	first := ""
	for _, repository := range repositories {
		if first == "" {
			first = repository.Host
		}
		if repository.Host != "" && repository.Host != first {
			return true
		}
	}
	return false
}

// locate finds the folder of a repository that is read in place, if there is one, and
// whether it is of that repository.
func (p *Pipeline) locate(ctx context.Context, repository catalog.Repository, several bool) acquired {
	a, open := p.givenMirror(repository)
	if a.dir != "" && open && several {
		if a.missing = p.foreign(ctx, a.dir, repository); a.missing != "" {
			a.dir = ""
		}
	}
	return a
}

// givenMirror finds the folder of a repository that is read in place, if there is one;
// open means that the setting that led to it does not name its host.
func (p *Pipeline) givenMirror(repository catalog.Repository) (a acquired, open bool) {
	a.repository = repository
	if repository.Host == "" {
		a.dir = repository.URL // a path from the command line
		return a, false
	}
	if a.dir = p.givenMirrors[repository.URL]; a.dir != "" {
		return a, false
	}
	path, bound := mirror.Templates{Any: p.cfg.Mirror, Host: p.cfg.MirrorOf}.Path(repository)
	if path == "" {
		return a, false
	}
	if _, err := os.Stat(path); err != nil {
		a.missing = "no mirror at " + path
		return a, false
	}
	a.dir = path
	return a, !bound
}

// foreign says why a given mirror is not that of a repository: it was cloned from another
// one. A path that does not name the host leads repositories of all hosts to one mirror,
// and whoever names one in a catalog would get what the mirror of another holds. An empty
// string means that nothing speaks against the mirror.
func (p *Pipeline) foreign(ctx context.Context, path string, repository catalog.Repository) string {
	remotes, err := p.git.Remotes(ctx, path)
	if err != nil {
		return "" // no repository that git can read: the scan says so
	}
	target := p.git.Target(repository.URL)
	there, _, err := catalog.ParseRepository(target, catalog.Declared)
	for _, origin := range remotes["origin"] {
		if origin != target && !mirror.IsOf(origin, repository) && (err != nil || !mirror.IsOf(origin, there)) {
			return fmt.Sprintf("the mirror at %s is of another repository (%s); a template with {host}, or one for each host, tells them apart",
				path, redact.URL(origin))
		}
	}
	return ""
}

// refuseShared refuses the repositories that share a given mirror: which of them it holds
// is not known.
func refuseShared(all []acquired, place []string) {
	first := map[string]int{}
	for i := range all {
		if place[i] == "" || all[i].repository.Host == "" {
			continue
		}
		identity := mirror.Identity(place[i])
		j, taken := first[identity]
		if !taken {
			first[identity] = i
			continue
		}
		for _, pair := range [][2]int{{i, j}, {j, i}} {
			if a := &all[pair[0]]; a.err == nil {
				a.dir, a.err = "", &gitrepo.Error{Cause: observation.CauseBadURL, Op: "mirror", Subject: a.repository.URL,
					Err: fmt.Errorf("it and %s lead to one folder, %s: neither is read; a template with {host}, {owner} and {name} keeps them apart",
						all[pair[1]].repository.URL, place[i])}
			}
		}
	}
}

// refuseSharedOwn takes out the repositories whose own mirrors would be in one folder.
func refuseSharedOwn(remote []acquired) (distinct, refused []acquired) {
	place := make([]string, len(remote))
	for i, a := range remote {
		place[i] = a.dir
	}
	refuseShared(remote, place)
	for _, a := range remote {
		if a.err != nil {
			refused = append(refused, a)
		} else {
			distinct = append(distinct, a)
		}
	}
	return distinct, refused
}

// ownMirror returns the folder of the cache that holds the mirror of a repository.
func (p *Pipeline) ownMirror(repository catalog.Repository) (string, error) {
	return ownMirrorIn(p.cfg.Cache, repository)
}

func ownMirrorIn(cache string, repository catalog.Repository) (string, error) {
	mirrors := filepath.Join(cache, "mirrors")
	host, below, err := mirror.Place(repository)
	if err == nil {
		err = mirror.Check(mirrors, host, below)
	}
	if err != nil {
		return "", &gitrepo.Error{Cause: observation.CauseBadURL, Op: "mirror", Subject: repository.URL, Err: err}
	}
	return filepath.Join(mirrors, host, below), nil
}
