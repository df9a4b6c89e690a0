package assess

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// clockAnomalies counts the commits whose date cannot be.
const clockAnomalies = observation.MomentumClockAnomalies

// remarks say what a reader should know of a verdict beside its reasons.
func (r *Rules) remarks(in merge.Input, stage Stage, measures map[string]observation.Measure) []language.Message {
	var messages []language.Message
	if slow := measures[observation.CatalogWithoutSoftware]; slow.State == observation.Measured && slow.Value == true && stage != Unassessed {
		messages = append(messages, language.M("The catalog calls it content, data, a standard or a model. So it has twice the time before work counts as stopped."))
	}
	if stage != Fading && stage != Dormant { // these say it with the stage
		messages = append(messages, otherBranches(measures)...)
	}
	return append(messages, r.anomalyRemarks(in, measures)...)
}

// anomalyRemarks count the impossible dates and numbers that were read, so that none
// of them changes a verdict without a trace, and name a sign of an end that is no
// statement, and runtimes that have ended: a weak sign of upkeep, on which no level rests.
func (r *Rules) anomalyRemarks(in merge.Input, measures map[string]observation.Measure) []language.Message {
	var messages []language.Message
	if n, ok := measures[clockAnomalies].Number(); ok && n > 0 {
		messages = append(messages, impossibleDates(in, measures[clockAnomalies]))
	}
	if m := measures[observation.LifecycleSunsetDeclared]; m.Value == false {
		if sign, found := strings.CutPrefix(m.Detail, observation.EndSign); found {
			messages = append(messages, language.M("There is a sign that it may be at its end, and no statement of it: {sign}.", "sign", sign))
		}
	}
	messages = append(messages, endedRuntimes(measures)...)
	var impossible []language.Message
	for _, repository := range in.Repositories {
		impossible = append(impossible, impossibleValues(repository.Measures, r.specs)...)
	}
	impossible = append(impossible, impossibleValues(in.GoodMeasures, r.specs)...)
	order := func(a, b language.Message) int {
		return cmp.Compare(r.english.TranslateMessage(a), r.english.TranslateMessage(b))
	}
	slices.SortFunc(impossible, order)
	return append(messages, slices.CompactFunc(impossible, func(a, b language.Message) bool { return order(a, b) == 0 })...)
}

// maxNamed is how many ended runtimes a remark names.
const maxNamed = 4

// endedRuntimes says on which ended runtimes a good runs, and apart from them how many
// ranges still allow one.
func endedRuntimes(measures map[string]observation.Measure) []language.Message {
	var messages []language.Message
	named := measures[observation.RuntimesEndedNamed]
	if names, ok := named.List(); ok && len(names) > 0 {
		shown := strings.Join(names[:min(maxNamed, len(names))], "; ")
		n := valueArg(float64(len(names)), named.Bound)
		if len(names) > maxNamed {
			messages = append(messages, language.M("It runs on {n|runtime|runtimes} whose support has ended, among them {names}.", "n", n, "names", shown))
		} else {
			messages = append(messages, language.M("It runs on {n|runtime|runtimes} whose support has ended: {names}.", "n", n, "names", shown))
		}
	}
	if m := measures[observation.RuntimesEndedAllowed]; m.State == observation.Measured {
		if n, ok := m.Number(); ok && n > 0 {
			messages = append(messages, language.M("It still allows an ended version of {n|runtime|runtimes}.", "n", valueArg(m.Value, m.Bound)))
		}
	}
	return messages
}

// impossibleDates says how commits with impossible dates are counted. The kinds of
// dates are named only for a good with one repository: a merged measure keeps those
// of one repository.
func impossibleDates(in merge.Input, m observation.Measure) language.Message {
	n := valueArg(m.Value, m.Bound)
	if len(in.Repositories) == 1 && m.Detail != "" {
		return language.M(
			"{n|commit has|commits have} an impossible date: {kinds}. What lies in the future counts for nothing, what lies before git existed never for its age or its recent work.", "n", n, "kinds", m.Detail)
	}
	return language.M(
		"{n|commit has|commits have} an impossible date. What lies in the future counts for nothing, what lies before git existed never for its age or its recent work.", "n", n)
}

// impossibleValues names each number outside the limits of its measure, as it was
// reported, and what it was replaced with.
func impossibleValues(measures []observation.Measure, specs map[string]merge.Spec) []language.Message {
	var messages []language.Message
	for _, m := range measures {
		if v, ok := m.Value.(float64); !ok || m.State != observation.Measured || withinLimits(v, specs, m.ID) {
			continue
		}
		reported := fmt.Sprint(m.Value)
		switch fixed := merge.Clamp(m, specs); fixed.State {
		case observation.Measured:
			messages = append(messages, language.M("{measure} was reported as {value}, which cannot be; it was read as {fixed}.", "measure", m.ID, "value", reported,
				"fixed", fmt.Sprint(fixed.Value)))
		default:
			messages = append(messages, language.M("{measure} was reported as {value}, which is no number; it is unknown.", "measure", m.ID, "value", reported))
		}
	}
	return messages
}

func withinLimits(v float64, specs map[string]merge.Spec, id string) bool {
	low, high := merge.LimitsOf(specs, id)
	return v >= low && v <= high && !math.IsInf(v, 0)
}
