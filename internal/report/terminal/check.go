package terminal

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Limits of the terminal view; report.json has everything.
const (
	checkFindings = 8
	checkNotes    = 12
)

// WriteCheck writes what is known of the goods of a document, as a rule of one,
// for a terminal of the given width (at least 40, at most 100 columns are
// used): the changes that would help most, the stage and why, the span glyph in text,
// supports, findings, posture, and what is unknown. Colour is
// only ever a second sign. Text from outside is stripped of control characters.
func WriteCheck(w io.Writer, doc report.Document, width int, colour bool) error {
	t := &layout{width: min(max(width, minWidth), 100), colour: colour}
	for i, good := range report.Cleaned(doc.Goods) {
		if i > 0 {
			t.line("")
		}
		t.heading(good)
		t.glyph(good.Verdict)
		t.reasons(good.Verdict)
		t.findings(good)
		t.posture(good)
		t.unknowns(good)
		t.notes(good)
	}
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write the check: %w", err)
	}
	return nil
}

// notes lists what was dropped or read in part, at most a dozen.
func (t *layout) notes(good report.Good) {
	all := slices.Clone(good.Notes)
	for _, scan := range good.Scans {
		all = append(all, scan.Notes...)
	}
	if len(all) == 0 {
		return
	}
	t.title("Notes")
	for _, note := range all[:min(len(all), checkNotes)] {
		t.wrap("  • ", note.Message, "")
	}
	if more := len(all) - checkNotes; more > 0 {
		t.wrap("  • ", fmt.Sprintf("and %d more in report.json", more), "")
	}
}

func (t *layout) heading(good report.Good) {
	v := good.Verdict
	t.wrap("", report.Cut(report.English.DisplayName(good), 160), ansiBold)
	for _, scan := range good.Scans {
		t.wrap("", scan.Repository.URL+scanText(scan), ansiDim)
	}
	t.changes(good)
	t.line("")
	stage := strings.ToUpper(report.English.StageName(v.Stage))
	if v.Borderline != nil {
		stage += " (borderline)"
	}
	t.line(t.paint(stageColour(v.Stage), stage))
	t.wrap("", v.Because, "")
	if v.Borderline != nil {
		t.wrap("Borderline: ", v.Borderline.Sentence, "")
	}
	if v.Stale {
		t.wrap("Stale: ", "the repository was last seen on "+report.English.Date(v.ObservedUntil)+", far before as-of.", "")
	}
	for _, remark := range v.Remarks {
		t.wrap("Note: ", remark, ansiDim)
	}
}

func scanText(scan report.Scan) string {
	if scan.Outcome == report.Failed {
		if scan.Failure == nil {
			return ": could not be read"
		}
		return ": " + report.English.CauseText(scan.Failure.Cause) + ": " + scan.Failure.Message
	}
	words := ""
	if scan.Commit != "" {
		words += " at " + report.ShortCommit(scan.Commit)
	}
	if !scan.ObservedUntil.IsZero() {
		words += ", seen until " + report.English.Date(scan.ObservedUntil)
	}
	if scan.Outcome == report.Partial {
		words += ", read in part"
	}
	return words
}

// glyphRows is the height of a pier of 100 in rows of the terminal.
const glyphRows = 4

var eighths = [...]string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// glyph draws the span glyph: the deck, four piers below it, and their names,
// levels and scores.
func (t *layout) glyph(v assess.Verdict) {
	const column, pier = 10, 6
	supports := report.InOrder(v.Supports)
	t.line("")
	deck := strings.Repeat("╌", 4*column)
	if load, known := report.HeightOf(v.Load); known {
		deck = strings.Repeat(eighths[1+int(math.Round(load/100*7))], 4*column)
		if report.IsOpen(v.Load) {
			deck = strings.Repeat(eighths[1+int(math.Round(load/100*7))]+"╌", 2*column)
		}
	}
	t.line(deck)
	for row := range glyphRows {
		line := ""
		for _, pillar := range supports {
			cell := strings.Repeat(pierCell(pillar, glyphRows-1-row), pier)
			if _, known := report.HeightOf(pillar); !known {
				cell = "┊" + strings.Repeat(" ", pier-2) + "┊"
			}
			line += "  " + t.paint(pillarColour(pillar), cell) + strings.Repeat(" ", column-pier-2)
		}
		t.line(line)
	}
	var names, scores string
	var levels [2]string
	for _, pillar := range supports {
		names += centre(report.English.PillarName(pillar.ID), column)
		first, second := report.English.LevelText(pillar), ""
		if at := strings.LastIndex(first, " "); at > 0 && runewidth.StringWidth(first) >= column {
			first, second = first[:at], first[at+1:]
		}
		levels[0] += t.paint(pillarColour(pillar), centre(first, column))
		levels[1] += t.paint(pillarColour(pillar), centre(second, column))
		scores += centre(shortScore(pillar), column)
	}
	t.line(names)
	t.line(levels[0])
	if strings.TrimSpace(levels[1]) != "" {
		t.line(levels[1])
	}
	t.line(scores)
	t.wrap("", "Load "+report.English.LevelWithScore(v.Load)+rangeSuffix(v.Load.Score)+
		". Supports together "+report.English.ScoreText(v.Score)+rangeSuffix(v.Score)+".", "")
	t.wrap("", report.English.RiskText(v.Risk), "")
}

