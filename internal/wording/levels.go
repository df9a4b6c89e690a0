package wording

import (
	"math"
	"slices"

	"github.com/midspan/midspan/internal/language"
)

// LevelsFromTop are the levels that a good can have of something, from most to least.
func LevelsFromTop[ID ~string]() []ID { return []ID{"strong", "fair", "weak", "missing"} }

// Levels names what is known of a level of which several are possible, in any order: "at
// least fair", "weak or worse", "weak or fair". It is unknown where all are possible, or
// none is given.
func Levels[ID ~string](possible []ID) language.Message {
	levelsFromTop := LevelsFromTop[ID]()
	first, last, n := -1, -1, 0
	for i, level := range levelsFromTop {
		if slices.Contains(possible, level) {
			if first < 0 {
				first = i
			}
			last, n = i, n+1
		}
	}
	whole := n == last-first+1
	switch lowest := len(levelsFromTop) - 1; {
	case n == 0 || n > lowest:
		return levels["unknown"]
	case n == 1:
		return Level(levelsFromTop[first])
	case whole && first == 0 && last == 1:
		return language.M("at least fair")
	case whole && first == 0:
		return language.M("at least weak")
	case whole && last == lowest && first == 2:
		return language.M("weak or worse")
	case whole && last == lowest:
		return language.M("fair or worse")
	}
	var names []any
	for _, level := range slices.Backward(levelsFromTop) {
		if slices.Contains(possible, level) {
			names = append(names, Level(level))
		}
	}
	return language.M("{levels}", "levels", language.Or(names...))
}

// lacking are supports that fall short, as clauses: where they are weak, or not known to be
// missing, and where they are missing.
var lacking = map[string][2]language.Message{
	"people":   {language.M("too few people carry it"), language.M("nobody carries it")},
	"momentum": {language.M("work on it is rare"), language.M("work on it has stopped")},
	"upkeep":   {language.M("its upkeep falls short"), language.M("its upkeep is neglected")},
}

// Lacking says as a clause that a support is weak or missing, by its possible levels. It is
// false where a level above weak is possible.
func Lacking[ID ~string](support string, possible []ID) (language.Message, bool) {
	clauses, known := lacking[support]
	if !known || len(possible) == 0 || slices.ContainsFunc(possible, func(level ID) bool { return level != "weak" && level != "missing" }) {
		return language.Message{}, false
	}
	if slices.Contains(possible, "weak") {
		return clauses[0], true
	}
	return clauses[1], true
}

// The lengths of a year and of a month in days, in the mean.
const yearDays, monthDays = 365.25, 365.25 / 12

// longDays is from how many days on a time is given in years: 24 months.
const longDays = 2*yearDays + 1

// Days is a time in days, given in whole years that have passed where it is longer than 24
// months: "400 days", "9 years". Of an upper bound the years are those that are begun.
func Days[B ~string](days float64, bound B) language.Message {
	if days < longDays {
		return Quantity(language.Bounded(days, bound), "days")
	}
	years := math.Floor((days + 1) / yearDays)
	if bound == "at-most" {
		years = math.Ceil((days - 1) / yearDays)
	}
	return Quantity(language.Bounded(years, bound), "years")
}

// Period is a length of days that somebody chose, in the unit in which it is even: 365
// days are a year, 548 are 18 months, 240 are 240 days.
func Period(days float64) language.Message {
	for _, unit := range []struct {
		name   string
		length float64
	}{{"years", yearDays}, {"months", monthDays}} {
		if n := math.Round(days / unit.length); n > 0 && math.Abs(days-n*unit.length) <= 1 {
			return Quantity(language.Bounded(n, ""), unit.name)
		}
	}
	return Quantity(language.Bounded(days, ""), "days")
}
