package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

// historyFilter limits what a clone fetches first: every commit with the tree of
// its root folder, which shows when a file there changed. The trees and files of
// HEAD are fetched after it, in one request each.
const historyFilter = "--filter=tree:1"

// Mirror makes a bare partial clone of address at dir, or updates the one that
// exists. When it returns nil, dir holds all commits, the root trees of history,
// the trees of HEAD, and of the files that Options.Wants needs those that the
// server sent. A server without partial clones sends everything, which is kept; from a
// folder of this machine everything is taken.
//
// A mirror at dir that was cloned from another address is not used: offline it is an
// error, otherwise it is replaced.
func (g *Git) Mirror(ctx context.Context, address, dir string) error {
	to, err := g.prepareRemote(ctx, address)
	if err != nil {
		_, statErr := os.Stat(dir)
		if statErr != nil || CauseOf(err) != observation.CauseOffline {
			return err
		}
		if !g.hasOrigin(ctx, dir, address) {
			return &Error{observation.CauseOffline, "fetch", address,
				errors.New("offline, and the mirror in the store is of another address: run once without --offline")}
		}
		return nil // the mirror of an earlier run is used, with its age
	}
	defer to.session.Close()
	for {
		_, err := os.Stat(dir)
		if err == nil {
			err = g.refresh(ctx, to, dir)
		} else {
			err = g.cloneNew(ctx, to, dir)
		}
		if !errors.Is(err, errReplaced) || ctx.Err() != nil {
			return withDiskError(dir, err)
		}
	}
}

// runRemote runs a command that connects to a remote, in a mirror or, where dir is
// empty, in none.
func (g *Git) runRemote(ctx context.Context, from remote, dir string, stdin io.Reader, args ...string) ([]byte, error) {
	out, _, err := g.runRemoteWithHeader(ctx, from, dir, stdin, args...)
	return out, err
}

// runRemoteWithHeader is runRemote with the headers of the last response over http
// or https.
func (g *Git) runRemoteWithHeader(ctx context.Context, from remote, dir string, stdin io.Reader, args ...string) ([]byte, http.Header, error) {
	trace, err := g.newCurlTrace()
	if err != nil {
		return nil, nil, err
	}
	defer trace.close()
	env := slices.Concat(trace.environment(), g.rewriteEnvironment(), from.env)
	if dir != "" {
		env = append(env, "GIT_DIR="+dir)
	}
	cmd := g.command(ctx, dir, env, append(slices.Clone(from.args), args...)...)
	if from.lock != nil {
		cmd.ExtraFiles = []*os.File{from.lock}
	}
	out, err := g.finishTransfer(ctx, cmd, stdin)
	status, header := trace.lastResponse()
	if err != nil && ctx.Err() == nil {
		err = withHTTPStatus(err, status, header)
	}
	return out, header, err
}

// mirrorBranch is the one branch of a mirror. It stands for HEAD of the origin, which may
// name any branch, or none.
const mirrorBranch = "refs/heads/main"

// clone makes a mirror and fetches into it what update does. git's own clone would leave
// out the tags of other branches, and take a HEAD that names no branch for no commits.
func (g *Git) clone(ctx context.Context, from remote, dir string) error {
	err := g.cloneAs(ctx, from, dir, "sha1")
	if err != nil && containsAny(ownText(err), "client sha1; server sha256") {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return g.cloneAs(ctx, from, dir, "sha256")
	}
	return err
}

func (g *Git) cloneAs(ctx context.Context, from remote, dir, format string) error {
	branch := strings.TrimPrefix(mirrorBranch, "refs/heads/")
	_, err := g.run(ctx, "", nil, nil, "init", "-q", "--bare", "--template=", "--object-format="+format, "--initial-branch="+branch, "--", dir)
	if err == nil {
		_, err = g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "config", "remote.origin.url", from.address)
	}
	if err != nil {
		return from.wrapError("clone", err)
	}
	return g.fetchTips(ctx, from, dir, mirrorBranch, "clone")
}

// fetchTips fetches HEAD into a branch of a mirror, and all tags, in one request. Tags that
// the origin no longer has go first: the name of one may be the folder of another.
func (g *Git) fetchTips(ctx context.Context, from remote, dir, branch, op string) error {
	args := []string{"fetch", "-q", "--force", "--prune", "--no-write-fetch-head"}
	if !from.local {
		args = append(args, historyFilter)
	}
	_, err := g.runRemote(ctx, from, dir, nil, append(args, "origin", "+HEAD:"+branch, "+refs/tags/*:refs/tags/*")...)
	if err == nil {
		return nil
	}
	if err = from.wrapError(op, err); CauseOf(err) == observation.CauseNoBranch {
		return g.explainEmpty(ctx, from)
	}
	return err
}

