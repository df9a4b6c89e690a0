package merge

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// observedAt is the time of all that was read.
var observedAt = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func repository(url string, values map[string]any) Repository {
	r := Repository{Repository: catalog.Repository{URL: url}, ObservedUntil: observedAt}
	for id, v := range values {
		m := observation.Measure{ID: id, State: observation.Measured, Value: v, Source: "history", At: observedAt}
		if v == nil {
			m = observation.Measure{ID: id, State: observation.NotApplicable}
		}
		r.Measures = append(r.Measures, m)
	}
	return r
}

func failed(url string, cause observation.Cause) Repository {
	return Repository{Repository: catalog.Repository{URL: url}, Failed: &observation.Note{Cause: cause, Message: "no"}}
}

func TestMeasuresOfRepositoriesMerge(t *testing.T) {
	defs := map[string]observation.Definition{}
	def := func(id string, kind observation.Kind, how observation.Merge) {
		defs[id] = observation.Definition{ID: id, Kind: kind, Merge: how}
	}
	def(commitsRecent, observation.KindNumber, observation.MergeSum)
	def(commitsEver, observation.KindNumber, observation.MergeSum)
	def("max", observation.KindNumber, observation.MergeMax)
	def("min", observation.KindNumber, observation.MergeMin)
	def("any", observation.KindBool, observation.MergeAny)
	def("union", observation.KindList, observation.MergeUnion)
	def("main", observation.KindNumber, observation.MergeMain)
	def("word", observation.KindText, observation.MergeMain)

	busy := repository("https://x.example/busy", map[string]any{commitsRecent: 90.0, commitsEver: 900.0, "max": 4.0, "min": 2.0, "any": false, "union": []string{"b", "a"}, "main": 7.0, "word": "busy"})
	calm := repository("https://x.example/calm", map[string]any{commitsRecent: 10.0, commitsEver: 100.0, "max": 9.0, "min": 30.0, "any": false, "union": []string{"a", "c"}, "main": 1.0, "word": "calm"})
	yes := repository("https://x.example/yes", map[string]any{commitsRecent: 0.0, commitsEver: 5.0, "max": nil, "min": nil, "any": true, "union": nil, "main": nil, "word": nil})

	for name, test := range map[string]struct {
		repositories []Repository
		id           string
		value        any
		bound        observation.Bound
	}{
		"sum":                            {[]Repository{busy, calm}, commitsRecent, 100.0, ""},
		"sum with an unread one":         {[]Repository{busy, failed("u", "unreachable")}, commitsRecent, 90.0, observation.AtLeast},
		"sum beside an empty one":        {[]Repository{busy, failed("u", observation.CauseEmpty)}, commitsRecent, 90.0, ""},
		"largest":                        {[]Repository{busy, calm}, "max", 9.0, ""},
		"largest with an unread one":     {[]Repository{busy, failed("u", "offline")}, "max", 4.0, observation.AtLeast},
		"smallest":                       {[]Repository{busy, calm}, "min", 2.0, ""},
		"smallest with an unread one":    {[]Repository{calm, failed("u", "offline")}, "min", 30.0, observation.AtMost},
		"not applicable is left out":     {[]Repository{busy, yes}, "max", 4.0, ""},
		"any, none":                      {[]Repository{busy, calm}, "any", false, ""},
		"any, one":                       {[]Repository{busy, yes}, "any", true, ""},
		"any, one, and an unread one":    {[]Repository{busy, yes, failed("u", "offline")}, "any", true, ""},
		"any, none, and an unread one":   {[]Repository{busy, failed("u", "offline")}, "any", false, observation.AtLeast},
		"union":                          {[]Repository{busy, calm}, "union", []string{"a", "b", "c"}, ""},
		"union with an unread one":       {[]Repository{busy, failed("u", "offline")}, "union", []string{"a", "b"}, observation.AtLeast},
		"that of the main one":           {[]Repository{calm, busy}, "main", 7.0, ""},
		"word of the main one":           {[]Repository{calm, busy}, "word", "busy", ""},
		"main unknown with an unread":    {[]Repository{busy, failed("u", "offline")}, "main", nil, ""},
		"main known beside an empty one": {[]Repository{busy, failed("u", observation.CauseEmpty)}, "main", 7.0, ""},
		"main, all alike":                {[]Repository{repository("a", map[string]any{"main": 3.0}), repository("b", map[string]any{"main": 3.0})}, "main", 3.0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range Measures(Input{Repositories: test.repositories}, defs, nil) {
				if m.ID == test.id && (!reflect.DeepEqual(m.Value, test.value) || m.Bound != test.bound) {
					t.Errorf("got %v %q (%s), want %v %q", m.Value, m.Bound, m.Detail, test.value, test.bound)
				}
			}
		})
	}
}

