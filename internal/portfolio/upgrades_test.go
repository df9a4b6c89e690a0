package portfolio

import (
	"errors"
	"reflect"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

type lookup = func([]observation.Package) ([]observation.Finding, error)

func upgrades(t *testing.T, p *Portfolio, affected lookup) []Upgrade {
	t.Helper()
	got, err := p.FixFirst(50, longer, affected)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// database answers for the releases of package x that it names.
func database(findings ...observation.Finding) lookup {
	return func(packages []observation.Package) ([]observation.Finding, error) {
		var found []observation.Finding
		for _, p := range packages {
			for _, f := range findings {
				if f.Package.Version == p.Version && f.Package.Name == p.Name {
					found = append(found, f)
				}
			}
		}
		return found, nil
	}
}

func TestFixFirstCountsOnlyWhatAReleaseFixes(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1", "A-1", "low", "9"), finding("x", "1", "A-2", "critical", ""), finding("y", "1", "A-3", "high", "1.1")})
	p.AddRepository("b", []observation.Package{pkg("x", "2", observation.Direct)}, nil, []observation.Finding{finding("x", "2", "A-4", "medium", "10"), finding("x", "2", "A-1", "low", "9")})
	want := []Upgrade{
		{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1", To: "9", Goods: 1, Closes: 1}, {From: "2", To: "10", Goods: 1, Closes: 2}}, Closes: 3, Goods: []string{"a", "b"}, Direct: 1, Worst: "medium"},
		{Ecosystem: "npm", Package: "y", Steps: []Step{{From: "1", To: "1.1", Goods: 1, Closes: 1}}, Closes: 1, Goods: []string{"a"}, Worst: "high"},
	}
	if got := upgrades(t, p, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUpgradeThatClosesWhatIsExploitedComesFirst(t *testing.T) {
	p := New()
	yes := true
	exploited := finding("x", "1", "A-1", "low", "2")
	exploited.Exploited = &yes
	p.AddRepository("a", nil, nil, []observation.Finding{exploited, finding("y", "1", "A-2", "critical", "2"), finding("y", "1", "A-3", "critical", "2")})
	if got := upgrades(t, p, nil); got[0].Package != "x" || got[0].Exploited != 1 || got[1].Exploited != 0 {
		t.Errorf("got %+v", got)
	}
}

// A good that lists two versions no longer has a vulnerability when both are upgraded.
func TestVulnerabilityOfTwoVersionsOfOneGoodIsOnePair(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1", "A-1", "low", "2"), finding("x", "1.5", "A-1", "low", "2")})
	p.AddRepository("b", nil, nil, []observation.Finding{finding("y", "1", "A-1", "low", "2"), finding("y", "7", "A-1", "low", "")})
	got := upgrades(t, p, nil)
	if got[0].Package != "x" || got[0].Closes != 1 || len(got[0].Steps) != 2 {
		t.Errorf("got %+v", got)
	}
	if len(got) != 1 && got[1].Closes != 0 {
		t.Errorf("a vulnerability that stays in one of two versions counts as closed: %+v", got[1])
	}
}

// The fix of A-2 is on a branch on which A-1 lives on until 2.3.
func TestUpgradeGoesOnWhereABranchStillHasWhatItShouldClose(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1.2", "A-1", "high", "1.5"), finding("x", "1.2", "A-2", "low", "2.1"), finding("x", "1.2", "A-9", "low", "")})
	db := database(finding("x", "2.1", "A-1", "high", "2.3"), finding("x", "2.1", "A-3", "low", "2.2"), finding("x", "2.3", "A-7", "low", ""))
	want := []Upgrade{{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1.2", To: "2.3", Goods: 1, Closes: 3, Open: new(1)}}, Closes: 3, Goods: []string{"a"}, Worst: "high"}}
	if got := upgrades(t, p, db); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUpgradeThatClosesNothingIsNotListed(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1", "A-1", "high", "2")})
	if got := upgrades(t, p, database(finding("x", "2", "A-1", "high", ""))); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestMaliciousPackageHasNoUpgrade(t *testing.T) {
	p := New()
	malware := finding("x", "1", "MAL-1", "unknown", "")
	malware.Malicious = true
	p.AddRepository("a", nil, nil, []observation.Finding{malware, finding("x", "1", "A-1", "low", "2")})
	if got := upgrades(t, p, database()); got[0].Closes != 1 {
		t.Errorf("got %+v", got)
	}
	if got := unfixedOf(t, p, nil); len(got) != 1 || !got[0].Malicious {
		t.Errorf("unfixed are %+v", got)
	}
}

func TestFixFirstReturnsTheErrorOfTheDatabase(t *testing.T) {
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{finding("x", "1", "A-1", "low", "2")})
	broken := errors.New("broken")
	if _, err := p.FixFirst(9, longer, func([]observation.Package) ([]observation.Finding, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestWhatWasAnsweredIsCountedNowhere: an upgrade closes what is open, in each good by
// itself, and goes no further than that asks for.
func TestWhatWasAnsweredIsCountedNowhere(t *testing.T) {
	answered := func(f observation.Finding) observation.Finding {
		f.Answer = &observation.Answer{Status: observation.NotAffected}
		return f
	}
	near, far, none := finding("x", "1", "A-1", "low", "2"), finding("x", "1", "A-2", "critical", "9"), finding("x", "1", "A-3", "high", "")
	for name, add := range map[string]func(p *Portfolio){
		"answered last":  func(p *Portfolio) { p.AddRepository("b", nil, nil, []observation.Finding{near, far, none}) },
		"answered first": func(*Portfolio) {},
	} {
		p := New()
		add(p)
		p.AddRepository("a", nil, nil, []observation.Finding{near, answered(far), answered(none)})
		p.AddRepository("b", nil, nil, []observation.Finding{answered(near), answered(far), answered(none)})
		want := Upgrade{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1", To: "2", Goods: 2, Closes: 1}}, Closes: 1, Goods: []string{"a"}, Worst: "low"}
		unfixed := 0
		if name == "answered last" { // the other repository of b leaves all open in b
			want = Upgrade{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1", To: "9", Goods: 2, Closes: 2}}, Closes: 3, Goods: []string{"a", "b"}, Worst: "critical"}
			unfixed = 1
		}
		if got := upgrades(t, p, nil); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: got  %+v\nwant %+v", name, got, want)
		}
		got, err := p.Unfixed(5, longer, nil)
		if err != nil || len(got) != unfixed || unfixed == 1 && !reflect.DeepEqual(got[0].Goods, []string{"b"}) {
			t.Errorf("%s: no release fixes %+v, %v", name, got, err)
		}
	}
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{answered(near)})
	if got := upgrades(t, p, nil); len(got) != 0 {
		t.Errorf("an upgrade closes what was answered: %+v", got)
	}
}
