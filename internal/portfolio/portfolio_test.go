package portfolio

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

func pkg(name, version, relation string) observation.Package {
	return observation.Package{Ecosystem: "npm", Name: name, Version: version, Relation: relation}
}

func finding(name, version, advisory, severity, fixed string) observation.Finding {
	return observation.Finding{Package: pkg(name, version, ""), Advisory: advisory, Severity: observation.Severity(severity), FixedIn: fixed}
}

func longer(_, a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}

func always(string) bool { return true }

func TestKeystoneOfAnEcosystemWithoutADatabaseHasNoCount(t *testing.T) {
	p := New()
	for _, good := range []string{"a", "b"} {
		p.AddRepository(good, []observation.Package{pkg("shared", "1", "")}, nil, nil)
	}
	if got := p.Keystones(1, func(string) bool { return false }); got[0].Findings != nil {
		t.Errorf("findings are %d where nobody looked", *got[0].Findings)
	}
}

func TestKeystoneWithoutAVersionHasNoCount(t *testing.T) {
	p := New()
	for _, good := range []string{"a", "b"} {
		p.AddRepository(good, []observation.Package{pkg("shared", "", observation.Direct)}, nil, nil)
	}
	if got := p.Keystones(1, always); got[0].Findings != nil {
		t.Errorf("findings are %d where no version could be looked up", *got[0].Findings)
	}
}

func TestKeystonesAreRankedByTheGoodsThatRestOnThem(t *testing.T) {
	p := New()
	for id, stage := range map[string]assess.Stage{"a": assess.Sustained, "b": assess.MessyMiddle, "c": assess.Fading} {
		p.AddGood(catalog.Good{ID: id}, stage, nil)
	}
	p.AddRepository("b", []observation.Package{pkg("shared", "1", observation.Transitive), pkg("pair", "1", "")}, nil,
		[]observation.Finding{finding("shared", "1", "A-1", "high", "2"), finding("shared", "1", "A-2", "low", "")})
	p.AddRepository("a", []observation.Package{pkg("shared", "2", observation.Direct), pkg("shared", "3", observation.Transitive), pkg("alone", "1", "")}, nil, nil)
	p.AddRepository("c", []observation.Package{pkg("shared", "1", ""), pkg("pair", "1", "")}, nil,
		[]observation.Finding{finding("shared", "1", "A-1", "high", "2"), finding("shared", "1", "A-2", "low", "")})
	want := []Keystone{
		{Ecosystem: "npm", Package: "shared", Goods: []string{"a", "b", "c"}, Direct: 1, Transitive: 1, InMiddle: 1, Findings: new(2), Worst: "high", Lifecycle: Unseen},
		{Ecosystem: "npm", Package: "pair", Goods: []string{"b", "c"}, InMiddle: 1, Findings: new(0), Lifecycle: Unseen},
	}
	if got := p.Keystones(50, always); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := p.Keystones(1, always); len(got) != 1 || got[0].Package != "shared" {
		t.Errorf("the limit is not kept: %+v", got)
	}
}

