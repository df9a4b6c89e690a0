package earlier

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
)

// Wanted is what a scanner wants of earlier commits beside their root trees. It implements
// gitrepo.Earlier. Its time counts back from the newest commit.
type Wanted struct {
	// Months is how many months the trees of all commits are wanted.
	Months int
	// LineMonths is how many months the trees of the main line are wanted, with the contents
	// of the files there for which Files is true.
	LineMonths int
	Files      func(path string) bool
}

var _ gitrepo.Earlier = Wanted{}

// Union is what either wants.
func (w Wanted) Union(other Wanted) Wanted {
	all := Wanted{Months: max(w.Months, other.Months), LineMonths: max(w.LineMonths, other.LineMonths), Files: w.Files}
	if all.Files == nil {
		all.Files = other.Files
	} else if first, second := w.Files, other.Files; second != nil {
		all.Files = func(path string) bool { return first(path) || second(path) }
	}
	return all
}

// slack is added to each window: a run may speak of a day before the newest commit.
const slack = 31 * 24 * time.Hour

func before(newest time.Time, months int) time.Time {
	return newest.AddDate(0, -months, 0).Add(-slack)
}

// MissingTrees implements gitrepo.Earlier. The parents of the commits are wanted too: with
// them they are compared.
func (w Wanted) MissingTrees(ctx context.Context, s *gitrepo.Snapshot) ([]string, error) {
	newest, err := newestCommit(ctx, s)
	if err != nil {
		return nil, err
	}
	commits := map[string]bool{}
	if w.Months > 0 {
		err = addCommits(ctx, s, commits, fmt.Sprintf("--max-age=%d", before(newest, w.Months).Unix()))
	}
	if w.LineMonths > 0 && err == nil {
		var base gitrepo.Commit
		if base, err = lastBefore(ctx, s, before(newest, w.LineMonths)); err == nil {
			args := []string{"--first-parent"}
			if base.OID != "" {
				commits[base.OID] = true
				args = append(args, "^"+base.OID)
			}
			err = addCommits(ctx, s, commits, args...)
		}
	}
	if err != nil || len(commits) == 0 {
		return nil, err
	}
	var list strings.Builder
	for oid := range commits {
		list.WriteString(oid + "\n")
	}
	out, err := s.Output(ctx, strings.NewReader(list.String()), "rev-list", "--objects", "--no-walk=unsorted", "--filter=blob:none",
		"--missing=print", "--no-object-names", "--stdin")
	return gitrepo.MissingOf(out), err
}

// newestCommit is the committer's date of the snapshot's commit.
func newestCommit(ctx context.Context, s *gitrepo.Snapshot) (time.Time, error) {
	out, err := s.Output(ctx, nil, "log", "-1", "--format=%ct", "--no-show-signature", s.Commit(), "--")
	if err != nil {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// addCommits adds what git log lists of HEAD with these arguments, and the first parent of
// each.
func addCommits(ctx context.Context, s *gitrepo.Snapshot, commits map[string]bool, args ...string) error {
	args = append([]string{"log", "-z", "--no-patch", "--no-show-signature", "--format=%H %P"}, args...)
	records, stop, err := s.Records(ctx, append(args, s.Commit(), "--")...)
	if err != nil {
		return err
	}
	for record, err := range records {
		if err != nil {
			return err
		}
		if len(commits) > maxCommits {
			stop()
			return overLimit(s.Commit())
		}
		for i, oid := range strings.Fields(record) {
			if i < 2 {
				commits[oid] = true
			}
		}
	}
	return nil
}

// maxCommits bounds the commits of which trees are wanted.
const maxCommits = 500_000

// MissingFiles implements gitrepo.Earlier.
func (w Wanted) MissingFiles(ctx context.Context, s *gitrepo.Snapshot) ([]string, error) {
	if w.LineMonths == 0 || w.Files == nil {
		return nil, nil
	}
	newest, err := newestCommit(ctx, s)
	if err != nil {
		return nil, err
	}
	line, err := Read(ctx, s, before(newest, w.LineMonths), w.Files)
	if err != nil {
		return nil, ctx.Err() // who reads that line reports the error
	}
	var missing []string
	line.each(func(f *gitrepo.File) {
		if f.Size < 0 {
			missing = append(missing, f.OID)
		}
	})
	return missing, nil
}
