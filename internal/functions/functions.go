// Package functions names the functions of the upkeep of a good (who releases it, who merges,
// who keeps its tests) and reads from its measures how many people carried each. People are
// counted and never named. It decides no stage.
package functions

import (
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Function is one kind of work that a good needs again and again.
type Function string

// The functions.
const (
	Releasing     Function = "releasing"
	Merging       Function = "merging"
	CI            Function = "ci"
	Dependencies  Function = "dependencies"
	Tests         Function = "tests"
	Documentation Function = "documentation"
	Translation   Function = "translation"
	Deployment    Function = "deployment"
	Migrations    Function = "migrations"
	Security      Function = "security"
)

// All lists the functions, in the order in which reports show them.
func All() []Function {
	return []Function{Releasing, Merging, CI, Dependencies, Tests, Documentation, Translation, Deployment, Migrations, Security}
}

// PeopleID is the id of the measure that counts who carried the function in 12 months.
func (f Function) PeopleID() string { return "functions." + string(f) + ".people" }

// AbsenceID is the id of the measure that says how many of them made half of it.
func (f Function) AbsenceID() string { return "functions." + string(f) + ".absence-factor" }

// Carried is what is known of one function of a good.
type Carried struct {
	Function        Function
	People, Absence observation.Measure
	// Alone is set where one person alone carried it.
	Alone bool
}

// Of reads the functions from the measures of a good, in their order; none where no scanner
// looked for them.
func Of(measures []observation.Measure) []Carried {
	alone := Alone(measures)
	var all []Carried
	for _, f := range All() {
		if m, asked := observation.Find(measures, f.PeopleID()); asked {
			half, _ := observation.Find(measures, f.AbsenceID())
			all = append(all, Carried{f, m, half, slices.Contains(alone, f)})
		}
	}
	return all
}

// Alone are the functions of a good that one person alone carried, in their order. What else
// a list names is left out.
func Alone(measures []observation.Measure) []Function {
	m, _ := observation.Find(measures, observation.FunctionsAlone)
	named, _ := m.List()
	return slices.DeleteFunc(All(), func(f Function) bool { return !slices.Contains(named, string(f)) })
}

// Set is a set of functions, by their places in All.
type Set uint16

// Has reports whether a function is in the set.
func (s Set) Has(f Function) bool { return s&(1<<slices.Index(All(), f)) != 0 }

// Seen is what a portfolio keeps of the functions of one good.
type Seen struct {
	Known   Set // of which it is seen who carried them, wholly or in part
	Alone   Set // that one person alone carried
	Unknown Set // of which it is not seen
}

// Asked reports whether a scanner looked for the functions.
func (s Seen) Asked() bool { return s.Known|s.Unknown != 0 }

// SeenIn reads it from the measures of a good.
func SeenIn(measures []observation.Measure) Seen {
	var seen Seen
	for i, f := range All() {
		m, asked := observation.Find(measures, f.PeopleID())
		switch {
		case !asked || m.State == observation.NotApplicable:
		case m.State == observation.Measured:
			seen.Known |= 1 << i
		default:
			seen.Unknown |= 1 << i
		}
	}
	for _, f := range Alone(measures) {
		seen.Alone |= 1 << slices.Index(All(), f)
	}
	return seen
}
