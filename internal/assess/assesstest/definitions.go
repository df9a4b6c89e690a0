// Package assesstest has the definitions of the scanners for tests of the rules, which
// need not link the scanners.
package assesstest

import (
	_ "embed"
	"encoding/json"

	"github.com/midspan/midspan/internal/observation"
)

// A test of package pipeline writes the file and compares it with the scanners.
//
//go:embed definitions.json
var definitions []byte

// Definitions are those of all scanners, sorted by id, without names and texts.
func Definitions() []observation.Definition {
	var all []observation.Definition
	if err := json.Unmarshal(definitions, &all); err != nil {
		panic(err) // embedded
	}
	return all
}

// Encode writes definitions as definitions.json has them, one a line.
func Encode(all []observation.Definition) ([]byte, error) {
	text := []byte("[")
	for i, def := range all {
		line, err := json.Marshal(struct {
			ID    string            `json:"id"`
			Kind  observation.Kind  `json:"kind"`
			Unit  observation.Unit  `json:"unit,omitempty"`
			Merge observation.Merge `json:"merge"`
		}{def.ID, def.Kind, def.Unit, def.Merge})
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, "\n  "...), line...)
	}
	return append(text, "\n]\n"...), nil
}
