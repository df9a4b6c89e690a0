package assess

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// Time has to grow with the number of goods and no faster: "make bench" holds
// the largest of these sizes against the one before.
var benchSizes = []int{100, 1_000, 10_000}

// BenchmarkAssess judges so many goods of every kind.
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
					p.Add(fmt.Sprintf("good-%05d", i), []Stage{MessyMiddle, Sustained, Emerging}[i%3], packages[i], findings[i])
				}
				if len(p.Keystones(50, always)) != 50 || len(p.FixFirst(50, longer)) != 50 {
					b.Fatal("the lists are not full")
				}
			}
		})
	}
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
			findings = append(findings, finding(name, packages[k].Version, fmt.Sprintf("A-%s-%d", name, rng.IntN(4)), severities[rng.IntN(5)], fmt.Sprintf("1.%d.1", rng.IntN(20))))
		}
	}
	return packages, findings
}
