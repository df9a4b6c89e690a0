package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// Mirror brings a bare partial clone of address to dir, or brings the one that
// stands there up to date. When it returns nil, dir holds the whole history,
// all trees, and the blobs of HEAD that the server gave.
func (g *Git) Mirror(ctx context.Context, address, dir string) error {
	_, err := os.Stat(dir)
	exists := err == nil
	if err := g.checkRemote(ctx, address); err != nil {
		if exists && CauseOf(err) == observation.CauseOffline {
			return nil // what was fetched before stands, with its age
		}
		return err
	}
	if exists {
		return g.update(ctx, address, dir)
	}
	return g.build(dir, "clone", address, func(temp string) error {
		if err := g.clone(ctx, address, temp); err != nil {
			return err
		}
		return g.fetchBlobs(ctx, address, temp)
	})
}

func (g *Git) clone(ctx context.Context, address, dir string) error {
	args := append(g.transport(address), "clone", "-q", "--bare", "--single-branch", "--filter=blob:none", "--template=", "--", address, dir)
	if _, err := g.run(ctx, "", nil, nil, args...); err != nil {
		return remoteError("clone", address, err)
	}
	refs, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "for-each-ref", "--count=1")
	if err != nil || len(refs) > 0 {
		return err
	}
	return g.explainEmpty(ctx, address)
}

// explainEmpty tells a remote without commits from one whose HEAD names a
// branch that it does not have: git clones both as empty.
func (g *Git) explainEmpty(ctx context.Context, address string) error {
	heads, err := g.run(ctx, "", nil, nil, append(g.transport(address), "ls-remote", "--heads", "--", address)...)
	if err != nil {
		return remoteError("look at", address, err)
	}
	if len(heads) == 0 {
		return &Error{observation.CauseEmpty, "clone", address, errors.New("the repository has no commits")}
	}
	return &Error{observation.CauseNoBranch, "clone", address, fmt.Errorf("HEAD names a branch that is not there; there are %d others", bytes.Count(heads, []byte("\n")))}
}

// update asks for the remote HEAD first: an unchanged repository costs one
// round trip.
func (g *Git) update(ctx context.Context, address, dir string) error {
	args := append(g.transport(address), "ls-remote", "--symref", "--", address, "HEAD")
	out, err := g.run(ctx, "", nil, nil, args...)
	if err != nil {
		return remoteError("look at", address, err)
	}
	branch, commit := parseSymref(string(out))
	if commit == "" {
		return &Error{observation.CauseEmpty, "look at", address, errors.New("the repository has no commits")}
	}
	have, _ := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "rev-parse", "--verify", "--quiet", "HEAD")
	if strings.TrimSpace(string(have)) != commit {
		if err := g.fetchBranch(ctx, address, dir, branch); err != nil {
			return err
		}
		if err := g.fetchBlobs(ctx, address, dir); err != nil {
			return err
		}
	}
	return looked(dir, commit, address)
}

// looked notes that the origin was looked at now: the time is the file's own.
func looked(dir, commit, address string) error {
	return os.WriteFile(filepath.Join(dir, "FETCH_HEAD"), fmt.Appendf(nil, "%s\t\t'HEAD' of %s\n", commit, address), 0o644)
}

// parseSymref reads "ref: refs/heads/main\tHEAD" and "<oid>\tHEAD".
func parseSymref(out string) (branch, commit string) {
	for line := range strings.Lines(out) {
		value, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if name != "HEAD" {
			continue
		}
		if ref, ok := strings.CutPrefix(value, "ref: refs/heads/"); ok {
			branch = ref
		} else {
			commit = value
		}
	}
	return branch, commit
}

func (g *Git) fetchBranch(ctx context.Context, address, dir, branch string) error {
	if branch == "" {
		return &Error{observation.CauseNoBranch, "fetch", address, errors.New("the remote HEAD is on no branch")}
	}
	ref := "refs/heads/" + branch
	args := append(g.transport(address), "fetch", "-q", "--force", "--filter=blob:none", "--no-write-fetch-head", "origin", ref+":"+ref, "refs/tags/*:refs/tags/*")
	if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, args...); err != nil {
		return remoteError("fetch", address, err)
	}
	if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "symbolic-ref", "HEAD", ref); err != nil {
		return &Error{observation.CauseCorrupt, "fetch", address, err}
	}
	return nil
}

// fetchBlobs brings the blobs of HEAD that are not there, in one request.
func (g *Git) fetchBlobs(ctx context.Context, address, dir string) error {
	s, err := g.locate(ctx, dir)
	if err != nil {
		return err
	}
	if s.commit, err = s.head(ctx); err != nil {
		return err
	}
	env, args := s.reading("rev-list", "--objects", "--missing=print", "--no-object-names", s.commit+"^{tree}")
	out, err := g.run(ctx, "", env, nil, args...)
	if err != nil {
		return &Error{observation.CauseMissingObjects, "read the tree of", address, err}
	}
	var missing bytes.Buffer
	for line := range bytes.Lines(out) {
		if oid, ok := bytes.CutPrefix(line, []byte("?")); ok {
			missing.Write(oid)
		}
	}
	if missing.Len() == 0 {
		return nil
	}
	fetch := append(g.transport(address), "-c", "fetch.negotiationAlgorithm=noop", "fetch", "-q", "origin", "--no-tags",
		"--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin")
	if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, &missing, fetch...); err != nil {
		return remoteError("fetch the files of", address, fmt.Errorf("%d objects: %w", bytes.Count(missing.Bytes(), []byte("\n")), err))
	}
	return nil
}
