package scorecard

import (
	"reflect"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

const publishes = "name: publish\non: push\njobs:\n  go:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: goreleaser/goreleaser-action@v6\n"

const validates = "name: wrapper\non: push\njobs:\n  go:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: gradle/wrapper-validation-action@v2\n" +
	"      - uses: github/codeql-action/analyze@v3\n"

// TestFactsForChecksThatAskTheForgeAreThoseOfTheFiles holds what a scan hands on against the
// files, and without the files against what is unknown.
func TestFactsForChecksThatAskTheForgeAreThoseOfTheFiles(t *testing.T) {
	jar := "PK\x03\x04\x00\x00\x00\x00"
	seen := scan(t, input(t, newGit(t), repo(t,
		file(".github/CODEOWNERS", "* @someone\n"), file(".github/workflows/publish-a.yml", publishes), file(".github/workflows/publish-b.yml", publishes),
		file(".github/workflows/wrapper.yml", validates), file("SECURITY.md", "https://coast.example/report\n"),
		file("gradle/wrapper/gradle-wrapper.jar", jar), file("lib/other.jar", jar), file("main_test.go", "package a\n\nfunc FuzzIt(f *testing.F) {}\n"),
		file("sub/x.spdx.json", "{}"), file("tool.spdx.json", "{}"),
	)))
	want := &observation.PostureFacts{Binaries: 2, Wrappers: 1, WrapperWorkflow: "wrapper.yml", Packaging: []string{"publish-a.yml", "publish-b.yml"},
		Analysers: []string{"CodeQL"}, Fuzzers: []string{"GoBuiltInFuzzer"}, Owners: []string{".github/CODEOWNERS"}, SBOMs: []string{"tool.spdx.json"}, Policy: true}
	if !reflect.DeepEqual(seen.Posture, want) {
		t.Errorf("got  %+v\nwant %+v", seen.Posture, want)
	}
	if got := find(t, seen, "Packaging"); got.Score != 10 {
		t.Errorf("Packaging is %+v", got)
	}
	broken := scan(t, input(t, newGit(t), repo(t, file(".github/workflows/a.yml", "a: [\n"))))
	if broken.Posture.Unread["SAST"] == "" || broken.Posture.Unread["Fuzzing"] != "" {
		t.Errorf("a workflow that does not parse: %+v", broken.Posture)
	}
}
