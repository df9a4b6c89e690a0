package assess

import (
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Rejudge returns the stage and the levels that these rules give for merged measures, and
// nothing else of a verdict. With measures of an earlier run it tells what the rules alone
// change: what they do not know is unknown to them.
func (r *Rules) Rejudge(measures []observation.Measure) Verdict {
	byID := asked(measures)
	r.addUnasked(byID)
	return r.evaluate(byID).judge(r.countKnown(byID))
}

// WhyChanged says what the difference between two verdicts on one good comes from. The
// later one is of these rules. wasRead and isRead say whether a repository of the good was
// read.
func (r *Rules) WhyChanged(before, after Assessment, wasRead, isRead bool) Why {
	switch {
	case !wasRead && isRead:
		return WhyFirstRead
	case wasRead && !isRead:
		return WhyNoLongerRead
	case before.Verdict.Stage == after.Verdict.Stage && sameLevels(before.Verdict, after.Verdict):
		return ""
	}
	again := r.Rejudge(before.Measures)
	moved := before.Verdict.Stage != after.Verdict.Stage
	if again.Stage == after.Verdict.Stage && (moved || sameLevels(again, after.Verdict)) {
		return WhyRules
	}
	return WhyMeasures
}

func sameLevels(a, b Verdict) bool {
	return slices.EqualFunc(a.Pillars(), b.Pillars(), func(x, y Pillar) bool { return x.ID == y.ID && x.Level == y.Level })
}
