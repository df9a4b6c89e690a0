package site

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/timeline"
)

// evidencePage says how we know what the page of a good claims: each claim with its
// measure, rule, threshold and source, and all that was measured.
type evidencePage struct {
	Good      report.Good
	Name      string // cut to what a heading can hold
	Slug      string
	Known     []knownPillar
	Dark      []string // names of the pillars of which nothing is known
	Others    []claim  // of the stage, and of no level
	Backing   []claim  // evidence of funding
	Posture   []report.Posture
	claimed   []claim  // of all pillars
	Sources   []string // where claims were read and of which day, by their notes
	Gaps      []report.GapGroup
	Measures  []measureGroup
	Findings  []report.DistinctFinding
	Scored    bool // one of them has a score of EPSS
	More      int  // findings that are not listed
	Tally     report.Tally
	Inventory []inventoryRow
	Several   bool   // the good has more than one repository
	SBOM      string // the command that writes its bill of materials
	Timeline  timeline.Timeline
}

// stage is none: the page shows no mark.
func (p evidencePage) stage() assess.Stage { return noStage }

// hasScripts: there are findings to sort.
func (p evidencePage) hasScripts() bool { return len(p.Findings) > 1 }

// claim is a reason with the number of its source; 0 where none is named.
type claim struct {
	assess.Reason
	Note int
}

// knownPillar is load or a support, with what its level was made of.
type knownPillar struct {
	assess.Pillar
	Claims []claim
}

// measureGroup holds the measures of one source and day.
type measureGroup struct {
	Source   string
	Measures []measureRow
	// The names of those that are yes, no, 0, and of those that are nearly unknown: a no that
	// holds only for what was read, and at least 0.
	Yes, No, NotSeen, Zero, AtLeastZero any // lists; nil where empty
	yes, no, notSeen, zero, atLeastZero []any
}

type measureRow struct {
	Name string
	Text string
	Data bool // Text is from outside
}

type inventoryRow struct {
	report.Inventory
	Repository string
}

func (s *edition) evidencePage(good report.Good, tally report.Tally) evidencePage {
	view := evidencePage{
		Good: good, Name: report.Cut(s.text.DisplayName(good), 120), Slug: report.SlugOf(good.ID),
		Gaps:    report.GroupGaps(withoutChecks(good.Verdict.Coverage.Gaps, report.PostureOf(good))),
		Posture: report.PostureOf(good), Tally: tally, Several: len(good.Scans) > 1, SBOM: "midspan sbom --to sbom",
		Timeline: timeline.Of(s.text.Localizer, good, s.doc.AsOf), Findings: report.DistinctFindings(good),
	}
	if report.FileName.MatchString(good.ID) {
		view.SBOM = "midspan sbom " + good.ID
	}
	view.Others, view.Backing = view.claims(s.text, otherReasons(good.Verdict)), view.claims(s.text, good.Verdict.Backing.Sources)
	for _, p := range report.PillarsInOrder(good.Verdict) {
		claims := view.claims(s.text, p.Reasons)
		view.Known, view.claimed = append(view.Known, knownPillar{p, claims}), append(view.claimed, claims...)
		if len(claims) == 0 && report.PossibleLevels(p) == nil {
			view.Dark = append(view.Dark, s.text.PillarName(p.ID))
		}
	}
	view.Measures = view.groupMeasures(s, good.Measures)
	if !view.Several && len(view.Posture) == 1 {
		view.Posture[0].Repository = "" // there is no other
	}
	if len(view.Findings) > maxFindings {
		view.More = len(view.Findings) - maxFindings
		view.Findings = view.Findings[:maxFindings]
	}
	view.Scored = slices.ContainsFunc(view.Findings, func(i report.DistinctFinding) bool { return i.EPSS != nil })
	for _, scan := range good.Scans {
		for _, inv := range scan.Inventory {
			view.Inventory = append(view.Inventory, inventoryRow{inv, scan.Repository.URL})
		}
	}
	return view
}

