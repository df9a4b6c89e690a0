package assess

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/merge"
)

// Time has to grow with the number of goods and no faster: "make bench" holds
// the largest of these sizes against the one before.
var benchSizes = []int{100, 1_000, 10_000}

// BenchmarkAssess assesses so many goods of every kind.
func BenchmarkAssess(b *testing.B) {
	r, err := LoadRules(nil, assesstest.Definitions())
	if err != nil {
		b.Fatal(err)
	}
	defs := definitions()
	for _, n := range benchSizes {
		inputs := make([]merge.Input, n)
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
func generatedGood(r *Rules, i int) merge.Input {
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
		"advisories.run-time-fixable":       float64(60 + rng.IntN(60)),
		"advisories.run-time-overdue":       float64(rng.IntN(60)),
		"people.contributor-absence-factor": float64(1 + rng.IntN(4)),
	})
	if i%7 == 0 {
		values = with(values, map[string]any{"momentum.releases-12m": nil, "posture.score": nil, "people.regular-contributors-12m": nil})
	}
	in := input(r, values)
	in.Good.ID = fmt.Sprintf("good-%05d", i)
	return in
}
