package assess

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// Time has to grow with the number of goods and no faster: "make bench" holds
// the largest of these sizes against the one before.
var benchSizes = []int{100, 1_000, 10_000}

// BenchmarkAssess assesses so many goods of every kind.
func BenchmarkAssess(b *testing.B) {
	r, err := LoadRules(nil)
	if err != nil {
		b.Fatal(err)
	}
	defs := definitions(r)
	for _, n := range benchSizes {
		inputs := make([]Input, n)
		for i := range inputs {
			inputs[i] = generatedGood(r, i)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, in := range inputs {
					r.Assess(in, defs)
				}
			}
		})
	}
}

// generatedGood differs from its neighbours in what decides its stage, and now
// and then in what is known of it.
func generatedGood(r *Rules, i int) Input {
	rng := rand.New(rand.NewPCG(7, uint64(i)))
	base := healthy()
	if i%3 == 0 {
		base = middle()
	}
	values := with(base, map[string]any{
		"people.contributors-6m":            float64(rng.IntN(15)),
		"momentum.days-since-commit":        float64(rng.IntN(700)),
		"momentum.active-months-24":         float64(rng.IntN(25)),
		"adoption.deployment-countries":     float64(rng.IntN(20)),
		"advisories.fixable-critical-high":  float64(rng.IntN(60)),
		"people.contributor-absence-factor": float64(1 + rng.IntN(4)),
	})
	if i%7 == 0 {
		values = with(values, map[string]any{"momentum.releases-12m": nil, "posture.score": nil, "people.regular-contributors-12m": nil})
	}
	in := input(r, values)
	in.Good.ID = fmt.Sprintf("good-%05d", i)
	return in
}

// BenchmarkPortfolio gathers the inventories and findings of so many goods and
// ranks their keystones and upgrades. As in real catalogs, few packages are in
// most inventories and most in few.
func BenchmarkPortfolio(b *testing.B) {
	for _, n := range benchSizes {
		packages, findings := make([][]observation.Package, n), make([][]observation.Finding, n)
		for i := range n {
			packages[i], findings[i] = generatedInventory(i)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := NewPortfolio()
				for i := range n {
					good := generatedEntry(i)
					p.AddGood(good, []Stage{MessyMiddle, Sustained, Emerging, Fading}[i%4], nil)
					p.AddRepository(good.ID, packages[i], nil, findings[i])
				}
				upgrades, err := p.FixFirst(50, longer, nil)
				if err != nil || len(p.Keystones(50, always)) != 50 || len(upgrades) != 50 {
					b.Fatal("the lists are not full")
				}
				if unfixed, err := p.Unfixed(50, longer, nil); err != nil || len(unfixed) == 0 {
					b.Fatal("nothing is unfixed")
				}
				if len(p.Endings()) == 0 || len(p.Concentrations()) == 0 {
					b.Fatal("no ending or concentration was found")
				}
			}
		})
	}
}

// generatedEntry is a catalog entry with words of a language of a thousand.
func generatedEntry(i int) catalog.Good {
	rng := rand.New(rand.NewPCG(9, uint64(i)))
	good := catalog.Good{ID: fmt.Sprintf("good-%05d", i), Types: []string{"software"}, SDGs: []int{1 + rng.IntN(17), 1 + rng.IntN(17)}}
	for range 20 {
		good.Description += fmt.Sprintf(" %c%c%c%cword", 'a'+rng.IntN(3), 'a'+rng.IntN(6), 'a'+rng.IntN(6), 'a'+rng.IntN(10))
	}
	for range 1 + rng.IntN(5) {
		good.DeploymentCountries = append(good.DeploymentCountries, fmt.Sprint("Country ", rng.IntN(190)))
	}
	return good
}

func generatedInventory(i int) ([]observation.Package, []observation.Finding) {
	rng := rand.New(rand.NewPCG(8, uint64(i)))
	zipf := rand.NewZipf(rng, 1.1, 8, 50_000)
	packages := make([]observation.Package, 300)
	var findings []observation.Finding
	for k := range packages {
		name := fmt.Sprintf("package-%d", zipf.Uint64())
		packages[k] = pkg(name, fmt.Sprintf("1.%d.0", rng.IntN(9)), observation.Transitive)
		if k%10 == 0 {
			findings = append(findings, finding(name, packages[k].Version, fmt.Sprintf("A-%s-%d", name, rng.IntN(4)), severities[rng.IntN(5)], []string{"", "1.9.1", "1.12.1"}[rng.IntN(3)]))
		}
	}
	return packages, findings
}
