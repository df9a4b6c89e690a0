package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// validators is the folder into which `make validators` brings what others check our
// files with; it runs these tests. Without it a test is skipped.
func validators(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MIDSPAN_VALIDATORS")
	if dir == "" {
		t.Skip("MIDSPAN_VALIDATORS names no folder of validators: make validators")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatalf("MIDSPAN_VALIDATORS: %v: make validators", err)
	}
	return dir
}

// sarifFaults are the errors and warnings of Microsoft's validator; its notes are
// advice on style.
func sarifFaults(t *testing.T, log []byte) []string {
	t.Helper()
	program := filepath.Join(validators(t), "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
	dir := t.TempDir()
	file, result := filepath.Join(dir, "midspan.sarif"), filepath.Join(dir, "faults.sarif")
	if err := os.WriteFile(file, log, 0o600); err != nil {
		t.Fatal(err)
	}
	// The program's code is 1 where it finds an error; the file says which.
	said, _ := exec.Command(program, "validate", file, "--output", result, "--level", "Error;Warning").CombinedOutput()
	found, err := os.ReadFile(result)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var faults struct {
		Runs []struct {
			Results []struct {
				RuleID  string
				Message struct{ Arguments []string }
			}
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(found, []byte("\uFEFF")), &faults); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, run := range faults.Runs {
		for _, r := range run.Results {
			all = append(all, fmt.Sprintf("%s: %q", r.RuleID, r.Message.Arguments))
		}
	}
	return all
}

func TestMicrosoftsValidatorWarnsOfNothingInSARIF(t *testing.T) {
	validators(t)
	for _, id := range []string{"clinic-ledger", "open-atlas"} {
		log := formatsOf(t, reporttest.OneGood(t, id), reporttest.Answered(id))["sarif.json"]
		for _, fault := range sarifFaults(t, log) {
			t.Errorf("%s: %s", id, fault)
		}
		if spoilt := bytes.Replace(log, []byte(`"ruleIndex": 0`), []byte(`"ruleIndex": -1`), 1); len(sarifFaults(t, spoilt)) == 0 {
			t.Errorf("%s: the validator lets an index of -1 pass", id)
		}
	}
}

func TestCycloneDXsOwnLibraryAcceptsAnSBOM(t *testing.T) {
	dir := validators(t)
	check := func(bom []byte) error {
		cmd := exec.Command("node", "cyclonedx.mjs")
		cmd.Dir, cmd.Stdin = dir, bytes.NewReader(bom)
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, said)
		}
		return nil
	}
	for _, id := range []string{"clinic-ledger", "open-atlas"} {
		bom := formatsOf(t, reporttest.OneGood(t, id), reporttest.Answered(id))["cdx.json"]
		if err := check(bom); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if check(bytes.Replace(bom, []byte(`"specVersion"`), []byte(`"spec"`), 1)) == nil {
			t.Errorf("%s: the library accepts an SBOM without its version", id)
		}
	}
}

// unknownToNu are what the Nu checker calls a fault and is none.
var unknownToNu = []string{
	"“paint-order”: Property “paint-order” doesn't exist", // SVG 2 has it, and so have all browsers
}

func TestTheNuCheckerFindsNoErrorOnAnyPage(t *testing.T) {
	jar := filepath.Join(validators(t), "node_modules/vnu-jar/build/dist/vnu.jar")
	every := []string{"-jar", jar, "--format", "json", "--exit-zero-always"}
	for _, pages := range everyPage(t) {
		for _, page := range pages {
			if page.report == "hostile" && strings.HasSuffix(page.name, "method.html") {
				continue // its rules have ids that no file of rules may give
			}
			every = append(every, strings.TrimPrefix(page.address, "file://"))
		}
	}
	cmd := exec.Command("java", every...)
	var found bytes.Buffer
	cmd.Stderr = &found // the checker answers there
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, found.Bytes())
	}
	var answer struct {
		Messages []struct{ Type, URL, Message, Extract string }
	}
	if err := json.Unmarshal(found.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, found.Bytes())
	}
	for _, m := range answer.Messages {
		known := false
		for _, text := range unknownToNu {
			known = known || strings.Contains(m.Message, text)
		}
		if m.Type == "error" && !known {
			t.Errorf("%s: %s: %s", strings.TrimPrefix(m.URL, "file:"+reports.dir), m.Message, m.Extract)
		}
	}
}
