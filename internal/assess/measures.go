package assess

import (
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

//go:embed invariants.yaml
var embeddedInvariants []byte

// invariantData is the file invariants.yaml.
type invariantData struct {
	Ranges    map[string][2]float64 // by unit or by measure
	Fractions []observation.Unit    // units
	Rising    [][]string
	Never     [][2]string
}

// newRules returns Rules on the measures of definitions, with the invariants of the
// data and no rule yet.
func newRules(data []byte, definitions []observation.Definition) (*Rules, error) {
	var read invariantData
	if err := yaml.Unmarshal(data, &read); err != nil {
		return nil, err
	}
	r := &Rules{specs: map[string]merge.Spec{}, byID: map[string]*rule{}, rising: read.Rising, english: language.English()}
	for _, def := range definitions {
		r.specs[def.ID] = read.spec(def)
	}
	for _, terms := range read.Never {
		var never [2]invariantTerm
		for i, text := range terms {
			var err error
			if never[i], err = parseInvariantTerm(text); err != nil {
				return nil, err
			}
		}
		r.invariants = append(r.invariants, never)
	}
	for _, id := range r.measuresOfInvariants() {
		if _, ok := r.specs[id]; !ok {
			return nil, fmt.Errorf("they name %s, which no scanner declares", id)
		}
	}
	return r, nil
}

func (d invariantData) spec(def observation.Definition) merge.Spec {
	spec := merge.Spec{Kind: def.Kind, Unit: def.Unit, High: math.Inf(1), Fraction: slices.Contains(d.Fractions, def.Unit)}
	for _, key := range []string{string(def.Unit), def.ID} {
		if ends, ok := d.Ranges[key]; ok && key != "" {
			spec.Low, spec.High = ends[0], ends[1]
		}
	}
	return spec
}

func (r *Rules) measuresOfInvariants() []string {
	ids := map[string]bool{}
	for _, row := range r.rising {
		for _, id := range row {
			ids[id] = true
		}
	}
	for _, terms := range r.invariants {
		for _, term := range terms {
			ids[term.measure] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
