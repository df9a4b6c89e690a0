package assess

import (
	"iter"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/observation"
)

// Assessment is a verdict with the measures that it rests on, merged over the
// repositories of the good. Its JSON, which the store keeps, holds the patterns of the
// reasons, too; it is written and read by go-json-experiment, as one stream with what stands
// around it.
type Assessment struct {
	Verdict  Verdict
	Measures []observation.Measure
	// Replays say how fast holes were closed in each repository that was replayed.
	Replays []exposure.Replay
}

type storedAssessment struct {
	Verdict  Verdict                   `json:"verdict"`
	Measures []observation.Measure     `json:"measures"`
	Patterns map[string]reasonPatterns `json:"patterns,omitempty"` // by patternKey
	Replays  []exposure.Replay         `json:"replays,omitempty"`
}

type reasonPatterns struct {
	Sentence string `json:"sentence"`
	Clears   string `json:"clears,omitempty"`
}

// patternKey is the same for reasons with the same patterns.
func patternKey(r Reason) string {
	key := r.Rule + " " + r.Operator
	if r.Value == 0.0 {
		key += " 0"
	}
	return key
}

// MarshalJSONTo writes each pattern once.
func (a Assessment) MarshalJSONTo(out *jsontext.Encoder) error {
	stored := storedAssessment{a.Verdict, a.Measures, map[string]reasonPatterns{}, a.Replays}
	for r := range a.Verdict.allReasons() {
		stored.Patterns[patternKey(*r)] = reasonPatterns{r.Pattern, r.ClearsPattern}
	}
	return jsonv2.MarshalEncode(out, stored)
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (a *Assessment) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	var stored storedAssessment
	if err := jsonv2.UnmarshalDecode(in, &stored); err != nil {
		return err
	}
	a.Verdict, a.Measures, a.Replays = stored.Verdict, stored.Measures, stored.Replays
	for r := range a.Verdict.allReasons() {
		patterns := stored.Patterns[patternKey(*r)]
		r.Pattern, r.ClearsPattern = patterns.Sentence, patterns.Clears
	}
	return nil
}

// allReasons yields the reasons of the stage, of load, of the supports and of the evidence
// of funding.
func (v *Verdict) allReasons() iter.Seq[*Reason] {
	return func(yield func(*Reason) bool) {
		lists := [][]Reason{v.Reasons, v.Load.Reasons, v.Backing.Sources}
		for _, support := range v.Supports {
			lists = append(lists, support.Reasons)
		}
		for _, list := range lists {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}
