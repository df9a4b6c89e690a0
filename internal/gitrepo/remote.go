package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// schemes are the only ones under which a catalog may name a repository.
var schemes = []string{"https", "http", "ssh", "git"}

// checkRemote refuses an address that git could take for something else than
// a repository on a public host.
func (g *Git) checkRemote(ctx context.Context, address string) error {
	if rewritten, ok := g.rewrite(address); ok {
		address = rewritten
		if filepath.IsAbs(address) {
			return nil // the user's own configuration named this folder
		}
	}
	u, err := url.Parse(address)
	if err != nil || strings.HasPrefix(address, "-") || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || strings.HasPrefix(u.Hostname(), "-") {
		return &Error{observation.CauseBadURL, "fetch", address, errors.New("only https, http, ssh and git addresses are fetched")}
	}
	if g.opts.Offline {
		return &Error{observation.CauseOffline, "fetch", address, errors.New("offline: not in the store; run once without --offline, or give a mirror")}
	}
	if g.opts.AllowPrivate {
		return nil
	}
	return g.checkHost(ctx, u.Hostname(), address)
}

func (g *Git) checkHost(ctx context.Context, host, address string) error {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return &Error{observation.CauseUnreachable, "fetch", address, err}
	}
	for _, ip := range ips {
		if ip = ip.Unmap(); !public(ip) {
			return &Error{observation.CauseBadURL, "fetch", address,
				fmt.Errorf("%s is at the private address %s; --allow-private permits that", host, ip)}
		}
	}
	return nil
}

func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast()
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

// transport returns git settings and environment for a command that talks to
// an address: the file protocol only where the user named a folder.
func (g *Git) transport(address string) []string {
	if rewritten, ok := g.rewrite(address); ok && filepath.IsAbs(rewritten) {
		return []string{"-c", "protocol.file.allow=always"}
	}
	return nil
}

// remoteError names the class of what git said about a remote.
func remoteError(op, address string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	said := strings.ToLower(err.Error())
	cause := observation.CauseUnreachable
	switch {
	case containsAny(said, "not found", "does not exist", "does not appear to be a git repository", "could not read username", "authentication failed", "permission denied", "404", "403", "401"):
		cause = observation.CauseNotFound
		err = fmt.Errorf("not there, or not public (%w)", err)
	case containsAny(said, "remote head refers to nonexistent ref", "couldn't find remote ref head"):
		cause = observation.CauseNoBranch
	}
	return &Error{cause, op, address, err}
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}
