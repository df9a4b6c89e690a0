package export

import (
	"io"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestSARIFHoldsNothingThatItsSchemaSaysOfAnAbsentMember(t *testing.T) {
	doc := reporttest.OneGood(t, "clinic-ledger")
	log := string(reporttest.BytesOf(t, func(w io.Writer) error { return WriteSARIF(w, doc, nil) }))
	for _, absent := range []string{": -1", ": []", `"enabled": true`, `"isComprehensive": false`} {
		if strings.Contains(log, absent) {
			t.Errorf("SARIF holds %s", absent)
		}
	}
	if _, err := sarif.FromString(log); err != nil {
		t.Error(err)
	}
}

func TestSARIFOfACleanRepositoryHasAnEmptyListOfResults(t *testing.T) {
	doc := reporttest.OneGood(t, "clinic-ledger")
	doc.Goods = nil
	log := string(reporttest.BytesOf(t, func(w io.Writer) error { return WriteSARIF(w, doc, nil) }))
	if !strings.Contains(log, `"results": []`) {
		t.Errorf("nothing says that nothing was found: %s", report.Cut(log, 500))
	}
}

func TestTheVersionInSARIFBeginsWithADigit(t *testing.T) {
	for version, want := range map[string]string{"v1.2.3": "1.2.3", "1.2": "1.2", "(devel)": "0.0.0-devel", "": "0.0.0-devel"} {
		if got := numericVersion(version); got != want {
			t.Errorf("%q: %q, want %q", version, got, want)
		}
	}
}
