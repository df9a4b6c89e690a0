package site

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Limits of a page. findings.csv has all findings, reasons.csv all reasons, report.json
// everything.
const (
	maxFindings  = 10
	maxUpgrades  = 5
	shownReasons = 4 // of each kind, before "How we know" is opened
)

// goodPage is what the page of one good shows.
type goodPage struct {
	Good      report.Good
	Name      string // cut to what a heading can hold
	Full      string // the whole name, where it was cut
	KeyFacts  []keyFact
	Pillars   []assess.Pillar
	Groups    []reasonGroup        // the first reasons of the stage
	Others    []assess.Reason      // of the stage, and of no level
	Upgrades  []report.UpgradeStep // the first
	Posture   []report.Posture
	Sources   []string // where the measures were read and of which day, by their notes
	Gaps      []report.GapGroup
	Measures  []measureGroup
	Findings  []report.DistinctFinding
	More      int // findings that are not listed
	Tally     report.Tally
	Inventory []inventoryRow
	Several   bool   // the good has more than one repository
	Slug      string // names it on the page that lays goods side by side
	SBOM      string // the command that writes its bill of materials
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
	Data       bool // Text is from outside
	Note       int  // of the page's sources, from 1; 0 where none is named
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
		Upgrades: report.UpgradePlan(maxUpgrades, good),
		Posture:  report.PostureOf(good),
		Tally:    report.TallyFindings(good),
		Several:  len(good.Scans) > 1,
		Slug:     report.SlugOf(good.ID),
		SBOM:     "midspan sbom --to sbom",
	}
	if report.FileName.MatchString(good.ID) {
		view.SBOM = "midspan sbom " + good.ID
	}
	view.Measures, view.Sources = s.groupMeasures(good.Measures)
	view.Groups, view.Others = s.text.reasonGroups(good.Verdict), otherReasons(good.Verdict)
	for i, group := range view.Groups {
		view.Groups[i].Reasons = group.Reasons[:min(shownReasons, len(group.Reasons))]
	}
	if !view.Several && len(view.Posture) == 1 {
		view.Posture[0].Repository = "" // there is no other one
	}
	view.KeyFacts = s.text.keyFacts(good, view.Tally)
	if full := s.text.DisplayName(good); full != view.Name {
		view.Full = full
	}
	view.Pillars = report.PillarsInOrder(good.Verdict)
	view.Findings = report.DistinctFindings(good)
	if len(view.Findings) > maxFindings {
		view.More = len(view.Findings) - maxFindings
		view.Findings = view.Findings[:maxFindings]
	}
	for _, scan := range good.Scans {
		for _, inv := range scan.Inventory {
			view.Inventory = append(view.Inventory, inventoryRow{inv, scan.Repository.URL})
		}
	}
	return view
}

// groupMeasures groups measures by the part of their id before the first dot, in the
// order of load, the supports, and what else there is; what is unknown or does not apply
// is left out. sources are where they were read, each once.
func (s *edition) groupMeasures(measures []observation.Measure) (groups []measureGroup, sources []string) {
	at := map[string]int{}
	for _, m := range measures {
		if m.State != observation.Measured {
			continue // it is among the unknown, or does not apply
		}
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
		row := s.measureRow(m, def)
		if source := s.text.sourceText(m); source != "" {
			if row.Note = slices.Index(sources, source) + 1; row.Note == 0 {
				sources = append(sources, source)
				row.Note = len(sources)
			}
		}
		groups[i].Measures = append(groups[i].Measures, row)
	}
	slices.SortStableFunc(groups, func(a, b measureGroup) int { return groupRank(a.Title) - groupRank(b.Title) })
	for i := range groups {
		groups[i].Title = s.text.PillarName(groups[i].Title)
	}
	return groups, sources
}

// sourceText says where a measure was read, and of which day it speaks.
func (w pageLocalizer) sourceText(m observation.Measure) string {
	source := report.Cut(m.Source, 160)
	if source == "" || m.At.IsZero() {
		return source
	}
	return w.Translate("{source}, {day}", "source", source, "day", m.At)
}

func (s *edition) measureRow(m observation.Measure, def observation.Definition) measureRow {
	row := measureRow{Measure: m, Definition: def, Text: s.text.MeasureText(m)}
	switch v := m.Value.(type) {
	case string:
		row.Data = true
	case []string:
		row.Data = len(v) > 0
	}
	return row
}

func groupRank(prefix string) int {
	for i, id := range [...]string{assess.Load, "adoption", assess.People, assess.Momentum, assess.Upkeep, assess.Funding} {
		if prefix == id {
			return i
		}
	}
	return 99
}
