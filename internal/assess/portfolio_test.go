package assess

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func pkg(name, version, relation string) observation.Package {
	return observation.Package{Ecosystem: "npm", Name: name, Version: version, Relation: relation}
}

func finding(name, version, advisory, severity, fixed string) observation.Finding {
	return observation.Finding{Package: pkg(name, version, ""), Advisory: advisory, Severity: severity, FixedIn: fixed}
}

func longer(_, a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}

func always(string) bool { return true }

func TestKeystoneOfAnEcosystemWithoutADatabaseHasNoCount(t *testing.T) {
	p := NewPortfolio()
	for _, good := range []string{"a", "b"} {
		p.Add(good, Sustained, []observation.Package{pkg("shared", "1", "")}, nil)
	}
	if got := p.Keystones(1, func(string) bool { return false }); got[0].Findings != nil {
		t.Errorf("findings are %d where nobody looked", *got[0].Findings)
	}
}

func TestKeystonesAreRankedByTheGoodsThatRestOnThem(t *testing.T) {
	p := NewPortfolio()
	p.Add("b", MessyMiddle, []observation.Package{pkg("shared", "1", observation.Transitive), pkg("pair", "1", "")},
		[]observation.Finding{finding("shared", "1", "A-1", "high", "2")})
	p.Add("a", Sustained, []observation.Package{pkg("shared", "2", observation.Direct), pkg("shared", "3", observation.Transitive), pkg("alone", "1", "")}, nil)
	p.Add("c", Fading, []observation.Package{pkg("shared", "1", ""), pkg("pair", "1", "")},
		[]observation.Finding{finding("shared", "1", "A-1", "high", "2"), finding("shared", "1", "A-2", "low", "")})
	want := []Keystone{
		{Ecosystem: "npm", Package: "shared", Goods: []string{"a", "b", "c"}, Direct: 1, InMiddle: 1, Findings: new(2), Worst: "high"},
		{Ecosystem: "npm", Package: "pair", Goods: []string{"b", "c"}, InMiddle: 1, Findings: new(0)},
	}
	if got := p.Keystones(50, always); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := p.Keystones(1, always); len(got) != 1 || got[0].Package != "shared" {
		t.Errorf("the limit is not kept: %+v", got)
	}
}

func TestFixFirstCountsOnlyWhatAReleaseFixes(t *testing.T) {
	p := NewPortfolio()
	p.Add("a", Sustained, nil, []observation.Finding{finding("x", "1", "A-1", "low", "9"), finding("x", "1", "A-2", "critical", ""), finding("y", "1", "A-3", "high", "1.1")})
	p.Add("b", Sustained, nil, []observation.Finding{finding("x", "2", "A-4", "medium", "10"), finding("x", "2", "A-1", "low", "9")})
	want := []Upgrade{
		{Ecosystem: "npm", Package: "x", FixedIn: "10", Findings: 2, Goods: []string{"a", "b"}, Worst: "medium"},
		{Ecosystem: "npm", Package: "y", FixedIn: "1.1", Findings: 1, Goods: []string{"a"}, Worst: "high"},
	}
	if got := p.FixFirst(50, longer); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestPortfolioForgetsTheOrderOfGoods(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	type entry struct {
		good     string
		stage    Stage
		packages []observation.Package
		findings []observation.Finding
	}
	var entries []entry
	for i := range 30 {
		e := entry{good: fmt.Sprint("g", i%20), stage: []Stage{MessyMiddle, Sustained}[i%20%2]}
		for range 20 {
			name := fmt.Sprint("p", rng.IntN(40))
			e.packages = append(e.packages, pkg(name, "1", []string{"", observation.Direct, observation.Transitive}[rng.IntN(3)]))
			e.findings = append(e.findings, finding(name, "1", fmt.Sprint("A-", rng.IntN(60)), severities[rng.IntN(5)], []string{"", "2", "3"}[rng.IntN(3)]))
		}
		entries = append(entries, e)
	}
	build := func() any {
		p := NewPortfolio()
		for _, e := range entries {
			p.Add(e.good, e.stage, e.packages, e.findings)
		}
		return []any{p.Keystones(50, always), p.FixFirst(50, longer)}
	}
	want := build()
	for range 5 {
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if got := build(); !reflect.DeepEqual(got, want) {
			t.Fatal("the order of goods changed the portfolio")
		}
	}
}
