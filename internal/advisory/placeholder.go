package advisory

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

var (
	dottedNumber = lazy.Pattern(`^[vV=]*(?:\d+:)?(\d+(?:\.\d+)*)`)
	calendarYear = lazy.Pattern(`^(?:19|20)\d\d$`)
)

const (
	// leastNines is how many nines make a number that is the first of its version, or one of
	// several such, an end that nobody reached. leastNinesAlone is that of a single one.
	leastNines      = 3
	leastNinesAlone = 4
	// patchAt is the place of the last number that a project counts by hand; those behind it
	// are counts of builds.
	patchAt = 2
)

// isPlaceholder reports whether a version stands for "all there are": 3.999.999, 9999.0.0.
// Advisories name such a one as fixed where no release has a fix. Versions with a single
// 999 were released, and so were 0.9999, which nears 1 by one nine at a time, and counts of
// builds behind a year (2023.9999) or a third number.
func isPlaceholder(version string) bool {
	found := dottedNumber().FindStringSubmatch(version)
	if found == nil {
		return false
	}
	numbers := strings.Split(found[1], ".")
	several, each := 0, len(numbers) > 1
	for i, number := range numbers {
		nines := countNines(number)
		each = each && nines > 1
		if nines >= leastNines {
			several++
		}
		counted := i <= patchAt && !calendarYear().MatchString(numbers[0]) && (len(numbers) != 2 || numbers[0] != "0")
		if i == 0 && nines >= leastNines || counted && nines >= leastNinesAlone {
			return true
		}
	}
	return each || several > 1
}

// isOpenEnd reports whether the version that a record calls fixed stands for "all there
// are". Retire.js writes a line that nobody mends as below 1.999.0 or 1.9.9, which other
// projects release.
func isOpenEnd(id, version string) bool {
	if !strings.HasPrefix(id, "RETIREJS-") {
		return isPlaceholder(version)
	}
	numbers := strings.Split(version, ".")
	long := slices.ContainsFunc(numbers, func(n string) bool { return countNines(n) >= leastNines })
	other := slices.ContainsFunc(numbers[1:], func(n string) bool { return countNines(n) == 0 })
	return long || len(numbers) > patchAt && !other || isPlaceholder(version)
}

// countNines is the length of a number that has no other digit, else zero.
func countNines(number string) int {
	if strings.Trim(number, "9") != "" {
		return 0
	}
	return len(number)
}
