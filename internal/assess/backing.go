package assess

import (
	"slices"

	"github.com/midspan/midspan/internal/kleene"
)

// Evidence is what is seen of who pays for a good or stands behind it: one of a closed
// list. What is not seen may be all the same.
type Evidence string

// The evidence, from the most to the least; EvidenceUnknown where what could not be read
// decides.
const (
	EvidenceReceived    Evidence = "received"    // income, named funders, a contract that runs
	EvidenceInstitution Evidence = "institution" // an institution's own people or name stand behind it
	EvidenceNamed       Evidence = "named"       // its readme names who paid, or the catalog a foundation as its owner
	EvidenceSought      Evidence = "sought"      // it asks for money
	EvidenceNone        Evidence = "none"        // in the sources that were read
	EvidenceUnknown     Evidence = "unknown"
)

// evidenceRules are the rules of the evidence, in the order in which they are asked.
var evidenceRules = []struct {
	evidence Evidence
	rule     string
}{
	{EvidenceReceived, "funding.came"},
	{EvidenceInstitution, "funding.backed"},
	{EvidenceNamed, "funding.somebody-named"},
	{EvidenceSought, "funding.sought"},
}

// Backing is the evidence of funding of a good.
type Backing struct {
	Evidence Evidence `json:"evidence"`
	// Possible are the kinds of evidence that unknown measures leave open; one where the
	// evidence is certain.
	Possible []Evidence `json:"possible"`
	// Sources are the rules that saw it, each with the measure's source: of every kind of
	// evidence that there is, the most first.
	Sources []Reason `json:"sources"`
}

// backing is the evidence with its sources.
func (e *evaluation) backing() Backing {
	b := Backing{Evidence: EvidenceUnknown, Possible: e.possibleEvidence(), Sources: []Reason{}}
	if len(b.Possible) == 1 {
		b.Evidence = b.Possible[0]
	}
	for _, asked := range evidenceRules {
		if e.evalRule(e.rules.byID[asked.rule]) == kleene.True {
			b.Sources = append(b.Sources, e.reasons(onePerMeasure(e.trace(condition{rule: asked.rule}, kleene.True)))...)
		}
	}
	return b
}

// possibleEvidence asks for the evidence as levels are asked for: each that holds or is
// open before the first that certainly holds is possible.
func (e *evaluation) possibleEvidence() []Evidence {
	var possible []Evidence
	for _, asked := range evidenceRules {
		answer := e.evalRule(e.rules.byID[asked.rule])
		if answer != kleene.False {
			possible = append(possible, asked.evidence)
		}
		if answer == kleene.True {
			return possible
		}
	}
	return append(possible, EvidenceNone)
}

// Visible reports whether money or an institution behind a good is certainly seen.
func (b Backing) Visible() bool {
	return !slices.ContainsFunc(b.Possible, func(e Evidence) bool { return e == EvidenceSought || e == EvidenceNone })
}
