package gitrepo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/midspan/midspan/internal/observation"
)

// blobReader asks one long-lived "git cat-file --batch" for blobs, one at a
// time, and keeps the small ones that were read.
type blobReader struct {
	ctx      context.Context // of Open: a snapshot does not outlive it
	snapshot *Snapshot
	maxBlob  int64
	room     int64 // bytes that the cache may still take

	mu    sync.Mutex
	cache map[string][]byte
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	stop  context.CancelFunc
}

func newBlobReader(ctx context.Context, s *Snapshot, maxBlob, room int64) *blobReader {
	return &blobReader{ctx: ctx, snapshot: s, maxBlob: maxBlob, room: room, cache: map[string][]byte{}}
}

func (b *blobReader) read(oid string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data, ok := b.cache[oid]; ok {
		return data, nil
	}
	if err := b.start(); err != nil {
		return nil, b.fail(observation.CauseCorrupt, oid, err)
	}
	data, err := b.request(oid)
	if err != nil {
		return nil, err
	}
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
	if err := cmd.Start(); err != nil {
		stop()
		return err
	}
	b.cmd, b.in, b.out, b.stop = cmd, in, bufio.NewReaderSize(out, 64<<10), stop
	return nil
}

// request asks for one object: git answers "<oid> <type> <size>" and the
// contents, or "<oid> missing".
func (b *blobReader) request(oid string) ([]byte, error) {
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
	if size > b.maxBlob || fields[1] != "blob" {
		if _, err := io.CopyN(io.Discard, b.out, size+1); err != nil {
			return nil, b.broken(oid, err)
		}
		if fields[1] != "blob" {
			return nil, b.fail(observation.CauseCorrupt, oid, fmt.Errorf("a %s, not a file", fields[1]))
		}
		return nil, b.fail(observation.CauseOverLimit, oid, fmt.Errorf("%d bytes, over the limit of %d", size, b.maxBlob))
	}
	data := make([]byte, size+1) // git ends the contents with a newline
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, b.broken(oid, err)
	}
	return data[:size:size], nil
}

// broken ends a process that no longer answers in step; the next read starts
// a new one.
func (b *blobReader) broken(oid string, err error) error {
	b.end()
	return b.fail(observation.CauseCorrupt, oid, fmt.Errorf("git cat-file: %w", err))
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
