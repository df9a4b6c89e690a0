package remark

import (
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// maxFacts is how many facts that would decide are named.
const maxFacts = 2

// FirstFacts lists the first facts, and says how many more there are.
func FirstFacts(names []any) language.Arg {
	if more := len(names) - maxFacts; more > 0 {
		names = append(names[:maxFacts:maxFacts], language.M("{n} more", "n", more))
	}
	return language.And(names...)
}

// MeasureName is the name of a measure inside a sentence.
func MeasureName(id string, defs map[string]observation.Definition) language.Arg {
	if name := defs[id].Name; name != "" {
		return language.Inside(language.Message{Pattern: name})
	}
	return language.Arg{Text: id}
}

// DecidedByReading names the first repositories that could not be read, by their addresses.
func DecidedByReading(in merge.Input) language.Message {
	var unread []string
	for _, r := range in.Repositories {
		if r.Failed != nil && r.Failed.Cause != observation.CauseEmpty {
			unread = append(unread, r.Repository.URL)
		}
	}
	slices.Sort(unread)
	names := make([]any, len(unread))
	for i, address := range unread {
		names[i] = address
	}
	return language.M("What would decide: {measures}.", "measures", FirstFacts(names))
}

// FundingSources lists the sources that were read for evidence of funding, sorted.
func FundingSources(in merge.Input, measures map[string]observation.Measure) []string {
	sources := map[string]bool{}
	if read, ok := measures[observation.FundingSourcesRead].List(); ok {
		for _, s := range read {
			sources[s] = true
		}
	}
	for _, s := range in.Good.Sources {
		sources["catalog "+s.Catalog] = true
	}
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(sources))))
}

// leastBefore is how many commits six months have at least that can be compared with others.
const leastBefore = 12

// FellOfLate says that the last six months that are over had less than a third of the
// commits of the six before. Nil where they had more, or where not all was counted.
func FellOfLate(in merge.Input) []language.Message {
	parts := make([]observation.Activity, len(in.Repositories))
	for i, r := range in.Repositories {
		parts[i] = r.Activity
	}
	sum := observation.SumActivity(parts)
	last := sum.Last() - 1
	if sum.Read == 0 || !sum.Whole(last) || !sum.Whole(last-11) {
		return nil
	}
	now, before := 0, 0
	for i := range observation.Month(6) {
		now, before = now+sum.CommitsIn(last-i), before+sum.CommitsIn(last-6-i)
	}
	if before < leastBefore || 3*now >= before {
		return nil
	}
	return []language.Message{language.M("Work fell of late: {now|commit|commits} in the six months to the end of {month}, {before} in the six months before.",
		"now", now, "before", before, "month", language.LongMonth(sum.At.UTC().AddDate(0, 0, -sum.At.UTC().Day())))}
}
