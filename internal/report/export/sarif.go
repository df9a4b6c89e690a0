package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	slash "path"
	"regexp"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
)

const (
	homepage = "https://github.com/midspan/midspan"
	// sourceRoot is the name that code scanners give the top of a checkout.
	sourceRoot = "%SRCROOT%"
	// wholeRepository is the file at which results are placed that concern the
	// repository as a whole: services show only results with a file.
	wholeRepository = "README.md"
	// fingerprint is the key under which results are matched from one run to the next.
	fingerprint = "midspan/v1"
	// maxDetails is the largest number of places of one posture check.
	maxDetails = 20
)

// SARIF levels.
const (
	sarifError   = "error"
	sarifWarning = "warning"
	sarifNote    = "note"
)

// WriteSARIF writes the goods of a document, as a rule one, as SARIF 2.1.0:
// open advisories at their manifests, posture checks below 10, the reasons for
// concern, and the conditions of policies that fail. What is unknown is a
// notification of the run and never a pass. The same document gives the same
// bytes; no path of this machine is written.
func WriteSARIF(w io.Writer, doc report.Document, results []policy.Result) error {
	doc = report.Cleaned(report.Complete(doc))
	s := newSarif(doc)
	for _, good := range doc.Goods {
		s.good(good)
	}
	for _, r := range results {
		s.policy(report.Cleaned(r))
	}
	for _, note := range doc.Notes {
		s.notify("note/"+string(note.Cause), sarifWarning, note.Message)
	}
	report := sarif.NewReport()
	report.AddRun(s.run)
	return writeTrimmed(w, report)
}

// sarifRun fills one run.
type sarifRun struct {
	run        *sarif.Run
	invocation *sarif.Invocation
	rules      map[string]int
	notified   map[string]bool
	names      map[string]string // of measures
}

func newSarif(doc report.Document) *sarifRun {
	s := &sarifRun{run: sarif.NewRunWithInformationURI(doc.Generator.Name, homepage), invocation: sarif.NewInvocation(),
		rules: map[string]int{}, notified: map[string]bool{}, names: map[string]string{}}
	for _, def := range doc.Definitions {
		s.names[def.ID] = def.Name
	}
	s.run.Tool.Driver.WithVersion(numericVersion(doc.Generator.Version))
	s.run.AutomationDetails = sarif.NewRunAutomationDetails().WithID("midspan/")
	s.run.WithProperties(sarif.NewPropertyBag().Add("asOf", report.ISODate(doc.AsOf)).Add("advisories", doc.Advisory.Fingerprint))
	s.run.ColumnKind = new("unicodeCodePoints")
	s.invocation.ExecutionSuccessful = new(true)
	s.run.Invocations = append(s.run.Invocations, s.invocation)
	return s
}

func (s *sarifRun) good(good report.Good) {
	for _, scan := range good.Scans {
		s.provenance(scan)
		if scan.Outcome == report.Failed && scan.Failure != nil {
			s.invocation.ExecutionSuccessful = new(false)
			s.notify("unread/"+string(scan.Failure.Cause), sarifError, scan.Failure.Message)
		}
		for _, check := range scan.Checks {
			s.check(check)
		}
		for _, note := range scan.Notes {
			s.notify("note/"+string(note.Cause), sarifNote, note.Message)
		}
	}
	for _, issue := range report.DistinctFindings(good) {
		s.finding(issue)
	}
	s.reasons(good.Verdict)
	s.unknowns(good)
}

// provenance names what was read; a folder of this machine is not named.
func (s *sarifRun) provenance(scan report.Scan) {
	if address := report.WebURL(scan.Repository.URL); address != "" {
		details := sarif.NewVersionControlDetails().WithRepositoryURI(address).
			WithMappedTo(sarif.NewArtifactLocation().WithURIBaseID(sourceRoot))
		if scan.Commit != "" {
			details.WithRevisionID(scan.Commit)
		}
		s.run.VersionControlProvenance = append(s.run.VersionControlProvenance, details)
	}
}

