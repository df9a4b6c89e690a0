// Package earlier reads what became of files on the first parents of HEAD, and tells what a
// mirror lacks for that. It fetches nothing itself.
package earlier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// Line is what became of some files on the main line: the first parents of HEAD.
type Line struct {
	// Base is the newest commit of before the time from which it was read, zero where there
	// is none. Files are the files of interest at Base, in git's order.
	Base  gitrepo.Commit
	Files []gitrepo.File
	// Steps are the commits after Base that changed one of them, oldest first.
	Steps []Step
}

// Step is one commit of the main line. A file of its changes that is gone has no OID.
type Step struct {
	Commit  gitrepo.Commit
	Changes []gitrepo.File
}

// Limits on what is kept of a main line.
const (
	maxFiles   = 500_000
	maxSteps   = 100_000
	maxChanges = 2_000_000 // files over all steps
)

// Read reads what the main line did to the files for which keep is true, from a time on.
// Sizes are those of the objects, -1 where the mirror lacks one. Contents are compared by
// their ids alone, and renames are not looked for. A tree that the mirror lacks is an error
// with its cause (observation.CauseMissingObjects), and nothing is fetched.
func Read(ctx context.Context, s *gitrepo.Snapshot, from time.Time, keep func(path string) bool) (Line, error) {
	var line Line
	var err error
	if line.Base, err = lastBefore(ctx, s, from); err != nil {
		return line, err
	}
	if line.Base.OID != "" {
		if line.Files, err = listFiles(ctx, s, line.Base.OID, keep); err != nil {
			return line, err
		}
	}
	if line.Steps, err = steps(ctx, s, line.Base.OID, keep); err != nil {
		return line, err
	}
	return line, line.addSizes(ctx, s)
}

// lastBefore is the newest commit of the main line from before a time, zero where there is
// none.
func lastBefore(ctx context.Context, s *gitrepo.Snapshot, at time.Time) (gitrepo.Commit, error) {
	records, stop, err := s.Records(ctx, "log", "-z", "-1", "--first-parent", "--no-patch", "--no-show-signature", "--use-mailmap",
		fmt.Sprintf("--min-age=%d", at.Unix()-1), gitrepo.HistoryFormat, s.Commit(), "--")
	if err != nil {
		return gitrepo.Commit{}, err
	}
	for record, err := range records {
		if err != nil {
			return gitrepo.Commit{}, err
		}
		commit, err := gitrepo.ParseCommit(record)
		stop()
		return commit, err
	}
	return gitrepo.Commit{}, nil
}

// listFiles lists the files of a commit for which keep is true.
func listFiles(ctx context.Context, s *gitrepo.Snapshot, commit string, keep func(path string) bool) ([]gitrepo.File, error) {
	records, stop, err := s.Records(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	var kept []gitrepo.File
	count := 0
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		if count++; count > maxFiles {
			stop()
			return nil, overLimit(commit)
		}
		head, path, _ := strings.Cut(record, "\t")
		fields := strings.Fields(head)
		if len(fields) != 3 || !keep(path) {
			continue
		}
		if mode, err := strconv.ParseUint(fields[0], 8, 32); err == nil && mode != gitrepo.ModeGitlink {
			kept = append(kept, gitrepo.File{Path: path, Mode: uint32(mode), OID: fields[2]})
		}
	}
	return kept, nil
}

func overLimit(commit string) error {
	return &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read history at", Subject: commit,
		Err: errors.New("more files or changes of files than are read")}
}

// steps reads the commits after base that changed what keep wants, oldest first.
func steps(ctx context.Context, s *gitrepo.Snapshot, base string, keep func(path string) bool) ([]Step, error) {
	args := []string{"log", "-z", "--reverse", "--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "--no-show-signature",
		"--use-mailmap", gitrepo.HistoryFormat, s.Commit()}
	if base != "" {
		args = append(args, "^"+base)
	}
	records, stop, err := s.Records(ctx, append(args, "--")...)
	if err != nil {
		return nil, err
	}
	var read []Step
	var at gitrepo.Commit
	var changed *gitrepo.File
	total := 0
	for record, err := range records {
		switch text := strings.TrimPrefix(record, "\n"); {
		case err != nil:
			return nil, err
		case changed != nil:
			file := *changed
			changed = nil
			if !keep(record) {
				continue
			}
			if file.Path = record; len(read) == 0 || read[len(read)-1].Commit.OID != at.OID {
				read = append(read, Step{Commit: at})
			}
			last := &read[len(read)-1]
			last.Changes = append(last.Changes, file)
			if total++; total > maxChanges || len(read) > maxSteps {
				stop()
				return nil, overLimit(at.OID)
			}
		case strings.HasPrefix(text, ":"):
			changed = changeOf(text)
		default:
			if at, err = gitrepo.ParseCommit(text); err != nil {
				stop()
				return nil, err
			}
		}
	}
	return read, nil
}

// changeOf reads ":<mode> <mode> <oid> <oid> <status>" of a file. What is no file after the
// change is gone.
func changeOf(raw string) *gitrepo.File {
	fields := strings.Fields(raw)
	if len(fields) < 4 {
		return &gitrepo.File{}
	}
	mode, err := strconv.ParseUint(fields[1], 8, 32)
	oid := gitrepo.BlobAfter(raw)
	if err != nil || oid == "" || mode == gitrepo.ModeGitlink {
		return &gitrepo.File{}
	}
	return &gitrepo.File{Mode: uint32(mode), OID: oid}
}

// each calls do with every file of the line that is there.
func (l *Line) each(do func(*gitrepo.File)) {
	for i := range l.Files {
		do(&l.Files[i])
	}
	for i := range l.Steps {
		for j := range l.Steps[i].Changes {
			if f := &l.Steps[i].Changes[j]; f.OID != "" {
				do(f)
			}
		}
	}
}

// addSizes asks git once for the sizes of all files of a line.
func (l *Line) addSizes(ctx context.Context, s *gitrepo.Snapshot) error {
	known := map[string]bool{}
	var wanted strings.Builder
	l.each(func(f *gitrepo.File) {
		if !known[f.OID] {
			known[f.OID] = true
			wanted.WriteString(f.OID + "\n")
		}
	})
	if len(known) == 0 {
		return nil
	}
	out, err := s.Output(ctx, strings.NewReader(wanted.String()), "cat-file", "--batch-check", "--buffer")
	if err != nil {
		return err
	}
	sizes := map[string]int64{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[1] != "blob" {
			continue
		}
		if size, err := strconv.ParseInt(fields[2], 10, 64); err == nil {
			sizes[fields[0]] = size
		}
	}
	l.each(func(f *gitrepo.File) {
		size, there := sizes[f.OID]
		if f.Size = size; !there {
			f.Size = -1
		}
	})
	return nil
}
