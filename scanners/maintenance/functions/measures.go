package functions

import (
	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/observation"
)

const absence = "https://chaoss.community/kb/metric-contributor-absence-factor/"

// names and means of the measures, in the order of functions.Functions.All.
var people, absences = []observation.Definition{
	peopleOf(functions.Releasing, "People who release",
		"People who set an annotated tag of a release in the last 12 months. A light tag names nobody."),
	peopleOf(functions.Merging, "People who merge", "People who made a merge commit of the default branch in the last 12 months, or for whom the forge made it. "+
		"Where the forge squashes changes, who merged them is not seen."),
	peopleOf(functions.CI, "People on continuous integration", "People whose commits of the last 12 months changed files of continuous integration."),
	peopleOf(functions.Dependencies, "People on dependencies",
		"People whose commits of the last 12 months changed lockfiles or lists of dependencies. Machines are counted apart."),
	peopleOf(functions.Tests, "People on tests", "People whose commits of the last 12 months changed tests."),
	peopleOf(functions.Documentation, "People on documentation", "People whose commits of the last 12 months changed documentation, lists of changes aside."),
	peopleOf(functions.Translation, "People on translation", "People whose commits of the last 12 months changed texts in other languages than English."),
	peopleOf(functions.Deployment, "People on deployment", "People whose commits of the last 12 months changed files by which it is installed and run."),
	peopleOf(functions.Migrations, "People on data migrations", "People whose commits of the last 12 months changed migrations of its database."),
	peopleOf(functions.Security, "People on security fixes", "People with commits of the last 12 months whose message names a published vulnerability."),
}, []observation.Definition{
	absenceOf(functions.Releasing, "Absence factor of releasing"),
	absenceOf(functions.Merging, "Absence factor of merging"),
	absenceOf(functions.CI, "Absence factor of continuous integration"),
	absenceOf(functions.Dependencies, "Absence factor of dependencies"),
	absenceOf(functions.Tests, "Absence factor of tests"),
	absenceOf(functions.Documentation, "Absence factor of documentation"),
	absenceOf(functions.Translation, "Absence factor of translation"),
	absenceOf(functions.Deployment, "Absence factor of deployment"),
	absenceOf(functions.Migrations, "Absence factor of data migrations"),
	absenceOf(functions.Security, "Absence factor of security fixes"),
}

var onOnePerson = observation.Definition{ID: observation.FunctionsOnOnePerson, Name: "Functions on one person", Kind: observation.KindNumber,
	Unit: observation.UnitFunctions, Merge: observation.MergeMain, Reference: absence,
	Means: "Functions (releasing, merging, tests and others) that one person alone carried in the last 12 months, of those that had three commits or releases or more."}

var aloneNamed = observation.Definition{ID: observation.FunctionsAlone, Name: "Which functions rest on one person", Kind: observation.KindList,
	Merge: observation.MergeMain, Reference: absence,
	Means: "The functions that one person alone carried in the last 12 months, of those that had three commits or releases or more."}

var botDependencies = observation.Definition{ID: observation.FunctionsBotDependencies, Name: "Dependency updates by machines", Kind: observation.KindNumber,
	Unit: observation.UnitCommits, Merge: observation.MergeMain,
	Means: "Commits of the last 12 months that machines made and that changed lockfiles or lists of dependencies."}

func peopleOf(f functions.Function, name, means string) observation.Definition {
	return observation.Definition{ID: f.PeopleID(), Name: name, Kind: observation.KindNumber, Unit: observation.UnitPeople,
		Merge: observation.MergeMain, Means: means}
}

func absenceOf(f functions.Function, name string) observation.Definition {
	return observation.Definition{ID: f.AbsenceID(), Name: name, Kind: observation.KindNumber, Unit: observation.UnitPeople, Merge: observation.MergeMain,
		Means: "The smallest number of people who made half of it in the last 12 months.", Reference: absence}
}
