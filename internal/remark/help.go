package remark

import (
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// LookAgain is the first help for a good that was last seen long ago: the verdict about it may
// no longer be so.
func LookAgain(until time.Time) language.Message {
	return language.M("First look again, for it was last seen on {day}. Whoever makes this report fetches it anew.", "day", language.LongDate(until))
}

// AskTheOwner is the first help for a good on which work stopped or runs out.
func AskTheOwner() language.Message {
	return language.M("Ask the owner: will they go on, hand over, or archive it?")
}

// MarkAsOver is the help for a good that is over by its own words.
func MarkAsOver() language.Message {
	return language.M("Whoever keeps the catalog marks it as over, or enters the address of what follows it.")
}

// PastThePilot is the help for a good that is not past the pilot. The age of a good is
// nothing that anybody can help.
func PastThePilot(shipped bool) []language.Message {
	var acts []language.Message
	if !shipped {
		acts = append(acts, language.M("The maintainers tag a first version, once others can use it."))
	}
	return append(acts, language.M("The owner names in the catalog who uses it and where, once somebody does."))
}

// ToBeRead is the help for a good that could not be read, or only in part. Nil where all of
// its repositories were read.
func ToBeRead(in merge.Input) []language.Message {
	if len(in.Repositories) == 0 {
		return []language.Message{language.M("The owner enters the address of its repository in the catalog.")}
	}
	if CountReadable(in) == len(in.Repositories) {
		return nil
	}
	return []language.Message{language.M("Whoever makes this report fetches what could not be read. If it has moved, the owner corrects its address in the catalog.")}
}

// NameItsUsers is the help for a good of which it is not known who uses it.
func NameItsUsers() language.Message {
	return language.M("The owner names in the catalog, or as usedBy in its publiccode.yml, who uses it.")
}

// CountReadable counts the repositories of which something was read, or that are known to
// be empty.
func CountReadable(in merge.Input) int {
	n := 0
	for _, r := range in.Repositories {
		if r.Failed == nil || r.Failed.Cause == observation.CauseEmpty {
			n++
		}
	}
	return n
}
