package portfolio

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// Time has to grow with the number of goods and no faster: "make bench" compares the
// largest of these sizes with the one before.
var benchSizes = []int{100, 1_000, 10_000}

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
				p := New()
				for i := range n {
					good := generatedEntry(i)
					p.AddGood(good, []assess.Stage{assess.MessyMiddle, assess.Sustained, assess.Emerging, assess.Fading}[i%4], nil)
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
			findings = append(findings, finding(name, packages[k].Version, fmt.Sprintf("A-%s-%d", name, rng.IntN(4)), string(observation.Severities()[rng.IntN(5)]), []string{"", "1.9.1", "1.12.1"}[rng.IntN(3)]))
		}
	}
	return packages, findings
}
