package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// prove reports rules that contradict each other, that are equivalent, or that can
// never decide anything. It returns the prover, which knows whether a search gave up.
func (d *decoder) prove(r *Rules) *prover {
	p := &prover{rules: r, domains: r.domains()}
	defer func() {
		slices.SortFunc(d.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	}()
	for _, rule := range r.rules {
		d.proveRule(p, rule)
	}
	for _, readers := range r.rulesByMeasure() {
		d.proveDistinct(p, readers)
		d.proveDirection(r, readers)
	}
	if len(d.problems) > 0 {
		return p // what follows from these problems would be reported again
	}
	for i := range r.pillars {
		d.provePillar(p, &r.pillars[i])
	}
	d.proveStages(p)
	return p
}

// failAtUser reports a problem at the user's line where one of the rules concerned is
// the user's.
func (d *decoder) failAtUser(r *Rules, at position, among []condition, format string, args ...any) {
	for _, c := range among {
		for _, rule := range r.rulesBelow(c) {
			if !at.fromUser && rule.at.fromUser {
				at = rule.at
			}
		}
	}
	d.fail(at, format, args...)
}

// rulesBelow are all rules below a condition, plain and composed, with those of levels.
func (r *Rules) rulesBelow(c condition) []*rule {
	var found []*rule
	children := c.children()
	if c.rule != "" {
		found = append(found, r.byID[c.rule])
		if when := r.byID[c.rule].when; when != nil {
			children = append(children, *when)
		}
	}
	if c.pillar != "" {
		children = append(children, r.pillar(c.pillar).conditions()...)
	}
	for _, child := range children {
		found = append(found, r.rulesBelow(child)...)
	}
	return found
}

// proveRule reports a rule whose answer is always the same.
func (d *decoder) proveRule(p *prover, rule *rule) {
	self := []condition{{rule: rule.id}}
	w := p.rules.specs[rule.measure]
	span := ""
	if rule.when == nil && w.Kind == observation.KindNumber {
		span = fmt.Sprintf(": %s lies between %v and %v", rule.measure, w.Low, w.High)
	}
	if !p.satisfiable(self, nil) {
		d.failAtUser(p.rules, rule.at, self, "rule %s can never hold%s", rule.id, span)
	} else if !p.satisfiable(nil, self) {
		d.failAtUser(p.rules, rule.at, self, "rule %s always holds%s", rule.id, span)
	}
	if rule.when != nil {
		d.proveJoined(p, "rule "+rule.id, *rule.when)
	}
}

// proveDistinct reports two rules on one measure that are equivalent.
func (d *decoder) proveDistinct(p *prover, readers []*rule) {
	for i, a := range readers {
		for _, b := range readers[i+1:] {
			if equivalentRules(p, a, b) {
				at := a.at
				if b.at.fromUser || !a.at.fromUser {
					at = b.at
				}
				d.fail(at, "the rules %s and %s say the same of every value of %s", a.id, b.id, a.measure)
			}
		}
	}
}

func equivalentRules(p *prover, a, b *rule) bool {
	if a.silenceMeansNo != b.silenceMeansNo || a.unaskedMeansNo != b.unaskedMeansNo || a.absentMeansYes != b.absentMeansYes {
		return false
	}
	return !slices.ContainsFunc(p.domains[a.measure], func(s valueClass) bool {
		e := p.rules.evaluate(map[string]observation.Measure{a.measure: s.measure})
		return e.evalRule(a) != e.evalRule(b)
	})
}

// proveDirection reports rules and scores on one measure that disagree whether more of
// it is better.
func (d *decoder) proveDirection(r *Rules, readers []*rule) {
	for _, rule := range readers[1:] {
		first, ok := moreIsBetter(readers[0])
		if this, known := moreIsBetter(rule); ok && known && this != first {
			at := rule.at
			if readers[0].at.fromUser && !at.fromUser {
				at = readers[0].at
			}
			d.fail(at, "the rules %s and %s wish %s to go opposite ways", readers[0].id, rule.id, rule.measure)
		}
	}
	up, ok := moreIsBetter(readers[0])
	for _, p := range r.pillars {
		for _, part := range p.parts {
			if ok && part.measure == readers[0].measure && part.rises() != up {
				d.failAtUser(r, part.at, []condition{{rule: readers[0].id}}, "the points of %s for %s go against what the rule %s wishes", part.measure, p.id,
					readers[0].id)
			}
		}
	}
}

// moreIsBetter reports whether more of a rule's measure is better; ok is false for
// texts.
func moreIsBetter(r *rule) (up, ok bool) {
	switch t := r.threshold.(type) {
	case float64:
		return (r.operator[0] == '>') == r.wantsYes, true
	case bool:
		return t == r.wantsYes, true
	}
	return false, false
}

func (p scorePart) rises() bool { return p.points[len(p.points)-1][1] >= p.points[0][1] }

// proveJoined reports a child that could be left out: in "all" one that never fails
// where the others hold, in "any" one that never holds where the others fail.
func (d *decoder) proveJoined(p *prover, what string, c condition) {
	for i, child := range c.all {
		if others := without(c.all, i); len(others) > 0 && !p.satisfiable(others, []condition{child}) {
			d.failAtUser(p.rules, child.at, c.all, "%s: %s always holds where the others hold", what, p.rules.conditionText(child))
		}
	}
	for i, child := range c.any {
		if others := without(c.any, i); len(others) > 0 && !p.satisfiable([]condition{child}, others) {
			d.failAtUser(p.rules, child.at, c.any, "%s: %s never holds where the others do not", what, p.rules.conditionText(child))
		}
	}
	for _, child := range c.children() {
		d.proveJoined(p, what, child)
	}
}

func without(list []condition, i int) []condition {
	return slices.Delete(slices.Clone(list), i, i+1)
}

// provePillar reports a level that cannot be reached, and a condition of a level that
// is never the only one to hold where no level above does. So the thresholds of rules
// on one measure are ordered as their levels are.
func (d *decoder) provePillar(p *prover, pillar *pillarRule) {
	above := []condition{}
	for _, l := range pillar.levels {
		what := fmt.Sprintf("the level %s of %s", l.level, pillar.id)
		d.proveLevelOrder(pillar, l)
		d.proveReached(p, what, l.at, l.when, above)
		above = append(above, l.when)
	}
	if pillar.otherwise != LevelUnknown && !p.satisfiable(nil, above) {
		d.failAtUser(p.rules, pillar.at, above, "no good can be %s in %s: one of the levels above always holds", pillar.otherwise, pillar.id)
	}
}

// proveReached reports a level or a stage that those above it never leave to be
// reached.
func (d *decoder) proveReached(p *prover, what string, at position, when condition, above []condition) {
	all := append(slices.Clone(above), when)
	if !p.satisfiable([]condition{when}, above) {
		d.failAtUser(p.rules, at, all, "%s can never be reached: what is asked before it takes every such good", what)
		return
	}
	for i, child := range when.any {
		if !p.satisfiable([]condition{child}, append(slices.Clone(above), without(when.any, i)...)) {
			d.failAtUser(p.rules, child.at, all, "%s can never rest on %s: wherever that holds, something asked before it or beside it holds", what,
				p.rules.conditionText(child))
		}
	}
	for i, child := range when.all {
		if others := without(when.all, i); len(others) > 0 && !p.satisfiable(others, []condition{child}) {
			d.failAtUser(p.rules, child.at, all, "%s: %s always holds where the others hold", what, p.rules.conditionText(child))
		}
	}
	for _, child := range when.children() {
		d.proveJoined(p, what, child)
	}
}

// proveLevelOrder reports levels that are neither falling nor rising.
func (d *decoder) proveLevelOrder(pillar *pillarRule, this levelRule) {
	steps := make([]int, 0, len(pillar.levels)+1)
	for _, l := range pillar.levels {
		steps = append(steps, slices.Index(LevelsFromTop(), l.level))
	}
	if pillar.otherwise != LevelUnknown {
		steps = append(steps, slices.Index(LevelsFromTop(), pillar.otherwise))
	}
	i := slices.IndexFunc(pillar.levels, func(l levelRule) bool { return l.at == this.at && l.level == this.level })
	down := steps[len(steps)-1] > steps[0]
	if i+1 < len(steps) && (steps[i] == steps[i+1] || (steps[i+1] > steps[i]) != down) {
		d.fail(this.at, "the levels of %s must stand from most to least or from least to most", pillar.id)
	}
}

// proveStages reports a stage that no good can reach, and a condition of a stage that
// is never the only one to hold.
func (d *decoder) proveStages(p *prover) {
	above := []condition{}
	for _, s := range p.rules.stages {
		what := "the stage " + string(s.stage)
		if s.when == nil {
			if !p.satisfiable(nil, above) {
				d.failAtUser(p.rules, s.at, above, "%s can never be reached: one of the stages before it always holds", what)
			}
			return
		}
		d.proveReached(p, what, s.at, *s.when, above)
		above = append(above, *s.when)
	}
}
