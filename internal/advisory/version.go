package advisory

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// NormalName is the form in which package names of an ecosystem are compared.
// Only PyPI has one: lower case, runs of "-", "_" and "." as one "-" (PEP 503).
func NormalName(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	if base != "PyPI" {
		return name
	}
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			gap = true
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
	}
	if gap {
		b.WriteByte('-')
	}
	return b.String()
}

// orderedVersion is a version in the order of its ecosystem.
type orderedVersion struct {
	text      string
	ecosystem string
	version   semantic.Version
}

// maxVersion bounds a version, in bytes: the time of some orders grows with the
// square of the length. Real ones stay under 200.
const maxVersion = 1000

// parseVersion fails for a version that the ecosystem's order refuses, and for an
// ecosystem without an order. It never panics.
func parseVersion(text, ecosystem string) (v orderedVersion, err error) {
	if len(text) > maxVersion {
		return orderedVersion{}, fmt.Errorf("a version of %s: %w of %d bytes", ecosystem, errTooLarge, maxVersion)
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
func checkLengths(events []event) error {
	for _, e := range events {
		if len(e.version()) > maxVersion {
			return fmt.Errorf("a range with a version %w of %d bytes", errTooLarge, maxVersion)
		}
	}
	return nil
}

// inRange applies the events of one range in the order of their versions.
func (v orderedVersion) inRange(events []event) bool {
	events = slices.Clone(events)
	sort.Slice(events, func(i, j int) bool { return v.earlier(events[i], events[j]) })
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

func (v orderedVersion) earlier(a, b event) bool {
	if a.Introduced == "0" || b.Introduced == "0" {
		return a.Introduced == "0"
	}
	at, err := parseVersion(a.version(), v.ecosystem)
	return err == nil && at.compare(b.version()) < 0
}

func (e event) version() string {
	return firstOf(e.Introduced, e.Fixed, e.Limit, e.LastAffected)
}

// fixedIn is the lowest fixed version above v, or empty.
func (v orderedVersion) fixedIn(spans []affectedVersions) string {
	lowest := ""
	for _, span := range spans {
		for _, events := range span.Ranges {
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
