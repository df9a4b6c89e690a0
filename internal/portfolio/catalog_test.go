package portfolio

import (
	"reflect"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

func unfixedOf(t *testing.T, p *Portfolio, affected lookup) []Unfixed {
	t.Helper()
	got, err := p.Unfixed(50, longer, affected)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// No advisory names a fix of A-2, but the release that fixes A-1 is free of it.
func TestVulnerabilityThatALaterReleaseDoesNotHaveIsFixed(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1", "A-1", "low", "2"), finding("x", "1", "A-2", "high", ""), finding("x", "1", "A-3", "low", "")})
	if got := unfixedOf(t, p, nil); len(got) != 1 || len(got[0].Advisories) != 2 {
		t.Errorf("where nobody looked: %+v", got)
	}
	if got := unfixedOf(t, p, database(finding("x", "2", "A-3", "low", ""))); len(got) != 1 || !reflect.DeepEqual(got[0].Advisories, []string{"A-3"}) {
		t.Errorf("got %+v", got)
	}
}

func TestUnfixedNamesWhatNobodyMaintains(t *testing.T) {
	p := New()
	old, young := time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	left := finding("left", "1", "R-1", "unknown", "")
	left.Unmaintained, left.Published = true, young
	also := finding("left", "1", "R-2", "high", "")
	also.Published = old
	p.AddGood(catalog.Good{ID: "a"}, assess.MessyMiddle, nil)
	p.AddRepository("a", []observation.Package{pkg("left", "1", observation.Direct)}, nil, []observation.Finding{left, also, finding("fixed", "1", "R-3", "high", "2")})
	p.AddRepository("b", nil, nil, []observation.Finding{left, also, finding("left", "2", "R-2", "high", "3")})
	want := []Unfixed{{Ecosystem: "npm", Package: "left", Goods: []string{"a", "b"}, Direct: 1, InMiddle: 1, Advisories: []string{"R-1", "R-2"}, Worst: "high", Oldest: old, Unmaintained: true}}
	if got := unfixedOf(t, p, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestConcentrationCountsGoodsAndWhatTheCatalogDoesNotSay(t *testing.T) {
	p := New()
	for id, good := range map[string]struct {
		stage   assess.Stage
		sectors []string
	}{"a": {assess.MessyMiddle, []string{"Health", " health "}}, "b": {assess.Unassessed, []string{"health"}}, "c": {assess.Sustained, []string{"Water"}}, "d": {assess.Dormant, nil}} {
		p.AddGood(catalog.Good{ID: id, Sectors: good.sectors}, good.stage, nil)
	}
	for _, c := range p.Concentrations() {
		if c.By != "sector" {
			continue
		}
		health := c.Groups[0]
		if c.Unsaid != 1 || len(c.Groups) != 2 || health.Goods != 2 || health.Short != 1 || !health.AllShort() || health.Assessed() != 1 {
			t.Errorf("got %+v", c)
		}
		if c.Groups[1].AllShort() {
			t.Errorf("%+v is not short of supports", c.Groups[1])
		}
	}
}

func TestFunderHoldsNoGood(t *testing.T) {
	good := catalog.Good{ID: "a", Organizations: []catalog.Organization{{Name: "Money", Role: "funder"}, {Name: "Makers", Role: "owner"}}}
	if got := profileOf(good, assess.Sustained).organizations; !reflect.DeepEqual(got, []string{"Makers"}) {
		t.Errorf("got %v", got)
	}
}

func record(id string, sdgs []int, sectors []string, types ...string) catalog.Good {
	return catalog.Good{ID: id, SDGs: sdgs, Sectors: sectors, Types: types}
}

// described is a record with a description.
func described(text string, good catalog.Good) catalog.Good {
	good.Description = text
	return good
}

func TestOnlyLivingGoodsOfTheSameKindTakeAPlace(t *testing.T) {
	const text = "vaccines for midwives"
	p := New()
	p.AddGood(described("Vaccines for midwives", record("ending", []int{3}, []string{"Health"}, "software")), assess.Dormant, nil)
	p.AddGood(described("Vaccination by midwives", record("alike", []int{3, 4}, []string{"health"}, "software")), assess.Emerging, nil)
	p.AddGood(described(text, record("ended too", []int{3}, []string{"Health"}, "software")), assess.Fading, nil)
	p.AddGood(described(text, record("unknown", []int{3}, []string{"Health"}, "software")), assess.Unassessed, nil)
	p.AddGood(described(text, record("data", []int{3}, []string{"Health"}, "data")), assess.Sustained, nil)
	p.AddGood(described(text, record("no goal and no sector shared", []int{4}, []string{"Roads"}, "software")), assess.Sustained, nil)
	p.AddGood(record("nothing said", []int{3}, []string{"Health"}, "software"), assess.Sustained, nil)
	p.AddGood(described("tractors and seeds", record("another domain", []int{3}, []string{"Health"}, "software")), assess.Sustained, nil)
	got := p.Endings()
	if len(got) != 2 || got[1].Good != "ending" || len(got[1].Alternatives) != 1 {
		t.Fatalf("got %+v", got)
	}
	want := Alternative{Good: "alike", Stage: assess.Emerging, Similarity: 0.88, Parts: []Likeness{
		{"type", 1, 0, []string{"software"}}, {"sdg", 0.5, sdgWeight, []string{"3"}}, {"sector", 1, sectorWeight, []string{"Health"}},
		{"description", 1, wordWeight, []string{"midwives", "vaccines"}},
	}}
	if !reflect.DeepEqual(got[1].Alternatives[0], want) {
		t.Errorf("got  %+v\nwant %+v", got[1].Alternatives[0], want)
	}
}

// TestWordsOfSoftwareInGeneralSuggestNothing holds what once suggested a clinic's records
// for credentials of vaccines.
func TestWordsOfSoftwareInGeneralSuggestNothing(t *testing.T) {
	p := New()
	p.AddGood(described("A digital platform for large programs at scale: credentials", record("ending", []int{3}, []string{"Health"})), assess.Dormant, nil)
	p.AddGood(described("A digital platform for large programs at scale: hypertension", record("other", []int{3}, []string{"Health"})), assess.Sustained, nil)
	for _, text := range []string{"tides", "bees"} {
		p.AddGood(described(text, record(text, []int{14}, nil)), assess.Sustained, nil)
	}
	if got := p.Endings()[0].Alternatives; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestGoodsAreNotSimilarBecauseOfTheirNames(t *testing.T) {
	p := New()
	for _, id := range []string{"a", "b", "c", "d"} {
		good := record(id, []int{3}, nil)
		good.Name, good.Description = "Openthing", "Openthing is "+map[string]string{"a": "dormant pasture", "b": "living kitchen", "c": "sea charts", "d": "tax forms"}[id]
		p.AddGood(good, map[string]assess.Stage{"a": assess.Dormant, "b": assess.Sustained, "c": assess.Sustained, "d": assess.Sustained}[id], nil)
	}
	if got := p.Endings(); len(got[0].Alternatives) != 0 {
		t.Errorf("got %+v", got[0].Alternatives)
	}
}

func TestGoodsThatDescribeThemselvesMustShareRareWords(t *testing.T) {
	p := New()
	for id, description := range map[string]string{"ending": "symbols for people who cannot speak", "alike": "a board of symbols to speak with", "other": "records of patients", "silent": ""} {
		good := record(id, []int{3}, []string{"Health"})
		good.Description = description
		p.AddGood(good, map[bool]assess.Stage{true: assess.Dormant, false: assess.Sustained}[id == "ending"], nil)
	}
	got := p.Endings()[0].Alternatives
	if len(got) != 1 || got[0].Good != "alike" {
		t.Fatalf("got %+v: what says nothing of itself replaces nothing", got)
	}
	if words := got[0].Parts[2]; words.Part != "description" || !reflect.DeepEqual(words.Shared, []string{"speak", "symbols"}) {
		t.Errorf("got %+v", words)
	}
}

func TestNoMoreThanFiveAlternativesAreListed(t *testing.T) {
	p := New()
	text := "midwives vaccines"
	p.AddGood(described(text, record("ending", []int{3}, []string{"Health"})), assess.Sunset, nil)
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		p.AddGood(described(text, record(id, []int{3}, []string{"Health"})), assess.Sustained, nil)
	}
	for _, id := range []string{"tides", "bees", "roads"} {
		p.AddGood(described(id, record(id, []int{14}, nil)), assess.Sustained, nil)
	}
	if got := p.Endings()[0].Alternatives; len(got) != 5 || got[0].Good != "a" || got[0].Similarity != 1 {
		t.Errorf("got %+v", got)
	}
}
