package exposure

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

var (
	until = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	from  = until.AddDate(0, -24, 0)
)

// day is so many days after the window began.
func day(n int) time.Time { return from.AddDate(0, 0, n) }

// past is a window with changes on these days, the first by machine 0 and the rest by person i.
func past(days []int, packages ...observation.PastPackage) observation.Past {
	p := observation.Past{From: from, Until: until, Packages: packages}
	for i, n := range days {
		p.Changes = append(p.Changes, observation.PastChange{At: day(n).Unix(), By: int32(i)})
	}
	return p
}

func listed(version string, stays ...observation.Stay) observation.PastPackage {
	return observation.PastPackage{Ecosystem: "npm", Name: "left", Version: version, Stays: stays}
}

func finding(version, id string, published time.Time, change func(*observation.Finding)) observation.Finding {
	f := observation.Finding{Package: observation.Package{Ecosystem: "npm", Name: "left", Version: version}, Advisory: id, FixedIn: "9",
		Severity: observation.SeverityHigh, Published: published}
	if change != nil {
		change(&f)
	}
	return f
}

// TestAWindowIsOpenWhileAVersionIsListedAndItsAdvisoryIsKnown is the meaning, case by case: add
// a line for what is misread.
func TestAWindowIsOpenWhileAVersionIsListedAndItsAdvisoryIsKnown(t *testing.T) {
	changes := []int{100, 200, 300}
	always, first := observation.Stay{observation.Before, observation.Still}, observation.Stay{observation.Before, 0}
	for name, c := range map[string]struct {
		packages             []observation.PastPackage
		findings             []observation.Finding
		opened, closed, open int
	}{
		"open":                     {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", day(50), nil)}, 1, 0, 1},
		"closed":                   {[]observation.PastPackage{listed("1", first)}, []observation.Finding{finding("1", "A", day(50), nil)}, 1, 1, 0},
		"gone before it was known": {[]observation.PastPackage{listed("1", first)}, []observation.Finding{finding("1", "A", day(150), nil)}, 0, 0, 0},
		"gone on the day":          {[]observation.PastPackage{listed("1", first)}, []observation.Finding{finding("1", "A", day(100), nil)}, 0, 0, 0},
		"known before it came":     {[]observation.PastPackage{listed("1", observation.Stay{0, 1})}, []observation.Finding{finding("1", "A", day(-500), nil)}, 1, 1, 0},
		"there and known before":   {[]observation.PastPackage{listed("1", first)}, []observation.Finding{finding("1", "A", day(-5), nil)}, 0, 1, 0},
		"from one bad version to another": {[]observation.PastPackage{listed("1", first), listed("2", observation.Stay{0, 1})},
			[]observation.Finding{finding("1", "A", day(50), nil), finding("2", "A", day(50), nil)}, 1, 1, 0},
		"back again": {[]observation.PastPackage{listed("1", first, observation.Stay{1, observation.Still})}, []observation.Finding{finding("1", "A", day(50), nil)}, 2, 1, 1},
		"two records of one weakness": {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", day(50), nil),
			finding("1", "B", day(60), func(f *observation.Finding) { f.Aliases = []string{"A"} })}, 1, 0, 1},
		"published after the end": {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", until.Add(time.Hour), nil)}, 0, 0, 0},
		"for development":         {[]observation.PastPackage{listed("1", observation.Stay{observation.Before, observation.Still, 1})}, []observation.Finding{finding("1", "A", day(50), nil)}, 0, 0, 0},
		"no fix":                  {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", day(50), func(f *observation.Finding) { f.FixedIn = "" })}, 0, 0, 0},
		"malicious":               {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", day(50), func(f *observation.Finding) { f.Malicious = true })}, 0, 0, 0},
		"toolchain":               {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("1", "A", day(50), func(f *observation.Finding) { f.DependsOnToolchain = true })}, 0, 0, 0},
		"of another version":      {[]observation.PastPackage{listed("1", always)}, []observation.Finding{finding("3", "A", day(50), nil)}, 0, 0, 0},
	} {
		h := Of(past(changes, c.packages...), c.findings)
		if h.Opened != c.opened || h.Closed != c.closed || h.Open != c.open {
			t.Errorf("%s: %d opened, %d closed, %d open", name, h.Opened, h.Closed, h.Open)
		}
	}
}

func TestWhatHasNoDateIsInNoCount(t *testing.T) {
	h := Of(past(nil, listed("1", observation.Stay{-1, -1})), []observation.Finding{finding("1", "A", time.Time{}, nil)})
	if h.Undated != 1 || h.Open != 0 {
		t.Errorf("%+v", h)
	}
	for _, m := range h.Measures(past(nil, listed("1")), Unmatched{Of: 1}, "s", until) {
		if m.ID == observation.ReplayOpen && m.Bound != observation.AtLeast {
			t.Errorf("a count that leaves something out is exact: %+v", m)
		}
	}
}

// five has five windows that opened on day 10; so many closed on day 40, by a person.
func five(closed int) History {
	var packages []observation.PastPackage
	var findings []observation.Finding
	for i := range 5 {
		stay := observation.Stay{observation.Before, observation.Still}
		if i < closed {
			stay[1] = 1
		}
		version := string(rune('a' + i))
		packages = append(packages, listed(version, stay))
		findings = append(findings, finding(version, "CVE-2020-"+version, day(10), nil))
	}
	return Of(past([]int{5, 40}, packages...), findings)
}

func TestTheMedianKeepsWhatIsOpen(t *testing.T) {
	if m := five(3).Median; m == nil || m.Days != 30 || m.AtLeast || m.Windows != 5 || m.High != nil {
		t.Errorf("three of five: %+v", m)
	}
	if m := five(1).Median; m == nil || !m.AtLeast || m.Days < 700 {
		t.Errorf("one of five: %+v", m)
	}
	h := five(5)
	if h.People != 1 || h.Machines != 0 || h.Year != 0 || h.Late != 5 || *h.Twice != 3 || *h.FourTimes != 8 {
		t.Errorf("%+v", h) // in a year 5 and 10 come, and 2.5 are closed
	}
	if h := five(0); h.Year != 5 || h.People != 0 {
		t.Errorf("%d for a year, %d people", h.Year, h.People)
	}
}

func TestBelowFiveNothingIsSaidOfSpeed(t *testing.T) {
	p := past([]int{5}, listed("1", observation.Stay{-1, -1}))
	h := Of(p, []observation.Finding{finding("1", "A", day(10), nil)})
	if h.Median != nil || h.PerQuarter != nil || h.Twice != nil {
		t.Errorf("%+v", h)
	}
	states := map[string]observation.State{}
	for _, m := range h.Measures(p, Unmatched{Of: 1}, "s", until) {
		states[m.ID] = m.State
	}
	if states[observation.ReplayMedianDays] != observation.Unknown || states[observation.ReplayTwice] != observation.Unknown || states[observation.ReplayOpen] != observation.Measured {
		t.Errorf("%v", states)
	}
}

func TestWithoutAMatchEverythingIsUnknown(t *testing.T) {
	p := past(nil, listed("1", observation.Stay{-1, -1}))
	all := Of(p, nil).Measures(p, Unmatched{Packages: 1, Of: 1, Cause: observation.CauseNoDatabase}, "s", until)
	if len(all) != len(Definitions()) {
		t.Fatalf("%d measures", len(all))
	}
	for _, m := range all {
		if m.State != observation.Unknown || m.Cause != observation.CauseNoDatabase {
			t.Errorf("%+v", m)
		}
	}
}

// TestQuartersAddUp tries pasts at random: what opened less what closed is what is open, and
// the order of findings does not matter.
func TestQuartersAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var packages []observation.PastPackage
		var findings []observation.Finding
		for i := range 1 + r.IntN(9) {
			begin := int32(r.IntN(5) - 1)
			stay := observation.Stay{begin, observation.Still}
			if r.IntN(2) == 0 {
				stay[1] = begin + 1 + int32(r.IntN(3))
			}
			packages = append(packages, listed(string(rune('a'+i)), stay))
			findings = append(findings, finding(string(rune('a'+i)), string(rune('A'+r.IntN(4))), day(r.IntN(900)-100), nil))
		}
		p := past([]int{50, 100, 150, 200, 250, 300, 350}, packages...)
		h := of(p, findings)
		open, closed, opened := 0, 0, 0
		for _, w := range h.windows {
			if !w.fresh {
				open++
			}
		}
		for _, q := range h.Quarters {
			open += q.Opened - q.Closed
			closed, opened = closed+q.Closed, opened+q.Opened
			if open != q.Open {
				t.Fatalf("%+v of %+v", h.Quarters, p)
			}
		}
		if opened != h.Opened || closed != h.Closed || open != h.Open {
			t.Fatalf("%+v", h)
		}
		r.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		if again := Of(p, findings); !reflect.DeepEqual(h.History, again) {
			t.Fatalf("another order gives %+v, not %+v", again, h)
		}
	}
}

func TestAHistoryNamesNobody(t *testing.T) {
	text, err := json.Marshal(Replay{"https://forge.example/o/r", five(3)})
	if err != nil || strings.Contains(string(text), "@") || slices.Contains([]string{"windows", "by"}, string(text)) {
		t.Errorf("%s, %v", text, err)
	}
}
