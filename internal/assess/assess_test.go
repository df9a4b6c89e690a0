package assess

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

var asOf = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// definitions are those of the scanners, by id. Nobody changes them.
var definitions = sync.OnceValue(func() map[string]observation.Definition {
	defs := map[string]observation.Definition{}
	for _, def := range assesstest.Definitions() {
		def.Name = "Measure " + def.ID
		defs[def.ID] = def
	}
	return defs
})

var sortedDefinitions = sync.OnceValue(assesstest.Definitions)

// healthy is a good with load and supports.
func healthy() map[string]any {
	return map[string]any{
		"adoption.deployment-countries": 12.0, "adoption.used-by": 4.0, "adoption.used-by-declared": 2.0,
		"people.contributors-3m": 8.0, "people.contributors-6m": 10.0, "people.contributors-12m": 14.0, "people.contributors-ever": 60.0,
		"people.contributor-absence-factor": 3.0, "people.elephant-factor": 2.0, "people.new-contributors-12m": 3.0,
		"people.regular-contributors-12m": 6.0, "people.second-share-12m": 0.2, "people.remaining-share-12m": 0.7, "people.first-commits-12m": 120.0, "people.remaining-commits-12m": 280.0, "people.others-commits-12m": 30.0, "people.core-away-days": 9.0, "people.first-away-days": 10.0, "people.institution": false, "people.retained-contributors-12m": 8.0, "people.organizations-ever": 9.0,
		"momentum.commits-12m": 400.0, "momentum.commits-prior-12m": 380.0, "momentum.commits-ever": 4000.0, "momentum.commit-trend": 1.05,
		"momentum.active-months-12": 12.0, "momentum.active-months-24": 24.0, "momentum.days-since-commit": 4.0, "momentum.age-days": 2400.0,
		"momentum.commits-3m": 90.0, "momentum.releases-12m": 5.0, "momentum.releases-ever": 40.0,
		"advisories.run-time-fixable": 0.0, "advisories.run-time-overdue": 0.0, "advisories.exploited": 0.0, "posture.score": 7.0, "posture.dependency-update-tool": 10.0,
		"governance.security-policy": true, "governance.ci": true, "governance.contributing": true,
		"funding.received": true, "funding.sought": true, "funding.catalog-funders": 2.0, "funding.funded-by-declared": 0.0,
		"catalog.without-software": false, "adoption.adopters": 0.0, "adoption.languages": 1.0, "adoption.packages": 0.0, "adoption.deployable": false,
		"funding.catalog-institutions": 0.0, "funding.catalog-associations": 0.0, "funding.named-in-readme": false,
		"maintenance.contract-until-days": 100.0, "maintenance.type": "community",
		"lifecycle.sunset-declared": false, "lifecycle.catalog-status": "DPG", "lifecycle.development-status": "stable",
	}
}

func with(base map[string]any, changes map[string]any) map[string]any {
	values := maps.Clone(base)
	for id, v := range changes {
		if v == nil {
			delete(values, id)
			continue
		}
		values[id] = v
	}
	return values
}

var unfunded = map[string]any{"funding.received": false, "funding.sought": false, "funding.catalog-funders": 0.0,
	"funding.funded-by-declared": 0.0, "maintenance.contract-until-days": nil}

// middle is in use and alive, by one person and without funding.
func middle() map[string]any {
	return with(with(healthy(), unfunded), map[string]any{"people.contributors-6m": 1.0, "people.regular-contributors-12m": 1.0,
		"people.contributors-12m": 2.0, "people.contributor-absence-factor": 1.0, "people.remaining-share-12m": 0.05, "people.first-commits-12m": 38.0, "people.remaining-commits-12m": 2.0, "people.contributors-ever": 9.0, "people.organizations-ever": 2.0})
}

// input is a good with one repository in which everything else is silent.
func input(r *Rules, values map[string]any) merge.Input {
	in := merge.Input{AsOf: asOf, Good: catalog.Good{ID: "g", Sources: []catalog.Source{{Catalog: "csv", Entry: "row 2"}}}}
	repository := merge.Repository{Repository: catalog.Repository{URL: "https://git.example/a/b"}, ObservedUntil: asOf}
	for _, def := range sortedDefinitions() {
		if v, ok := values[def.ID]; ok {
			repository.Measures = append(repository.Measures, def.Of(v, "history", asOf))
		} else {
			repository.Measures = append(repository.Measures, def.UnknownFor(observation.CauseNoSource, "nothing says it"))
		}
	}
	in.Repositories = []merge.Repository{repository}
	return in
}

func assessed(t *testing.T, values map[string]any) Verdict {
	t.Helper()
	r := loaded(t)
	v, _ := r.Assess(input(r, values), definitions())
	return v
}

