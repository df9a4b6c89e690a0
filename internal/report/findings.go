package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// Tally is the summary of a good's findings.
type Tally struct {
	N                 int                  // weaknesses of a package and version, however many advisories name one
	Answered          int                  // beside N: weaknesses of which the maintainer says that they do not concern the good, or are fixed
	Development       int                  // of those, in packages that only build or test it
	Records           int                  // the advisories of those
	Exploited         int                  // of those, known to be exploited
	ExploitationKnown bool                 // whether one at least is exploited is known
	Worst             observation.Severity // worst severity, empty where N is 0
	Packages          int                  // packages listed by what was read
	Matchable         int                  // of those, with a version and an advisory database
	Read              int                  // repositories that were read
	State             observation.State
	Exact             bool // everything that is listed could be read and matched
}

// TallyText writes the number of findings. It never calls clean what was not
// examined, and says how many the maintainer answered.
func (w Localizer) TallyText(t Tally) string {
	if t.Answered > 0 {
		return w.Translate("{open} open, {n} answered by the maintainer", "open", w.openText(t), "n", t.Answered)
	}
	return w.openText(t)
}

// TallySplit is TallyText with how many of the weaknesses are in what runs, beside packages
// that only build or test the good.
func (w Localizer) TallySplit(t Tally) string {
	if t.N == 0 {
		return w.TallyText(t)
	}
	split := w.Translate("{open} open, {n} of them in what runs", "open", w.openText(t), "n", t.N-t.Development)
	if t.Answered > 0 {
		return w.Translate("{split}; {n} answered by the maintainer", "split", split, "n", t.Answered)
	}
	return split
}

func (w Localizer) openText(t Tally) string {
	switch t.Kind() {
	case "exact":
		return w.Translate("{n}", "n", t.N)
	case "at least":
		return w.Translate("at least {n}", "n", t.N)
	case "no packages":
		return w.Translate("no packages")
	case "none":
		return w.Translate("none")
	case "none in what was matched":
		return w.Translate("none in what was matched")
	}
	return w.Translate("unknown")
}

// Kind is how far the number of findings is known: "exact", or one of the terms that
// replace it.
func (t Tally) Kind() string {
	switch {
	case t.N > 0 && t.Exact:
		return "exact"
	case t.N > 0:
		return "at least"
	case t.State == observation.NotApplicable:
		return "no packages"
	case t.State != observation.Measured:
		return "unknown"
	case t.Exact:
		return "none"
	}
	return "none in what was matched"
}

// Count is the number of open weaknesses; nil where none was found and not everything could
// be matched: that is no zero.
func (t Tally) Count() *int {
	if t.N == 0 && !t.Exact {
		return nil
	}
	return &t.N
}

// ExploitedCount is how many of them are known to be exploited; nil where none is and it is
// not sure that there is none.
func (t Tally) ExploitedCount() *int {
	if t.Exploited == 0 && (!t.Exact || t.N > 0 && !t.ExploitationKnown) {
		return nil
	}
	return &t.Exploited
}

// TallyBasis names what the number of findings rests on.
func (w Localizer) TallyBasis(t Tally) string {
	switch {
	case t.Read == 0:
		return w.Translate("no repository was read")
	case t.Packages == 0:
		return w.Translate("no package was found in what was read")
	}
	return w.Translate("{n} of {all|package|packages} could be matched with advisories", "n", t.Matchable, "all", t.Packages)
}

func TallyFindings(good Good) Tally {
	t := Tally{State: observation.Unknown}
	if m, ok := observation.Find(good.Measures, observation.AdvisoriesFindings); ok {
		t.State = m.State
		t.Exact = m.State == observation.Measured && m.Bound == observation.Exact
	}
	for _, scan := range good.Scans {
		if scan.Outcome != Failed {
			t.Read++
		}
		for _, inv := range scan.Inventory {
			t.Packages += inv.Packages
			if inv.Matched {
				t.Matchable += inv.Packages - inv.NoVersion
			}
		}
	}
	gathered := GatherFindings(good)
	findings := make([]observation.Finding, 0, len(gathered))
	runs := map[observation.Coordinate]bool{}
	for _, f := range gathered {
		findings = append(findings, f.Finding)
		runs[f.Package.Coordinate()] = runs[f.Package.Coordinate()] || !f.IsDevelopment()
	}
	t.Records = len(findings)
	for _, group := range observation.Groups(findings) {
		t.count(group, runs[group[0].Package.Coordinate()])
	}
	return t
}

// count adds one weakness of a package, with all findings on it.
func (t *Tally) count(group []observation.Finding, runs bool) {
	if slices.ContainsFunc(group, observation.Finding.IsAnswered) {
		t.Answered++
		return
	}
	t.N++
	t.Development += BoolToInt(!runs)
	exploited := false
	for _, f := range group {
		t.ExploitationKnown = t.ExploitationKnown || f.Exploited != nil
		exploited = exploited || DistinctFinding{Finding: f}.IsExploited()
		if t.Worst == "" || f.Severity.Compare(t.Worst) < 0 {
			t.Worst = f.Severity
		}
	}
	if exploited {
		t.Exploited++
	}
}

