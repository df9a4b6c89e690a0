// Package functions names the functions of the upkeep of a good (who releases it, who merges,
// who keeps its tests) and reads from its measures how many people carried each. People are
// counted and never named. It decides no stage.
package functions

import "github.com/midspan/midspan/internal/observation"

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
}

// Of reads the functions from the measures of a good, in their order; none where no scanner
// looked for them.
func Of(measures []observation.Measure) []Carried {
	byID := map[string]observation.Measure{}
	for _, m := range measures {
		byID[m.ID] = m
	}
	var all []Carried
	for _, f := range All() {
		if m, asked := byID[f.PeopleID()]; asked {
			all = append(all, Carried{f, m, byID[f.AbsenceID()]})
		}
	}
	return all
}

// Count is how many functions rest on one person each.
type Count struct {
	N     float64           `json:"n"`
	Bound observation.Bound `json:"bound,omitempty"` // at least, where some functions are unknown
}

// OnOnePerson is that count of a good; nil where it is unknown, or was not asked.
func OnOnePerson(measures []observation.Measure) *Count {
	m, _ := observation.Find(measures, observation.FunctionsOnOnePerson)
	n, known := m.Number()
	if !known {
		return nil
	}
	return &Count{n, m.Bound}
}
