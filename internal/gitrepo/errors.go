package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

// remoteError is a failure of git with the HTTP response of the server that
// caused it. git reports that of http and https alone.
type remoteError struct {
	error
	status     int           // HTTP status, 0 where it is not known
	retryAfter time.Duration // the Retry-After header, or 0
	permanent  bool          // a retry would fail in the same way
}

func (r *remoteError) Unwrap() error { return r.error }

// Retryable reports whether an operation that failed with err may succeed when it
// is retried, and the delay that the server requires before that (Retry-After).
func Retryable(err error) (after time.Duration, ok bool) {
	if e, typed := errors.AsType[*Error](err); !typed || e.Cause != observation.CauseUnreachable {
		return 0, false
	}
	if unknown, typed := errors.AsType[*net.DNSError](err); typed && unknown.IsNotFound {
		return 0, false
	}
	if r, typed := errors.AsType[*remoteError](err); typed {
		return r.retryAfter, !r.permanent
	}
	return 0, true
}

// curlTrace is a file to which git writes the HTTP headers that it sends and
// receives, without secrets (GIT_TRACE_CURL): its messages do not hold them.
type curlTrace struct{ path string }

func (g *Git) newCurlTrace() (curlTrace, error) {
	file, err := os.CreateTemp(g.home, "curl-trace-")
	if err != nil {
		return curlTrace{}, err
	}
	return curlTrace{file.Name()}, file.Close()
}

func (t curlTrace) environment() []string {
	return []string{"GIT_TRACE_CURL=" + t.path, "GIT_TRACE_CURL_NO_DATA=1", "GIT_TRACE_REDACT=1"}
}

func (t curlTrace) close() { _ = os.Remove(t.path) } // the scratch folder goes too

// maxTraceBytes bounds what is read of a trace, in bytes: its end.
const maxTraceBytes = 1 << 20

// lastResponse is the status and the headers of the last HTTP response; 0 where
// there was none.
func (t curlTrace) lastResponse() (status int, header http.Header) {
	file, err := os.Open(t.path)
	if err != nil {
		return 0, nil
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > maxTraceBytes {
		_, _ = file.Seek(-maxTraceBytes, io.SeekEnd)
	}
	trace, err := io.ReadAll(io.LimitReader(file, maxTraceBytes))
	if err != nil {
		return 0, nil
	}
	header = http.Header{}
	for line := range strings.Lines(string(trace)) {
		_, received, ok := strings.Cut(line, "<= Recv header: ")
		if !ok {
			continue
		}
		received = strings.TrimSpace(received)
		if rest, ok := strings.CutPrefix(received, "HTTP/"); ok {
			fields := strings.Fields(rest)
			status, header = 0, http.Header{}
			if len(fields) > 1 {
				status, _ = strconv.Atoi(fields[1])
			}
		} else if name, value, ok := strings.Cut(received, ":"); ok {
			header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return status, header
}

// withHTTPStatus adds the server's HTTP response to an error of git.
func withHTTPStatus(err error, status int, header http.Header) error {
	if status < 400 {
		return err
	}
	r := &remoteError{error: err, status: status}
	r.retryAfter, _ = fetch.RetryAfter(header)
	switch {
	case status == http.StatusForbidden && (r.retryAfter > 0 || header.Get("X-RateLimit-Remaining") == "0"):
		// Some forges send 403 for a rate limit that will pass.
		r.status = http.StatusTooManyRequests
	case status == http.StatusNotImplemented || status == http.StatusHTTPVersionNotSupported:
		r.permanent = true
	}
	return r
}

// causeOfRemote is the class of a failure with a remote. Where the transfer ended
// early, git also reports corrupt data: the network's failure comes first.
func causeOfRemote(err error) observation.Cause {
	if r, ok := errors.AsType[*remoteError](err); ok {
		return causeOfStatus(r.status)
	}
	text := ownText(err)
	cause := causeOfOutput(err, "")
	switch {
	case cause == observation.CauseOverLimit:
		return cause
	case containsAny(text, "early eof", "unexpected disconnect", "hung up", "transfer closed", "connection reset", "empty reply",
		"recv failure", "timed out", "operation too slow", "could not resolve", "redirects followed", "curl 18", "curl 56"):
		return observation.CauseUnreachable
	case containsAny(text, "not valid: is this a git repository"):
		return observation.CauseBadURL
	case containsAny(text, "bad line length", "protocol error", "bad object", "bad pack", "mismatch", "did not send all", "unresolved deltas"):
		return observation.CauseCorrupt
	case containsAny(text, "not found", "does not exist", "does not appear to be a git repository",
		"could not read username", "authentication failed", "permission denied"):
		return observation.CauseNotFound
	case containsAny(text, "remote head refers to nonexistent ref", "couldn't find remote ref head"):
		return observation.CauseNoBranch
	case cause != "":
		return cause
	}
	return observation.CauseUnreachable
}

// causeOfStatus is the class of an HTTP status that is an error. Forges send 401
// and 403 for what does not exist, and 404 for what is not public.
func causeOfStatus(status int) observation.Cause {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		return observation.CauseNotFound
	}
	return observation.CauseUnreachable
}

// isPermanent reports whether a failure of the network would come again on a retry.
func isPermanent(err error) bool {
	return containsAny(ownText(err), "redirects followed", "certificate")
}

// withDiskError looks whether the disk of a mirror is why git failed.
func withDiskError(dir string, err error) error {
	if _, failed := errors.AsType[*processError](err); !failed || files.IsDiskFull(err) {
		return err
	}
	if full := files.TryToWrite(filepath.Dir(dir)); files.IsDiskFull(full) {
		return fmt.Errorf("%w (git: %v)", full, err)
	}
	return err
}
