package export

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/succession"
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

// The last columns of goods.csv name those that hold a bound.
func TestARowNamesItsBounds(t *testing.T) {
	at := time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)
	measures := []observation.Measure{
		{ID: observation.MomentumDaysSinceCommit, State: observation.Measured, Value: 10.0, Bound: observation.AtMost, At: at},
		{ID: observation.PeopleRetainedContributors12m, State: observation.Measured, Value: 2.0, Bound: observation.AtLeast},
		{ID: observation.PeopleOrganizations12m, State: observation.Measured, Value: 1.0},
		{ID: observation.DataCommits12m, State: observation.Measured, Value: 9.0, Bound: observation.AtMost}}
	good := report.Good{Measures: measures, Succession: succession.Of(measures)}
	row := GoodRow(good, report.Tally{N: 3, State: observation.Measured})
	least, most := row[slices.Index(GoodsHeader, "at_least")], row[slices.Index(GoodsHeader, "at_most")]
	if len(row) != len(GoodsHeader) || least != "last_human_commit advisories retained" || most != "data_commits" {
		t.Errorf("%d cells, at least %q, at most %q", len(row), least, most)
	}
	if row := GoodRow(report.Good{}, report.Tally{State: observation.Measured, Exact: true}); strings.Join(row[len(row)-2:], "") != "" {
		t.Errorf("an exact row has bounds: %q", row)
	}
}

// A number of a series keeps its bound.
func TestASeriesKeepsItsBounds(t *testing.T) {
	rows := TrendRows(report.Trend{Runs: []report.TrendRun{{Day: "2026-07-01"}}, Goods: []report.TrendGood{{ID: "a",
		Points: []report.TrendPoint{{Findings: new(0), FindingsBound: observation.AtLeast, People: new(2)}}}}})
	if row := strings.Join(rows[1], ","); !strings.HasSuffix(row, ",0,2,,at-least,") {
		t.Errorf("%s", row)
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
