package observation

import "strings"

// Groups gathers findings that describe one weakness: of one package at one
// version, with ids and aliases that meet, directly or through others (a GHSA
// and a PYSEC record of one CVE). Databases of several publishers list a weakness
// once each; whoever counts weaknesses counts groups. Reports of malicious
// packages are never grouped with others. Groups come in the order of their first
// finding, and their findings in the order given.
func Groups(findings []Finding) [][]Finding {
	type name struct {
		Coordinate
		id        string
		malicious bool
	}
	owner := make(map[name]int, 2*len(findings)) // the first finding with that name
	parent := make([]int, len(findings))
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for i, f := range findings {
		parent[i] = i
		claim := func(id string) {
			n := name{f.Package.Coordinate(), id, f.Malicious}
			if other, claimed := owner[n]; claimed {
				a, b := root(i), root(other)
				parent[max(a, b)] = min(a, b)
				return
			}
			owner[n] = i
		}
		claim(f.Advisory)
		for _, alias := range f.Aliases {
			claim(alias)
		}
	}
	at := make(map[int]int, len(findings))
	var groups [][]Finding
	for i, f := range findings {
		r := root(i)
		if _, begun := at[r]; !begun {
			at[r] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[r]] = append(groups[at[r]], f)
	}
	return groups
}

// FirstID is the id by which a group is known: the smallest CVE among ids and aliases, which
// all databases share, or else the smallest id.
func FirstID(group []Finding) string {
	isCVE := func(id string) bool { return strings.HasPrefix(id, "CVE-") }
	first := ""
	for _, f := range group {
		for _, id := range append([]string{f.Advisory}, f.Aliases...) {
			if first == "" || isCVE(id) && !isCVE(first) || isCVE(id) == isCVE(first) && id < first {
				first = id
			}
		}
	}
	return first
}
