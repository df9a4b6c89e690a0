package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

const (
	// perHost bounds the clones and updates that go to one host at a time, so
	// that a catalog is no burden to a forge.
	perHost = 4
	// fetches bounds them over all hosts: each is a git process that packs.
	fetches = 8
)

// acquired is a repository whose mirror is at hand, or could not be had.
type acquired struct {
	repository catalog.Repository
	dir        string
	err        error
	bytes      int64 // what the mirror takes on disk: the larger, the longer it takes
}

// schedule tells repositories whose mirrors are read where they are from those
// that are fetched first. Both come largest first; a mirror that is not there
// yet may be of any size, and comes before those that are.
func (p *Pipeline) schedule(repositories []catalog.Repository) (atHand <-chan acquired, remote []acquired) {
	var given []acquired
	for _, repository := range repositories {
		a := acquired{repository: repository}
		if a.dir = p.givenMirror(repository); a.dir != "" {
			a.bytes = gitrepo.PackedBytes(a.dir)
			given = append(given, a)
			continue
		}
		if a.dir, a.err = p.ownMirror(repository); a.err != nil {
			given = append(given, a) // nothing to fetch: its failure is stored
			continue
		}
		if a.bytes = gitrepo.PackedBytes(a.dir); a.bytes == 0 {
			a.bytes = 1 << 62
		}
		remote = append(remote, a)
	}
	larger := func(a, b acquired) int { return cmp.Compare(b.bytes, a.bytes) }
	slices.SortStableFunc(given, larger)
	slices.SortStableFunc(remote, larger)
	return queued(given), remote
}

// queued is a closed channel that holds a list, for several to take from.
func queued(list []acquired) <-chan acquired {
	queue := make(chan acquired, len(list))
	for _, a := range list {
		queue <- a
	}
	close(queue)
	return queue
}

// eachAcquired calls do with every repository, as many at a time as there are
// jobs, while those that are not at hand are fetched. The context of do ends
// with the first error.
func (p *Pipeline) eachAcquired(ctx context.Context, repositories []catalog.Repository, do func(context.Context, acquired) error) error {
	atHand, remote := p.schedule(repositories)
	group, working := errgroup.WithContext(ctx) // working ends with the group
	fetched := make(chan acquired)
	group.Go(func() error {
		defer close(fetched)
		return p.fetchAll(working, remote, fetched)
	})
	for range p.cfg.Jobs {
		group.Go(func() error {
			return work(working, atHand, fetched, func(a acquired) error { return do(working, a) })
		})
	}
	return group.Wait()
}

// work calls do with what either channel brings until both are closed.
func work(ctx context.Context, atHand, fetched <-chan acquired, do func(acquired) error) error {
	for atHand != nil || fetched != nil {
		var next acquired
		var open bool
		select {
		case <-ctx.Done():
			return ctx.Err()
		case next, open = <-fetched:
			if !open {
				fetched = nil
			}
		case next, open = <-atHand:
			if !open {
				atHand = nil
			}
		}
		if !open {
			continue
		}
		if err := do(next); err != nil {
			return err
		}
	}
	return nil
}

// givenMirror is the folder of a repository that is read where it is, or empty.
func (p *Pipeline) givenMirror(repository catalog.Repository) string {
	if repository.Host == "" {
		return repository.URL // a path from the command line
	}
	if given := p.given[repository.URL]; given != "" {
		return given
	}
	if p.cfg.Mirror != "" {
		given := expand(p.cfg.Mirror, repository)
		if _, err := os.Stat(given); err == nil {
			return given
		}
	}
	return ""
}

// ownMirror is the folder of the store in which a repository is kept.
func (p *Pipeline) ownMirror(repository catalog.Repository) (string, error) {
	local := filepath.Join(repository.Host, filepath.FromSlash(repository.Owner), repository.Path+".git")
	if !filepath.IsLocal(local) {
		return "", &gitrepo.Error{Cause: observation.CauseBadURL, Op: "mirror", Subject: repository.URL, Err: errors.New("its path leaves the store")}
	}
	return filepath.Join(p.cfg.Store, "mirrors", local), nil
}

