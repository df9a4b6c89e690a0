package signals

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/licensecheck"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenselist"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/signals/automaton"
)

// minCoveragePercent is the share of a licence file, in percent, above which the
// text is taken for the licence without a remark.
const minCoveragePercent = 75

// maxDoubled is how long a text may be, in bytes, in which doubled lines are looked for.
const maxDoubled = 64 << 10

// scanLicense reads the licence files of HEAD and what became of them over the
// history. An error is the end of ctx only.
func scanLicense(ctx context.Context, out *measureSet, files *tree, readme readmeFile, in scanners.Input) error {
	paths := licenseFiles(files)
	m := out.measured(observation.LicenseFile, len(paths) > 0, files.source)
	m.Detail = strings.Join(paths, ", ")
	writeLicenses(out, files, paths)
	writeLists(out)
	writeStated(out, readme, in.Repository)
	return scanLicenseHistory(ctx, out, in.Snapshot)
}

func writeLicenses(out *measureSet, files *tree, paths []string) {
	if len(paths) == 0 {
		out.notApplicable(observation.LicenseSPDX, "no licence file")
		return
	}
	texts := map[string][]string{}
	var remarks []string
	var failed error
	for _, name := range paths {
		ids, remark, err := licensesOfFile(files, name)
		if err != nil {
			failed = err
			continue
		}
		if remark != "" {
			remarks = append(remarks, remark)
		}
		texts[name] = ids
	}
	found := licensesOf(texts)
	if patents := files.firstOf(patentsKind); patents != "" && withPatents(found) {
		remarks = append(remarks, patents+": terms on patents stand beside the text of the licence; read them")
	}
	if others := otherEditions(files, found); len(others) > 0 {
		found = withTerms(found, licenselist.AddedTerms)
		remarks = append(remarks, strings.Join(others, ", ")+": the files of a folder stand under other terms; read them")
	}
	switch {
	case failed != nil && len(found) == 0:
		out.unreadable(observation.LicenseSPDX, failed)
	case len(found) == 0:
		out.unknown(observation.LicenseSPDX, observation.CauseUnsupported, "no known licence text in "+strings.Join(paths, ", "))
	default:
		m := out.measured(observation.LicenseSPDX, found, strings.Join(paths, ", "))
		m.Detail = strings.Join(remarks, "; ")
		if failed != nil {
			_, detail := causeAndDetail(failed)
			m.Bound, m.Detail = observation.AtLeast, strings.Join(append(remarks, detail), "; ")
		}
	}
}

// licensesOfFile reads the licences of one file, and what a reader should know of them.
func licensesOfFile(files *tree, name string) (ids []string, remark string, err error) {
	data, err := files.read(name)
	if err != nil {
		return nil, "", err
	}
	if text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data); err == nil {
		data = text // some editors write UTF-16
	}
	ids, coverage := recognize(data)
	if len(ids) == 0 {
		data = withoutDoubles(data)
		ids, coverage = recognize(data)
	}
	if ids, remark = restricted(data, ids, coverage.Match); len(ids) == 0 && rTemplate().Match(data) {
		ids, remark = namedByR(files)
	}
	switch {
	case remark != "":
		return ids, name + ": " + remark, nil
	case coverage.Percent < minCoveragePercent:
		return ids, fmt.Sprintf("%.0f %% of %s is text of a known licence", coverage.Percent, name), nil
	}
	return ids, "", nil
}

// otherEditions are the licences of folders with an edition that is sold, where they are not
// among those of the repository. One that cannot be read may be another.
func otherEditions(files *tree, found []string) []string {
	if len(found) == 0 {
		return nil
	}
	return slices.DeleteFunc(files.of(editionKind), func(name string) bool {
		ids, _, err := licensesOfFile(files, name)
		return err == nil && len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(found, id) })
	})
}

// withTerms adds terms to every licence that does not have them.
func withTerms(ids []string, terms string) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id
		if !strings.HasSuffix(id, " AND "+terms) {
			all[i] += " AND " + terms
		}
	}
	return all
}

// restricted looks for what stands beside the licences of a file. A clause that takes
// back what they give is a part of what is found, so that none of them stands alone.
// So is a licence that is named and not printed.
func restricted(data []byte, ids []string, matches []licensecheck.Match) ([]string, string) {
	rest := uncovered(data, matches)
	c, found := restriction(rest)
	if !found && len(ids) == 0 {
		return referenced(rest)
	}
	if !found {
		return ids, ""
	}
	reference, remark := licenselist.AddedTerms, "terms stand beside the text of the licence; read them"
	if c.says != "" {
		reference, remark = cmp.Or(c.id, licenselist.Restricted), "not an open licence: "+c.says
	}
	if len(ids) == 0 && c.id == "" { // "a modified version of the Apache License 2.0"
		ids, _ = referenced(rest[:min(len(rest), maxNotice)])
	}
	if len(ids) == 0 && c.says != "" {
		return []string{reference}, remark
	}
	return withTerms(ids, reference), remark
}

// withoutDoubles drops lines that stand in a text twice: one slip of whoever pasted a licence
// hides it from the library.
func withoutDoubles(data []byte) []byte {
	if len(data) > maxDoubled {
		return data
	}
	var kept []byte
	seen := map[string]bool{}
	for line := range bytes.Lines(data) {
		if text := string(bytes.TrimSpace(line)); len(text) > 20 && seen[text] {
			continue
		} else {
			seen[text] = true
		}
		kept = append(kept, line...)
	}
	return kept
}

