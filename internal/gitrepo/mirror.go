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

	"github.com/midspan/midspan/internal/observation"
)

// history is what a clone brings first: every commit with the tree of its root
// folder, which tells when a file there changed. The trees and files of HEAD
// come after it, in one request each.
const history = "--filter=tree:1"

// Mirror brings a bare partial clone of address to dir, or brings the one that
// stands there up to date. When it returns nil, dir holds all commits, the root
// trees of history, the trees of HEAD, and of the files that Options.Wants
// needs those that the server gave. A server without partial clones sends
// everything, and that is taken.
func (g *Git) Mirror(ctx context.Context, address, dir string) error {
	_, err := os.Stat(dir)
	exists := err == nil
	to, err := g.reach(ctx, address)
	if err != nil {
		if exists && CauseOf(err) == observation.CauseOffline {
			return nil // what was fetched before stands, with its age
		}
		return err
	}
	defer to.passage.done()
	if exists {
		return g.refresh(ctx, to, dir)
	}
	return g.first(ctx, to, dir)
}

// ask runs a command that talks to a remote, in a mirror or, where dir is empty,
// in none.
func (g *Git) ask(ctx context.Context, from remote, dir string, stdin io.Reader, args ...string) ([]byte, error) {
	out, _, err := g.converse(ctx, from, dir, stdin, args...)
	return out, err
}

// converse is ask with the headers of the last answer over http or https.
func (g *Git) converse(ctx context.Context, from remote, dir string, stdin io.Reader, args ...string) ([]byte, http.Header, error) {
	heard, err := g.listen()
	if err != nil {
		return nil, nil, err
	}
	defer heard.close()
	env := slices.Concat(heard.environment(), g.rewriting(), from.env)
	if dir != "" {
		env = append(env, "GIT_DIR="+dir)
	}
	cmd := g.command(ctx, dir, env, append(slices.Clone(from.args), args...)...)
	if from.lock != nil {
		cmd.ExtraFiles = []*os.File{from.lock}
	}
	out, err := g.finish(ctx, cmd, stdin)
	status, header := heard.answer()
	if err != nil && ctx.Err() == nil {
		err = explain(err, status, header)
	}
	return out, header, err
}

func (g *Git) clone(ctx context.Context, from remote, dir string) error {
	args := []string{"clone", "-q", "--bare", "--single-branch", history, "--template=", "--", from.address, dir}
	if _, err := g.ask(ctx, from, "", nil, args...); err != nil {
		return from.failed("clone", err)
	}
	refs, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "for-each-ref", "--count=1")
	if err != nil || len(refs) > 0 {
		return err
	}
	return g.explainEmpty(ctx, from)
}

// explainEmpty tells a remote without commits from one whose HEAD names a
// branch that it does not have: git clones both as empty.
func (g *Git) explainEmpty(ctx context.Context, from remote) error {
	heads, header, err := g.converse(ctx, from, "", nil, "ls-remote", "--heads", "--", from.address)
	if err != nil {
		return from.failed("look at", err)
	}
	if kind := header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "application/x-git-") {
		// A short page without a line of its own looks like an empty list of references.
		return &Error{observation.CauseBadURL, "clone", from.address, fmt.Errorf("the server answers, but not as a git repository (%s)", kind)}
	}
	if len(heads) == 0 {
		return &Error{observation.CauseEmpty, "clone", from.address, errors.New("the repository has no commits")}
	}
	return &Error{observation.CauseNoBranch, "clone", from.address, fmt.Errorf("HEAD names a branch that is not there; there are %d others", bytes.Count(heads, []byte("\n")))}
}

// update asks for HEAD and the tags of the origin, no more: forges keep refs of
// every change request, and would list them all. An unchanged repository costs
// that one round trip.
func (g *Git) update(ctx context.Context, from remote, dir string) error {
	env := []string{"GIT_DIR=" + dir}
	branch, err := g.run(ctx, dir, env, nil, "symbolic-ref", "HEAD")
	if err != nil {
		return &Error{observation.CauseCorrupt, "look at", dir, err}
	}
	before := g.commit(ctx, dir)
	// Whatever the origin calls its branch, here it keeps its first name.
	args := []string{"fetch", "-q", "--force", history, "--no-write-fetch-head", "origin",
		"+HEAD:" + strings.TrimSpace(string(branch)), "+refs/tags/*:refs/tags/*"}
	if _, err := g.ask(ctx, from, dir, nil, args...); err != nil {
		err = from.failed("fetch", err)
		if CauseOf(err) == observation.CauseNoBranch {
			return g.explainEmpty(ctx, from)
		}
		return err
	}
	commit := g.commit(ctx, dir)
	// An earlier update may have broken off, and other files may be wanted now.
	if !g.whole(dir, commit) {
		if err := g.complete(ctx, from, dir, before); err != nil {
			return err
		}
		if err := g.repack(ctx, from.address, dir); err != nil {
			return err
		}
	}
	return looked(dir, commit, from.address)
}