// explainEmpty distinguishes a remote without commits from one whose HEAD names a
// branch that it does not have: git finds no HEAD in either.
func (g *Git) explainEmpty(ctx context.Context, from remote) error {
	heads, header, err := g.runRemoteWithHeader(ctx, from, "", nil, "ls-remote", "--heads", "--", from.address)
	if err != nil {
		return from.wrapError("look at", err)
	}
	if kind := header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "application/x-git-") {
		// git takes a short page without a line feed for an empty list of references.
		return &Error{observation.CauseBadURL, "clone", from.address, fmt.Errorf("the server answers, but not as a git repository (%s)", kind)}
	}
	if len(heads) == 0 {
		return &Error{observation.CauseEmpty, "clone", from.address, errors.New("the repository has no commits")}
	}
	return &Error{observation.CauseNoBranch, "clone", from.address,
		fmt.Errorf("HEAD names a branch that is not there; there are %d others", bytes.Count(heads, []byte("\n")))}
}

// update fetches HEAD and the tags of the origin, no more: forges keep references
// of every change request, and would list them all. An unchanged repository costs
// one round trip.
func (g *Git) update(ctx context.Context, from remote, dir string) error {
	before := g.headCommit(ctx, dir)
	branch, detached, err := g.branchOfMirror(ctx, dir)
	if err == nil && detached && before == "" {
		err = &Error{observation.CauseCorrupt, "read the mirror of", from.address, errors.New("its HEAD names neither a branch nor a commit")}
	}
	if err != nil {
		return err
	}
	if err := g.fetchTips(ctx, from, dir, branch, "fetch"); err != nil {
		return err
	}
	if detached {
		if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "symbolic-ref", "HEAD", branch); err != nil {
			return &Error{observation.CauseCorrupt, "update the mirror of", from.address, err}
		}
	}
	commit := g.headCommit(ctx, dir)
	// An earlier update may have failed half-way, and other files may be wanted now.
	if !g.isComplete(dir, commit) {
		if err := g.complete(ctx, from, dir, before); err != nil {
			return err
		}
		if err := g.repack(ctx, from.address, dir); err != nil {
			return err
		}
	}
	return recordFetch(dir, commit, from.address)
}

// branchOfMirror is the branch into which a mirror fetches HEAD. It keeps its first name, also
// where the origin renames its own. detached means that HEAD of the mirror names none.
func (g *Git) branchOfMirror(ctx context.Context, dir string) (branch string, detached bool, err error) {
	out, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "symbolic-ref", "--quiet", "HEAD")
	if err == nil {
		return strings.TrimSpace(string(out)), false, nil
	}
	return mirrorBranch, true, ctx.Err()
}

// headCommit is the commit of a mirror's HEAD, or empty.
func (g *Git) headCommit(ctx context.Context, dir string) string {
	out, _ := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "rev-parse", "--verify", "--quiet", "HEAD")
	return strings.TrimSpace(string(out))
}

// recordFetch writes FETCH_HEAD, whose modification time is the time of the fetch.
func recordFetch(dir, commit, address string) error {
	return files.WriteData(filepath.Join(dir, "FETCH_HEAD"), fmt.Appendf(nil, "%s\t\t'HEAD' of %s\n", commit, address))
}

// complete fetches the missing trees of HEAD, then those of earlier commits, then the missing
// files that are needed, in at most one request each. before is the commit whose trees were
// fetched earlier, or empty.
func (g *Git) complete(ctx context.Context, from remote, dir, before string) error {
	s, err := g.locate(ctx, dir)
	if err != nil {
		return err
	}
	defer s.Close()
	trees, err := s.missingTrees(ctx)
	if err != nil {
		return err
	}
	if err := g.fetchObjects(ctx, from, dir, before, trees); err != nil {
		return err
	}
	wanted := g.opts.Wants.Earlier
	if s.Shallow() {
		wanted = nil
	}
	if wanted != nil {
		trees, err := wanted.MissingTrees(ctx, s)
		if err == nil {
			err = g.fetchObjects(ctx, from, dir, "", trees)
		}
		if err != nil {
			return err
		}
	}
	blobs, err := s.missingBlobs(ctx)
	if err == nil && wanted != nil {
		var earlier []string
		earlier, err = wanted.MissingFiles(ctx, s)
		blobs = append(blobs, earlier...)
	}
	if err != nil {
		return err
	}
	if err := g.fetchObjects(ctx, from, dir, "", blobs); err != nil {
		return err
	}
	return files.WriteData(filepath.Join(dir, completeFile), g.completeMark(s.commit))
}

// completeFile marks a mirror that holds all that is needed of one commit.
const completeFile = "midspan-whole"

