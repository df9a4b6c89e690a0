package osv_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/scannertest"
)

// hostileManifest is a file that somebody wrote to do harm. It is in a folder
// of its own, beside a lockfile that is read whatever the others do.
type hostileManifest struct {
	name, file, text string
	// want is the cause of the note that the file must have, or "" where it is read.
	want observation.Cause
	// lists is a package that the inventory must hold all the same.
	lists string
}

const (
	elsewhere = "https://elsewhere.example.org"
	secret    = "TOP-SECRET-OF-THE-VICTIM"
)

func bomb(opening, closing string, n int) string {
	return strings.Repeat(opening, n) + strings.Repeat(closing, n)
}

// laughs is a YAML text in which each list holds the one before nine times.
func laughs(head string) string {
	text := head + "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := range 12 {
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	return text
}

// entities is a document type in which each entity holds the one before ten times.
func entities() string {
	text := "<?xml version=\"1.0\"?>\n<!DOCTYPE project [\n<!ENTITY e0 \"lol\">\n"
	for i := range 12 {
		text += fmt.Sprintf("<!ENTITY e%d \"%s\">\n", i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
	}
	return text + "]>\n"
}

func pom(parent, more string) string {
	return "<project><modelVersion>4.0.0</modelVersion>" + parent + "<artifactId>x</artifactId>" + more +
		"<dependencies><dependency><groupId>g</groupId><artifactId>own</artifactId><version>1</version></dependency></dependencies></project>"
}

// doubling are properties of which each names the next one twice, each step-th of them.
func doubling(first, last, step int) string {
	text := ""
	for i := first; i < last; i += step {
		text += fmt.Sprintf("<p%d>${p%d}${p%d}</p%d>", i, i+1, i+1, i)
	}
	return "<properties>" + text + fmt.Sprintf("<p%d>x</p%d></properties><description>${p0}</description>", last, last) +
		"<repositories><repository><id>${p0}</id></repository></repositories>"
}

func parent(path string) string {
	return "<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version><relativePath>" + path + "</relativePath></parent>"
}

func hostileManifests(outside string) []hostileManifest {
	const broken, over = observation.CauseBroken, observation.CauseOverLimit
	poetry := "[[package]]\nname = \"a\"\nversion = \"1\"\nx = "
	long := strings.Repeat("x", 10<<20)
	return []hostileManifest{
		// nesting
		{"json-deep", "package-lock.json", `{"packages": ` + bomb("[", "]", 100_000) + "}", broken, ""},
		{"jsonc-deep", "bun.lock", bomb("[", "]", 100_000), broken, ""},
		{"yaml-deep", "pubspec.lock", "packages: " + bomb("[", "]", 100_000), broken, ""},
		{"yaml-deep-objects", "pnpm-lock.yaml", bomb("{a: ", "}", 100_000), broken, ""},
		{"yaml-deep-lines", "pnpm-lock.yaml", strings.Repeat("- ", 100_000), broken, ""},
		{"toml-deep", "poetry.lock", poetry + bomb("[", "]", 1_000_000), over, ""},
		{"toml-deep-tables", "uv.lock", poetry + bomb("{a = ", "}", 100_000), over, ""},
		{"toml-deep-keys", "Cargo.lock", "a" + strings.Repeat(".a", 100_000) + " = 1\n", over, ""},
		{"toml-deep-headers", "pdm.lock", "[a" + strings.Repeat(".a", 100_000) + "]\n", over, ""},
		{"toml-deep-behind-strings", "pylock.toml", poetry + strings.Repeat(`["]", `, 100_000), over, ""},
		{"toml-deep-without-lock", "pyproject.toml", poetry + bomb("[", "]", 1_000_000), observation.CauseUnsupported, ""},
		{"xml-deep", "pom.xml", "<project>" + bomb("<a>", "</a>", 100_000), broken, ""},
		{"xml-deep-gradle", "gradle/verification-metadata.xml", strings.Repeat("<a>", 100_000), broken, ""},
		{"rdf-deep", "x.spdx.rdf", strings.Repeat("<a>", 2_000_000), over, ""},
		{"sbom-deep", "bom.json", `{"bomFormat": "CycloneDX", "specVersion": "1.4", ` + strings.Repeat(`"components": [{`, 20_000) + bomb("", "}]", 20_000) + "}", broken, ""},
		// what grows
		{"yaml-aliases", "pnpm-lock.yaml", laughs("lockfileVersion: '9.0'\npackages:\n  own@1.0.0: {}\n"), "", "own"},
		{"yaml-aliases-dart", "pubspec.lock", laughs("") + "packages: {a: {dependency: *a12, version: *a12}}\n", broken, ""},
		{"xml-entities", "pom.xml", entities() + "<project><artifactId>&e12;</artifactId></project>", broken, ""},
		{"xml-external-entity", "packages.config", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file://" + outside + "\">]><packages><package id=\"&e;\" version=\"1\"/></packages>", broken, ""},
		{"xml-entity-of-the-network", "pom.xml", "<!DOCTYPE a SYSTEM \"" + elsewhere + "/a.dtd\" [<!ENTITY e SYSTEM \"" + elsewhere + "\">]>" + pom("", "<name>&e;</name>"), broken, ""},
		{"properties-that-double", "pom.xml", pom("", doubling(0, 40, 1)), over, ""},
		{"properties-that-double-in-turn", "pom.xml", pom(parent("../properties-of-a-parent/pom.xml"), doubling(0, 40, 2)), over, ""},
		{"properties-of-a-parent", "pom.xml", strings.Replace(pom("", "<groupId>g</groupId><version>1</version><packaging>pom</packaging>"+doubling(1, 40, 2)), "<artifactId>x", "<artifactId>p", 1), "", ""},
		{"properties-that-double-in-a-profile", "pom.xml", pom("", "<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>"+doubling(0, 40, 1)+"</profile></profiles>"), over, ""},
		{"a-long-property-used-often", "pom.xml", pom("", "<properties><p0>"+strings.Repeat("x", 100_000)+"</p0></properties>"+
			"<licenses>"+strings.Repeat("<license><name>${p0}</name></license>", 1000)+"</licenses>"), over, ""},
		{"a-parent-of-megabytes", "pom.xml", pom(parent("../pom-of-megabytes/pom.xml"), ""), over, ""},
		{"pom-of-megabytes", "pom.xml", pom("", "<!--"+strings.Repeat("x", 4<<20)+"-->"), over, ""},
		{"yaml-of-megabytes", "pnpm-lock.yaml", "lockfileVersion: '9.0'\n" + strings.Repeat("#\n", 4<<20), over, ""},
		{"toml-of-megabytes", "Cargo.lock", strings.Repeat("#\n", 5<<20), over, ""},
		{"json-of-megabytes", "package-lock.json", "{" + strings.Repeat("\n", 17<<20) + "}", over, ""},
		{"a-manifest-of-megabytes", "build.gradle", strings.Repeat("\n", 2<<20), observation.CauseUnsupported, ""},
		{"gitignore-of-megabytes", ".gitignore", strings.Repeat("*\n", 1<<20), over, ""},
		{"blob-of-100-megabytes", "yarn.lock", "", over, ""}, // filled in by the test
		// circles and ways out
		{"include-of-itself", "requirements.txt", "-r requirements.txt\nown==1\n", "", "own"},
		{"include-in-a-circle", "requirements.txt", "-r a.txt\nown==1\n", "", "own"},
		{"include-climbs", "requirements.txt", "-r ../../../../../../../.." + outside + "\nown==1\n", "", "own"},
		{"include-absolute", "requirements.txt", "-r " + outside + "\n-c file://" + outside + "\nown==1\n", "", "own"},
		{"include-of-the-network", "requirements.txt", "-r " + elsewhere + "/r.txt\n--index-url " + elsewhere + "\n-e git+ssh://git@elsewhere.example.org/x.git#egg=x\nown==1\n", "", "own"},
		{"include-of-thousands", "requirements.txt", strings.Repeat("-r requirements.txt\n-c requirements.txt\n", 5000) + "own==1\n", "", "own"},
		{"parent-is-itself", "pom.xml", pom(parent("pom.xml"), ""), "", "g:own"},
		{"parent-in-a-circle", "pom.xml", pom(parent("../parent-in-a-circle-too/pom.xml"), ""), "", "g:own"},
		{"parent-in-a-circle-too", "pom.xml", pom(parent("../parent-in-a-circle/pom.xml"), ""), "", "g:own"},
		{"parent-climbs", "pom.xml", pom(parent("../../../../../../../.."+outside), ""), "unsupported", "g:own"},
		{"parent-of-the-network", "pom.xml", pom(parent(""), "<repositories><repository><id>r</id><url>"+elsewhere+"</url></repository></repositories>"), "", "g:own"},
		{"property-of-itself", "pom.xml", pom("", "<properties><a>${b}</a><b>${a}${a}</b></properties><version>${a}</version>"), "", "g:own"},
		{"replaced-outside", "go.mod", "module m\n\ngo 1.20\n\nrequire example.org/own v1.0.0\n\nreplace example.org/own => ../../../.." + outside + "\n", "", "stdlib"},
		{"git-over-ssh", "package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/own": {"version": "git+ssh://git@elsewhere.example.org/x.git#0123456789012345678901234567890123456789", "resolved": "git+ssh://git@elsewhere.example.org/x.git#0123456789012345678901234567890123456789"}}}`, "", "own"},
		// odd values
		{"keys-twice", "package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1"}}, "packages": {"node_modules/own": {"version": "1"}, "node_modules/own": {"version": "2"}}}`, "", "own"},
		{"number-beyond-range", "package-lock.json", `{"lockfileVersion": 1e999, "packages": {}}`, broken, ""},
		{"version-is-an-object", "package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/own": {"version": {"a": 1}}}}`, broken, ""},
		{"packages-is-a-number", "composer.lock", `{"packages": 7}`, broken, ""},
		{"packages-is-null", "Pipfile.lock", `{"default": null, "develop": {"own": {"version": "==1"}}}`, "", "own"},
		{"bytes-that-are-no-text", "Pipfile.lock", "\xff\xfe\x00\x01", broken, ""},
		{"nul", "requirements.txt", "a==1\x00\nown==1\n", broken, "own"},
		{"mark-before", "package-lock.json", "\ufeff{}", broken, ""},
		{"utf-16", "package-lock.json", "\xff\xfe{\x00}\x00", broken, ""},
		{"names-that-write", "package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/<script>alert(1)</script>\u001b[31m\nnext": {"version": "1\u001b]0;x\u0007"}, "node_modules/own": {"version": "1"}}}`, "", "own"},
		{"name-of-10-megabytes", "package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/own": {"version": "1"}, "node_modules/` + long + `": {"version": "1"}}}`, "", "own"},
		{"empty", "package-lock.json", "", broken, ""},
		{"page", "yarn.lock", "<!DOCTYPE html><html><body>404</body></html>", broken, ""},
		{"pointer", "Gemfile.lock", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n", broken, ""},
		{"locked-away", "mix.lock", "\x00GITCRYPT\x00\x01\x02", broken, ""},
		// long lines
		{"line-of-requirements", "requirements.txt", "own==1\n" + long + "\nafter==1\n", broken, ""},
		{"line-of-yarn", "yarn.lock", "own@1:\n  version \"1\"\n" + long + "\nafter@1:\n  version \"1\"\n", broken, "own"},
		{"line-of-gems", "Gemfile.lock", "GEM\n  specs:\n    own (1)\n    " + long + "\n    after (1)\n", broken, "own"},
		{"line-of-gradle", "gradle.lockfile", "g:own:1=x\n" + long + "\ng:after:1=x\n", broken, ""},
		{"line-of-mix", "mix.lock", "%{\n  \"own\": {:hex, :own, \"1\", \"" + long + "\"},\n}\n", broken, ""},
		{"line-of-cabal", "cabal.project.freeze", "constraints: any.own ==1,\n " + long + ",\n any.after ==1\n", broken, "own"},
		// settings
		{"ignore-file-deep", "osv-scanner.toml", "x = " + bomb("[", "]", 1_000_000), observation.CauseRemark, ""},
	}
}

// refusingTransport counts and refuses every request.
type refusingTransport struct{ requests *atomic.Int32 }

func (r refusingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	r.requests.Add(1)
	return nil, errors.New("a manifest asked for " + request.URL.String())
}

func TestHostileManifestsCostOnlyThemselves(t *testing.T) {
	asked := &atomic.Int32{}
	before := http.DefaultTransport
	http.DefaultTransport = refusingTransport{asked}
	t.Cleanup(func() { http.DefaultTransport = before })
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte(secret+"==1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := gittest.Init(t, t.TempDir())
	cases := hostileManifests(outside)
	var folders []gittest.Entry
	for _, c := range cases {
		files := map[string]string{c.file: c.text, "package-lock.json": `{"lockfileVersion": 3, "packages": {"node_modules/good": {"version": "1"}}}`}
		files[c.file] = c.text
		if c.name == "include-in-a-circle" {
			files["a.txt"] = "-r requirements.txt\n-r ./a.txt\n"
		}
		folders = append(folders, gittest.Entry{Mode: "40000", Name: c.name, OID: folderOf(r, c.name, files)})
	}
	r.Commit(r.Tree(folders...), "A <a@example.org> 1780272000 +0000", "x")
	seen, err := osv.New().Scan(t.Context(), scanners.Input{Snapshot: scannertest.Open(t, r.Dir), At: at})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { checkManifest(t, seen, c) })
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests left", asked.Load())
	}
	if text, err := json.Marshal(seen); err != nil || strings.Contains(string(text), secret) {
		t.Errorf("a file outside the repository was read (%v)", err)
	}
	for _, n := range seen.Notes {
		if len(n.Message) > 2000 || strings.ContainsAny(n.Message, "\x00\x1b\n") {
			t.Errorf("a note of %d bytes, or with control characters: %.300q", len(n.Message), n.Message)
		}
	}
}

// folderOf writes files of one folder, and of folders in it.
func folderOf(r *gittest.Repository, name string, files map[string]string) string {
	var entries []gittest.Entry
	for file, text := range files {
		oid := ""
		if name == "blob-of-100-megabytes" && file == "yarn.lock" {
			oid = r.Zeros(100 << 20)
		} else {
			oid = r.Blob(text)
		}
		if folder, base, ok := strings.Cut(file, "/"); ok {
			entries = append(entries, gittest.Entry{Mode: "40000", Name: folder, OID: r.Tree(gittest.Entry{Mode: "100644", Name: base, OID: oid})})
			continue
		}
		entries = append(entries, gittest.Entry{Mode: "100644", Name: file, OID: oid})
	}
	return r.Tree(entries...)
}

func checkManifest(t *testing.T, seen observation.Observation, c hostileManifest) {
	t.Helper()
	path := c.name + "/" + c.file
	var causes []observation.Cause
	for _, n := range seen.Notes {
		if n.Subject == path {
			causes = append(causes, n.Cause)
		}
	}
	if c.want != "" && (len(causes) == 0 || causes[0] != c.want) || c.want == "" && len(causes) > 0 && causes[0] != observation.CauseRemark {
		t.Errorf("%s has notes of %v, want %q", path, causes, c.want)
	}
	if c.lists != "" {
		find(t, seen, path, c.lists, "")
	}
	if c.file != "package-lock.json" {
		find(t, seen, c.name+"/package-lock.json", "good", "1")
	}
}
