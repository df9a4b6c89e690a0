package assess

import (
	"math/rand/v2"
	"testing"
)

// TestRejudgeSaysWhatAssessSaid guards that a change is never laid on the rules while they
// are the same.
func TestRejudgeSaysWhatAssessSaid(t *testing.T) {
	t.Parallel()
	r, defs := loaded(t), definitions()
	rng := rand.New(rand.NewPCG(21, 22))
	for range 300 {
		v, measures := r.Assess(random(rng), defs)
		again := r.Rejudge(measures)
		if again.Stage != v.Stage || !sameLevels(again, v) {
			t.Fatalf("assessed %s, judged again %s", v.Stage, again.Stage)
		}
	}
}

func TestAChangeIsLaidOnWhatItComesFrom(t *testing.T) {
	t.Parallel()
	r, defs := loaded(t), definitions()
	assessmentWith := func(r *Rules, values map[string]any) Assessment {
		v, measures := r.Assess(input(r, values), defs)
		return Assessment{Verdict: v, Measures: measures}
	}
	good, short := assessmentWith(r, healthy()), assessmentWith(r, middle())
	other := good
	other.Verdict.Stage = Emerging // what other rules said of the same
	for name, test := range map[string]struct {
		before, after   Assessment
		wasRead, isRead bool
		want            Why
	}{
		"nothing":           {good, good, true, true, ""},
		"its measures":      {good, short, true, true, WhyMeasures},
		"the rules":         {other, good, true, true, WhyRules},
		"a mirror arrived":  {other, good, false, true, WhyFirstRead},
		"a mirror was lost": {good, other, true, false, WhyNoLongerRead},
	} {
		if got := r.WhyChanged(test.before, test.after, test.wasRead, test.isRead); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
