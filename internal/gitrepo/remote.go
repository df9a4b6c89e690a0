package gitrepo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/egress"
	"github.com/midspan/midspan/internal/observation"
)

// schemes are the only ones under which a catalog may name a repository.
var schemes = []string{"https", "http", "ssh", "git"}

// remote is an address that may be fetched, with git's settings for it.
type remote struct {
	address string
	args    []string // git settings
	env     []string
	session *egress.Session // of the egress proxy; nil where git connects by itself
	lock    *os.File        // of the mirror, held while it is fetched; git inherits it
	local   bool            // a folder of this machine: all of its history is copied
}

// prepareRemote refuses an address that git could take for something else than a
// repository on a public host, and prepares the connection to any other. Close
// the session of the remote at the end.
func (g *Git) prepareRemote(ctx context.Context, address string) (remote, error) {
	actual, rewritten := g.rewrite(address)
	if rewritten && filepath.IsAbs(actual) { // the user's own configuration named this folder
		return remote{address: address, args: []string{"-c", "protocol.file.allow=always"}, local: true}, nil
	}
	u, err := url.Parse(actual)
	if err != nil || strings.HasPrefix(actual, "-") || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || strings.HasPrefix(u.Hostname(), "-") {
		return remote{}, &Error{observation.CauseBadURL, "fetch", address, errors.New("only https, http, ssh and git addresses are fetched")}
	}
	if g.opts.Offline {
		return remote{}, &Error{observation.CauseOffline, "fetch", address, errors.New("offline: not in the store; run once without --offline, or give a mirror")}
	}
	if g.opts.AllowPrivate || rewritten {
		return remote{address: address}, nil
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		if proxy, _ := g.egress.Upstream(u); proxy != nil && proxy.Scheme != "http" {
			// git connects to such a proxy itself, and where redirects lead
			// cannot be checked.
			return remote{address: address, args: []string{"-c", "http.followRedirects=false"}}, g.checkHost(ctx, address, u)
		}
		session, err := g.egress.Open()
		if err != nil {
			return remote{}, err
		}
		return remote{address: address, session: session, env: session.Environment()}, nil
	}
	return g.pinAddress(ctx, address, u)
}

// checkHost refuses a host whose name resolves to a private address here.
func (g *Git) checkHost(ctx context.Context, address string, u *url.URL) error {
	if _, err := g.egress.Resolve(ctx, u.Hostname()); egress.IsPrivate(err) {
		return &Error{observation.CauseBadURL, "fetch", address, err}
	}
	return nil
}

// pinAddress makes git and ssh connect to the address that was checked, whatever
// the name resolves to a moment later.
func (g *Git) pinAddress(ctx context.Context, address string, u *url.URL) (remote, error) {
	ips, err := g.egress.Resolve(ctx, u.Hostname())
	if err != nil {
		return remote{}, &Error{connectionCause(err), "fetch", address, err}
	}
	to := remote{address: address}
	if u.Scheme == "ssh" {
		to.env = []string{fmt.Sprintf("GIT_SSH_COMMAND=%s -o HostName=%s -o HostKeyAlias=%s", sshCommand, ips[0], u.Hostname())}
		return to, nil
	}
	port := cmp.Or(u.Port(), "9418")
	pinned := net.JoinHostPort(ips[0].String(), port)
	to.args = []string{"-c", "url.git://" + pinned + "/.insteadOf=git://" + u.Host + "/"}
	to.env = []string{"GIT_OVERRIDE_VIRTUAL_HOST=" + u.Host}
	return to, nil
}

// rewrite applies the longest matching prefix, as git does.
func (g *Git) rewrite(address string) (string, bool) {
	best := ""
	for prefix := range g.opts.Rewrite {
		if strings.HasPrefix(address, prefix) && len(prefix) > len(best) {
			best = prefix
		}
	}
	if best == "" {
		return address, false
	}
	return g.opts.Rewrite[best] + strings.TrimPrefix(address, best), true
}

// wrapError is an *Error with the class of a failure with a remote: that of the
// connection that was not made, or that of git's messages.
func (r remote) wrapError(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if refused := r.session.Err(); refused != nil {
		return &Error{connectionCause(refused), op, r.address, refused}
	}
	cause := causeOfRemote(err)
	switch cause {
	case observation.CauseNotFound:
		err = fmt.Errorf("not there, or not public (%w)", err)
	case observation.CauseBadURL:
		err = fmt.Errorf("the server answers, but not as a git repository (%w)", err)
	case observation.CauseUnreachable:
		if isPermanent(err) {
			err = &remoteError{error: err, permanent: true}
		}
	}
	return &Error{cause, op, r.address, err}
}

// connectionCause is the class of a connection that was not made.
func connectionCause(err error) observation.Cause {
	if egress.IsPrivate(err) {
		return observation.CauseBadURL
	}
	return observation.CauseUnreachable
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}
