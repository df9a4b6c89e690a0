package site

import (
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/drawing"
	"github.com/midspan/midspan/internal/report/timeline"
	"github.com/midspan/midspan/internal/succession"
	"github.com/midspan/midspan/internal/wording"
)

// The page that shows goods side by side, and its script. The address names the goods:
// compare.html#clinic-ledger,school-meals. The script loads a small file of each good,
// which lies beside the page of the good.
const (
	comparePage   = "compare.html"
	compareScript = "compare.js"
)

// column is a good as the page shows it beside others. Every text is in the language of
// the page.
type column struct {
	Slug  string          `json:"slug"`
	Name  string          `json:"name"`
	Stage string          `json:"stage"` // the end of the id of its mark
	Glyph [][2]string     `json:"glyph"` // class and path of each shape
	Cells map[string]cell `json:"cells"` // by the rows of templates/compare.html
}

// cell is a row of a column.
type cell struct {
	Text    string   `json:"t"`
	Notes   []string `json:"n,omitempty"` // what it rests on, or why it is unknown
	Class   string   `json:"c,omitempty"`
	Unknown bool     `json:"u,omitempty"`
	// Key is what of it counts in a row where goods differ; empty for all of it.
	Key string `json:"k,omitempty"`
}

// Limits of a column, so that a file stays under 3 kB: in a table of four goods
// nobody reads long texts. The page of the good has the full ones.
const (
	maxCellText   = 140 // characters
	maxBecause    = 280
	maxNotes      = 6
	maxReasons    = 2
	pillarReasons = 1
)

// columnBuilder fills the cells of a column.
type columnBuilder struct {
	pageLocalizer
	good     report.Good
	answers  []policyAnswer
	measures map[string]observation.Measure
	tally    report.Tally
	cells    map[string]cell
}

func (s *edition) column(good report.Good, tally report.Tally) column {
	c := columnBuilder{pageLocalizer: s.text, good: good, answers: s.answersOf(good), measures: map[string]observation.Measure{},
		tally: tally,
		cells: map[string]cell{}}
	for _, m := range good.Measures {
		c.measures[m.ID] = m
	}
	c.verdict()
	c.work()
	c.advisories()
	c.packages()
	c.catalogFacts()
	c.policies()
	c.coverage()
	c.cells["years"] = c.commitsByYear(timeline.New(s.text.Localizer, good.Activity, s.doc.AsOf))
	for row, shown := range c.cells {
		c.cells[row] = shown.truncated()
	}
	c.cells["short"] = c.inShort()
	because, _ := c.BecauseText(good.Verdict)
	c.cells["because"] = cell{Text: report.Cut(because, maxBecause)}
	for row, shown := range c.cells {
		if strings.TrimSpace(shown.Text) == "" {
			c.cells[row] = c.unknown(c.Translate("nothing is said of it"))
		}
	}
	return column{Slug: report.SlugOf(good.ID), Name: report.Cut(c.DisplayName(good), 80), Stage: string(report.KnownStage(good.Verdict.Stage)),
		Glyph: drawing.GlyphShapes(good.Verdict), Cells: c.cells}
}

func (c cell) truncated() cell {
	if c.Unknown {
		c.Key = "" // it is held against nothing
	}
	c.Text = report.Cut(c.Text, maxCellText)
	c.Notes = c.Notes[:min(len(c.Notes), maxNotes)]
	for i := range c.Notes {
		c.Notes[i] = report.Cut(c.Notes[i], maxCellText)
	}
	return c
}

// unknown is the cell of something unknown, with the reason.
func (c columnBuilder) unknown(why string) cell {
	return cell{Text: c.Translate("unknown"), Notes: []string{why}, Class: "l-unknown", Unknown: true}
}

// unread is the cell of a good of which nothing was read, with the reason.
func (c columnBuilder) unread() cell {
	cause := observation.CauseNoRepository
	for _, scan := range c.good.Scans {
		if scan.Failure != nil {
			cause = scan.Failure.Cause
		}
	}
	return c.unknown(c.CauseText(cause))
}

