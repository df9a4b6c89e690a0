package gitrepo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/observation"
)

// Git file modes as ls-tree prints them.
const (
	ModeFile       = 0o100644
	ModeExecutable = 0o100755
	ModeSymlink    = 0o120000
	ModeGitlink    = 0o160000
)

// File is one entry of a snapshot's tree.
type File struct {
	// Path is relative to the root, with slashes. It may be any bytes; FS
	// shows only paths that are valid UTF-8.
	Path string
	Mode uint32
	OID  string
	// Size is in bytes, -1 where the object is missing or not a file.
	Size int64
}

// Snapshot is one repository at one commit, readable without a checkout. It
// is for one goroutine at a time, but for its FS, which any number may use.
// Close it.
type Snapshot struct {
	git           *Git
	gitDir        string // where refs are
	objects       string // where objects are
	format        string // sha1 or sha256
	commit        string
	shallow       string // the file of shallow boundaries, or empty
	observedUntil time.Time
	// committed is the committer's date of the commit.
	committed time.Time
	files     []File
	sizes     map[string]int64 // of files, by object id
	tags      []Tag
	tagsErr   error
	branches  []Commit // the newest commit of each other branch, newest first
	// branchesKnown says whether the mirror holds branches but the default one.
	branchesKnown bool
	times         []int64 // of the commits in the order of History, in seconds; nil where it was not read whole
	notes         []observation.Note
	blobs         *blobReader
	tree          *treeFS
}

// Open reads the tree of dir's HEAD. dir is a bare repository, a work tree or
// a .git folder. Nothing is fetched, written or executed. The snapshot can be
// read until ctx ends.
func (g *Git) Open(ctx context.Context, dir string) (*Snapshot, error) {
	return g.OpenAt(ctx, dir, time.Time{})
}

// OpenAt opens the repository as it stood at a time: at the newest commit on the first
// parents of HEAD that is dated no later, which is what a visitor then saw. Its history is
// that of this commit; tags keep their dates, and later ones are among them. The zero time
// is HEAD. Where there was no commit yet, the error's cause is observation.CauseEmpty.
// Trees that the mirror lacks are an error: nothing is fetched.
func (g *Git) OpenAt(ctx context.Context, dir string, at time.Time) (*Snapshot, error) {
	s, err := g.locate(ctx, dir)
	if err != nil {
		return nil, err
	}
	if !at.IsZero() {
		if err := s.goBack(ctx, at); err != nil {
			return nil, err
		}
	}
	if err := s.read(ctx, dir); err != nil {
		return nil, err
	}
	if !at.IsZero() {
		s.observedUntil = at.UTC().Truncate(time.Second)
	}
	return s, nil
}

// OpenCommit opens the repository at a commit, by its full id, wherever HEAD is by now. A
// commit that the mirror no longer has is an error.
func (g *Git) OpenCommit(ctx context.Context, dir, commit string) (*Snapshot, error) {
	s, err := g.locate(ctx, dir)
	if err != nil {
		return nil, err
	}
	if len(commit) != len(s.commit) || strings.Trim(commit, "0123456789abcdef") != "" {
		return nil, &Error{observation.CauseNotFound, "open", dir, fmt.Errorf("%.80q is the id of no commit", commit)}
	}
	s.commit = commit
	if err := s.read(ctx, dir); err != nil {
		return nil, err
	}
	return s, nil
}

