package gitrepo

import (
	"bytes"
	"errors"
	"strings"
	"unicode"

	"github.com/midspan/midspan/internal/observation"
)

const (
	maxAnswer = 256 << 20 // bytes of what one command may answer
	maxSaid   = 8 << 10   // bytes that are kept of what git says beside its answer
	maxRecord = 1 << 20   // bytes of one record: a path, a commit's names
)

var errTooMuch = errors.New("git wrote more than is read of one repository")

// answer keeps what a command writes, up to a limit at which the command ends.
// It does not embed the buffer, whose ReadFrom would know of no limit.
type answer struct {
	kept bytes.Buffer
	over bool
}

func (a *answer) Write(p []byte) (int, error) {
	if a.over = a.over || a.kept.Len()+len(p) > maxAnswer; a.over {
		return 0, errTooMuch
	}
	return a.kept.Write(p)
}

func (a *answer) Bytes() []byte { return a.kept.Bytes() }

// tail keeps the end of what git says: a server's messages pass through git,
// and have no end of their own.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - maxSaid; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// lines returns the last n lines, in which nothing is left that a terminal
// would obey.
func (t *tail) lines(n int) string {
	lines := strings.FieldsFunc(string(t.kept), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.Join(lines[max(0, len(lines)-n):], "; "))
}

// causeOf names the class of what git said about objects, or the one that is
// given where it said nothing that tells.
func causeOf(err error, otherwise observation.Cause) observation.Cause {
	said := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, errTooMuch), containsAny(said, "out of memory", "cannot allocate memory", "allowed tree depth", "file size limit", "file too large", "signal 25"):
		return observation.CauseOverLimit
	case containsAny(said, "corrupt", "inflate", "malformed", "too-short tree", "empty filename", "bad tree", "garbage", "unexpected line", "segmentation fault", "hash mismatch", "invalid object"):
		return observation.CauseCorrupt
	}
	return otherwise
}
