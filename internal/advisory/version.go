package advisory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/semantic"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/osvdb/record"
)

// orderedVersion is a version in the order of its ecosystem.
type orderedVersion struct {
	text      string
	ecosystem string
	version   semantic.Version
}

// maxVersion bounds a version, in bytes: the time of some orders grows with the
// square of the length. Real ones stay under 200.
const maxVersion = 1000

// errTooLong marks a version above maxVersion.
var errTooLong = errors.New("over the limit")

// parseVersion fails for a version that the ecosystem's order refuses, and for an
// ecosystem without an order. It never panics.
func parseVersion(text, ecosystem string) (v orderedVersion, err error) {
	if len(text) > maxVersion {
		return orderedVersion{}, fmt.Errorf("a version of %s: %w of %d bytes", ecosystem, errTooLong, maxVersion)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("version %q of %s: the comparison failed: %v", text, ecosystem, r)
		}
	}()
	if !isVersion(text, ecosystem) {
		return orderedVersion{}, fmt.Errorf("%q is no version of %s", text, ecosystem)
	}
	parsed, err := semantic.Parse(text, ecosystem)
	if err != nil {
		return orderedVersion{}, fmt.Errorf("version %q of %s: %w", text, ecosystem, err)
	}
	return orderedVersion{text, ecosystem, parsed}, nil
}

// compare returns 0 where the order refuses other.
func (v orderedVersion) compare(other string) int {
	order, _ := v.compareKnown(other)
	return order
}

// compareKnown is compare. known is false where the order refuses other.
func (v orderedVersion) compareKnown(other string) (order int, known bool) {
	defer func() {
		if recover() != nil {
			order, known = 0, false
		}
	}()
	if len(other) > maxVersion {
		return 0, false
	}
	order, err := v.version.CompareStr(other)
	if err != nil {
		return 0, false
	}
	return order, true
}

// numbered are the ecosystems whose versions begin with a number. Their orders take any
// text, and place a word or a branch somewhere all the same.
var numbered = []string{"npm", "crates.io", "Go", "Hex", "NuGet", "Pub", "SwiftURL", "PyPI", "RubyGems", "Packagist", "CRAN"}

var (
	beginsWithNumber = lazy.Pattern(`^[vV=]*[0-9]`)
	commitHash       = lazy.Pattern(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	numberOpen       = lazy.Pattern(`\.[xX*](?:$|[.-])`) // "1.x"
)

// isVersion is false for texts that name no place in the order of an ecosystem: words,
// branches, ranges, commits.
func isVersion(text, ecosystem string) bool {
	switch {
	case !strings.ContainsAny(text, "0123456789"), strings.ContainsAny(text, " \t\r\n<>|,()[]{}"), commitHash().MatchString(text):
		return false
	case slices.Contains(numbered, ecosystem):
		return beginsWithNumber().MatchString(text) && !numberOpen().MatchString(text)
	}
	return true
}

// Later returns the later of two versions of an ecosystem, or the first where
// their order is unknown.
func Later(ecosystem, a, b string) string {
	if v, err := parseVersion(a, ecosystem); err == nil && v.compare(b) < 0 {
		return b
	}
	return a
}

// inRange applies the events of one range in the order of their versions, as OSV's
// schema describes it. known is false where the range cannot be applied: it does not say
// from where on it affects, or one of its versions cannot be placed.
func (v orderedVersion) inRange(events []record.Event) (inside, known bool) {
	if !v.canPlace(events) {
		return false, false
	}
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b record.Event) int {
		if v.earlier(a, b) {
			return -1
		}
		return 0
	})
	limited, belowLimit := false, false
	for _, e := range events {
		switch {
		case inside && e.Fixed != "":
			inside = v.compare(e.Fixed) < 0
		case inside && e.LastAffected != "":
			inside = e.LastAffected == v.text || v.compare(e.LastAffected) <= 0
		case !inside && e.Introduced != "":
			inside = e.Introduced == "0" || v.compare(e.Introduced) >= 0
		}
		if e.Limit != "" {
			limited = true
			belowLimit = belowLimit || e.Limit == noLimit || v.compare(e.Limit) < 0
		}
	}
	return inside && (belowLimit || !limited), true
}

// noLimit is a limit above every version.
const noLimit = "*"

// canPlace reports whether a range says from where on it affects, and v can be compared
// with all of its versions.
func (v orderedVersion) canPlace(events []record.Event) bool {
	introduced := false
	for _, e := range events {
		introduced = introduced || e.Introduced != ""
		set := 0
		for _, text := range []string{e.Introduced, e.Fixed, e.Limit, e.LastAffected} {
			if text == "" {
				continue
			}
			set++
			always := text == e.Introduced && text == "0" || text == e.Limit && text == noLimit
			if _, known := v.compareKnown(text); !always && (!known || !isVersion(text, v.ecosystem)) {
				return false
			}
		}
		if set != 1 {
			return false // the schema wants one a event
		}
	}
	return introduced
}

func (v orderedVersion) earlier(a, b record.Event) bool {
	if a.Introduced == "0" || b.Introduced == "0" {
		return a.Introduced == "0"
	}
	at, err := parseVersion(versionOf(a), v.ecosystem)
	return err == nil && at.compare(versionOf(b)) < 0
}

func versionOf(e record.Event) string {
	return cmp.Or(e.Introduced, e.Fixed, e.Limit, e.LastAffected)
}

// fixedIn is the lowest fixed version above v that can have been released, by the record
// with an id, or empty.
func (v orderedVersion) fixedIn(id string, list []record.Affected) string {
	lowest := ""
	for _, affected := range list {
		for _, events := range affected.Ranges {
			for _, e := range events {
				if !isVersion(e.Fixed, v.ecosystem) || isOpenEnd(id, e.Fixed) || v.compare(e.Fixed) >= 0 {
					continue
				}
				if best, err := parseVersion(lowest, v.ecosystem); lowest == "" || (err == nil && best.compare(e.Fixed) > 0) {
					lowest = e.Fixed
				}
			}
		}
	}
	return lowest
}
