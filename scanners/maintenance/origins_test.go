package maintenance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo"
)

// made is a commit with an id, its parents, and how many days ago it was put in and made.
func made(id int, name string, committed, authored int, parents ...int) gitrepo.Commit {
	c := by(name, strings.ToLower(strings.Fields(name)[0])+"@forge.example.se", committed)
	c.OID, c.Parents, c.Authored = fmt.Sprintf("%016x%024d", id, 0), len(parents), asOf.AddDate(0, 0, -authored)
	for _, parent := range parents {
		c.ParentIDs = append(c.ParentIDs, fmt.Sprintf("%016x%024d", parent, 0))
	}
	return c
}

// History that began elsewhere is no work on this repository, and is told apart. Add a line for
// another way in which it comes in.
func TestHistoryThatWasBroughtInIsSaid(t *testing.T) {
	svn := made(1, "Ada Ore", 900, 900)
	svn.Email = "ada@0a1b2c3d-0000-1111-2222-333344445555"
	bare := made(1, "Ada Ore", 900, 900)
	bare.Email = "ada"
	for name, c := range map[string]struct {
		commits             []gitrepo.Commit // newest first
		people, commits12m  string
		age                 string
		peopleEver, ageDays float64
	}{
		"none": {[]gitrepo.Commit{made(2, "Ada Ore", 10, 10, 1), made(1, "Bo Ask", 400, 400)}, "", "", "", 2, 400},
		"a subtree": {[]gitrepo.Commit{made(5, "Ada Ore", 5, 5, 2, 4), made(4, "Cy Dahl", 20, 20, 3), made(2, "Ada Ore", 30, 30, 1), made(1, "Ada Ore", 100, 100), made(3, "Di Ek", 2000, 2000)},
			"2 of them in a history alone", "1 of them in a history", "first commit is of 2026-", 3, 2000},
		"patches of years before the first commit": {[]gitrepo.Commit{made(3, "Ada Ore", 5, 5, 2), made(2, "Bo Ask", 98, 3000, 1), made(1, "Ada Ore", 100, 100)},
			"1 of them in a history alone", "1 of them in a history", "", 2, 100},
		"a change that was made before the first commit": {[]gitrepo.Commit{made(2, "Bo Ask", 98, 105, 1), made(1, "Ada Ore", 100, 100)}, "", "", "", 2, 100},
		"a branch without an own beginning":              {[]gitrepo.Commit{made(4, "Ada Ore", 5, 5, 2, 3), made(3, "Bo Ask", 6, 6, 1), made(2, "Ada Ore", 7, 7, 1), made(1, "Ada Ore", 100, 100)}, "", "", "", 2, 100},
		"Subversion":                                     {[]gitrepo.Commit{svn}, "", "", "1 commits were converted from Subversion", 1, 900},
		"an account for an address":                      {[]gitrepo.Commit{bare}, "", "", "as conversions from CVS", 1, 900},
	} {
		measures := history(t, c.commits).Measures(asOf)
		ever, recent, age := find(t, measures, "people.contributors-ever"), find(t, measures, "momentum.commits-12m"), find(t, measures, "momentum.age-days")
		for _, pair := range [][2]string{{ever.Detail, c.people}, {recent.Detail, c.commits12m}, {age.Detail, c.age}} {
			if !strings.Contains(pair[0], pair[1]) || pair[1] == "" && pair[0] != "" {
				t.Errorf("%s: says %q, want %q", name, pair[0], pair[1])
			}
		}
		if ever.Value != c.peopleEver || age.Value != c.ageDays {
			t.Errorf("%s: %v people, %v days", name, ever.Value, age.Value)
		}
	}
}
