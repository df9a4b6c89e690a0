package publish

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/midspan/midspan/internal/files"
)

// stage writes one file into the staging folder, to be moved into its place.
func (w *Writer) stage(name string, content func(io.Writer) error) error {
	w.mu.Lock()
	w.staged = append(w.staged, name)
	w.mu.Unlock()
	return w.write(name, content)
}

// write writes one file into the staging folder.
func (w *Writer) write(name string, content func(io.Writer) error) error {
	f, err := w.create(name)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}

// create makes a file in the staging folder, whose name is slash-separated.
func (w *Writer) create(name string) (*file, error) {
	path := filepath.Join(w.staging, filepath.FromSlash(name))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	out, ok := w.buffers.Get().(*bufio.Writer)
	if !ok {
		out = bufio.NewWriterSize(nil, 1<<16)
	}
	out.Reset(io.MultiWriter(f, sum))
	made := func() {
		out.Reset(nil)
		w.buffers.Put(out)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.digests == nil {
			w.digests = files.Digests{}
		}
		w.digests[name] = []string{hex.EncodeToString(sum.Sum(nil))}
	}
	return &file{buffer: out, file: f, name: path, made: made}, nil
}

// file is a file that is being written.
type file struct {
	buffer *bufio.Writer // of another file once this one is closed
	file   *os.File      // nil once it is closed
	name   string
	size   int64  // written so far
	made   func() // is called when the file is whole
}

// Write counts what is written.
func (f *file) Write(data []byte) (int, error) {
	if f.file == nil {
		return 0, os.ErrClosed
	}
	n, err := f.buffer.Write(data)
	f.size += int64(n)
	return n, err
}

// Close writes what is left and closes the file, once.
func (f *file) Close() error {
	if f == nil || f.file == nil {
		return nil
	}
	open := f.file
	f.file = nil
	err := errors.Join(f.buffer.Flush(), open.Close())
	f.made()
	return err
}
