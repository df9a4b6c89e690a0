package wording

import (
	"github.com/midspan/midspan/internal/language"
)

// Term is a word that a page explains where it uses it.
type Term struct{ Word, Meaning language.Message }

// Glossary holds the words that a reader without code may not know, by the name that
// templates use. A meaning is one or two short sentences; of other words of the list only
// supports names some.
func Glossary() map[string]Term { return glossary }

var glossary = map[string]Term{
	"advisory": {language.M("advisory"), language.M("A public warning that some versions of a piece of software have a weakness.")},
	"borderline": {language.M("borderline"),
		language.M("A close call. With a slightly other limit, the good would stand in another stage.")},
	"commit":       {language.M("commit"), language.M("One change to the code that somebody saved, with a name and a date.")},
	"funding":      {Support("funding"), language.M("Whether money for the work can be seen, and from whom.")},
	"keystone":     {language.M("keystone"), language.M("A piece of software under many goods. If it breaks, all of them have a problem.")},
	"load":         {language.M("load"), language.M("How much depends on a good: countries that use it, software built on it, people who follow it.")},
	"messy-middle": {language.M("messy middle"), language.M("Past its first trial and alive, but without money that can be seen, and with too few supports.")},
	"momentum":     {Support("momentum"), language.M("Whether the work goes on, and new versions come out.")},
	"people":       {Support("people"), language.M("How many people do the work, and whether it could go on without one of them.")},
	"policy":       {language.M("policy"), language.M("Conditions that an agency sets. Each good meets them, does not, or too little is known.")},
	"release":      {language.M("release"), language.M("A version that its makers give out for use.")},
	"risk":         {language.M("risk"), language.M("How likely it is that work stops within 18 months. Midspan learned it from the history of other projects.")},
	"stage":        {language.M("stage"), language.M("How a good stands today, in one word.")},
	"supports":     {language.M("supports"), language.M("What holds a good up: people, momentum, upkeep and funding.")},
	"upkeep":       {Support("upkeep"), language.M("Whether known weaknesses are closed, and care is taken that few arise.")},
}
