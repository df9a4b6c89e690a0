package signals

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenselist"
)

// uncovered are the pieces of a text that no match covers, as written.
func uncovered(data []byte, matches []licensecheck.Match) []string {
	var parts []string
	at := 0
	for _, m := range matches {
		if m.IsURL || m.Start < at || m.End > len(data) {
			continue
		}
		parts = append(parts, string(data[at:m.Start]))
		at = m.End
	}
	parts = append(parts, string(data[at:]))
	for _, m := range matches { // the library covers what follows on a line of copyright
		if m.Start < m.End && m.End <= len(data) {
			for _, line := range copyrightLine().FindAll(data[m.Start:m.End], maxCopyrightLines) {
				parts = append(parts, string(line))
			}
		}
	}
	return parts
}

// maxCopyrightLines bounds the lines of copyright of one licence that are read for what else stands on them.
const maxCopyrightLines = 200

var copyrightLine = lazy.Pattern(`(?im)^[ \t#*/;-]*(?:copyright|\(c\)|©)[^\n]{0,300}`)

// reference is how a text names a licence.
type reference struct {
	pattern func() *regexp.Regexp
	id      string
}

// references are licences that a file names in words of its own, or prints in a language
// that the library does not know. They count where a file holds no text of a licence.
var references = []reference{
	{lazy.Pattern(`public domain (?:within|in) the united states[\s\S]*\bcc0 1\.0 universal\b|\bwork of the (?:u\.?s\.?|united states) government\b[\s\S]*\bcc0\b`), "CC0-1.0"},
	{lazy.Pattern(`\bnasa open source agreement,? version 1\.3\b`), "NASA-1.3"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*permissive[ ,–—-]*version 2\.0`), "CDLA-Permissive-2.0"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*permissive[ ,–—-]*version 1\.0`), "CDLA-Permissive-1.0"},
	{lazy.Pattern(`^.{0,60}\bcommunity data licen[cs]e agreement[ –—-]*sharing[ ,–—-]*version 1\.0`), "CDLA-Sharing-1.0"},
	{lazy.Pattern(`\beupl[\s,.-]*(?:v\.?|version|versione|versión|versão|versie|wersja)?\s*1\.2\b|\b1\.2\b[^.]{0,40}\beupl\b`), "EUPL-1.2"},
	{lazy.Pattern(`\beupl[\s,.-]*(?:v\.?|version|versione|versión|versão|versie|wersja)?\s*1\.1\b|\b1\.1\b[^.]{0,40}\beupl\b`), "EUPL-1.1"},
}

// Lengths, in bytes: of a text that may be a notice, which names a licence and does not
// print it, and of the part of a longer one that may be its title.
const (
	maxNotice = 2000
	maxTitle  = 80
)

// referenced returns the licences that a text in lower case names, and what to say of it.
func referenced(text string) ([]string, string) {
	var ids []string
	for _, r := range references {
		if r.pattern().MatchString(text) {
			ids = append(ids, r.id)
			break
		}
	}
	switch {
	case len(ids) > 0:
	case grants().MatchString(text):
		for _, id := range namesOf(text[:min(len(text), maxTitle)], false) {
			ids = append(ids, id+" AND "+licenselist.AddedTerms)
		}
	case len(text) <= maxNotice:
		for _, sentence := range sentencesOf(text) {
			ids = append(ids, statedIn(sentence, "", true)...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return nil, ""
	case strings.HasSuffix(ids[0], licenselist.AddedTerms):
		return ids, "it calls itself so, and its text differs; read it"
	case len(text) > maxNotice:
		return ids, "the licence is named, and its text was not compared"
	}
	return ids, "the licence is named, and its text is not there"
}

// grants are words of the texts of licences, and not of notices that name one.
var grants = lazy.Pattern(`\bpermission is hereby granted\b|\bredistribution and use in source and binary forms\b|\bpermission to use, copy, modify\b`)