// commit is what HEAD of a mirror names, or empty.
func (g *Git) commit(ctx context.Context, dir string) string {
	out, _ := g.run(ctx, dir, []string{"GIT_DIR=" + dir}, nil, "rev-parse", "--verify", "--quiet", "HEAD")
	return strings.TrimSpace(string(out))
}

// looked notes that the origin was looked at now: the time is the file's own.
func looked(dir, commit, address string) error {
	return os.WriteFile(filepath.Join(dir, "FETCH_HEAD"), fmt.Appendf(nil, "%s\t\t'HEAD' of %s\n", commit, address), 0o644)
}

// complete brings the trees of HEAD, then the files that are wanted, in one
// request each; nothing where they are there. before is the commit whose trees
// came earlier, or empty.
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
	blobs, err := s.missingBlobs(ctx)
	if err != nil {
		return err
	}
	if err := g.fetchObjects(ctx, from, dir, "", blobs); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, wholeFile), g.wholeMark(s.commit), 0o644)
}

// wholeFile stands in a mirror that holds all that is wanted of one commit.
const wholeFile = "midspan-whole"

func (g *Git) wholeMark(commit string) []byte {
	return fmt.Appendf(nil, "%s\n%s\n", commit, g.opts.Wants.Name)
}

func (g *Git) whole(dir, commit string) bool {
	mark, err := os.ReadFile(filepath.Join(dir, wholeFile))
	return err == nil && bytes.Equal(mark, g.wholeMark(commit))
}

// missingTrees lists the topmost trees of HEAD that the mirror lacks.
func (s *Snapshot) missingTrees(ctx context.Context) ([]string, error) {
	env, args := s.reading("rev-list", "--objects", "--filter=blob:none", "--missing=print", "--no-object-names", s.commit+"^{tree}")
	out, err := s.git.run(ctx, "", env, nil, args...)
	if err != nil {
		return nil, &Error{observation.CauseMissingObjects, "read the tree of", s.gitDir, err}
	}
	var missing []string
	for line := range strings.Lines(string(out)) {
		if oid, ok := strings.CutPrefix(line, "?"); ok {
			missing = append(missing, strings.TrimSpace(oid))
		}
	}
	return missing, nil
}

// missingBlobs lists the wanted files of HEAD, and the older versions of
// wanted files, that the mirror lacks.
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
	past, err := s.missingPast(ctx)
	for _, oid := range past {
		missing[oid] = true
	}
	return slices.Sorted(maps.Keys(missing)), err
}

func (s *Snapshot) missingPast(ctx context.Context) ([]string, error) {
	if s.git.opts.Wants.Past == nil {
		return nil, nil
	}
	changes, err := s.Changes(ctx, s.git.opts.Wants.Past(s.files)...)
	if err != nil {
		return nil, ctx.Err() // who reads that history will say what is wrong with it
	}
	var oids []string
	for _, change := range changes {
		if change.OID != "" {
			oids = append(oids, change.OID)
		}
	}
	return s.absent(ctx, oids)
}

// absent returns those of the objects that the mirror lacks.
func (s *Snapshot) absent(ctx context.Context, oids []string) ([]string, error) {
	if len(oids) == 0 {
		return nil, nil
	}
	env, args := s.reading("cat-file", "--batch-check", "--buffer")
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

// fetchObjects brings objects, and of trees what is below them but for files,
// in one request. before is a commit whose objects are there, or empty.
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
	_, err := g.ask(ctx, from, dir, strings.NewReader(strings.Join(oids, "\n")+"\n"), append(args, "--stdin")...)
	if err != nil {
		return from.failed("fetch the files of", fmt.Errorf("%d objects: %w", len(oids), err))
	}
	return nil
}

// maxPacks is the number of packs above which a mirror is packed anew: each
// update adds up to three, and git looks through all of them for each object.
const maxPacks = 50

func (g *Git) repack(ctx context.Context, address, dir string) error {
	if len(packs(dir)) <= maxPacks {
		return nil
	}
	if _, err := g.run(ctx, dir, []string{"GIT_DIR=" + dir, "GIT_ALLOW_PROTOCOL="}, nil, "repack", "-a", "-d", "-q"); err != nil {
		return &Error{observation.CauseCorrupt, "pack the mirror of", address, err}
	}
	return nil
}
