package policy

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

var asOf = time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)

var defs = []observation.Definition{
	{ID: "momentum.days-since-commit", Name: "Days since the last commit", Kind: observation.KindNumber, Unit: "days"},
	{ID: "people.contributors-6m", Name: "Contributors in 6 months", Kind: observation.KindNumber, Unit: "people"},
	{ID: "license.file", Name: "Licence file", Kind: observation.KindBool},
	{ID: "license.spdx", Name: "Licence found", Kind: observation.KindList},
	{ID: "maintenance.type", Name: "Maintenance", Kind: observation.KindText},
	{ID: findingsMeasure, Name: "Open advisories", Kind: observation.KindNumber, Unit: "findings"},
	{ID: observation.InventoryPackages, Name: "Packages listed", Kind: observation.KindNumber, Unit: "packages"},
	{ID: observation.AdvisoriesUnmatched, Name: "Packages not matched", Kind: observation.KindNumber, Unit: "packages"},
	{ID: "momentum.commits-3m", Name: "Commits in 3 months", Kind: observation.KindNumber, Unit: "commits"},
	{ID: "momentum.commits-12m", Name: "Commits in 12 months", Kind: observation.KindNumber, Unit: "commits"},
	{ID: "momentum.releases-12m", Name: "Releases in 12 months", Kind: observation.KindNumber, Unit: "releases"},
	{ID: "momentum.age-days", Name: "Age", Kind: observation.KindNumber, Unit: "days"},
	{ID: "license.on-list", Name: "On the list", Kind: observation.KindBool},
	{ID: "governance.security-policy", Name: "Security policy", Kind: observation.KindBool},
	{ID: "forge.archived", Name: "Archived", Kind: observation.KindBool},
	{ID: "posture.maintained", Name: "Scorecard: Maintained", Kind: observation.KindNumber, Unit: "points of 10"},
}

func def(id string) observation.Definition {
	for _, d := range defs {
		if d.ID == id {
			return d
		}
	}
	return observation.Definition{ID: id}
}

// evaluated is the answer to one condition, whose lines after its id are given.
func evaluated(t *testing.T, condition string, s Subject) ConditionResult {
	t.Helper()
	text := "version: 1\nid: test\nconditions:\n  - id: one\n"
	for line := range strings.Lines(condition) {
		text += "    " + line
	}
	p, err := Load([]byte(text), "test.yaml", defs)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	s.AsOf = asOf
	return p.Evaluate(s).Conditions[0]
}

func of(id string, value any, bound observation.Bound) Subject {
	m := def(id).Of(value, "test", asOf)
	m.Bound = bound
	return Subject{Measures: []observation.Measure{m}}
}

