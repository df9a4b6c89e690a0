package catalog

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/midspan/midspan/internal/observation"
)

// obsolete is publiccode's word for software that its owner has given up.
const obsolete = "obsolete"

// Merge puts the entries of all catalogs together. Entries that name the same
// repository are one good with several sources, also through a third entry:
// if A shares a repository with B and B with C, all three are one good. Only
// so does every repository belong to exactly one good, whatever the order of
// entries, and nothing is counted twice. Two goods of a registry may share a
// repository on purpose; both names stay, one as an alias, and a note says
// what was put together and why.
//
// The first entry, in the order of the catalogs but nominees last, gives the name
// and wins where two differ. Goods come sorted by id, with ids that are unique;
// the catalogs are not changed.
func Merge(catalogs []Catalog) []Good {
	var entries []Good
	for _, c := range catalogs {
		entries = append(entries, c.Goods...)
	}
	var goods []Good
	for _, group := range groupByRepository(entries) {
		goods = append(goods, mergeGroup(entries, group))
	}
	assignIDs(goods)
	slices.SortFunc(goods, func(a, b Good) int { return strings.Compare(a.ID, b.ID) })
	return goods
}

// groupByRepository groups the indexes of entries that share repositories, each group
// and all groups in the order of the entries.
func groupByRepository(entries []Good) [][]int {
	parent := make([]int, len(entries))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	owner := map[string]int{}
	for i, g := range entries {
		for _, r := range g.Repositories {
			first, ok := owner[r.Key()]
			if !ok {
				owner[r.Key()] = i
				continue
			}
			a, b := root(first), root(i)
			parent[max(a, b)] = min(a, b)
		}
	}
	members := make([][]int, len(entries))
	for i := range entries {
		members[root(i)] = append(members[root(i)], i)
	}
	return slices.DeleteFunc(members, func(group []int) bool { return len(group) == 0 })
}

func mergeGroup(entries []Good, group []int) Good {
	// What a registry has accepted describes a good better than what was
	// nominated beside it.
	slices.SortStableFunc(group, func(a, b int) int { return nomineeRank(entries[a]) - nomineeRank(entries[b]) })
	good := copyGood(entries[group[0]])
	if len(group) == 1 {
		if len(good.Repositories) < 2 {
			good.MainRepository = "" // it is the only one
		}
		return good
	}
	shared := sharedURLs(entries, group)
	notes := &entryNotes{subject: good.Name, notes: good.Notes}
	var names distinct[string]
	quoted := names.add(nil, quote(good.Name))
	m := newMerging(&good)
	for _, i := range group[1:] {
		notes.append(entries[i].Notes...)
		quoted = names.add(quoted, quote(entries[i].Name))
		m.add(&good, entries[i], notes)
	}
	notes.add(observation.CauseRemark, "", "%d catalog entries (%s) name the same repository (%s): they are one good here",
		len(group), joinNames(quoted), quote(strings.Join(shared, ", ")))
	good.Notes = notes.list()
	if len(good.Repositories) < 2 {
		good.MainRepository = ""
	}
	return good
}

func nomineeRank(g Good) int {
	if strings.EqualFold(g.Status, "nominee") {
		return 1
	}
	return 0
}

// sharedURLs lists the repositories that more than one entry of a group names.
func sharedURLs(entries []Good, group []int) []string {
	first, count := map[string]string{}, map[string]int{}
	var urls []string
	for _, i := range group {
		for _, r := range entries[i].Repositories {
			key := r.Key()
			if count[key]++; count[key] == 1 {
				first[key] = r.URL
			}
			if count[key] == 2 {
				urls = append(urls, first[key])
			}
		}
	}
	return urls
}

// mostJoined bounds the names of entries that a note repeats.
const mostJoined = 20

func joinNames(names []string) string {
	if len(names) > mostJoined {
		names = append(slices.Clone(names[:mostJoined]), "…")
	}
	return strings.Join(names, ", ")
}

// merging is a good to which others are added, with what it holds already: a catalog may
// name one good a million times.
type merging struct {
	aliases, types, licenses, sectors, developed, deployed, usedBy, fundedBy distinct[string]
	goals                                                                    distinct[int]
	organizations                                                            distinct[Organization]
	sources                                                                  distinct[Source]

	repositories map[string]string // their addresses, by key
}

