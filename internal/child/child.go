// Package child reads repositories in a child process: the same program, started again
// in a hidden mode. What parses the files of strangers runs there, the libraries above
// all, whose cost no bound on their input bounds. The child has a limit on memory and on
// CPU time where the system has one, and is killed where it does not answer in time. Its
// end costs the work that it was at, and never the run.
//
// One child serves all repositories of a run, several at once. Where it ends, nobody
// knows which of them is at fault: each is read once more, alone, in a child of its own,
// and what happens there counts.
//
// The child opens mirrors by their paths and starts its own git processes. It needs no
// network, gets no token and writes nothing. Package pipeline decides what is read; this
// package carries requests and answers.
package child

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Reader opens repositories to be scanned.
type Reader interface {
	// Open reads what a snapshot is at the path of a mirror: of HEAD where at is zero, of
	// the repository as it stood at that time otherwise; see gitrepo.Git.OpenAt. timeout
	// bounds all that is done with the repository, from here on.
	Open(ctx context.Context, dir string, at time.Time, timeout time.Duration) (Repository, error)
	// OpenCommit reads a snapshot of a commit that was scanned before.
	OpenCommit(ctx context.Context, dir, commit string, timeout time.Duration) (Repository, error)
	// Close ends the child processes.
	Close() error
}

// Repository is an open repository, for one goroutine at a time. Close it.
type Repository interface {
	// Opened is what is known of its snapshot.
	Opened() Opened
	// Scan runs a scanner. Its error is a *PanicError where the scanner panicked, and an
	// *EndedError where the child process ended over it.
	Scan(scanner scanners.Scanner, repository catalog.Repository, at time.Time) (observation.Observation, error)
	// Locks reads lockfiles by their paths; see scanners.LockReader.
	Locks(paths []string) ([]observation.Lock, error)
	Close() error
}

// Opened is what is known of a snapshot without a look at its files.
type Opened struct {
	Commit        string             `json:"commit"`
	Committed     time.Time          `json:"committed"`
	ObservedUntil time.Time          `json:"observed_until"`
	Variant       string             `json:"variant"`
	Notes         []observation.Note `json:"notes,omitempty"`
}

func openedOf(s *gitrepo.Snapshot) Opened {
	return Opened{Commit: s.Commit(), Committed: s.Committed(), ObservedUntil: s.ObservedUntil(), Variant: s.Variant(), Notes: s.Notes()}
}

// PanicError is the panic of a scanner.
type PanicError struct{ Value string }

func (e *PanicError) Error() string { return "panic: " + e.Value }

// EndedError says how a child process ended over a repository.
type EndedError struct {
	// Cause is observation.CauseOverLimit where a limit was met, and
	// observation.CauseScannerFailed where the child ended for another reason.
	Cause observation.Cause
	// Lasting says that the same commit would meet the same limit again.
	Lasting bool
	Text    string
}

func (e *EndedError) Error() string { return e.Text }

// scan runs a scanner and returns a panic as an error, so that it costs only this
// scanner's measures.
func scan(ctx context.Context, scanner scanners.Scanner, in scanners.Input) (result observation.Observation, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{fmt.Sprint(value)}
		}
	}()
	return scanner.Scan(ctx, in)
}

// readLocks lets the scanner that reads lockfiles read some.
func readLocks(ctx context.Context, list []scanners.Scanner, snapshot *gitrepo.Snapshot, paths []string) ([]observation.Lock, error) {
	for _, scanner := range list {
		if reader, ok := scanner.(scanners.LockReader); ok {
			return reader.ReadLocks(ctx, snapshot, paths)
		}
	}
	return nil, errors.New("no scanner reads lockfiles")
}

// Inside reads repositories in this process, without a child: for tests and for programs
// that set none.
type Inside struct {
	Git *gitrepo.Git
	// Scanners are asked for a scanners.LockReader.
	Scanners []scanners.Scanner
}

// Open implements Reader.
func (i Inside) Open(ctx context.Context, dir string, at time.Time, timeout time.Duration) (Repository, error) {
	return i.open(ctx, timeout, func(ctx context.Context) (*gitrepo.Snapshot, error) { return i.Git.OpenAt(ctx, dir, at) })
}

// OpenCommit implements Reader.
func (i Inside) OpenCommit(ctx context.Context, dir, commit string, timeout time.Duration) (Repository, error) {
	return i.open(ctx, timeout, func(ctx context.Context) (*gitrepo.Snapshot, error) { return i.Git.OpenCommit(ctx, dir, commit) })
}

func (i Inside) open(ctx context.Context, timeout time.Duration, open func(context.Context) (*gitrepo.Snapshot, error)) (Repository, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	snapshot, err := open(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	return &inside{ctx, cancel, snapshot, i.Scanners}, nil
}

// Close implements Reader.
func (Inside) Close() error { return nil }

// inside is a repository that is read in this process.
type inside struct {
	ctx      context.Context // of Open, with its timeout
	cancel   context.CancelFunc
	snapshot *gitrepo.Snapshot
	scanners []scanners.Scanner
}

func (i *inside) Opened() Opened { return openedOf(i.snapshot) }

func (i *inside) Scan(scanner scanners.Scanner, repository catalog.Repository, at time.Time) (observation.Observation, error) {
	return scan(i.ctx, scanner, scanners.Input{Repository: repository, Snapshot: i.snapshot, At: at})
}

func (i *inside) Locks(paths []string) ([]observation.Lock, error) {
	return readLocks(i.ctx, i.scanners, i.snapshot, paths)
}

func (i *inside) Close() error {
	defer i.cancel()
	return i.snapshot.Close()
}

// errEnded marks a child process that ended before it answered.
var errEnded = errors.New("the child process ended")
