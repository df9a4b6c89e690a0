package advisory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/observation"
)

// at is the clock of these tests.
var at = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func measured(t *testing.T, measures []observation.Measure, id string) observation.Measure {
	t.Helper()
	for _, m := range measures {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no measure %s", id)
	return observation.Measure{}
}

func finding(name, advisoryID, severity, fixed string, published time.Time) observation.Finding {
	no := false
	return observation.Finding{Package: advisorytest.Package("npm", name, "1.0.0"), Advisory: advisoryID, Severity: observation.Severity(severity), FixedIn: fixed, Published: published, Exploited: &no}
}

func TestEveryDefinitionIsYieldedInEveryState(t *testing.T) {
	for name, packages := range map[string][]observation.Package{
		"none":        nil,
		"matched":     {advisorytest.Package("npm", "a", "1.0.0")},
		"no version":  {advisorytest.Package("npm", "a", "")},
		"no database": {advisorytest.Package("NuGet", "a", "1")},
	} {
		none := advisory.None{}
		measures := advisory.Measures(advisorytest.Match(t, none, packages...), packages, nil, at, "test")
		definitions := advisory.Definitions()
		if len(measures) != len(definitions) {
			t.Fatalf("%s: %d measures, %d definitions", name, len(measures), len(definitions))
		}
		for i, d := range definitions {
			if measures[i].ID != d.ID {
				t.Errorf("%s: measure %d is %s, want %s", name, i, measures[i].ID, d.ID)
			}
			if measures[i].State == observation.Unknown && measures[i].Cause == "" {
				t.Errorf("%s: %s is unknown without a cause", name, d.ID)
			}
		}
	}
}

func TestFindingsAreCountedOnceAPackageVersionAndAdvisory(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("npm", "a", "1.0.0"), advisorytest.Package("npm", "b", "1.0.0")}
	packages[0].Relation = observation.Direct
	packages[1].Relation = observation.Transitive
	again := finding("a", "X", "high", "2.0.0", at.AddDate(0, 0, -100))
	again.Package.Path = "another manifest"
	malware := finding("b", "MAL-1", "unknown", "", at)
	malware.Malicious = true
	measures := advisory.Measures(advisory.Result{Findings: []observation.Finding{
		finding("a", "X", "high", "2.0.0", at.AddDate(0, 0, -100)), again,
		finding("a", "Y", "critical", "", at.AddDate(-3, 0, 0)),
		finding("b", "X", "low", "2.0.0", at.AddDate(-9, 0, 0)),
		finding("b", "Z", "critical", "2.0.0", at.AddDate(1, 0, 0)),
		malware,
	}}, packages, nil, at, "test")
	for id, want := range map[string]float64{
		"advisories.findings": 4, "advisories.malicious": 1, "advisories.critical-high": 3, "advisories.fixable": 3, "advisories.fixable-critical-high": 2,
		"advisories.exploited": 0, "advisories.oldest-fixable-days": 100, "advisories.unmatched": 0,
		"inventory.packages": 2, "inventory.direct": 1, "inventory.no-version": 0,
	} {
		m := measured(t, measures, id)
		if got, ok := m.Number(); !ok || got != want || m.Bound != observation.Exact {
			t.Errorf("%s is %+v, want exactly %v", id, m, want)
		}
	}
}

func TestRecordsOfOneVulnerabilityCountOnce(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("PyPI", "a", "1.0.0")}
	yes := true
	ghsa := observation.Finding{Package: packages[0], Advisory: "GHSA-1", Aliases: []string{"CVE-1"}, Severity: "high", Published: at.AddDate(0, 0, -10)}
	pysec := observation.Finding{Package: packages[0], Advisory: "PYSEC-1", Aliases: []string{"CVE-1"}, Severity: "unknown", FixedIn: "2", Published: at.AddDate(0, 0, -30), Exploited: &yes}
	other := observation.Finding{Package: packages[0], Advisory: "PYSEC-2", Severity: "low", Exploited: &yes}
	measures := advisory.Measures(advisory.Result{Findings: []observation.Finding{ghsa, pysec, other}}, packages, nil, at, "test")
	for id, want := range map[string]float64{
		"advisories.findings": 2, "advisories.critical-high": 1, "advisories.fixable": 1, "advisories.fixable-critical-high": 1,
		"advisories.exploited": 2, "advisories.oldest-fixable-days": 30,
	} {
		if got, ok := measured(t, measures, id).Number(); !ok || got != want {
			t.Errorf("%s is %v, want %v", id, got, want)
		}
	}
}

