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

// TestATargetIsRaisedWhileItHasWhatAReleaseFixes: what came after the version in use
// counts, and where each target has something, the lowest with the fewest is taken.
func TestATargetIsRaisedWhileItHasWhatAReleaseFixes(t *testing.T) {
	first := []observation.Finding{finding("x", "1", "A-1", "high", "2")}
	for name, c := range map[string]struct {
		db   lookup
		to   string
		open int
	}{
		"nothing is open":           {database(), "2", 0},
		"a newer one is fixed":      {database(finding("x", "2", "B-1", "high", "4")), "4", 0},
		"the fix has more":          {database(finding("x", "2", "B-1", "high", "30"), finding("x", "30", "B-2", "low", ""), finding("x", "30", "B-3", "low", "")), "2", 1},
		"as many remain":            {database(finding("x", "2", "B-1", "low", "30"), finding("x", "30", "B-2", "low", "")), "2", 1},
		"the next one is an attack": {database(finding("x", "2", "B-1", "low", "30"), malware("x", "30")), "2", 1},
		"it ends although none ends": {func(list []observation.Package) ([]observation.Finding, error) {
			return []observation.Finding{finding("x", list[0].Version, "B", "low", list[0].Version+"0")}, nil
		}, "2", 1},
	} {
		p := New()
		p.AddRepository("a", nil, nil, first)
		got := upgrades(t, p, c.db)
		if len(got) != 1 || got[0].Steps[0].To != c.to || *got[0].Steps[0].Open != c.open {
			t.Errorf("%s: got %+v, want %s with %d open", name, got, c.to, c.open)
		}
	}
	p := New()
	p.AddRepository("a", nil, nil, first)
	if got := upgrades(t, p, database(malware("x", "2"))); len(got) != 0 {
		t.Errorf("an upgrade to an attack: %+v", got)
	}
}

func malware(name, version string) observation.Finding {
	f := finding(name, version, "MAL-1", "unknown", "")
	f.Malicious = true
	return f
}

// TestAFamilyHasOneTarget: packages that are released together go to one version, from
// one version in use.
func TestAFamilyHasOneTarget(t *testing.T) {
	gem := func(name, version, id, fixed string) observation.Finding {
		f := finding(name, version, id, "high", fixed)
		f.Package.Ecosystem = "RubyGems"
		return f
	}
	p := New()
	p.AddRepository("a", nil, nil, []observation.Finding{gem("actionpack", "6.1", "A-1", "6.2.0"), gem("activesupport", "6.1", "A-2", "6.1.9"),
		gem("railties", "5", "A-4", "5.2"), gem("rack", "6.1", "A-3", "6.1.1")})
	want := map[string]string{"actionpack": "7.2.3", "activesupport": "7.2.3", "railties": "5.2", "rack": "6.1.1"}
	for _, u := range upgrades(t, p, database(gem("activesupport", "6.2.0", "B-1", "7.2.3"))) {
		if u.Steps[0].To != want[u.Package] || *u.Steps[0].Open != 0 {
			t.Errorf("%s goes to %+v, want %s", u.Package, u.Steps, want[u.Package])
		}
		delete(want, u.Package)
	}
	if len(want) > 0 {
		t.Errorf("no upgrade of %v", want)
	}
	for name, of := range map[packageName]string{
		{"Packagist", "symfony/http-kernel"}: "symfony/", {"Packagist", "monolog/monolog"}: "monolog/monolog", {"npm", "symfony/a"}: "symfony/a",
		{"Maven", "io.netty:netty-codec"}: "io.netty:", {"Maven", "io.netty.incubator:x"}: "io.netty.incubator:x", {"npm", "left"}: "left",
	} {
		if got := family(name); got.name != of {
			t.Errorf("%v is of %v, want %s", name, got, of)
		}
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
		listed := []observation.Package{pkg("x", "1", "")}
		p.AddRepository("a", listed, nil, []observation.Finding{near, answered(far), answered(none)})
		p.AddRepository("b", listed, nil, []observation.Finding{answered(near), answered(far), answered(none)})
		want := Upgrade{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1", To: "2", Goods: 2, Closes: 1}}, Closes: 1, Goods: []string{"a"}, Worst: "low"}
		unfixed := 0
		if name == "answered last" { // the other repository of b leaves all open in b
			want = Upgrade{Ecosystem: "npm", Package: "x", Steps: []Step{{From: "1", To: "9", Goods: 2, Closes: 2}}, Closes: 3, Goods: []string{"a", "b"}, Worst: "critical"}
			unfixed = 1
		}
		if got := upgrades(t, p, nil); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: got  %+v\nwant %+v", name, got, want)
		}
		if got := p.Keystones(1, always); *got[0].Findings != want.Closes || got[0].Worst != want.Worst {
			t.Errorf("%s: the keystone has %d open, the worst %s; want %d, %s", name, *got[0].Findings, got[0].Worst, want.Closes, want.Worst)
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
