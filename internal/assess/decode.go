package assess

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
)

// position is a line of a rules file, for error messages.
type position struct {
	line     int
	fromUser bool // in the user's file
}

func (p position) String() string {
	switch {
	case p.line == 0:
		return "rules"
	case p.fromUser:
		return fmt.Sprintf("your rules, line %d", p.line)
	}
	return fmt.Sprintf("embedded rules, line %d", p.line)
}

// decoder turns YAML into rules and collects every problem with its line.
type decoder struct {
	fromUser map[*yaml.Node]bool // the nodes of the user's file
	problems []error
}

func (d *decoder) fail(at position, format string, args ...any) {
	d.problems = append(d.problems, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

func (d *decoder) positionOfNode(n *yaml.Node) position { return position{n.Line, d.fromUser[n]} }

// Limits of a user's file: far above what anybody writes by hand, and low enough
// that it is read and proved within seconds.
const (
	maxRulesFile = 256 << 10 // bytes
	maxRules     = 500
)

// parseRules reads both files and merges the user's over the embedded one.
func parseRules(embedded, override []byte) (*decoder, *yaml.Node, error) {
	d := &decoder{fromUser: map[*yaml.Node]bool{}}
	base, err := document(embedded)
	if err != nil {
		return nil, nil, fmt.Errorf("read the embedded rules: %w", err)
	}
	if len(override) > maxRulesFile {
		return nil, nil, fmt.Errorf("read your rules: the file has %d bytes, more than the %d that are read", len(override), maxRulesFile)
	}
	user, err := document(override)
	if err != nil {
		return nil, nil, fmt.Errorf("read your rules: %w", err)
	}
	if user == nil {
		return d, base, nil
	}
	if user.Kind != yaml.MappingNode {
		return nil, nil, fmt.Errorf("read your rules, line %d: want the fields floor, weights, rules, pillars or stages", user.Line)
	}
	d.markUser(user)
	d.overlay(base, user)
	return d, base, nil
}

// document is the root of a YAML file, nil where it is empty.
func document(data []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	stream := yaml.NewDecoder(bytes.NewReader(data))
	if err := stream.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := stream.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: a second document begins, which would not be read", more.Line)
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	return doc.Content[0], nil
}

// fields returns the fields of a mapping. It reports those that are unknown or
// stand twice.
func (d *decoder) fields(n *yaml.Node, what string, allowed ...string) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		d.fail(d.positionOfNode(n), "%s must have fields", what)
		return found
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(allowed, key.Value):
			d.fail(d.positionOfNode(key), "%s has no field %q; it has %s", what, key.Value, strings.Join(allowed, ", "))
		case found[key.Value] != nil:
			d.fail(d.positionOfNode(key), "%s has the field %q twice", what, key.Value)
		}
		found[key.Value] = n.Content[i+1]
	}
	return found
}

func text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

func (d *decoder) number(n *yaml.Node, otherwise float64) float64 {
	if n == nil {
		return otherwise
	}
	v, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		d.fail(d.positionOfNode(n), "%q is no number", n.Value)
	}
	return v
}

func (d *decoder) items(n *yaml.Node, what string) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		d.fail(d.positionOfNode(n), "%s must be a list", what)
		return nil
	}
	return n.Content
}

func (d *decoder) file(r *Rules, root *yaml.Node) {
	f := d.fields(root, "the rules file", "version", "floor", "stale-days", "weights", "bands", "rules", "pillars", "stages", "risk")
	if text(f["version"]) != "1" {
		d.fail(d.positionOfNode(root), "version is %q; this program reads version 1", text(f["version"]))
	}
	r.floor, r.staleDays = d.number(f["floor"], 0), d.number(f["stale-days"], 365)
	if r.floor < 0 || r.floor > 1 {
		d.fail(d.positionOfNode(f["floor"]), "the floor is a share and must lie between 0 and 1")
	}
	if r.staleDays < 0 {
		d.fail(d.positionOfNode(f["stale-days"]), "stale-days are below zero")
	}
	r.weights = map[string]float64{}
	if n := f["weights"]; n != nil {
		for id, w := range d.fields(n, "weights", People, Momentum, Upkeep, Funding) {
			if r.weights[id] = d.number(w, 0); r.weights[id] < 0 {
				d.fail(d.positionOfNode(w), "the weight of %s is below zero", id)
			}
		}
		if r.weights[People]+r.weights[Momentum]+r.weights[Upkeep]+r.weights[Funding] == 0 {
			d.fail(d.positionOfNode(orNode(field(n, People), n)), "no support has a weight above zero, so the score of a good would be that of nothing")
		}
	}
	d.bands(r, orNode(f["bands"], root))
	for _, n := range d.items(f["rules"], "rules") {
		d.rule(r, n)
	}
	if len(r.rules) > maxRules {
		d.fail(d.positionOfNode(f["rules"]), "there are %d rules, more than the %d that are read", len(r.rules), maxRules)
	}
	for _, n := range d.items(f["pillars"], "pillars") {
		d.pillar(r, n)
	}
	for _, n := range d.items(f["stages"], "stages") {
		d.stage(r, n)
	}
	d.riskSection(r, orNode(f["risk"], root))
}

