package gitrepo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// blobReader reads blobs through one long-lived "git cat-file --batch", one at a
// time, and caches the small ones.
type blobReader struct {
	ctx      context.Context // of Open: a snapshot does not outlive it
	snapshot *Snapshot

	mu        sync.Mutex
	cache     map[string][]byte
	cacheLeft int64 // bytes that the cache may still take
	bytesLeft int64 // bytes that may still be read
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	stderr    *tailBuffer
	cancel    context.CancelFunc
}

func newBlobReader(ctx context.Context, s *Snapshot) *blobReader {
	return &blobReader{ctx: ctx, snapshot: s, cacheLeft: s.git.opts.CacheBytes, bytesLeft: s.git.opts.MaxBytes, cache: map[string][]byte{}}
}

func (b *blobReader) read(oid string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data, ok := b.cache[oid]; ok {
		return data, nil
	}
	// Where the size is known, git need not unpack an object that is not read.
	if err := b.checkObject(oid, "blob", "blob", b.snapshot.sizes[oid]); err != nil {
		return nil, err
	}
	data, err := b.request(oid, "blob")
	if err != nil {
		return nil, err
	}
	b.bytesLeft -= int64(len(data))
	if size := int64(len(data)); size <= b.cacheLeft {
		b.cacheLeft -= size
		b.cache[oid] = data
	}
	return data, nil
}

func (b *blobReader) start() error {
	if b.cmd != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(b.ctx)
	env, args := b.snapshot.objectCommand("cat-file", "--batch")
	cmd := b.snapshot.git.command(ctx, "", env, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return err
	}
	stderr := &tailBuffer{}
	cmd.Stderr = stderr
	if err := b.snapshot.git.start(cmd); err != nil {
		cancel()
		return err
	}
	b.cmd, b.in, b.out, b.stderr, b.cancel = cmd, in, bufio.NewReaderSize(out, 64<<10), stderr, cancel
	return nil
}

// cached returns an object that the cache holds.
func (b *blobReader) cached(oid string) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.cache[oid]
	return data, ok
}

// reserve takes size bytes from what may still be read, for a reader that does
// not go through this one.
func (b *blobReader) reserve(oid string, size int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.checkBudget(oid, size); err != nil {
		return err
	}
	b.bytesLeft -= size
	return nil
}

// checkBudget is an error where size bytes exceed what may still be read.
func (b *blobReader) checkBudget(oid string, size int64) error {
	if size > b.bytesLeft {
		return b.fail(observation.CauseOverLimit, oid, fmt.Errorf("%d bytes more would go over the limit of %d for one repository; --max-bytes allows more",
			size, b.snapshot.git.opts.MaxBytes))
	}
	return nil
}

// commitTime reads the committer's date of a commit.
func (b *blobReader) commitTime(oid string) (time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, err := b.request(oid, "commit")
	if err != nil {
		return time.Time{}, err
	}
	header, _, _ := strings.Cut(string(data), "\n\n")
	for line := range strings.SplitSeq(header, "\n") {
		// "committer NAME <ADDRESS> SECONDS ZONE"
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "committer" {
			return unixTime(fields[len(fields)-2]), nil
		}
	}
	return time.Time{}, b.fail(observation.CauseCorrupt, oid, errors.New("a commit without a committer"))
}

// request reads one object: git writes "<oid> <type> <size>" and the contents,
// or "<oid> missing".
func (b *blobReader) request(oid, kind string) ([]byte, error) {
	if err := b.start(); err != nil {
		return nil, b.fail(observation.CauseCorrupt, oid, err)
	}
	if _, err := io.WriteString(b.in, oid+"\n"); err != nil {
		return nil, b.abort(oid, err)
	}
	head, err := b.out.ReadString('\n')
	if err != nil {
		return nil, b.abort(oid, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return nil, b.fail(observation.CauseMissingObjects, oid, fmt.Errorf("git says %q", strings.TrimSpace(head)))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return nil, b.abort(oid, err)
	}
	if err := b.checkObject(oid, kind, fields[1], size); err != nil {
		if _, skip := io.CopyN(io.Discard, b.out, size+1); skip != nil {
			return nil, b.abort(oid, skip)
		}
		return nil, err
	}
	data := make([]byte, size+1) // git ends the contents with a newline
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, b.abort(oid, err)
	}
	return data[:size:size], nil
}

// maxCommit bounds the commit of HEAD, in bytes.
const maxCommit = 16 << 20

// checkObject is the error for an object that is not read into memory, or nil.
func (b *blobReader) checkObject(oid, want, kind string, size int64) error {
	limit := b.snapshot.git.opts.MaxBlob
	if want == "commit" {
		limit = maxCommit
	}
	switch {
	case size > limit:
		return b.fail(observation.CauseOverLimit, oid, fmt.Errorf("%d bytes, over the limit of %d", size, limit))
	case kind != want:
		return b.fail(observation.CauseCorrupt, oid, fmt.Errorf("a %s, not a %s", kind, want))
	case want == "commit":
		return nil
	}
	return b.checkBudget(oid, size)
}

// abort ends a process whose output is out of step; the next read starts a new
// one.
func (b *blobReader) abort(oid string, err error) error {
	stderr := b.stderr
	b.stopProcess()
	if ended := b.ctx.Err(); ended != nil {
		return ended
	}
	failure := stderr.failure(fmt.Errorf("git cat-file: %w", err))
	return b.fail(causeOfOutput(failure, observation.CauseCorrupt), oid, failure)
}

func (b *blobReader) fail(cause observation.Cause, oid string, err error) error {
	return &Error{cause, "read object", oid, err}
}

func (b *blobReader) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopProcess()
	b.cache = nil
	return nil
}

func (b *blobReader) stopProcess() {
	if b.cmd == nil {
		return
	}
	b.cancel()
	_ = b.in.Close()
	_ = b.cmd.Wait() // killed on purpose: its exit status says nothing
	b.cmd = nil
}