func TestAConditionOnAMeasurePassesOnlyWhereItIsSure(t *testing.T) {
	days := "measure: momentum.days-since-commit\noperator: '<='\nthreshold: 90\nunit: days"
	people := "measure: people.contributors-6m\noperator: '>='\nthreshold: 3\nunit: people"
	mit := "measure: license.spdx\noperator: among\nthreshold: [MIT, Apache-2.0]"
	unknown := Subject{Measures: []observation.Measure{def("people.contributors-6m").UnknownFor(observation.CauseOffline, "")}}
	absent := Subject{Measures: []observation.Measure{def("momentum.days-since-commit").NotApplicableFor("")}}
	inconclusive := Subject{Measures: []observation.Measure{def("posture.maintained").NotApplicableFor("no workflows")}}
	unhosted := Subject{Measures: []observation.Measure{def("forge.archived").NotApplicableFor("no public host")}}
	for name, c := range map[string]struct {
		condition string
		subject   Subject
		want      Outcome
	}{
		"within":                               {days, of("momentum.days-since-commit", 90, ""), Pass},
		"beyond":                               {days, of("momentum.days-since-commit", 91, ""), Fail},
		"at least more":                        {days, of("momentum.days-since-commit", 91, observation.AtLeast), Fail},
		"at least less":                        {days, of("momentum.days-since-commit", 5, observation.AtLeast), Unknown},
		"at least enough":                      {people, of("people.contributors-6m", 3, observation.AtLeast), Pass},
		"unknown":                              {people, unknown, Unknown},
		"not in the report":                    {people, Subject{}, Unknown},
		"does not apply":                       {days, absent, Fail},
		"a check that does not apply":          {"measure: posture.maintained\noperator: '>='\nthreshold: 5\nunit: points of 10", inconclusive, Unknown},
		"what no forge can say":                {"measure: forge.archived\noperator: is\nthreshold: false", unhosted, Unknown},
		"needs what no forge can say":          {"unseen: open it\nneeds: {measure: forge.archived, operator: is, threshold: false}", unhosted, Unknown},
		"not, of unknown":                      {"not: {measure: license.file, operator: is, threshold: true}", Subject{}, Unknown},
		"not, of true":                         {"not: {measure: license.file, operator: is, threshold: true}", of("license.file", true, ""), Fail},
		"a text":                               {"measure: maintenance.type\noperator: is\nthreshold: internal", of("maintenance.type", "Internal", ""), Pass},
		"all of a list allowed":                {mit, of("license.spdx", []string{"MIT", "apache-2.0"}, ""), Pass},
		"one of a list not":                    {mit, of("license.spdx", []string{"MIT", "WTFPL"}, ""), Fail},
		"an empty list":                        {mit, of("license.spdx", []string{}, ""), Fail},
		"a list read in part":                  {mit, of("license.spdx", []string{"MIT"}, observation.AtLeast), Unknown},
		"one of a list read in part not":       {mit, of("license.spdx", []string{"WTFPL"}, observation.AtLeast), Fail},
		"any, one passes":                      {"any:\n  - " + oneLine(people) + "\n  - " + oneLine(days), of("momentum.days-since-commit", 1, ""), Pass},
		"any, one fails, one unknown":          {"any:\n  - " + oneLine(people) + "\n  - " + oneLine(days), of("momentum.days-since-commit", 100, ""), Unknown},
		"all, one fails, one unknown":          {"all:\n  - " + oneLine(people) + "\n  - " + oneLine(days), of("momentum.days-since-commit", 100, ""), Fail},
		"all, one passes, one unknown":         {"all:\n  - " + oneLine(people) + "\n  - " + oneLine(days), of("momentum.days-since-commit", 1, ""), Unknown},
		"unseen":                               {"unseen: nobody can see it", Subject{}, Unknown},
		"unseen, and what it needs is there":   {"unseen: x\nneeds: " + oneLine(people), of("people.contributors-6m", 5, ""), Unknown},
		"unseen, and what it needs is not":     {"unseen: x\nneeds: " + oneLine(people), of("people.contributors-6m", 1, ""), Fail},
		"unseen, and what is enough is there":  {"unseen: x\nenough: " + oneLine(people), of("people.contributors-6m", 5, ""), Pass},
		"unseen, and what is enough is not":    {"unseen: x\nenough: " + oneLine(people), of("people.contributors-6m", 1, ""), Unknown},
		"unseen, and what is enough is unsure": {"unseen: x\nenough: " + oneLine(people) + "\nneeds: " + oneLine(people), Subject{}, Unknown},
	} {
		if got := evaluated(t, c.condition, c.subject); got.Outcome != c.want || got.Because == "" {
			t.Errorf("%s: %s (%s), want %s", name, got.Outcome, got.Because, c.want)
		}
	}
}

func TestAResultHasItsNumbersAsThePagesHaveThem(t *testing.T) {
	for _, c := range []struct {
		id, unit, want string
		value          float64
		bound          observation.Bound
	}{
		{"posture.maintained", "points of 10", "Scorecard: Maintained: 1 point of 10; wanted at least 5.", 1, observation.Exact},
		{"posture.maintained", "points of 10", "Scorecard: Maintained: 3 points of 10; wanted at least 5.", 3, observation.Exact},
		{"people.contributors-6m", "people", "Contributors in 6 months: at least 1 person; wanted at least 5.", 1, observation.AtLeast},
	} {
		condition := "measure: " + c.id + "\noperator: '>='\nthreshold: 5\nunit: " + c.unit
		if got := evaluated(t, condition, of(c.id, c.value, c.bound)).Because; got != c.want {
			t.Errorf("says %q, want %q", got, c.want)
		}
	}
}

