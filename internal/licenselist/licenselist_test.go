package licenselist_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/licenselist"
)

var update = flag.Bool("update", false, "write osi.txt from the licence list of the linked module")

func TestALicenceStandsOnTheListsOfItsKind(t *testing.T) {
	for found, want := range map[string]string{
		"MIT":                                   "approved by the OSI",
		"apache-2.0":                            "approved by the OSI",
		"AGPL-3.0":                              "approved by the OSI",
		"LGPL-2.1-or-later":                     "approved by the OSI",
		"EUPL-1.2":                              "approved by the OSI",
		"NASA-1.3":                              "approved by the OSI",
		"CC0-1.0":                               "accepted by the DPG Standard for content, accepted by the DPG Standard for data",
		"CC-BY-4.0":                             "accepted by the DPG Standard for content, accepted by the DPG Standard for data",
		"CC-BY-SA-3.0":                          "accepted by the DPG Standard for content",
		"ODbL-1.0":                              "accepted by the DPG Standard for data",
		"ODC-By-1.0":                            "accepted by the DPG Standard for data",
		"PDDL-1.0":                              "accepted by the DPG Standard for data",
		"CC-BY-NC-4.0":                          "on no list: no commercial use",
		"CC-BY-NC-SA-3.0-IGO":                   "on no list: no commercial use",
		"CC-BY-ND-4.0":                          "on no list: no derivatives",
		"CC-BY-NC-ND-4.0":                       "on no list: no commercial use and no derivatives",
		"BUSL-1.1":                              "on no list",
		"Elastic-2.0":                           "on no list",
		"SSPL-1.0":                              "on no list",
		"WTFPL":                                 "on no list",
		"GPL-1.0":                               "on no list",
		"EUPL-1.0":                              "on no list",
		"CDLA-Permissive-2.0":                   "on no list",
		"LicenseRef-restricted":                 "on no list: it restricts its use",
		"MIT AND LicenseRef-restricted":         "on no list: it restricts its use",
		"Apache-2.0 AND LicenseRef-added-terms": "terms are added",
		"CC-BY-NC-4.0 AND LicenseRef-added-terms":              "on no list: no commercial use",
		"MIT AND CC-BY-4.0":                                    "on no list", // for no one kind
		"MIT AND Apache-2.0":                                   "approved by the OSI",
		"GPL-2.0-only WITH Classpath-exception-2.0":            "approved by the OSI",
		"MIT OR BUSL-1.1":                                      "approved by the OSI",
		"BUSL-1.1 OR Elastic-2.0":                              "on no list",
		"MIT OR CC-BY-4.0":                                     "approved by the OSI, accepted by the DPG Standard for content, accepted by the DPG Standard for data",
		"(MIT OR Apache-2.0) AND BUSL-1.1":                     "on no list",
		"(MIT OR Apache-2.0) AND ISC":                          "approved by the OSI",
		"(MIT OR Apache-2.0) AND LicenseRef-added-terms":       "terms are added",
		"GPL-2.0-or-later WITH Classpath-exception-2.0 OR MIT": "approved by the OSI",
		"MIT AND (CC-BY-NC-4.0 OR BUSL-1.1)":                   "on no list: no commercial use",
		strings.Repeat("(", 100000) + "MIT":                    "on no list",
		"":                                                     "on no list",
	} {
		standing := licenselist.Of(found)
		got := strings.Join(standing.Says(), ", ")
		if standing.Refused != "" {
			got += ": " + string(standing.Refused)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", found, got, want)
		}
	}
}

// The list is copied, because the module has it beside its code and not in it.
func TestTheOSIsListIsThatOfTheLinkedModule(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/github/go-spdx/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "cmd", "licenses.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Version  string `json:"licenseListVersion"`
		Licenses []struct {
			ID       string `json:"licenseId"`
			Approved bool   `json:"isOsiApproved"`
		} `json:"licenses"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, l := range list.Licenses {
		if l.Approved {
			ids = append(ids, l.ID)
		}
	}
	slices.Sort(ids)
	have, err := os.ReadFile("osi.txt")
	if err != nil {
		t.Fatal(err)
	}
	var head bytes.Buffer
	for line := range bytes.Lines(have) {
		if bytes.HasPrefix(line, []byte("#")) {
			head.Write(line)
		}
	}
	want := head.String() + strings.Join(ids, "\n") + "\n"
	if *update {
		if err := os.WriteFile("osi.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(have) != want {
		t.Error("osi.txt is not the list of the linked module: go test ./internal/licenselist -update")
	}
	if !strings.Contains(head.String(), "version "+list.Version+" ") {
		t.Errorf("the head of osi.txt does not name version %s, and its day", list.Version)
	}
}