func TestStages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values map[string]any
		want   Stage
	}{
		"load and supports":                      {healthy(), Sustained},
		"unfunded but carried":                   {with(healthy(), unfunded), Sustained},
		"unfunded, one person":                   {middle(), MessyMiddle},
		"funded, one person":                     {with(middle(), map[string]any{"funding.received": true}), Strained},
		"asks for money, one person":             {with(middle(), map[string]any{"funding.sought": true}), MessyMiddle},
		"unfunded, serious fixes pile up":        {with(with(healthy(), unfunded), map[string]any{"advisories.run-time-fixable": 20.0, "advisories.run-time-overdue": 12.0}), Sustained},
		"and hardly moves":                       {with(with(healthy(), unfunded), map[string]any{"momentum.active-months-12": 4.0, "advisories.run-time-fixable": 20.0, "advisories.run-time-overdue": 12.0}), MessyMiddle},
		"an institution works on it":             {with(middle(), map[string]any{"people.institution": true}), Strained},
		"an institution works on it, and well":   {with(with(healthy(), unfunded), map[string]any{"people.institution": true}), Sustained},
		"its owner is a public body":             {with(middle(), map[string]any{"funding.catalog-institutions": 1.0}), Strained},
		"its readme names who paid":              {with(middle(), map[string]any{"funding.named-in-readme": true}), Strained},
		"its owner says that it maintains it":    {with(middle(), map[string]any{"maintenance.type": "internal"}), Strained},
		"the core left, and nobody came":         {with(healthy(), map[string]any{"people.core-away-days": 300.0, "people.first-away-days": 10.0, "momentum.commits-3m": 1.0}), Fading},
		"the core handed over, and rests":        {with(healthy(), map[string]any{"people.core-away-days": 300.0, "people.first-away-days": 10.0, "momentum.commits-3m": 1.0, "people.others-commits-12m": 190.0}), Sustained},
		"the core left, and others came":         {with(healthy(), map[string]any{"people.core-away-days": 300.0, "people.first-away-days": 10.0, "momentum.commits-3m": 60.0}), Sustained},
		"findings of a big lockfile, young ones": {with(with(healthy(), unfunded), map[string]any{"momentum.active-months-12": 4.0, "advisories.run-time-fixable": 60.0, "advisories.run-time-overdue": 2.0}), Sustained},
		"silent for a year":                      {with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0}), Dormant},
		"silent for a year, but released":        {with(middle(), map[string]any{"momentum.days-since-commit": 500.0}), Fading},
		"silent for eight months":                {with(healthy(), map[string]any{"momentum.days-since-commit": 240.0}), Fading},
		"a data set, silent for eight months":    {with(healthy(), map[string]any{"catalog.without-software": true, "momentum.days-since-commit": 240.0}), Sustained},
		"a data set, silent for 18 months":       {with(healthy(), map[string]any{"catalog.without-software": true, "momentum.days-since-commit": 550.0, "momentum.releases-12m": 0.0}), Fading},
		"a data set, silent for three years":     {with(healthy(), map[string]any{"catalog.without-software": true, "momentum.days-since-commit": 1100.0, "momentum.releases-12m": 0.0}), Dormant},
		"two months of work, shrinking":          {with(healthy(), map[string]any{"momentum.active-months-12": 2.0, "momentum.commit-trend": 0.2, "momentum.releases-12m": 0.0, "advisories.run-time-fixable": 3.0}), Fading},
		"two months of work, finished":           {with(healthy(), map[string]any{"momentum.active-months-12": 2.0, "momentum.commit-trend": 0.2}), Sustained},
		"young":                                  {with(healthy(), map[string]any{"momentum.age-days": 300.0, "adoption.deployment-countries": 1.0}), Emerging},
		"young, and in two countries":            {with(healthy(), map[string]any{"momentum.age-days": 300.0, "adoption.deployment-countries": 2.0}), Sustained},
		"never released, and in two countries":   {with(healthy(), map[string]any{"momentum.age-days": 700.0, "momentum.releases-ever": 0.0, "adoption.deployment-countries": 2.0}), Sustained},
		"a foundation owns it":                   {with(middle(), map[string]any{"funding.catalog-associations": 1.0}), Strained},
		"two years old, never released":          {with(healthy(), map[string]any{"momentum.age-days": 700.0, "momentum.releases-ever": 0.0, "adoption.deployment-countries": nil}), Emerging},
		"ten years old, never released":          {with(healthy(), map[string]any{"momentum.age-days": 3650.0, "momentum.releases-ever": 0.0}), Sustained},
		"used by nobody, the catalog says":       {with(middle(), map[string]any{"adoption.deployment-countries": 0.0, "adoption.used-by": nil, "adoption.used-by-declared": nil}), MessyMiddle},
		"used by nobody knows whom":              {with(middle(), map[string]any{"adoption.deployment-countries": nil, "adoption.used-by": nil, "adoption.used-by-declared": nil}), MessyMiddle},
		"many hands say that it is used":         {with(middle(), map[string]any{"adoption.deployment-countries": nil, "adoption.used-by": nil, "adoption.used-by-declared": nil, "people.contributors-ever": 40.0}), MessyMiddle},
		"declares its end":                       {with(healthy(), map[string]any{"lifecycle.sunset-declared": true}), Sunset},
		"the catalog calls it obsolete":          {with(healthy(), map[string]any{"lifecycle.catalog-status": "obsolete"}), Sunset},
		"obsolete outweighs dormant":             {with(middle(), map[string]any{"momentum.days-since-commit": 900.0, "momentum.releases-12m": 0.0, "lifecycle.development-status": "obsolete"}), Sunset},
		"known advisories none, score unscored":  {with(middle(), map[string]any{"advisories.run-time-fixable": nil, "posture.score": nil}), MessyMiddle},
	} {
		t.Run(name, func(t *testing.T) {
			v := assessed(t, test.values)
			if v.Stage != test.want {
				t.Fatalf("got %s (possible %v), want %s: %s", v.Stage, v.Possible, test.want, v.Because)
			}
		})
	}
}

func TestAGoodWithoutRepositoryIsUnassessed(t *testing.T) {
	r := loaded(t)
	v, merged := r.Assess(merge.Input{AsOf: asOf, GoodMeasures: []observation.Measure{
		definitions()["adoption.deployment-countries"].Of(30, "catalog", asOf)}}, definitions())
	if v.Stage != Unassessed || !strings.Contains(v.Because, "no repository") {
		t.Fatalf("%s: %s", v.Stage, v.Because)
	}
	if v.Load.Level != Strong {
		t.Errorf("load is %s; the catalog's word stands without a repository", v.Load.Level)
	}
	for _, m := range merged {
		if m.ID == "momentum.commits-12m" && m.Cause != observation.CauseNoRepository {
			t.Errorf("%s is unknown for %q, want no-repository", m.ID, m.Cause)
		}
	}
}

func TestObsoleteIsSunsetWhateverTheCoverage(t *testing.T) {
	r := loaded(t)
	v, _ := r.Assess(merge.Input{AsOf: asOf, GoodMeasures: []observation.Measure{
		definitions()["lifecycle.catalog-status"].Of("obsolete", "catalog", asOf)}}, definitions())
	if v.Stage != Sunset {
		t.Fatalf("%s: %s", v.Stage, v.Because)
	}
}

func TestUnreadAdvisoriesNeverCountAsUpkeep(t *testing.T) {
	r := loaded(t)
	in := input(r, with(with(healthy(), unfunded), map[string]any{"momentum.active-months-12": 4.0, "advisories.run-time-overdue": nil}))
	hide(&in, "advisories.run-time-overdue", observation.CauseNoDatabase)
	hide(&in, "advisories.run-time-fixable", observation.CauseNoDatabase)
	v, _ := r.Assess(in, definitions())
	if v.Supports[2].Level != LevelUnknown || v.Stage != Unassessed {
		t.Fatalf("upkeep %s, stage %s: %s", v.Supports[2].Level, v.Stage, v.Because)
	}
	if !strings.Contains(v.Because, "run-time-overdue") {
		t.Errorf("does not say what is missing: %s", v.Because)
	}
}

func TestStaleMirrorIsAssessedAsOfItsOwnTime(t *testing.T) {
	r := loaded(t)
	in := input(r, middle())
	in.Repositories[0].ObservedUntil = time.Date(2025, 1, 3, 0, 0, 0, 0, time.UTC)
	v, _ := r.Assess(in, definitions())
	if v.Stage != MessyMiddle || !v.Stale || !strings.HasPrefix(v.Because, "As of 3 January 2025") {
		t.Fatalf("%s, stale %v: %s", v.Stage, v.Stale, v.Because)
	}
}

