package functions

import "github.com/midspan/midspan/internal/observation"

// function is one kind of work that a good needs again and again.
type function string

// The functions.
const (
	releasing     function = "releasing"
	merging       function = "merging"
	ci            function = "ci"
	dependencies  function = "dependencies"
	tests         function = "tests"
	documentation function = "documentation"
	translation   function = "translation"
	deployment    function = "deployment"
	migrations    function = "migrations"
	security      function = "security"
)

// allFunctions lists the functions, in the order in which reports show them.
func allFunctions() []function {
	return []function{releasing, merging, ci, dependencies, tests, documentation, translation, deployment, migrations, security}
}

// peopleID is the id of the measure that counts who carried the function in 12 months.
func (f function) peopleID() string { return "functions." + string(f) + ".people" }

// absenceID is the id of the measure that says how many of them made half of it.
func (f function) absenceID() string { return "functions." + string(f) + ".absence-factor" }

const absence = "https://chaoss.community/kb/metric-contributor-absence-factor/"

// names and means of the measures, in the order of allFunctions.
var people, absences = []observation.Definition{
	peopleOf(releasing, "People who release",
		"People who set an annotated tag of a release in the last 12 months. A light tag names nobody."),
	peopleOf(merging, "People who merge", "People who made a merge commit of the default branch in the last 12 months, or for whom the forge made it. "+
		"Where the forge squashes changes, who merged them is not seen."),
	peopleOf(ci, "People on continuous integration", "People whose commits of the last 12 months changed files of continuous integration."),
	peopleOf(dependencies, "People on dependencies",
		"People whose commits of the last 12 months changed lockfiles or lists of dependencies. Machines are counted apart."),
	peopleOf(tests, "People on tests", "People whose commits of the last 12 months changed tests."),
	peopleOf(documentation, "People on documentation", "People whose commits of the last 12 months changed documentation, lists of changes aside."),
	peopleOf(translation, "People on translation", "People whose commits of the last 12 months changed texts in other languages than English."),
	peopleOf(deployment, "People on deployment", "People whose commits of the last 12 months changed files by which it is installed and run."),
	peopleOf(migrations, "People on data migrations", "People whose commits of the last 12 months changed migrations of its database."),
	peopleOf(security, "People on security fixes", "People with commits of the last 12 months whose message names a published vulnerability."),
}, []observation.Definition{
	absenceOf(releasing, "Absence factor of releasing"),
	absenceOf(merging, "Absence factor of merging"),
	absenceOf(ci, "Absence factor of continuous integration"),
	absenceOf(dependencies, "Absence factor of dependencies"),
	absenceOf(tests, "Absence factor of tests"),
	absenceOf(documentation, "Absence factor of documentation"),
	absenceOf(translation, "Absence factor of translation"),
	absenceOf(deployment, "Absence factor of deployment"),
	absenceOf(migrations, "Absence factor of data migrations"),
	absenceOf(security, "Absence factor of security fixes"),
}

var onOnePerson = observation.Definition{ID: observation.FunctionsOnOnePerson, Name: "Functions on one person", Kind: observation.KindNumber,
	Unit: observation.UnitFunctions, Merge: observation.MergeMain, Reference: absence,
	Means: "Functions (releasing, merging, tests and others) that one person alone carried in the last 12 months, of those that had three commits or releases or more."}

var botDependencies = observation.Definition{ID: observation.FunctionsBotDependencies, Name: "Dependency updates by machines", Kind: observation.KindNumber,
	Unit: observation.UnitCommits, Merge: observation.MergeMain,
	Means: "Commits of the last 12 months that machines made and that changed lockfiles or lists of dependencies."}

func peopleOf(f function, name, means string) observation.Definition {
	return observation.Definition{ID: f.peopleID(), Name: name, Kind: observation.KindNumber, Unit: observation.UnitPeople,
		Merge: observation.MergeMain, Means: means}
}

func absenceOf(f function, name string) observation.Definition {
	return observation.Definition{ID: f.absenceID(), Name: name, Kind: observation.KindNumber, Unit: observation.UnitPeople, Merge: observation.MergeMain,
		Means: "The smallest number of people who made half of it in the last 12 months.", Reference: absence}
}
