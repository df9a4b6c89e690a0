package site

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/succession"
	"github.com/midspan/midspan/internal/wording"
)

// depthName names how much of the work would remain.
func (w pageLocalizer) depthName(d succession.Depth) string {
	return w.TranslateMessage(wording.Depth(d))
}

// remainsText says how much of the year's work would remain if the most active person
// left, and what the next two did of it.
func (w pageLocalizer) remainsText(s succession.Succession) string {
	text := w.remainsOf(s)
	if s.Repository != "" {
		return w.Translate("In {repository}: {sentence}", "repository", s.Repository, "sentence", text)
	}
	return text
}

// remainsOf says it of one repository. Of a handful of commits it gives no shares.
func (w pageLocalizer) remainsOf(s succession.Succession) string {
	switch {
	case s.Depth == succession.Stopped:
		return w.Translate("No person committed in the last 12 months.")
	case s.Remaining == nil:
		return w.Translate("Too little of the history could be read to tell.")
	case *s.Remaining == 0:
		return w.Translate("One person took part in every commit of the last 12 months: without that person nothing of the work would remain.")
	case s.Commits != nil && *s.Commits < observation.FewestToCompare:
		return w.Translate("Without the most active person, {rest} of the {n|commit|commits} of the last 12 months would remain.",
			"rest", math.Round(*s.Remaining**s.Commits), "n", *s.Commits)
	}
	pairs := []any{"share", w.Percent(*s.Remaining)}
	if s.Second == nil || s.Third == nil {
		return w.Translate("Without the most active person, {share} of the commits of the last 12 months would remain.", pairs...)
	}
	pairs = append(pairs, "second", w.Percent(*s.Second), "third", w.Percent(*s.Third))
	if *s.Third == 0 {
		return w.Translate("Without the most active person, {share} of the commits of the last 12 months would remain. The other person took part in {second} of them all.",
			pairs...)
	}
	return w.Translate(
		"Without the most active person, {share} of the commits of the last 12 months would remain. The next two took part in {second} and {third} of them all.",
		pairs...)
}

// takeover counts the goods by how much of the work would remain.
type takeover struct {
	Counts []depthCount
	Alone  []report.Good // past the pilot, at work, and hardly any of it would remain; the heaviest load first
	More   int
}

type depthCount struct {
	Depth succession.Depth
	N     int
}

func takeoverOf(goods []report.Good) takeover {
	n := map[succession.Depth]int{}
	var found takeover
	for _, good := range goods {
		n[good.Succession.Depth]++
		stage := good.Verdict.Stage
		loaded := stage == assess.MessyMiddle || stage == assess.Strained || stage == assess.Sustained || stage == assess.Fading
		if loaded && good.Succession.Depth == succession.Little {
			found.Alone = append(found.Alone, good)
		}
	}
	for _, d := range succession.Depths() {
		found.Counts = append(found.Counts, depthCount{d, n[d]})
	}
	slices.SortStableFunc(found.Alone, func(a, b report.Good) int { return cmp.Compare(b.Verdict.Load.Score.Low, a.Verdict.Load.Score.Low) })
	if len(found.Alone) > maxListed {
		found.Alone, found.More = found.Alone[:maxListed], len(found.Alone)-maxListed
	}
	return found
}

func (w pageLocalizer) takeoverLine(found takeover) string {
	n := len(found.Alone) + found.More
	if n == 0 {
		return w.Translate("No good past the pilot is seen to rest on one person alone.")
	}
	return w.Translate("Of the work on {n|good|goods} past the pilot hardly any would remain.", "n", n)
}
