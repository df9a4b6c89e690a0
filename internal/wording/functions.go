package wording

import "github.com/midspan/midspan/internal/language"

// functionNames are the functions of the upkeep of a good, as internal/functions lists them.
var functionNames = map[string]language.Message{
	"releasing":     language.M("releasing"),
	"merging":       language.M("merging of changes"),
	"ci":            language.M("continuous integration"),
	"dependencies":  language.M("updates of dependencies"),
	"tests":         language.M("tests"),
	"documentation": language.M("documentation"),
	"translation":   language.M("translation"),
	"deployment":    language.M("deployment"),
	"migrations":    language.M("data migrations"),
	"security":      language.M("security fixes"),
}

// Function is the name of a function of the upkeep: "releasing".
func Function[ID ~string](id ID) language.Message { return find(functionNames, id) }
