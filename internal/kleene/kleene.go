// Package kleene is Kleene's three-valued logic, and intervals for numbers that are
// known only within bounds.
package kleene

import "slices"

// Truth is a value of the logic. The zero value is Unknown.
type Truth int

// The values.
const (
	Unknown Truth = iota
	True
	False
)

// Of is True or False.
func Of(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Not negates. The negation of Unknown is Unknown.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// All is the conjunction: True where every value is, False where one is. All of
// nothing is True.
func All(values ...Truth) Truth {
	switch {
	case slices.Contains(values, False):
		return False
	case slices.Contains(values, Unknown):
		return Unknown
	}
	return True
}

// Any is the disjunction: True where one value is, False where every one is. Any of
// nothing is False.
func Any(values ...Truth) Truth {
	switch {
	case slices.Contains(values, True):
		return True
	case slices.Contains(values, Unknown):
		return Unknown
	}
	return False
}

// Among is True where all possible values are among those wanted, and False where none
// is. It is Unknown where no value is possible.
func Among[T comparable](possible, wanted []T) Truth {
	inside := 0
	for _, p := range possible {
		if slices.Contains(wanted, p) {
			inside++
		}
	}
	switch {
	case len(possible) > 0 && inside == len(possible):
		return True
	case len(possible) > 0 && inside == 0:
		return False
	}
	return Unknown
}