func TestPartlyReadGoodsSaySo(t *testing.T) {
	defs := map[string]observation.Definition{"max": {ID: "max", Kind: observation.KindNumber, Merge: observation.MergeMax}}
	in := Input{Repositories: []Repository{repository("a", map[string]any{"max": 3.0}), failed("b", "offline"), failed("c", "unreachable")}}
	if m := Measures(in, defs, nil)[0]; m.Detail != "read from 1 of 3 repositories" {
		t.Errorf("%+v", m)
	}
}

func TestUnknownCarriesTheMostFrequentCause(t *testing.T) {
	defs := map[string]observation.Definition{"max": {ID: "max", Kind: observation.KindNumber, Merge: observation.MergeMax}}
	in := Input{Repositories: []Repository{failed("a", "offline"), failed("b", "unreachable"), failed("c", "unreachable")}}
	if m := Measures(in, defs, nil)[0]; m.State != observation.Unknown || m.Cause != "unreachable" {
		t.Errorf("%+v", m)
	}
}

func TestSilenceIsTheCauseOnlyWhereAllAreSilent(t *testing.T) {
	defs := map[string]observation.Definition{"max": {ID: "max", Kind: observation.KindNumber, Merge: observation.MergeMax}}
	silent := Repository{Repository: catalog.Repository{URL: "a"}, Measures: []observation.Measure{{ID: "max", State: observation.Unknown, Cause: observation.CauseNoSource}}}
	quiet := silent
	quiet.Repository.URL = "b"
	in := Input{Repositories: []Repository{silent, quiet, failed("c", "offline")}}
	if m := Measures(in, defs, nil)[0]; m.Cause != "offline" {
		t.Errorf("%+v", m)
	}
}

func TestImpossibleNumbersDecideNothingSilently(t *testing.T) {
	defs := map[string]observation.Definition{"max": {ID: "max", Kind: observation.KindNumber, Merge: observation.MergeMax}}
	for value, want := range map[float64]observation.Measure{
		-3:          {State: observation.Measured, Value: 0.0, Detail: "read as 0"},
		math.NaN():  {State: observation.Unknown, Detail: "no number"},
		math.Inf(1): {State: observation.Unknown, Detail: "no number"},
	} {
		m := Measures(Input{Repositories: []Repository{repository("a", map[string]any{"max": value})}}, defs, nil)[0]
		if m.State != want.State || m.Value != want.Value || !strings.Contains(m.Detail, want.Detail) {
			t.Errorf("%v became %+v", value, m)
		}
	}
}

// A day that is worked out of days and a time is that of the repository that decides.
func TestDaysOfMirrorsOfDifferentAgeAreCountedFromOneDay(t *testing.T) {
	def := observation.Definition{ID: "days", Kind: observation.KindNumber, Unit: observation.UnitDays, Merge: observation.MergeMin}
	seen := func(url string, daysAgo int, value float64) Repository {
		at := observedAt.AddDate(0, 0, -daysAgo)
		return Repository{Repository: catalog.Repository{URL: url}, ObservedUntil: at,
			Measures: []observation.Measure{{ID: "days", State: observation.Measured, Value: value, Unit: observation.UnitDays, Source: url, At: at}}}
	}
	for name, test := range map[string]struct {
		repositories []Repository
		value        float64
		bound        observation.Bound
		source       string
	}{
		"an old mirror with a late commit": {[]Repository{seen("old", 900, 5), seen("new", 0, 40)}, 40, observation.AtMost, "new"},
		"seen within a month":              {[]Repository{seen("a", 10, 5), seen("b", 0, 40)}, 15, observation.Exact, "a"},
		"seen on one day":                  {[]Repository{seen("a", 0, 5), seen("b", 0, 40)}, 5, observation.Exact, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			m := Measures(Input{Repositories: test.repositories, AsOf: observedAt}, map[string]observation.Definition{"days": def}, nil)[0]
			if m.Value != test.value || m.Bound != test.bound || m.Source != test.source || !m.At.Equal(observedAt) {
				t.Errorf("%v, %q, of %s at %s", m.Value, m.Bound, m.Source, m.At)
			}
		})
	}
}

