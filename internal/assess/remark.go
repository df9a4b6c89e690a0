package assess

import (
	"fmt"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// clockAnomalies counts the commits whose date cannot be.
const clockAnomalies = "momentum.clock-anomalies"

// remarks count what was read and cannot be, so that nothing of it changes a
// verdict silently.
func remarks(in Input, measures map[string]observation.Measure, words map[string]word) []string {
	var said []string
	if n, ok := measures[clockAnomalies].Number(); ok && n > 0 {
		said = append(said, datesRemark(in, measures[clockAnomalies]))
	}
	var impossible []string
	for _, r := range in.Repositories {
		impossible = append(impossible, unsound(r.Measures, words)...)
	}
	impossible = append(impossible, unsound(in.GoodMeasures, words)...)
	slices.Sort(impossible)
	return append(said, slices.Compact(impossible)...)
}

// datesRemark says what becomes of impossible dates. The kinds are told only of
// a good with one repository: of several, the measure keeps those of one.
func datesRemark(in Input, m observation.Measure) string {
	kinds := ""
	if len(in.Repositories) == 1 && m.Detail != "" {
		kinds = ": " + m.Detail
	}
	count := say("{value|commit has|commits have}", &rule{}, m)
	return fmt.Sprintf("%s an impossible date%s. What lies in the future counts for nothing, what lies before git existed never for its age or its recent work.", count, kinds)
}

// unsound says of each number that cannot be what it was taken for.
func unsound(measures []observation.Measure, words map[string]word) []string {
	var said []string
	for _, m := range measures {
		if v, ok := m.Value.(float64); !ok || m.State != observation.Measured || within(v, words, m.ID) {
			continue
		}
		switch fixed := sane(m, words); fixed.State {
		case observation.Measured:
			said = append(said, fmt.Sprintf("%s was reported as %v, which cannot be; it was read as %v.", m.ID, m.Value, fixed.Value))
		default:
			said = append(said, fmt.Sprintf("%s was reported as %v, which is no number; it is unknown.", m.ID, m.Value))
		}
	}
	return said
}

func within(v float64, words map[string]word, id string) bool {
	low, high := limits(words, id)
	return v >= low && v <= high && !math.IsInf(v, 0)
}
