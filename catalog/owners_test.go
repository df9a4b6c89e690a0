package catalog

import (
	"slices"
	"testing"
)

func TestTheOwnersOfAGoodAreThoseThatTheCatalogCallsSo(t *testing.T) {
	owner, second, keeper := Organization{Name: "A Ministry", Role: "Owner"}, Organization{Name: "A Foundation", Role: "owner"}, Organization{Name: "A Company", Role: "maintainer"}
	funder, unsaid, person := Organization{Name: "A Fund", Role: "funder"}, Organization{Name: "A Group"}, Organization{Name: Person, Role: "owner"}
	for name, c := range map[string]struct{ all, want []Organization }{
		"owners before maintainers":    {[]Organization{keeper, owner, second}, []Organization{owner, second}},
		"maintainers without owners":   {[]Organization{funder, keeper}, []Organization{keeper}},
		"one without a role":           {[]Organization{funder, unsaid}, []Organization{unsaid}},
		"a funder owns nothing":        {[]Organization{funder}, nil},
		"each name once":               {[]Organization{owner, owner}, []Organization{owner}},
		"a person":                     {[]Organization{person, person}, []Organization{person}},
		"nobody":                       {nil, nil},
		"one without a name is nobody": {[]Organization{{Role: "owner"}, keeper}, []Organization{keeper}},
	} {
		if got := (Good{Organizations: c.all}).Owners(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
