package signals

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/licensefile"
	"github.com/midspan/midspan/internal/observation"
)

// oldNames are where licence files usually are or were, so that a change of
// licence that also renamed the file is seen.
var oldNames = []string{
	"LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE.rst", "LICENCE", "LICENCE.md", "LICENCE.txt", "License", "License.md", "License.txt",
	"license", "license.md", "license.txt", "COPYING", "COPYING.md", "COPYING.txt", "UNLICENSE", "MIT-LICENSE", "MIT-LICENSE.txt",
}

// PastPaths implements scanners.PastReader: the licence files of the root
// folder, those that are there and those that often were there. Others have
// no history that is read: it would take the trees of every folder.
func (Scanner) PastPaths(files []gitrepo.File) []string {
	paths := slices.Clone(oldNames)
	for _, file := range files {
		if !strings.Contains(file.Path, "/") && file.Mode != gitrepo.ModeGitlink && fs.ValidPath(file.Path) && licensefile.IsName(strings.ToLower(file.Path)) {
			paths = append(paths, file.Path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func scanLicenseHistory(ctx context.Context, out *measureSet, snapshot *gitrepo.Snapshot) error {
	unknown := func(cause observation.Cause, detail string) {
		out.unknown(observation.LicenseChanges, cause, detail)
		out.unknown(observation.LicenseLastChangeDays, cause, detail)
	}
	if snapshot.Shallow() {
		unknown(observation.CauseMissingObjects, "the history was cut off (a shallow clone); fetch the whole history")
		return nil
	}
	history, err := snapshot.Changes(ctx, Scanner{}.PastPaths(snapshot.Files())...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		unknown(gitrepo.CauseOf(err), "the history of the licence files breaks off; fetch the whole history")
		return nil
	}
	history = slices.DeleteFunc(history, func(c gitrepo.Change) bool { return strings.Contains(c.Path, "/") }) // a folder may have such a name
	changes, last, err := licenseChanges(history, func(oid string) ([]byte, error) { return readPast(ctx, snapshot, oid) }, out.at)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		detail := "an older version of a licence file is missing from the mirror; fetch its blobs"
		if gitrepo.CauseOf(err) == observation.CauseOverLimit {
			detail = fmt.Sprintf("a version of a licence file has more than the %d bytes that are read", maxFile)
		}
		unknown(gitrepo.CauseOf(err), detail)
		return nil
	}
	source := fmt.Sprintf("git history of %.12s", snapshot.Commit())
	out.measured(observation.LicenseChanges, changes, source)
	if changes == 0 {
		out.notApplicable(observation.LicenseLastChangeDays, "the licence has not changed")
		return nil
	}
	out.measured(observation.LicenseLastChangeDays, int(out.at.Sub(last)/(24*time.Hour)), source)
	return nil
}

// readPast reads a version of a licence file. One that is too large is an error: a part of
// it could be taken for another licence.
func readPast(ctx context.Context, snapshot *gitrepo.Snapshot, oid string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := snapshot.ReadBlob(oid)
	if err == nil && len(data) > maxFile {
		err = &gitrepo.Error{Cause: observation.CauseOverLimit, Op: "read object", Subject: oid,
			Err: fmt.Errorf("%d bytes, more than the %d that are read", len(data), maxFile)}
	}
	return data, err
}

// licenseChanges replays the history of the licence files, newest first as git
// lists it, and counts how often the set of licences found in them became
// another one. States in which none is recognised (no file, a draft) are passed
// over. Changes after at are not seen.
func licenseChanges(history []gitrepo.Change, read func(oid string) ([]byte, error), at time.Time) (changes int, last time.Time, err error) {
	known := map[string][]string{} // by blob
	current := map[string][]string{}
	var before []string
	for i, change := range slices.Backward(history) {
		if change.Committed.After(at) {
			continue
		}
		if change.OID == "" {
			delete(current, change.Path)
		} else {
			ids, ok := known[change.OID]
			if !ok {
				data, err := read(change.OID)
				if err != nil {
					return 0, time.Time{}, err
				}
				ids, _ = recognize(data)
				known[change.OID] = ids
			}
			current[change.Path] = ids
		}
		if i > 0 && history[i-1].Commit == change.Commit {
			continue // one commit may move the text from file to file
		}
		now := licensesOf(current)
		if len(now) == 0 {
			continue
		}
		if before != nil && !slices.Equal(before, now) {
			changes, last = changes+1, change.Committed
		}
		before = now
	}
	return changes, last, nil
}