// place is where a finding's package is listed.
type place struct {
	Repository, Path string
	Development      bool // the file lists it for building or testing alone
}

// DistinctFinding is an advisory that affects one package at one version of a good,
// wherever it is listed.
type DistinctFinding struct {
	observation.Finding
	Relation string // direct where one manifest has it so
	Places   []place
}

// IsDevelopment reports whether every file lists the package for building or testing alone.
func (i DistinctFinding) IsDevelopment() bool {
	return !slices.ContainsFunc(i.Places, func(p place) bool { return !p.Development })
}

// DistinctFindings are the issues of a good, the most urgent first.
func DistinctFindings(good Good) []DistinctFinding {
	issues := GatherFindings(good)
	slices.SortStableFunc(issues, compareUrgency)
	return issues
}

// GatherFindings gathers the findings of all repositories of a good, each
// advisory once for a package and version.
func GatherFindings(good Good) []DistinctFinding {
	type key struct {
		observation.Coordinate
		advisory string
	}
	most := 0
	for _, scan := range good.Scans {
		most += len(scan.Findings)
	}
	if most == 0 {
		return nil
	}
	at, issues := make(map[key]int, most), make([]DistinctFinding, 0, most)
	for _, scan := range good.Scans {
		for _, f := range scan.Findings {
			k := key{f.Package.Coordinate(), f.Advisory}
			i, seen := at[k]
			if !seen {
				i = len(issues)
				at[k] = i
				issues = append(issues, DistinctFinding{Finding: f, Relation: f.Package.Relation})
			}
			if issues[i].IsAnswered() && !f.IsAnswered() { // answered in one repository, and not in all
				issues[i].Answer = f.Answer
			}
			if f.Package.Relation == observation.Direct {
				issues[i].Relation = observation.Direct
			}
			issues[i].Places = append(issues[i].Places, place{scan.Repository.URL, f.Package.Path, f.Package.Use() == observation.ForDevelopment})
		}
	}
	return issues
}

// compareUrgency puts what the maintainer answered last; then malicious packages first, then what is known to be exploited,
// then the worst severity and score.
func compareUrgency(a, b DistinctFinding) int {
	return cmp.Or(BoolToInt(a.IsAnswered())-BoolToInt(b.IsAnswered()),
		BoolToInt(b.Malicious)-BoolToInt(a.Malicious), BoolToInt(b.IsExploited())-BoolToInt(a.IsExploited()),
		a.Severity.Compare(b.Severity), cmp.Compare(b.base(), a.base()),
		cmp.Compare(a.Package.Name, b.Package.Name), cmp.Compare(a.Package.Version, b.Package.Version), cmp.Compare(a.Advisory, b.Advisory))
}

func BoolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (i DistinctFinding) IsExploited() bool { return i.Exploited != nil && *i.Exploited }

func (i DistinctFinding) base() float64 {
	if i.Score == nil {
		return -1
	}
	return *i.Score
}

// ExploitedText writes whether an advisory is known to be exploited.
func (w Localizer) ExploitedText(i DistinctFinding) string {
	switch {
	case i.Exploited == nil:
		return w.Translate("unknown")
	case *i.Exploited:
		return w.Translate("yes")
	}
	return w.Translate("not listed")
}

// EPSSText writes how likely an advisory is to be exploited, by EPSS; empty where that is
// unknown.
func (w Localizer) EPSSText(i DistinctFinding) string {
	if i.EPSS == nil {
		return ""
	}
	if day, err := time.Parse(time.DateOnly, i.EPSS.Day); err == nil && i.EPSS.Probability >= 0.01 {
		return w.Translate("EPSS {share} on {day}", "share", w.Percent(i.EPSS.Probability), "day", w.Date(day))
	} else if err == nil {
		return w.Translate("EPSS under {share} on {day}", "share", w.Percent(0.01), "day", w.Date(day))
	}
	return ""
}

// BaseScore writes the CVSS base score, empty where there is none.
func (i DistinctFinding) BaseScore() string {
	if i.Score == nil {
		return ""
	}
	return strconv.FormatFloat(*i.Score, 'f', 1, 64)
}

// AnswerText writes what the maintainer says of a finding; empty where nobody did.
func (i DistinctFinding) AnswerText() string {
	a := i.Answer
	if a == nil {
		return ""
	}
	text := "the maintainer answers: " + strings.ReplaceAll(string(a.Status), "_", " ")
	if a.Justification != "" {
		text += ", " + strings.ReplaceAll(a.Justification, "_", " ")
	}
	if a.Statement != "" {
		text += ": " + Cut(a.Statement, 200)
	}
	return text
}