// Where repositories were last seen on days far apart, both days are told, and that until
// which is counted: here the newer one, whose repository did as much.
func TestStaleRepositoriesSeenFarApartAreToldWithBothDays(t *testing.T) {
	r := loaded(t)
	in := input(r, middle())
	in.Repositories[0].ObservedUntil = time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC)
	second := in.Repositories[0]
	second.Repository.URL, second.ObservedUntil = "https://git.example/a/second", time.Date(2025, 3, 9, 0, 0, 0, 0, time.UTC)
	in.Repositories = append(in.Repositories, second)
	v, _ := r.Assess(in, definitions())
	if !v.Stale || !strings.HasPrefix(v.Because, "Its repositories were last seen between 3 January 2024 and 9 March 2025. As of 9 March 2025: ") {
		t.Fatalf("stale %v: %s", v.Stale, v.Because)
	}
}

func TestFlaggedGoodsHaveThreeMeasuredReasonsInTheOrderOfAReader(t *testing.T) {
	t.Parallel()
	for _, values := range []map[string]any{middle(),
		with(healthy(), map[string]any{"momentum.days-since-commit": 240.0}),
		with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0, "momentum.active-months-12": 0.0})} {
		checkReasons(t, assessed(t, values))
	}
	r := loaded(t)
	defs := definitions()
	rng := rand.New(rand.NewPCG(9, 10))
	flags := map[Stage]int{}
	for range 2000 {
		in := random(rng)
		for range rng.IntN(25) {
			in, _ = blinded(r, in, rng)
		}
		v, _ := r.Assess(in, defs)
		if v.Stage.Flagged() {
			flags[v.Stage]++
			checkReasons(t, v)
		}
	}
	if len(flags) != 5 {
		t.Errorf("only these were flagged: %v", flags)
	}
}

// topicOf is the order in which a reader wants the reasons of a stage of concern: what is
// weak, what it carries, who pays, what is well.
func topicOf(r Reason) int {
	switch {
	case strings.HasPrefix(r.Rule, "load."):
		return 1
	case !r.Concern:
		return 3
	case strings.HasPrefix(r.Rule, "funding."):
		return 2
	}
	return 0
}

func checkReasons(t *testing.T, v Verdict) {
	t.Helper()
	measured := 0
	for i, reason := range v.Reasons {
		if reason.Value != nil && reason.Sentence != "" && reason.Threshold != nil && !reason.At.IsZero() && reason.Source != "" {
			measured++
		}
		if before := v.Reasons[max(0, i-1)]; topicOf(before) > topicOf(reason) || topicOf(before) == topicOf(reason) &&
			(rankOf(before) > rankOf(reason) || rankOf(before) == rankOf(reason) && reason.Strength > before.Strength) {
			t.Errorf("%s: reason %d comes before the one before or is stronger: %+v", v.Stage, i, v.Reasons)
		}
		if strings.ContainsAny(reason.Sentence, "{}") {
			t.Errorf("%s: %s", reason.Rule, reason.Sentence)
		}
	}
	if measured < minReasons {
		t.Errorf("%s has %d reasons with numbers: %v", v.Stage, measured, v.Reasons)
	}
}

// Whatever else stands in an unknown measure, no rule and no score reads it.
func TestNoRuleReadsAnUnknownAsAValue(t *testing.T) {
	r := loaded(t)
	values := map[observation.Kind][]any{observation.KindNumber: {nil, 0.0, 1e6}, observation.KindBool: {nil, false, true}, observation.KindText: {nil, "", "obsolete", "none"}}
	for _, rule := range r.rules {
		if rule.when != nil {
			continue
		}
		for _, cause := range append([]observation.Cause{"", observation.CauseNoSource}, unread...) {
			for _, value := range values[r.specs[rule.measure].Kind] {
				m := observation.Measure{ID: rule.measure, State: observation.Unknown, Value: value, Cause: cause}
				want := kleene.Unknown
				if rule.silenceMeansNo && cause == observation.CauseNoSource || rule.unaskedMeansNo {
					want = kleene.False // it asks what can be seen, and the sources that were read say nothing
				}
				e := r.evaluate(map[string]observation.Measure{rule.measure: m})
				if got := e.evalRule(rule); got != want {
					t.Errorf("%s answers %v where its measure is unknown (%s) and carries %v", rule.id, got, cause, value)
				}
			}
		}
	}
	for _, p := range r.pillars {
		for _, part := range p.parts {
			m := observation.Measure{ID: part.measure, State: observation.Unknown, Value: 0.0, Cause: observation.CauseOffline}
			if got := part.scoreRange(m); got.Score != nil || got.Low == got.High {
				t.Errorf("%s gives %+v points where it is unknown", part.measure, got)
			}
		}
	}
}

func TestReasonSentences(t *testing.T) {
	v := assessed(t, middle())
	want := map[string]string{
		"people.few":            "1 person committed in the last 6 months, fewer than 3.",
		"people.no-second":      "1 person commits regularly, fewer than 2.",
		"funding.received":      "No funding received is visible in the sources read.",
		"people.little-remains": "One person made 38 commits in the last 12 months, all others together 2.",
	}
	for _, reason := range v.Reasons {
		if w, ok := want[reason.Rule]; ok && reason.Sentence != w {
			t.Errorf("%s: %q, want %q", reason.Rule, reason.Sentence, w)
		}
		delete(want, reason.Rule)
	}
	if len(want) > 0 {
		t.Errorf("not among the reasons: %v\n%+v", want, v.Reasons)
	}
}

// Two rules may compare one measure with two thresholds.
func TestNoReasonIsRepeated(t *testing.T) {
	for _, base := range []map[string]any{healthy(), middle()} {
		v := assessed(t, with(base, map[string]any{"advisories.run-time-fixable": 5.0, "adoption.used-by-declared": 1.0}))
		lists := map[string][]Reason{string(v.Stage): v.Reasons, Load: v.Load.Reasons}
		for _, support := range v.Supports {
			lists[support.ID] = support.Reasons
		}
		for name, reasons := range lists {
			seen := map[string]bool{}
			for _, reason := range reasons {
				if seen[reason.Sentence] {
					t.Errorf("%s says twice: %s", name, reason.Sentence)
				}
				seen[reason.Sentence] = true
			}
		}
	}
}