// rTemplate is a licence file of an R package: what is to be filled into the licence that its
// DESCRIPTION names.
var rTemplate = lazy.Pattern(`(?i)^\s*year:[^\n]*\n\s*copyright holder:`)

var rLicense = lazy.Pattern(`(?m)^License:[ \t]*(MIT|BSD_2_clause|BSD_3_clause)[ \t]*\+[ \t]*file LICEN[SC]E`)

// namedByR returns the licence that an R package's DESCRIPTION names.
func namedByR(files *tree) ([]string, string) {
	name := files.firstOf(rDescriptionKind)
	if name == "" {
		return nil, ""
	}
	data, err := files.read(name)
	if err != nil {
		return nil, ""
	}
	ids := map[string]string{"MIT": "MIT", "BSD_2_clause": "BSD-2-Clause", "BSD_3_clause": "BSD-3-Clause"}
	m := rLicense().FindSubmatch(data)
	if m == nil {
		return nil, ""
	}
	return []string{ids[string(m[1])]}, "the licence is named in " + name + ", and its text is not there"
}

// withPatents adds to licences of the BSD family that a file beside them grants patents, or
// takes that back, and reports whether there is such a licence. Others speak of patents
// themselves, or were not found beside such a file.
func withPatents(found []string) bool {
	added := false
	for i, id := range found {
		if strings.HasPrefix(id, "BSD-") && !strings.Contains(id, " AND ") {
			found[i], added = id+" AND "+licenselist.AddedTerms, true
		}
	}
	return added
}

// licenseFiles are the texts that a reader takes for the repository's licence,
// and those of the folder LICENSES (REUSE). A file COPYRIGHT counts where there is no other:
// beside one it lists the works of others.
func licenseFiles(files *tree) []string {
	paths := append(files.of(licenseKind), files.of(licensesFolderKind)...)
	if len(paths) == 0 {
		paths = files.of(copyrightKind)
	}
	return paths
}

// isLicense matches LICENSE, LICENCE.md, COPYING.LESSER, LICENSE-MIT and the
// like, and no source file, list of licences or header template.
func isLicense(name string) bool {
	for _, stem := range []string{"license", "licence", "copying", "unlicense", "unlicence", "mit-license", "gpl-license"} {
		rest, ok := strings.CutPrefix(name, stem)
		if thirdParty().MatchString(rest) {
			return false
		}
		if !ok || rest != "" && !strings.ContainsRune(".-_", rune(rest[0])) || strings.Contains(rest, "header") {
			continue
		}
		return !isCode(name)
	}
	return false
}

// isCode matches files that a program reads, which hold no text of a licence for people.
func isCode(name string) bool {
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs", ".ts", ".json", ".xml", ".yml", ".yaml", ".csv",
		".py", ".go", ".rb", ".php", ".java", ".cs", ".sh", ".toml", ".lock", ".png", ".svg", ".pdf", ".tmpl", ".tpl", ".ftl":
		return true
	}
	return false
}

// thirdParty are names of files with the licences of others.
var thirdParty = lazy.Pattern(`third[-_ ]?part(?:y|ies)|3rd[-_ ]?part(?:y|ies)|\bdeps?\b|dependenc|vendor|bundled|[-_.]others?\b|external`)

// recognize returns the licences whose text or notice is in data, each once,
// sorted, and how the library covers the text with them. A mere link to a licence counts only where there is no text of one.
func recognize(data []byte) (ids []string, coverage licensecheck.Coverage) {
	coverage = automaton.Scan(data)
	var links []string
	for _, match := range coverage.Match {
		id := withoutSuffix(match.ID)
		switch {
		case !validLicense(id): // marks of licensecheck's own, such as CommonsClause
		case match.IsURL:
			links = append(links, id)
		default:
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		ids = links
	}
	slices.Sort(ids)
	return slices.Compact(ids), coverage
}

// withoutSuffix drops what the text of a GNU licence does not state: whether later
// versions may be chosen is in notices elsewhere, and the text itself ends
// with a sample notice.
func withoutSuffix(id string) string {
	return strings.TrimSuffix(strings.TrimSuffix(id, "-or-later"), "-only")
}

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
		if !strings.Contains(file.Path, "/") && file.Mode != gitrepo.ModeGitlink && fs.ValidPath(file.Path) && isLicense(strings.ToLower(file.Path)) {
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

// licensesOf are the licences of files, each once, sorted. The LGPL-3.0 is
// written as an addition to the GPL-3.0 and needs the text of both, in
// COPYING and COPYING.LESSER: there the GPL is no licence of its own.
func licensesOf(files map[string][]string) []string {
	var all []string
	lesser := false
	for name, ids := range files {
		all = append(all, ids...)
		lesser = lesser || strings.HasSuffix(strings.ToLower(name), ".lesser") && slices.Contains(ids, "LGPL-3.0")
	}
	if lesser {
		all = slices.DeleteFunc(all, func(id string) bool { return id == "GPL-3.0" })
	}
	slices.Sort(all)
	return slices.Compact(all)
}
