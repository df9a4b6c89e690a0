package gitrepo

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Commit is one commit of the history of HEAD. Author and Email are as
// .mailmap maps them; names, addresses and the subject must not be stored or published.
type Commit struct {
	OID       string
	Parents   int
	ParentIDs []string
	Author    string
	Email     string
	Authored  time.Time
	Committed time.Time
	// Committer is the address of who put the commit in, and CommitterName the name, both as
	// .mailmap maps them; Subject is its first line, cut to 120 characters.
	Committer     string
	CommitterName string
	Subject       string
	// Body is what of the message comes after the subject, cut to 2,000 characters. Only
	// Touched reads it.
	Body string
	// CoAuthors are the values of its trailers Co-authored-by, "Name <address>", of which
	// the first 500 characters are read: git cuts them, because a message may be as long
	// as it likes.
	CoAuthors []string
}

// HistoryFormat is how git log writes what ParseCommit reads.
const HistoryFormat = "--format=%H%n%P%n%at%n%ct%n%aN%n%aE%n%cN%n%cE%n" +
	"%<(500,trunc)%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x1e)%n%<(120,trunc)%s"

// Merge reports whether the commit has several parents.
func (c Commit) Merge() bool { return c.Parents > 1 }

// History yields the commits of HEAD, newest first as git orders them. An
// error ends it; the commits before it are valid.
func (s *Snapshot) History(ctx context.Context) iter.Seq2[Commit, error] {
	return func(yield func(Commit, error) bool) {
		records, stop, err := s.Records(ctx, "log", "-z", "--no-show-signature", "--use-mailmap", HistoryFormat, s.commit)
		if err != nil {
			yield(Commit{}, err)
			return
		}
		times := []int64{}
		for record, err := range records {
			commit := Commit{}
			if err == nil {
				commit, err = ParseCommit(record)
			}
			if !yield(commit, err) || err != nil {
				stop()
				return
			}
			times = append(times, commit.Committed.Unix())
		}
		s.times = times
	}
}

// CommitTimes yields the committers' dates of History, in its order. Where a whole history
// was read before, git is not asked again.
func (s *Snapshot) CommitTimes(ctx context.Context) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		for _, seconds := range s.times {
			if !yield(time.Unix(seconds, 0).UTC(), nil) {
				return
			}
		}
		if s.times != nil {
			return
		}
		for commit, err := range s.History(ctx) {
			if !yield(commit.Committed, err) {
				return
			}
		}
	}
}

func ParseCommit(record string) (Commit, error) {
	fields := strings.SplitN(record, "\n", 10)
	if len(fields) != 10 {
		return Commit{}, &Error{observation.CauseCorrupt, "read history at", firstField(record), errors.New("git log wrote an unexpected record")}
	}
	commit := Commit{
		OID:       fields[0],
		ParentIDs: strings.Fields(fields[1]),
		Authored:  unixTime(fields[2]),
		Committed: unixTime(fields[3]),
		Author:    fields[4],
		Email:     fields[5],
		Committer: fields[7], CommitterName: fields[6],
	}
	subject, body, _ := strings.Cut(fields[9], "\n")
	commit.Subject, commit.Body = strings.TrimRight(subject, " "), strings.TrimRight(body, " \n")
	commit.Parents = len(commit.ParentIDs)
	for _, value := range strings.Split(strings.TrimRight(fields[8], " "), "\x1e") {
		if strings.HasSuffix(value, ">") {
			commit.CoAuthors = append(commit.CoAuthors, value)
		}
	}
	return commit, nil
}

func firstField(record string) string {
	first, _, _ := strings.Cut(record, "\n")
	return first
}

