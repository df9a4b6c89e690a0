package pipeline

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// maxFetches bounds the simultaneous clones and updates of this process, because each is a
// git process that packs. The setting per-host bounds those of one host.
const maxFetches = 8

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
	atHand, remote := p.schedule(ctx, repositories)
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
		for range min(p.cfg.PerHost, len(list)) {
			group.Go(func() error { return p.fetchHost(groupCtx, queue, slots, fetched) })
		}
	}
	return group.Wait()
}

// fetchHost fetches the repositories of one host's queue.
func (p *Pipeline) fetchHost(ctx context.Context, queue <-chan acquired, slots *semaphore.Weighted, fetched chan<- acquired) error {
	for a := range queue {
		if a.err = p.fetch(ctx, a, slots); files.IsDiskFull(a.err) {
			// The disk is full: no repository is at fault, and every other would fail too.
			return fmt.Errorf("the store %s cannot be written to; make room and run again, what was finished is kept: %w", p.cfg.Cache, a.err)
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
	isHostFault := func(err error) bool {
		_, retryable := gitrepo.Retryable(err)
		return retryable
	}
	err := p.breakers.Do(ctx, a.repository.Host, func() error { return p.fetchWithRetries(ctx, a, slots) }, isHostFault)
	if circuitErr, ok := errors.AsType[*fetch.CircuitOpenError](err); ok {
		return &gitrepo.Error{Cause: observation.CauseUnreachable, Op: "fetch", Subject: a.repository.URL, Err: circuitErr}
	}
	if err != nil && a.missing != "" && gitrepo.CauseOf(err) == observation.CauseOffline {
		return &gitrepo.Error{Cause: observation.CauseNotFound, Op: "open", Subject: a.repository.URL, Err: fmt.Errorf("%s, and offline", a.missing)}
	}
	return err
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
