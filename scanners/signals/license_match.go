package signals

import (
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/licenseexpr"
	"github.com/midspan/midspan/internal/observation"
)

// LicenseMatches compares the licences that a catalog declares (SPDX ids or
// expressions) with those found in the repositories (SPDX ids). It is true
// where at least one declared licence is among the found ones, false where none
// is; the text lists the declared ones that were not found and the found ones that
// are not declared.
//
// GNU ids match with and without -only and -or-later, because the text of the
// licence does not state it. It is Unknown where either side names nothing, or
// where an id that is not SPDX could be the match.
func LicenseMatches(declared, found []string) (observation.State, bool, string) {
	var texts []string
	for _, id := range found {
		if licenseexpr.Valid(id) {
			parts, _ := licenseexpr.Parts(id) // valid
			texts = append(texts, parts...)
		}
	}
	switch {
	case len(declared) == 0:
		return observation.Unknown, false, "the catalog declares no licence"
	case len(texts) == 0:
		return observation.Unknown, false, "no known licence was found in the repository"
	}
	var matched, missed, strange []string
	for _, expression := range declared {
		switch ok, err := licenseexpr.Satisfied(expression, texts); {
		case err != nil:
			strange = append(strange, fmt.Sprintf("%.60q", expression))
		case ok:
			matched = append(matched, expression)
		default:
			missed = append(missed, expression)
		}
	}
	extra := slices.DeleteFunc(slices.Clone(texts), func(id string) bool { return mentions(declared, id) })
	if len(matched) == 0 && len(strange) > 0 {
		return observation.Unknown, false, "declared is " + strings.Join(strange, ", ") + ", which is no SPDX expression"
	}
	var remarks []string
	if len(missed) > 0 {
		remarks = append(remarks, "declared and not found: "+strings.Join(missed, ", "))
	}
	if len(strange) > 0 {
		remarks = append(remarks, "declared, and no SPDX expression: "+strings.Join(strange, ", "))
	}
	if len(extra) > 0 {
		remarks = append(remarks, "found and not declared: "+strings.Join(extra, ", "))
	}
	return observation.Measured, len(matched) > 0, strings.Join(remarks, "; ")
}

// mentions reports whether a declared expression names a found licence.
func mentions(declared []string, id string) bool {
	return slices.ContainsFunc(declared, func(expression string) bool {
		parts, err := licenseexpr.Parts(expression)
		return err == nil && slices.ContainsFunc(parts, func(part string) bool {
			ok, err := licenseexpr.Satisfied(part, []string{id})
			return err == nil && ok
		})
	})
}