// rule declares a rule where it is new.
func (s *sarifRun) rule(id, name, short, help, helpURI, level string) *sarif.ReportingDescriptor {
	if i, known := s.rules[id]; known {
		return s.run.Tool.Driver.Rules[i]
	}
	if short == "" {
		short = id
	}
	r := sarif.NewRule(id).WithName(name).WithShortDescription(plainMessage(report.Cut(short, 1000)))
	if help != "" {
		r.WithHelp(plainMessage(report.Cut(help, 1000)))
	}
	if helpURI = report.WebURL(helpURI); helpURI != "" {
		r.WithHelpURI(helpURI)
	}
	r.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(level)
	s.rules[id] = len(s.run.Tool.Driver.Rules)
	s.run.Tool.Driver.Rules = append(s.run.Tool.Driver.Rules, r)
	return r
}

func plainMessage(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(text)
}

// result adds a result of a declared rule. parts distinguish it from the others of
// its rule in every later run.
func (s *sarifRun) result(rule, level, text, file string, line int, parts ...string) *sarif.Result {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{rule, file}, parts...), "\x00")))
	result := sarif.NewRuleResult(rule).WithRuleIndex(s.rules[rule]).WithKind("fail").WithLevel(level).
		WithMessage(sarif.NewTextMessage(sarifText(text))).
		WithPartialFingerprints(map[string]string{fingerprint: hex.EncodeToString(sum[:16])})
	result.AddLocation(locationOf(file, line))
	s.run.Results = append(s.run.Results, result)
	return result
}

func locationOf(file string, line int) *sarif.Location {
	address := sarif.NewArtifactLocation().WithURI(fileURI(file)).WithURIBaseID(sourceRoot)
	region := sarif.NewRegion().WithStartLine(max(line, 1))
	return sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(address).WithRegion(region))
}

// fileURI is the address of a file of the repository, relative to its top. A
// path that leads out of it, or none, is the repository as a whole.
func fileURI(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	clean := slash.Clean("/" + file)[1:]
	if file == "" || clean == "" || slash.IsAbs(file) || clean != slash.Clean(file) {
		clean = wholeRepository
	}
	parts := strings.Split(clean, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(part), ":", "%3A") // a name before a colon reads as a scheme
	}
	return strings.Join(parts, "/")
}

// linkEscaper escapes what a viewer would make a link of in a plain message.
var linkEscaper = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

// sarifText is a plain message without links and without paths of this machine.
func sarifText(text string) string {
	text = report.Cut(report.RedactPaths(text), 2000)
	if text == "" {
		text = "No words were given."
	}
	return linkEscaper.Replace(text)
}

func (s *sarifRun) finding(i report.DistinctFinding) {
	level := findingLevel(i)
	rule := s.rule(i.Advisory, "OpenAdvisory", i.Summary, "Upgrade to a version that is not affected, or stop using the package.", report.AdvisoryURL(i.Advisory), level)
	bag := sarif.NewPropertyBag().WithTags([]string{"security", "vulnerability"})
	if i.Score != nil {
		bag.Add("security-severity", i.BaseScore())
	}
	rule.WithProperties(bag)
	text := fmt.Sprintf("%s %s is affected by %s (%s)", i.Package.Name, cmp.Or(i.Package.Version, "unknown"), i.Advisory, report.English.SeverityName(i.Severity))
	if i.Malicious {
		text += "; the package is malicious"
	}
	if i.IsExploited() {
		text += "; it is known to be exploited"
	}
	if i.FixedIn != "" {
		text += "; fixed in " + i.FixedIn
	} else {
		text += "; no fix is named"
	}
	if i.Summary != "" {
		text += ": " + i.Summary
	}
	for _, place := range i.Places {
		result := s.result(i.Advisory, level, text+".", place.Path, 1, i.Package.Ecosystem, i.Package.Name)
		properties := sarif.NewPropertyBag().Add("ecosystem", i.Package.Ecosystem).Add("package", i.Package.Name).Add("version", i.Package.Version).
			Add("relation", cmp.Or(i.Relation, "unknown")).Add("exploited", report.English.ExploitedText(i))
		if i.FixedIn != "" {
			properties.Add("fixedIn", i.FixedIn)
		}
		if i.Package.PURL != "" {
			properties.Add("purl", i.Package.PURL)
		}
		result.WithProperties(properties)
		if i.IsAnswered() {
			result.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(sarifText(i.AnswerText())))
		}
	}
}

// findingLevel is an error for what is critical, high, exploited or malicious; a
// severity without a rating is a warning.
func findingLevel(i report.DistinctFinding) string {
	switch {
	case i.Malicious, i.IsExploited(), i.Severity == observation.SeverityCritical, i.Severity == observation.SeverityHigh:
		return sarifError
	case i.Severity == observation.SeverityLow:
		return sarifNote
	}
	return sarifWarning
}

