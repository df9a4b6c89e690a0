package export

import (
	"io"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestAResultKeepsItsFingerprintWhenItsWordsChange(t *testing.T) {
	prints := func(change func(*observation.Finding)) string {
		doc := reporttest.OneGood(t, "clinic-ledger")
		scan := &doc.Goods[0].Scans[0]
		scan.Findings = append([]observation.Finding(nil), scan.Findings...)
		change(&scan.Findings[0])
		log, err := sarif.FromBytes(reporttest.BytesOf(t, func(w io.Writer) error { return WriteSARIF(w, doc, nil) }))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range log.Runs[0].Results {
			if *r.RuleID == scan.Findings[0].Advisory {
				return r.PartialFingerprints[fingerprint]
			}
		}
		t.Fatal("the finding is no result")
		return ""
	}
	same := prints(func(*observation.Finding) {})
	if got := prints(func(f *observation.Finding) { f.Package.Version, f.Summary, f.Severity = "0.0.1", "new words", "low" }); got != same {
		t.Error("a new version of the package makes it another result")
	}
	if got := prints(func(f *observation.Finding) { f.Package.Path = "elsewhere/package-lock.json" }); got == same {
		t.Error("another manifest is the same result")
	}
}

func TestAFileOfAResultStaysInTheRepository(t *testing.T) {
	for file, want := range map[string]string{
		"go.mod": "go.mod", "a/b c.txt": "a/b%20c.txt", "a:b": "a%3Ab", "": wholeRepository, "/etc/passwd": wholeRepository,
		"../x": wholeRepository, "a/../../x": wholeRepository, `..\x`: wholeRepository, "ü/<x>": "%C3%BC/%3Cx%3E", "a%2e": "a%252e",
	} {
		if got := fileURI(file); got != want {
			t.Errorf("%q is %q, want %q", file, got, want)
		}
	}
}
