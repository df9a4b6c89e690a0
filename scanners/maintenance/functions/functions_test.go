package functions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const ada, bo, bot = "Ada Ore <ada@ore.example>", "Bo Lund <bo@lund.example>", "dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>"

// change is a commit so many days before at.
func change(who string, days int, files ...string) gittest.Commit {
	c := gittest.Commit{Author: who, When: at.AddDate(0, 0, -days)}
	for _, f := range files {
		c.Files = append(c.Files, gittest.File{Path: f, Data: fmt.Sprint(days)})
	}
	return c
}

// scan returns the measures by id of a repository with these commits, oldest first.
func scan(t *testing.T, commits ...gittest.Commit) map[string]observation.Measure {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, commits...)
	return scannertest.ByID(scannertest.Scan(t, Scanner{}, dir, at).Measures)
}

// TestFilesBelongToFunctions guards the table of paths: add a line for a file that is misread.
func TestFilesBelongToFunctions(t *testing.T) {
	paths, err := parseTable(tableText)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		".github/workflows/a.yml": "ci", ".gitlab-ci.yml": "ci", "ci/Jenkinsfile.release": "ci", "azure-pipelines-1.yml": "ci",
		"package-lock.json": "dependencies", "api/requirements-dev.txt": "dependencies", "go.sum": "dependencies", "app/pom.xml": "dependencies",
		"src/Test/A.java": "tests", "a_test.go": "tests", "web/a.spec.ts": "tests", "x/FooTest.php": "tests", "TEST_a.py": "tests",
		"docs/a.png": "documentation", "README.md": "documentation", "CHANGELOG.md": "", "changelog.rst": "",
		"locale/fr/LC_MESSAGES/a.po": "translation", "src/i18n/fr.json": "translation", "src/i18n/en.json": "", "locales/en/a.json": "", "i18n/index.ts": "", "a.pot": "",
		"Dockerfile": "deployment", "k8s/a.yaml": "deployment", "infra/main.tf": "deployment", "docker-compose.prod.yml": "deployment",
		"app/migrations/0001.py": "migrations", "db/migrate/1.rb": "migrations", "sql/V12__a.sql": "migrations", "alembic/versions/a.py": "migrations",
		"src/main.go": "", "node_modules/a/test/b.js": "", "vendor/x/README.md": "", "contest/a.go": "",
	} {
		var got []string
		for i, f := range functions.All() {
			if paths.of(file).has(i) {
				got = append(got, string(f))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s belongs to %q, want %q", file, got, want)
		}
	}
}

func TestATableThatCannotBeReadIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"unknown function": "functions: {cooking: {files: [a]}}", "unknown field": "functions: {ci: {file: [a]}}",
		"broken pattern": `functions: {ci: {files: ["[a"]}}`, "a path as a name": "functions: {ci: {except: {files: [a/b]}}}",
	} {
		if _, err := parseTable([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPeopleOfAFunctionAreCounted(t *testing.T) {
	coAuthored := change(ada, 20, "Dockerfile")
	coAuthored.Message = "x\n\nCo-authored-by: Bo Lund <bo@lund.example>"
	fix := change(ada, 15, "a.go")
	fix.Message = "Upgrade\n\nfixes cve-2025-12345"
	found := scan(t, change(bo, 500, "a_test.go", ".travis.yml", "doc/a"), change(ada, 40, "a_test.go"), change(ada, 39, "a_test.go"), change(ada, 38, "a_test.go"),
		change(bo, 30, "docs/a"), change(ada, 29, "docs/a"), coAuthored, change(bot, 18, "go.sum"), fix)
	for id, want := range map[string]any{
		"functions.tests.people": 1.0, "functions.tests.absence-factor": 1.0,
		"functions.documentation.people": 2.0, "functions.documentation.absence-factor": 1.0,
		"functions.deployment.people": 2.0, "functions.ci.people": 0.0, "functions.ci.absence-factor": observation.NotApplicable,
		"functions.dependencies.people": 0.0, "functions.dependencies.bot-commits": 1.0, "functions.security.people": 1.0,
		"functions.translation.people": observation.NotApplicable, "functions.merging.people": observation.NotApplicable,
		"functions.releasing.people": observation.NotApplicable, "functions.on-one-person": 1.0, "functions.alone": "[tests]",
	} {
		if m := found[id]; fmt.Sprint(m.Value) != fmt.Sprint(want) && any(m.State) != want {
			t.Errorf("%s is %s %v (%s), want %v", id, m.State, m.Value, m.Detail, want)
		}
	}
}

func TestReleasesAreOfWhoTagged(t *testing.T) {
	for _, c := range []struct {
		name   string
		tags   []gittest.Tag
		people any
		bound  observation.Bound
	}{
		{"two people", []gittest.Tag{{Name: "v1.0", Tagger: ada, When: at.AddDate(0, 0, -9)}, {Name: "v1.1", Tagger: bo, When: at.AddDate(0, 0, -8)}}, 2.0, ""},
		{"light tags alone", []gittest.Tag{{Name: "v1.0"}}, observation.Unknown, ""},
		{"a light tag too", []gittest.Tag{{Name: "v1.0"}, {Name: "v1.1", Tagger: bo, When: at.AddDate(0, 0, -8)}}, 1.0, observation.AtLeast},
		{"a machine", []gittest.Tag{{Name: "v1.0", Tagger: bot, When: at.AddDate(0, 0, -9)}}, 0.0, ""},
		{"long ago", []gittest.Tag{{Name: "v1.0", Tagger: bo, When: at.AddDate(-2, 0, 0)}}, 0.0, ""},
		{"no release", []gittest.Tag{{Name: "backup", Tagger: bo, When: at.AddDate(0, 0, -9)}}, observation.NotApplicable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			commit := change(ada, 10, "a")
			commit.Tags = c.tags
			m := scan(t, commit)["functions.releasing.people"]
			if m.Value != c.people && any(m.State) != c.people || m.Bound != c.bound {
				t.Errorf("%s %v %q (%s)", m.State, m.Value, m.Bound, m.Detail)
			}
		})
	}
}

func TestMergesAreOfWhoPutInTheWork(t *testing.T) {
	const forge = "GitHub <noreply@github.com>"
	for _, c := range []struct {
		name, author, committer, message string
		squashed                         bool // a change that the forge squashed follows
		people                           any
	}{
		{"by a committer", bo, bo, "Merge branch 'feature'", false, 1.0},
		{"by the forge for its author", ada, forge, "Merge pull request #3 from a/b", false, 1.0},
		{"from the main branch", ada, ada, "Merge branch 'main' of https://forge.example/o/r", false, observation.NotApplicable},
		{"of what was developed", ada, ada, "Merge branch 'develop' into 'main'", false, 1.0},
		{"squashed too", bo, bo, "Merge branch 'feature'", true, 1.0},
		{"squashed alone", ada, ada, "Merge branch 'main' of https://forge.example/o/r", true, observation.Unknown},
		{"by a machine", bot, bot, "Merge branch 'feature'", false, 0.0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "r.git")
			side := change(bo, 9, "b")
			side.Branch = "side"
			gittest.Import(t, dir, change(ada, 10, "a"))
			gittest.Import(t, dir, side)
			when := at.AddDate(0, 0, -8).Unix()
			stream := fmt.Sprintf("commit refs/heads/main\nauthor %s %d +0000\ncommitter %s %d +0000\ndata %d\n%s\nfrom refs/heads/main^0\nmerge refs/heads/side^0\n\n",
				c.author, when, c.committer, when, len(c.message), c.message)
			if c.squashed {
				stream += fmt.Sprintf("commit refs/heads/main\nauthor %s %d +0000\ncommitter %s %d +0000\ndata 6\nx (#7)\nM 644 inline c\ndata 1\nc\n\n", ada, when+1, forge, when+1)
			}
			gittest.Run(t, dir, []byte(stream), "fast-import", "--quiet")
			m := scannertest.ByID(scannertest.Scan(t, Scanner{}, dir, at).Measures)["functions.merging.people"]
			if m.Value != c.people && any(m.State) != c.people {
				t.Errorf("%s %v (%s), want %v", m.State, m.Value, m.Detail, c.people)
			}
			if c.squashed && m.State == observation.Measured && m.Bound != observation.AtLeast {
				t.Errorf("the bound is %q", m.Bound)
			}
		})
	}
}

func TestWithoutTheTreesEveryMeasureIsUnknown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	gittest.Import(t, dir, change(ada, 30, "tests/a"), change(bo, 20, "tests/a"))
	tree := strings.TrimSpace(gittest.Run(t, dir, nil, "rev-parse", "main^:tests"))
	if err := os.Remove(filepath.Join(dir, gittest.Loose(tree))); err != nil {
		t.Fatal(err)
	}
	for _, m := range scannertest.Scan(t, Scanner{}, dir, at).Measures {
		if m.State != observation.Unknown || m.Cause != observation.CauseMissingObjects {
			t.Errorf("%s is %s %v (%s)", m.ID, m.State, m.Value, m.Cause)
		}
	}
}

func TestNobodyIsNamed(t *testing.T) {
	commit := change(ada, 10, "tests/a", "Dockerfile")
	commit.Tags = []gittest.Tag{{Name: "v1.0", Tagger: bo, When: at}}
	for id, m := range scan(t, commit) {
		if text := strings.ToLower(fmt.Sprint(m)); strings.Contains(text, "ada") || strings.Contains(text, "lund") || strings.Contains(text, "@") {
			t.Errorf("%s: %s", id, text)
		}
	}
}

func TestHostilePathsAreOnlyPaths(t *testing.T) {
	found := scan(t, change(ada, 10, "M", "A/M", "commit 123", "tests/\xff\xfe", "tests/"+strings.Repeat("a", 3000)))
	if m := found["functions.tests.people"]; m.Value != 1.0 {
		t.Errorf("%v (%s)", m.Value, m.Detail)
	}
}

func FuzzFilesBelongToFunctions(f *testing.F) {
	f.Add("docs/a.md")
	f.Add("/\x00//..")
	paths, err := parseTable(tableText)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if first := paths.of(file); first != paths.of(file) {
			t.Error("it belongs to others when it is asked again")
		}
	})
}