// verdict fills the rows of stage, load, supports, risk and succession.
func (c columnBuilder) verdict() {
	v := c.good.Verdict
	stage := cell{Text: c.StageName(v.Stage), Key: string(v.Stage)}
	if v.Borderline != nil {
		stage.Notes = append(stage.Notes, c.Translate("borderline: it could as well be {stage}", "stage", c.StageName(v.Borderline.Would)))
	}
	if v.Stale {
		stage.Notes = append(stage.Notes, c.Translate("what was seen of it is old"))
	}
	c.cells["stage"] = stage
	c.cells["open"] = c.possibleStages(v.Possible)
	c.cells["reasons"] = c.reasons(v.Reasons)
	for _, pillar := range report.PillarsInOrder(v) {
		c.cells[pillar.ID] = c.pillar(pillar)
	}
	c.cells["supports"] = c.scoreCell(c.ScoreText(v.Score), v.Score)
	c.cells["risk"] = c.risk(v.Risk)
	c.cells["succession"] = cell{Text: c.depthName(c.good.Succession.Depth), Notes: []string{c.remainsText(c.good.Succession)}}
	if d := c.good.Succession.Depth; d == succession.Unknown || d == "" {
		c.cells["succession"] = c.unknown(c.remainsText(c.good.Succession))
	}
}

func (c columnBuilder) possibleStages(possible []assess.Stage) cell {
	if len(possible) < 2 {
		return cell{Text: c.Translate("no other stage")}
	}
	stages := make([]any, len(possible))
	for i, stage := range possible {
		stages[i] = c.StageName(stage)
	}
	return cell{Text: c.Translate("{list}", "list", language.Or(stages...))}
}

func (c columnBuilder) reasonTexts(reasons []assess.Reason) []string {
	texts := make([]string, len(reasons))
	for i, reason := range reasons {
		texts[i], _ = c.ReasonText(reason)
	}
	return texts
}

func (c columnBuilder) reasons(all []assess.Reason) cell {
	if len(all) == 0 {
		return cell{Text: c.Translate("no rule is named")}
	}
	texts := c.reasonTexts(all[:min(len(all), maxReasons)])
	return cell{Text: texts[0], Notes: texts[1:]}
}

// pillar shows the level, score and range of load or a support, with its first reasons.
func (c columnBuilder) pillar(p assess.Pillar) cell {
	text, unknown := c.LevelText(p), report.PossibleLevels(p) == nil
	if !report.IsBlank(p.Score) && !unknown {
		text = c.Translate("{level}, {score} of 100", "level", text, "score", c.ScoreText(p.Score))
	}
	result := c.scoreCell(text, p.Score)
	result.Class, result.Unknown, result.Key = pillarClass(p), unknown, c.LevelText(p)
	result.Notes = append(result.Notes, c.reasonTexts(p.Reasons[:min(len(p.Reasons), pillarReasons)])...)
	return result
}

func (c columnBuilder) scoreCell(text string, r assess.Range) cell {
	result, open := cell{Text: text, Unknown: report.IsBlank(r)}, c.RangeText(r)
	if result.Unknown {
		result.Class, open = "l-unknown", c.EndsText(r)
	}
	if open != "" {
		result.Notes = append(result.Notes, c.Translate("what is unknown leaves {range} open", "range", open))
	}
	return result
}

func (c columnBuilder) risk(r assess.Risk) cell {
	open := c.Translate("{low} to {high} of 100", "low", math.Round(r.Low), "high", math.Round(r.High))
	if r.Score != nil {
		open = c.Translate("{n} of 100", "n", math.Round(*r.Score))
	}
	switch r.Level {
	case assess.RiskLow, assess.RiskRaised, assess.RiskHigh:
		notes := slices.DeleteFunc([]string{open, c.ActiveMonthsText(r)}, func(note string) bool { return note == "" })
		return cell{Text: c.TranslateMessage(wording.Risk(r.Level)), Notes: notes, Class: riskClass(r.Level), Key: string(r.Level)}
	case assess.RiskNotApplicable:
		return cell{Text: c.Translate("not told"), Notes: []string{c.TranslateMessage(wording.NoRisk(r.Why))}}
	case assess.RiskUnknown:
		return c.unknown(open)
	}
	return c.unknown(c.Translate("it was not asked"))
}