// What was not seen in the part that was read is no "no".
func TestAResultSaysOfABoundThatItWasNotSeenSoFar(t *testing.T) {
	for condition, c := range map[string]struct {
		subject Subject
		want    string
	}{
		"measure: governance.security-policy\noperator: is\nthreshold: true": {
			of("governance.security-policy", false, observation.AtLeast), "Security policy: not seen so far; wanted yes."},
		"measure: license.spdx\noperator: has\nthreshold: [MIT]": {
			of("license.spdx", []string{}, observation.AtLeast), "Licence found: not seen so far; wanted one of MIT."},
	} {
		if got := evaluated(t, condition, c.subject); got.Outcome != Unknown || got.Because != c.want {
			t.Errorf("%s: %s, says %q, want %q", condition, got.Outcome, got.Because, c.want)
		}
	}
}

func oneLine(condition string) string {
	return "{" + strings.ReplaceAll(condition, "\n", ", ") + "}"
}

func TestStagesAndLevelsThatAreOpenAreUnknown(t *testing.T) {
	v := func(stage assess.Stage, possible ...assess.Stage) Subject {
		return Subject{Verdict: assess.Verdict{Stage: stage, Possible: possible,
			Supports: []assess.Pillar{{ID: assess.People, Level: assess.LevelUnknown, Possible: []assess.Level{assess.Fair, assess.Weak}}}}}
	}
	for name, c := range map[string]struct {
		condition string
		subject   Subject
		want      Outcome
	}{
		"the stage":                {"stage: [sustained, emerging]", v(assess.Sustained, assess.Sustained), Pass},
		"another stage":            {"stage: sustained", v(assess.Fading, assess.Fading), Fail},
		"a stage that may change":  {"stage: sustained", v(assess.Sustained, assess.Sustained, assess.MessyMiddle), Unknown},
		"not assessed":             {"stage: sustained", v(assess.Unassessed, assess.Sustained), Unknown},
		"a level that may be":      {"level: people\nin: [strong, fair]", v(assess.Sustained), Unknown},
		"both levels wanted":       {"level: people\nin: [strong, fair, weak]", v(assess.Sustained), Pass},
		"no level wanted":          {"level: people\nin: [missing]", v(assess.Sustained), Fail},
		"a pillar that nobody saw": {"level: funding\nin: [strong]", v(assess.Sustained), Unknown},
	} {
		if got := evaluated(t, c.condition, c.subject); got.Outcome != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Outcome, got.Because, c.want)
		}
	}
}

