package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// prove refuses rules that contradict each other, that say the same, or that
// can never decide anything, whatever a good is like. It returns the prover,
// which knows whether it had to give up.
func (d *decoder) prove(r *Rules) *prover {
	p := &prover{rules: r, domains: r.domains()}
	defer func() {
		slices.SortFunc(d.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	}()
	for _, rule := range r.rules {
		d.proveRule(p, rule)
	}
	for _, readers := range r.readers() {
		d.proveDistinct(p, readers)
		d.proveDirection(r, readers)
	}
	if len(d.problems) > 0 {
		return p // what follows from these would be named again
	}
	for i := range r.pillars {
		d.provePillar(p, &r.pillars[i])
	}
	d.proveStages(p)
	return p
}

// blame fails with the user's own line where the fault lies between that and an
// embedded one.
func (d *decoder) blame(r *Rules, at place, among []condition, format string, args ...any) {
	for _, c := range among {
		for _, rule := range r.named(c) {
			if !at.own && rule.at.own {
				at = rule.at
			}
		}
	}
	d.fail(at, format, args...)
}

// named are all rules below a condition, plain and composed, levels included.
func (r *Rules) named(c condition) []*rule {
	var found []*rule
	kids := c.kids()
	if c.rule != "" {
		found = append(found, r.byID[c.rule])
		if when := r.byID[c.rule].when; when != nil {
			kids = append(kids, *when)
		}
	}
	if c.pillar != "" {
		kids = append(kids, r.pillar(c.pillar).conditions()...)
	}
	for _, kid := range kids {
		found = append(found, r.named(kid)...)
	}
	return found
}

// proveRule: a rule whose answer is always the same asks nothing.
func (d *decoder) proveRule(p *prover, rule *rule) {
	self := []condition{{rule: rule.id}}
	w := p.rules.words[rule.measure]
	span := ""
	if rule.when == nil && w.kind == observation.KindNumber {
		span = fmt.Sprintf(": %s lies between %v and %v", rule.measure, w.low, w.high)
	}
	if !p.possible(self, nil) {
		d.blame(p.rules, rule.at, self, "rule %s can never hold%s", rule.id, span)
	} else if !p.possible(nil, self) {
		d.blame(p.rules, rule.at, self, "rule %s always holds%s", rule.id, span)
	}
	if rule.when != nil {
		d.proveJoined(p, "rule "+rule.id, *rule.when)
	}
}

// proveDistinct: no two rules on one measure may say the same of every value.
func (d *decoder) proveDistinct(p *prover, readers []*rule) {
	for i, a := range readers {
		for _, b := range readers[i+1:] {
			if alikeRules(p, a, b) {
				at := a.at
				if b.at.own || !a.at.own {
					at = b.at
				}
				d.fail(at, "the rules %s and %s say the same of every value of %s", a.id, b.id, a.measure)
			}
		}
	}
}

func alikeRules(p *prover, a, b *rule) bool {
	if a.silenceNo != b.silenceNo || a.absentYes != b.absentYes {
		return false
	}
	return !slices.ContainsFunc(p.domains[a.measure], func(s span) bool {
		e := p.rules.evaluate(map[string]observation.Measure{a.measure: s.measure}, nil)
		return e.ask(a) != e.ask(b)
	})
}

// proveDirection: of one measure, rules and scores must agree which way is
// better.
func (d *decoder) proveDirection(r *Rules, readers []*rule) {
	for _, rule := range readers[1:] {
		first, ok := better(readers[0])
		if this, known := better(rule); ok && known && this != first {
			at := rule.at
			if readers[0].at.own && !at.own {
				at = readers[0].at
			}
			d.fail(at, "the rules %s and %s wish %s to go opposite ways", readers[0].id, rule.id, rule.measure)
		}
	}
	up, ok := better(readers[0])
	for _, p := range r.pillars {
		for _, part := range p.parts {
			if ok && part.measure == readers[0].measure && part.rises() != up {
				d.blame(r, part.at, []condition{{rule: readers[0].id}}, "the points of %s for %s go against what the rule %s wishes", part.measure, p.id, readers[0].id)
			}
		}
	}
}

// better tells whether more of a rule's measure is better; texts have no more.
func better(r *rule) (up, ok bool) {
	switch t := r.threshold.(type) {
	case float64:
		return (r.operator[0] == '>') == r.wanted, true
	case bool:
		return t == r.wanted, true
	}
	return false, false
}

func (p scorePart) rises() bool { return p.points[len(p.points)-1][1] >= p.points[0][1] }

// proveJoined: in "all" each must be able to fail where the others hold, in
// "any" each to hold where the others fail; else it could be left out.
func (d *decoder) proveJoined(p *prover, what string, c condition) {
	for i, kid := range c.all {
		if others := without(c.all, i); len(others) > 0 && !p.possible(others, []condition{kid}) {
			d.blame(p.rules, kid.at, c.all, "%s: %s always holds where the others hold", what, p.rules.plainCondition(kid))
		}
	}
	for i, kid := range c.any {
		if others := without(c.any, i); len(others) > 0 && !p.possible([]condition{kid}, others) {
			d.blame(p.rules, kid.at, c.any, "%s: %s never holds where the others do not", what, p.rules.plainCondition(kid))
		}
	}
	for _, kid := range c.kids() {
		d.proveJoined(p, what, kid)
	}
}

func without(list []condition, i int) []condition {
	return slices.Delete(slices.Clone(list), i, i+1)
}

// provePillar: each level must be reached, and each way to it must sometimes be
// the only one, where no level above holds. So rules that lie on one measure
// are ordered as their levels are, and none lies in another's shadow.
func (d *decoder) provePillar(p *prover, pillar *pillarRule) {
	above := []condition{}
	for _, l := range pillar.levels {
		what := fmt.Sprintf("the level %s of %s", l.level, pillar.id)
		d.proveLadder(pillar, l)
		d.proveReached(p, what, l.at, l.when, above)
		above = append(above, l.when)
	}
	if pillar.otherwise != LevelUnknown && !p.possible(nil, above) {
		d.blame(p.rules, pillar.at, above, "no good can be %s in %s: one of the levels above always holds", pillar.otherwise, pillar.id)
	}
}

// proveReached holds a level or a stage against those that are asked before.
func (d *decoder) proveReached(p *prover, what string, at place, when condition, above []condition) {
	all := append(slices.Clone(above), when)
	if !p.possible([]condition{when}, above) {
		d.blame(p.rules, at, all, "%s can never be reached: what is asked before it takes every such good", what)
		return
	}
	for i, kid := range when.any {
		if !p.possible([]condition{kid}, append(slices.Clone(above), without(when.any, i)...)) {
			d.blame(p.rules, kid.at, all, "%s can never rest on %s: wherever that holds, something asked before it or beside it holds", what, p.rules.plainCondition(kid))
		}
	}
	for i, kid := range when.all {
		if others := without(when.all, i); len(others) > 0 && !p.possible(others, []condition{kid}) {
			d.blame(p.rules, kid.at, all, "%s: %s always holds where the others hold", what, p.rules.plainCondition(kid))
		}
	}
	for _, kid := range when.kids() {
		d.proveJoined(p, what, kid)
	}
}

// proveLadder: levels stand from most to least or from least to most.
func (d *decoder) proveLadder(pillar *pillarRule, this levelRule) {
	steps := make([]int, 0, len(pillar.levels)+1)
	for _, l := range pillar.levels {
		steps = append(steps, slices.Index(ladder, l.level))
	}
	if pillar.otherwise != LevelUnknown {
		steps = append(steps, slices.Index(ladder, pillar.otherwise))
	}
	i := slices.IndexFunc(pillar.levels, func(l levelRule) bool { return l.at == this.at && l.level == this.level })
	down := steps[len(steps)-1] > steps[0]
	if i+1 < len(steps) && (steps[i] == steps[i+1] || (steps[i+1] > steps[i]) != down) {
		d.fail(this.at, "the levels of %s must stand from most to least or from least to most", pillar.id)
	}
}

// proveStages: each stage must be reached by some good, whose measures are all
// known, and each way to it must sometimes be the only one.
func (d *decoder) proveStages(p *prover) {
	above := []condition{}
	for _, s := range p.rules.stages {
		what := "the stage " + string(s.stage)
		if s.when == nil {
			if !p.possible(nil, above) {
				d.blame(p.rules, s.at, above, "%s can never be reached: one of the stages before it always holds", what)
			}
			return
		}
		d.proveReached(p, what, s.at, *s.when, above)
		above = append(above, *s.when)
	}
}