func TestKeystonesThatGoodsChoseStandBeforeThoseThatCameWithOthers(t *testing.T) {
	p := New()
	for i := range 5 {
		packages := []observation.Package{pkg("everywhere", "1", observation.Transitive)}
		if i < 2 {
			packages = append(packages, pkg("chosen", "1", observation.Direct))
		}
		p.AddRepository(fmt.Sprint("g", i), packages, nil, nil)
	}
	got := p.Keystones(9, always)
	if len(got) != 2 || got[0].Package != "chosen" || got[1].Transitive != 5 || got[1].Direct != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestKeystonesThatOnlyBuildOrTestStandBehindThoseThatRun adds a linter that all
// goods chose to a library that two chose and one that came with others.
func TestKeystonesThatOnlyBuildOrTestStandBehindThoseThatRun(t *testing.T) {
	p := New()
	linter := pkg("linter", "1", observation.Direct)
	linter.Groups = []string{"dev"}
	for i := range 5 {
		packages := []observation.Package{linter}
		if i < 2 {
			packages = append(packages, pkg("chosen", "1", observation.Direct))
		}
		if i < 3 {
			packages = append(packages, pkg("came", "1", observation.Transitive))
		}
		p.AddRepository(fmt.Sprint("g", i), packages, nil, nil)
	}
	p.AddRepository("g0", []observation.Package{pkg("linter", "2", observation.Transitive)}, nil, nil)
	got := p.Keystones(9, always)
	if len(got) != 3 || got[0].Package != "chosen" || got[1].Package != "came" {
		t.Fatalf("got %+v", got)
	}
	if k := got[2]; k.Direct != 0 || k.Transitive != 1 || k.Development != 4 || k.AtRunTime() != 1 || len(k.Goods) != 5 {
		t.Errorf("got %+v", k)
	}
}

func TestUpgradeOfADevelopmentToolIsDirectForThoseThatListIt(t *testing.T) {
	p := New()
	p.AddRepository("a", []observation.Package{pkg("x", "1", observation.Direct), pkg("x", "2", observation.Transitive)}, []observation.Use{observation.ForDevelopment, observation.UsedTransitively},
		[]observation.Finding{finding("x", "1", "A-1", "low", "3")})
	if got := upgrades(t, p, nil); len(got) != 1 || got[0].Direct != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestKeystoneNamesTheGoodThatPublishesIt(t *testing.T) {
	for _, order := range [][]string{{"maker", "copy", "other", "a", "b"}, {"b", "other", "copy", "a", "maker"}} {
		p := New()
		for _, id := range order {
			var published []string
			stage := assess.Sustained
			switch id {
			case "maker":
				published, stage = []string{"npm:shared", "npm:shared", "npm:@scope/x:y", "npm:backend"}, assess.Fading
			case "copy", "other":
				published = []string{"npm:backend"}
			}
			p.AddGood(catalog.Good{ID: id}, stage, published)
			p.AddRepository(id, []observation.Package{pkg("shared", "1", observation.Direct), pkg("backend", "1", "")}, nil, nil)
		}
		got := p.Keystones(9, always)
		if len(got) != 2 || got[0].FromGood != "maker" || got[0].FromStage != assess.Fading || !reflect.DeepEqual(got[0].Goods, []string{"a", "b", "copy", "other"}) {
			t.Errorf("got %+v: a good does not rest on itself", got)
		}
		if got[1].FromGood != "" {
			t.Errorf("%s is claimed by three goods and was given to %s", got[1].Package, got[1].FromGood)
		}
	}
}

func TestVulnerabilityOfSeveralRecordsIsCountedOnce(t *testing.T) {
	p := New()
	ghsa, pysec := finding("x", "1", "GHSA-1", "low", "3"), finding("x", "1", "PYSEC-1", "high", "2")
	ghsa.Aliases, pysec.Aliases = []string{"CVE-1"}, []string{"CVE-1"}
	for _, id := range []string{"a", "b"} {
		p.AddRepository(id, []observation.Package{pkg("x", "1", observation.Direct)}, nil, []observation.Finding{ghsa, pysec})
	}
	if got := p.Keystones(1, always); *got[0].Findings != 1 || got[0].Worst != "high" {
		t.Errorf("keystone %+v", got[0])
	}
	got := upgrades(t, p, nil)
	if got[0].Closes != 2 || got[0].Steps[0].To != "3" {
		t.Errorf("upgrade %+v: both records have to be closed", got[0])
	}
}

// portfolioOf builds one of random goods in the given order.
func portfolioOf(t *testing.T, order []int) any {
	p := New()
	for _, i := range order {
		rng := rand.New(rand.NewPCG(5, uint64(i)))
		good := catalog.Good{
			ID: fmt.Sprint("g", i), SDGs: []int{1 + i%5}, Sectors: []string{[]string{"Health", "health", "Water"}[i%3]}, Description: fmt.Sprintf("keeps records of clinic number%c", 'a'+i%4),
			DeploymentCountries: []string{fmt.Sprint("Country ", i%7)},
		}
		var packages []observation.Package
		var findings []observation.Finding
		for range 20 {
			n, version := rng.IntN(40), fmt.Sprint(1+rng.IntN(3))
			name := fmt.Sprint("p", n)
			listed := pkg(name, version, []string{"", observation.Direct, observation.Transitive}[rng.IntN(3)])
			listed.Groups = [][]string{nil, {"dev"}}[rng.IntN(2)]
			packages = append(packages, listed)
			for a := range n % 3 {
				findings = append(findings, finding(name, version, fmt.Sprint("A-", n, a), string(observation.Severities()[(n+a)%5]), []string{"", "2", "3", "4"}[(n+a)%4]))
			}
		}
		p.AddGood(good, []assess.Stage{assess.MessyMiddle, assess.Sustained, assess.Dormant, assess.Unassessed}[i%4], []string{fmt.Sprint("npm:p", i)})
		p.AddRepository(good.ID, packages[:10], nil, nil)
		p.AddRepository(good.ID, packages[10:], nil, findings)
	}
	return []any{p.Keystones(50, always), upgrades(t, p, nil), unfixedOf(t, p, nil), p.Concentrations(), p.Endings()}
}

func TestPortfolioDoesNotDependOnTheOrderOfGoods(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	order := rng.Perm(30)
	want := portfolioOf(t, order)
	for range 5 {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if got := portfolioOf(t, order); !reflect.DeepEqual(got, want) {
			t.Fatal("the order of goods changed the portfolio")
		}
	}
}

func TestSpellingsOfANameAreOnePackage(t *testing.T) {
	nuget := func(name string) observation.Package {
		return observation.Package{Ecosystem: "NuGet", Name: name, Version: "1"}
	}
	for _, order := range [][]string{{"Newtonsoft.Json", "newtonsoft.json"}, {"newtonsoft.json", "Newtonsoft.Json"}} {
		p, d := New(), NewDependants()
		d.AddPublisher("c", []string{"NuGet:NewtonSoft.Json"})
		for i, name := range order {
			id := string(rune('a' + i))
			p.AddRepository(id, []observation.Package{nuget(name)}, nil, []observation.Finding{{Package: nuget(name), Advisory: "A-1", Severity: "high", FixedIn: "2"}})
			d.AddInventory(id, []observation.Package{nuget(name)})
		}
		p.AddRepository("a", []observation.Package{pkg("JSONStream", "1", "")}, nil, nil)
		p.AddRepository("b", []observation.Package{pkg("jsonstream", "1", "")}, nil, nil) // another package of npm
		got := p.Keystones(50, always)
		if len(got) != 1 || got[0].Package != "Newtonsoft.Json" || len(got[0].Goods) != 2 || *got[0].Findings != 1 {
			t.Errorf("in the order %q the keystones are %+v", order, got)
		}
		upgrades, err := p.FixFirst(50, longer, nil)
		if err != nil || len(upgrades) != 1 || upgrades[0].Package != "Newtonsoft.Json" || upgrades[0].Closes != 2 {
			t.Errorf("in the order %q the upgrades are %+v (%v)", order, upgrades, err)
		}
		if n := d.Count("c"); n != 2 {
			t.Errorf("%d goods depend on the publisher, want 2", n)
		}
	}
}
