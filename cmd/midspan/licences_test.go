package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

const licencesFile = "../../docs/licences.md"

const licencesHead = `# What the program is made of

The licences of all modules whose code is linked into ` + "`midspan`" + `, as
[licensecheck](https://github.com/google/licensecheck) reads their licence files.
Midspan's own code is under Apache-2.0. Written and checked by
` + "`go test ./cmd/midspan -run Licence`" + `; with ` + "`-update`" + ` it is written anew. What a
built program holds, it says itself: ` + "`midspan version --sbom`" + `.

**Copyleft.** Nothing under AGPL, GPL, EUPL or SSPL is linked, and a test fails
where something is. spdx/tools-golang may be had under Apache-2.0 or GPL-2.0, and is
taken under the first. MPL-2.0 binds changes to the files that are under it. The
Creative Commons licences are those of documents. The official parser of
publiccode.yml, which is under EUPL-1.2 and uses a library under AGPL-3.0, is no part of
the program: a test asks it (` + "`make differential`" + `), from a module of its own.
`

// accepted are the licences that a linked module may have. A further one must be
// decided.
var accepted = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause",
	"CC-BY-4.0", "CC-BY-SA-4.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unlicense"}

// copyleft are the families of licences whose code the program must not hold: who
// passes a built program on would be bound by them.
var copyleft = regexp.MustCompile(`^(AGPL|GPL|EUPL|SSPL)\b`)

// choices are modules with several licences to choose from, each with one that is not
// chosen.
var choices = map[string]string{"github.com/spdx/tools-golang": "GPL-2.0"}

func TestLicencesOfEveryLinkedModuleAreKnownAndAccepted(t *testing.T) {
	byLicence := map[string][]string{}
	for _, module := range linkedModules(t) {
		found := licencesOf(t, module[1])
		if len(found) == 0 {
			t.Errorf("%s: no licence was found in it", module[0])
		}
		for _, id := range found {
			if !slices.Contains(accepted, id) && choices[module[0]] != id {
				t.Errorf("%s is under %s, which nobody has accepted yet", module[0], id)
			}
		}
		name := strings.Join(found, ", ")
		byLicence[name] = append(byLicence[name], module[0])
	}
	var text strings.Builder
	text.WriteString(licencesHead + "\n| licence | modules | |\n|---|---:|---|\n")
	for _, id := range slices.Sorted(maps.Keys(byLicence)) {
		fmt.Fprintf(&text, "| %s | %d | %s |\n", id, len(byLicence[id]), strings.Join(byLicence[id], ", "))
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(licencesFile, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(licencesFile); err != nil || string(have) != text.String() {
		t.Errorf("%s does not say what is linked (%v): run go test ./cmd/midspan -run Licence -update", licencesFile, err)
	}
}

// A licence can stand beside a package too, not only in the module's root.
func TestNoLinkedCodeIsUnderAGPLGPLEUPLOrSSPL(t *testing.T) {
	for _, family := range []string{"AGPL", "GPL", "EUPL", "SSPL"} {
		if !slices.ContainsFunc(licensecheck.BuiltinLicenses(), func(l licensecheck.License) bool {
			return copyleft.FindString(l.ID) == family
		}) {
			t.Errorf("licensecheck knows no %s: this test would not see it", family)
		}
	}
	for folder, module := range linkedFolders(t) {
		for _, id := range licencesOf(t, folder) {
			if copyleft.MatchString(id) && choices[module] != id {
				t.Errorf("%s links %s, which is under %s: do without it", folder, module, id)
			}
		}
	}
}

// linkedFolders are the folders of all linked packages and those around them up to
// the module's own, with the module's path.
func linkedFolders(t *testing.T) map[string]string {
	t.Helper()
	folders := map[string]string{}
	for _, line := range goList(t, "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}} {{$.Dir}}{{end}}{{end}}") {
		fields := strings.Fields(line)
		for folder := fields[2]; len(folder) >= len(fields[1]) && folders[folder] == ""; folder = filepath.Dir(folder) {
			folders[folder] = fields[0]
		}
	}
	return folders
}

// linkedModules are the modules with code in the program: path and folder.
func linkedModules(t *testing.T) [][2]string {
	t.Helper()
	var modules [][2]string
	for _, line := range goList(t, "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}") {
		path, dir, _ := strings.Cut(line, " ")
		modules = append(modules, [2]string{path, dir})
	}
	return modules
}

// goList writes a template for every package of the program: its lines, sorted,
// each once, without empty ones.
func goList(t *testing.T, template string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", template, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
	slices.Sort(lines)
	return slices.Compact(lines)
}

var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[sc]e|copying)([-._].*)?$`)

// licencesOf returns the SPDX ids of the licence files in a module's root folder.
func licencesOf(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range licensecheck.Scan(text).Match {
			if !match.IsURL {
				found = append(found, match.ID)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
