package gitrepo

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

// refusal is what a server answered when git failed, as far as git tells: of
// http and https the status and how long to wait.
type refusal struct {
	error
	status int           // 0 where it is not known
	after  time.Duration // Retry-After, or 0
	final  bool          // another try would end the same
}

func (r *refusal) Unwrap() error { return r.error }

// Again reports whether what ended in err may go well another time, and how
// long the server asks to wait before.
func Again(err error) (after time.Duration, ok bool) {
	if e, typed := errors.AsType[*Error](err); !typed || e.Cause != observation.CauseUnreachable {
		return 0, false
	}
	if unknown, typed := errors.AsType[*net.DNSError](err); typed && unknown.IsNotFound {
		return 0, false
	}
	if r, typed := errors.AsType[*refusal](err); typed {
		return r.after, !r.final
	}
	return 0, true
}

// ear is a file to which git writes the headers that it sends and receives,
// without secrets: what a server answers is not in git's messages.
type ear struct{ path string }

func (g *Git) listen() (ear, error) {
	file, err := os.CreateTemp(g.home, "heard-")
	if err != nil {
		return ear{}, err
	}
	return ear{file.Name()}, file.Close()
}

func (e ear) environment() []string {
	return []string{"GIT_TRACE_CURL=" + e.path, "GIT_TRACE_CURL_NO_DATA=1", "GIT_TRACE_REDACT=1"}
}

func (e ear) close() { _ = os.Remove(e.path) } // the scratch folder goes too

// maxHeard bounds what is read of the headers of a server, in bytes.
const maxHeard = 1 << 20

// answer is the last answer with its headers; 0 where none came.
func (e ear) answer() (status int, header http.Header) {
	file, err := os.Open(e.path)
	if err != nil {
		return 0, nil
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > maxHeard {
		_, _ = file.Seek(-maxHeard, io.SeekEnd)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxHeard))
	if err != nil {
		return 0, nil
	}
	header = http.Header{}
	for line := range strings.Lines(string(text)) {
		_, said, ok := strings.Cut(line, "<= Recv header: ")
		if !ok {
			continue
		}
		said = strings.TrimSpace(said)
		if rest, ok := strings.CutPrefix(said, "HTTP/"); ok {
			fields := strings.Fields(rest)
			status, header = 0, http.Header{}
			if len(fields) > 1 {
				status, _ = strconv.Atoi(fields[1])
			}
		} else if name, value, ok := strings.Cut(said, ":"); ok {
			header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return status, header
}

// explain adds to an error of git what the server answered.
func explain(err error, status int, header http.Header) error {
	if status < 400 {
		return err
	}
	r := &refusal{error: err, status: status}
	r.after, _ = fetch.RetryAfter(header)
	switch {
	case status == http.StatusForbidden && (r.after > 0 || header.Get("X-RateLimit-Remaining") == "0"):
		// A forge that limits its rate says "forbidden", and means "later".
		r.status = http.StatusTooManyRequests
	case status == http.StatusNotImplemented || status == http.StatusHTTPVersionNotSupported:
		r.final = true
	}
	return r
}

// NoRoom reports whether an error is this machine's: a disk that is full or may
// not be written to.
func NoRoom(err error) bool {
	if err == nil {
		return false
	}
	for _, system := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT} {
		if errors.Is(err, system) {
			return true
		}
	}
	process, ok := errors.AsType[*processError](err)
	if !ok {
		return false
	}
	// What a server says stands behind "remote": no server ends a run.
	ours, _, _ := strings.Cut(strings.ToLower(process.said), "remote")
	return containsAny(ours, "no space left on device", "read-only file system", "disk quota exceeded")
}

// causeOfRemote names the class of what went wrong with a remote. Where the
// transfer ended early, git also says that what came of it is broken: that is
// the network's failure first.
func causeOfRemote(err error) observation.Cause {
	if r, ok := errors.AsType[*refusal](err); ok {
		return causeOfStatus(r.status)
	}
	said := strings.ToLower(err.Error())
	cause := causeOf(err, "")
	switch {
	case cause == observation.CauseOverLimit:
		return cause
	case containsAny(said, "early eof", "unexpected disconnect", "hung up", "transfer closed", "connection reset", "empty reply", "recv failure", "timed out", "operation too slow", "could not resolve", "redirects followed", "curl 18", "curl 56"):
		return observation.CauseUnreachable
	case containsAny(said, "not valid: is this a git repository"):
		return observation.CauseBadURL
	case containsAny(said, "bad line length", "protocol error", "bad object", "bad pack", "mismatch", "did not send all", "unresolved deltas"):
		return observation.CauseCorrupt
	case containsAny(said, "not found", "does not exist", "does not appear to be a git repository", "could not read username", "authentication failed", "permission denied"):
		return observation.CauseNotFound
	case containsAny(said, "remote head refers to nonexistent ref", "couldn't find remote ref head"):
		return observation.CauseNoBranch
	case cause != "":
		return cause
	}
	return observation.CauseUnreachable
}

// causeOfStatus is the class of an answer that is no success. A forge says
// "not allowed" of what is not there, and "not there" of what is not public.
func causeOfStatus(status int) observation.Cause {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return observation.CauseNotFound
	}
	return observation.CauseUnreachable
}

// final reports whether a failure of the network would come again.
func final(err error) bool {
	return containsAny(strings.ToLower(err.Error()), "redirects followed", "certificate")
}
