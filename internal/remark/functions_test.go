package remark_test

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
)

func TestFunctionsOnOnePersonAreRemarked(t *testing.T) {
	measured := func(bound observation.Bound, names ...string) observation.Measure {
		return observation.Measure{ID: observation.FunctionsAlone, State: observation.Measured, Value: names, Bound: bound}
	}
	for _, c := range []struct {
		name string
		m    observation.Measure
		want []string
	}{
		{"two", measured("", "ci", "migrations"), []string{"In the last 12 months one person alone carried 2 parts of its upkeep: continuous integration and data migrations."}},
		{"not all seen", measured(observation.AtLeast, "tests"), []string{"In the last 12 months one person alone carried at least 1 part of its upkeep: tests."}},
		{"none", measured(""), nil},
		{"unknown", observation.Measure{ID: observation.FunctionsAlone, State: observation.Unknown}, nil},
		{"names of nothing", measured("", "<b>cooking</b>"), nil},
	} {
		said := remark.Of(merge.Input{}, map[string]observation.Measure{c.m.ID: c.m}, nil, false)
		var got []string
		for _, m := range said {
			got = append(got, language.English().TranslateMessage(m))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
