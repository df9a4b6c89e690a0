package maintenance_test

import (
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
	} {
		t.Run(name, func(t *testing.T) { expect(t, history(t, test.commits).Measures(asOf), test.want) })
	}
}
