package catalog

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// addRepositories reads an address field into the good: no repository, one or
// several, and the notes.
func (g *Good) addRepositories(notes *entryNotes, raw, name string, origin Origin) {
	found, parseNotes := ParseRepositories(raw, origin)
	notes.append(parseNotes...)
	for _, repository := range found {
		repository.Name = name
		g.Repositories = appendRepository(g.Repositories, repository, notes)
	}
}

// finish sets what every good has: a name, and a note where it has no
// repository and no earlier note explains it. It reports whether the entry holds
// enough to be a good. The fallback (its file, its address) becomes the name
// where the entry has none.
func (g *Good) finish(notes *entryNotes, fallback string) bool {
	if g.Name == "" {
		if g.Name = cmp.Or(g.repositoryName(), quote(fallback)); g.Name == "" {
			return false
		}
		notes.add(observation.CauseBroken, "", "the entry has no name: it is called %q here; name it in the catalog", g.Name)
	}
	g.DevelopmentCountries, g.DeploymentCountries = notes.countries(g.DevelopmentCountries), notes.countries(g.DeploymentCountries)
	g.noteWithoutRepository(notes)
	g.Notes = notes.list()
	return true
}

// nameMain takes an address as the main repository, which is one of the good's.
func (g *Good) nameMain(notes *entryNotes, raw string) {
	main, parseNotes, err := ParseRepository(raw, Declared)
	if err != nil {
		notes.append(parseNotes...)
		return
	}
	known := slices.IndexFunc(g.Repositories, func(r Repository) bool { return r.Key() == main.Key() })
	if known < 0 {
		g.Repositories = append([]Repository{main}, g.Repositories...)
		known = 0
	}
	g.MainRepository = g.Repositories[known].URL
}

func (g *Good) noteWithoutRepository(notes *entryNotes) {
	explained := slices.ContainsFunc(notes.notes, func(n observation.Note) bool {
		return n.Cause == observation.CauseNoRepository || n.Cause == causeAddress || n.Cause == observation.CauseUnsupported
	})
	if len(g.Repositories) == 0 && !explained {
		notes.add(observation.CauseNoRepository, "", "the entry gives no repository address")
	}
}

// repositoryName is the full name of the first repository, or "".
func (g *Good) repositoryName() string {
	if len(g.Repositories) == 0 {
		return ""
	}
	return g.Repositories[0].FullName()
}

// FullName is "owner/name", or what there is of it.
func (r Repository) FullName() string {
	if r.Host == "" {
		path := strings.TrimRight(strings.ReplaceAll(r.URL, `\`, "/"), "/")
		return strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".git")
	}
	return strings.TrimPrefix(r.Owner+"/"+r.Path, "/")
}

// webAddress keeps an address for readers to follow. Anything but http and
// https is dropped: a report turns it into a link.
func (n *entryNotes) webAddress(text, field string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err == nil && u.Scheme == "" && bareHost.MatchString(text+"/x") {
		u, err = url.Parse("https://" + text)
	}
	shown := quoteAddress(text, "")
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		n.add(observation.CauseRemark, shown, "%s %q is not a web address: left out", field, shown)
		return ""
	}
	if u.User != nil {
		n.add(observation.CauseRemark, shown, "%s carried credentials, which were dropped", field)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		n.add(observation.CauseRemark, shown, "%s carried more than a path, which was dropped: it may hold a secret", field)
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	if address := u.String(); redact.URL(address) == address {
		return address
	}
	n.add(observation.CauseRemark, shown, "%s %q may hold a secret: left out", field, shown)
	return ""
}

var goalNumber = regexp.MustCompile(`(?i)^\s*(?:sdgs?|goal)?\s*[-#:.]?\s*([0-9]{1,3})\b`)

// goals reads the numbers of Sustainable Development Goals from texts like
// "3" and "SDG3: Good health", sorted, each once.
func (n *entryNotes) goals(texts []string) []int {
	var goals []int
	for _, text := range texts {
		number := 0
		if parts := goalNumber.FindStringSubmatch(text); parts != nil {
			number, _ = strconv.Atoi(parts[1]) // at most three digits
		}
		if number < 1 || number > 17 {
			n.add(observation.CauseBroken, "", "%q is not one of the 17 Sustainable Development Goals: left out", quote(text))
			continue
		}
		goals = append(goals, number)
	}
	slices.Sort(goals)
	return slices.Compact(goals)
}

var (
	expressionOperator = regexp.MustCompile(`\s+(?:OR|AND)\s+`)
	inBrackets         = regexp.MustCompile(`\(([^()]+)\)\s*$`)
	shortGNU           = regexp.MustCompile(`(?i)^(A|L)?GPL[- ]?v?(\d)(?:\.(\d))?(\+|[- ]or[- ]later|[- ]only)?$`)
)

// licenses brings texts to SPDX: an expression stays whole with its AND, OR and WITH; a
// text with an id in brackets is that id; what is in words stays as it is written.
func licenses(texts []string) []string {
	var ids []string
	var once distinct[string]
	for _, text := range texts {
		for _, id := range licenseIn(strings.TrimSpace(text)) {
			if id != "" {
				ids = once.add(ids, id)
			}
		}
	}
	return ids
}

func licenseIn(text string) []string {
	if isLicence(text) {
		return []string{text}
	}
	if bracket := inBrackets.FindStringSubmatch(text); bracket != nil {
		id := spdxOfShort(strings.TrimSpace(bracket[1]))
		if isLicence(id) {
			return []string{id}
		}
	}
	if short := spdxOfShort(text); isLicence(short) {
		return []string{short}
	}
	parts := expressionOperator.Split(text, -1)
	if strings.ContainsAny(text, "()") || slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(part, " ") }) {
		return []string{text} // in words
	}
	return parts
}

// spdxOfShort is the SPDX id of a short form in use: "GPLv3+", "AGPL-3", "LGPL v2.1 only".
func spdxOfShort(text string) string {
	parts := shortGNU.FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	id := strings.ToUpper(parts[1]) + "GPL-" + parts[2] + "." + cmp.Or(parts[3], "0")
	switch strings.Trim(strings.ToLower(parts[4]), "- ") {
	case "+", "or-later", "or later":
		return id + "-or-later"
	case "only":
		return id + "-only"
	}
	return id
}

// types brings kinds of good to the words of Good.Types.
func types(texts []string) []string {
	var kinds []string
	var once distinct[string]
	for _, text := range texts {
		kind := strings.ToLower(strings.TrimSpace(text))
		kind = strings.TrimSpace(strings.TrimPrefix(kind, "open "))
		switch kind = strings.ReplaceAll(kind, " ", ""); kind {
		case "ai", "aisystem", "aimodels", "aisystems":
			kind = "aimodel"
		case "standards":
			kind = "standard"
		case "contentcollection":
			kind = "content"
		case "dataset", "datasets":
			kind = "data"
		}
		if kind != "" {
			kinds = once.add(kinds, kind)
		}
	}
	return kinds
}

// entryName is how notes and sources call an entry of a list.
func entryName(id string, index int) string {
	if id != "" {
		return id
	}
	return fmt.Sprintf("entry %d", index+1)
}
