package child

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Options configure a Pool.
type Options struct {
	// Program is started with the hidden argument; empty means this program.
	Program string
	// Scratch is git's scratch folder of this process, Scanners the names and versions
	// of the scanners (Names).
	Scratch  string
	Scanners []string
	// MaxFiles and MaxBytes bound one repository, as in gitrepo.Options.
	MaxFiles int
	MaxBytes int64
	// Timeout is the longest for one repository. It bounds the CPU time of a child.
	Timeout time.Duration
	// Jobs is how many repositories are open at once.
	Jobs int
	// Memory bounds what a child may use for one repository, in bytes; 0 means 2 GiB.
	Memory int64
	// Grace is how long work may go on after its timeout, until the child is killed; 0
	// means two seconds.
	Grace time.Duration
}

// perJob is the memory that a child may use for each further repository that is open in
// it, in bytes: few need more than a third of it.
const perJob = 256 << 20

// maxLive is the live heap of a child, in bytes, above which another takes its place:
// libraries may keep what they read.
const maxLive = 512 << 20

// cpuSeconds is the CPU time that a child may take from one opening on: all that it can
// take within the timeout.
func (o Options) cpuSeconds() int64 {
	return int64((o.Timeout+o.Grace)/time.Second+1) * int64(runtime.GOMAXPROCS(0))
}

// Pool reads repositories in child processes. It starts none before the first repository.
type Pool struct {
	opts  Options
	alone chan struct{} // holds one element while a child serves one repository alone

	mu     sync.Mutex
	shared *process // nil where none runs
	all    map[*process]bool
	closed bool
}

// NewPool returns a Pool.
func NewPool(o Options) (*Pool, error) {
	if o.Program == "" {
		var err error
		if o.Program, err = self(); err != nil {
			return nil, fmt.Errorf("find this program, to start it as a child process: %w", err)
		}
	}
	o.Memory, o.Grace, o.Jobs = cmp.Or(o.Memory, 2<<30), cmp.Or(o.Grace, 2*time.Second), max(1, o.Jobs)
	return &Pool{opts: o, alone: make(chan struct{}, 1), all: map[*process]bool{}}, nil
}

// Close ends all children. Each ends its git processes first, and is killed where that
// takes long.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed, p.shared = true, nil
	all := slices.Collect(maps.Keys(p.all))
	p.mu.Unlock()
	var ends sync.WaitGroup
	for _, child := range all {
		ends.Go(child.stop)
	}
	ends.Wait()
	return nil
}

var errClosed = errors.New("the child processes have ended")

// startLocked starts a child; mu is held, so that no second one is started meanwhile.
func (p *Pool) startLocked(ctx context.Context, memory int64) (*process, error) {
	if p.closed {
		return nil, errClosed
	}
	child, err := start(ctx, p.opts, memory)
	if err != nil {
		return nil, err
	}
	p.all[child] = true
	go func() {
		<-child.done
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.all, child)
		if p.shared == child {
			p.shared = nil
		}
	}()
	return child, nil
}

// enter returns a child with one more repository open in it: the one that many share, or
// a new one for this repository alone.
func (p *Pool) enter(ctx context.Context, alone bool) (*process, uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	child := p.shared
	if alone {
		child = nil
	}
	if child != nil && !child.serves() {
		p.retireLocked(child)
		child = nil
	}
	if child == nil {
		memory := p.opts.Memory
		if !alone {
			memory += int64(p.opts.Jobs-1) * perJob
		}
		var err error
		if child, err = p.startLocked(ctx, memory); err != nil {
			return nil, 0, err
		}
		if !alone {
			p.shared = child
		}
	}
	child.mu.Lock()
	defer child.mu.Unlock()
	child.open++
	child.next++
	return child, child.next, nil
}

