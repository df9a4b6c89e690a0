package export

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// Limits of the Markdown view; report.json has everything.
const (
	markdownFindings = 50
	markdownText     = 300
)

// WriteMarkdown writes the goods of a document, as a rule one, and the results of
// policies, for a comment or the summary of a job: stage and reasons,
// supports, what would help most, findings, posture and what is unknown. Text
// from outside comes out as text.
func WriteMarkdown(w io.Writer, doc report.Document, results []policy.Result) error {
	doc = report.Cleaned(report.Complete(doc))
	m := &markdown{}
	for _, good := range doc.Goods {
		m.good(good)
		for _, r := range results {
			if r.Good == good.ID {
				m.policy(report.Cleaned(r))
			}
		}
		m.findings(good)
		m.posture(good)
		m.unknowns(good)
	}
	m.line("")
	m.line("<sub>%s %s, as of %s. Unknown is never a pass.</sub>", plainText(doc.Generator.Name), plainText(doc.Generator.Version), report.English.Date(doc.AsOf))
	if _, err := io.WriteString(w, m.out.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

type markdown struct{ out strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.out, format+"\n", args...) }

func (m *markdown) title(format string, args ...any) {
	m.line("")
	m.line("### "+format, args...)
	m.line("")
}

func (m *markdown) table(header ...string) {
	m.row(header...)
	m.line("|%s", strings.Repeat(" --- |", len(header)))
}

func (m *markdown) row(cells ...string) { m.line("| %s |", strings.Join(cells, " | ")) }

// markdownEscaper are the characters that Markdown reads, as entities or behind a
// backslash. The empty comment keeps forges from making links of mentions and of numbers of
// issues, which they find after Markdown.
var markdownEscaper = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "$", "&#36;", "://", "&#58;//",
	"@", "@<!-- -->", "#", "#<!-- -->", `\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`)

// listItem matches what at the start of a line begins a list, a rule or a title.
var listItem = regexp.MustCompile(`^(?:\d+[.)](?:\s|$)|[-+=])`)

// bareHost matches the beginning of an address that is made a link of.
var bareHost = regexp.MustCompile(`(?i)\bwww\.`)

// plainText is a text that Markdown shows as it is: no markup, no link, no
// mention, at the start of a line as well.
func plainText(text string) string {
	text = markdownEscaper.Replace(report.Cut(report.RedactPaths(text), markdownText))
	text = bareHost.ReplaceAllStringFunc(text, func(host string) string { return host[:3] + "&#46;" })
	if listItem.MatchString(text) {
		return "&#8203;" + text
	}
	return text
}

func (m *markdown) good(good report.Good) {
	v := good.Verdict
	m.line("## %s: %s", plainText(report.English.DisplayName(good)), report.English.StageName(v.Stage))
	m.line("")
	m.line("%s", plainText(v.Because))
	if v.Borderline != nil {
		m.line("")
		m.line("Borderline: %s", plainText(v.Borderline.Sentence))
	}
	m.line("")
	m.table("Support", "Level", "Score", "Why")
	for _, p := range v.Supports {
		why := ""
		if len(p.Reasons) > 0 {
			why = plainText(p.Reasons[0].Sentence)
		}
		m.row(plainText(report.English.PillarName(p.ID)), plainText(report.English.LevelText(p)), plainText(report.English.ScoreText(p.Score)), why)
	}
	if changes := report.HelpfulChanges(good); len(changes) > 0 {
		m.title("What would help most")
		for i, change := range changes {
			m.line("%d. %s", i+1, plainText(change))
		}
	}
}

func (m *markdown) policy(r policy.Result) {
	m.title("Policy %s: %s", plainText(r.PolicyName), plainText(r.Summary()))
	m.table("Outcome", "Condition", "Because")
	for _, a := range r.Conditions {
		because := plainText(a.Because)
		if a.Remedy != "" {
			because += " What to do: " + plainText(a.Remedy)
		}
		outcome := strings.ToUpper(string(a.Outcome))
		if a.Unseen {
			outcome = "UNSEEN"
		}
		m.row(outcome, plainText(a.Title), because)
	}
}

