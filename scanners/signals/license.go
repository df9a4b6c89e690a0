package signals

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenseexpr"
	"github.com/midspan/midspan/internal/licenselist"
	"github.com/midspan/midspan/internal/licenseterms"
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
	writeLicenses(out, files, paths, readme)
	writeLists(out)
	writeStated(out, readme, in.Repository)
	return scanLicenseHistory(ctx, out, in.Snapshot)
}

func writeLicenses(out *measureSet, files *tree, paths []string, readme readmeFile) {
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
	editions := otherEditions(files, found)
	if patents := files.firstOf(patentsKind); patents != "" && withPatents(found, files, patents) {
		remarks = append(remarks, patents+": terms on patents stand beside the text of the licence; read them")
	}
	if len(editions) > 0 {
		found = withTerms(found, licenselist.AddedTerms)
		remarks = append(remarks, strings.Join(editions, ", ")+": the files of a folder stand under other terms; read them")
	}
	if offers := otherOffers(files, texts); len(found) > 0 && len(offers) > 0 {
		found = withTerms(found, licenselist.AddedTerms)
		remarks = append(remarks, strings.Join(offers, ", ")+": other terms stand beside the licence; read them")
	}
	if len(found) > 0 && readme.err == nil && licenseterms.OffersTwo(readme.body) {
		remarks = append(remarks, readme.path+" speaks of two licences to choose from, or of one that is sold; read it")
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
	ids, remark, percent := licensesOfText(data)
	if len(ids) == 0 && rTemplate().Match(data) {
		ids, remark = namedByR(files)
	}
	switch {
	case remark != "":
		return ids, name + ": " + remark, nil
	case percent < minCoveragePercent:
		return ids, fmt.Sprintf("%.0f %% of %s is text of a known licence", percent, name), nil
	}
	return ids, "", nil
}

// licensesOfText reads the licences of a text, what a reader should know of them, and how much
// of the text, in percent, is that of known licences.
func licensesOfText(data []byte) (ids []string, remark string, percent float64) {
	if text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data); err == nil {
		data = text // some editors write UTF-16
	}
	ids, coverage := recognize(data)
	if len(ids) == 0 {
		data = withoutDoubles(data)
		ids, coverage = recognize(data)
	}
	ids, remark = restricted(data, ids, coverage.Match)
	return tagged(data, ids), remark, coverage.Percent
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

// otherOffers are files beside the licence that say by their names that they hold terms of
// another kind (COMMERCIAL-LICENSE.md, LICENSE-ENTERPRISE, EULA.txt), and no known licence.
func otherOffers(files *tree, texts map[string][]string) []string {
	return slices.DeleteFunc(files.of(offerKind), func(name string) bool {
		if ids, read := texts[name]; read {
			return len(ids) > 0
		}
		ids, _, err := licensesOfFile(files, name)
		return err == nil && len(ids) > 0 && !strings.Contains(strings.Join(ids, " "), "LicenseRef-")
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
	parts := uncovered(data, matches)
	rest := licenseterms.Folded(strings.Join(parts, "\n"))
	c, found := licenseterms.Of(parts, textsOf(ids))
	if !found && len(ids) == 0 {
		return referenced(rest)
	}
	if !found {
		return ids, ""
	}
	reference, remark := licenselist.AddedTerms, "text stands beside that of the licence and may add terms; read it"
	switch {
	case c.Says != "":
		reference, remark = cmp.Or(c.ID, licenselist.Restricted), "not an open licence: "+c.Says
	case c.Named:
		remark = "terms stand beside the text of the licence; read them"
	}
	if len(ids) == 0 && c.ID == "" { // "a modified version of the Apache License 2.0"
		ids, _ = referenced(rest[:min(len(rest), maxNotice)])
	}
	if len(ids) == 0 && c.Says != "" {
		return []string{reference}, remark
	}
	return withTerms(ids, reference), remark
}

// tagged puts the SPDX expressions that a text gives itself in the place of the licences that
// they name: whether one of two may be chosen, or both hold, only they say. What stands beside
// a licence holds beside the expression.
func tagged(data []byte, ids []string) []string {
	for _, expression := range licenseexpr.Tags(string(data[:min(len(data), maxTagged)])) {
		parts, err := licenseexpr.Parts(expression)
		if err != nil || slices.Contains(ids, expression) {
			continue
		}
		terms := ""
		kept := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			bare, added, _ := strings.Cut(id, " AND ")
			named := slices.ContainsFunc(parts, func(part string) bool { return withoutSuffix(part) == withoutSuffix(bare) })
			if named && added != "" {
				terms = " AND " + added
			}
			return named
		})
		switch {
		case len(kept) == len(ids) && len(ids) > 0:
			continue // it is of something else
		case terms != "" && strings.Contains(expression, " OR "):
			expression = "(" + expression + ")"
		}
		ids = append(kept, expression+terms)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// maxTagged is how far into a text its own tag is looked for, in bytes.
const maxTagged = 8 << 10

// builtIn are the texts of the licences that the library knows, by id without suffix.
var builtIn = sync.OnceValue(func() map[string][]string {
	texts := map[string][]string{}
	for _, l := range licensecheck.BuiltinLicenses() {
		if l.LRE != "" {
			id := withoutSuffix(l.ID)
			texts[id] = append(texts[id], l.LRE)
		}
	}
	return texts
})

// textsOf are the texts of licences; nil for none. Of a GNU licence they are those of all:
// they share what they say of how to apply them.
func textsOf(ids []string) *licenseterms.Texts {
	if len(ids) == 0 {
		return nil
	}
	var texts []string
	for _, id := range ids {
		if strings.Contains(id, "GPL-") {
			for _, other := range []string{"GPL-2.0", "GPL-3.0", "LGPL-2.1", "AGPL-3.0"} {
				texts = append(texts, builtIn()[other]...)
			}
		}
		texts = append(texts, builtIn()[id]...)
	}
	return licenseterms.NewTexts(texts...)
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

// withPatents adds to licences that do not speak of patents that a file beside them grants
// patents, or takes that back, and reports whether there is such a licence. Beside the BSD
// family any such file counts: there it is a custom. Beside others its text has to say so.
func withPatents(found []string, files *tree, name string) bool {
	added, grants := false, false
	if text, err := files.read(name); err == nil {
		grants = grantOfPatents().Match(text)
	}
	for i, id := range found {
		silent := grants && slices.Contains([]string{"MIT", "MIT-0", "X11", "ISC", "0BSD", "Zlib", "Unlicense"}, id)
		if (silent || strings.HasPrefix(id, "BSD-")) && !strings.Contains(id, " AND ") {
			found[i], added = id+" AND "+licenselist.AddedTerms, true
		}
	}
	return added
}

var grantOfPatents = lazy.Pattern(`(?is)\bpatents?\b.{0,300}\b(?:grants?|granted|licen[cs]e[sd]?|terminates?|royalt)|\b(?:grants?|terminates?)\b.{0,300}\bpatents?\b`)

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

// recognize returns the licences whose text or notice is in data, each once,
// sorted, and how the library covers the text with them. A mere link to a licence counts only where there is no text of one.
func recognize(data []byte) (ids []string, coverage licensecheck.Coverage) {
	coverage = automaton.Scan(data)
	var links []string
	for _, match := range coverage.Match {
		id := withoutSuffix(match.ID)
		switch {
		case !licenseexpr.Valid(id): // marks of licensecheck's own, such as CommonsClause
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