func TestAdvisoryWithoutADateOfPublicationIsAtLeastAsOldAsItsLastChange(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("PyPI", "a", "1.0.0")}
	finding := func(id string, published, modified int) observation.Finding {
		f := observation.Finding{Package: packages[0], Advisory: id, Severity: "high", FixedIn: "2"}
		if published > 0 {
			f.Published = at.AddDate(0, 0, -published)
		}
		if modified > 0 {
			f.Modified = at.AddDate(0, 0, -modified)
		}
		return f
	}
	for name, c := range map[string]struct {
		findings []observation.Finding
		want     float64
		bound    observation.Bound
		unknown  bool
	}{
		"all dated":        {findings: []observation.Finding{finding("A", 40, 9), finding("B", 30, 50)}, want: 40},
		"one undated":      {findings: []observation.Finding{finding("A", 40, 9), finding("B", 0, 50)}, want: 50, bound: observation.AtLeast},
		"none dated":       {findings: []observation.Finding{finding("A", 0, 9)}, want: 9, bound: observation.AtLeast},
		"neither one told": {findings: []observation.Finding{finding("A", 0, 0)}, unknown: true},
	} {
		m := measured(t, advisory.Measures(advisory.Result{Findings: c.findings}, packages, nil, at, "test"), "advisories.oldest-fixable-days")
		if got, ok := m.Number(); ok == c.unknown || got != c.want || m.Bound != c.bound {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestUnmaintainedIsReadFromTheRecord(t *testing.T) {
	for specific, want := range map[string]bool{
		`{"informational":"unmaintained"}`: true, `{"informational":"unsound"}`: false, `{"informational":null}`: false, `{"severity":"LOW","informational":7}`: false, `"unmaintained"`: false,
	} {
		db, _ := advisorytest.Build(t, advisorytest.Folder(t, map[string]map[string]string{"crates.io": {"R-1.json": `{"id":"R-1","modified":"2026-01-01T00:00:00Z",
			"affected":[{"package":{"ecosystem":"crates.io","name":"old"},"versions":["1.0.0"],"database_specific":` + specific + `}]}`}}))
		found := advisorytest.Match(t, db, advisorytest.Package("crates.io", "old", "1.0.0")).Findings
		if len(found) != 1 || found[0].Unmaintained != want {
			t.Errorf("%s gives %+v", specific, found)
		}
	}
}

func TestUnmatchedPackagesMakeCountsLowerBounds(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("npm", "a", "1.0.0"), advisorytest.Package("NuGet", "b", "1")}
	result := advisory.Result{Unmatched: []advisory.Unmatched{{Ecosystem: "NuGet", Cause: observation.CauseNoDatabase, Packages: 1}}}
	measures := advisory.Measures(result, packages, nil, at, "test")
	m := measured(t, measures, "advisories.findings")
	if m.Bound != observation.AtLeast || !strings.Contains(m.Detail, "NuGet") {
		t.Errorf("got %+v", m)
	}
	if lag := measured(t, measures, "advisories.oldest-fixable-days"); lag.State != observation.Unknown {
		t.Errorf("the patch lag of packages that could not be matched is %+v", lag)
	}
	all := advisory.Measures(result, packages[1:], nil, at, "test")
	if m := measured(t, all, "advisories.findings"); m.State != observation.Unknown || m.Cause != observation.CauseNoDatabase {
		t.Errorf("where nothing could be matched: %+v", m)
	}
}

func TestNoPackagesDoNotCountAsClean(t *testing.T) {
	measures := advisory.Measures(advisory.Result{}, nil, nil, at, "test")
	if m := measured(t, measures, "advisories.findings"); m.State != observation.NotApplicable {
		t.Errorf("got %+v", m)
	}
	gap := []observation.Note{{Cause: observation.CauseMissingObjects, Subject: "package-lock.json", Message: "missing"}}
	weakened := advisory.WithGaps(measures, gap)
	for _, id := range []string{"advisories.findings", "inventory.packages"} {
		if m := measured(t, weakened, id); m.State != observation.Unknown || m.Cause != observation.CauseMissingObjects {
			t.Errorf("with a manifest missing, %s is %+v", id, m)
		}
	}
	if m := measured(t, measures, "advisories.findings"); m.State != observation.NotApplicable {
		t.Error("WithGaps changed its input")
	}
	unlocked := []observation.Note{{Cause: observation.CauseUnsupported, Subject: "build.gradle", Message: "no lockfile"}}
	if m := measured(t, advisory.WithGaps(measures, unlocked), "advisories.findings"); m.State != observation.Unknown {
		t.Errorf("with a manifest that has no lockfile: %+v", m)
	}
}

func TestGapsMakeCountsLowerBounds(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("npm", "a", "1.0.0")}
	measures := advisory.WithGaps(advisory.Measures(advisory.Result{}, packages, nil, at, "test"),
		[]observation.Note{{Cause: observation.CauseBroken, Subject: "pom.xml", Message: "pom.xml does not parse"}})
	m := measured(t, measures, "advisories.findings")
	if m.Bound != observation.AtLeast || !strings.Contains(m.Detail, "pom.xml") {
		t.Errorf("got %+v", m)
	}
	var many []observation.Note
	for _, name := range []string{"a.gemspec", "b.cabal", "c.opam", "d.nimble", "e.rockspec"} {
		many = append(many, observation.Note{Cause: observation.CauseUnsupported, Subject: name, Message: name + " is not read"})
	}
	m = measured(t, advisory.WithGaps(advisory.Measures(advisory.Result{}, packages, nil, at, "test"), many), "advisories.findings")
	if !strings.Contains(m.Detail, "a.gemspec is not read; b.cabal") || !strings.Contains(m.Detail, "and 2 more gaps") {
		t.Errorf("gaps are not named and counted: %q", m.Detail)
	}
}

