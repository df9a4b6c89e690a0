package gitrepo

import (
	"bytes"
	"errors"
	"strings"
	"unicode"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

const (
	maxOutput = 256 << 20 // bytes that one command may write to its standard output
	maxStderr = 8 << 10   // bytes that are kept of the end of standard error
	maxRecord = 1 << 20   // bytes of one record: a path, a commit's names
)

var errOutputTooLarge = errors.New("git wrote more than is read of one repository")

// boundedBuffer holds the output of a command up to maxOutput bytes, where writing
// fails and the command ends. It does not embed bytes.Buffer, whose ReadFrom has
// no limit.
type boundedBuffer struct {
	buffer   bytes.Buffer
	exceeded bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.exceeded = b.exceeded || b.buffer.Len()+len(p) > maxOutput; b.exceeded {
		return 0, errOutputTooLarge
	}
	return b.buffer.Write(p)
}

func (b *boundedBuffer) Bytes() []byte { return b.buffer.Bytes() }

// tailBuffer keeps the last maxStderr bytes of git's standard error: a server's
// messages pass through git and may have no end.
type tailBuffer struct {
	kept []byte
	own  ownLines
}

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.own.write(p)
	t.kept = keepTail(append(t.kept, p...))
	return len(p), nil
}

func keepTail(kept []byte) []byte {
	if over := len(kept) - maxStderr; over > 0 {
		return append(kept[:0], kept[over:]...)
	}
	return kept
}

// failure is the error of the process that wrote to this buffer.
func (t *tailBuffer) failure(err error) *processError {
	return &processError{err: err, stderr: t.lastLines(3), own: t.own.text()}
}

// lastLines returns the last n lines without control characters, which a terminal
// would interpret, and without what may be secret: git and servers repeat addresses.
func (t *tailBuffer) lastLines(n int) string {
	lines := strings.FieldsFunc(string(t.kept), func(r rune) bool { return r == '\n' || r == '\r' })
	return redact.Text(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.Join(lines[max(0, len(lines)-n):], "; ")))
}

// causeOfOutput is the class of an error by git's messages about objects, or
// otherwise where these show none.
func causeOfOutput(err error, otherwise observation.Cause) observation.Cause {
	text := ownText(err)
	switch {
	case errors.Is(err, errOutputTooLarge), errors.Is(err, errTooMuchTogether), containsAny(text, "out of memory", "cannot allocate memory", "allowed tree depth",
		"file size limit", "file too large", "signal 25"):
		return observation.CauseOverLimit
	case containsAny(text, "corrupt", "inflate", "malformed", "too-short tree", "empty filename", "bad tree", "garbage",
		"unexpected line", "segmentation fault", "hash mismatch", "invalid object"):
		return observation.CauseCorrupt
	}
	return otherwise
}