// serves reports whether the child runs and has not grown.
func (p *process) serves() bool {
	select {
	case <-p.done:
		return false
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.live <= maxLive
}

// retireLocked lets a child end with its last repository.
func (p *Pool) retireLocked(child *process) {
	p.shared = nil
	child.mu.Lock()
	child.retired = true
	idle := child.open == 0
	child.mu.Unlock()
	if idle {
		go child.stop()
	}
}

// leave closes a repository in a child.
func (p *process) leave(id uint64, alone bool) {
	p.send(request{ID: id, Kind: closeRepository})
	p.mu.Lock()
	delete(p.waiting, id)
	p.open--
	last := p.open == 0 && (p.retired || alone)
	p.mu.Unlock()
	if last {
		p.stop()
	}
}

// Open implements Reader.
func (p *Pool) Open(ctx context.Context, dir string, at time.Time, timeout time.Duration) (Repository, error) {
	return open(&remote{pool: p, run: ctx, dir: dir, at: at, timeout: timeout})
}

// OpenCommit implements Reader.
func (p *Pool) OpenCommit(ctx context.Context, dir, commit string, timeout time.Duration) (Repository, error) {
	return open(&remote{pool: p, run: ctx, dir: dir, commit: commit, timeout: timeout})
}

func open(r *remote) (Repository, error) {
	r.begin()
	if err := r.enter(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// remote is a repository that a child reads.
type remote struct {
	pool    *Pool
	run     context.Context // of the caller
	dir     string
	at      time.Time // zero for HEAD
	commit  string    // empty for HEAD
	timeout time.Duration

	ctx    context.Context // run with the timeout
	cancel context.CancelFunc
	child  *process // nil where it ended
	id     uint64
	alone  bool // it has a child of its own
	holds  bool // an element of pool.alone
	opened Opened
}

// begin starts the time that the repository may take.
func (r *remote) begin() {
	if r.cancel != nil {
		r.cancel()
	}
	r.ctx, r.cancel = context.WithTimeout(r.run, r.timeout)
}

// enter opens the repository in a child, and in one of its own where the shared one ends.
func (r *remote) enter() error {
	if err := r.run.Err(); err != nil {
		return err // nobody waits for what the child is at, so that it may not take more
	}
	if r.child != nil {
		return nil
	}
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	var err error
	if r.child, r.id, err = r.pool.enter(r.ctx, r.alone); err != nil {
		return cmp.Or(r.run.Err(), r.ctx.Err(), err)
	}
	a, err := r.ask(request{Kind: openRepository, Dir: r.dir, At: r.at, Commit: r.commit})
	switch {
	case errors.Is(err, errAgain):
		return r.enter()
	case err != nil:
		return err
	case a.Failure != nil:
		return a.Failure.err()
	case a.Opened == nil:
		return errors.New("the child process answered nothing")
	}
	r.opened = *a.Opened
	return nil
}

// errAgain says that the child ended, perhaps over another repository, and that this one
// is to be tried again, alone.
var errAgain = errors.New("try again alone")

// ask asks the child. An end of the child over this repository is an *EndedError.
func (r *remote) ask(q request) (answer, error) {
	q.ID = r.id
	child, alone := r.child, r.alone
	a, err := child.ask(r.ctx, q, r.pool.opts.Grace)
	if !errors.Is(err, errEnded) && !errors.Is(err, errStuck) {
		return a, err
	}
	r.child = nil
	<-child.done
	switch {
	case r.run.Err() != nil:
		return a, r.run.Err()
	case errors.Is(err, errStuck):
		return a, &EndedError{Cause: observation.CauseOverLimit, Lasting: true,
			Text: fmt.Sprintf("it was not read within %s, and the process that read it had to be killed; --timeout allows more", r.timeout)}
	case alone:
		return a, child.ending
	}
	r.alone = true
	if err := r.takeTurn(); err != nil {
		return a, err
	}
	r.begin() // the time that it lost was that of another, perhaps
	return a, errAgain
}

// takeTurn waits until no other repository has a child of its own: all together need the
// memory of two children at most.
func (r *remote) takeTurn() error {
	if r.holds {
		return nil
	}
	select {
	case r.pool.alone <- struct{}{}:
		r.holds = true
		return nil
	case <-r.run.Done():
		return r.run.Err()
	}
}

// Opened implements Repository.
func (r *remote) Opened() Opened { return r.opened }

// Scan implements Repository.
func (r *remote) Scan(scanner scanners.Scanner, repository catalog.Repository, at time.Time) (observation.Observation, error) {
	if err := r.enter(); err != nil {
		return observation.Observation{}, err
	}
	a, err := r.ask(request{Kind: scanRepository, Scanner: scanner.Name(), Repository: &repository, OwnerHosts: repository.OwnerHosts, At: at})
	switch {
	case errors.Is(err, errAgain):
		return r.Scan(scanner, repository, at)
	case err != nil:
		return observation.Observation{}, err
	case a.Failure != nil:
		return observation.Observation{}, a.Failure.err()
	case a.Observation == nil:
		return observation.Observation{}, errors.New("the child process answered nothing")
	}
	return *a.Observation, nil
}

// maxPaths bounds the lockfiles of one request: their paths and what they say must each fit
// into a message.
const maxPaths = 10

// Locks implements Repository.
func (r *remote) Locks(paths []string) ([]observation.Lock, error) {
	var all []observation.Lock
	for some := range slices.Chunk(paths, maxPaths) {
		if err := r.enter(); err != nil {
			return nil, err
		}
		a, err := r.ask(request{Kind: readLockfiles, Paths: some})
		switch {
		case errors.Is(err, errAgain):
			return r.Locks(paths)
		case err != nil:
			return nil, err
		case a.Failure != nil:
			return nil, a.Failure.err()
		}
		all = append(all, a.Locks...)
	}
	return all, nil
}

// Close implements Repository.
func (r *remote) Close() error {
	r.cancel()
	if r.child != nil {
		r.child.leave(r.id, r.alone)
		r.child = nil
	}
	if r.holds {
		<-r.pool.alone
		r.holds = false
	}
	return nil
}
