// Package licenselist holds licences against the lists of those who approve them: the
// Open Source Initiative for software, and the DPG Standard (indicator 2) for content and
// for data. Nothing is fetched: the lists are in the program, each with its source and day.
package licenselist

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Kind is what a licence is for, as catalogs name the type of a good.
type Kind string

// The kinds for which there is a list.
const (
	Software Kind = "software"
	Content  Kind = "content"
	Data     Kind = "data"
)

// References that a reader may add to the ids of licences for what stands beside them.
const (
	AddedTerms = "LicenseRef-added-terms" // terms that nobody has judged
	Restricted = "LicenseRef-restricted"  // a clause that takes back what the licence gives
)

// Standing is where the lists have a licence.
type Standing struct {
	// Kinds are those on whose list it is, in the order above; none where terms are added.
	Kinds []Kind
	// Added is true where terms that nobody has judged stand beside a licence that is on a
	// list: it is neither on it nor off it.
	Added bool
	// Refused says more of a licence on no list, where more is known.
	Refused Refusal
}

// What a measure says of licences: each value a fixed text, so that a policy can name it.
const (
	SaysSoftware = "approved by the OSI"
	SaysContent  = "accepted by the DPG Standard for content"
	SaysData     = "accepted by the DPG Standard for data"
	SaysAdded    = "terms are added"
	SaysNone     = "on no list"
)

// Says is a standing in those texts.
func (s Standing) Says() []string {
	switch {
	case s.Added:
		return []string{SaysAdded}
	case len(s.Kinds) == 0:
		return []string{SaysNone}
	}
	texts := map[Kind]string{Software: SaysSoftware, Content: SaysContent, Data: SaysData}
	var says []string
	for _, kind := range s.Kinds {
		says = append(says, texts[kind])
	}
	return says
}

// Refusal is why a licence is on no list.
type Refusal string

// The refusals that have a name.
const (
	NonCommercial  Refusal = "no commercial use"
	NoDerivatives  Refusal = "no derivatives"
	NeitherOfThem  Refusal = "no commercial use and no derivatives"
	OtherCondition Refusal = "it restricts its use"
)

// Of tells where the lists have what was found in one place: an SPDX id, or an expression.
// Where all parts hold (AND) it is on a list that has each of them; where one may be chosen
// (OR) on those of any. Ids are compared without case.
func Of(found string) Standing {
	options := split(found, " OR ")
	if strings.Count(found, "(") > maxBrackets {
		return Standing{}
	}
	if len(options) == 1 {
		return ofAll(split(found, " AND "))
	}
	best := Standing{Added: true}
	for i, option := range options {
		s := Of(option)
		best.Added = best.Added && s.Added || i == 0 && s.Added
		for _, kind := range s.Kinds {
			if !slices.Contains(best.Kinds, kind) {
				best.Kinds = append(best.Kinds, kind)
			}
		}
		if best.Refused == "" {
			best.Refused = s.Refused
		}
	}
	if len(best.Kinds) > 0 {
		slices.SortFunc(best.Kinds, func(a, b Kind) int { return slices.Index(kinds, a) - slices.Index(kinds, b) })
		return Standing{Kinds: best.Kinds}
	}
	return best
}

// maxBrackets bounds how deep an expression is; a deeper one is on no list.
const maxBrackets = 50

// kinds in their order.
var kinds = []Kind{Software, Content, Data}

// ofAll is the standing of parts that all hold.
func ofAll(parts []string) Standing {
	s := Standing{Kinds: slices.Clone(kinds)}
	for _, part := range parts {
		if strings.EqualFold(part, AddedTerms) {
			s.Added = true
			continue
		}
		on := Standing{Kinds: kindsOf(part), Refused: refusalOf(part)}
		if strings.Contains(part, " OR ") {
			on = Of(part)
		}
		s.Added = s.Added || on.Added
		s.Kinds = slices.DeleteFunc(s.Kinds, func(k Kind) bool { return !on.Added && !slices.Contains(on.Kinds, k) })
		if s.Refused == "" && len(on.Kinds) == 0 && !on.Added {
			s.Refused = on.Refused
		}
	}
	s.Added = s.Added && len(s.Kinds) > 0
	if s.Added {
		s.Kinds = nil
	}
	return s
}

