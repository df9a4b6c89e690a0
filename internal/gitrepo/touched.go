package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// bodyFormat follows HistoryFormat where the body of the message is read too.
const bodyFormat = "%n%<(2000,trunc)%b"

// Touched reads the commits of HEAD whose committer's date is from..until, both in whole
// seconds and included, newest first as git orders them. It calls commit for each and then
// path for each file that the commit added, changed or removed; a merge has none. A renamed
// file is one that was removed and one that was added: contents are not read. A tree that the
// mirror lacks is an error with its cause (observation.CauseMissingObjects), and nothing is
// fetched. An error of commit or path ends the reading and is returned as it is. Paths may be
// any bytes. Of a history that is shallow it sees what is there: ask Shallow before.
func (s *Snapshot) Touched(ctx context.Context, from, until time.Time, commit func(Commit) error, path func(string) error) error {
	records, stop, err := s.Records(ctx, "log", "-z", "--name-status", "--no-renames", "--no-show-signature", "--use-mailmap",
		fmt.Sprintf("--max-age=%d", from.Unix()), fmt.Sprintf("--min-age=%d", until.Unix()), HistoryFormat+bodyFormat, s.commit, "--")
	if err != nil {
		return err
	}
	isPath := false
	for record, err := range records {
		if err != nil {
			return err
		}
		switch status := strings.TrimPrefix(record, "\n"); {
		case isPath:
			isPath, err = false, path(record)
		case len(status) == 1:
			isPath = true
		default:
			var c Commit
			if c, err = ParseCommit(status); err == nil {
				err = commit(c)
			}
		}
		if err != nil {
			stop()
			return err
		}
	}
	if isPath {
		return &Error{observation.CauseCorrupt, "read history at", s.commit, errors.New("git log ended before a path")}
	}
	return nil
}

// SignedTag is a tag with who set it.
type SignedTag struct {
	Tag
	// Annotated tags name who set them. A light tag names nobody, and Tagger and Email of it
	// are empty. They must not be stored or published.
	Annotated     bool
	Tagger, Email string
}

// SignedTags lists the tags in the order of their names, with who set them. Names are as they
// were signed, without .mailmap.
func (s *Snapshot) SignedTags(ctx context.Context) ([]SignedTag, error) {
	out, err := s.runOnRefs(ctx, "for-each-ref", "--format=%(creatordate:unix)%00%(objecttype)%00%(taggername)%00%(taggeremail:trim)%00%(refname:strip=2)", "refs/tags")
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &Error{causeOfOutput(err, observation.CauseMissingObjects), "read the tags of", s.gitDir, err}
	}
	var tags []SignedTag
	for line := range strings.Lines(string(out)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x00", 5)
		if len(fields) == 5 {
			tags = append(tags, SignedTag{Tag{Name: fields[4], Created: unixTime(fields[0])}, fields[1] == "tag", fields[2], fields[3]})
		}
	}
	return tags, nil
}
