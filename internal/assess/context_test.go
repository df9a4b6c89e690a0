package assess

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// What kind of good it is decides what is asked, and speaks neither for nor against it.
func TestAConditionIsNoReason(t *testing.T) {
	for _, kind := range []bool{true, false} {
		for name, values := range map[string]map[string]any{"sustained": healthy(), "messy": middle(), "silent": with(middle(), map[string]any{"momentum.days-since-commit": 240.0})} {
			for _, reason := range reasonsIn(assessed(t, with(values, map[string]any{"catalog.without-software": kind}))) {
				if reason.Rule == "good.slow" || strings.Contains(reason.Sentence, "The catalog calls it") {
					t.Errorf("%s: %s", name, reason.Sentence)
				}
			}
		}
	}
}

func TestASustainedGoodSaysWhatIsNearestToGivingWay(t *testing.T) {
	v := assessed(t, with(with(healthy(), unfunded), map[string]any{"people.contributors-6m": 3.0}))
	if want := "Nearest to giving way: measure people.contributors-6m, now 3 people. At 2 people it would be in the messy middle."; !strings.Contains(v.Because, want) {
		t.Errorf("%s", v.Because)
	}
	// Of a rule that no level reads, and of a share.
	v = assessed(t, with(healthy(), map[string]any{"momentum.commit-trend": 0.44, "people.contributors-6m": 20.0}))
	if want := "Nearest to giving way: measure momentum.commit-trend, now 44 %. Below 33 % it would be strained."; !strings.Contains(v.Because, want) {
		t.Errorf("%s", v.Because)
	}
	// What is far away is not the nearest worth a word.
	if v := assessed(t, with(healthy(), map[string]any{"people.contributors-6m": 20.0})); strings.Contains(v.Because, "giving way") {
		t.Errorf("%s", v.Because)
	}
	if v := assessed(t, middle()); strings.Contains(v.Because, "giving way") {
		t.Errorf("a good that does not hold says %s", v.Because)
	}
}

func TestALargeFallIsToldBesideTheStage(t *testing.T) {
	fallen := map[string]any{"momentum.commit-trend": 0.2, "momentum.commits-12m": 76.0, "momentum.commits-prior-12m": 380.0}
	v := assessed(t, with(healthy(), fallen))
	if want := "76 commits in the last 12 months, 380 in the 12 months before."; v.Stage != Strained || !strings.Contains(v.Because, "but work on it has fallen far. "+want) {
		t.Errorf("%s: %s", v.Stage, v.Because)
	}
	half := map[string]any{"momentum.commit-trend": 0.5, "momentum.commits-12m": 190.0, "momentum.commits-prior-12m": 380.0}
	v = assessed(t, with(healthy(), half))
	if want := "Work on it fell: 190 commits in the last 12 months, 380 in the 12 months before."; strings.Contains(v.Because, "fallen") || !strings.Contains(v.Because, want) {
		t.Errorf("half as much is a fall, and no large one: %s", v.Because)
	}
	if holding, _, _ := strings.Cut(v.Because, " hold"); strings.Contains(holding, "momentum") {
		t.Errorf("where work fell momentum does not hold: %s", v.Because)
	}
}

func TestWorkOnOtherBranchesIsToldWithWorkThatRunsOut(t *testing.T) {
	const said = "There is newer work on other branches"
	silent := map[string]any{"momentum.days-since-commit": 240.0, "momentum.other-branch-days": 20.0}
	if v := assessed(t, with(healthy(), silent)); v.Stage != Fading || !strings.Contains(v.Because, said) || len(v.Remarks) > 0 {
		t.Errorf("%s: %s %q", v.Stage, v.Because, v.Remarks)
	}
	alive := map[string]any{"momentum.days-since-commit": 100.0, "momentum.other-branch-days": 20.0}
	if v := assessed(t, with(healthy(), alive)); strings.Contains(v.Because, said) || len(v.Remarks) != 1 || !strings.HasPrefix(v.Remarks[0], said+", the last on 12 October 2026.") {
		t.Errorf("%s: %q", v.Because, v.Remarks)
	}
	if v := assessed(t, with(healthy(), map[string]any{"momentum.other-branch-days": 1.0})); len(v.Remarks) > 0 {
		t.Errorf("a branch in work is told: %q", v.Remarks)
	}
}

// A catalog may name an old repository or a copy: its silence is not that of the good.
func TestRunningOutIsSaidOfTheRepositoryThatWasNamed(t *testing.T) {
	r := loaded(t)
	in := input(r, with(healthy(), map[string]any{"momentum.days-since-commit": 240.0}))
	if v, _ := r.Assess(in, definitions()); !strings.HasPrefix(v.Because, "Work is running out in the repository that the catalog names.") {
		t.Errorf("%s", v.Because)
	}
	in.Good.Sources = []catalog.Source{{Catalog: "url", Entry: "x"}}
	if v, _ := r.Assess(in, definitions()); !strings.HasPrefix(v.Because, "Work is running out in the repository that was read.") {
		t.Errorf("%s", v.Because)
	}
}

// One step of a threshold of one or two is no 20 %.
func TestAThresholdOfOneOrTwoIsNotMoved(t *testing.T) {
	r := loaded(t)
	for id, want := range map[string][]float64{
		"people.no-second": nil, "load.a-country": nil, "people.few": {2, 4}, "people.small-team": {5, 7}, "momentum.silent-half-year": {144, 216}, "upkeep.low-posture": {2.4, 3.6},
	} {
		if got := r.movedThresholds(r.byID[id]); !slices.Equal(got, want) {
			t.Errorf("%s is moved to %v, want %v", id, got, want)
		}
	}
}

// A data set has no automatic checks and needs none; what it is made of is not known where
// nobody could read what it is.
func TestNoCodeIsNotAskedForWhatOnlyCodeHas(t *testing.T) {
	bare := map[string]any{"governance.ci": false, "governance.security-policy": false, "posture.score": 1.0, "posture.dependency-update-tool": 0.0}
	code, data := assessed(t, with(healthy(), bare)), assessed(t, with(with(healthy(), bare), map[string]any{"catalog.without-software": true}))
	if code.Supports[2].Level != Weak || data.Supports[2].Level != Strong {
		t.Errorf("upkeep of code is %s, of data %s", code.Supports[2].Level, data.Supports[2].Level)
	}
	if len(data.Remarks) != 1 || !strings.Contains(data.Remarks[0], "twice the time") {
		t.Errorf("remarks %q", data.Remarks)
	}
}

// The day is that of the repository that decides, and not of one that was seen long ago.
func TestTheDayIsThatOfTheMainRepository(t *testing.T) {
	r := loaded(t)
	in := input(r, healthy())
	old := input(r, with(middle(), map[string]any{"momentum.commits-12m": 2.0, "momentum.commits-prior-12m": 1.0})).Repositories[0]
	old.Repository.URL, old.ObservedUntil = "https://git.example/a/old", asOf.AddDate(-3, 0, 0)
	in.Repositories = append(in.Repositories, old)
	v, merged := r.Assess(in, definitions())
	if !v.ObservedUntil.Equal(asOf) || v.Stale {
		t.Errorf("seen until %s, stale %v", v.ObservedUntil.Format(time.DateOnly), v.Stale)
	}
	first, _ := observation.Find(merged, observation.PeopleFirstCommits12m)
	for _, reason := range reasonsIn(v) {
		if reason.Measure == "people.contributor-absence-factor" && !strings.HasPrefix(reason.Sentence, "In "+first.Repository+": ") {
			t.Errorf("%s", reason.Sentence)
		}
	}
}
