// Package licenseexpr reads SPDX licence expressions ("GPL-2.0-or-later WITH
// Classpath-exception-2.0 OR MIT", https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/)
// as files and catalogs write them. What is nested too deep is no expression.
package licenseexpr

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
)

// maxLength is how long an expression may be, in bytes; maxTags how many a text may have.
const (
	maxLength = 300
	maxTags   = 20
)

// Satisfied reports whether the licences found satisfy an expression.
func Satisfied(expression string, found []string) (ok bool, err error) {
	err = nesting.SPDX(expression, func() error {
		ok, err = spdxexp.Satisfies(expression, found)
		return err
	})
	return ok && err == nil, err
}

// Parts lists the licences that an expression names.
func Parts(expression string) (ids []string, err error) {
	err = nesting.SPDX(expression, func() error {
		ids, err = spdxexp.ExtractLicenses(expression)
		return err
	})
	return ids, err
}

// Valid reports whether an expression names nothing but licences of the SPDX list. References
// to texts elsewhere ("LicenseRef-…") are well-formed and name no known licence.
func Valid(expression string) bool {
	if strings.Contains(expression, "Ref-") || len(expression) > maxLength {
		return false
	}
	ok := false
	err := nesting.SPDX(expression, func() error {
		ok, _ = spdxexp.ValidateLicenses([]string{expression})
		return nil
	})
	return ok && err == nil
}

var (
	tag      = lazy.Pattern(`(?i)\bSPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() \t-]+)`)
	spaces   = lazy.Pattern(`\s+`)
	id       = lazy.Pattern(`[A-Za-z0-9.-]+`)
	operator = lazy.Pattern(`(?i) (and|or|with) `)
)

// Tags returns the expressions of the lines SPDX-License-Identifier of a text, each once, as
// they are written, their operators in capitals.
func Tags(text string) []string {
	var all []string
	for _, m := range tag().FindAllStringSubmatch(text, maxTags) {
		if expression, ok := Leading(m[1]); ok && !slices.Contains(all, expression) {
			all = append(all, expression)
		}
	}
	return all
}

// Leading returns the longest expression that a line begins with, and whether there is one.
func Leading(line string) (string, bool) {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(line[:min(len(line), maxLength)]))
	for n := len(words); n > 0; n-- {
		expression := operator().ReplaceAllStringFunc(strings.Join(words[:n], " "), strings.ToUpper)
		expression = strings.TrimRight(strings.NewReplacer("( ", "(", " )", ")").Replace(expression), ".,;")
		if Valid(expression) {
			return canonical(expression), true
		}
	}
	return "", false
}

// canonical writes ids and operators as the SPDX list does.
func canonical(expression string) string {
	expression = operator().ReplaceAllStringFunc(spaces().ReplaceAllString(expression, " "), strings.ToUpper)
	return id().ReplaceAllStringFunc(expression, func(id string) string {
		for _, of := range []func(string) (bool, string){spdxlicenses.IsActiveLicense, spdxlicenses.IsDeprecatedLicense, spdxlicenses.IsException} {
			if known, name := of(id); known {
				return name
			}
		}
		return id
	})
}

// IsID reports an id of a licence or an exception of the SPDX list, whatever its case.
func IsID(id string) bool {
	for _, of := range []func(string) (bool, string){spdxlicenses.IsActiveLicense, spdxlicenses.IsDeprecatedLicense, spdxlicenses.IsException} {
		if known, _ := of(id); known {
			return true
		}
	}
	return false
}

// IsCompound reports an expression of more than one id.
func IsCompound(expression string) bool { return strings.Contains(expression, " ") }

var (
	later = lazy.Pattern(`(?i)^[\s),(]*(?:licen[cs]e|version|v?\d[\d.]*|\(?[al]?gpl[-v\d.]*\)?|[\s),.(])*(?:\+|-or-later\b|\b(?:or|and|and/or|oder|ou|o|или),? (?:\(?at (?:your|the) (?:option|choice)\)?,? )?(?:any |all |jede |toute |cualquier |qualquer |любой )?(?:later|newer|higher|subsequent|above|sp[äa]tere?|ult[ée]rieure?|posterior|более поздн)|\bor \(at your option\) any later)`)
	only  = lazy.Pattern(`(?i)^[\s),(]*(?:licen[cs]e|version|v?\d[\d.]*|[\s),.(])*(?:-only\b|only\b)`)
)

// WithSuffix gives the id of a GNU licence the suffix that the words behind its name ask for:
// "or any later version" is -or-later. Other ids stay as they are.
func WithSuffix(id, after string) string {
	after = after[:min(len(after), 80)]
	switch {
	case !strings.Contains(id, "GPL-"):
		return id
	case later().MatchString(after):
		return id + "-or-later"
	case only().MatchString(after):
		return id + "-only"
	}
	return id
}