// A number of one repository names it, and the trend is that of all together: work that
// left one for another is no fall.
func TestOfSeveralRepositoriesOneNumberNamesItsOwn(t *testing.T) {
	const recent, prior, trend = observation.MomentumCommits12m, observation.MomentumCommitsPrior12m, observation.MomentumCommitTrend
	defs := map[string]observation.Definition{
		recent:      {ID: recent, Kind: observation.KindNumber, Merge: observation.MergeSum},
		prior:       {ID: prior, Kind: observation.KindNumber, Merge: observation.MergeSum},
		commitsEver: {ID: commitsEver, Kind: observation.KindNumber, Merge: observation.MergeSum},
		trend:       {ID: trend, Kind: observation.KindNumber, Unit: observation.UnitRatio, Merge: observation.MergeTotals},
		"people":    {ID: "people", Kind: observation.KindNumber, Unit: observation.UnitPeople, Merge: observation.MergeMax},
		"main":      {ID: "main", Kind: observation.KindNumber, Merge: observation.MergeMain},
	}
	named := func(path string, values map[string]any) Repository {
		r := repository("https://x.example/a/"+path, values)
		r.Repository.Host, r.Repository.Owner, r.Repository.Path = "x.example", "a", path
		return r
	}
	left := named("left", map[string]any{recent: 0.0, prior: 80.0, commitsEver: 500.0, trend: 0.0, "people": 9.0, "main": 1.0})
	later := named("new", map[string]any{recent: 60.0, prior: 20.0, commitsEver: 90.0, trend: 3.0, "people": 4.0, "main": 7.0})
	few := named("few", map[string]any{recent: 3.0, prior: 2.0, commitsEver: 90.0, trend: nil, "people": 1.0, "main": 7.0})
	of := func(id string, repositories ...Repository) observation.Measure {
		m, _ := observation.Find(Measures(Input{Repositories: repositories}, defs, nil), id)
		return m
	}
	if m := of(trend, left, later); m.Value != 0.6 || m.Repository != "" {
		t.Errorf("the trend of all is %v of %q", m.Value, m.Repository)
	}
	if m := of("people", left, later); m.Value != 9.0 || m.Repository != "a/left" {
		t.Errorf("%v people are those of %q", m.Value, m.Repository)
	}
	if m := of("main", left, later); m.Value != 7.0 || m.Repository != "a/new" {
		t.Errorf("%v is that of %q", m.Value, m.Repository)
	}
	if m := of("main", later); m.Value != 7.0 || m.Repository != "" {
		t.Errorf("of one repository %q is named", m.Repository)
	}
	if m := of(trend, few, named("none", map[string]any{recent: 0.0, prior: 0.0, commitsEver: 1.0, trend: nil})); m.State != observation.NotApplicable {
		t.Errorf("of a handful of commits the trend is %v", m.Value)
	}
	if m := of(trend, left, failed("u", observation.CauseUnreachable)); m.State == observation.Measured && m.Bound == observation.Exact {
		t.Errorf("with an unread repository the trend is exactly %v", m.Value)
	}
	if main := Main(Input{Repositories: []Repository{left, later}}, nil); len(main) != 1 || main[0].Repository.Path != "new" {
		t.Errorf("the main one is %+v", main)
	}
}

// The busier repository is the main one, unless the catalog names another.
func TestTheMainRepositoryThatTheCatalogNamesCounts(t *testing.T) {
	busy, calm := seenOn("busy", 0, 90, 90, 7), seenOn("calm", 0, 10, 10, 1)
	unread := Repository{Repository: catalog.Repository{URL: "https://x.example/a/unread"}, Failed: &observation.Note{Cause: observation.CauseOffline}}
	for name, test := range map[string]struct {
		named string
		among []Repository
		want  any
	}{
		"none":           {"", []Repository{busy, calm}, 7.0},
		"the calm one":   {calm.Repository.URL, []Repository{busy, calm}, 1.0},
		"beside unread":  {calm.Repository.URL, []Repository{busy, calm, unread}, 1.0},
		"the unread one": {unread.Repository.URL, []Repository{busy, calm, unread}, nil},
		"one elsewhere":  {"https://x.example/a/other", []Repository{busy, calm}, 7.0},
	} {
		m, _ := observation.Find(Measures(Input{Good: catalog.Good{MainRepository: test.named}, Repositories: test.among, AsOf: observedAt}, windowDefs(), nil), "main")
		if m.Value != test.want || (m.State == observation.Measured) != (test.want != nil) {
			t.Errorf("%s: %+v, want %v", name, m, test.want)
		}
	}
}
