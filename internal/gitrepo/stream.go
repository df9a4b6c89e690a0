package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// maxRestarts bounds how often one pass is restarted after git failed at an
// object. A mirror with more damage than that is not worth a process each.
const maxRestarts = 50

// Object is one object of a pass over many.
type Object struct {
	OID string
	// Size is in bytes, -1 where Err is set.
	Size int64
	// Err is an *Error with its cause where the object is missing, damaged or
	// not a blob.
	Err error
	// Reader reads the contents until the callback returns; what is left
	// unread is skipped. Nil where Err is set.
	io.Reader
}

// EachBlob reads many blobs in one pass of git and calls fn with each: first
// with those that ReadBlob keeps in memory, then with the others in the order
// of oids. It is several times cheaper than ReadBlob for each of them, keeps
// nothing in memory, and has no limit on the size of one blob, only on that of
// all: fn decides how much it reads. A missing or damaged object is passed to fn
// with its error and does not end the pass; an error of fn does, and is returned
// as it is. Where git fails in the middle of an object, fn is called again for
// that object, with its error: the later call counts.
func (s *Snapshot) EachBlob(ctx context.Context, oids []string, fn func(Object) error) error {
	oids, err := s.serveCached(oids, fn)
	if err != nil {
		return err
	}
	for restarts := 0; len(oids) > 0; restarts++ {
		pass := &blobPass{fn: fn}
		err := s.runPass(ctx, oids, pass)
		if err == nil || pass.stopped {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		oids = oids[pass.done:]
		if restarts == maxRestarts || len(oids) == 0 {
			return &Error{observation.CauseCorrupt, "read the files of", s.gitDir, err}
		}
		// git failed at the first of the rest: read that one by itself, which
		// shows what is wrong with it, and continue with the next.
		if err := s.readOne(oids[0], fn); err != nil {
			return err
		}
		oids = oids[1:]
	}
	return nil
}

// serveCached calls fn with the objects for which git is not needed: those in the
// cache, and those over the limit. It returns the others.
func (s *Snapshot) serveCached(oids []string, fn func(Object) error) (others []string, err error) {
	for _, oid := range oids {
		if data, ok := s.blobs.cached(oid); ok {
			err = fn(Object{OID: oid, Size: int64(len(data)), Reader: bytes.NewReader(data)})
		} else if limit := s.blobs.reserve(oid, max(0, s.sizes[oid])); limit != nil {
			err = fn(Object{OID: oid, Size: -1, Err: limit})
		} else {
			others = append(others, oid)
		}
		if err != nil {
			return nil, err
		}
	}
	return others, nil
}

func (s *Snapshot) readOne(oid string, fn func(Object) error) error {
	data, err := s.ReadBlob(oid)
	if err != nil {
		return fn(Object{OID: oid, Size: -1, Err: err})
	}
	return fn(Object{OID: oid, Size: int64(len(data)), Reader: strings.NewReader(string(data))})
}

func (s *Snapshot) runPass(ctx context.Context, oids []string, pass *blobPass) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	env, args := s.objectCommand("cat-file", "--batch", "--buffer")
	cmd := s.git.command(ctx, "", env, args...)
	cmd.Stdin = strings.NewReader(strings.Join(oids, "\n") + "\n")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.git.start(cmd); err != nil {
		return err
	}
	pass.out = bufio.NewReaderSize(out, 256<<10)
	for _, oid := range oids {
		if err := pass.next(oid); err != nil {
			cancel()
			_ = cmd.Wait() // killed on purpose: its exit status says nothing
			return err
		}
		pass.done++
	}
	_ = cmd.Wait() // all was read: its exit status says nothing
	return nil
}

// blobPass reads what one "git cat-file --batch" writes.
type blobPass struct {
	fn      func(Object) error
	out     *bufio.Reader
	done    int  // objects that fn has seen
	stopped bool // the error is fn's, not git's
}

// next reads "<oid> <type> <size>" and the contents, or "<oid> missing".
func (p *blobPass) next(oid string) error {
	head, err := p.out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return p.call(Object{OID: oid, Size: -1, Err: &Error{observation.CauseMissingObjects, "read object", oid,
			fmt.Errorf("git says %q", strings.TrimSpace(head))}})
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return fmt.Errorf("git cat-file wrote %q", head)
	}
	contents := &io.LimitedReader{R: p.out, N: size}
	object := Object{OID: oid, Size: size, Reader: contents}
	if fields[1] != "blob" {
		object = Object{OID: oid, Size: -1, Err: &Error{observation.CauseCorrupt, "read object", oid, fmt.Errorf("a %s, not a file", fields[1])}}
	}
	if err := p.call(object); err != nil {
		return err
	}
	// git ends the contents with a newline.
	if _, err := io.CopyN(io.Discard, p.out, contents.N+1); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("git cat-file: %w", err)
	}
	return nil
}

func (p *blobPass) call(object Object) error {
	if err := p.fn(object); err != nil {
		p.stopped = true
		return err
	}
	return nil
}