func TestOverdueIsWhatRunsAndHasHadAFixForMoreThanAYear(t *testing.T) {
	runs, builds, both := advisorytest.Package("npm", "a", "1.0.0"), advisorytest.Package("npm", "b", "1.0.0"), advisorytest.Package("npm", "c", "1.0.0")
	builds.Groups, both.Groups = []string{"dev"}, []string{"dev"}
	again := both
	again.Groups, again.Path = nil, "another manifest"
	undated := finding("a", "U", "high", "2.0.0", at)
	undated.Published = time.Time{}
	named := func(cve string) observation.Finding {
		f := undated
		f.Aliases = []string{cve}
		return f
	}
	for name, c := range map[string]struct {
		findings         []observation.Finding
		runTime, overdue float64
		bound            observation.Bound
	}{
		"for development alone":       {findings: []observation.Finding{finding("b", "X", "high", "2.0.0", at.AddDate(-3, 0, 0))}},
		"in another manifest it runs": {findings: []observation.Finding{finding("c", "X", "high", "2.0.0", at.AddDate(-3, 0, 0))}, runTime: 1, overdue: 1},
		"a year to the day":           {findings: []observation.Finding{finding("a", "X", "high", "2.0.0", at.AddDate(0, 0, -365))}, runTime: 1},
		"a day longer":                {findings: []observation.Finding{finding("a", "X", "high", "2.0.0", at.AddDate(0, 0, -366))}, runTime: 1, overdue: 1},
		"no fix":                      {findings: []observation.Finding{finding("a", "X", "high", "", at.AddDate(-3, 0, 0))}},
		"not severe":                  {findings: []observation.Finding{finding("a", "X", "medium", "2.0.0", at.AddDate(-3, 0, 0))}},
		"a CVE of long ago":           {findings: []observation.Finding{named(fmt.Sprintf("CVE-%d-1", at.Year()-3))}, runTime: 1, overdue: 1},
		"a CVE of this year":          {findings: []observation.Finding{named(fmt.Sprintf("CVE-%d-1", at.Year()))}, runTime: 1},
		"a CVE of last year":          {findings: []observation.Finding{named(fmt.Sprintf("CVE-%d-1", at.Year()-1))}, runTime: 1, bound: observation.AtLeast},
		"nobody says since when":      {findings: []observation.Finding{undated}, runTime: 1, bound: observation.AtLeast},
	} {
		measures := advisory.Measures(advisory.Result{Findings: c.findings}, []observation.Package{runs, builds, both, again}, nil, at, "test")
		if m := measured(t, measures, "advisories.run-time-fixable"); m.Value != c.runTime || m.Bound != observation.Exact {
			t.Errorf("%s: in what runs %+v, want %v", name, m, c.runTime)
		}
		if m := measured(t, measures, "advisories.run-time-overdue"); m.Value != c.overdue || m.Bound != c.bound {
			t.Errorf("%s: overdue %+v, want %v %s", name, m, c.overdue, c.bound)
		}
	}
}

