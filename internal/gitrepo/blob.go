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

// blobReader asks one long-lived "git cat-file --batch" for blobs, one at a
// time, and keeps the small ones that were read.
type blobReader struct {
	ctx      context.Context // of Open: a snapshot does not outlive it
	snapshot *Snapshot

	mu    sync.Mutex
	cache map[string][]byte
	room  int64 // bytes that the cache may still take
	left  int64 // bytes that may still be read
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  *tail
	stop  context.CancelFunc
}

func newBlobReader(ctx context.Context, s *Snapshot) *blobReader {
	return &blobReader{ctx: ctx, snapshot: s, room: s.git.opts.CacheBytes, left: s.git.opts.MaxBytes, cache: map[string][]byte{}}
}

func (b *blobReader) read(oid string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data, ok := b.cache[oid]; ok {
		return data, nil
	}
	// Where the size is known, git need not unfold what is not read.
	if err := b.refuse(oid, "blob", "blob", b.snapshot.sizes[oid]); err != nil {
		return nil, err
	}
	data, err := b.request(oid, "blob")
	if err != nil {
		return nil, err
	}
	b.left -= int64(len(data))
	if size := int64(len(data)); size <= b.room {
		b.room -= size
		b.cache[oid] = data
	}
	return data, nil
}

func (b *blobReader) start() error {
	if b.cmd != nil {
		return nil
	}
	ctx, stop := context.WithCancel(b.ctx)
	env, args := b.snapshot.reading("cat-file", "--batch")
	cmd := b.snapshot.git.command(ctx, "", env, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		stop()
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		stop()
		return err
	}
	said := &tail{}
	cmd.Stderr = said
	if err := b.snapshot.git.start(cmd); err != nil {
		stop()
		return err
	}
	b.cmd, b.in, b.out, b.said, b.stop = cmd, in, bufio.NewReaderSize(out, 64<<10), said, stop
	return nil
}

// known returns what was read before, and is kept.
func (b *blobReader) known(oid string) ([]byte, bool) {
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
	if err := b.afford(oid, size); err != nil {
		return err
	}
	b.left -= size
	return nil
}

// afford says where size bytes would go beyond what may still be read.
func (b *blobReader) afford(oid string, size int64) error {
	if size > b.left {
		return b.fail(observation.CauseOverLimit, oid, fmt.Errorf("%d bytes more would go over the limit of %d for one repository; --max-bytes allows more", size, b.snapshot.git.opts.MaxBytes))
	}
	return nil
}

// committed reads the committer's date of a commit.
func (b *blobReader) committed(oid string) (time.Time, error) {
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

// request asks for one object: git answers "<oid> <type> <size>" and the
// contents, or "<oid> missing".
func (b *blobReader) request(oid, kind string) ([]byte, error) {
	if err := b.start(); err != nil {
		return nil, b.fail(observation.CauseCorrupt, oid, err)
	}
	if _, err := io.WriteString(b.in, oid+"\n"); err != nil {
		return nil, b.broken(oid, err)
	}
	head, err := b.out.ReadString('\n')
	if err != nil {
		return nil, b.broken(oid, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return nil, b.fail(observation.CauseMissingObjects, oid, fmt.Errorf("git says %q", strings.TrimSpace(head)))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return nil, b.broken(oid, err)
	}
	if err := b.refuse(oid, kind, fields[1], size); err != nil {
		if _, skip := io.CopyN(io.Discard, b.out, size+1); skip != nil {
			return nil, b.broken(oid, skip)
		}
		return nil, err
	}
	data := make([]byte, size+1) // git ends the contents with a newline
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, b.broken(oid, err)
	}
	return data[:size:size], nil
}

// maxCommit bounds the commit of HEAD, in bytes.
const maxCommit = 16 << 20

// refuse says why an object is not read into memory, or nil.
func (b *blobReader) refuse(oid, want, kind string, size int64) error {
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
	return b.afford(oid, size)
}

// broken ends a process that no longer answers in step; the next read starts
// a new one.
func (b *blobReader) broken(oid string, err error) error {
	said := b.said
	b.end()
	if ended := b.ctx.Err(); ended != nil {
		return ended
	}
	failure := &processError{err: fmt.Errorf("git cat-file: %w", err), said: said.lines(3)}
	return b.fail(causeOf(failure, observation.CauseCorrupt), oid, failure)
}

func (b *blobReader) fail(cause observation.Cause, oid string, err error) error {
	return &Error{cause, "read object", oid, err}
}

func (b *blobReader) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end()
	b.cache = nil
	return nil
}

func (b *blobReader) end() {
	if b.cmd == nil {
		return
	}
	b.stop()
	_ = b.in.Close()
	_ = b.cmd.Wait() // killed on purpose: its exit status says nothing
	b.cmd = nil
}
