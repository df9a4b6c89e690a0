package assess

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

//go:embed rules.yaml
var embeddedRules []byte

// Rules are the rules of a verdict, read from data. They are safe for
// concurrent use.
type Rules struct {
	floor      float64 // share of the measures read that must be known
	staleDays  float64
	weights    map[string]float64 // of the supports in the good's score
	bands      map[Level]Range    // in which the scores of a level lie
	rules      []*rule
	byID       map[string]*rule
	pillars    []pillarRule // load, people, momentum, upkeep, funding
	stages     []stageRule  // in the order in which they are asked
	risk       riskRule
	specs      map[string]merge.Spec
	rising     [][]string         // measures of which each is at most the next
	invariants [][2]invariantTerm // what is never true of one good at once
	reads      []string           // the measures that rules read, sorted
	optional   map[string]bool    // those of them that only rules read for which unasked means no
	signatures map[pillarLevel]string
	english    *language.Language
}

// rule asks one question: of one measure, or of other rules (when).
type rule struct {
	at             position
	id             string
	place          int // among the rules
	question       string
	measure        string
	operator       string
	threshold      any // float64, bool or string
	unit           observation.Unit
	silenceMeansNo bool
	// unaskedMeansNo is set where only a source on the network can tell, which no verdict
	// may wait for: where it was not asked or did not say, the answer is no.
	unaskedMeansNo bool
	when           *condition
	holds          string
	none           string // as holds, where the value is zero
	fails          string
	reference      string
	clears         string
	weight         float64
	wantsYes       bool              // the answer wished for is yes
	absentMeansYes bool              // the answer is yes where the measure does not apply
	with           map[string]string // other measures in the sentences, by name
	isForm         bool              // what clears it shows what exists, and changes nothing
	coveredBy      string            // the rule whose reason makes that of this one needless
}

// condition joins rules and levels. Exactly one of its fields is set.
type condition struct {
	at     position
	all    []condition
	any    []condition
	not    *condition
	rule   string
	named  *rule // that of this id, once the rules were verified
	pillar string
	levels []Level
}

// pillarRule makes the level and the score of load or of a support.
type pillarRule struct {
	at        position
	id        string
	question  string
	levels    []levelRule
	otherwise Level
	combine   string // mean or max
	parts     []scorePart
	plain     []*rule // the plain rules of all levels
}

type levelRule struct {
	at    position
	level Level
	when  condition
	plain []*rule // the plain rules below when
}

// scorePart gives points from 0 to 100 for one measure.
type scorePart struct {
	at          position
	measure     string
	weight      float64
	skipSilent  bool         // a silent source takes no part
	skipUnasked bool         // what only a source on the network tells takes no part where it is unknown
	openBelow   bool         // below the first point the measure says nothing
	points      [][2]float64 // (value, points), values rising; straight lines between
}

// stageRule is one stage; the last one has no condition.
type stageRule struct {
	at       position
	stage    Stage
	means    string
	because  string
	declared bool // holds whatever the coverage
	when     *condition
	also     []string
}

// LoadRules reads the embedded rules, changed by override where that is not empty. They
// may read the measures of definitions, which are those of the scanners. Every mistake is named with its line: an unknown measure, a wrong
// unit, a missing threshold, a rule that is not there, a cycle, and what can
// never fire. (A test proves the embedded rules; they are not proved again.)
func LoadRules(override []byte, definitions []observation.Definition) (*Rules, error) {
	r, err := newRules(embeddedInvariants, definitions)
	if err != nil {
		return nil, fmt.Errorf("read the invariants of the rules: %w", err)
	}
	d, root, err := parseRules(embeddedRules, override)
	if err != nil {
		return nil, err
	}
	d.file(r, root)
	if len(d.problems) == 0 {
		d.verify(r)
	}
	if len(d.problems) == 0 {
		r.index()
	}
	if len(d.problems) == 0 && len(override) > 0 {
		d.prove(r)
	}
	if len(d.problems) > 0 {
		return nil, fmt.Errorf("read the rules: %w", errors.Join(d.problems...))
	}
	return r, nil
}