// newMerging prepares a good. Its lists may be those of a catalog, which stay as they are.
func newMerging(g *Good) *merging {
	for _, list := range []*[]string{&g.Aliases, &g.Types, &g.Licenses, &g.Sectors, &g.DevelopmentCountries, &g.DeploymentCountries, &g.UsedBy, &g.FundedBy} {
		*list = slices.Clip(*list)
	}
	g.Aliases = slices.DeleteFunc(slices.Clone(g.Aliases), func(alias string) bool { return alias == g.Name })
	g.SDGs, g.Organizations, g.Sources, g.Repositories = slices.Clip(g.SDGs), slices.Clip(g.Organizations), slices.Clip(g.Sources), slices.Clip(g.Repositories)
	m := &merging{repositories: map[string]string{}}
	for _, r := range g.Repositories {
		m.repositories[r.Key()] = r.URL
	}
	return m
}

// add adds the fields of another entry to a good.
func (m *merging) add(g *Good, other Good, notes *entryNotes) {
	if other.Name != "" && !strings.EqualFold(other.Name, g.Name) {
		g.Aliases = m.aliases.add(g.Aliases, other.Name)
	}
	if other.Aliases != nil {
		g.Aliases = m.aliases.union(g.Aliases, slices.DeleteFunc(slices.Clone(other.Aliases), func(alias string) bool { return alias == g.Name }))
	}
	g.Description = cmp.Or(g.Description, other.Description)
	g.Website = cmp.Or(g.Website, other.Website)
	g.Types = m.types.union(g.Types, other.Types)
	g.Licenses = m.licenses.union(g.Licenses, other.Licenses)
	if other.SDGs != nil {
		g.SDGs = m.goals.union(slices.Clone(g.SDGs), other.SDGs)
		slices.Sort(g.SDGs)
	}
	g.Sectors = m.sectors.union(g.Sectors, other.Sectors)
	g.Status = mergeStatus(g.Status, other.Status, notes)
	g.Organizations = m.organizations.union(g.Organizations, other.Organizations)
	g.DevelopmentCountries = m.developed.union(g.DevelopmentCountries, other.DevelopmentCountries)
	g.DeploymentCountries = m.deployed.union(g.DeploymentCountries, other.DeploymentCountries)
	g.UsedBy = m.usedBy.union(g.UsedBy, other.UsedBy)
	g.FundedBy = m.fundedBy.union(g.FundedBy, other.FundedBy)
	if g.Maintenance == nil && other.Maintenance != nil {
		maintenance := *other.Maintenance
		g.Maintenance = &maintenance
	}
	for _, r := range other.Repositories {
		key := r.Key()
		if _, known := m.repositories[key]; !known {
			m.repositories[key] = r.URL
			g.Repositories = append(g.Repositories, r)
		}
	}
	m.addMain(g, other, notes)
	g.Sources = m.sources.union(g.Sources, other.Sources)
}

// addMain takes the main repository of another entry, whose repositories the good has.
func (m *merging) addMain(g *Good, other Good, notes *entryNotes) {
	main := slices.IndexFunc(other.Repositories, func(r Repository) bool { return r.URL == other.MainRepository })
	if main < 0 {
		return
	}
	theirs := m.repositories[other.Repositories[main].Key()]
	if g.MainRepository != "" && g.MainRepository != theirs {
		notes.add(observation.CauseRemark, "", "entries differ in the main repository: %s was kept, %s was not", g.MainRepository, theirs)
		return
	}
	g.MainRepository = theirs
}

// mergeStatus keeps the first status, except that an owner's word that the
// software is obsolete must not be lost behind a registry's "DPG".
func mergeStatus(have, other string, notes *entryNotes) string {
	if other == "" || other == have {
		return have
	}
	if have == "" || other == obsolete {
		have, other = other, have
	}
	if other != "" {
		notes.add(observation.CauseRemark, "", "entries differ in status: %q was kept, %q was not", quote(have), quote(other))
	}
	return have
}

// distinct adds to one list what it does not hold. A long list is not looked through each time.
type distinct[T comparable] struct{ seen map[T]bool }