// No rating is no low rating: what may be serious makes the counts of serious ones lower bounds.
func TestAdvisoriesWithoutARatingLeaveTheSeriousOnesOpen(t *testing.T) {
	packages := []observation.Package{advisorytest.Package("npm", "a", "1.0.0")}
	unrated := finding("a", "X-1", "unknown", "2", at.AddDate(-2, 0, 0))
	rated := finding("a", "X-2", "low", "2", at.AddDate(-2, 0, 0))
	for _, test := range []struct {
		name     string
		findings []observation.Finding
		bound    observation.Bound
		lag      observation.State
	}{
		{"none has a rating", []observation.Finding{unrated}, observation.AtLeast, observation.Unknown},
		{"a record with another name rates it", []observation.Finding{unrated, {Package: packages[0], Advisory: "X-3", Aliases: []string{"X-1"}, Severity: "low", FixedIn: "2", Exploited: unrated.Exploited}},
			observation.Exact, observation.NotApplicable},
		{"rated low", []observation.Finding{rated}, observation.Exact, observation.NotApplicable},
	} {
		measures := advisory.Measures(advisory.Result{Findings: test.findings}, packages, nil, at, "test")
		for _, id := range []string{observation.AdvisoriesCriticalHigh, observation.AdvisoriesFixableCriticalHigh, observation.AdvisoriesRunTimeFixable, observation.AdvisoriesRunTimeOverdue} {
			if m := measured(t, measures, id); m.Value != 0.0 || m.Bound != test.bound {
				t.Errorf("%s: %s is %v, bound %q, want 0, %q", test.name, id, m.Value, m.Bound, test.bound)
			}
		}
		if m := measured(t, measures, observation.AdvisoriesOldestFixableDays); m.State != test.lag {
			t.Errorf("%s: the patch lag is %s, want %s", test.name, m.State, test.lag)
		}
	}
}

// One vulnerability in five copies of a library is one.
func TestAnExploitedVulnerabilityCountsOnceInHoweverManyPackages(t *testing.T) {
	yes := true
	var findings []observation.Finding
	var packages []observation.Package
	for _, version := range []string{"1.0.0", "1.1.0"} {
		p := advisorytest.Package("npm", "a", version)
		packages = append(packages, p)
		findings = append(findings, observation.Finding{Package: p, Advisory: "X-" + version, Aliases: []string{"CVE-2020-11023"}, Severity: "high", Exploited: &yes})
	}
	measures := advisory.Measures(advisory.Result{Findings: findings}, packages, nil, at, "test")
	if exploited, all := measured(t, measures, observation.AdvisoriesExploited).Value, measured(t, measures, observation.AdvisoriesFindings).Value; exploited != 1.0 || all != 2.0 {
		t.Errorf("%v exploited of %v, want 1 of 2", exploited, all)
	}
}

// TestUsesSayWhatRuns: the distinct packages of an inventory have lost their groups, so
// what they are used for is told beside them.
func TestUsesSayWhatRuns(t *testing.T) {
	runs, builds := finding("a", "X", "high", "2.0.0", at.AddDate(-3, 0, 0)), finding("b", "Y", "high", "2.0.0", at.AddDate(-3, 0, 0))
	measures := advisory.Measures(advisory.Result{Findings: []observation.Finding{runs, builds}}, []observation.Package{runs.Package, builds.Package},
		[]observation.Use{observation.UsedDirectly, observation.ForDevelopment}, at, "test")
	for id, want := range map[string]float64{"advisories.fixable-critical-high": 2, "advisories.run-time-fixable": 1, "advisories.run-time-overdue": 1} {
		if m := measured(t, measures, id); m.Value != want {
			t.Errorf("%s is %+v, want %v", id, m, want)
		}
	}
}
