package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// What the files that describe this repository say of its newest release is one and the
// same (nothing, where there is none yet), and they name the entity that holds it, and nobody else.
func TestFilesAboutTheRepositoryAgree(t *testing.T) {
	var code struct {
		Version      string `yaml:"publiccodeYmlVersion"`
		Software     string `yaml:"softwareVersion"`
		ReleaseDate  string `yaml:"releaseDate"`
		Legal        struct{ License string }
		Localisation struct {
			Available []string `yaml:"availableLanguages"`
		}
		Maintenance struct{ Contacts []map[string]string }
		DependsOn   struct {
			Open []struct {
				VersionMin string `yaml:"versionMin"`
			}
		} `yaml:"dependsOn"`
	}
	var citation struct {
		Version  string
		Released string `yaml:"date-released"`
		License  string
		Authors  []map[string]string
	}
	read := func(file string) string {
		t.Helper()
		data, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	decode(t, read("publiccode.yml"), &code)
	decode(t, read("CITATION.cff"), &citation)
	if code.Software != citation.Version || code.ReleaseDate != citation.Released || code.Legal.License != citation.License {
		t.Errorf("publiccode.yml has %s of %s under %s, CITATION.cff %s of %s under %s",
			code.Software, code.ReleaseDate, code.Legal.License, citation.Version, citation.Released, citation.License)
	}
	if heading := fmt.Sprintf("\n## %s - %s\n", code.Software, code.ReleaseDate); code.Software != "" && !strings.Contains(read("CHANGELOG.md"), heading) {
		t.Errorf("CHANGELOG.md has no section of %s of %s, which publiccode.yml calls the newest release", code.Software, code.ReleaseDate)
	}
	if len(code.DependsOn.Open) != 1 || !strings.Contains(read("docs/versioning.md"), "git: "+code.DependsOn.Open[0].VersionMin+" and later") {
		t.Errorf("publiccode.yml asks for %v, and docs/versioning.md for another git", code.DependsOn.Open)
	}
	if code.Version != "0.7" {
		t.Errorf("publiccode.yml is of version %s, want 0.7", code.Version)
	}
	entity := map[string]string{"name": "The Midspan maintainers"}
	for _, list := range [][]map[string]string{code.Maintenance.Contacts, citation.Authors} {
		if len(list) != 1 || len(list[0]) != 1 || list[0]["name"] != entity["name"] {
			t.Errorf("%v is named, want %v alone", list, entity)
		}
	}
	for _, file := range []string{"REUSE.toml", "GOVERNANCE.md", "CODE_OF_CONDUCT.md", "SECURITY.md", "CONTRIBUTING.md", "CITATION.cff", "publiccode.yml", ".goreleaser.yaml"} {
		if found := regexp.MustCompile(`[\w.+-]+@[\w-]+\.[a-z]{2,}`).FindString(read(file)); found != "" {
			t.Errorf("%s holds the address %s", file, found)
		}
	}
}

// Files that a release packs, and that the workflows name, are there.
func TestFilesThatAReleaseNamesAreThere(t *testing.T) {
	data, err := os.ReadFile("../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var release struct {
		Archives []struct {
			ID    string
			Files []struct{ Src string }
		}
		Nfpms []struct {
			ID       string
			Contents []struct{ Src string }
		}
		Sboms    []struct{ ID, Cmd string }
		Signs    []struct{ ID, Artifacts string }
		Checksum struct{ IDs []string }
	}
	if err := yaml.Unmarshal(data, &release); err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, archive := range release.Archives {
		for _, file := range archive.Files {
			sources = append(sources, file.Src)
		}
	}
	for _, packaged := range release.Nfpms {
		for _, file := range packaged.Contents {
			sources = append(sources, file.Src)
		}
	}
	if len(sources) == 0 || len(release.Sboms) == 0 {
		t.Fatal("a release packs nothing, or has no bills of materials")
	}
	summed := []string{release.Archives[0].ID, release.Nfpms[0].ID, release.Sboms[0].ID}
	if !slices.Equal(release.Checksum.IDs, summed) || slices.Contains(summed, release.Signs[0].ID) || slices.Contains(summed, "") {
		t.Errorf("the checksums are of %q, want %q: with their own signature among them it would be that of another file", release.Checksum.IDs, summed)
	}
	for _, bill := range release.Sboms { // GoReleaser starts the command in dist
		if from := filepath.ToSlash(filepath.Join("dist", bill.Cmd)); from != "bin/midspan" {
			t.Errorf("bills would be written by %s, which nothing builds", from)
		}
	}
	for _, source := range append(sources, "packaging/homebrew/midspan.rb", "templates/midspan.yml", "action.yml") {
		if strings.HasPrefix(source, "bin/packaging/") {
			continue // make packaging writes them
		}
		if _, err := os.Stat("../" + source); err != nil {
			t.Error(err)
		}
	}
}

// What the policy of this repository takes as it is has a reason, an end, and a line in
// .ci/vulnerabilities, where govulncheck's name of it stands.
func TestWhatTheOwnPolicyExceptsIsNamed(t *testing.T) {
	var own struct {
		Conditions []struct {
			Findings struct {
				Except []struct{ Advisory, Because, Until string }
			}
		}
	}
	policy, err := os.ReadFile("../.ci/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, string(policy), &own)
	known, err := os.ReadFile("../.ci/vulnerabilities")
	if err != nil {
		t.Fatal(err)
	}
	excepted := map[string]bool{}
	for _, condition := range own.Conditions {
		for _, e := range condition.Findings.Except {
			excepted[e.Advisory] = true
			if e.Because == "" || e.Until == "" || !strings.Contains(string(known), e.Advisory) {
				t.Errorf("%s is excepted by the policy without a reason, a day or a line of .ci/vulnerabilities", e.Advisory)
			}
		}
	}
	for line := range strings.Lines(string(known)) {
		id := regexp.MustCompile(`GHSA(-\w{4}){3}`).FindString(line)
		if strings.HasPrefix(line, "GO-") && !strings.Contains(line, "no fixed version") && !excepted[id] {
			t.Errorf("this has a fix that is not taken, and the policy would fail for it: %s", line)
		}
	}
}

// Every module of the repository, and every image that is named, is one for which updates are
// proposed.
func TestUpdatesAreProposedForAllModules(t *testing.T) {
	var dependabot struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	text, err := os.ReadFile("../.github/dependabot.yml")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, string(text), &dependabot)
	looked := map[string][]string{}
	for _, update := range dependabot.Updates {
		looked[update.Ecosystem] = append(looked[update.Ecosystem], append(update.Directories, update.Directory)...)
	}
	ecosystems := map[string]string{"go.mod": "gomod", "Dockerfile": "docker", "compose.yaml": "docker-compose"}
	err = filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "testdata" || name == "bin" || name == "node_modules" || strings.HasPrefix(name, ".git")) {
			return filepath.SkipDir
		}
		ecosystem := ecosystems[entry.Name()]
		folder := strings.TrimSuffix("/"+strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../"), "..")
		if ecosystem != "" && !slices.Contains(looked[ecosystem], folder) {
			t.Errorf("nothing proposes updates of %s (%s in %s)", path, ecosystem, folder)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A room that starts goroutines is run under the race detector, or docs/architecture.md says
// that it is not.
func TestRoomsThatStartGoroutinesAreRunUnderTheRaceDetector(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(makefile), "\nRACE ?=")
	list, _, _ = strings.Cut(list, "\nrace:")
	raced := strings.Fields(strings.ReplaceAll(list, "\\\n", " "))
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, left, _ := strings.Cut(string(text), "\n- `make race` runs")
	left, _, _ = strings.Cut(left, "\n- ")
	starts := regexp.MustCompile(`(?m)^\s*(go (func|\w+[.(])|\w+(\.\w+)*\.Go\()`)
	found := map[string]bool{}
	for _, folder := range []string{"cmd", "internal", "scanners", "catalog"} {
		err := filepath.WalkDir("../"+folder, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			code, err := os.ReadFile(path)
			if starts.Match(code) {
				found[strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 8 {
		t.Fatalf("only %v start goroutines", found)
	}
	for room := range found {
		if !slices.Contains(raced, "./"+room) && !strings.Contains(left, "`"+room+"`") {
			t.Errorf("%s starts goroutines; it is not in RACE of the Makefile, and architecture.md does not say why", room)
		}
	}
}
