package policy

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// Answers is what can come of a condition.
type Answers string

// The answers. A condition that can only pass is unseen where its evidence is not there.
const (
	PassOrFail Answers = "pass or fail"
	PassOnly   Answers = "pass only"
	FailOnly   Answers = "fail only"
	NoAnswer   Answers = "none"
)

// Covered says of one condition what can come of it.
type Covered struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Clone is what can come of it from a clone with its history, and the advisories;
	// Forge where a forge is asked as well, for which most need a token.
	Clone Answers `json:"clone"`
	Forge Answers `json:"forge"`
	// Elsewhere is where to look for what is not seen; empty where all is.
	Elsewhere string   `json:"elsewhere,omitempty"`
	Measures  []string `json:"measures"` // that it reads, sorted
}

// Coverage says of each condition what can come of it, whatever the good.
func (p *Policy) Coverage() []Covered {
	var all []Covered
	for _, c := range p.conditions {
		read := map[string]bool{}
		c.test.visit(func(t test) {
			if id := t.measure(); id != "" {
				read[id] = true
			}
		})
		one := Covered{ID: c.id, Title: c.title, Clone: answersOf(c.test.can(false)), Forge: answersOf(c.test.can(true)),
			Elsewhere: c.test.unseen, Measures: []string{}}
		for id := range read {
			one.Measures = append(one.Measures, id)
		}
		slices.Sort(one.Measures)
		all = append(all, one)
	}
	return all
}

// Reads reports whether a condition reads one of the measures.
func (p *Policy) Reads(defs ...observation.Definition) bool {
	found := false
	for _, c := range p.conditions {
		c.test.visit(func(t test) {
			id := t.measure()
			found = found || id != "" && slices.ContainsFunc(defs, func(d observation.Definition) bool { return d.ID == id })
		})
	}
	return found
}

func answersOf(pass, fail bool) Answers {
	switch {
	case pass && fail:
		return PassOrFail
	case pass:
		return PassOnly
	case fail:
		return FailOnly
	}
	return NoAnswer
}

// measure is the one that a test itself reads; empty where it reads none.
func (t test) measure() string {
	switch {
	case t.comparison != nil:
		return t.comparison.Measure
	case t.membership != nil:
		return t.membership.measure
	case t.findings != nil:
		return findingsMeasure
	}
	return ""
}

// visit calls do for a test and for those within.
func (t test) visit(do func(test)) {
	do(t)
	for _, inner := range slices.Concat(t.all, t.any) {
		inner.visit(do)
	}
	for _, inner := range []*test{t.not, t.enough, t.needs} {
		if inner != nil {
			inner.visit(do)
		}
	}
}

// can reports whether a test can hold and can fail, from a clone or with the forge.
func (t test) can(forge bool) (pass, fail bool) {
	switch {
	case t.unseen != "":
		if t.enough != nil {
			pass, _ = t.enough.can(forge)
		}
		if t.needs != nil {
			_, fail = t.needs.can(forge)
		}
		return pass, fail
	case t.not != nil:
		pass, fail = t.not.can(forge)
		return fail, pass
	case t.any != nil:
		return t.join(t.any, forge, false)
	case t.all != nil:
		return t.join(t.all, forge, true)
	}
	seen := forge || !strings.HasPrefix(t.measure(), observation.ForgePrefix)
	return seen, seen
}

// join is that of several: all of them hold only where each can, and fail where one does;
// the other way round for any.
func (t test) join(tests []test, forge, all bool) (pass, fail bool) {
	pass, fail = all, !all
	for _, inner := range tests {
		innerPass, innerFail := inner.can(forge)
		if all {
			pass, fail = pass && innerPass, fail || innerFail
		} else {
			pass, fail = pass || innerPass, fail && innerFail
		}
	}
	return pass, fail
}
