package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/unread"
)

// unknownCase is one way in which an unknown value could be reported as good or as bad.
// Each is a repository, or a catalog entry without one, that goes through the whole
// pipeline. want has the measures in report.json: "unknown" with the cause, "at-least"
// with the value, or the value.
type unknownCase struct {
	name string
	make func(*gittest.Repository) // nil where there is no mirror
	url  string                    // of another repository of the same good
	want map[string]string
}

const findings = "advisories.findings"

// repositoryOf is a repository of one commit with these files.
func repositoryOf(more map[string]string) func(*gittest.Repository) {
	return func(r *gittest.Repository) {
		r.Commit(r.Tree(entriesOf(r, more)...), dev, "one")
	}
}

func entriesOf(r *gittest.Repository, more map[string]string) []gittest.Entry {
	var entries []gittest.Entry
	for _, name := range sortedKeys(more) {
		if folder, base, ok := strings.Cut(name, "/"); ok {
			entries = append(entries, gittest.Entry{Mode: "40000", Name: folder, OID: r.Tree(fileEntry(r, base, more[name]))})
			continue
		}
		entries = append(entries, fileEntry(r, name, more[name]))
	}
	return entries
}

// withoutBlob is a repository in which the contents of one file are missing.
func withoutBlob(name string) func(*gittest.Repository) {
	return func(r *gittest.Repository) {
		r.Commit(r.Tree(gittest.Entry{Mode: "100644", Name: name, OID: missingOID}), dev, "one")
	}
}

// casesOfAdvisories: no finding does not mean that there is no vulnerability.
func casesOfAdvisories() []unknownCase {
	is := func(what string) map[string]string { return map[string]string{findings: what} }
	return []unknownCase{
		{"an ecosystem without a database", repositoryOf(map[string]string{"gradle.lockfile": "g:a:1=x\n"}), "", is("unknown no-advisory-database")},
		{"an ecosystem without a database beside one with", repositoryOf(map[string]string{"gradle.lockfile": "g:a:1=x\n", "requirements.txt": requirements}), "", is("at-least 1")},
		{"a database that cannot be read", repositoryOf(map[string]string{"yarn.lock": "a@1:\n  version \"1\"\n"}), "", is("unknown no-advisory-database")},
		{"a record with fields of the future", repositoryOf(map[string]string{"requirements.txt": "future==1\n"}), "", is("1")},
		{"a record of which a part cannot be read", repositoryOf(map[string]string{"requirements.txt": "partly==1\n"}), "", is("1")},
		{"a record that was withdrawn", repositoryOf(map[string]string{"requirements.txt": "withdrawn==1\n"}), "", is("0")},
		{"a record of GIT ranges alone", repositoryOf(map[string]string{"requirements.txt": "commits==1\n"}), "", is("unknown undecided")},
		{"the same beside a record that affects", repositoryOf(map[string]string{"requirements.txt": "commits==1\nfuture==1\n"}), "", is("at-least 1")},
		{"a record that is withdrawn in time to come", repositoryOf(map[string]string{"requirements.txt": "soon==1\n"}), "", is("unknown undecided")},
		{"a database of another ecosystem", repositoryOf(map[string]string{"composer.lock": `{"packages": [{"name": "a/b", "version": "1.0"}]}`}), "", is("unknown no-advisory-database")},
		{"a module that a fork replaces", repositoryOf(map[string]string{"go.mod": "module m\n\ngo 1.16\n\nrequire example.org/a v1.0.0\n\nreplace example.org/a => example.org/fork v1.0.0\n"}), "", is("at-least 0")},
		{"a package without a version", repositoryOf(map[string]string{"requirements.txt": "requests\n"}), "", is("unknown no-version")},
		{"a package without a version beside one with", repositoryOf(map[string]string{"requirements.txt": "requests\nfuture==1\n"}), "", is("at-least 1")},
		{"a version that cannot be ordered", repositoryOf(map[string]string{"poetry.lock": "[[package]]\nname = \"requests\"\nversion = \"" + strings.Repeat("9", 2000) + "\"\n"}), "", is("unknown unsupported")},
		{"a package of no known kind", repositoryOf(map[string]string{"bom.json": `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "a", "version": "1", "purl": "pkg:generic/a@1"}]}`}), "", is("unknown unsupported")},
		{"no list of what is exploited", repositoryOf(map[string]string{"requirements.txt": requirements}), "", map[string]string{findings: "1", "advisories.exploited": "unknown no-source"}},
		{"a repository that hides its weaknesses", repositoryOf(map[string]string{"osv-scanner.toml": "[[IgnoredVulns]]\nid = \"TEST-1\"\n", "requirements.txt": requirements}), "", is("1")},
	}
}