func (g *Git) completeMark(commit string) []byte {
	return fmt.Appendf(nil, "%s\n%s\n", commit, g.opts.Wants.Name)
}

func (g *Git) isComplete(dir, commit string) bool {
	mark, err := os.ReadFile(filepath.Join(dir, completeFile))
	return err == nil && bytes.Equal(mark, g.completeMark(commit))
}

// missingTrees lists the topmost trees of HEAD that the mirror lacks.
func (s *Snapshot) missingTrees(ctx context.Context) ([]string, error) {
	env, args := s.objectCommand("rev-list", "--objects", "--filter=blob:none", "--missing=print", "--no-object-names", s.commit+"^{tree}")
	out, err := s.git.run(ctx, "", env, nil, args...)
	if err != nil {
		return nil, &Error{observation.CauseMissingObjects, "read the tree of", s.gitDir, err}
	}
	return MissingOf(out), nil
}

// MissingOf are the objects that "git rev-list --missing=print" marks as missing.
func MissingOf(listed []byte) []string {
	var missing []string
	for line := range strings.Lines(string(listed)) {
		if oid, ok := strings.CutPrefix(line, "?"); ok {
			missing = append(missing, strings.TrimSpace(oid))
		}
	}
	return missing
}

// missingBlobs lists the needed files of HEAD, and the older versions of the files
// of Wants.Past, that the mirror lacks.
func (s *Snapshot) missingBlobs(ctx context.Context) ([]string, error) {
	if err := s.readTree(ctx); err != nil {
		return nil, err
	}
	missing := map[string]bool{}
	for _, file := range s.files {
		if file.Size < 0 && s.git.opts.Wants.want(file) == Needed {
			missing[file.OID] = true
		}
	}
	old, err := s.missingOldVersions(ctx)
	for _, oid := range old {
		missing[oid] = true
	}
	return slices.Sorted(maps.Keys(missing)), err
}

func (s *Snapshot) missingOldVersions(ctx context.Context) ([]string, error) {
	if s.git.opts.Wants.Past == nil {
		return nil, nil
	}
	changes, err := s.Changes(ctx, s.git.opts.Wants.Past(s.files)...)
	if err != nil {
		return nil, ctx.Err() // readers of that history report the error
	}
	var oids []string
	for _, change := range changes {
		if change.OID != "" {
			oids = append(oids, change.OID)
		}
	}
	return s.missingObjects(ctx, oids)
}

// missingObjects returns those of the objects that the mirror lacks.
func (s *Snapshot) missingObjects(ctx context.Context, oids []string) ([]string, error) {
	if len(oids) == 0 {
		return nil, nil
	}
	env, args := s.objectCommand("cat-file", "--batch-check", "--buffer")
	out, err := s.git.run(ctx, "", env, strings.NewReader(strings.Join(oids, "\n")+"\n"), args...)
	if err != nil {
		return nil, &Error{observation.CauseCorrupt, "look for objects of", s.gitDir, err}
	}
	var absent []string
	for line := range strings.Lines(string(out)) {
		if oid, ok := strings.CutSuffix(line, " missing\n"); ok {
			absent = append(absent, oid)
		}
	}
	return absent, nil
}

// fetchObjects fetches objects, and of trees all trees below them, in one request.
// before is a commit whose objects the mirror holds, or empty.
func (g *Git) fetchObjects(ctx context.Context, from remote, dir, before string, oids []string) error {
	if len(oids) == 0 {
		return nil
	}
	args := []string{"-c", "fetch.negotiationAlgorithm=noop"}
	if before != "" {
		args = []string{"-c", "fetch.negotiationAlgorithm=consecutive"}
	}
	args = append(args, "fetch", "-q", "origin", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none")
	if before != "" {
		args = append(args, "--negotiation-tip="+before)
	}
	_, err := g.runRemote(ctx, from, dir, strings.NewReader(strings.Join(oids, "\n")+"\n"), append(args, "--stdin")...)
	if err != nil {
		return from.wrapError("fetch the files of", fmt.Errorf("%d objects: %w", len(oids), err))
	}
	return nil
}

// maxPacks is the number of packs above which a mirror is repacked: each update
// adds up to three, and git searches all of them for each object.
const maxPacks = 50

// repack keeps what no reference reaches any more (-k): another process may be reading it.
func (g *Git) repack(ctx context.Context, address, dir string) error {
	if len(packFiles(dir)) <= maxPacks {
		return nil
	}
	if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir, "GIT_ALLOW_PROTOCOL="}, nil, "repack", "-a", "-d", "-k", "-q"); err != nil {
		return &Error{observation.CauseCorrupt, "pack the mirror of", address, err}
	}
	return nil
}
