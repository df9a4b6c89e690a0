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

**Copyleft.** The official validator of publiccode.yml, publiccode-parser-go, is
under EUPL-1.2 and uses httpclient-lib-go, which is under AGPL-3.0. Who passes on a
built ` + "`midspan`" + ` passes on their code too, and must offer the sources under those
terms. The sources of Midspan alone are not bound by them. MPL-2.0 binds changes to
the files that are under it. spdx/tools-golang may be had under Apache-2.0 or GPL-2.0,
and is taken under the first. The Creative Commons licences are those of documents.
`

// accepted are the licences that a linked module may have. A further one must be
// decided.
var accepted = []string{"0BSD", "AGPL-3.0", "Apache-2.0", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause",
	"CC-BY-4.0", "CC-BY-SA-4.0", "EUPL-1.2", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unlicense"}

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

// linkedModules returns the modules with code in the program: path and folder.
func linkedModules(t *testing.T) [][2]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var modules [][2]string
	for _, line := range slices.Compact(lines) {
		if path, dir, ok := strings.Cut(line, " "); ok {
			modules = append(modules, [2]string{path, dir})
		}
	}
	return modules
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