// casesOfInventories: an inventory that could not be read is not an empty one.
func casesOfInventories() []unknownCase {
	is := func(what string) map[string]string {
		return map[string]string{findings: what, "inventory.packages": what}
	}
	both := func(what string) map[string]string {
		return map[string]string{findings: what}
	}
	return []unknownCase{
		{"a lockfile that does not parse", repositoryOf(map[string]string{"package-lock.json": "{"}), "", is("unknown broken-input")},
		{"a lockfile that does not parse beside one that does", repositoryOf(map[string]string{"package-lock.json": "{", "requirements.txt": requirements}), "", both("at-least 1")},
		{"a lockfile whose contents are missing", withoutBlob("requirements.txt"), "", is("unknown missing-objects")},
		{"a lockfile that is a web page", repositoryOf(map[string]string{"yarn.lock": "<!DOCTYPE html><html></html>\n"}), "", map[string]string{findings: "unknown broken-input"}},
		{"a lockfile that is kept elsewhere", repositoryOf(map[string]string{"Gemfile.lock": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"}), "", is("unknown broken-input")},
		{"a lockfile that is encrypted", repositoryOf(map[string]string{"mix.lock": "\x00GITCRYPT\x00"}), "", is("unknown broken-input")},
		{"a lockfile that ends in silence", repositoryOf(map[string]string{"Gemfile.lock": strings.Repeat("x", 70_000) + "\nGEM\n  specs:\n    a (1)\n"}), "", is("unknown broken-input")},
		{"a lockfile that is nested too deep", repositoryOf(map[string]string{"poetry.lock": "x = " + strings.Repeat("[", 1000)}), "", is("unknown over-limit")},
		{"a lockfile that .gitignore hides", repositoryOf(map[string]string{".gitignore": "requirements.txt\n", "requirements.txt": requirements}), "", is("unknown no-source")},
		{"a manifest without a lockfile", repositoryOf(map[string]string{"package.json": `{"dependencies": {"a": "^1"}}`}), "",
			map[string]string{findings: "unknown no-advisory-database", "inventory.packages": "at-least 1"}},
		{"a manifest that does not parse", repositoryOf(map[string]string{"package.json": `{"dependencies": {"a": "^1"}`}), "", is("unknown unsupported")},
		{"a manifest of another shape", repositoryOf(map[string]string{"package.json": `{"dependencies": ["a"]}`}), "", is("unknown unsupported")},
		{"a manifest in TOML that does not parse", repositoryOf(map[string]string{"pyproject.toml": "[project\ndependencies = ['a']\n"}), "", is("unknown unsupported")},
		{"a submodule", func(r *gittest.Repository) {
			r.Commit(r.Tree(gittest.Entry{Mode: "160000", Name: "sub", OID: missingOID}), dev, "one")
		}, "", is("unknown unsupported")},
		{"copies of other projects' code", repositoryOf(map[string]string{"vendor/jquery.js": "x"}), "", is("unknown unsupported")},
		{"no manifest at all", repositoryOf(map[string]string{"README.md": "x"}), "", map[string]string{findings: "not-applicable", "inventory.packages": "0"}},
	}
}

// casesOfRepositories: people, age and licence of a repository that was not read are
// unknown.
func casesOfRepositories() []unknownCase {
	all := func(cause string) map[string]string {
		want := map[string]string{}
		for _, id := range []string{findings, "people.contributors-12m", "momentum.days-since-commit", "posture.score", "funding.sought", "inventory.packages", "license.spdx", "governance.ci"} {
			want[id] = "unknown " + cause
		}
		return want
	}
	history := func(cause string) map[string]string {
		return map[string]string{findings: "1", "people.contributors-12m": "unknown " + cause, "people.contributor-absence-factor": "unknown " + cause, "momentum.commits-12m": "unknown " + cause}
	}
	return []unknownCase{
		{"a repository that is not there", nil, "", all("not-found")},
		{"a repository without commits", func(*gittest.Repository) {}, "", all("empty-repository")},
		{"a repository without its branch", func(r *gittest.Repository) {
			repositoryOf(map[string]string{"requirements.txt": requirements})(r)
			r.File("HEAD", "ref: refs/heads/gone\n")
		}, "", all("no-default-branch")},
		{"a repository that is damaged", func(r *gittest.Repository) { r.File("HEAD", "nonsense\n") }, "", all("corrupt")},
		{"a repository without its files", func(r *gittest.Repository) { r.Commit(missingOID, dev, "one") }, "", all("missing-objects")},
		{"an address that is none", nil, "ext::sh -c id", all("no-repository")},
		{"the page of an organisation", nil, "https://github.com/organisation", all("no-repository")},
		{"one repository of two that is not there", repositoryOf(map[string]string{"requirements.txt": requirements}), "https://forge.example/o/nowhere", map[string]string{
			findings: "at-least 1", "people.contributors-12m": "at-least 1", "momentum.days-since-commit": "at-most 29"}},
		{"a history that is cut", func(r *gittest.Repository) {
			r.File("shallow", r.Commit(r.Tree(fileEntry(r, "requirements.txt", requirements)), dev, "two", missingOID)+"\n")
		}, "", history("missing-objects")},
		{"a history that breaks off", func(r *gittest.Repository) {
			r.Commit(r.Tree(fileEntry(r, "requirements.txt", requirements)), dev, "two", missingOID)
		}, "", history("missing-objects")},
	}
}

// casesOfFiles: a file that could not be read is not a file that says no.
func casesOfFiles() []unknownCase {
	deep := strings.Repeat("(", 100_000)
	return []unknownCase{
		{"a FUNDING.yml that does not parse", repositoryOf(map[string]string{"FUNDING.yml": "github: [", "README.md": "x"}), "", map[string]string{"funding.sought": "unknown broken-input"}},
		{"a FUNDING.yml whose contents are missing", withoutBlob("FUNDING.yml"), "", map[string]string{"funding.sought": "unknown missing-objects"}},
		{"a funding.json that does not parse", repositoryOf(map[string]string{"funding.json": "{"}), "", map[string]string{"funding.received": "unknown broken-input", "funding.sought": "unknown broken-input"}},
		{"a publiccode.yml that does not parse", repositoryOf(map[string]string{"publiccode.yml": "name: ["}), "", map[string]string{"funding.received": "unknown broken-input", "maintenance.type": "unknown broken-input"}},
		{"a README that is too long", repositoryOf(map[string]string{"README.md": strings.Repeat("x\n", 1<<20)}), "", map[string]string{"funding.sought": "unknown over-limit", "lifecycle.sunset-declared": "unknown over-limit"}},
		{"a LICENSE whose contents are missing", withoutBlob("LICENSE"), "", map[string]string{"license.spdx": "unknown missing-objects"}},
		{"a script that no parser survives", repositoryOf(map[string]string{"x.sh": "#!/bin/sh\n" + deep}), "", map[string]string{"posture.pinned-dependencies": "unknown over-limit"}},
		{"a script whose contents are missing", withoutBlob("x.sh"), "", map[string]string{"posture.pinned-dependencies": "unknown missing-objects", "posture.binary-artifacts": "unknown missing-objects"}},
		{"what only a forge knows", repositoryOf(map[string]string{"README.md": "x"}), "", map[string]string{
			"posture.code-review": "unknown no-token", "posture.branch-protection": "unknown no-token", "posture.ci-tests": "unknown no-token", "posture.cii-best-practices": "unknown offline", "posture.fuzzing": "unknown offline"}},
		{"what the catalog does not say", repositoryOf(map[string]string{"README.md": "y"}), "", map[string]string{
			"adoption.deployment-countries": "unknown no-source", "adoption.used-by": "unknown no-source", "funding.catalog-funders": "unknown no-source", "adoption.dpg-status": "unknown no-source"}},
	}
}

// writeBrokenDatabase writes a database of PyPI, with an npm archive that cannot be
// read, and without a list of exploited vulnerabilities.
func writeBrokenDatabase(t *testing.T) string {
	t.Helper()
	dir := writeAdvisories(t)
	range1 := `"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]`
	records := map[string]string{
		"PyPI/FUTURE.json":    `{"schema_version":"99","id":"FUTURE","new":[{}],"affected":[{"package":{"ecosystem":"PyPI","name":"future","new":1},"new":{},` + range1 + `}]}`,
		"PyPI/PARTLY.json":    `{"id":"PARTLY","aliases":7,"affected":[{"package":{"ecosystem":"PyPI","name":"partly"},` + range1 + `}]}`,
		"PyPI/COMMITS.json":   `{"id":"COMMITS","affected":[{"package":{"ecosystem":"PyPI","name":"commits"},"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]}]}`,
		"PyPI/SOON.json":      `{"id":"SOON","withdrawn":"2999-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"soon"},` + range1 + `}]}`,
		"Packagist/X.json":    `{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"soon"},` + range1 + `}]}`,
		"Go/FORKED.json":      `{"id":"FORKED","affected":[{"package":{"ecosystem":"Go","name":"example.org/a"},` + range1 + `}]}`,
		"PyPI/WITHDRAWN.json": `{"id":"WITHDRAWN","withdrawn":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"withdrawn"},` + range1 + `}]}`,
		"npm/all.zip":         "not a zip",
	}
	for name, text := range records {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func formatMeasure(m observation.Measure) string {
	switch {
	case m.State == observation.Unknown:
		return "unknown " + string(m.Cause)
	case m.State == observation.NotApplicable:
		return "not-applicable"
	case m.ID == "":
		return "not there"
	}
	return strings.TrimSpace(fmt.Sprint(m.Bound, " ", m.Value))
}

// The cases are those of docs/security.md, under "Never a false clean". New ones are
// added here.
func TestWhatIsNotKnownIsNeverShownAsGoodOrBad(t *testing.T) {
	cases := append(append(casesOfAdvisories(), casesOfInventories()...), append(casesOfRepositories(), casesOfFiles()...)...)
	root := t.TempDir()
	var table strings.Builder
	table.WriteString("id,name,url\n")
	for i, c := range cases {
		id := fmt.Sprintf("way-%02d", i)
		if c.make != nil {
			c.make(gittest.Init(t, filepath.Join(root, "o+"+id, "repo")))
		}
		if c.make != nil || c.url == "" {
			fmt.Fprintf(&table, "%s,%s,https://forge.example/o/%[1]s\n", id, c.name)
		}
		if c.url != "" {
			fmt.Fprintf(&table, "%s,%s,%s\n", id, c.name, c.url)
		}
	}
	cfg := testConfig(t)
	cfg.Mirror, cfg.Advisories = filepath.Join(root, "{owner}+{name}", "repo"), writeBrokenDatabase(t)
	list := filepath.Join(t.TempDir(), "ways.csv")
	if err := os.WriteFile(list, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Catalog = []string{list}
	goods := map[string]report.Good{}
	result := run(t, cfg)
	for _, good := range result.Document.Goods {
		goods[good.ID] = good
	}
	t.Run("the archive of advisories that cannot be read", func(t *testing.T) {
		noted := func(n observation.Note) bool { return n.Subject == "npm/all.zip" && n.Cause == observation.CauseBroken }
		gap := func(g unread.Gap) bool {
			return strings.HasPrefix(g.What, "notes on the catalog or the database: broken-input")
		}
		if !slices.ContainsFunc(result.Document.Notes, noted) || !slices.ContainsFunc(result.Gaps, gap) {
			t.Errorf("notes %+v, gaps %+v", result.Document.Notes, result.Gaps)
		}
	})
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			good, ok := goods[fmt.Sprintf("way-%02d", i)]
			if !ok {
				t.Fatal("it is not in the report")
			}
			for _, id := range sortedKeys(c.want) {
				if m := measureOf(good, id); formatMeasure(m) != c.want[id] {
					t.Errorf("%s is %q, want %q: %.300s", id, formatMeasure(m), c.want[id], m.Detail)
				}
			}
		})
	}
}