// expand fills a mirror template.
func expand(template string, repository catalog.Repository) string {
	return strings.NewReplacer("{host}", repository.Host, "{owner}", repository.Owner, "{name}", repository.Path).Replace(template)
}

// fetchAll brings mirrors up to date, host by host side by side, and hands on
// each as it is done. A slow host holds up no other, and one that fails for
// every repository is left alone.
func (p *Pipeline) fetchAll(ctx context.Context, remote []acquired, fetched chan<- acquired) error {
	hosts := map[string][]acquired{}
	for _, a := range remote {
		hosts[a.repository.Host] = append(hosts[a.repository.Host], a)
	}
	group, working := errgroup.WithContext(ctx)
	slots := semaphore.NewWeighted(fetches)
	for _, list := range hosts {
		queue := queued(list)
		for range min(perHost, len(list)) {
			group.Go(func() error { return p.fetchFrom(working, queue, slots, fetched) })
		}
	}
	return group.Wait()
}

func (p *Pipeline) fetchFrom(ctx context.Context, queue <-chan acquired, slots *semaphore.Weighted, fetched chan<- acquired) error {
	for a := range queue {
		if a.err = p.fetch(ctx, a, slots); gitrepo.IsDiskFull(a.err) {
			// No repository is at fault, and every other would end the same.
			return fmt.Errorf("the store %s cannot be written to; make room and run again, what was finished is kept: %w", p.cfg.Store, a.err)
		}
		select {
		case fetched <- a:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fetch makes or updates one mirror, unless its host is left alone.
func (p *Pipeline) fetch(ctx context.Context, a acquired, slots *semaphore.Weighted) error {
	err := p.hosts.Do(ctx, a.repository.Host, func() error { return p.try(ctx, a, slots) }, unreachable)
	if alone, ok := errors.AsType[*fetch.CircuitOpenError](err); ok {
		return &gitrepo.Error{Cause: observation.CauseUnreachable, Op: "fetch", Subject: a.repository.URL, Err: alone}
	}
	if err != nil && p.cfg.Mirror != "" && gitrepo.CauseOf(err) == observation.CauseOffline {
		return &gitrepo.Error{Cause: observation.CauseNotFound, Op: "open", Subject: a.repository.URL,
			Err: fmt.Errorf("no mirror at %s, and offline", expand(p.cfg.Mirror, a.repository))}
	}
	return err
}

// unreachable tells what may be the fault of a whole host.
func unreachable(err error) bool {
	_, again := gitrepo.Retryable(err)
	return again
}

// try fetches as often as may help, all within the time for one repository,
// which begins when it is its turn. A slot is held while git works, and not
// while a server is waited for.
func (p *Pipeline) try(ctx context.Context, a acquired, slots *semaphore.Weighted) error {
	if err := slots.Acquire(ctx, 1); err != nil {
		return err
	}
	first := true
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	return p.patience.Retry(limited, func() error {
		if !first {
			if err := slots.Acquire(ctx, 1); err != nil {
				return err
			}
		}
		first = false
		defer slots.Release(1)
		return p.git.Mirror(limited, a.repository.URL, a.dir)
	}, gitrepo.Retryable)
}

// wants is what all scanners together read of a repository.
func wants(all []scanners.Scanner) gitrepo.Wants {
	var names []string
	for _, scanner := range all {
		names = append(names, scanner.Name()+"@"+scanner.Version())
	}
	return gitrepo.Wants{
		Name: strings.Join(names, " "),
		Contents: func(file gitrepo.File) gitrepo.Want {
			most := gitrepo.Unwanted
			for _, scanner := range all {
				most = max(most, scanner.Wants(file))
				if most == gitrepo.Needed {
					break
				}
			}
			return most
		},
		Past: func(files []gitrepo.File) []string {
			var paths []string
			for _, scanner := range all {
				if reader, ok := scanner.(scanners.PastReader); ok {
					paths = append(paths, reader.PastPaths(files)...)
				}
			}
			return paths
		},
	}
}