// measure shows one measure.
func (c columnBuilder) measure(id string, notes ...string) cell {
	m, listed := c.measures[id]
	switch {
	case !listed && c.tally.Read == 0:
		return c.unread()
	case !listed:
		return c.unknown(c.Translate("it was not measured"))
	case m.State == observation.Unknown:
		return c.unknown(c.CauseText(m.Cause))
	}
	return cell{Text: c.valueText(m), Notes: notes}
}

// measured is the value of a measure as a note; none where it is zero or missing.
func (c columnBuilder) measured(pattern, id string) []string {
	if m := c.measures[id]; m.State == observation.Measured && m.Value != 0.0 {
		return []string{c.Translate(pattern, "value", c.valueText(m))}
	}
	return nil
}

// work fills the rows of people and momentum: counts, never names.
func (c columnBuilder) work() {
	for row, id := range map[string]string{
		"people-6m": observation.PeopleContributors6m, "people-12m": observation.PeopleContributors12m, "half": observation.PeopleContributorAbsenceFactor,
		"months": observation.MomentumActiveMonths24, "regular": observation.PeopleRegularContributors12m, "newcomers": observation.PeopleNewContributors12m,
		"retained":          observation.PeopleRetainedContributors12m,
		"organizations-12m": observation.PeopleOrganizations12m, "releases": observation.MomentumReleases12m, "release": observation.MomentumDaysSinceRelease,
		"posture": observation.PostureScore, "security-policy": observation.GovernanceSecurityPolicy, "ci": observation.GovernanceCI,
	} {
		c.cells[row] = c.measure(id)
	}
	c.cells["second"] = c.measure(observation.PeopleSecondShare12m)
	if share := c.good.Succession.Second; share != nil {
		c.cells["second"] = cell{Text: c.Percent(*share)}
	}
	c.cells["commits"] = c.measure(observation.MomentumCommits12m, c.measured("{value} in the 12 months before", observation.MomentumCommitsPrior12m)...)
	c.cells["commit"] = c.lastCommit()
	c.cells["age"] = c.measure(observation.MomentumAgeDays)
	if m := c.measures[observation.MomentumAgeDays]; m.State == observation.Measured && m.Bound == observation.Exact && !m.At.IsZero() {
		days, _ := m.Number()
		c.cells["age"] = cell{Text: c.ageText(m.At.AddDate(0, 0, -int(days)), m.At)}
	}
	c.cells["posture"] = c.posture()
}

// commitsByYear counts commits year by year, the last first.
func (c columnBuilder) commitsByYear(t timeline.Timeline) cell {
	switch {
	case t.Known():
	case t.Cause != "":
		return c.unknown(c.CauseText(t.Cause))
	default:
		return c.unknown(c.Translate("it was not measured"))
	}
	var years []string
	for _, year := range t.Years {
		years = append(years, c.Translate("{year}: {commits}", "year", year.Name, "commits", year.Commits))
	}
	return cell{Text: years[0], Notes: years[1:]}
}

// lastCommit shows the day on which a person last committed.
func (c columnBuilder) lastCommit() cell {
	day := report.LastCommitDay(c.good)
	if day.IsZero() {
		return c.measure(observation.MomentumDaysSinceCommit)
	}
	age := c.valueText(c.measures[observation.MomentumDaysSinceCommit])
	return cell{Text: c.DayText(day), Notes: []string{c.Translate("{age} before it was last seen", "age", age)}}
}

func (c columnBuilder) posture() cell {
	result := c.measure(observation.PostureScore)
	run, all := 0, 0
	for _, scan := range c.good.Scans {
		for _, check := range scan.Checks {
			switch check.State {
			case observation.Measured:
				run, all = run+1, all+1
			case observation.Unknown:
				all++
			}
		}
	}
	if all > 0 {
		result.Notes = append(result.Notes, c.Translate("{run} of {n|check|checks} could be run", "run", run, "n", all))
	}
	return result
}