// findings has a row for each package and version, with all its advisories: an upgrade
// is one thing to do, however many advisories it closes. What upgrades close stands
// first, in the order of the plan.
func (m *markdown) findings(good report.Good) {
	tally := report.TallyFindings(good)
	m.title("Open advisories: %s", plainText(report.English.TallySplit(tally)))
	m.line("%s.", plainText(language.Upper(report.English.TallyBasis(tally))))
	groups := groupFindings(good)
	if len(groups) == 0 {
		return
	}
	m.line("")
	m.table("Package", "Upgrade", "Severity", "Advisories", "Where")
	for _, g := range groups[:min(len(groups), markdownFindings)] {
		m.row(plainText(strings.TrimSpace(g.findings[0].Package.Name+" "+g.findings[0].Package.Version)), plainText(g.upgrade()), plainText(g.severity()),
			g.advisories(), plainText(g.findings[0].Places[0].Path))
	}
	if more := len(groups) - markdownFindings; more > 0 {
		m.line("")
		m.line("And %d more packages.", more)
	}
}

// findingGroup is the findings of one package at one version, the most urgent first, and
// the upgrade that closes some of them.
type findingGroup struct {
	findings    []report.DistinctFinding
	step        portfolio.Step
	development bool // the package only builds or tests
	rank        int  // of the upgrade in the plan; behind all others where there is none
}

func groupFindings(good report.Good) []findingGroup {
	plan := good.Upgrades
	at := map[observation.Coordinate]int{}
	var groups []findingGroup
	for _, f := range report.DistinctFindings(good) {
		c := f.Package.Coordinate()
		i, seen := at[c]
		if !seen {
			i = len(groups)
			at[c] = i
			g := findingGroup{rank: len(plan)}
			for n, u := range plan {
				at := slices.IndexFunc(u.Steps, func(s portfolio.Step) bool { return s.From == c.Version })
				if at >= 0 && u.Ecosystem == c.Ecosystem && u.Package == c.Name {
					g.step, g.development, g.rank = u.Steps[at], u.Development, n
					break
				}
			}
			groups = append(groups, g)
		}
		groups[i].findings = append(groups[i].findings, f)
	}
	slices.SortStableFunc(groups, func(a, b findingGroup) int { return cmp.Compare(a.rank, b.rank) })
	return groups
}

func (g findingGroup) upgrade() string {
	if g.step.To == "" {
		fixed := g.findings[0].FixedIn
		if fixed == "" {
			return "no fix named"
		}
		return "fixed in " + fixed
	}
	text := fmt.Sprintf("to %s: closes %d", g.step.To, g.step.Closes) + report.OpenText(g.step.Open)
	if g.development {
		text += " (only builds or tests)"
	}
	return text
}

func (g findingGroup) severity() string {
	first := g.findings[0]
	text := string(first.Severity)
	if first.IsExploited() {
		text += ", known to be exploited"
	}
	if first.Malicious {
		text += ", malicious package"
	}
	return text
}

// markdownAdvisories is how many advisories of a package are named.
const markdownAdvisories = 5

func (g findingGroup) advisories() string {
	var all []string
	for _, f := range g.findings[:min(len(g.findings), markdownAdvisories)] {
		advisory := plainText(f.Advisory)
		if address := report.AdvisoryURL(f.Advisory); address != "" {
			advisory = "[" + advisory + "](" + html.EscapeString(address) + ")"
		}
		if answer := f.AnswerText(); answer != "" {
			advisory += " (" + plainText(answer) + ")"
		}
		all = append(all, advisory)
	}
	if more := len(g.findings) - markdownAdvisories; more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

func (m *markdown) posture(good report.Good) {
	checks := report.WeakestChecks(good)
	if len(checks) == 0 {
		return
	}
	m.title("Posture checks below 10")
	m.table("Score", "Check", "Found", "What to do")
	for _, c := range checks {
		m.row(fmt.Sprintf("%d of 10", c.Score), plainText(c.Name), plainText(c.Reason), plainText(c.Remedy))
	}
}

func (m *markdown) unknowns(good report.Good) {
	c := good.Verdict.Coverage
	m.title("Unknown: %d of %d measures", c.Unknown, c.Measured+c.Unknown)
	for _, group := range report.GroupGaps(c.Gaps) {
		m.line("- %s: %s", plainText(report.English.CauseText(group.Cause)), plainText(report.English.ShortList(group.Names)))
	}
	for _, scan := range good.Scans {
		if scan.Outcome == report.Failed && scan.Failure != nil {
			m.line("- not read: %s", plainText(scan.Failure.Message))
		}
	}
	if len(good.Scans) == 0 {
		m.line("- %s", plainText(report.English.CauseText(observation.CauseNoRepository)))
	}
}