// bands reads the lowest and the highest score of each level.
func (d *decoder) bands(r *Rules, n *yaml.Node) {
	r.bands = map[Level]Range{}
	f := d.fields(n, "bands", string(Strong), string(Fair), string(Weak), string(Missing))
	for _, level := range LevelsFromTop() {
		ends := d.items(orNode(f[string(level)], n), "the band of "+string(level))
		if len(ends) != 2 {
			d.fail(d.positionOfNode(orNode(f[string(level)], n)), "the band of %s must be [lowest, highest]", level)
			continue
		}
		band := Range{Low: d.number(ends[0], 0), High: d.number(ends[1], 100)}
		if r.bands[level] = band; !(band.Low >= 0 && band.Low <= band.High && band.High <= 100) {
			d.fail(d.positionOfNode(f[string(level)]), "the band of %s must rise and lie between 0 and 100", level)
		}
	}
}

func (d *decoder) rule(r *Rules, n *yaml.Node) {
	f := d.fields(n, "a rule", "id", "question", "measure", "operator", "threshold", "unit", "silence",
		"all", "any", "holds", "fails", "reference", "clears", "wish", "absent", "weight", "with", "said-by", "form", "none")
	rule := &rule{at: d.positionOfNode(n), id: text(f["id"]), question: text(f["question"]), measure: text(f["measure"]),
		operator: text(f["operator"]), threshold: scalar(f["threshold"]), unit: observation.Unit(text(f["unit"])),
		silenceMeansNo: text(f["silence"]) != "", unaskedMeansNo: text(f["silence"]) == "unasked-is-no",
		holds: text(f["holds"]), none: text(f["none"]), fails: text(f["fails"]),
		reference: text(f["reference"]), clears: text(f["clears"]), weight: d.number(f["weight"], 1),
		wantsYes: text(f["wish"]) == "yes", absentMeansYes: text(f["absent"]) == "yes", coveredBy: text(f["said-by"]),
		isForm: text(f["form"]) == "yes"}
	d.oneOf(f, "form", "yes", "no")
	if with := f["with"]; with != nil && with.Decode(&rule.with) != nil {
		d.fail(d.positionOfNode(with), "with names measures by the words that stand for them")
	}
	d.oneOf(f, "silence", "is-no", "unasked-is-no")
	d.oneOf(f, "wish", "yes", "no")
	d.oneOf(f, "absent", "yes", "no")
	if rule.weight < 0 {
		d.fail(rule.at, "the weight of %s is below zero", rule.id)
	}
	rule.when = d.allOrAny(n, f)
	switch {
	case rule.id == "":
		d.fail(rule.at, "a rule has no id")
	case r.byID[rule.id] != nil:
		d.fail(rule.at, "the rule %s stands twice", rule.id)
	}
	r.byID[rule.id], rule.place = rule, len(r.rules)
	r.rules = append(r.rules, rule)
}

// oneOf reports a field whose value is none of words.
func (d *decoder) oneOf(f map[string]*yaml.Node, name string, words ...string) {
	if n := f[name]; n != nil && !slices.Contains(words, n.Value) {
		d.fail(d.positionOfNode(n), "%s is %q; it can be %s", name, n.Value, strings.Join(words, " or "))
	}
}

// scalar reads a threshold: a number, true or false, or a text.
func scalar(n *yaml.Node) any {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return nil
	}
	if v, err := strconv.ParseFloat(n.Value, 64); err == nil {
		return v
	}
	if n.Tag == "!!bool" {
		return n.Value == "true"
	}
	return n.Value
}

// allOrAny is the condition of the fields all or any, nil where neither stands.
func (d *decoder) allOrAny(n *yaml.Node, f map[string]*yaml.Node) *condition {
	all, either := f["all"], f["any"]
	switch {
	case all != nil && either != nil:
		d.fail(d.positionOfNode(n), "all and any stand side by side: put one into the other")
	case all != nil:
		return &condition{at: d.positionOfNode(n), all: d.conditions(all)}
	case either != nil:
		return &condition{at: d.positionOfNode(n), any: d.conditions(either)}
	}
	return nil
}