func TestBorderlineNamesTheNearestThresholdThatFlips(t *testing.T) {
	v := assessed(t, with(with(healthy(), unfunded), map[string]any{"people.contributors-6m": 3.0}))
	if v.Stage != Sustained || v.Borderline == nil || v.Borderline.Rule != "people.few" || v.Borderline.Would != MessyMiddle {
		t.Fatalf("%s: %+v", v.Stage, v.Borderline)
	}
	if v := assessed(t, healthy()); v.Borderline != nil {
		t.Fatalf("a good far from every threshold is borderline: %+v", v.Borderline)
	}
}

func TestLiftNamesTheNearestChange(t *testing.T) {
	v := assessed(t, with(middle(), map[string]any{"people.contributors-6m": 2.0, "people.regular-contributors-12m": 2.0, "people.remaining-share-12m": 0.3}))
	if len(v.Lift) != 2 || v.Lift[0] != "The owner finds more people to work on it, or a funder pays for them." || !strings.HasPrefix(v.Lift[1], "Money that comes already is seen") {
		t.Fatalf("%s: %q", v.Stage, v.Lift)
	}
	v = assessed(t, with(middle(), map[string]any{"people.contributors-6m": 0.0, "people.regular-contributors-12m": 0.0, "funding.received": true}))
	if v.Stage != Strained || len(v.Lift) < 2 || strings.Contains(strings.Join(v.Lift, " "), "funding.json") {
		t.Fatalf("where funding is visible nobody is asked to show it: %s: %q", v.Stage, v.Lift)
	}
	v = assessed(t, with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0, "momentum.active-months-12": 0.0}))
	if v.Stage != Dormant || len(v.Lift) != 1 || v.Lift[0] != "Ask the owner: will they go on, hand over, or archive it?" {
		t.Fatalf("%s: %q", v.Stage, v.Lift)
	}
	if v := assessed(t, healthy()); v.Lift != nil {
		t.Fatalf("a sustained good needs no lift: %q", v.Lift)
	}
}

// hide makes a measure of every repository unknown.
func hide(in *merge.Input, id string, cause observation.Cause) {
	in.Repositories = slices.Clone(in.Repositories)
	for i := range in.Repositories {
		in.Repositories[i].Measures = slices.Clone(in.Repositories[i].Measures)
		for j, m := range in.Repositories[i].Measures {
			if m.ID == id {
				in.Repositories[i].Measures[j] = observation.Measure{ID: id, State: observation.Unknown, Cause: cause}
			}
		}
	}
}

var unread = []observation.Cause{observation.CauseOffline, observation.CauseNoToken, observation.CauseMissingObjects,
	observation.CauseNoDatabase, observation.CauseScannerFailed, observation.CauseScannerPanic, observation.CauseOverLimit}

// random makes a good with up to three repositories, with holes.
func random(rng *rand.Rand) merge.Input {
	in := merge.Input{AsOf: asOf}
	young := with(healthy(), map[string]any{"adoption.deployment-countries": 1.0, "momentum.age-days": 500.0})
	base := []map[string]any{nil, healthy(), middle(), young}[rng.IntN(4)]
	near := map[string]float64{"days": 1500, "countries": 14, "organizations": 12, "people": 12, "months": 24, "ratio": 2, "points of 10": 10, "findings": 14, "releases": 3}
	noise := []int{8, 40}[rng.IntN(2)] // every so manieth value is another
	for i := range 1 + rng.IntN(3) {
		repository := merge.Repository{Repository: catalog.Repository{URL: fmt.Sprintf("https://git.example/a/%d", i)}, ObservedUntil: asOf}
		for _, def := range sortedDefinitions() {
			value, ok := base[def.ID]
			if !ok || rng.IntN(noise) == 0 {
				value = randomValue(def, near, rng)
			}
			m := def.Of(value, "history", asOf)
			if !ok && base != nil && rng.IntN(4) > 0 {
				m = def.UnknownFor(observation.CauseNoSource, "")
			}
			switch rng.IntN(3 * noise) {
			case 0:
				m = def.UnknownFor(unread[rng.IntN(len(unread))], "")
			case 1:
				m = def.UnknownFor(observation.CauseNoSource, "")
			case 2:
				m = def.NotApplicableFor("")
			}
			repository.Measures = append(repository.Measures, m)
		}
		if rng.IntN(8) == 0 {
			repository.Measures, repository.Failed = nil, &observation.Note{Cause: observation.CauseUnreachable}
		}
		in.Repositories = append(in.Repositories, repository)
	}
	return in
}

func randomValue(def observation.Definition, near map[string]float64, rng *rand.Rand) any {
	switch def.Kind {
	case observation.KindBool:
		return rng.IntN(2) == 0 && !strings.Contains(def.ID, "sunset") && (def.ID != observation.ForgeArchived || rng.IntN(20) == 0)
	case observation.KindText:
		return []string{"stable", "beta", "obsolete", "none", "community"}[min(rng.IntN(40), 4)]
	case observation.KindList:
		return []string{"a", "b"}[:rng.IntN(3)]
	}
	top := near[string(def.Unit)]
	if top == 0 {
		top = 50
	}
	if def.Unit == "ratio" {
		return float64(rng.IntN(9)) / 4
	}
	return float64(rng.IntN(int(top)))
}

// An unknown measure can make a verdict less certain and milder, never worse and never
// more certain.
func TestMakingAMeasureUnknownNeverMakesAVerdictWorseOrSurer(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	defs := definitions()
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 400 {
		// What a replay tells is lost with it, as what a forge tells: TestNoVerdictWaitsForAForge.
		in := withoutMeasures(random(rng), func(id string) bool { return strings.HasPrefix(id, "replay.") })
		before, _ := r.Assess(in, defs)
		seen[string(before.Stage)]++
		for range 6 {
			blind, what := blinded(r, in, rng)
			after, _ := r.Assess(blind, defs)
			checkNotWorse(t, what, before, after)
			checkNotSurer(t, r, defs, what, in, blind, before, after, seen)
		}
	}
	for _, s := range []Stage{Emerging, MessyMiddle, Sustained, Fading, Dormant, Sunset, Unassessed, "borderline", "lifted"} {
		if seen[string(s)] == 0 {
			t.Errorf("no random good was %s: the test shows nothing of it", s)
		}
	}
}

const exactValue = "the exact value of "