func TestFindingsCountOnceAndWhatWasNotMatchedIsUnknown(t *testing.T) {
	finding := func(id, pkg, severity string, change ...func(*observation.Finding)) observation.Finding {
		f := observation.Finding{Advisory: id, Severity: observation.Severity(severity), Package: observation.Package{Ecosystem: "npm", Name: pkg, Version: "1"}}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	alias := func(ids ...string) func(*observation.Finding) {
		return func(f *observation.Finding) { f.Aliases = ids }
	}
	fixed := func(f *observation.Finding) { f.FixedIn = "2" }
	direct := func(f *observation.Finding) { f.Package.Relation = observation.Direct }
	transitive := func(f *observation.Finding) { f.Package.Relation = observation.Transitive }
	listed := func(is bool) func(*observation.Finding) {
		return func(f *observation.Finding) { f.Exploited = &is }
	}
	old := func(f *observation.Finding) { f.Published = asOf.AddDate(0, 0, -100) }
	good := func(bound observation.Bound, findings ...observation.Finding) Subject {
		s := of(findingsMeasure, len(findings), bound)
		s.Findings = findings
		return s
	}
	unmatched := Subject{Measures: []observation.Measure{def(findingsMeasure).UnknownFor(observation.CauseNoDatabase, "")}}
	none := func(packages ...observation.Measure) Subject {
		return Subject{Measures: append(packages, def(findingsMeasure).NotApplicableFor("no packages"))}
	}
	listed0 := def(observation.InventoryPackages).Of(0, "test", asOf)
	inPart := listed0
	inPart.Bound = observation.AtLeast
	high := "findings: {severity: [critical, high]}\nat-most: 0"
	for name, c := range map[string]struct {
		condition string
		subject   Subject
		want      Outcome
	}{
		"none":                            {high, good(""), Pass},
		"nothing to match":                {high, none(listed0), Pass},
		"nobody read the packages":        {high, none(), Unknown},
		"packages were read in part":      {high, none(inPart), Unknown},
		"packages could not be read":      {high, none(def(observation.InventoryPackages).UnknownFor(observation.CauseUnsupported, "")), Unknown},
		"nothing matched":                 {high, unmatched, Unknown},
		"never looked":                    {high, Subject{}, Unknown},
		"matched in part":                 {high, good(observation.AtLeast), Unknown},
		"matched in part and found":       {high, good(observation.AtLeast, finding("A", "p", "high")), Fail},
		"found":                           {high, good("", finding("A", "p", "critical")), Fail},
		"of lower severity":               {high, good("", finding("A", "p", "low")), Pass},
		"not rated":                       {high, good("", finding("A", "p", "unknown")), Unknown},
		"rated by one of two records":     {high, good("", finding("A", "p", "unknown", alias("CVE-1")), finding("B", "p", "low", alias("CVE-1"))), Pass},
		"two records, one vulnerability":  {"findings: {}\nat-most: 1", good("", finding("A", "p", "high", alias("CVE-1")), finding("B", "p", "high", alias("CVE-1"))), Pass},
		"two vulnerabilities":             {"findings: {}\nat-most: 1", good("", finding("A", "p", "high"), finding("B", "p", "high")), Fail},
		"fixable, and no fix":             {"findings: {fixable: true}\nat-most: 0", good("", finding("A", "p", "high")), Pass},
		"fixable":                         {"findings: {fixable: true}\nat-most: 0", good("", finding("A", "p", "high", fixed)), Fail},
		"direct, and nobody says":         {"findings: {relation: direct}\nat-most: 0", good("", finding("A", "p", "high")), Unknown},
		"direct, and it is not":           {"findings: {relation: direct}\nat-most: 0", good("", finding("A", "p", "high", transitive)), Pass},
		"direct":                          {"findings: {relation: direct}\nat-most: 0", good("", finding("A", "p", "high", direct)), Fail},
		"exploited, and nobody looked":    {"findings: {exploited: true}\nat-most: 0", good("", finding("A", "p", "high")), Unknown},
		"exploited, and not listed":       {"findings: {exploited: true}\nat-most: 0", good("", finding("A", "p", "high", listed(false))), Pass},
		"exploited":                       {"findings: {exploited: true}\nat-most: 0", good("", finding("A", "p", "high", listed(true))), Fail},
		"malicious, and it is not":        {"findings: {malicious: true}\nat-most: 0", good("", finding("A", "p", "high")), Pass},
		"old, and nobody says since when": {"findings: {older-than-days: 90}\nat-most: 0", good("", finding("A", "p", "high")), Unknown},
		"old":                             {"findings: {older-than-days: 90}\nat-most: 0", good("", finding("A", "p", "high", old)), Fail},
		"not so old":                      {"findings: {older-than-days: 120}\nat-most: 0", good("", finding("A", "p", "high", old)), Pass},
		"excepted by its alias":           {"findings: {except: [{advisory: CVE-1, because: not reached}]}\nat-most: 0", good("", finding("A", "p", "high", alias("CVE-1"))), Pass},
		"excepted until today":            {"findings: {except: [{advisory: A, because: not reached, until: 2026-06-30}]}\nat-most: 0", good("", finding("A", "p", "high")), Pass},
		"excepted until yesterday":        {"findings: {except: [{advisory: A, because: not reached, until: 2026-06-29}]}\nat-most: 0", good("", finding("A", "p", "high")), Fail},
	} {
		if got := evaluated(t, c.condition, c.subject); got.Outcome != c.want || got.Because == "" {
			t.Errorf("%s: %s (%s), want %s", name, got.Outcome, got.Because, c.want)
		}
	}
}

func TestAPolicyPassesWhereAllDoAndFailsWhereOneDoes(t *testing.T) {
	text := "version: 1\nid: x\nconditions:\n"
	for i, c := range []string{"license.file", "maintenance.type"} {
		value := []string{"true", "internal"}[i]
		text += fmt.Sprintf("  - {id: c%d, measure: %s, operator: is, threshold: %s, remedy: do it}\n", i, c, value)
	}
	p, err := Load([]byte(text), "x.yaml", defs)
	if err != nil {
		t.Fatal(err)
	}
	licence := func(is bool) observation.Measure { return def("license.file").Of(is, "", asOf) }
	kind := def("maintenance.type").Of("internal", "", asOf)
	for _, c := range []struct {
		measures []observation.Measure
		want     Outcome
	}{
		{[]observation.Measure{licence(true), kind}, Pass},
		{[]observation.Measure{licence(false), kind}, Fail},
		{[]observation.Measure{licence(false)}, Fail},
		{[]observation.Measure{licence(true)}, Unknown},
		{nil, Unknown},
	} {
		r := p.Evaluate(Subject{Measures: c.measures})
		if r.Outcome != c.want {
			t.Errorf("%v: %s, want %s", c.measures, r.Outcome, c.want)
		}
		for _, a := range r.Conditions {
			if (a.Remedy != "") != (a.Outcome == Fail) {
				t.Errorf("%s ends %s with the remedy %q", a.ID, a.Outcome, a.Remedy)
			}
		}
	}
}

func TestAGoodThatWasSeenLongAgoNeitherPassesNorFails(t *testing.T) {
	for _, value := range []bool{true, false} {
		s := of("license.file", value, "")
		s.Verdict.Stale, s.Verdict.ObservedUntil = true, asOf.AddDate(-2, 0, 0)
		got := evaluated(t, "measure: license.file\noperator: is\nthreshold: true", s)
		if got.Outcome != Unknown || !strings.Contains(got.Because, "last seen on 2024-06-30") {
			t.Errorf("%s (%s), want unknown", got.Outcome, got.Because)
		}
	}
}

func TestEveryMistakeIsNamedWithItsLine(t *testing.T) {
	const head = "version: 1\nid: x\nconditions:\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":                {"", "is empty"},
		"no YAML":              {"a: [", "did not find"},
		"no mapping":           {"- a", "line 1: a policy must have fields"},
		"another version":      {"version: 2\nid: x\nconditions: [{id: a, unseen: x}]", `version is "2"`},
		"no id":                {"version: 1\nconditions: [{id: a, unseen: x}]", "the policy has no id"},
		"no conditions":        {"version: 1\nid: x", "no conditions"},
		"empty conditions":     {"version: 1\nid: x\nconditions: []", "line 3: want a list"},
		"unknown field":        {head + "  - id: a\n    unseen: x\n    treshold: 3", `line 6: a condition has no field "treshold"`},
		"a field twice":        {head + "  - {id: a, unseen: x, id: b}", `line 4: a condition has the field "id" twice`},
		"a condition twice":    {head + "  - {id: a, unseen: x}\n  - {id: a, unseen: x}", "line 5: the condition a stands twice"},
		"asks nothing":         {head + "  - {id: a}", "line 4: the condition a asks nothing"},
		"asks two things":      {head + "  - {id: a, unseen: x, stage: sustained}", "has stage and unseen"},
		"a field beside":       {head + "  - {id: a, unseen: x, unit: days}", "has the field unit, which stands beside measure only"},
		"unknown measure":      {head + "  - {id: a, measure: people.none, operator: '<', threshold: 1}", `line 4: the condition a reads the measure "people.none", which does not exist`},
		"no threshold":         {head + "  - {id: a, measure: people.contributors-6m, operator: '<', unit: people}", "line 4: the condition a has no threshold"},
		"wrong unit":           {head + "  - {id: a, measure: people.contributors-6m, operator: '<', threshold: 1, unit: days}", `has the unit "days"; people.contributors-6m is counted in "people"`},
		"no unit":              {head + "  - {id: a, measure: people.contributors-6m, operator: '<', threshold: 1}", `has the unit ""`},
		"wrong operator":       {head + "  - {id: a, measure: license.file, operator: '<', threshold: 1}", "compares a bool"},
		"wrong threshold":      {head + "  - {id: a, measure: people.contributors-6m, operator: '<', threshold: many, unit: people}", "compares a number"},
		"a number that is not": {head + "  - {id: a, measure: people.contributors-6m, operator: '<', threshold: NaN, unit: people}", "has no threshold"},
		"among a number":       {head + "  - {id: a, measure: people.contributors-6m, operator: among, threshold: [1]}", "compares a number by among"},
		"among nothing":        {head + "  - {id: a, measure: license.spdx, operator: among}", "has no threshold"},
		"findings without":     {head + "  - {id: a, findings: {severity: high}}", "line 4: the condition a has no threshold: at-most"},
		"unknown severity":     {head + "  - {id: a, findings: {severity: worst}, at-most: 0}", `no severity "worst"`},
		"tolerates all":        {head + "  - {id: a, findings: {}, at-most: 0, tolerate: {unmatched-percent: 100}}", "asks nothing"},
		"tolerates otherwise":  {head + "  - {id: a, findings: {}, at-most: 0, tolerate: {all: true}}", `tolerate has no field "all"`},
		"below zero":           {head + "  - {id: a, findings: {}, at-most: -1}", "no number of zero or more"},
		"false":                {head + "  - {id: a, findings: {fixable: false}, at-most: 0}", "want true"},
		"an empty exception":   {head + "  - {id: a, findings: {except: [{advisory: A}]}, at-most: 0}", "an exception needs an advisory and because"},
		"no day":               {head + "  - {id: a, findings: {except: [{advisory: A, because: b, until: soon}]}, at-most: 0}", "no day like"},
		"unknown stage":        {head + "  - {id: a, stage: unassessed}", `no stage "unassessed"`},
		"unknown pillar":       {head + "  - {id: a, level: luck, in: [fair]}", `no level of "luck"`},
		"unknown level":        {head + "  - {id: a, level: people, in: [great]}", `no level "great"`},
		"a level without":      {head + "  - {id: a, level: people}", "has no threshold: in"},
		"deep inside":          {head + "  - id: a\n    any:\n      - not:\n          measure: people.none", `line 7: a test reads the measure "people.none"`},
	} {
		_, err := Load([]byte(c.text), "ours.yaml", defs)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// inventory is a good whose packages were counted.
func inventory(listed, unmatched float64, bound observation.Bound, findings ...observation.Finding) Subject {
	s := Subject{Findings: findings}
	for id, n := range map[string]float64{observation.InventoryPackages: listed, observation.AdvisoriesUnmatched: unmatched, findingsMeasure: float64(len(findings))} {
		m := def(id).Of(n, "test", asOf)
		m.Bound = bound
		if id == findingsMeasure && unmatched > 0 {
			m.Bound = observation.AtLeast
		}
		s.Measures = append(s.Measures, m)
	}
	return s
}

// TestWhatIsKnownAnswersWithinAStatedTolerance guards that one package without a version
// leaves nothing unknown where the policy says so, and everything where it does not.
func TestWhatIsKnownAnswersWithinAStatedTolerance(t *testing.T) {
	yes := true
	bad := observation.Finding{Advisory: "A", Exploited: &yes, Package: observation.Package{Ecosystem: "npm", Name: "x", Version: "1"}}
	strict := "findings: {exploited: true}\nat-most: 0"
	lenient := strict + "\ntolerate: {unmatched-percent: 10, unlisted: true}"
	listed := strict + "\ntolerate: {unmatched-percent: 10}"
	unread := inventory(100, 1, observation.AtLeast)
	unread.Unread = 1
	for name, c := range map[string]struct {
		condition string
		subject   Subject
		want      Outcome
		tolerated string
	}{
		"all matched":                    {lenient, inventory(2334, 0, ""), Pass, ""},
		"one not matched":                {lenient, inventory(2334, 1, ""), Pass, "1 of 2334 packages not matched"},
		"one not matched, strict":        {strict, inventory(2334, 1, ""), Unknown, ""},
		"more than tolerated":            {lenient, inventory(100, 11, ""), Unknown, ""},
		"as many as tolerated":           {lenient, inventory(100, 10, ""), Pass, "10 of 100 packages not matched"},
		"not all listed":                 {lenient, inventory(100, 0, observation.AtLeast), Pass, "not every package listed"},
		"not all listed, not tolerated":  {listed, inventory(100, 0, observation.AtLeast), Unknown, ""},
		"nothing matched":                {lenient, inventory(5, 5, ""), Unknown, ""},
		"nothing listed that is known":   {lenient, Subject{}, Unknown, ""},
		"a repository was not read":      {lenient, unread, Unknown, ""},
		"exploited among what is known":  {lenient, inventory(100, 1, "", bad), Fail, "1 of 100 packages not matched"},
		"none listed, and some unlisted": {lenient, inventory(0, 0, observation.AtLeast), Unknown, ""},
	} {
		got := evaluated(t, c.condition, c.subject)
		if got.Outcome != c.want || got.Evidence[0].Tolerated != c.tolerated {
			t.Errorf("%s: %s, tolerated %q (%s), want %s, %q", name, got.Outcome, got.Evidence[0].Tolerated, got.Because, c.want, c.tolerated)
		}
	}
}

// TestAPolicyIsPartialWhereAllThatCanBeSeenPasses guards that a condition which nobody can
// see neither hides the others nor makes a pass.
func TestAPolicyIsPartialWhereAllThatCanBeSeenPasses(t *testing.T) {
	const head = "version: 1\nid: test\nconditions:\n  - {id: file, measure: license.file, operator: is, threshold: true}\n"
	const unseen = "  - {id: forge, unseen: it stands in the forge}\n"
	const needing = "  - {id: team, unseen: the forge tells, needs: {measure: people.contributors-6m, operator: '>=', threshold: 2, unit: people}}\n"
	file := of("license.file", true, "")
	team := of("license.file", true, "")
	team.Measures = append(team.Measures, def("people.contributors-6m").Of(3.0, "test", asOf))
	stale := of("license.file", true, "")
	stale.Verdict.Stale = true
	for name, c := range map[string]struct {
		conditions string
		subject    Subject
		want       Outcome
		unseen     int
	}{
		"all pass":                         {"", file, Pass, 0},
		"one cannot be seen":               {unseen, file, Partial, 1},
		"what it needs is not known":       {needing, file, Unknown, 0},
		"what it needs is there":           {needing, team, Partial, 1},
		"one fails":                        {unseen, of("license.file", false, ""), Fail, 1},
		"one is unknown that could be had": {unseen, Subject{}, Unknown, 1},
		"seen too long ago":                {unseen, stale, Unknown, 1},
	} {
		p, err := Load([]byte(head+c.conditions), "test.yaml", defs)
		if err != nil {
			t.Fatal(err)
		}
		c.subject.AsOf = asOf
		if got := p.Evaluate(c.subject); got.Outcome != c.want || got.CountUnseen() != c.unseen {
			t.Errorf("%s: %s, %d unseen (%s)", name, got.Outcome, got.CountUnseen(), got.Summary())
		}
	}
	for _, c := range [][3]Outcome{{Pass, Partial, Partial}, {Unknown, Partial, Unknown}, {Fail, Pass, Fail}, {"", Pass, Pass}, {Unknown, Fail, Fail}} {
		if got := Worse(c[0], c[1]); got != c[2] {
			t.Errorf("of %q and %q %q decides", c[0], c[1], got)
		}
	}
}

// claim matches what is said of a condition that nobody sees and is not so of a good that
// was not read.
var claim = regexp.MustCompile(`unseen: "?(There (is|are)|No (file|release|document)) .*|.*Midspan has .*`)

// TestAPresetSaysWhatItNeverSees guards that no preset asks for what is never measured
// without saying so in its own description, and that it claims nothing of a good that nobody
// read.
func TestAPresetSaysWhatItNeverSees(t *testing.T) {
	for _, name := range Presets() {
		text, err := Text(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "unseen:") && !strings.Contains(text, "at best partial") {
			t.Errorf("%s has conditions that nobody sees, and its description does not say that it is at best partial", name)
		}
		if said := claim.FindString(text); said != "" {
			t.Errorf("%s says %q of what nobody read, too", name, said)
		}
		for _, never := range []string{"posture.branch-protection", "posture.code-review", "posture.signed-releases", "posture.vulnerabilities"} {
			if strings.Contains(text, never) {
				t.Errorf("%s asks for %s, which is never measured", name, never)
			}
		}
	}
}

func TestANameIsAnEmbeddedPolicyOrAFile(t *testing.T) {
	if _, err := Open("no-such-policy", defs); err == nil || !strings.Contains(err.Error(), "embedded are adoption,") {
		t.Errorf("a name that is neither says %v", err)
	}
	if _, err := Text("nothing"); err == nil {
		t.Error("an unknown name has a text")
	}
}

// Sixteen days until the mirror was seen are no sixteen days until today.
func TestDaysUntilNowAreUnknownWhereNobodyLookedForLonger(t *testing.T) {
	condition := "measure: momentum.days-since-commit\noperator: '<='\nthreshold: 90\nunit: days"
	for _, test := range []struct {
		days, missed int
		want         Outcome
		says         string
	}{
		{16, 0, Pass, "wanted at most 90."},
		{16, 10, Pass, "as of"},
		{85, 10, Unknown, "What happened in the 10 days since is not known."},
		{16, 210, Unknown, "What happened in the 210 days since is not known."},
		{400, 10, Fail, "as of"},
		{400, 210, Unknown, "What happened in the 210 days since is not known."},
	} {
		s := of("momentum.days-since-commit", float64(test.days), observation.Exact)
		s.Measures[0].At = asOf.AddDate(0, 0, -test.missed)
		got := evaluated(t, condition, s)
		if got.Outcome != test.want || !strings.Contains(got.Because, test.says) {
			t.Errorf("%d days, seen %d days ago: %s, %q", test.days, test.missed, got.Outcome, got.Because)
		}
	}
}

// A count over the last months speaks of the months before the mirror was seen. Where that is
// longer ago than those months, nothing is known of what the condition asks about.
func TestAWindowIsUnknownWhereNobodyLookedForLonger(t *testing.T) {
	for _, test := range []struct {
		id, unit, operator string
		threshold, value   float64
		missed             int
		want               Outcome
		says               string
	}{
		{"momentum.commits-3m", "commits", ">=", 5, 40, 0, Pass, "wanted at least 5."},
		{"momentum.commits-3m", "commits", ">=", 5, 40, 30, Pass, "That is as of 2026-"},
		{"momentum.commits-3m", "commits", ">=", 5, 40, 120, Unknown, "What happened in the 120 days since is not known."},
		{"momentum.commits-3m", "commits", ">=", 5, 0, 120, Unknown, "What happened in the 120 days since is not known."},
		{"people.contributors-6m", "people", ">=", 2, 9, 120, Pass, "That is as of 2026-"},
		{"people.contributors-6m", "people", ">=", 2, 9, 190, Unknown, "What happened in the 190 days since"},
		{"momentum.commits-12m", "commits", ">=", 5, 9, 190, Pass, "That is as of "},
		{"momentum.commits-12m", "commits", ">=", 5, 9, 370, Unknown, "What happened in the 370 days since"},
		{"momentum.releases-12m", "releases", "<=", 0, 0, 370, Unknown, "What happened in the 370 days since"},
		{"momentum.age-days", "days", ">=", 365, 900, 370, Pass, "wanted at least 365."}, // a repository grows no younger
	} {
		s := of(test.id, test.value, observation.Exact)
		s.Measures[0].At = asOf.AddDate(0, 0, -test.missed)
		condition := fmt.Sprintf("measure: %s\noperator: '%s'\nthreshold: %v\nunit: %s", test.id, test.operator, test.threshold, test.unit)
		got := evaluated(t, condition, s)
		if got.Outcome != test.want || !strings.Contains(got.Because, test.says) || test.missed == 0 && strings.Contains(got.Because, "as of") {
			t.Errorf("%s, seen %d days ago: %s, %q", test.id, test.missed, got.Outcome, got.Because)
		}
	}
}

func TestAStageAndALevelSayOfWhichDayTheySpeak(t *testing.T) {
	v := assess.Verdict{Stage: assess.Sustained, Possible: []assess.Stage{assess.Sustained}, ObservedUntil: asOf.AddDate(0, 0, -40),
		Supports: []assess.Pillar{{ID: assess.People, Level: assess.Fair, Possible: []assess.Level{assess.Fair}}}}
	for _, condition := range []string{"stage: sustained", "level: people\nin: [fair]"} {
		if got := evaluated(t, condition, Subject{Verdict: v}); got.Outcome != Pass || !strings.Contains(got.Because, "That is as of") {
			t.Errorf("%s: %s, %q", condition, got.Outcome, got.Because)
		}
	}
}

// What nobody listed or matched may be what the example asks for.
func TestTheExampleIsUnknownWhereTheInventoryIsNotWhole(t *testing.T) {
	p, err := Open("adoption", defs)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		subject Subject
		want    Outcome
	}{
		"all listed and matched": {inventory(100, 0, ""), Pass},
		"one not matched":        {inventory(100, 1, ""), Unknown},
		"not all listed":         {inventory(100, 0, observation.AtLeast), Unknown},
	} {
		c.subject.AsOf = asOf
		for _, got := range p.Evaluate(c.subject).Conditions {
			if strings.HasPrefix(got.ID, "no-") && got.Outcome != c.want {
				t.Errorf("%s: %s is %s (%s)", name, got.ID, got.Outcome, got.Because)
			}
		}
	}
}
