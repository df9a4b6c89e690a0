package export

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// A number of which nothing is known is an empty cell: of one package of 200 that was matched,
// without a finding, and of weaknesses of which none is known to be exploited.
func TestNothingFoundInAPartIsNoZero(t *testing.T) {
	for name, c := range map[string]struct {
		tally                 report.Tally
		advisories, exploited string
	}{
		"all matched, none found":  {report.Tally{State: observation.Measured, Exact: true}, "0", "0"},
		"a part, none found":       {report.Tally{State: observation.Measured}, "", ""},
		"unknown":                  {report.Tally{State: observation.Unknown}, "", ""},
		"no packages":              {report.Tally{State: observation.NotApplicable}, "", ""},
		"all, some found":          {report.Tally{State: observation.Measured, Exact: true, N: 3, ExploitationKnown: true}, "3", "0"},
		"a part, some found":       {report.Tally{State: observation.Measured, N: 3, ExploitationKnown: true}, "3", ""},
		"a part, one exploited":    {report.Tally{State: observation.Measured, N: 3, Exploited: 1, ExploitationKnown: true}, "3", "1"},
		"no list of the exploited": {report.Tally{State: observation.Measured, Exact: true, N: 3}, "3", ""},
	} {
		row := GoodRow(report.Good{}, c.tally)
		cell := func(column string) string { return row[slices.Index(GoodsHeader, column)] }
		if cell("advisories") != c.advisories || cell("exploited") != c.exploited {
			t.Errorf("%s: %q and %q, want %q and %q", name, cell("advisories"), cell("exploited"), c.advisories, c.exploited)
		}
	}
}

// A finding that the maintainer answered is listed, and its last cell says so.
func TestAnAnsweredFindingSaysSo(t *testing.T) {
	answered, open := observation.Finding{Advisory: "A", Answer: &observation.Answer{Status: observation.NotAffected}}, observation.Finding{Advisory: "B"}
	at := slices.Index(FindingsHeader, "answer")
	got := map[string]string{}
	for _, row := range FindingRows(report.Good{Scans: []report.Scan{{Findings: []observation.Finding{answered, open}}}}) {
		if got[row[slices.Index(FindingsHeader, "advisory")]] = row[at]; len(row) != len(FindingsHeader) {
			t.Errorf("%d cells of %d", len(row), len(FindingsHeader))
		}
	}
	if got["A"] != "not_affected" || got["B"] != "" {
		t.Errorf("%v", got)
	}
}

func FuzzACellIsNeverAFormula(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\u202e=1", " =1", "＝1", "plain", "\xff=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if got := guardCell(cell); got != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(got)[0]) {
			t.Errorf("%q is written as %q", cell, got)
		}
	})
}