// blinded hides something of a good: a repository, a measure of one, or how far
// a bound lies from the truth.
func blinded(r *Rules, in merge.Input, rng *rand.Rand) (merge.Input, string) {
	blind := in
	i := rng.IntN(len(in.Repositories))
	what := r.reads[rng.IntN(len(r.reads))]
	for r.optional[what] { // no verdict waits for it: a test of its own says what follows
		what = r.reads[rng.IntN(len(r.reads))]
	}
	switch rng.IntN(6) {
	case 0:
		blind.Repositories = slices.Clone(in.Repositories)
		blind.Repositories[i].Measures = nil
		blind.Repositories[i].Failed = &observation.Note{Cause: observation.CauseUnreachable}
		return blind, "a repository"
	case 1, 2:
		loosen(&blind, i, what, rng)
		return blind, exactValue + what
	}
	hideOne(&blind, i, what, unread[rng.IntN(len(unread))])
	return blind, what
}

// loosen turns an exact number into a bound on either side of it, or moves a
// bound away from the truth.
func loosen(in *merge.Input, i int, id string, rng *rand.Rand) {
	in.Repositories = slices.Clone(in.Repositories)
	measures := slices.Clone(in.Repositories[i].Measures)
	for j, m := range measures {
		v, isNumber := m.Value.(float64)
		if m.ID != id || m.State != observation.Measured || !isNumber {
			continue
		}
		if m.Bound == observation.Exact {
			m.Bound = []observation.Bound{observation.AtLeast, observation.AtMost}[rng.IntN(2)]
		}
		away := float64(rng.IntN(4))
		if m.Bound == observation.AtLeast {
			away = -min(away, max(v, 0))
		}
		m.Value = v + away
		measures[j] = m
	}
	in.Repositories[i].Measures = measures
}

// checkNotSurer: where the stage stays, what was a close call stays one or the
// stage says itself that it is not sure; and a way out never gets shorter.
func checkNotSurer(t *testing.T, r *Rules, defs map[string]observation.Definition, what string, in, blind merge.Input, before, after Verdict, seen map[string]int) {
	t.Helper()
	if after.Stage != before.Stage || after.Stage == Unassessed {
		return
	}
	if before.Borderline != nil {
		seen["borderline"]++
		if after.Borderline == nil && len(after.Possible) == 1 {
			t.Errorf("hiding %s made %s sure, which was borderline: %s", what, before.Stage, before.Borderline.Sentence)
		}
	}
	if exact := strings.HasPrefix(what, exactValue); len(after.Lift) > 0 && !exact { // a bound may lie nearer to the threshold
		seen["lifted"]++
		if then, now := liftCost(r, defs, in, before.Stage), liftCost(r, defs, blind, after.Stage); now < then-1e-9 {
			t.Errorf("hiding %s made the way out of %s cheaper: %v, then %v", what, before.Stage, then, now)
		}
	}
}

func liftCost(r *Rules, defs map[string]observation.Definition, in merge.Input, stage Stage) float64 {
	measures := map[string]observation.Measure{}
	for _, m := range merge.Measures(in, defs, r.specs) {
		measures[m.ID] = m
	}
	return r.evaluate(measures).cheapestLift(stage).cost
}

// withoutMeasures leaves measures out of all repositories.
func withoutMeasures(in merge.Input, left func(id string) bool) merge.Input {
	in.Repositories = slices.Clone(in.Repositories)
	for i, repository := range in.Repositories {
		in.Repositories[i].Measures = slices.DeleteFunc(slices.Clone(repository.Measures), func(m observation.Measure) bool { return left(m.ID) })
	}
	return in
}

// TestNoVerdictWaitsForAForge holds the verdict on a good of which sources on the network
// told something, or a replay, against that on the same good where nobody was asked. What only they tell
// is lost with them (an end, money that came, who depends on it), and the verdict is then
// that of a good of which nobody ever told.
func TestNoVerdictWaitsForAForge(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	defs := definitions()
	rng := rand.New(rand.NewPCG(3, 7))
	ended, paid, loaded := 0, 0, 0
	live := func(id string) bool {
		return strings.HasPrefix(id, "forge.") || strings.HasPrefix(id, "ledger.") || strings.HasPrefix(id, "packages.") ||
			strings.HasPrefix(id, "replay.")
	}
	for range 3000 {
		asked := random(rng)
		var unasked []merge.Input
		for _, cause := range []observation.Cause{"", observation.CauseNotAsked, observation.CauseOffline, observation.CauseNoToken, observation.CauseUnreachable} {
			in := asked
			in.Repositories = slices.Clone(in.Repositories)
			for i, repository := range in.Repositories {
				in.Repositories[i].Measures = nil
				for _, m := range repository.Measures {
					switch {
					case !live(m.ID):
						in.Repositories[i].Measures = append(in.Repositories[i].Measures, m)
					case cause != "":
						in.Repositories[i].Measures = append(in.Repositories[i].Measures, observation.Measure{ID: m.ID, State: observation.Unknown, Cause: cause})
					}
				}
			}
			unasked = append(unasked, in)
		}
		never, _ := r.Assess(unasked[0], defs)
		for _, in := range unasked[1:] {
			got, _ := r.Assess(in, defs)
			got.Coverage, never.Coverage = Coverage{}, Coverage{}
			if !reflect.DeepEqual(got, never) {
				t.Fatalf("who was not asked changed a verdict: %s %v, and %s %v where there are no sources", got.Stage, got.Possible, never.Stage, never.Possible)
			}
		}
		told, measures := r.Assess(withoutMeasures(asked, func(id string) bool { return strings.HasPrefix(id, "replay.") }), defs)
		archived, _ := observation.Find(measures, observation.ForgeArchived)
		switch is := archived.Value == true; {
		case is && told.Stage != Sunset:
			t.Errorf("it is archived, and %s", told.Stage)
		case is:
			ended++
		case told.Backing.Evidence == EvidenceReceived && never.Backing.Evidence != EvidenceReceived:
			paid++
		case told.Stage != never.Stage && never.Stage != Unassessed:
			t.Errorf("the sources say no end and no money, and %s became %s", never.Stage, told.Stage)
		}
		if len(told.Load.Possible) > 0 && told.Load.Possible[0] != never.Load.Possible[0] {
			loaded++
		}
	}
	if ended == 0 || paid == 0 || loaded == 0 {
		t.Errorf("%d random goods were archived, %d paid, %d carried more: the test shows nothing of one", ended, paid, loaded)
	}
}

func TestAnArchivedGoodIsAtItsEndWithTheReason(t *testing.T) {
	v := assessed(t, with(healthy(), map[string]any{observation.ForgeArchived: true}))
	if v.Stage != Sunset || len(v.Reasons) == 0 || v.Reasons[0].Rule != "lifecycle.archived" || len(v.Possible) != 1 {
		t.Errorf("%s %v: %+v", v.Stage, v.Possible, v.Reasons)
	}
	if v := assessed(t, with(healthy(), map[string]any{observation.ForgeArchived: false})); v.Stage != Sustained {
		t.Errorf("not archived, and %s", v.Stage)
	}
}