// packages fills the rows of the inventory and of the licence.
func (c columnBuilder) packages() {
	licence := c.measure(observation.LicenseSPDX)
	if c.measures[observation.LicenseSPDX].State == observation.NotApplicable {
		licence = cell{Text: c.Translate("no licence file")}
	}
	if says := c.LicenceStanding(c.measures[observation.LicenseSPDX], c.measures[observation.LicenseStated]); says != "" {
		licence.Notes = append(licence.Notes, says)
	}
	c.cells["licence"], c.cells["declared"] = licence, c.catalogCell(c.good.Licenses)
	c.cells["packages"], c.cells["ecosystems"] = c.unread(), c.unread()
	if c.tally.Read == 0 {
		return
	}
	c.cells["packages"] = cell{Text: c.Number(float64(c.tally.Packages)), Notes: c.measured("{value} without a version", observation.InventoryNoVersion)}
	n, unmatched := map[string]int{}, map[string]bool{}
	for _, scan := range c.good.Scans {
		for _, inv := range scan.Inventory {
			n[inv.Ecosystem] += inv.Packages
			unmatched[inv.Ecosystem] = unmatched[inv.Ecosystem] || !inv.Matched
		}
	}
	result := cell{Text: c.Translate("no package was found in what was read")}
	for i, eco := range report.MostFrequent(n) {
		line := c.Translate("{ecosystem} {n}", "ecosystem", eco.Name, "n", eco.N)
		if unmatched[eco.Name] {
			line = c.Translate("{ecosystem} {n}, not matched: no advisory database", "ecosystem", eco.Name, "n", eco.N)
		}
		if i == 0 {
			result.Text = line
		} else {
			result.Notes = append(result.Notes, line)
		}
	}
	if more := len(result.Notes) - maxNotes; more > 0 {
		result.Notes = append(result.Notes[:maxNotes-1], c.Translate("and {n} more", "n", more+1))
	}
	c.cells["ecosystems"] = result
}

// catalogCell shows a list of the catalog; one that the catalog does not record is unknown.
func (c columnBuilder) catalogCell(items []string) cell {
	if items == nil {
		return c.unknown(c.Translate("the catalog does not say"))
	}
	return cell{Text: c.catalogList(items)}
}

// catalogFacts fills the rows of what the catalog alone knows.
func (c columnBuilder) catalogFacts() {
	var goals []any
	for _, n := range c.good.SDGs {
		goals = append(goals, n)
	}
	c.cells["sdgs"] = c.unknown(c.Translate("the catalog does not say"))
	if len(goals) > 0 {
		c.cells["sdgs"] = cell{Text: c.Translate("{list}", "list", language.List(goals...))}
	}
	c.cells["sectors"] = c.catalogCell(c.good.Sectors)
	deployed := c.catalogCell(c.good.DeploymentCountries)
	if n := len(c.good.DeploymentCountries); n > 0 {
		deployed = cell{Text: c.Translate("{n|country|countries}", "n", n), Notes: []string{deployed.Text}}
	}
	c.cells["deployed"] = deployed
}

// coverage fills the rows of what was read, and of what was not and why.
func (c columnBuilder) coverage() {
	v := c.good.Verdict
	c.cells["coverage"] = cell{Text: c.Percent(v.Coverage.Share)}
	if v.Coverage.Measured == 0 {
		c.cells["coverage"] = c.unread()
		c.cells["coverage"] = cell{Text: c.Translate("nothing was measured"), Notes: c.cells["coverage"].Notes, Class: "l-unknown", Unknown: true}
	}
	c.cells["repositories"] = cell{Text: c.Translate("{read} of {n|repository|repositories} read", "read", c.tally.Read, "n", len(c.good.Scans))}
	if len(c.good.Scans) == 0 {
		c.cells["repositories"] = c.unread()
	}
	c.cells["seen"] = c.unread()
	if !v.ObservedUntil.IsZero() {
		c.cells["seen"] = cell{Text: c.Date(v.ObservedUntil)}
	}
	gaps := cell{Text: c.Translate("{n|measure|measures}", "n", v.Coverage.Unknown)}
	for _, group := range report.GroupGaps(v.Coverage.Gaps) {
		gaps.Notes = append(gaps.Notes, c.Translate("{cause}: {n}", "cause", c.CauseText(group.Cause), "n", len(group.Names)))
	}
	c.cells["gaps"] = gaps
}
