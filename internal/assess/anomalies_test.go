package assess

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

func TestWhatCannotBeIsClampedCountedAndShown(t *testing.T) {
	for name, test := range map[string]struct {
		id     string
		value  any
		detail string
		want   string
	}{
		"dates before git": {"momentum.clock-anomalies", 5.0, "5 dated before git existed, 0 in the future, 0 more than a day before their parent",
			"5 commits are dated before git existed. That date counts neither for its age nor for its recent work."},
		"a date in the future": {"momentum.clock-anomalies", 1.0, "0 dated before git existed, 1 in the future, 0 more than a day before their parent",
			"1 commit is dated in the future and counts for nothing."},
		"dates before the parent's": {"momentum.clock-anomalies", 3.0, "0 dated before git existed, 0 in the future, 3 more than a day before their parent",
			"3 commits are dated more than a day before the commit that came before."},
		"one impossible date": {"momentum.clock-anomalies", 1.0, "", "1 commit has an impossible date."},
		"a negative count":    {"people.contributors-6m", -3.0, "", "people.contributors-6m was reported as -3, which cannot be; it was read as 0."},
		"more than there are": {"momentum.active-months-12", 14.0, "", "momentum.active-months-12 was reported as 14, which cannot be; it was read as 12."},
		"too many points":     {"posture.score", 11.5, "", "posture.score was reported as 11.5, which cannot be; it was read as 10."},
		"no number":           {"posture.score", math.NaN(), "", "posture.score was reported as NaN, which is no number; it is unknown."},
		"endless":             {"people.contributors-6m", math.Inf(1), "", "people.contributors-6m was reported as +Inf, which is no number; it is unknown."},
	} {
		t.Run(name, func(t *testing.T) {
			r := loaded(t)
			in := input(r, with(healthy(), map[string]any{test.id: test.value}))
			for i, m := range in.Repositories[0].Measures {
				if m.ID == test.id {
					in.Repositories[0].Measures[i].Detail = test.detail
				}
			}
			v, merged := r.Assess(in, definitions())
			if !slices.ContainsFunc(v.Remarks, func(remark string) bool { return strings.HasPrefix(remark, test.want) }) || len(v.Remarks) != 1 {
				t.Errorf("remarks are %q", v.Remarks)
			}
			for _, m := range merged {
				low, high := merge.LimitsOf(r.specs, m.ID)
				if n, ok := m.Number(); ok && m.ID == test.id && (n < low || n > high || math.IsInf(n, 0)) {
					t.Errorf("%s stands as %v", m.ID, n)
				}
			}
		})
	}
}

func TestAContractThatEndedIsNotImpossible(t *testing.T) {
	if v := assessed(t, with(healthy(), map[string]any{"maintenance.contract-until-days": -40.0})); len(v.Remarks) > 0 {
		t.Error(v.Remarks)
	}
}

// A clamped value decides as the value does that it was clamped to.
func TestAClampedNumberDecidesAsTheNearestPossibleOne(t *testing.T) {
	r := loaded(t)
	defs := definitions()
	for id, values := range map[string][2]any{"people.contributors-6m": {-7.0, 0.0}, "momentum.active-months-12": {99.0, 12.0}, "posture.score": {-1.0, 0.0}} {
		odd, _ := r.Assess(input(r, with(healthy(), map[string]any{id: values[0]})), defs)
		plain, _ := r.Assess(input(r, with(healthy(), map[string]any{id: values[1]})), defs)
		if odd.Stage != plain.Stage || odd.Because != plain.Because || *odd.Score.Score != *plain.Score.Score {
			t.Errorf("%s of %v: %s, of %v: %s", id, values[0], odd.Stage, values[1], plain.Stage)
		}
	}
	in := input(r, healthy())
	in.GoodMeasures = []observation.Measure{{}}
	if v, _ := r.Assess(in, defs); len(v.Remarks) > 0 {
		t.Errorf("an empty measure is remarked on as impossible: %q", v.Remarks)
	}
}