func TestInertIsToldFromAbandoned(t *testing.T) {
	quiet := with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0})
	const inert, abandoned = "Inert rather than abandoned", "Abandoned rather than finished"
	for name, c := range map[string]struct {
		outside, unanswered any
		want                string
	}{
		"nobody asks":                 {0.0, nil, inert},
		"people ask, nobody answers":  {5.0, 0.8, abandoned},
		"people ask and are answered": {5.0, 0.2, ""},
		"one asked":                   {1.0, 1.0, ""},
		"nobody was asked":            {nil, nil, ""},
	} {
		values := quiet
		for id, value := range map[string]any{observation.ForgeIssuesOutside12m: c.outside, observation.ForgeIssuesUnanswered: c.unanswered} {
			if value != nil {
				values = with(values, map[string]any{id: value})
			}
		}
		v := assessed(t, values)
		said := v.Because + strings.Join(v.Remarks, " ")
		for _, text := range []string{inert, abandoned} {
			if v.Stage != Dormant || strings.Contains(said, text) != (text == c.want) {
				t.Errorf("%s: %s, %s", name, v.Stage, said)
			}
		}
	}
}

// hideOne hides a measured measure of one repository; one that did not apply or
// was silent stays, because that too was an answer.
func hideOne(in *merge.Input, i int, id string, cause observation.Cause) {
	in.Repositories = slices.Clone(in.Repositories)
	measures := slices.Clone(in.Repositories[i].Measures)
	for j, m := range measures {
		if m.ID == id && m.State == observation.Measured {
			measures[j] = observation.Measure{ID: id, State: observation.Unknown, Cause: cause}
		}
	}
	in.Repositories[i].Measures = measures
}

func checkNotWorse(t *testing.T, what string, before, after Verdict) {
	t.Helper()
	milder := before.Stage == Dormant && after.Stage == Fading
	if after.Stage != before.Stage && after.Stage != Unassessed && !milder {
		t.Errorf("hiding %s turned %s %v into %s %v", what, before.Stage, before.Possible, after.Stage, after.Possible)
	}
	if !contains(after.Possible, before.Possible) {
		t.Errorf("hiding %s left fewer stages open: %v became %v", what, before.Possible, after.Possible)
	}
	for i, p := range append([]Pillar{before.Load}, before.Supports...) {
		q := append([]Pillar{after.Load}, after.Supports...)[i]
		if !contains(q.Possible, p.Possible) {
			t.Errorf("hiding %s left fewer levels of %s open: %v became %v", what, p.ID, p.Possible, q.Possible)
		}
		if q.Score.Low > p.Score.Low || q.Score.High < p.Score.High {
			t.Errorf("hiding %s narrowed the score of %s from %v–%v to %v–%v", what, p.ID, p.Score.Low, p.Score.High, q.Score.Low, q.Score.High)
		}
	}
	if after.Score.Low > before.Score.Low || after.Score.High < before.Score.High {
		t.Errorf("hiding %s narrowed the score", what)
	}
	if after.Coverage.Share > before.Coverage.Share {
		t.Errorf("hiding %s raised coverage", what)
	}
}

func contains[T comparable](outer, inner []T) bool {
	return !slices.ContainsFunc(inner, func(v T) bool { return !slices.Contains(outer, v) })
}

func TestAPartlyReadGoodSaysHowMuchWasRead(t *testing.T) {
	r := loaded(t)
	in := input(r, with(healthy(), unfunded))
	in.Repositories = append(in.Repositories, merge.Repository{Repository: catalog.Repository{URL: "https://git.example/a/z"}, Failed: &observation.Note{Cause: observation.CauseUnreachable, Message: "no"}})
	v, _ := r.Assess(in, definitions())
	if v.Stage != Unassessed || !strings.HasPrefix(v.Because, "Only 1 of its 2 repositories could be read") {
		t.Fatalf("%s: %s", v.Stage, v.Because)
	}
}

// Rules of a user may let load decide a stage; those of Midspan do not.
func TestUnknownLoadNamesTheStagesOfEitherCase(t *testing.T) {
	r, err := LoadRules([]byte("version: 1\nstages:\n  - stage: emerging\n    any: [not stage.past-the-pilot, {level: load, in: [missing]}]\n"), assesstest.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	nobodyKnows := map[string]any{"adoption.deployment-countries": nil, "adoption.used-by": nil, "adoption.used-by-declared": nil, "adoption.catalog-dependants": nil,
		"people.contributors-ever": 9.0, "people.organizations-ever": 2.0}
	for name, test := range map[string]struct {
		base map[string]any
		want string
	}{
		"short of people": {middle(), "if somebody does, it is in the messy middle; if nobody does, emerging."},
		"well carried":    {with(healthy(), unfunded), "if somebody does, it is sustained; if nobody does, emerging."},
		"posture unread":  {with(with(healthy(), unfunded), map[string]any{"momentum.active-months-12": 4.0, "momentum.age-days": 1500.0, "posture.score": nil}), "if somebody does, it is in the messy middle or sustained; if nobody does, emerging. What else would decide: measure posture.score"},
	} {
		v, _ := r.Assess(input(r, with(test.base, nobodyKnows)), definitions())
		if v.Load.Level != LevelUnknown || v.Stage != Unassessed || !strings.Contains(v.Because, test.want) {
			t.Errorf("%s: load %s, %s %v: %s", name, v.Load.Level, v.Stage, v.Possible, v.Because)
		}
		if len(v.Lift) != 1 || !strings.HasPrefix(v.Lift[0], "The owner names in the catalog") {
			t.Errorf("%s: what would help is %q", name, v.Lift)
		}
	}
}

func TestOrderDecidesNothing(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	defs := definitions()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		in := random(rng)
		want := asJSON(t, r, in, defs)
		in.Repositories = slices.Clone(in.Repositories)
		rng.Shuffle(len(in.Repositories), func(i, j int) {
			in.Repositories[i], in.Repositories[j] = in.Repositories[j], in.Repositories[i]
		})
		for i := range in.Repositories {
			measures := slices.Clone(in.Repositories[i].Measures)
			rng.Shuffle(len(measures), func(i, j int) { measures[i], measures[j] = measures[j], measures[i] })
			in.Repositories[i].Measures = measures
		}
		if got := asJSON(t, r, in, defs); got != want {
			t.Fatalf("order changed the verdict:\n%s\n%s", want, got)
		}
	}
}