// pierCell is what a pier shows in a row counted from the ground.
func pierCell(pillar assess.Pillar, row int) string {
	score, _ := report.HeightOf(pillar)
	if lowest, _ := report.LevelBounds(pillar); report.IsOpen(pillar) && lowest == assess.Missing {
		score = 0 // nothing of it is certain
	}
	filled := int(math.Round(score/100*glyphRows*8)) - row*8
	if reach := int(math.Round(pillar.Score.High/100*glyphRows*8)) - row*8; filled <= 0 && row > 0 && reach > 0 && report.IsOpen(pillar) {
		return "┆" // may reach here
	}
	if filled <= 0 && row == 0 {
		return "·" // the footing of a pier that is not there
	}
	return eighths[min(max(filled, 0), 8)]
}

func shortScore(p assess.Pillar) string {
	switch {
	case report.PossibleLevels(p) == nil:
		return "?"
	case report.HasScore(p.Score):
		return report.English.ScoreText(p.Score)
	case report.IsBlank(p.Score):
		return "–"
	}
	return fmt.Sprintf("%.0f–%.0f", p.Score.Low, p.Score.High)
}

func rangeSuffix(r assess.Range) string {
	if text := report.English.RangeText(r); text != "" {
		return ", " + text
	}
	return ""
}

// centre sets a text in the middle of a column.
func centre(text string, width int) string {
	left := max(width-runewidth.StringWidth(text), 0) / 2
	return runewidth.FillRight(strings.Repeat(" ", left)+text, width)
}

// reasons writes why the stage, then what decided load and supports; a reason
// that has been given is not given again.
func (t *layout) reasons(v assess.Verdict) {
	given := map[string]bool{}
	write := func(title string, reasons []assess.Reason) {
		reasons = slices.DeleteFunc(slices.Clone(reasons), func(r assess.Reason) bool { return given[r.Sentence] })
		if len(reasons) == 0 {
			return
		}
		t.title(title)
		for _, reason := range reasons {
			given[reason.Sentence] = true
			t.wrap("  • ", reason.Sentence, "")
		}
	}
	faults, signs := report.ByConcern(v.Reasons)
	write("What falls short", faults)
	write("What is well", signs)
	for _, pillar := range v.Pillars() {
		write(report.English.PillarName(pillar.ID)+": "+report.English.LevelText(pillar), pillar.Reasons)
	}
	if text := report.English.EvidenceText(v.Backing); text != "" {
		t.wrap("  ", text, "")
	}
}

// changes writes the changes that would help most.
func (t *layout) changes(good report.Good) {
	helpful := report.HelpfulChanges(good)
	if len(helpful) == 0 {
		return
	}
	t.title("What would help most")
	for i, change := range helpful {
		t.wrap(fmt.Sprintf("  %d. ", i+1), change, "")
	}
}

func (t *layout) findings(good report.Good) {
	tally := report.TallyFindings(good)
	t.line("")
	t.wrap("", "Open advisories: "+report.English.TallySplit(tally), ansiBold)
	t.wrap("  ", language.Upper(report.English.TallyBasis(tally))+".", ansiDim)
	issues := report.DistinctFindings(good)
	for i, issue := range issues {
		if i == checkFindings {
			t.wrap("  ", fmt.Sprintf("and %d more", len(issues)-i), ansiDim)
			break
		}
		text := fmt.Sprintf("%s %s %s", issue.Package.Name, issue.Package.Version, issue.Advisory)
		if issue.FixedIn != "" {
			text += ", fixed in " + issue.FixedIn
		} else {
			text += ", no fix named"
		}
		if issue.IsExploited() {
			text += ", known to be exploited"
		}
		if issue.Malicious {
			text += ", the package is malicious"
		}
		if answer := issue.AnswerText(); answer != "" {
			text += ", " + answer
		}
		if issue.Relation != "" {
			text += ", " + issue.Relation
		}
		if issue.IsDevelopment() {
			text += ", only builds or tests it"
		}
		t.wrap("  "+runewidth.FillRight(string(issue.Severity), 9), report.Cut(text, 200), "")
	}
}

func (t *layout) posture(good report.Good) {
	t.title("Posture")
	unknown, none := []string{}, true
	for _, scan := range good.Scans {
		for _, check := range scan.Checks {
			none = false
			switch check.State {
			case observation.Measured:
				t.wrap(fmt.Sprintf("  %2d of 10  ", check.Score), check.Name+": "+report.Cut(check.Reason, 120), "")
			case observation.Unknown:
				unknown = append(unknown, check.Name)
			}
		}
	}
	if none {
		t.wrap("  ", "unknown: no check could be run", ansiDim)
	}
	if len(unknown) > 0 {
		t.wrap("  unknown:  ", strings.Join(unknown, ", "), ansiDim)
	}
}

func (t *layout) unknowns(good report.Good) {
	c := good.Verdict.Coverage
	t.title(fmt.Sprintf("Unknown: %d of %d measures", c.Unknown, c.Measured+c.Unknown))
	for _, group := range report.GroupGaps(c.Gaps) {
		t.wrap("  • ", report.English.CauseText(group.Cause)+": "+report.English.ShortList(group.Names), ansiDim)
	}
	if len(good.Scans) == 0 {
		t.wrap("  • ", report.English.CauseText(observation.CauseNoRepository), ansiDim)
	}
}