// unixTime is the zero time where git could not parse the date, and where it is
// none.
func unixTime(text string) time.Time {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	if seconds < 0 || seconds > maxUnixTime {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// maxUnixTime is the end of the year 9999: RFC 3339 has no later date.
const maxUnixTime = 253402300799

// maxMailmap bounds .mailmap, in bytes: git needs ten times its size. People write it, a
// line for each of them.
const maxMailmap = 1 << 20

// LargeMailmap is the size of a .mailmap that is too large to be read, or 0: then the
// history names people as they signed.
func (s *Snapshot) LargeMailmap() int64 {
	for _, file := range s.files {
		if file.Path == ".mailmap" && file.Size > maxMailmap {
			return file.Size
		}
	}
	return 0
}

// mailmap names the .mailmap that git reads; empty where it is too large.
func (s *Snapshot) mailmap() string {
	if s.LargeMailmap() > 0 {
		return ""
	}
	return s.commit + ":.mailmap"
}

// Records runs a command of git that only reads objects, and yields its NUL-terminated records. stop
// ends the process early; it need not be called after the last record.
func (s *Snapshot) Records(ctx context.Context, args ...string) (iter.Seq2[string, error], context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(ctx)
	env, full := s.objectCommand(args...)
	cmd := s.git.command(ctx, "", env, append([]string{"-c", "mailmap.blob=" + s.mailmap(), "-c", "mailmap.file="}, full...)...)
	stderr := &tailBuffer{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = s.git.start(cmd)
	}
	if err != nil {
		cancel()
		return nil, nil, &Error{observation.CauseCorrupt, "read", s.gitDir, err}
	}
	stop := func() {
		cancel()
		_ = cmd.Wait() // killed on purpose
	}
	return func(yield func(string, error) bool) {
		reader := bufio.NewReaderSize(out, 64<<10)
		for {
			record, err := readRecord(reader)
			if errors.Is(err, errOutputTooLarge) {
				stop()
				yield("", &Error{observation.CauseOverLimit, "read", s.gitDir, fmt.Errorf("a path or a commit's names are longer than %d bytes", maxRecord)})
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				stop()
				yield("", cmp.Or[error](ctx.Err(), &Error{observation.CauseCorrupt, "read", s.gitDir, err}))
				return
			}
			if record != "" && !yield(record, nil) {
				return
			}
			if err != nil {
				break
			}
		}
		err := cmd.Wait()
		if ctx.Err() != nil {
			err = ctx.Err()
		} else if err != nil {
			failure := stderr.failure(err)
			err = &Error{causeOfOutput(failure, observation.CauseMissingObjects), "read", s.gitDir, failure}
		}
		cancel()
		if err != nil {
			yield("", err)
		}
	}, stop, nil
}

// readRecord reads up to the next NUL, or to the end with io.EOF.
func readRecord(reader *bufio.Reader) (string, error) {
	part, err := reader.ReadSlice(0)
	if err == nil {
		return string(part[:len(part)-1]), nil
	}
	record := bytes.Clone(part)
	for errors.Is(err, bufio.ErrBufferFull) && len(record) <= maxRecord {
		part, err = reader.ReadSlice(0)
		record = append(record, part...)
	}
	if len(record) > maxRecord {
		return "", errOutputTooLarge
	}
	return string(bytes.TrimSuffix(record, []byte{0})), err
}

// Tag is a tag of the repository.
type Tag struct {
	Name string
	// Created is the tagger's date of an annotated tag, the committer's date
	// of a light one.
	Created time.Time
}

// Tags lists the tags in the order of their names. A tag without a date (of a
// tree or a missing object) has the zero time.
func (s *Snapshot) Tags() ([]Tag, error) { return s.tags, s.tagsErr }

// Branches lists the newest commits of other branches that are newer than the commit of
// the snapshot, newest first, fifty at most: when, and by whom. It is not known where the
// mirror holds a single branch, as a mirror that Midspan clones does, or lacks their commits.
func (s *Snapshot) Branches() (newer []Commit, known bool) { return s.branches, s.branchesKnown }

// Change is one change of a file in the history of HEAD.
type Change struct {
	Commit    string
	Committed time.Time
	Path      string
	// OID is the blob after the change, or empty where the file was removed.
	OID string
}

// Changes lists what the history of HEAD did to the files at paths (exact
// paths, not patterns), newest first. It compares trees only, so it also
// works where blobs are missing.
func (s *Snapshot) Changes(ctx context.Context, paths ...string) ([]Change, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	args := []string{"--literal-pathspecs", "log", "-z", "--no-show-signature", "--first-parent", "-m", "--raw",
		"--no-abbrev", "--no-renames", "--format=commit %H %ct", s.commit, "--"}
	records, stop, err := s.Records(ctx, append(args, paths...)...)
	if err != nil {
		return nil, err
	}
	var changes []Change
	var at Change
	var oid string
	for record, err := range records {
		if err != nil {
			return changes, err
		}
		record = strings.TrimPrefix(record, "\n")
		switch {
		case strings.HasPrefix(record, "commit "):
			fields := strings.Fields(record)
			if len(fields) != 3 {
				stop()
				return changes, fmt.Errorf("git log wrote %q", record)
			}
			at = Change{Commit: fields[1], Committed: unixTime(fields[2])}
		case strings.HasPrefix(record, ":"):
			oid = BlobAfter(record)
		default:
			at.Path, at.OID = record, oid
			changes = append(changes, at)
		}
	}
	return changes, nil
}

// BlobAfter reads the second object id of ":<mode> <mode> <oid> <oid> <status>".
func BlobAfter(raw string) string {
	fields := strings.Fields(raw)
	if len(fields) < 4 || strings.Trim(fields[3], "0") == "" {
		return ""
	}
	return fields[3]
}

// Output runs a command of git that only reads objects, and returns what it writes.
func (s *Snapshot) Output(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	env, full := s.objectCommand(args...)
	out, err := s.git.run(ctx, "", env, stdin, full...)
	if err != nil && ctx.Err() == nil {
		err = &Error{causeOfOutput(err, observation.CauseMissingObjects), "read objects of", s.gitDir, err}
	}
	return out, err
}

// With returns the snapshot as if its commit held these files and no others: a part of what
// an earlier commit held. It reads contents through s, and ends with it: do not close it.
func (s *Snapshot) With(files []File) (*Snapshot, error) {
	part := *s
	part.files, part.notes = files, nil
	var err error
	part.tree, err = newTreeFS(&part)
	return &part, err
}
