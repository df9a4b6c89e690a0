package backtest

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/gitrepo"
)

func TestRowsSayWhatStagesAreOpenTogether(t *testing.T) {
	for want, open := range map[assess.Stage][]assess.Stage{
		assess.Sustained: {assess.Sustained},
		Short:            {assess.MessyMiddle, assess.Strained},
		assess.Fading:    {assess.Dormant, assess.Fading},
		Undecided:        {assess.Strained, assess.Sustained},
	} {
		if got := RowOf(assess.Verdict{Stage: assess.Unassessed, Possible: open}); got != want {
			t.Errorf("%v stands in the row %s, want %s", open, got, want)
		}
	}
}

func TestFatesOfHistoriesMadeByHand(t *testing.T) {
	at, end := day("2024-06-30"), day("2026-06-30")
	yes, no := true, false
	var monthly []gitrepo.Commit
	for then := end; then.After(day("2023-06-30")); then = then.AddDate(0, 0, -28) {
		monthly = append(monthly, commitBy("Ada Ore", then))
	}
	for name, test := range map[string]struct {
		commits   []gitrepo.Commit
		then, now *bool
		want      map[Fate]bool
	}{
		"at work all the time": {monthly, &no, &no,
			map[Fate]bool{SilentHalfYear: false, StillSilent: false, NobodyLeft: false, Halved: false, Over: false}},
		"declared over later": {monthly, &no, &yes,
			map[Fate]bool{SilentHalfYear: false, StillSilent: false, NobodyLeft: false, Halved: false, Over: true}},
		"declared over before": {monthly, &yes, &yes,
			map[Fate]bool{SilentHalfYear: false, StillSilent: false, NobodyLeft: false, Halved: false}},
		"nobody after": {[]gitrepo.Commit{commitBy("Ada Ore", day("2024-06-01"))}, nil, &no,
			map[Fate]bool{SilentHalfYear: true, StillSilent: true, NobodyLeft: true, Halved: true}},
		"a pause, and one of two back": {[]gitrepo.Commit{commitBy("Ada Ore", day("2026-06-01")), commitBy("Ben Kay", day("2024-06-02")), commitBy("Ada Ore", day("2024-06-01"))},
			&no, nil, map[Fate]bool{SilentHalfYear: true, StillSilent: false, NobodyLeft: false, Halved: true}},
		"others in their place": {[]gitrepo.Commit{commitBy("Ben Kay", day("2026-06-01")), commitBy("Ada Ore", day("2024-06-01"))},
			&no, nil, map[Fate]bool{SilentHalfYear: true, StillSilent: false, NobodyLeft: true, Halved: false}},
		"no team then": {[]gitrepo.Commit{commitBy("Ada Ore", day("2026-06-01")), commitBy("Ada Ore", day("2022-06-01"))},
			&no, nil, map[Fate]bool{SilentHalfYear: true, StillSilent: false}},
	} {
		got := FatesOf(historyOf(t, test.commits), at, end, test.then, test.now)
		if len(got) != len(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		for fate, happened := range test.want {
			if known, ok := got[fate]; !ok || known != happened {
				t.Errorf("%s: %s is %v, want %v", name, fate, known, happened)
			}
		}
	}
}

func TestSeriousFixesStandInTheTableWhereTheyWereAsked(t *testing.T) {
	point := func(stage assess.Stage, open *bool, why string, partly bool) StagePoint {
		p := StagePoint{Months: 12, Stage: stage, Fates: map[Fate]bool{StillSilent: false}, FixesUntold: why, FixesPartly: partly}
		if open != nil {
			p.Fates[FixesLeft] = *open
		}
		return p
	}
	yes, no := true, false
	all := []StagedRepository{{Points: []StagePoint{point(assess.Sustained, &no, "", true)}}, {Points: []StagePoint{point(assess.Strained, &yes, "", false)}},
		{Points: []StagePoint{point(assess.Fading, &yes, "", false)}}, {Points: []StagePoint{point(assess.Fading, nil, "nothing-listed", false)}}, {Points: []StagePoint{point(assess.Fading, nil, FixesUndecided, false)}}}
	found := EvaluateStages(all, Options{Seed: 1, Draws: 10, Fixes: true})
	if f := found.Fixes; f == nil || f.Told != 3 || f.Partly != 1 || len(f.Untold) != 2 || f.Untold["nothing-listed"] != 1 {
		t.Errorf("%+v", found.Fixes)
	}
	for _, row := range found.Tables[0].Rows {
		last := row.Fates[len(row.Fates)-1]
		if last.Fate != FixesLeft {
			t.Fatalf("%s ends with %s", row.Stage, last.Fate)
		}
		if row.Stage == assess.Fading && (row.Points != 3 || last.Of != 1 || last.Happened != 1 || last.Undecided != 1 || *last.Worse.Value != 0) {
			t.Errorf("fading %+v, want one of the one at which it is told, as often as the step above", last)
		}
	}
	unasked := EvaluateStages(all, Options{Seed: 1, Draws: 10})
	if row := unasked.Tables[0].Rows[0]; unasked.Fixes != nil || len(row.Fates) != len(fates)-1 {
		t.Errorf("%+v %+v", unasked.Fixes, row)
	}
}

func TestTheStepsOfTheLadderAreSustainedShortOfSupportAndFading(t *testing.T) {
	for row, want := range map[assess.Stage]assess.Stage{assess.Strained: assess.Sustained, assess.MessyMiddle: assess.Sustained, Short: assess.Sustained,
		assess.Fading: Short} {
		if got := above(row); !slices.Equal(got, stagesOfRow(want)) {
			t.Errorf("%s stands below %v, want %s", row, got, want)
		}
	}
	for _, row := range []assess.Stage{assess.Sustained, assess.Dormant, assess.Emerging, Undecided} {
		if got := above(row); got != nil {
			t.Errorf("%s stands below %v, want nothing", row, got)
		}
	}
}

func TestStagesAreCountedByHand(t *testing.T) {
	silent := func(months int, stage assess.Stage, happened bool) StagePoint {
		return StagePoint{Months: months, Stage: stage, Fates: map[Fate]bool{StillSilent: happened}}
	}
	all := []StagedRepository{
		{Points: []StagePoint{silent(12, assess.Sustained, false), silent(18, assess.Sustained, true)}},
		{Points: []StagePoint{silent(12, assess.Sustained, false), silent(18, assess.Strained, true)}, Unread: 1},
		{Points: []StagePoint{silent(12, assess.MessyMiddle, true), silent(18, assess.Sustained, false)}},
		{Points: []StagePoint{silent(12, Short, true), {Months: 18, Stage: assess.Sustained}}},
	}
	found := EvaluateStages(all, Options{Seed: 1, Draws: 100})
	if found.Repositories != 4 || found.UnreadTimes != 1 || len(found.Tables) != 1+len(StageMonths) {
		t.Fatalf("%+v", found)
	}
	together := found.Tables[0]
	cell := func(stage assess.Stage) (StageRow[FateShare], FateShare) {
		for _, row := range together.Rows {
			if row.Stage == stage {
				return row, row.Fates[1]
			}
		}
		return StageRow[FateShare]{}, FateShare{}
	}
	row, sustained := cell(assess.Sustained)
	if row.Points != 5 || row.Repositories != 4 || sustained.Of != 4 || sustained.Happened != 1 || *sustained.Share.Value != 0.25 || sustained.Worse != nil {
		t.Errorf("sustained %+v %+v", row, sustained)
	}
	if _, strained := cell(assess.Strained); *strained.Share.Value != 1 || *strained.Worse.Value != 0.75 {
		t.Errorf("strained %+v", strained)
	}
	if row, short := cell(Short); row.Points != 3 || short.Of != 3 || *short.Share.Value != 1 || *short.Worse.Value != 0.75 {
		t.Errorf("strained and messy middle together, with what may be either: %+v %+v", row, short)
	}
	if _, messy := cell(assess.MessyMiddle); *messy.Worse.Value != 0.75 {
		t.Errorf("the messy middle is held against %+v, want the sustained: strained stands on its own step", messy)
	}
	if apart := together.Apart[1]; apart.Fate != StillSilent || *apart.Difference.Value != 0 {
		t.Errorf("messy middle less strained: %+v", apart)
	}
	if *together.Times.Value != 4 {
		t.Errorf("messy middle to sustained %v times, want 4", *together.Times.Value)
	}
	if row := found.Tables[1].Rows[0]; row.Points != 2 {
		t.Errorf("%d sustained points 12 months back, want 2", row.Points)
	}
}
