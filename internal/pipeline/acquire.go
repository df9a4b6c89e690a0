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
)

const (
	// maxFetchesPerHost bounds the simultaneous clones and updates of one host, so that
	// a catalog does not overload a forge.
	maxFetchesPerHost = 4
	// maxFetches bounds them over all hosts, because each is a git process that packs.
	maxFetches = 8
)

// acquired is a repository with the folder of its mirror, or with the error that kept it
// from being fetched.
type acquired struct {
	repository catalog.Repository
	dir        string
	err        error
	bytes      int64 // size of the mirror's packs; larger mirrors are scanned first
}

// schedule separates the repositories whose mirrors are read in place from those that
// are fetched first. Both lists are sorted by size, largest first. A mirror that does
// not exist yet may have any size, and comes before those that do.
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
			given = append(given, a) // it cannot be fetched, and its error becomes the scan's failure
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

// queued returns a closed channel that holds a list, for several readers.
func queued(list []acquired) <-chan acquired {
	queue := make(chan acquired, len(list))
	for _, a := range list {
		queue <- a
	}
	close(queue)
	return queue
}

// eachAcquired calls do with every repository, in as many goroutines as the setting jobs
// says, while mirrors that are not at hand are fetched. The context of do ends with the
// first error.
func (p *Pipeline) eachAcquired(ctx context.Context, repositories []catalog.Repository, do func(context.Context, acquired) error) error {
	atHand, remote := p.schedule(repositories)
	group, groupCtx := errgroup.WithContext(ctx)
	fetched := make(chan acquired)
	group.Go(func() error {
		defer close(fetched)
		return p.fetchAll(groupCtx, remote, fetched)
	})
	for range p.cfg.Jobs {
		group.Go(func() error {
			return consume(groupCtx, atHand, fetched, func(a acquired) error { return do(groupCtx, a) })
		})
	}
	return group.Wait()
}

// consume calls do with what either channel delivers until both are closed.
func consume(ctx context.Context, atHand, fetched <-chan acquired, do func(acquired) error) error {
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

// givenMirror returns the folder of a repository that is read in place, or an empty
// string.
func (p *Pipeline) givenMirror(repository catalog.Repository) string {
	if repository.Host == "" {
		return repository.URL // a path from the command line
	}
	if mirror := p.givenMirrors[repository.URL]; mirror != "" {
		return mirror
	}
	if p.cfg.Mirror != "" {
		mirror := expandTemplate(p.cfg.Mirror, repository)
		if _, err := os.Stat(mirror); err == nil {
			return mirror
		}
	}
	return ""
}

// ownMirror returns the folder of the store that holds the mirror of a repository.
func (p *Pipeline) ownMirror(repository catalog.Repository) (string, error) {
	local := filepath.Join(repository.Host, filepath.FromSlash(repository.Owner), repository.Path+".git")
	if !filepath.IsLocal(local) {
		return "", &gitrepo.Error{Cause: observation.CauseBadURL, Op: "mirror", Subject: repository.URL, Err: errors.New("its path leaves the store")}
	}
	return filepath.Join(p.cfg.Store, "mirrors", local), nil
}

// expandTemplate fills the placeholders of the setting mirror.
func expandTemplate(template string, repository catalog.Repository) string {
	return strings.NewReplacer("{host}", repository.Host, "{owner}", repository.Owner, "{name}", repository.Path).Replace(template)
}

// fetchAll updates mirrors, with a queue for each host, and sends each as it is done. A
// slow host delays no other host. A host that fails for every repository is skipped by
// its circuit breaker.
func (p *Pipeline) fetchAll(ctx context.Context, remote []acquired, fetched chan<- acquired) error {
	hosts := map[string][]acquired{}
	for _, a := range remote {
		hosts[a.repository.Host] = append(hosts[a.repository.Host], a)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	slots := semaphore.NewWeighted(maxFetches)
	for _, list := range hosts {
		queue := queued(list)
		for range min(maxFetchesPerHost, len(list)) {
			group.Go(func() error { return p.fetchHost(groupCtx, queue, slots, fetched) })
		}
	}
	return group.Wait()
}

// fetchHost fetches the repositories of one host's queue.
func (p *Pipeline) fetchHost(ctx context.Context, queue <-chan acquired, slots *semaphore.Weighted, fetched chan<- acquired) error {
	for a := range queue {
		if a.err = p.fetch(ctx, a, slots); gitrepo.IsDiskFull(a.err) {
			// The disk is full: no repository is at fault, and every other would fail too.
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

// fetch makes or updates one mirror, unless the circuit breaker of its host is open.
func (p *Pipeline) fetch(ctx context.Context, a acquired, slots *semaphore.Weighted) error {
	err := p.breakers.Do(ctx, a.repository.Host, func() error { return p.fetchWithRetries(ctx, a, slots) }, isHostFault)
	if circuitErr, ok := errors.AsType[*fetch.CircuitOpenError](err); ok {
		return &gitrepo.Error{Cause: observation.CauseUnreachable, Op: "fetch", Subject: a.repository.URL, Err: circuitErr}
	}
	if err != nil && p.cfg.Mirror != "" && gitrepo.CauseOf(err) == observation.CauseOffline {
		return &gitrepo.Error{Cause: observation.CauseNotFound, Op: "open", Subject: a.repository.URL,
			Err: fmt.Errorf("no mirror at %s, and offline", expandTemplate(p.cfg.Mirror, a.repository))}
	}
	return err
}

// isHostFault reports whether an error may be the fault of a whole host.
func isHostFault(err error) bool {
	_, retryable := gitrepo.Retryable(err)
	return retryable
}

// fetchWithRetries fetches with retries, all within the timeout of one repository, which
// begins with the first attempt. A slot is held while git works, and is free during the
// pauses.
func (p *Pipeline) fetchWithRetries(ctx context.Context, a acquired, slots *semaphore.Weighted) error {
	if err := slots.Acquire(ctx, 1); err != nil {
		return err
	}
	first := true
	timeoutCtx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	return p.retry.Retry(timeoutCtx, func() error {
		if !first {
			if err := slots.Acquire(ctx, 1); err != nil {
				return err
			}
		}
		first = false
		defer slots.Release(1)
		return p.git.Mirror(timeoutCtx, a.repository.URL, a.dir)
	}, gitrepo.Retryable)
}