// index computes what every evaluation needs of rules that were verified.
func (r *Rules) index() {
	r.reads, r.signatures, r.optional = r.measuresRead(), r.levelSignatures(), map[string]bool{}
	for id, readers := range r.rulesByMeasure() {
		r.optional[id] = !slices.ContainsFunc(readers, func(reader *rule) bool { return !reader.unaskedMeansNo })
	}
	var name func(c *condition) // finds the rules that it names
	name = func(c *condition) {
		if c == nil {
			return
		}
		c.named = r.byID[c.rule]
		for _, children := range [][]condition{c.all, c.any} {
			for i := range children {
				name(&children[i])
			}
		}
		name(c.not)
	}
	for _, rule := range r.rules {
		name(rule.when)
	}
	for _, s := range r.stages {
		name(s.when)
	}
	for i := range r.pillars {
		p := &r.pillars[i]
		for j := range p.levels {
			name(&p.levels[j].when)
			p.levels[j].plain = r.plainRules(p.levels[j].when)
			p.plain = append(p.plain, p.levels[j].plain...)
		}
		for _, part := range p.parts {
			r.optional[part.measure] = r.optional[part.measure] && part.skipUnasked
		}
	}
}

// measuresRead lists the measures that the rules and scores read, sorted.
func (r *Rules) measuresRead() []string {
	seen := map[string]bool{}
	for _, rule := range r.rules {
		if rule.measure != "" {
			seen[rule.measure] = true
		}
	}
	for _, p := range r.pillars {
		for _, part := range p.parts {
			seen[part.measure] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (r *Rules) pillar(id string) *pillarRule {
	for i := range r.pillars {
		if r.pillars[i].id == id {
			return &r.pillars[i]
		}
	}
	return nil
}

// verify checks what can only be seen once everything is read.
func (d *decoder) verify(r *Rules) {
	for _, rule := range r.rules {
		d.verifyRule(r, rule)
	}
	for _, id := range PillarIDs() {
		if r.pillar(id) == nil {
			d.fail(position{}, "the pillar %s is missing", id)
		}
	}
	for _, p := range r.pillars {
		for _, l := range p.levels {
			d.verifyCondition(r, l.when)
		}
		for _, part := range p.parts {
			d.verifyPart(r, part)
		}
	}
	d.verifyStages(r)
	d.verifySentences(r)
	d.verifyRisk(r)
	d.verifyNoCycle(r)
}

func (d *decoder) verifyRule(r *Rules, rule *rule) {
	if rule.when != nil {
		if rule.measure != "" || rule.operator != "" || rule.threshold != nil {
			d.fail(rule.at, "rule %s joins other rules, so it cannot compare a measure too", rule.id)
		}
		d.verifyCondition(r, *rule.when)
		return
	}
	for name, id := range rule.with {
		if w, ok := r.specs[id]; !ok || w.Kind != observation.KindNumber {
			d.fail(rule.at, "rule %s says as {%s} the measure %q, which is no number or does not exist", rule.id, name, id)
		}
	}
	w, ok := r.specs[rule.measure]
	switch {
	case rule.measure == "":
		d.fail(rule.at, "rule %s names no measure and joins no rules", rule.id)
	case !ok:
		d.fail(rule.at, "rule %s reads the measure %q, which does not exist", rule.id, rule.measure)
	case rule.threshold == nil:
		d.fail(rule.at, "rule %s has no threshold", rule.id)
	case rule.unit != w.Unit:
		d.fail(rule.at, "rule %s has the unit %q; %s is counted in %q", rule.id, rule.unit, rule.measure, w.Unit)
	case !operatorFits(w.Kind, rule.operator, rule.threshold):
		d.fail(rule.at, "rule %s compares a %s by %q with %v: numbers take <, <=, > or >= and a number, bool and text take is", rule.id, w.Kind, rule.operator,
			rule.threshold)
	case rule.coveredBy != "" && r.byID[rule.coveredBy] == nil:
		d.fail(rule.at, "rule %s is said by %q, which does not exist", rule.id, rule.coveredBy)
	case rule.holds == "" || rule.fails == "":
		d.fail(rule.at, "rule %s needs a sentence for where it holds and one for where it fails", rule.id)
	}
}

// verifySentences reports sentences of rules that are no valid patterns.
func (d *decoder) verifySentences(r *Rules) {
	for _, rule := range r.rules {
		for _, pattern := range []string{rule.holds, rule.none, rule.fails, rule.clears} {
			if err := r.english.Check(pattern, append(slices.Collect(maps.Keys(rule.with)), "value", "threshold")...); err != nil {
				d.fail(rule.at, "rule %s: %v", rule.id, err)
			}
		}
	}
	for _, s := range r.stages {
		if err := r.english.Check(s.because, "short", "held", "repository"); err != nil {
			d.fail(s.at, "the stage %s: %v", s.stage, err)
		}
	}
}

func operatorFits(kind observation.Kind, operator string, threshold any) bool {
	switch threshold.(type) {
	case float64:
		return kind == observation.KindNumber && slices.Contains([]string{"<", "<=", ">", ">="}, operator)
	case bool:
		return kind == observation.KindBool && operator == "is"
	case string:
		return kind == observation.KindText && operator == "is"
	}
	return false
}

func (d *decoder) verifyCondition(r *Rules, c condition) {
	if c.rule != "" && r.byID[c.rule] == nil {
		d.fail(c.at, "there is no rule %q", c.rule)
	}
	if c.pillar != "" && r.pillar(c.pillar) == nil {
		d.fail(c.at, "there is no pillar %q", c.pillar)
	}
	for _, child := range c.children() {
		d.verifyCondition(r, child)
	}
}

func (c condition) children() []condition {
	children := slices.Concat(c.all, c.any)
	if c.not != nil {
		children = append(children, *c.not)
	}
	return children
}

func (d *decoder) verifyPart(r *Rules, part scorePart) {
	w, ok := r.specs[part.measure]
	switch {
	case !ok:
		d.fail(part.at, "a score reads the measure %q, which does not exist", part.measure)
	case w.Kind != observation.KindNumber && w.Kind != observation.KindBool:
		d.fail(part.at, "a score reads %s, which is no number", part.measure)
	case len(part.points) < 2:
		d.fail(part.at, "the score of %s needs two points or more", part.measure)
	}
	for i, p := range part.points {
		if math.IsNaN(p[0]) || math.IsNaN(p[1]) || p[1] < 0 || p[1] > 100 || i > 0 && p[0] <= part.points[i-1][0] {
			d.fail(part.at, "the points of %s must rise in value and lie between 0 and 100", part.measure)
			return
		}
	}
}

func (d *decoder) verifyStages(r *Rules) {
	all := []Stage{Emerging, MessyMiddle, Strained, Sustained, Fading, Dormant, Sunset}
	seen := map[Stage]bool{}
	for i, s := range r.stages {
		seen[s.stage] = true
		if !slices.Contains(all, s.stage) {
			d.fail(s.at, "there is no stage %q", s.stage)
		}
		last := i == len(r.stages)-1
		switch {
		case s.when == nil && !last:
			d.fail(s.at, "stage %s has no condition, so no stage after it could ever be", s.stage)
		case s.when != nil && last:
			d.fail(s.at, "the last stage, %s, must have no condition: every good has a stage", s.stage)
		case s.when != nil:
			d.verifyCondition(r, *s.when)
		}
		for _, id := range s.also {
			d.verifyCondition(r, condition{at: s.at, rule: id})
		}
	}
	for _, s := range all {
		if !seen[s] {
			d.fail(position{}, "the stage %s is missing", s)
		}
	}
}

// verifyNoCycle reports rules and levels that depend on themselves.
func (d *decoder) verifyNoCycle(r *Rules) {
	done := map[string]bool{}
	var walk func(id string, path []string)
	var follow func(c condition, path []string)
	follow = func(c condition, path []string) {
		if c.rule != "" {
			walk("rule "+c.rule, path)
		}
		if c.pillar != "" {
			walk("pillar "+c.pillar, path)
		}
		for _, child := range c.children() {
			follow(child, path)
		}
	}
	walk = func(id string, path []string) {
		if i := slices.Index(path, id); i >= 0 {
			d.fail(d.positionOf(r, id), "%s rests on itself: %v", id, path[i:])
			return
		}
		if done[id] {
			return
		}
		path = append(slices.Clone(path), id)
		for _, c := range conditionsOf(r, id) {
			follow(c, path)
		}
		done[id] = true
	}
	for _, rule := range r.rules {
		walk("rule "+rule.id, nil)
	}
	for _, p := range r.pillars {
		walk("pillar "+p.id, nil)
	}
}

// conditionsOf are those of "rule x" or "pillar x".
func conditionsOf(r *Rules, id string) []condition {
	for _, rule := range r.rules {
		if "rule "+rule.id == id && rule.when != nil {
			return []condition{*rule.when}
		}
	}
	var found []condition
	for _, p := range r.pillars {
		if "pillar "+p.id == id {
			for _, l := range p.levels {
				found = append(found, l.when)
			}
		}
	}
	return found
}

func (d *decoder) positionOf(r *Rules, id string) position {
	for _, rule := range r.rules {
		if "rule "+rule.id == id {
			return rule.at
		}
	}
	for _, p := range r.pillars {
		if "pillar "+p.id == id {
			return p.at
		}
	}
	return position{}
}
