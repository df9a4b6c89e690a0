package assess

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// clockAnomalies counts the commits whose date cannot be.
const clockAnomalies = "momentum.clock-anomalies"

// remarks count what was read and cannot be, so that nothing of it changes a
// verdict silently.
func (r *Rules) remarks(in Input, measures map[string]observation.Measure) []language.Message {
	var said []language.Message
	if n, ok := measures[clockAnomalies].Number(); ok && n > 0 {
		said = append(said, datesRemark(in, measures[clockAnomalies]))
	}
	var impossible []language.Message
	for _, repository := range in.Repositories {
		impossible = append(impossible, unsound(repository.Measures, r.words)...)
	}
	impossible = append(impossible, unsound(in.GoodMeasures, r.words)...)
	order := func(a, b language.Message) int {
		return cmp.Compare(r.english.TranslateMessage(a), r.english.TranslateMessage(b))
	}
	slices.SortFunc(impossible, order)
	return append(said, slices.CompactFunc(impossible, func(a, b language.Message) bool { return order(a, b) == 0 })...)
}

// datesRemark says what becomes of impossible dates. The kinds are told only of
// a good with one repository: of several, the measure keeps those of one.
func datesRemark(in Input, m observation.Measure) language.Message {
	n := valueOf(m.Value, m.Bound)
	if len(in.Repositories) == 1 && m.Detail != "" {
		return language.M("{n|commit has|commits have} an impossible date: {kinds}. What lies in the future counts for nothing, what lies before git existed never for its age or its recent work.", "n", n, "kinds", m.Detail)
	}
	return language.M("{n|commit has|commits have} an impossible date. What lies in the future counts for nothing, what lies before git existed never for its age or its recent work.", "n", n)
}

// unsound says of each number that cannot be what it was taken for. The numbers
// stand as they were reported.
func unsound(measures []observation.Measure, words map[string]word) []language.Message {
	var said []language.Message
	for _, m := range measures {
		if v, ok := m.Value.(float64); !ok || m.State != observation.Measured || within(v, words, m.ID) {
			continue
		}
		reported := fmt.Sprint(m.Value)
		switch fixed := sane(m, words); fixed.State {
		case observation.Measured:
			said = append(said, language.M("{measure} was reported as {value}, which cannot be; it was read as {fixed}.", "measure", m.ID, "value", reported, "fixed", fmt.Sprint(fixed.Value)))
		default:
			said = append(said, language.M("{measure} was reported as {value}, which is no number; it is unknown.", "measure", m.ID, "value", reported))
		}
	}
	return said
}

func within(v float64, words map[string]word, id string) bool {
	low, high := limits(words, id)
	return v >= low && v <= high && !math.IsInf(v, 0)
}