func asJSON(t *testing.T, r *Rules, in merge.Input, defs map[string]observation.Definition) string {
	t.Helper()
	v, merged := r.Assess(in, defs)
	text, err := json.Marshal([]any{v, merged})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A reader who sees "weak" and 70 doubts both.
func TestScoresAndLevelsAgree(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	rng := rand.New(rand.NewPCG(11, 12))
	domains := r.domains()
	goods := make([]map[string]observation.Measure, 4000)
	for i := range goods {
		goods[i] = validGood(r, domains, rng)
		for _, p := range r.pillars {
			for _, part := range p.parts {
				if _, ok := goods[i][part.measure]; !ok {
					goods[i][part.measure] = observation.Measure{ID: part.measure, State: observation.Measured, Value: float64(rng.IntN(3))}
				}
			}
		}
	}
	for i := range r.pillars {
		p := &r.pillars[i]
		t.Run(p.id, func(t *testing.T) { checkScores(t, r, p, goods) })
	}
}

// checkScores: the mean score rises from level to level, before the bands and
// after; no strong one lies below a weak one; and the bands move few.
func checkScores(t *testing.T, r *Rules, p *pillarRule, goods []map[string]observation.Measure) {
	sum, raw, count := map[Level]float64{}, map[Level]float64{}, map[Level]float64{}
	least, most, moved, all := map[Level]float64{}, map[Level]float64{}, 0.0, 0.0
	for _, measures := range goods {
		e := r.evaluate(measures)
		level := e.possibleLevels(p.id)[0]
		points := e.score(p).Score
		if points == nil {
			continue
		}
		score := *r.clampToBands(Range{Score: points}, []Level{level}).Score
		if count[level] == 0 {
			least[level], most[level] = score, score
		}
		least[level], most[level] = min(least[level], score), max(most[level], score)
		sum[level], raw[level], count[level] = sum[level]+score, raw[level]+*points, count[level]+1
		all++
		if score != *points {
			moved++
		}
	}
	for i, above := range LevelsFromTop()[:len(LevelsFromTop())-1] {
		below := LevelsFromTop()[i+1]
		if count[above] == 0 || count[below] == 0 {
			continue
		}
		if sum[above]/count[above] <= sum[below]/count[below] || raw[above]/count[above] <= raw[below]/count[below] {
			t.Errorf("%s scores %.0f (%.0f) in the mean and %s %.0f (%.0f)", above, sum[above]/count[above], raw[above]/count[above], below, sum[below]/count[below], raw[below]/count[below])
		}
	}
	if least[Strong] < most[Weak] && count[Strong] > 0 {
		t.Errorf("a strong one scores %.0f, a weak one %.0f", least[Strong], most[Weak])
	}
	t.Logf("strong from %.0f, weak to %.0f, missing to %.0f; the bands move %.0f %%", least[Strong], most[Weak], most[Missing], 100*moved/all)
	if moved > 0.4*all { // these goods are drawn evenly: every third has no maintainer, a contract that ended or a heap
		t.Errorf("the bands move %.0f %% of the scores: lay the points better", 100*moved/all)
	}
}

func TestScoreIsTheMeanOfWhatIsKnownInsideItsRange(t *testing.T) {
	v := assessed(t, healthy())
	for _, p := range append(v.Supports, v.Load) {
		if p.Score.Score == nil || *p.Score.Score < p.Score.Low || *p.Score.Score > p.Score.High {
			t.Errorf("%s: %+v", p.ID, p.Score)
		}
	}
	if *v.Score.Score < 75 {
		t.Errorf("a healthy good scores %v", *v.Score.Score)
	}
	if bad := assessed(t, middle()); *bad.Score.Score >= *v.Score.Score {
		t.Errorf("the messy middle scores %v, the healthy good %v", *bad.Score.Score, *v.Score.Score)
	}
}

func TestMeasureThatDoesNotApplyIsNoConcern(t *testing.T) {
	// Without packages there is no heap of findings: a middling posture alone
	// must not read as neglect, nor a quiet standard as one that was left.
	r := loaded(t)
	in := input(r, with(healthy(), map[string]any{"posture.score": 4.0, "momentum.active-months-12": 2.0, "momentum.commit-trend": 0.2}))
	for i, m := range in.Repositories[0].Measures {
		if m.ID == "advisories.run-time-fixable" || m.ID == "advisories.run-time-overdue" {
			in.Repositories[0].Measures[i] = observation.Measure{ID: m.ID, State: observation.NotApplicable}
		}
	}
	v, _ := r.Assess(in, definitions())
	if upkeep := v.Supports[2]; upkeep.ID != Upkeep || upkeep.Level != Fair {
		t.Errorf("%s is %s, want fair", upkeep.ID, upkeep.Level)
	}
	if v.Stage != Sustained {
		t.Errorf("it is %s, want sustained", v.Stage)
	}
}

func TestDependantsAreLoad(t *testing.T) {
	nobodySays := map[string]any{"adoption.deployment-countries": nil, "adoption.used-by": nil, "adoption.used-by-declared": nil,
		"people.contributors-ever": 9.0, "people.organizations-ever": 2.0}
	for n, want := range map[float64]Level{0: LevelUnknown, 1: Weak, 3: Fair, 12: Strong} {
		v := assessed(t, with(with(middle(), nobodySays), map[string]any{"adoption.catalog-dependants": n}))
		if v.Load.Level != want {
			t.Errorf("with %v dependants load is %s, want %s", n, v.Load.Level, want)
		}
	}
}

// A file that says where to report a weakness, and a bot whose proposals nobody merges,
// repair nothing.
func TestNeitherAPolicyNorABotLiftsAPileOfOverdueFixes(t *testing.T) {
	for name, test := range map[string]struct {
		changes map[string]any
		want    Level
	}{
		"a policy and a bot": {nil, Weak},
		"a heap, with a bot": {map[string]any{"advisories.run-time-overdue": 117.0}, Weak},
		"a heap, without":    {map[string]any{"advisories.run-time-overdue": 117.0, "posture.dependency-update-tool": 0.0}, Missing},
		"fixes of this year": {map[string]any{"advisories.run-time-overdue": 0.0}, Fair},
	} {
		good := with(healthy(), map[string]any{"advisories.run-time-fixable": 120.0, "advisories.run-time-overdue": 12.0})
		if upkeep := assessed(t, with(good, test.changes)).Supports[2]; upkeep.ID != Upkeep || upkeep.Level != test.want {
			t.Errorf("%s: %s is %s, want %s", name, upkeep.ID, upkeep.Level, test.want)
		}
	}
}

func TestEvidenceOfFundingIsOneOfAClosedListWithItsSource(t *testing.T) {
	for name, test := range map[string]struct {
		changes map[string]any
		want    Evidence
		sources int
	}{
		"a ledger":              {map[string]any{"funding.received": true}, EvidenceReceived, 1},
		"a ledger and an owner": {map[string]any{"funding.received": true, "funding.catalog-institutions": 1.0}, EvidenceReceived, 2},
		"a funder":              {map[string]any{"funding.catalog-funders": 1.0}, EvidenceReceived, 1},
		"a public owner":        {map[string]any{"funding.catalog-institutions": 1.0, "funding.sought": true}, EvidenceInstitution, 2},
		"its own people":        {map[string]any{"people.institution": true}, EvidenceInstitution, 1},
		"the readme":            {map[string]any{"funding.named-in-readme": true}, EvidenceNamed, 1},
		"asked for":             {map[string]any{"funding.sought": true}, EvidenceSought, 1},
		"nothing":               {nil, EvidenceNone, 0},
		"an unread readme":      {map[string]any{"funding.named-in-readme": nil}, EvidenceUnknown, 0},
	} {
		v := assessed(t, with(middle(), test.changes))
		if v.Backing.Evidence != test.want || len(v.Backing.Sources) != test.sources {
			t.Errorf("%s: %+v, want %s of %d", name, v.Backing, test.want, test.sources)
		}
	}
}

// The level of funding and its evidence are two views of one thing.
func TestEvidenceAndLevelOfFundingAgree(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	rng := rand.New(rand.NewPCG(21, 22))
	domains := r.domains()
	want := map[Evidence][]Level{EvidenceReceived: {Strong, Fair}, EvidenceInstitution: {Fair}, EvidenceNamed: {Fair}, EvidenceSought: {Weak}, EvidenceNone: {Missing}}
	seen := map[Evidence]bool{}
	for range 3000 {
		e := r.evaluate(validGood(r, domains, rng))
		b, levels := e.backing(), e.possibleLevels(Funding)
		seen[b.Evidence] = true
		if len(levels) != 1 || !slices.Contains(want[b.Evidence], levels[0]) {
			t.Fatalf("%+v beside %v", b, levels)
		}
	}
	if len(seen) < 2 {
		t.Errorf("only %v came up", seen)
	}
}

// What is said of a good that an institution carries never includes that no funding shows.
func TestNoReasonSaysThatFundingIsMissingWhereAnInstitutionShows(t *testing.T) {
	for _, base := range []map[string]any{middle(), with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0})} {
		v := assessed(t, with(base, map[string]any{"people.institution": true}))
		text := v.Because
		for r := range v.allReasons() {
			text += " " + r.Sentence
		}
		for _, no := range []string{"No funding", "no funding", "names no funder", "No institution"} {
			if strings.Contains(text, no) {
				t.Errorf("%s: says %q: %s", v.Stage, no, text)
			}
		}
	}
}