// withoutChecks leaves out the checks, where a table says which of them are unknown.
func withoutChecks(gaps []assess.Gap, posture []report.Posture) []assess.Gap {
	if len(posture) == 0 {
		return gaps
	}
	return slices.DeleteFunc(slices.Clone(gaps), func(g assess.Gap) bool { return strings.HasPrefix(g.Measure, "posture.") })
}

// note is the number of a source in the list at the end of the page, from 1; 0 for none.
func (p *evidencePage) note(source string) int {
	if source == "" {
		return 0
	}
	at := slices.Index(p.Sources, source)
	if at < 0 {
		at, p.Sources = len(p.Sources), append(p.Sources, source)
	}
	return at + 1
}

func (p *evidencePage) claims(w pageLocalizer, reasons []assess.Reason) []claim {
	var claims []claim
	for _, r := range reasons {
		claims = append(claims, claim{r, p.note(w.sourceText(r.Source, r.At))})
	}
	return claims
}

// groupMeasures groups measures by where they were read. What is unknown or does not apply
// is left out, and so is what stands already under a reason or in the table of checks.
func (p *evidencePage) groupMeasures(s *edition, measures []observation.Measure) (groups []measureGroup) {
	shown := map[string]bool{observation.FundingSourcesRead: len(p.Good.Verdict.FundingSources) > 0}
	for _, r := range slices.Concat(p.claimed, p.Others) {
		shown[r.Measure] = r.Value != nil
	}
	at := map[string]int{}
	for _, m := range measures {
		check := strings.HasPrefix(m.ID, "posture.") && m.ID != observation.PostureScore && len(p.Posture) > 0
		if m.State != observation.Measured || check || shown[m.ID] {
			continue
		}
		source := s.text.sourceText(m.Source, m.At)
		if _, seen := at[source]; !seen {
			at[source] = len(groups)
			groups = append(groups, measureGroup{Source: source})
		}
		groups[at[source]].add(s, m)
	}
	for i, g := range groups {
		groups[i].Yes, groups[i].No, groups[i].NotSeen = listOf(g.yes), listOf(g.no), listOf(g.notSeen)
		groups[i].Zero, groups[i].AtLeastZero = listOf(g.zero), listOf(g.atLeastZero)
	}
	return groups
}

func (g *measureGroup) add(s *edition, m observation.Measure) {
	row := measureRow{Name: s.defs[m.ID].Name, Text: s.text.MeasureText(m)}
	if row.Name == "" {
		row.Name = m.ID
	}
	name := s.text.Pattern(row.Name)
	switch v := m.Value.(type) {
	case bool:
		switch {
		case v:
			g.yes = append(g.yes, name)
		case m.Bound != observation.Exact:
			g.notSeen = append(g.notSeen, name)
		default:
			g.no = append(g.no, name)
		}
		return
	case float64:
		switch {
		case v == 0 && m.Bound == observation.Exact:
			g.zero = append(g.zero, name)
			return
		case v == 0 && m.Bound == observation.AtLeast:
			g.atLeastZero = append(g.atLeastZero, name)
			return
		}
	case string:
		row.Data = true
	case []string:
		row.Data = len(v) > 0
	}
	g.Measures = append(g.Measures, row)
}

// listOf is a list for a sentence, nil where it is empty.
func listOf(items []any) any {
	if len(items) == 0 {
		return nil
	}
	return language.List(items...)
}

// commitID matches the id of a commit. The table of repositories has the whole of it.
var commitID = regexp.MustCompile(`\b[0-9a-f]{40}\b`)

// sourceText says where something was read, and of which day it speaks.
func (w pageLocalizer) sourceText(source string, at time.Time) string {
	if source = report.Cut(source, 160); len(source) >= 40 { // as a commit's id has
		source = commitID.ReplaceAllStringFunc(source, func(id string) string { return id[:12] })
	}
	if source == "" || at.IsZero() {
		return source
	}
	return w.Translate("{source}, {day}", "source", source, "day", at)
}
