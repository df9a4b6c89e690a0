package carried_test

import (
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/carried"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// counted is a good of which ci rests on one person, who did half of the tests beside two
// others; nobody translates, who merges is not seen, and there are no migrations.
func counted() report.Good {
	people := func(f functions.Function, n, half float64) []observation.Measure {
		all := []observation.Measure{{ID: f.PeopleID(), State: observation.Measured, Value: n, Unit: observation.UnitPeople}}
		if half > 0 {
			return append(all, observation.Measure{ID: f.AbsenceID(), State: observation.Measured, Value: half, Unit: observation.UnitPeople})
		}
		return append(all, observation.Measure{ID: f.AbsenceID(), State: observation.NotApplicable})
	}
	good := report.Good{Good: catalog.Good{ID: "clinic-ledger", Name: "Clinic Ledger", Repositories: []catalog.Repository{{URL: "https://forge.example/o/clinic-ledger"}}},
		Verdict: assess.Verdict{ObservedUntil: at}}
	good.Measures = append(people(functions.CI, 1, 1), people(functions.Tests, 3, 1)...)
	good.Measures = append(good.Measures, people(functions.Translation, 0, 0)...)
	good.Measures = append(good.Measures,
		observation.Measure{ID: functions.Merging.PeopleID(), State: observation.Unknown, Cause: observation.CauseNoSource},
		observation.Measure{ID: functions.Migrations.PeopleID(), State: observation.NotApplicable},
		observation.Measure{ID: observation.FunctionsAlone, State: observation.Measured, Value: []string{"ci"}, Bound: observation.AtLeast})
	good.Functions = functions.SeenIn(good.Measures)
	return good
}

func TestTheJobNamesWhatRestsOnOnePersonAndWhatASecondWouldDo(t *testing.T) {
	text := carried.Job(report.English, counted())
	for _, want := range []string{
		"Wanted: a second person for Clinic Ledger\n", "Its code: https://forge.example/o/clinic-ledger\n",
		"You would be the second:\n- continuous integration: Learn how each change", "one person did half or more:\n- tests: Write tests",
		"Nobody worked on these parts in the last 12 months: translation.", "Who carries these parts is not wholly seen: merging of changes.",
		"until 1 March 2026. People are counted and never named.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "migrations") {
		t.Error("it names a part that the good does not have")
	}
}

func TestWithoutACountThereIsNoTableAndNoJob(t *testing.T) {
	if carried.TableOf(report.English, report.Good{}) != nil || carried.Job(report.English, report.Good{}) != "" || carried.Across(report.English, []report.Good{{}}) != nil {
		t.Error("something is shown of which nothing is known")
	}
}

func TestTheTableShowsUnknownAsUnknown(t *testing.T) {
	table := carried.TableOf(report.English, counted())
	if table.Line != "What stops if one person leaves: continuous integration" {
		t.Errorf("%q", table.Line)
	}
	var rows []string
	for _, r := range table.Rows {
		rows = append(rows, r.Name+" | "+r.People+" | "+r.Half)
	}
	if got, want := strings.Join(rows, "; "), "merging of changes | unknown | ; continuous integration | 1 person | 1 person; tests | 3 people | 1 person; translation | 0 people | "; got != want {
		t.Errorf("%s", got)
	}
}

func TestFunctionsOnOnePersonAreCountedAcrossTheGoods(t *testing.T) {
	other := counted()
	other.ID, other.Functions = "other", functions.Seen{Known: other.Functions.Known}
	counts := carried.Across(report.English, []report.Good{counted(), other, {}})
	if c := counts[2]; c.Seen != 2 || len(c.Alone) != 1 || c.Alone[0] != "clinic-ledger" {
		t.Errorf("continuous integration: %+v", c)
	}
	if c := counts[1]; c.Seen != 0 || c.Unknown != 1 {
		t.Errorf("merging: %+v", c)
	}
	if line := carried.Line(report.English, counts); line != "1 part of the upkeep of 1 good rests on one person each." {
		t.Errorf("%q", line)
	}
}
