package maintenance_test

import (
	"fmt"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo"
)

func TestSharesOfThoseWhoCouldTakeOver(t *testing.T) {
	ada, bo, cy := "ada@forge.example.se", "bo@mill.example.fi", "cy@gmail.com"
	days := func(name, email string, all ...int) []gitrepo.Commit {
		var commits []gitrepo.Commit
		for _, day := range all {
			commits = append(commits, by(name, email, day))
		}
		return commits
	}
	for name, test := range map[string]struct {
		commits []gitrepo.Commit
		want    map[string]any
	}{
		"three people": {append(append(days("Ada Ore", ada, 1, 2, 3, 4, 5), days("Bo Lind", bo, 6, 7, 8)...), days("Cy Ek", cy, 9, 10)...),
			map[string]any{"people.second-share-12m": .3, "people.third-share-12m": .2, "people.organizations-12m": 0}},
		"two people":            {append(days("Ada Ore", ada, 1, 2, 3), days("Bo Lind", bo, 4)...), map[string]any{"people.second-share-12m": .25, "people.third-share-12m": 0.0}},
		"one who left long ago": {append(days("Ada Ore", ada, 1), days("Bo Lind", bo, 900, 901)...), map[string]any{"people.second-share-12m": 0.0, "people.organizations-12m": 0}},
		"nobody in 12 months":   {days("Bo Lind", bo, 900), map[string]any{"people.second-share-12m": "na", "people.third-share-12m": "na", "people.organizations-12m": "na"}},
		"people of two organizations": {append(append(days("Ada Ore", ada, 1), days("Al Ore", "al@forge.example.se", 2)...), append(days("Bo Lind", bo, 3), days("Bea Lind", "bea@mill.example.fi", 4)...)...),
			map[string]any{"people.organizations-12m": 2}},
		"people of free mail":    {days("Cy Ek", cy, 9, 10), map[string]any{"people.organizations-12m": 0}},
		"two of the same number": {append(days("Ada Ore", ada, 1, 2), days("Bo Lind", bo, 3, 4)...), map[string]any{"people.second-share-12m": .5}},
		"what remains without the most active": {append(days("Ada Ore", ada, 1, 2, 3, 4, 5, 6, 7), append(days("Bo Lind", bo, 8, 9), days("Cy Ek", cy, 10)...)...),
			map[string]any{"people.remaining-share-12m": .3, "people.first-commits-12m": 7, "people.remaining-commits-12m": 3}},
		"nothing remains of one person's work": {days("Ada Ore", ada, 1, 2), map[string]any{"people.remaining-share-12m": 0.0, "people.first-commits-12m": 2, "people.remaining-commits-12m": 0}},
		"nothing to remain":                    {days("Bo Lind", bo, 900), map[string]any{"people.remaining-share-12m": "na", "people.first-commits-12m": "na", "people.remaining-commits-12m": "na", "people.others-commits-12m": 0}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, history(t, test.commits).Measures(asOf), test.want) })
	}
}

// Those who did most left over a year ago; many others share the work since.
func TestAHandoverIsSeenInTheCommitsOfOthers(t *testing.T) {
	var commits []gitrepo.Commit
	for day := 700; day > 400; day-- {
		commits = append(commits, by(fmt.Sprintf("Old Hand %d", day%3), fmt.Sprintf("old%d@gmail.com", day%3), day))
	}
	for day := 300; day > 110; day-- {
		commits = append(commits, by(fmt.Sprintf("New Hand %d", day%5), fmt.Sprintf("new%d@gmail.com", day%5), day))
	}
	expect(t, history(t, commits).Measures(asOf), map[string]any{"people.others-commits-12m": 190, "people.core-away-days": 402})
}
