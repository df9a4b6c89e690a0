package evidence

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

var day = time.Date(2026, 11, 28, 23, 59, 59, 0, time.UTC)

func scan(t *testing.T, files map[string]string) map[string]observation.Measure {
	t.Helper()
	var commit gittest.Commit
	commit.Author, commit.When = "Ada Ore <ada@ore.example>", day.AddDate(0, -1, 0)
	for name, text := range files {
		commit.Files = append(commit.Files, gittest.File{Path: name, Data: text})
	}
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, commit)
	return scannertest.ByID(scannertest.Scan(t, Scanner{}, dir, day).Measures)
}

// TestFilesAreEvidence guards the table: add a line for a file that is misread.
func TestFilesAreEvidence(t *testing.T) {
	for _, c := range []struct{ file, text, measure, want string }{
		{"docs/architecture.md", "", observation.EvidenceDocuments, "architecture"},
		{"docs/adr/0001.md", "", observation.EvidenceDocuments, "architecture"},
		{"THREAT_MODEL.md", "", observation.EvidenceDocuments, "threat-model"},
		{"node_modules/a/THREAT_MODEL.md", "", observation.EvidenceDocuments, ""},
		{"src/deep/in/tree/threat-model.md", "", observation.EvidenceDocuments, ""},
		{".github/ISSUE_TEMPLATE/bug.yml", "", observation.EvidenceDocuments, "defect-guide"},
		{"README.md", "# X\n\n## Getting started\n\n```\n# Threat model\n```\n", observation.EvidenceDocuments, "user-guide"},
		{"README.rst", "X\n=\n\nRunning the tests\n-----------------\n", observation.EvidenceDocuments, "test-guide"},
		{"README.md", "We test nothing, and write of a threat model in no heading.", observation.EvidenceDocuments, ""},
		{"SECURITY.md", "Write to security@forge.example, in private. You hear from us within 3 days.", observation.EvidenceDocuments, "disclosure-time private-reporting security-contact"},
		{"CONTRIBUTING.md", "Please add unit tests.", observation.EvidenceDocuments, "changes-to-tests"},
		{"sbom.cdx.json", "{}", observation.EvidenceDocuments, "sbom"},
		{".vex/a.openvex.json", "{}", observation.EvidenceDocuments, "vex"},
		{"api/openapi.yaml", "", observation.EvidenceInterfaces, "OpenAPI"},
		{"input/fsh/patient.fsh", "", observation.EvidenceInterfaces, "FHIR"},
		{"publiccode.yml", "", observation.EvidenceInterfaces, "publiccode.yml"},
		{"openapi/readme.md", "", observation.EvidenceInterfaces, ""},
		{"docker-compose.yml", "environment:\n  AWS_REGION: x\n  # TWILIO_SID: y\n", observation.EvidenceServices, "Amazon Web Services"},
		{"deploy/main.tf", "provider \"azurerm\" {}", observation.EvidenceServices, "Microsoft Azure"},
		{"docker-compose.yml", "image: postgres", observation.EvidenceServices, ""},
		{"src/main.go", "AWS_REGION", observation.EvidenceServices, "not applicable"},
		{"README.md", "---\nlicense: cc-by-4.0\nsize_categories: [n<1K]\n---\n# Data\n", observation.DataCardFields, "licence size"},
		{"README.md", "---\nlicense: mit\n---\n", observation.DataCardFields, "not applicable"},
		{"data/datapackage.json", `{"licenses":[{"name":"x"}],"sources":[],"resources":[{"path":"a.csv"}]}`, observation.DataCardFields, "licence size"},
	} {
		m := scan(t, map[string]string{c.file: c.text, "z": "z"})[c.measure]
		got := string(m.State)
		if m.State == observation.NotApplicable {
			got = "not applicable"
		} else if list, ok := m.List(); ok {
			got = strings.Join(list, " ")
		}
		if got != c.want {
			t.Errorf("%s (%.30q) is evidence of %q, want %q: %s", c.file, c.text, got, c.want, m.Detail)
		}
	}
}

const insights = `header: {schema-version: 2.0.0, url: "http://forge.example/i"}
project:
  administrators: [{name: Ada Ore, email: ada@ore.example}]
  vulnerability-reporting: {reports-accepted: true, bug-bounty-available: false, contact: {name: Bo Lund, email: bo@lund.example}}
repository:
  status: active
  core-team: []
  documentation: {dependency-management-policy: "https://forge.example/d"}
`

