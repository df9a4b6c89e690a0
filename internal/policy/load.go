package policy

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

//go:embed presets
var presets embed.FS

// Presets lists the names of the embedded policies, sorted.
func Presets() []string {
	var names []string
	entries, _ := fs.ReadDir(presets, "presets") // embedded: cannot fail
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// MissingError is a name that no embedded policy has.
type MissingError struct{ Name, problem string }

func (e *MissingError) Error() string {
	return fmt.Sprintf(e.problem, e.Name, strings.Join(Presets(), ", "))
}

// Text returns the file of an embedded policy.
func Text(preset string) (string, error) {
	data, err := presets.ReadFile(path.Join("presets", preset+".yaml"))
	if err != nil {
		return "", &MissingError{Name: preset, problem: "there is no embedded policy %q; there are %s"}
	}
	return string(data), nil
}

// maxPolicy bounds a policy file, in bytes.
const maxPolicy = 8 << 20

// Open reads the embedded policy of a name, or a file. defs are the measures
// that conditions can read.
func Open(name string, defs []observation.Definition) (*Policy, error) {
	if slices.Contains(Presets(), name) {
		text, err := Text(name)
		if err != nil {
			return nil, err
		}
		return Load([]byte(text), name, defs)
	}
	data, err := files.ReadInput(name, maxPolicy)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`) {
		return nil, &MissingError{Name: name, problem: "there is no embedded policy and no file %q; embedded are %s"}
	}
	if err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	return Load(data, name, defs)
}

// Load reads a policy. Every mistake is named with its line: an unknown field or
// measure, a wrong unit, a missing threshold, a condition that stands twice.
// name is what messages call the file.
func Load(data []byte, name string, defs []observation.Definition) (*Policy, error) {
	r := &loader{file: name, defs: map[string]observation.Definition{}}
	for _, def := range defs {
		r.defs[def.ID] = def
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf("policy %s: it is empty", name)
	}
	p := r.policy(doc.Content[0])
	if len(r.problems) > 0 {
		return nil, errors.Join(r.problems...)
	}
	sum := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(sum[:])
	return p, nil
}

// loader turns YAML into a policy and collects every problem with its line.
type loader struct {
	file     string
	defs     map[string]observation.Definition
	problems []error
}

func (r *loader) fail(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("policy %s, line %d: %s", r.file, n.Line, fmt.Sprintf(format, args...)))
}

// fields returns the fields of a mapping. It reports those that are unknown or stand
// twice.
func (r *loader) fields(n *yaml.Node, what string, allowed ...string) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s must have fields", what)
		return found
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(allowed, key.Value):
			r.fail(key, "%s has no field %q; it has %s", what, key.Value, strings.Join(allowed, ", "))
		case found[key.Value] != nil:
			r.fail(key, "%s has the field %q twice", what, key.Value)
		}
		found[key.Value] = n.Content[i+1]
	}
	return found
}

func (r *loader) text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.fail(n, "want a text here")
	}
	return strings.TrimSpace(n.Value)
}

// texts reads a list of texts; one text alone is a list of one.
func (r *loader) texts(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{r.text(n)}
	}
	var all []string
	for _, item := range r.items(n) {
		all = append(all, r.text(item))
	}
	return all
}

func (r *loader) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.fail(n, "want a list here, with one item or more")
		return nil
	}
	return n.Content
}

func (r *loader) onlyTrue(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	value, ok := assess.ScalarOf(n).(bool)
	if !ok || !value {
		r.fail(n, "%q: want true, or leave the field out", n.Value)
	}
	return value
}

// number reads a number of zero or more.
func (r *loader) number(n *yaml.Node) float64 {
	value, ok := assess.ScalarOf(n).(float64)
	if !ok || value < 0 {
		r.fail(n, "%q is no number of zero or more", n.Value)
	}
	return value
}

func (r *loader) policy(n *yaml.Node) *Policy {
	f := r.fields(n, "a policy", "version", "id", "name", "source", "about", "conditions")
	p := &Policy{ID: r.text(f["id"]), Name: r.text(f["name"]), Source: r.text(f["source"]), About: r.text(f["about"]), defs: r.defs}
	if v := r.text(f["version"]); v != "1" {
		r.fail(n, "version is %q; this program reads version 1", v)
	}
	if p.ID == "" {
		r.fail(n, "the policy has no id")
	}
	if p.Name == "" {
		p.Name = p.ID
	}
	if f["conditions"] == nil {
		r.fail(n, "the policy has no conditions")
		return p
	}
	seen := map[string]bool{}
	for _, item := range r.items(f["conditions"]) {
		c := r.condition(item)
		if seen[c.id] {
			r.fail(item, "the condition %s stands twice", c.id)
		}
		seen[c.id] = true
		p.conditions = append(p.conditions, c)
	}
	return p
}

// testKinds are the kinds of tests: the fields of which a test has exactly one.
var testKinds = []string{"measure", "findings", "stage", "level", "all", "any", "not", "unseen"}

// companionFields are the fields that may stand beside each kind of test.
var companionFields = map[string][]string{"measure": {"operator", "threshold", "unit"}, "level": {"in"},
	"findings": {"at-most", "tolerate"}, "unseen": {"enough", "needs"}}

func (r *loader) condition(n *yaml.Node) condition {
	f := r.fields(n, "a condition", append([]string{"id", "title", "remedy"}, testFields()...)...)
	c := condition{id: r.text(f["id"]), title: r.text(f["title"]), remedy: r.text(f["remedy"])}
	if c.id == "" {
		r.fail(n, "a condition has no id")
	}
	if c.title == "" {
		c.title = c.id
	}
	c.test = r.test(n, f, "the condition "+c.id)
	return c
}

func testFields() []string {
	all := slices.Clone(testKinds)
	for _, kind := range testKinds {
		all = append(all, companionFields[kind]...)
	}
	return all
}

func (r *loader) inner(n *yaml.Node) test {
	return r.test(n, r.fields(n, "a test", testFields()...), "a test")
}

func (r *loader) test(n *yaml.Node, f map[string]*yaml.Node, what string) test {
	kind := ""
	for _, k := range testKinds {
		if f[k] != nil && kind != "" {
			r.fail(f[k], "%s has %s and %s: it can have one of them; join two tests with all or any", what, kind, k)
			return test{}
		}
		if f[k] != nil {
			kind = k
		}
	}
	if kind == "" {
		r.fail(n, "%s asks nothing; it needs one of %s", what, strings.Join(testKinds, ", "))
		return test{}
	}
	for _, other := range testKinds {
		for _, name := range companionFields[other] {
			if other != kind && f[name] != nil {
				r.fail(f[name], "%s has the field %s, which stands beside %s only", what, name, other)
			}
		}
	}
	switch kind {
	case "measure":
		return r.measure(n, f, what)
	case "findings":
		w := r.findings(f["findings"], f["at-most"], what)
		w.tolerated = r.tolerance(f["tolerate"])
		return test{findings: w}
	case "stage":
		return test{stages: r.stages(f["stage"])}
	case "level":
		return r.level(n, f, what)
	case "not":
		inner := r.inner(f["not"])
		return test{not: &inner}
	case "unseen":
		return r.unseen(f, what)
	case "any":
		return test{any: r.tests(f["any"])}
	}
	return test{all: r.tests(f["all"])}
}

func (r *loader) tests(n *yaml.Node) []test {
	var all []test
	for _, item := range r.items(n) {
		all = append(all, r.inner(item))
	}
	return all
}

func (r *loader) measure(n *yaml.Node, f map[string]*yaml.Node, what string) test {
	q := assess.Comparison{Measure: r.text(f["measure"]), Operator: r.text(f["operator"]), Unit: observation.Unit(r.text(f["unit"]))}
	if q.Operator == "among" || q.Operator == "has" {
		return r.membership(n, f, q, what)
	}
	if f["threshold"] != nil {
		q.Threshold = assess.ScalarOf(f["threshold"])
	}
	if err := q.Check(r.defs); err != nil {
		r.fail(n, "%s %s", what, err)
	}
	return test{comparison: &q}
}

// membership reads a test of a list or a text by among or has.
func (r *loader) membership(n *yaml.Node, f map[string]*yaml.Node, q assess.Comparison, what string) test {
	def, ok := r.defs[q.Measure]
	switch {
	case !ok:
		r.fail(f["measure"], "%s reads the measure %q, which does not exist", what, q.Measure)
	case def.Kind != observation.KindList && (def.Kind != observation.KindText || q.Operator == "has"):
		r.fail(f["operator"], "%s compares a %s by %s, which is for lists%s", what, def.Kind, q.Operator,
			map[string]string{"among": " and texts"}[q.Operator])
	case f["threshold"] == nil:
		r.fail(n, "%s has no threshold: want a list of what is %s", what, map[string]string{"among": "allowed", "has": "wanted"}[q.Operator])
	}
	return test{membership: &membership{q.Measure, r.texts(f["threshold"]), q.Operator == "has"}}
}

func (r *loader) stages(n *yaml.Node) []assess.Stage {
	known := []assess.Stage{assess.Emerging, assess.MessyMiddle, assess.Strained, assess.Sustained, assess.Fading, assess.Dormant, assess.Sunset}
	var all []assess.Stage
	for _, text := range r.texts(n) {
		if !slices.Contains(known, assess.Stage(text)) {
			r.fail(n, "there is no stage %q to ask for; there are %s", text, strings.Join(toStrings(known), ", "))
		}
		all = append(all, assess.Stage(text))
	}
	return all
}

func (r *loader) level(n *yaml.Node, f map[string]*yaml.Node, what string) test {
	t := test{pillar: r.text(f["level"])}
	pillars := assess.PillarIDs()
	if !slices.Contains(pillars, t.pillar) {
		r.fail(f["level"], "there is no level of %q; there are those of %s", t.pillar, strings.Join(pillars, ", "))
	}
	known := assess.LevelsFromTop()
	if f["in"] == nil {
		r.fail(n, "%s has no threshold: in lists the levels that are wanted", what)
	}
	for _, text := range r.texts(f["in"]) {
		if !slices.Contains(known, assess.Level(text)) {
			r.fail(f["in"], "there is no level %q; there are %s", text, strings.Join(toStrings(known), ", "))
		}
		t.levels = append(t.levels, assess.Level(text))
	}
	return t
}

func (r *loader) unseen(f map[string]*yaml.Node, what string) test {
	t := test{unseen: r.text(f["unseen"])}
	if t.unseen == "" {
		r.fail(f["unseen"], "%s does not say why it cannot be seen", what)
	}
	t.enough, t.needs = r.optionalTest(f["enough"]), r.optionalTest(f["needs"])
	return t
}

func (r *loader) optionalTest(n *yaml.Node) *test {
	if n == nil {
		return nil
	}
	inner := r.inner(n)
	return &inner
}

func (r *loader) findings(n, most *yaml.Node, what string) *findingsTest {
	w := &findingsTest{}
	if most == nil {
		r.fail(n, "%s has no threshold: at-most says how many it allows", what)
	} else {
		w.atMost = r.number(most)
	}
	f := r.fields(n, "findings", "severity", "relation", "fixable", "exploited", "malicious", "older-than-days", "except")
	for _, severity := range r.texts(f["severity"]) {
		if !observation.Severity(severity).Valid() {
			r.fail(f["severity"], "there is no severity %q; there are critical, high, medium, low, unknown", severity)
		}
		w.severities = append(w.severities, observation.Severity(severity))
	}
	if n := f["relation"]; n != nil {
		if w.direct = r.text(n) == observation.Direct; !w.direct {
			r.fail(n, "relation is %q; it can be direct", n.Value)
		}
	}
	w.fixable, w.exploited, w.malicious = r.onlyTrue(f["fixable"]), r.onlyTrue(f["exploited"]), r.onlyTrue(f["malicious"])
	if n := f["older-than-days"]; n != nil {
		w.days = r.number(n)
	}
	if n := f["except"]; n != nil {
		for _, item := range r.items(n) {
			w.excepted = append(w.excepted, r.exception(item))
		}
	}
	return w
}

func (r *loader) tolerance(n *yaml.Node) *tolerance {
	if n == nil {
		return nil
	}
	f := r.fields(n, "tolerate", "unmatched-percent", "unlisted")
	w := &tolerance{unlisted: r.onlyTrue(f["unlisted"])}
	if n := f["unmatched-percent"]; n != nil {
		if w.unmatched = r.number(n); w.unmatched >= 100 {
			r.fail(n, "unmatched-percent is %q; a policy that tolerates that nothing is matched asks nothing", n.Value)
		}
	}
	return w
}

func (r *loader) exception(n *yaml.Node) exception {
	f := r.fields(n, "an exception", "advisory", "because", "until")
	e := exception{advisory: r.text(f["advisory"]), because: r.text(f["because"])}
	if e.advisory == "" || e.because == "" {
		r.fail(n, "an exception needs an advisory and because")
	}
	if day := f["until"]; day != nil {
		var err error
		if e.until, err = time.Parse(time.DateOnly, r.text(day)); err != nil {
			r.fail(day, "until is %s, which is no day like 2006-01-02", strconv.Quote(day.Value))
		}
	}
	return e
}
