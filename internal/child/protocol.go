package child

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// A message is JSON behind its length in four bytes, the highest first. The child reads
// requests from its standard input, and writes answers to its standard output. It ends
// with its standard input.

// Bounds on one message, in bytes.
const (
	maxRequest = 1 << 20
	maxAnswer  = 64 << 20
)

// request is one question to the child.
type request struct {
	ID   uint64 `json:"id"` // of the repository; 0 for the greeting
	Kind kind   `json:"kind"`

	Greeting   *greeting           `json:"greeting,omitempty"`
	Dir        string              `json:"dir,omitempty"`        // open
	Scanner    string              `json:"scanner,omitempty"`    // scan
	Repository *catalog.Repository `json:"repository,omitempty"` // scan
	OwnerHosts string              `json:"ownerHosts,omitempty"` // scan; those of the repository, which its JSON leaves out
	At         time.Time           `json:"at,omitzero"`          // scan; open, where it is zero for HEAD
	Commit     string              `json:"commit,omitempty"`     // open; empty for HEAD
	Paths      []string            `json:"paths,omitempty"`      // locks
}

type kind string

const (
	greet           kind = "greet"  // answered by an empty answer
	openRepository  kind = "open"   // answered by Opened
	scanRepository  kind = "scan"   // answered by Observation
	readLockfiles   kind = "locks"  // answered by Locks
	cancelWork      kind = "cancel" // ends the work on a repository, which answers; has no answer of its own
	closeRepository kind = "close"  // not answered
)

// greeting is the first request: what the child needs to know.
type greeting struct {
	Scanners []string `json:"scanners"` // the names and versions that the child must have too
	Scratch  string   `json:"scratch"`  // git's scratch folder
	MaxFiles int      `json:"max_files"`
	MaxBytes int64    `json:"max_bytes"`
	Memory   int64    `json:"memory"` // bytes
	CPU      int64    `json:"cpu"`    // seconds that the child may take from one opening on
}

// answer is the child's answer to one request.
type answer struct {
	ID          uint64                   `json:"id"`
	Opened      *Opened                  `json:"opened,omitempty"`
	Observation *observation.Observation `json:"observation,omitempty"`
	Locks       []observation.Lock       `json:"locks,omitempty"`
	Failure     *failure                 `json:"failure,omitempty"`
	// Live are the bytes in use in the child's heap when it was last swept.
	Live int64 `json:"live,omitempty"`
}

// failure is an error on its way to another process: its text, and of what it wraps that
// which decides its class.
type failure struct {
	Text     string             `json:"text"`
	GitCause *observation.Cause `json:"git_cause,omitempty"`
	Panic    *string            `json:"panic,omitempty"`
	Late     bool               `json:"late,omitempty"` // a context ended
	Limit    bool               `json:"limit,omitempty"`
}

func failureOf(err error) *failure {
	f := &failure{Text: err.Error(), Late: errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled),
		Limit: errors.Is(err, errTooLong)}
	if e, ok := errors.AsType[*gitrepo.Error](err); ok {
		f.GitCause = &e.Cause
	}
	if e, ok := errors.AsType[*PanicError](err); ok {
		f.Panic = &e.Value
	}
	return f
}

// err is the error again. gitrepo.Error has a text of its own: it is wrapped, so that the
// whole text stays.
func (f *failure) err() error {
	switch {
	case f.Panic != nil:
		return &PanicError{*f.Panic}
	case f.Limit:
		return &EndedError{Cause: observation.CauseOverLimit, Lasting: true, Text: f.Text}
	case f.GitCause != nil:
		return &remoteError{f.Text, &gitrepo.Error{Cause: *f.GitCause, Err: errors.New(f.Text)}}
	}
	return errors.New(f.Text)
}

// remoteError is an error of the child with the text that it had there.
type remoteError struct {
	text string
	of   error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.of }

// errTooLong marks a message over its bound.
var errTooLong = errors.New("the result is longer than is taken of one repository")

// write writes one message.
func write(w io.Writer, message any, limit int) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(text) > limit {
		return fmt.Errorf("%w: %d bytes, over the limit of %d", errTooLong, len(text), limit)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(text)), uint32(len(text)))
	_, err = w.Write(append(frame, text...))
	return err
}

// read reads one message.
func read(r io.Reader, message any, limit int) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	length := int64(binary.BigEndian.Uint32(head[:]))
	if length > int64(limit) {
		return fmt.Errorf("%w: %d bytes, over the limit of %d", errTooLong, length, limit)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return err
	}
	return json.Unmarshal(text, message)
}