// detailPlace matches the place that a detail of a check names.
var detailPlace = regexp.MustCompile(`^(?i:warn): (?:.*? )?([^\s:]+):(\d+)(?::|$)`)

func (s *sarifRun) check(check observation.Check) {
	id := "scorecard/" + check.Name
	if check.State != observation.Measured || check.Score >= 10 {
		return // the unknown ones are among the unknown measures
	}
	level := sarifNote
	if check.Score < 5 {
		level = sarifWarning
	}
	s.rule(id, check.Name, "OpenSSF Scorecard: "+check.Name, check.Remedy, check.DocURL, level)
	text := fmt.Sprintf("%s: %d of 10: %s.", check.Name, check.Score, check.Reason)
	placed := 0
	for _, detail := range check.Details {
		m := detailPlace.FindStringSubmatch(detail)
		if m == nil || placed == maxDetails {
			continue
		}
		line, err := strconv.Atoi(m[2])
		if err != nil || line > 1<<24 {
			line = 1
		}
		s.result(id, level, text+" "+detail, m[1], line, strconv.Itoa(line))
		placed++
	}
	if placed == 0 {
		s.result(id, level, text+" "+check.Remedy, wholeRepository, 1)
	}
}

// reasons are those that would go away by something that can be done.
func (s *sarifRun) reasons(v assess.Verdict) {
	for _, reason := range report.StrongestReasons(v) {
		if reason.Clears == "" {
			continue
		}
		id := "midspan/" + reason.Rule
		if _, known := s.rules[id]; known {
			continue
		}
		level := sarifNote
		if v.Stage == assess.MessyMiddle || v.Stage == assess.Strained || v.Stage == assess.Fading || v.Stage == assess.Dormant {
			level = sarifWarning
		}
		s.rule(id, reason.Rule, "Midspan on: "+s.names[reason.Measure], "To do: "+reason.Clears, "", level)
		s.result(id, level, reason.Sentence+" To do: "+reason.Clears, wholeRepository, 1).
			WithProperties(sarif.NewPropertyBag().Add("measure", reason.Measure).Add("stage", string(v.Stage)))
	}
}

// unknowns reports what was not measured.
func (s *sarifRun) unknowns(good report.Good) {
	tally := report.TallyFindings(good)
	if !tally.Exact && tally.State != observation.NotApplicable {
		s.notify("unknown/advisories", sarifWarning, "Open advisories: "+report.English.TallySplit(tally)+". "+language.Upper(report.English.TallyBasis(tally))+".")
	}
	if v := good.Verdict; v.Stage == assess.Unassessed {
		s.notify("unknown/stage", sarifWarning, "The stage is unknown: "+v.Because)
	}
	for _, gap := range good.Verdict.Coverage.Gaps {
		s.notify("unknown/"+string(gap.Cause), sarifNote, report.GapText(gap.Name, gap.Cause, gap.Detail))
	}
}

func (s *sarifRun) policy(r policy.Result) {
	for _, a := range r.Conditions {
		id := "policy/" + r.Policy + "/" + a.ID
		switch a.Outcome {
		case policy.Fail:
			s.rule(id, a.ID, r.PolicyName+": "+a.Title, a.Remedy, r.Source, sarifError)
			s.result(id, sarifError, a.Title+": it fails. "+a.Because, wholeRepository, 1, r.Good)
		case policy.Unknown:
			why := "unknown, which is no pass. "
			if a.Unseen {
				why = "it cannot be seen from here, which is no pass. "
			}
			s.notify("policy-unknown", sarifWarning, r.PolicyName+": "+a.Title+": "+why+a.Because)
		}
	}
}

// notify adds a notification, each text once.
func (s *sarifRun) notify(id, level, text string) {
	text = sarifText(text)
	if s.notified[id+text] {
		return
	}
	s.notified[id+text] = true
	if !s.notified[id] {
		s.notified[id] = true
		s.run.Tool.Driver.AddNotification(sarif.NewReportingDescriptor().WithID(id))
	}
	n := sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(text)).
		WithDescriptor(sarif.NewReportingDescriptorReference().WithID(id))
	s.invocation.AddToolExecutionNotification(n)
}
