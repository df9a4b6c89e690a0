package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/registry"
)

// argument is the whole command line of a child. No command has this name.
const argument = "__read-repositories"

// Requested reports whether a command line asks for a child process.
func Requested(args []string) bool { return len(args) == 2 && args[1] == argument }

// Exit codes of a child, beside those of Go's runtime.
const (
	exitDone   = 0
	exitFailed = 10 // it could not begin
	exitMemory = 11 // over the limit on memory
	exitCPU    = 12 // over the limit on CPU time
)

// Main is the whole work of a child process; its result is the exit code. It serves
// requests until its standard input ends, as it does when its parent ends.
func Main() int {
	out := os.Stdout
	os.Stdout = os.Stderr // a library that prints must not garble answers
	if err := serve(os.Stdin, out, true); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	return exitDone
}

// server is the child's side.
type server struct {
	git      *gitrepo.Git
	scanners []scanners.Scanner
	limits   *limits

	writing sync.Mutex
	out     io.Writer

	work         sync.WaitGroup
	repositories map[uint64]*served // for the goroutine that reads requests
}

// served is one open repository in the child.
type served struct {
	ctx    context.Context // ends the work on the repository
	cancel context.CancelFunc
	scans  chan request
}

// serve answers requests until in ends. With limited, the limits of the greeting are set
// on this process.
func serve(in io.Reader, out io.Writer, limited bool) error {
	buffered := bufio.NewReader(in)
	var first request
	if err := read(buffered, &first, maxRequest); err != nil || first.Kind != greet || first.Greeting == nil {
		return fmt.Errorf("the first request is no greeting: %w", errors.Join(err, errEnded))
	}
	s := &server{out: out, repositories: map[uint64]*served{}, limits: &limits{}}
	if limited {
		s.limits = setLimits(first.Greeting.Memory, first.Greeting.CPU)
	}
	if err := s.prepare(*first.Greeting); err != nil {
		return err
	}
	s.answer(answer{})
	ctx, cancel := context.WithCancel(context.Background())
	defer s.end(cancel)
	for {
		var next request
		if err := read(buffered, &next, maxRequest); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		s.handle(ctx, next)
	}
}

// end cancels all work, so that no git process is left, and waits a little for it.
func (s *server) end(cancel context.CancelFunc) {
	cancel()
	for _, open := range s.repositories {
		close(open.scans)
	}
	done := make(chan struct{})
	go func() { s.work.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(500 * time.Millisecond):
	}
}

func (s *server) prepare(g greeting) error {
	var err error
	if s.scanners, err = registry.All(); err != nil {
		return err
	}
	optional, _ := registry.Optional(registry.Asked{Functions: true, Replay: true})
	for _, optional := range optional {
		if slices.Contains(g.Scanners, Names([]scanners.Scanner{optional})[0]) {
			s.scanners = append(s.scanners, optional)
		}
	}
	if own := Names(s.scanners); !slices.Equal(own, g.Scanners) {
		return fmt.Errorf("the parent has the scanners %q, the child %q", g.Scanners, own)
	}
	s.git, err = gitrepo.Attach(g.Scratch, gitrepo.Options{MaxFiles: g.MaxFiles, MaxBytes: g.MaxBytes, Wants: scanners.CombinedWants(s.scanners)})
	return err
}

// Names lists scanners with their versions.
func Names(list []scanners.Scanner) []string {
	var names []string
	for _, scanner := range list {
		names = append(names, scanner.Name()+"@"+scanner.Version())
	}
	return names
}

func (s *server) handle(ctx context.Context, r request) {
	open := s.repositories[r.ID]
	switch {
	case r.Kind == openRepository && open == nil:
		s.limits.extend()
		open = &served{scans: make(chan request, 1)}
		open.ctx, open.cancel = context.WithCancel(ctx)
		s.repositories[r.ID] = open
		s.work.Go(func() { s.readRepository(open, r) })
	case open == nil: // closed, or never opened
	case r.Kind == scanRepository, r.Kind == readLockfiles:
		open.scans <- r
	case r.Kind == cancelWork:
		open.cancel()
	case r.Kind == closeRepository:
		open.cancel()
		close(open.scans)
		delete(s.repositories, r.ID)
	}
}

// readRepository opens a repository and scans it as requests say.
func (s *server) readRepository(open *served, r request) {
	defer open.cancel()
	snapshot, err := s.open(open.ctx, r)
	if err != nil {
		s.answer(answer{ID: r.ID, Failure: failureOf(err)})
		for range open.scans { // until it is closed
		}
		return
	}
	defer snapshot.Close()
	opened := openedOf(snapshot)
	s.answer(answer{ID: r.ID, Opened: &opened})
	for next := range open.scans {
		s.answer(s.scan(open.ctx, next, snapshot))
	}
}

func (s *server) open(ctx context.Context, r request) (*gitrepo.Snapshot, error) {
	if r.Commit != "" {
		return s.git.OpenCommit(ctx, r.Dir, r.Commit)
	}
	return s.git.OpenAt(ctx, r.Dir, r.At)
}

func (s *server) locks(ctx context.Context, r request, snapshot *gitrepo.Snapshot) answer {
	found, err := readLocks(ctx, s.scanners, snapshot, r.Paths)
	if err != nil {
		return answer{ID: r.ID, Failure: failureOf(err)}
	}
	return answer{ID: r.ID, Locks: found}
}

func (s *server) scan(ctx context.Context, r request, snapshot *gitrepo.Snapshot) answer {
	if r.Kind == readLockfiles {
		return s.locks(ctx, r, snapshot)
	}
	i := slices.IndexFunc(s.scanners, func(scanner scanners.Scanner) bool { return scanner.Name() == r.Scanner })
	if i < 0 || r.Repository == nil {
		return answer{ID: r.ID, Failure: failureOf(fmt.Errorf("the child has no scanner %q", r.Scanner))}
	}
	r.Repository.OwnerHosts = r.OwnerHosts
	result, err := scan(ctx, s.scanners[i], scanners.Input{Repository: *r.Repository, Snapshot: snapshot, At: r.At})
	if err != nil {
		return answer{ID: r.ID, Failure: failureOf(err)}
	}
	return answer{ID: r.ID, Observation: &result}
}

// answer writes one answer. One that is too long becomes a failure. Where it cannot be
// written the parent is gone, and the child ends with its input.
func (s *server) answer(a answer) {
	a.Live = liveHeap()
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := write(s.out, a, maxAnswer); err != nil {
		_ = write(s.out, answer{ID: a.ID, Failure: failureOf(err), Live: a.Live}, maxAnswer)
	}
}