// split cuts an expression at an operator outside of brackets, and drops brackets around all
// of a part.
func split(expression, operator string) []string {
	var parts []string
	depth, at := 0, 0
	for i := 0; i < len(expression); i++ {
		switch {
		case expression[i] == '(':
			depth++
		case expression[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(expression[i:], operator):
			parts = append(parts, expression[at:i])
			at = i + len(operator)
		}
	}
	parts = append(parts, expression[at:])
	for i, part := range parts {
		if part = strings.TrimSpace(part); strings.HasPrefix(part, "(") && strings.HasSuffix(part, ")") {
			part = part[1 : len(part)-1]
		}
		parts[i] = part
	}
	return parts
}

// kindsOf are the kinds on whose list an id is. An exception ("WITH") adds a permission.
func kindsOf(id string) []Kind {
	id, _, _ = strings.Cut(strings.ToLower(strings.Trim(id, "() ")), " with ")
	var kinds []Kind
	if osiApproved()[id] {
		kinds = append(kinds, Software)
	}
	if slices.Contains(content, id) {
		kinds = append(kinds, Content)
	}
	if slices.Contains(data, id) {
		kinds = append(kinds, Data)
	}
	return kinds
}

// refusalOf names what Creative Commons' ids and our own references say of themselves.
func refusalOf(id string) Refusal {
	id = strings.ToLower(id)
	nc, nd := strings.Contains(id, "-nc"), strings.Contains(id, "-nd")
	switch {
	case strings.EqualFold(id, Restricted):
		return OtherCondition
	case !strings.HasPrefix(id, "cc-"):
		return ""
	case nc && nd:
		return NeitherOfThem
	case nc:
		return NonCommercial
	case nd:
		return NoDerivatives
	}
	return ""
}

//go:embed osi.txt
var osiText string

// osiApproved are the ids of the OSI's list, in lower case.
var osiApproved = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	for line := range strings.Lines(osiText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			ids[strings.ToLower(line)] = true
		}
	}
	return ids
})

// The DPG Standard accepts for software "only OSI approved licenses", for content "a
// Creative Commons license" and for data "an Open Data Commons approved license"
// (https://github.com/DPGAlliance/DPG-Standard/blob/main/standard.md, indicator 2, as of
// 12 September 2024), and lists the licences in
// https://github.com/DPGAlliance/publicgoods-candidates/blob/main/help-center/licenses.md
// (20 September 2022): "If a license is not listed there, it is not accepted"
// (https://github.com/DPGAlliance/dpg-standard/issues/94).
//
// That list has licences without commercial use (-NC), which the Standard's own text of
// 2024 accepts for content. They are not below, because the Alliance has written since:
// "Noncommercial licenses are no longer accepted in the Data and Content DPG categories",
// and of -ND "we don't allow any ND-restricting licenses"
// (https://github.com/DPGAlliance/dpg-resources/blob/0c722497e1a9c2ac0c2e7ef3fa366a205183ffae/docs/eligibility/cc-licenses.md,
// read on 29 November 2026).
var (
	content = []string{
		"cc0-1.0",
		"cc-by-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-3.0-at", "cc-by-3.0-igo", "cc-by-3.0-us", "cc-by-4.0",
		"cc-by-sa-1.0", "cc-by-sa-2.0", "cc-by-sa-2.5", "cc-by-sa-3.0", "cc-by-sa-3.0-at", "cc-by-sa-3.0-igo", "cc-by-sa-3.0-us", "cc-by-sa-4.0",
	}
	data = []string{
		"cc0-1.0", "pddl-1.0", "odc-by-1.0", "odbl-1.0",
		"cc-by-3.0-igo", "cc-by-4.0", "cc-by-sa-3.0-igo", "cc-by-sa-4.0",
	}
)
