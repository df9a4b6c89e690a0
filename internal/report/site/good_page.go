package site

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// maxFindings is how many findings a page lists; findings.csv has them all.
const maxFindings = 200

// goodPage is what the page of one good shows.
type goodPage struct {
	Good      report.Good
	Name      string // cut to what a heading can hold
	Full      string // the whole name, where it was cut
	KeyFacts  []keyFact
	Pillars   []assess.Pillar
	Gaps      []report.GapGroup
	Measures  []measureGroup
	Findings  []report.DistinctFinding
	More      int // findings that are not listed
	Tally     report.Tally
	Inventory []inventoryRow
	Several   bool   // the good has more than one repository
	Slug      string // names it on the page that lays goods side by side
	SBOM      string // the command that writes its bill of materials
	HasChecks bool
}

// measureGroup holds the measures whose ids share their first part.
type measureGroup struct {
	Title    string
	Measures []measureRow
}

type measureRow struct {
	observation.Measure
	Definition observation.Definition
	Text       string
	Unknown    bool
	Data       bool // Text is from outside
}

type inventoryRow struct {
	report.Inventory
	Repository string
}

func (s *edition) goodPage(good report.Good) goodPage {
	view := goodPage{
		Good:     good,
		Name:     report.Cut(s.text.DisplayName(good), 120),
		Gaps:     report.GroupGaps(good.Verdict.Coverage.Gaps),
		Measures: s.groupMeasures(good.Measures),
		Tally:    report.TallyFindings(good),
		Several:  len(good.Scans) > 1,
		Slug:     report.SlugOf(good.ID),
		SBOM:     "midspan sbom --to sbom",
	}
	if report.FileName.MatchString(good.ID) {
		view.SBOM = "midspan sbom " + good.ID
	}
	view.KeyFacts = s.text.keyFacts(good, view.Tally)
	if full := s.text.DisplayName(good); full != view.Name {
		view.Full = full
	}
	supports := report.InOrder(good.Verdict.Supports)
	view.Pillars = append([]assess.Pillar{good.Verdict.Load}, supports[:]...)
	view.Pillars[0].ID = assess.Load
	view.Findings = report.DistinctFindings(good)
	if len(view.Findings) > maxFindings {
		view.More = len(view.Findings) - maxFindings
		view.Findings = view.Findings[:maxFindings]
	}
	for _, scan := range good.Scans {
		view.HasChecks = view.HasChecks || len(scan.Checks) > 0
		for _, inv := range scan.Inventory {
			view.Inventory = append(view.Inventory, inventoryRow{inv, scan.Repository.URL})
		}
	}
	return view
}

// groupMeasures groups measures by the part of their id before the first dot,
// in the order of load, the supports, and what else there is.
func (s *edition) groupMeasures(measures []observation.Measure) []measureGroup {
	var groups []measureGroup
	measures = withoutRepeatedDetails(measures)
	at := map[string]int{}
	for _, m := range measures {
		prefix, _, _ := strings.Cut(m.ID, ".")
		i, seen := at[prefix]
		if !seen {
			i = len(groups)
			at[prefix] = i
			groups = append(groups, measureGroup{Title: prefix})
		}
		def := s.defs[m.ID]
		if def.Name == "" {
			def.Name = m.ID
		}
		groups[i].Measures = append(groups[i].Measures, s.measureRow(m, def))
	}
	slices.SortStableFunc(groups, func(a, b measureGroup) int { return groupRank(a.Title) - groupRank(b.Title) })
	for i := range groups {
		groups[i].Title = s.text.PillarName(groups[i].Title)
	}
	return groups
}

func (s *edition) measureRow(m observation.Measure, def observation.Definition) measureRow {
	row := measureRow{Measure: m, Definition: def, Text: s.text.MeasureText(m)}
	row.Unknown = m.State != observation.Measured && m.State != observation.NotApplicable
	switch v := m.Value.(type) {
	case string:
		row.Data = m.State == observation.Measured
	case []string:
		row.Data = m.State == observation.Measured && len(v) > 0
	}
	return row
}

// maxSameDetail is how often the table of measures repeats one explanation of an
// unknown. One that explains more measures is in the list of the unknown only.
const maxSameDetail = 3

// withoutRepeatedDetails drops the details that many unknown measures share.
func withoutRepeatedDetails(measures []observation.Measure) []observation.Measure {
	n := map[string]int{}
	for _, m := range measures {
		if m.State == observation.Unknown {
			n[m.Detail]++
		}
	}
	measures = slices.Clone(measures)
	for i, m := range measures {
		if m.State == observation.Unknown && n[m.Detail] > maxSameDetail {
			measures[i].Detail = ""
		}
	}
	return measures
}

func groupRank(prefix string) int {
	for i, id := range [...]string{assess.Load, "adoption", assess.People, assess.Momentum, assess.Upkeep, assess.Funding} {
		if prefix == id {
			return i
		}
	}
	return 99
}
