package observation

import "testing"

func TestOnlyWhatEveryGroupCallsDevelopmentIsForDevelopment(t *testing.T) {
	for _, c := range []struct {
		groups   []string
		relation string
		want     Use
	}{
		{nil, "", UsedSomehow},
		{nil, Transitive, UsedTransitively},
		{nil, Direct, UsedDirectly},
		{[]string{"dev"}, Direct, ForDevelopment},
		{[]string{"dev", "optional"}, Transitive, ForDevelopment},
		{[]string{"optional"}, Direct, UsedDirectly},
		{[]string{"develop"}, "", ForDevelopment},
		{[]string{"test"}, Direct, ForDevelopment},
		{[]string{"provided"}, Direct, UsedDirectly},
		{[]string{"Docs", "lint"}, Direct, ForDevelopment},
		{[]string{"docs", "worker"}, Direct, UsedDirectly},
	} {
		if got := (Package{Groups: c.groups, Relation: c.relation}).Use(); got != c.want {
			t.Errorf("%q in %v is used as %d, want %d", c.relation, c.groups, got, c.want)
		}
	}
}