// shortList is as long as a list is looked through.
const shortList = 16

// add adds an item to the list, which is the same at each call.
func (d *distinct[T]) add(list []T, item T) []T {
	if len(list) < shortList {
		if slices.Contains(list, item) {
			return list
		}
		return append(list, item)
	}
	if d.seen == nil {
		d.seen = make(map[T]bool, len(list))
		for _, have := range list {
			d.seen[have] = true
		}
	}
	if d.seen[item] {
		return list
	}
	d.seen[item] = true
	return append(list, item)
}

// union adds what is missing. It stays nil where both are nil, and is never
// nil where one is not: nil and empty differ.
func (d *distinct[T]) union(list, more []T) []T {
	if list == nil && more != nil {
		list = make([]T, 0, len(more))
	}
	for _, item := range more {
		list = d.add(list, item)
	}
	return list
}

// copyGood copies a good so that adding to the copy leaves the original alone.
func copyGood(g Good) Good {
	g.Aliases = slices.Clone(g.Aliases)
	g.SDGs = slices.Clone(g.SDGs)
	g.Repositories = slices.Clone(g.Repositories)
	g.Notes = slices.Clone(g.Notes)
	return g
}

// assignIDs gives every good a slug of its name. Where two would be the same,
// the first keeps it and the others add their repository or, without one, a
// mark made from their source: so an id does not depend on how many share it.
func assignIDs(goods []Good) {
	taken, last := map[string]bool{}, map[string]int{}
	for i := range goods {
		g := &goods[i]
		id := cmp.Or(g.ID, slug(g.Name), slug(g.repositoryName()), sourceHash(*g))
		for _, suffix := range []string{"", slug(g.repositoryName()), sourceHash(*g)} {
			if candidate := strings.Trim(id+"-"+suffix, "-"); !taken[candidate] {
				id = candidate
				break
			}
		}
		for base := id; taken[id]; {
			last[base] = max(last[base], 1) + 1
			id = fmt.Sprintf("%s-%d", base, last[base])
		}
		taken[id] = true
		g.ID = id
	}
}

// sourceHash is short and differs between goods of different sources or names.
func sourceHash(g Good) string {
	sum := fnv.New32a()
	type source struct{ catalog, entry string } // a copy elsewhere is the same entry
	var sources []source
	for _, s := range g.Sources {
		sources = append(sources, source{s.Catalog, s.Entry})
	}
	fmt.Fprintf(sum, "%q %v", g.Name, sources)
	return fmt.Sprintf("good-%08x", sum.Sum32())
}

const maxSlug = 100 // bytes; a file name has room for more around it

// slug makes an id of a name: lower-case ASCII letters, digits and single
// dashes; accents are taken off. Empty where nothing is left, as with names in
// another script.
func slug(name string) string {
	name, _ = cutText(name, 4*maxSlug)
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		default:
			b.WriteByte(' ')
		}
	}
	id := strings.Join(strings.Fields(b.String()), "-")
	if len(id) <= maxSlug {
		return id
	}
	if end := strings.LastIndexByte(id[:maxSlug+1], '-'); end > 0 {
		return id[:end]
	}
	return id[:maxSlug]
}

// Summary counts what was understood of a catalog.
type Summary struct {
	Goods             int // entries that became goods
	WithoutRepository int // of those, without a repository
	Repositories      int // different ones
	Dropped           int // entries, files or rows that became no good
	// Notes counts all notes, of goods and of the catalog, by cause.
	Notes map[observation.Cause]int
}

// Summarize counts what was understood of a catalog and what was not.
func (c Catalog) Summarize() Summary {
	s := Summary{Goods: len(c.Goods), Dropped: len(c.Dropped()), Notes: map[observation.Cause]int{}}
	repositories := map[string]bool{}
	for _, g := range c.Goods {
		if len(g.Repositories) == 0 {
			s.WithoutRepository++
		}
		for _, r := range g.Repositories {
			repositories[r.Key()] = true
		}
		for _, note := range g.Notes {
			s.Notes[note.Cause]++
		}
	}
	for _, note := range c.Notes {
		s.Notes[note.Cause]++
	}
	s.Repositories = len(repositories)
	return s
}