func (d *decoder) conditions(n *yaml.Node) []condition {
	var found []condition
	for _, item := range d.items(n, "a condition") {
		found = append(found, d.condition(item))
	}
	if len(found) == 0 {
		d.fail(d.positionOfNode(n), "a condition is empty")
	}
	return found
}

func (d *decoder) condition(n *yaml.Node) condition {
	if n.Kind == yaml.ScalarNode {
		if id, ok := strings.CutPrefix(n.Value, "not "); ok {
			return condition{at: d.positionOfNode(n), not: &condition{at: d.positionOfNode(n), rule: strings.TrimSpace(id)}}
		}
		return condition{at: d.positionOfNode(n), rule: n.Value}
	}
	f := d.fields(n, "a condition", "all", "any", "level", "in")
	if joined := d.allOrAny(n, f); joined != nil {
		return *joined
	}
	c := condition{at: d.positionOfNode(n), pillar: text(f["level"])}
	for _, item := range d.items(f["in"], "in") {
		c.levels = append(c.levels, d.level(item))
	}
	if c.pillar == "" || len(c.levels) == 0 {
		d.fail(c.at, "want a rule's id, all, any, or level with in")
	}
	return c
}

func (d *decoder) level(n *yaml.Node) Level {
	l := Level(text(n))
	if !slices.Contains(LevelsFromTop(), l) && l != LevelUnknown {
		d.fail(d.positionOfNode(n), "there is no level %q", l)
	}
	return l
}

func (d *decoder) pillar(r *Rules, n *yaml.Node) {
	f := d.fields(n, "a pillar", "id", "question", "levels", "otherwise", "score")
	p := pillarRule{at: d.positionOfNode(n), id: text(f["id"]), question: text(f["question"])}
	for _, item := range d.items(f["levels"], "levels") {
		lf := d.fields(item, "a level", "level", "all", "any")
		l := levelRule{at: d.positionOfNode(item), level: d.level(orNode(lf["level"], item))}
		if when := d.allOrAny(item, lf); when != nil {
			l.when = *when
		} else {
			d.fail(l.at, "the level %s of %s has no condition", l.level, p.id)
		}
		p.levels = append(p.levels, l)
	}
	p.otherwise = d.level(orNode(f["otherwise"], n))
	d.score(&p, orNode(f["score"], n))
	if slices.ContainsFunc(r.pillars, func(o pillarRule) bool { return o.id == p.id }) {
		d.fail(p.at, "the pillar %s stands twice", p.id)
	}
	r.pillars = append(r.pillars, p)
}

func orNode(n, otherwise *yaml.Node) *yaml.Node {
	if n == nil {
		return otherwise
	}
	return n
}

func (d *decoder) score(p *pillarRule, n *yaml.Node) {
	f := d.fields(n, "a score", "combine", "parts")
	if p.combine = text(f["combine"]); p.combine != "mean" && p.combine != "max" {
		d.fail(d.positionOfNode(n), "combine is %q; it can be mean or max", p.combine)
	}
	for _, item := range d.items(f["parts"], "parts") {
		p.parts = append(p.parts, d.part(item))
	}
}

func (d *decoder) part(item *yaml.Node) scorePart {
	pf := d.fields(item, "a part of a score", "measure", "weight", "silence", "below", "points")
	d.oneOf(pf, "silence", "skip", "skip-unasked")
	d.oneOf(pf, "below", "open")
	part := scorePart{at: d.positionOfNode(item), measure: text(pf["measure"]), weight: d.number(pf["weight"], 1), skipSilent: text(pf["silence"]) == "skip",
		skipUnasked: text(pf["silence"]) == "skip-unasked", openBelow: text(pf["below"]) == "open"}
	if part.weight <= 0 {
		d.fail(part.at, "the weight of %s must be above zero", part.measure)
	}
	for _, pair := range d.items(pf["points"], "points") {
		if len(pair.Content) != 2 {
			d.fail(d.positionOfNode(pair), "a point is [value, points]")
			continue
		}
		part.points = append(part.points, [2]float64{d.number(pair.Content[0], 0), d.number(pair.Content[1], 0)})
	}
	return part
}

func (d *decoder) stage(r *Rules, n *yaml.Node) {
	f := d.fields(n, "a stage", "stage", "means", "because", "declared", "all", "any", "also")
	s := stageRule{at: d.positionOfNode(n), stage: Stage(text(f["stage"])), means: text(f["means"]), because: text(f["because"]),
		declared: text(f["declared"]) == "true", when: d.allOrAny(n, f)}
	d.oneOf(f, "declared", "true", "false")
	for _, item := range d.items(f["also"], "also") {
		s.also = append(s.also, item.Value)
	}
	if s.because == "" {
		d.fail(s.at, "the stage %s does not say because of what", s.stage)
	}
	r.stages = append(r.stages, s)
}
