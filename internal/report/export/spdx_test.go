package export

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// validateSPDX asks SPDX's own library. It takes NONE and NOASSERTION, which the
// specification allows at the end of a relationship (SPDX 2.3, 11.1), for ids of packages,
// so it is not shown those.
func validateSPDX(bill *spdx.Document) error {
	shown := *bill
	shown.Relationships = slices.DeleteFunc(slices.Clone(bill.Relationships), func(r *spdx.Relationship) bool { return r.RefB.SpecialID != "" })
	return spdxlib.ValidateDocument(&shown)
}

// TestSPDXIsReadAndHoldsTogether reads each bill with SPDX's own library.
func TestSPDXIsReadAndHoldsTogether(t *testing.T) {
	for name, doc := range map[string]report.Document{"every state": reporttest.EveryState(), "hostile": reporttest.HostileDocument()} {
		for _, good := range doc.Goods {
			lists := []Listing{{Repository: "https://git.example/x", Packages: []observation.Package{
				{Ecosystem: "npm", Name: "left", Version: "1.0", PURL: "pkg:npm/left@1.0", Path: "a", Relation: observation.Direct},
				{Ecosystem: "npm", Name: "right", Version: "2.0", Path: "a", Groups: []string{"dev"}},
			}}}
			var first, again bytes.Buffer
			if err := WriteSPDX(&first, doc, good, lists); err != nil {
				t.Fatal(err)
			}
			if err := WriteSPDX(&again, doc, good, lists); err != nil || first.String() != again.String() {
				t.Fatalf("%s: a second bill of %q differs: %v", name, good.ID, err)
			}
			bill, err := spdxjson.Read(strings.NewReader(first.String()))
			if err != nil {
				t.Fatalf("%s: %q: %v", name, good.ID, err)
			}
			if err := validateSPDX(bill); err != nil {
				t.Errorf("%s: %q: %v", name, good.ID, err)
			}
			if len(bill.Packages) != 3 || bill.SPDXVersion != spdx.Version || bill.DocumentNamespace == "" {
				t.Errorf("%s: %q: %d packages, version %q, namespace %q", name, good.ID, len(bill.Packages), bill.SPDXVersion, bill.DocumentNamespace)
			}
			var kinds []string
			for _, r := range bill.Relationships {
				kinds = append(kinds, r.Relationship)
			}
			if got := strings.Join(kinds, " "); got != "DESCRIBES DEPENDS_ON DEV_DEPENDENCY_OF DEPENDS_ON DEPENDS_ON" {
				t.Errorf("%s: %q: relationships %s", name, good.ID, got)
			}
		}
	}
}

// A bill without packages is not that of a good without any, where a repository was not read.
func TestABillNamesTheRepositoriesThatWereNotRead(t *testing.T) {
	var good report.Good
	good.Scans = []report.Scan{{Outcome: report.Failed}, {Outcome: report.Partial}, {Outcome: report.Scanned}}
	for i, name := range []string{"gone", "part", "whole"} {
		good.Scans[i].Repository.URL = "https://forge.example/o/" + name
	}
	for _, format := range SBOMFormats() {
		var bill strings.Builder
		if err := format.Write(&bill, report.Document{}, good, nil); err != nil {
			t.Fatal(err)
		}
		if text := bill.String(); !strings.Contains(text, "gone was not read, so what it lists is unknown. ") || !strings.Contains(text, "part was read in part.") ||
			strings.Contains(text, "whole was") {
			t.Errorf("%s: %s", format.Name, text)
		}
	}
}

func TestWhatIsNotInTheInventoryIsNotAsserted(t *testing.T) {
	for declared, want := range map[string]string{"": noAssertion, "MIT": "MIT", "MIT OR Apache-2.0": "MIT OR Apache-2.0", "a licence of our own": noAssertion} {
		good := report.Good{}
		if good.ID = "x"; declared != "" {
			good.Licenses = []string{declared}
		}
		b := newBOMBuilder(good, nil)
		if got := b.spdxGood().PackageLicenseDeclared; got != want {
			t.Errorf("%q: declared %q, want %q", declared, got, want)
		}
	}
}