// read reads the commit of the snapshot, and closes the snapshot where that fails.
func (s *Snapshot) read(ctx context.Context, dir string) error {
	var err error
	s.blobs = newBlobReader(ctx, s)
	if s.committed, err = s.blobs.commitTime(s.commit); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.load(ctx, dir); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// goBack moves the snapshot from HEAD to the commit of an earlier time.
func (s *Snapshot) goBack(ctx context.Context, at time.Time) error {
	env, args := s.objectCommand("rev-list", "--first-parent", "-1", fmt.Sprintf("--min-age=%d", at.Unix()), s.commit, "--")
	out, err := s.git.run(ctx, "", env, nil, args...)
	if err != nil {
		return &Error{causeOfOutput(err, observation.CauseCorrupt), "read the history of", s.gitDir, err}
	}
	if s.commit = strings.TrimSpace(string(out)); s.commit == "" {
		return &Error{observation.CauseEmpty, "open", s.gitDir, fmt.Errorf("no commit by %s", at.UTC().Format(time.DateOnly))}
	}
	return nil
}

// load reads the tree, the tags and the age of the snapshot.
func (s *Snapshot) load(ctx context.Context, dir string) error {
	err := s.readTree(ctx)
	if err != nil {
		return err
	}
	if s.Shallow() {
		s.notes = append(s.notes, observation.Note{Cause: observation.CauseMissingObjects, Subject: dir,
			Message: "the clone is shallow, so what is read from history is unknown: fetch the whole history (git fetch --unshallow)"})
	}
	s.readReferences(ctx)
	s.observedUntil = ObservedUntil(lastFetch(s.gitDir), s.committed)
	if s.tree, err = newTreeFS(s); err != nil {
		return err
	}
	return ctx.Err()
}

// locate finds the parts of a repository and the commit of its HEAD, without
// reading its configuration further than git must to know where its objects
// are.
func (g *Git) locate(ctx context.Context, dir string) (*Snapshot, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(abs); err != nil {
		return nil, &Error{observation.CauseNotFound, "open", dir, fmt.Errorf("no repository there: %w", err)}
	}
	ceiling := "GIT_CEILING_DIRECTORIES=" + filepath.Dir(abs)
	out, err := g.run(ctx, abs, []string{ceiling, "GIT_ALLOW_PROTOCOL="}, nil, "rev-parse", "--path-format=absolute",
		"--git-dir", "--git-path", "objects", "--git-path", "shallow", "--show-object-format", "HEAD^{commit}")
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 5 { // git writes the first four lines before it fails at HEAD
		err = cmp.Or(err, fmt.Errorf("git answered %.300q", out))
		return nil, &Error{causeOfOutput(err, observation.CauseCorrupt), "open", dir, fmt.Errorf("not a git repository that git can read: %w", err)}
	}
	s := &Snapshot{git: g, gitDir: lines[0], objects: lines[1], format: lines[3]}
	if _, err := os.Stat(lines[2]); err == nil {
		s.shallow = lines[2]
	}
	if err != nil {
		return nil, s.explainHead(ctx)
	}
	s.commit = lines[4]
	return s, nil
}

// explainHead is the error for a HEAD that names no commit. It distinguishes an
// empty repository, a HEAD that points to a branch that does not exist, a missing
// commit, and an object that is no commit.
func (s *Snapshot) explainHead(ctx context.Context) error {
	branches, err := s.runOnRefs(ctx, "for-each-ref", "--format=%(refname:short)", "--count=5", "refs/heads")
	if err != nil {
		return &Error{observation.CauseCorrupt, "open", s.gitDir, err}
	}
	symref, symrefErr := s.runOnRefs(ctx, "symbolic-ref", "--quiet", "HEAD")
	target := strings.TrimSpace(string(symref))
	if oid, err := s.runOnRefs(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err == nil {
		return s.explainObject(ctx, strings.TrimSpace(string(oid)))
	}
	if names := strings.Fields(string(branches)); len(names) > 0 {
		target = strings.TrimPrefix(target, "refs/heads/")
		return &Error{observation.CauseNoBranch, "open", s.gitDir,
			fmt.Errorf("HEAD points to branch %q, which does not exist; there are: %s", target, strings.Join(names, ", "))}
	}
	if symrefErr != nil {
		return &Error{observation.CauseCorrupt, "open", s.gitDir, errors.New("HEAD leads to no commit")}
	}
	return &Error{observation.CauseEmpty, "open", s.gitDir, errors.New("the repository has no commits")}
}

// explainObject is the error for an object that HEAD names and that cannot be read
// as a commit.
func (s *Snapshot) explainObject(ctx context.Context, oid string) error {
	env, args := s.objectCommand("cat-file", "-p", oid)
	text, err := s.git.run(ctx, "", env, nil, args...)
	switch {
	case err == nil:
		return &Error{observation.CauseCorrupt, "open", s.gitDir, fmt.Errorf("what HEAD names is no commit that git can read: it begins with %.80q", text)}
	case causeOfOutput(err, "") != "":
		return &Error{causeOfOutput(err, ""), "open", s.gitDir, err}
	}
	return &Error{observation.CauseMissingObjects, "open", s.gitDir, errors.New("the commit that HEAD names is missing from the mirror: fetch it again")}
}

// runOnRefs runs a command that reads references only, in the mirror itself.
func (s *Snapshot) runOnRefs(ctx context.Context, args ...string) ([]byte, error) {
	return s.git.run(ctx, "", []string{"GIT_DIR=" + s.gitDir, "GIT_ALLOW_PROTOCOL="}, nil, args...)
}

// objectCommand returns the environment and the arguments for a command that reads
// objects through the reader repository.
func (s *Snapshot) objectCommand(args ...string) (env, full []string) {
	env = []string{"GIT_DIR=" + s.git.reader(s.format), "GIT_OBJECT_DIRECTORY=" + s.objects, "GIT_ALLOW_PROTOCOL="}
	if s.shallow != "" {
		full = append(full, "--shallow-file", s.shallow)
	}
	return env, append(full, args...)
}

// readTree lists the files of the commit. A crafted tree may contain itself and so
// list more files than any disk holds: the listing is read as git writes it and
// ends at the limit.
func (s *Snapshot) readTree(ctx context.Context) error {
	records, stop, err := s.Records(ctx, "ls-tree", "-r", "-l", "-z", "--full-tree", s.commit)
	if err != nil {
		return err
	}
	s.files, s.sizes = nil, map[string]int64{}
	listing := &listing{}
	for entry, err := range records {
		if err == nil {
			err = s.addFile(listing, entry)
		}
		if err != nil {
			stop()
			return s.treeError(ctx, err)
		}
	}
	s.notes = append(s.notes, listing.notes()...)
	if listing.missing > 0 {
		s.notes = append(s.notes, observation.Note{Cause: observation.CauseMissingObjects, Subject: s.commit,
			Message: fmt.Sprintf("of %d files that are read, %d are missing from the mirror; what they hold is unknown", listing.wanted, listing.missing)})
	}
	return nil
}

func (s *Snapshot) treeError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{CauseOf(err), "read the tree of", s.gitDir, errors.Unwrap(err)}
}

// listing counts what a tree holds while it is read.
type listing struct {
	bytes           int
	wanted, missing int
	skipped         []observation.Note // paths that are not read
	skippedMore     int                // further ones
}

// Limits on a tree in addition to Options.MaxFiles.
const (
	maxPath         = 4096      // bytes of one path, as kernels bound it
	maxListing      = 128 << 20 // bytes of all paths
	maxSkippedNotes = 100       // notes on paths that are not read
)

// addFile adds one entry of the tree.
func (s *Snapshot) addFile(l *listing, entry string) error {
	file, err := parseTreeEntry(entry)
	if err != nil {
		return &Error{observation.CauseCorrupt, "read the tree of", s.gitDir, err}
	}
	limit := s.git.opts.MaxFiles
	if l.bytes += len(entry); l.bytes > maxListing {
		return &Error{observation.CauseOverLimit, "read the tree of", s.gitDir, fmt.Errorf("its paths are longer than %d bytes together", maxListing)}
	}
	if len(s.files) == limit {
		return &Error{observation.CauseOverLimit, "read the tree of", s.gitDir,
			fmt.Errorf("at least %d files, over the limit of %d; --max-files allows more", limit+1, limit)}
	}
	s.files = append(s.files, file)
	s.sizes[file.OID] = file.Size
	if problem := pathProblem(file.Path); problem != "" {
		l.note(file.Path, problem)
	}
	if s.git.opts.Wants.want(file) == Needed {
		l.wanted++
		if file.Size < 0 {
			l.missing++
		}
	}
	return nil
}

func (l *listing) note(path, problem string) {
	if len(l.skipped) == maxSkippedNotes {
		l.skippedMore++
		return
	}
	subject := strings.ToValidUTF8(path[:min(len(path), 300)], "\uFFFD")
	l.skipped = append(l.skipped, observation.Note{Cause: observation.CauseUnsupported, Subject: subject, Message: problem + "; the file was not read"})
}

func (l *listing) notes() []observation.Note {
	if l.skippedMore == 0 {
		return l.skipped
	}
	return append(l.skipped, observation.Note{Cause: observation.CauseUnsupported,
		Message: fmt.Sprintf("%d more files were not read for their paths", l.skippedMore)})
}

// pathProblem is the reason why a file is left out, or empty.
func pathProblem(path string) string {
	switch {
	case len(path) > maxPath:
		return fmt.Sprintf("the path is longer than %d bytes", maxPath)
	case !utf8.ValidString(path):
		return "the path is not UTF-8"
	case !fs.ValidPath(path) || path == ".":
		return "the path is not a plain relative one"
	}
	return ""
}

// parseTreeEntry reads "<mode> SP <type> SP <oid> SP+ <size> TAB <path>".
func parseTreeEntry(entry string) (File, error) {
	head, path, ok := strings.Cut(entry, "\t")
	fields := strings.Fields(head)
	if !ok || len(fields) != 4 {
		return File{}, fmt.Errorf("git ls-tree wrote %q", entry)
	}
	mode, err := strconv.ParseUint(fields[0], 8, 32)
	if err != nil {
		return File{}, fmt.Errorf("git ls-tree wrote mode %q", fields[0])
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil { // "-" for a gitlink, "BAD" for a missing object
		size = -1
	}
	return File{Path: path, Mode: uint32(mode), OID: fields[2], Size: size}, nil
}

// Commit is the full object id that the snapshot shows.
func (s *Snapshot) Commit() string { return s.commit }

// Committed is the committer's date of the commit, in UTC.
func (s *Snapshot) Committed() time.Time { return s.committed }

// ObservedUntil is the time of the mirror's last fetch, in UTC. What came after is
// not in it.
func (s *Snapshot) ObservedUntil() time.Time { return s.observedUntil }

// ObservedUntil is the time up to which a mirror shows its origin: its last fetch,
// but never before its newest commit.
func ObservedUntil(fetched, committed time.Time) time.Time {
	if committed.After(fetched) {
		fetched = committed
	}
	return fetched.UTC().Truncate(time.Second)
}

// Shallow reports whether the history was cut: what is read from history then
// is unknown.
func (s *Snapshot) Shallow() bool { return s.shallow != "" }

// Files lists the tree in git's order. Do not change it.
func (s *Snapshot) Files() []File { return s.files }

// Variant is a short hash of what, in addition to the commit, determines what can
// be read: the tags, the newest commits of other branches, whether the history was cut,
// and which contents are missing.
func (s *Snapshot) Variant() string {
	hash := sha256.New()
	for _, tag := range s.tags {
		fmt.Fprintln(hash, tag.Name, tag.Created.Unix())
	}
	for _, newest := range s.branches {
		fmt.Fprintln(hash, "branch", newest.Committed.Unix())
	}
	for _, file := range s.files {
		if file.Size < 0 {
			fmt.Fprintln(hash, file.OID)
		}
	}
	fmt.Fprintln(hash, "branches known", s.branchesKnown)
	variant := hex.EncodeToString(hash.Sum(nil)[:6])
	if s.Shallow() {
		variant += "-shallow"
	}
	return variant
}

// Notes list what of the tree cannot be read.
func (s *Snapshot) Notes() []observation.Note { return s.notes }

// FS is the tree as a read-only file system. Regular files implement
// io.ReaderAt. Symbolic links are resolved inside the tree only; submodules
// are empty folders. Opening a file whose object is missing or over the limit
// gives an *fs.PathError around an *Error with its cause.
func (s *Snapshot) FS() fs.FS { return s.tree }

// ReadBlob returns the contents of any object of the repository that is a
// blob, also of older commits, or an *Error with its cause. Do not change the
// bytes.
func (s *Snapshot) ReadBlob(oid string) ([]byte, error) { return s.blobs.read(oid) }

// Close ends the git process behind the snapshot.
func (s *Snapshot) Close() error {
	if s.blobs == nil {
		return nil
	}
	return s.blobs.close()
}
