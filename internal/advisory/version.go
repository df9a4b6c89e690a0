package advisory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/google/osv-scalibr/semantic"

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
	parsed, err := semantic.Parse(text, ecosystem)
	if err != nil {
		return orderedVersion{}, fmt.Errorf("version %q of %s: %w", text, ecosystem, err)
	}
	return orderedVersion{text, ecosystem, parsed}, nil
}

// compare returns 0 where the order refuses other, as osv-scanner does.
func (v orderedVersion) compare(other string) (order int) {
	defer func() {
		if recover() != nil {
			order = 0
		}
	}()
	if len(other) > maxVersion {
		return 0
	}
	order, err := v.version.CompareStr(other)
	if err != nil {
		return 0
	}
	return order
}

// Later returns the later of two versions of an ecosystem, or the first where
// their order is unknown.
func Later(ecosystem, a, b string) string {
	if v, err := parseVersion(a, ecosystem); err == nil && v.compare(b) < 0 {
		return b
	}
	return a
}

// checkLengths fails for a range with a version that is too long to be compared.
func checkLengths(events []record.Event) error {
	for _, e := range events {
		if len(versionOf(e)) > maxVersion {
			return fmt.Errorf("a range with a version %w of %d bytes", errTooLong, maxVersion)
		}
	}
	return nil
}

// inRange applies the events of one range in the order of their versions.
func (v orderedVersion) inRange(events []record.Event) bool {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b record.Event) int {
		if v.earlier(a, b) {
			return -1
		}
		return 0
	})
	inside := false
	for _, e := range events {
		switch {
		case inside && e.Fixed != "":
			inside = v.compare(e.Fixed) < 0
		case inside && e.LastAffected != "":
			inside = e.LastAffected == v.text || v.compare(e.LastAffected) <= 0
		case !inside && e.Introduced != "":
			inside = e.Introduced == "0" || v.compare(e.Introduced) >= 0
		}
	}
	return inside
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

// fixedIn is the lowest fixed version above v, or empty.
func (v orderedVersion) fixedIn(list []record.Affected) string {
	lowest := ""
	for _, affected := range list {
		for _, events := range affected.Ranges {
			for _, e := range events {
				if e.Fixed == "" || v.compare(e.Fixed) >= 0 {
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