// Light evidence says that a good is offered, not that it is used.
func TestLightEvidenceMakesLoadWeakAtMost(t *testing.T) {
	nobodySays := with(middle(), map[string]any{"adoption.deployment-countries": nil, "adoption.used-by": nil, "adoption.used-by-declared": nil,
		"people.contributors-ever": 9.0, "people.organizations-ever": 2.0})
	for name, test := range map[string]struct {
		changes map[string]any
		want    Level
	}{
		"nothing":                    {nil, LevelUnknown},
		"forty languages":            {map[string]any{"adoption.languages": 40.0}, Weak},
		"a package, released":        {map[string]any{"adoption.packages": 9.0}, Weak},
		"a package, never released":  {map[string]any{"adoption.packages": 9.0, "momentum.releases-ever": 0.0}, LevelUnknown},
		"an image, released":         {map[string]any{"adoption.deployable": true}, Weak},
		"all of it":                  {map[string]any{"adoption.languages": 40.0, "adoption.packages": 9.0, "adoption.deployable": true}, Weak},
		"one adopter":                {map[string]any{"adoption.adopters": 1.0}, Weak},
		"three adopters, by name":    {map[string]any{"adoption.adopters": 3.0}, Fair},
		"a hundred adopters by name": {map[string]any{"adoption.adopters": 100.0}, Fair},
	} {
		if v := assessed(t, with(nobodySays, test.changes)); v.Load.Level != test.want {
			t.Errorf("%s: load is %s, want %s", name, v.Load.Level, test.want)
		}
	}
}

// A run without a setting has no definition of what that setting measures: no level opens.
func TestASettingThatIsOffOpensNoLevel(t *testing.T) {
	r, defs := loaded(t), definitions()
	off := map[string]observation.Definition{}
	for id, d := range defs {
		if !strings.HasPrefix(id, "replay.") {
			off[id] = d
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		in := withoutMeasures(random(rng), func(id string) bool { return strings.HasPrefix(id, "replay.") })
		with, _ := r.Assess(in, defs)
		without, measures := r.Assess(in, off)
		if with.Stage != without.Stage || !reflect.DeepEqual(with.Supports, without.Supports) {
			t.Fatalf("%s %+v, and %s %+v where the setting is off", with.Stage, with.Supports, without.Stage, without.Supports)
		}
		if again := r.Rejudge(measures); again.Stage != without.Stage {
			t.Fatalf("judged again it is %s, not %s", again.Stage, without.Stage)
		}
	}
}

// An answer that is kept is that which the rule gives, also while thresholds and values are
// moved.
func TestAnswersThatAreKeptChangeNothing(t *testing.T) {
	t.Parallel()
	r, defs := loaded(t), definitions()
	rng := rand.New(rand.NewPCG(31, 32))
	domains := r.domains()
	borderlines := 0
	for range 500 {
		measures := validGood(r, domains, rng)
		plain, kept := r.evaluate(measures), r.evaluate(measures)
		kept.answers = make([]kleene.Truth, len(r.rules))
		stage := decideStage(plain.possibleStages())
		for range 2 {
			if got := decideStage(kept.possibleStages()); got != stage {
				t.Fatalf("the stage is %s, and %s with answers that are kept", stage, got)
			}
			want := plain.borderline(stage, defs)
			if got := kept.borderline(stage, defs); !reflect.DeepEqual(got, want) {
				t.Fatalf("borderline is %+v, and %+v with answers that are kept", want, got)
			} else if got != nil {
				borderlines++
			}
			if got, want := kept.lift(stage), plain.lift(stage); !reflect.DeepEqual(got, want) {
				t.Fatalf("what lifts is %v, and %v with answers that are kept", want, got)
			}
		}
	}
	if borderlines == 0 {
		t.Error("no good was borderline")
	}
}