func TestSecurityInsightsAreReadAndNobodyIsNamed(t *testing.T) {
	found := scan(t, map[string]string{".github/security-insights.yml": insights})
	fields, _ := found[observation.InsightsFields].List()
	if want := []string{"project.administrators", "project.vulnerability-reporting.contact", "project.vulnerability-reporting.reports-accepted",
		"repository.documentation.dependency-management-policy", "repository.status"}; !slices.Equal(fields, want) {
		t.Errorf("fields %v", fields)
	}
	if n, _ := found[observation.InsightsInsecureLinks].Number(); n != 1 || found[observation.InsightsFile].Value != true {
		t.Errorf("%v links, %v", n, found[observation.InsightsFile])
	}
	for id, m := range found {
		if strings.Contains(m.Detail, "Ore") || strings.Contains(m.Detail, "@") {
			t.Errorf("%s: %s", id, m.Detail)
		}
	}
}

// A file that is not read is not one that is not there.
func TestWhatIsTooLargeOrALinkIsNotNone(t *testing.T) {
	large := strings.Repeat("# long\n", maxText/7+1)
	is := func(m observation.Measure) string {
		if m.State == observation.Unknown {
			return string(m.State) + " " + string(m.Cause)
		}
		return strings.TrimSpace(string(m.State) + " " + string(m.Bound))
	}
	over := "unknown " + string(observation.CauseOverLimit)
	for _, c := range []struct {
		name  string
		files []gittest.File
		want  map[string]string
	}{
		{"insights", []gittest.File{{Path: "security-insights.yml", Data: insights + large}},
			map[string]string{observation.InsightsFile: over, observation.InsightsFields: over, observation.InsightsInsecureLinks: over}},
		{"insights beside others", []gittest.File{{Path: "security-insights.yml", Data: insights}, {Path: ".github/security-insights.yml", Data: large}},
			map[string]string{observation.InsightsFile: "measured", observation.InsightsFields: "measured at-least", observation.InsightsInsecureLinks: "measured at-least"}},
		{"services", []gittest.File{{Path: "docker-compose.yml", Data: large}}, map[string]string{observation.EvidenceServices: over}},
		{"readme", []gittest.File{{Path: "README.md", Data: large}}, map[string]string{observation.EvidenceDocuments: over, observation.DataCardFields: over}},
		{"a link", []gittest.File{{Path: "security-insights.yml", Data: "meta/si.yml", Mode: "120000"}, {Path: "meta/si.yml", Data: insights}},
			map[string]string{observation.InsightsFile: "measured", observation.InsightsFields: "measured"}},
		{"a link to a large file", []gittest.File{{Path: "security-insights.yml", Data: "meta/si.yml", Mode: "120000"}, {Path: "meta/si.yml", Data: large}},
			map[string]string{observation.InsightsFile: over}},
		{"a link to nowhere", []gittest.File{{Path: "security-insights.yml", Data: "meta/si.yml", Mode: "120000"}},
			map[string]string{observation.InsightsFile: "unknown " + string(observation.CauseBroken)}},
		{"a link to what is read", []gittest.File{{Path: "security-insights.yml", Data: ".github/security-insights.yml", Mode: "120000"}, {Path: ".github/security-insights.yml", Data: insights}},
			map[string]string{observation.InsightsInsecureLinks: "measured"}},
	} {
		dir := filepath.Join(t.TempDir(), "r.git")
		gittest.Import(t, dir, gittest.Commit{When: day.AddDate(0, -1, 0), Files: append(c.files, gittest.File{Path: "z", Data: "z"})})
		found := scannertest.ByID(scannertest.Scan(t, Scanner{}, dir, day).Measures)
		for id, want := range c.want {
			if got := is(found[id]); got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, id, got, want)
			}
		}
		if n, _ := found[observation.InsightsInsecureLinks].Number(); n > 1 {
			t.Errorf("%s: one link counts %v times", c.name, n)
		}
	}
}

func TestABrokenSecurityInsightsFileIsNone(t *testing.T) {
	for _, text := range []string{"header: [", "a: b", "- header", ""} {
		found := scan(t, map[string]string{"SECURITY-INSIGHTS.yml": text})
		if found[observation.InsightsFile].Value != false || found[observation.InsightsFields].State != observation.NotApplicable {
			t.Errorf("%q is taken for one", text)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	f.Add("# A\n", insights)
	f.Add("---\na: b\n---\n", "header: &a {b: *a}")
	t0, err := parseTable(tableText)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, yaml string) {
		seen := &found{documents: map[string]string{}, interfaces: map[string]string{}, services: map[string]string{}, insights: map[string]string{}, fields: map[string]string{}}
		for _, kind := range []string{"readme", "security", "card"} {
			t0.read(place{path: "a", kind: kind, role: ofDocument}, []byte(text), seen)
		}
		t0.read(place{path: "b", role: ofInsights}, []byte(yaml), seen)
		t0.read(place{path: "c", role: ofPackage}, []byte(text), seen)
		t0.read(place{path: "d", role: ofDeployment}, []byte(text), seen)
		for field := range seen.fields {
			if !slices.Contains(insightsFields, field) {
				t.Errorf("%q is no field", field)
			}
		}
	})
}
