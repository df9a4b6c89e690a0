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

	"github.com/midspan/midspan/internal/observation"
)

// schemes are the only ones under which a catalog may name a repository.
var schemes = []string{"https", "http", "ssh", "git"}

// remote is an address that may be fetched, and how git gets there.
type remote struct {
	address string
	args    []string // git settings
	env     []string
	passage *passage // nil where git goes by itself
	lock    *os.File // held by whoever fetches, and handed on to git
}

// reach refuses an address that git could take for something else than a
// repository on a public host, and prepares the way to any other. Call done on
// the passage of the remote at the end.
func (g *Git) reach(ctx context.Context, address string) (remote, error) {
	actual, named := g.rewrite(address)
	if named && filepath.IsAbs(actual) { // the user's own configuration named this folder
		return remote{address: address, args: []string{"-c", "protocol.file.allow=always"}}, nil
	}
	u, err := url.Parse(actual)
	if err != nil || strings.HasPrefix(actual, "-") || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || strings.HasPrefix(u.Hostname(), "-") {
		return remote{}, &Error{observation.CauseBadURL, "fetch", address, errors.New("only https, http, ssh and git addresses are fetched")}
	}
	if g.opts.Offline {
		return remote{}, &Error{observation.CauseOffline, "fetch", address, errors.New("offline: not in the store; run once without --offline, or give a mirror")}
	}
	if g.opts.AllowPrivate || named {
		return remote{address: address}, nil
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		if proxy, _ := g.gate.upstream(u); proxy != nil && proxy.Scheme != "http" {
			// git speaks with such a proxy itself, and we cannot see where a
			// redirect leads it.
			return remote{address: address, args: []string{"-c", "http.followRedirects=false"}}, g.look(ctx, address, u)
		}
		passage, err := g.gate.pass()
		if err != nil {
			return remote{}, err
		}
		return remote{address: address, passage: passage, env: passage.environment()}, nil
	}
	return g.pin(ctx, address, u)
}

// look refuses a host whose name leads to a private address here.
func (g *Git) look(ctx context.Context, address string, u *url.URL) error {
	if _, err := g.gate.resolve(ctx, u.Hostname()); err != nil && gateCause(err) == observation.CauseBadURL {
		return &Error{observation.CauseBadURL, "fetch", address, err}
	}
	return nil
}

// pin makes git and ssh connect to the very address that was looked at: what
// the name means a moment later does not matter.
func (g *Git) pin(ctx context.Context, address string, u *url.URL) (remote, error) {
	ips, err := g.gate.resolve(ctx, u.Hostname())
	if err != nil {
		return remote{}, &Error{gateCause(err), "fetch", address, err}
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

// failed names the class of what went wrong with a remote: of the connection
// that was not made, or of what git said.
func (r remote) failed(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if refused := r.passage.failure(); refused != nil {
		return &Error{gateCause(refused), op, r.address, refused}
	}
	cause := causeOfRemote(err)
	switch cause {
	case observation.CauseNotFound:
		err = fmt.Errorf("not there, or not public (%w)", err)
	case observation.CauseBadURL:
		err = fmt.Errorf("the server answers, but not as a git repository (%w)", err)
	case observation.CauseUnreachable:
		if final(err) {
			err = &refusal{error: err, final: true}
		}
	}
	return &Error{cause, op, r.address, err}
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}
