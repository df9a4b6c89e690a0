package pipeline

import (
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// The count of open weaknesses says that it is a lower bound where that of one good is, though
// no package is unmatched and no repository failed: a lockfile that could not be read.
func TestTheSummaryKnowsWhetherItsCountIsExact(t *testing.T) {
	of := func(state observation.State, bound observation.Bound) observation.Measure {
		m := observation.Measure{ID: observation.AdvisoriesFindings, State: state, Bound: bound}
		if state == observation.Measured {
			m.Value = 2.0
		}
		return m
	}
	exact, packageless := of(observation.Measured, observation.Exact), of(observation.NotApplicable, observation.Exact)
	for name, c := range map[string]struct {
		goods []observation.Measure
		want  bool
	}{
		"all counted":    {[]observation.Measure{exact, packageless}, false},
		"one in part":    {[]observation.Measure{exact, of(observation.Measured, observation.AtLeast)}, true},
		"one is unknown": {[]observation.Measure{exact, of(observation.Unknown, observation.Exact)}, true},
		"one not asked":  {[]observation.Measure{exact, {}}, true},
	} {
		s, totals := newSummary(), portfolio.New()
		for _, m := range c.goods {
			entry{brief: report.Good{Measures: []observation.Measure{m}, Verdict: assess.Verdict{}}}.countIn(s, totals)
		}
		if s.result.FindingsAtLeast != c.want {
			t.Errorf("%s: %v, want %v", name, s.result.FindingsAtLeast, c.want)
		}
	}
}

// "At least 0" is no 0 in a series.
func TestAPointKeepsItsBounds(t *testing.T) {
	var standings []report.Standing
	var points []store.Point
	entry{brief: report.Good{Measures: []observation.Measure{
		{ID: observation.AdvisoriesFindings, State: observation.Measured, Value: 0.0, Bound: observation.AtLeast},
		{ID: observation.PeopleContributors12m, State: observation.Measured, Value: 4.0}}}}.stand(&standings, &points)
	if p := points[0]; *p.Findings != 0 || p.FindingsBound != observation.AtLeast || *p.People != 4 || p.PeopleBound != observation.Exact {
		t.Errorf("%+v", p)
	}
}
