package assess

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
	"github.com/midspan/midspan/internal/wording"
)

// because explains the stage in a few sentences.
func (e *evaluation) because(in merge.Input, v Verdict, defs map[string]observation.Definition, known, applicable float64) []language.Message {
	messages := e.explainStage(in, v)
	if messages == nil {
		messages = e.explainUnassessed(in, v, defs, known, applicable)
	}
	if v.Stale {
		messages[0] = remark.SeenUntil(in, v.ObservedUntil, messages[0])
	}
	return messages
}

// explainStage fills the sentence of the stage's rule; nil where the stage has none.
func (e *evaluation) explainStage(in merge.Input, v Verdict) []language.Message {
	rule := e.rules.stageRule(v.Stage)
	if rule == nil {
		return nil
	}
	why := language.Message{Pattern: rule.because}
	setArg(&why, "short", language.Arg{Message: e.supportsLacking(v.Supports)})
	held := language.Arg{Message: supportsHolding(e.withoutFall(v.Supports), v.Backing)}
	setArg(&why, "held", held)
	setArg(&why, "repository", language.Arg{Message: remark.Repositories(in)})
	sentences := []language.Message{why}
	if v.Stage == Sustained && !strings.Contains(rule.because, "{held}") {
		sentences = append(sentences, language.M("{held}.", "held", held))
	}
	if len(v.Possible) == 1 {
		return sentences
	}
	return append(sentences, language.M("It may also be {stage}. Not everything could be read.", "stage", wording.IsStage(v.Possible[0])))
}

// explainUnassessed names what is missing for a stage, and the one or two facts that would
// decide.
func (e *evaluation) explainUnassessed(in merge.Input, v Verdict, defs map[string]observation.Definition, known, applicable float64) []language.Message {
	read := remark.CountReadable(in)
	switch {
	case len(in.Repositories) == 0:
		return []language.Message{
			language.M("It names no repository, so who carries it, whether it moves and how it is kept cannot be seen."),
			language.M("What would decide: {measures}.", "measures", language.And(language.M("the address of its repository, in the catalog"))),
		}
	case read == 0:
		unread := language.M("None of its {n|repository|repositories} could be read.", "n", len(in.Repositories))
		if len(in.Repositories) == 1 {
			unread = language.M("Its repository could not be read.")
		}
		return []language.Message{unread, remark.DecidedByReading(in)}
	case read < len(in.Repositories):
		return append([]language.Message{language.M("Only {read} of its {all} repositories could be read. It may be {stages}.", "read", read,
			"all", len(in.Repositories), "stages", wording.OrStages(v.Possible))}, remark.DecidedByReading(in))
	case known < e.rules.floor*applicable:
		return []language.Message{language.M("Only {known} of the {asked} measures that the rules read are known, less than {floor} %.", "known", known, "asked",
			applicable, "floor", math.Round(100*e.rules.floor))}
	}
	if messages := e.explainByLoad(v.Possible, defs); messages != nil {
		return messages
	}
	messages := []language.Message{language.M("It may be {stages}. Not everything could be read.", "stages", wording.OrStages(v.Possible))}
	if missing := e.missingMeasures("", v.Possible, defs); len(missing.List) > 0 {
		messages = append(messages, language.M("What would decide: {measures}.", "measures", missing))
	}
	return messages
}

// explainByLoad names the stages of a good if somebody uses it and if nobody does,
// where load is what is unknown; nil where it is not.
func (e *evaluation) explainByLoad(possible []Stage, defs map[string]observation.Definition) []language.Message {
	load := e.possibleLevels(Load)
	used := slices.DeleteFunc(slices.Clone(load), func(l Level) bool { return l == Missing })
	if len(used) == 0 || len(used) == len(load) {
		return nil
	}
	inUse, unused := e.withLevels(Load, used).possibleStages(), e.withLevels(Load, []Level{Missing}).possibleStages()
	if slices.Equal(inUse, unused) || len(unused) > 1 {
		return nil
	}
	open := language.M("Who uses it is not known: if somebody does, it is {used}; if nobody does, {unused}.", "used", wording.OrStages(inUse),
		"unused", wording.OrStages(unused))
	if len(inUse) == len(possible) {
		open = language.M("Who uses it is not known, and it may be {stages}.", "stages", wording.OrStages(possible))
	}
	messages := []language.Message{open}
	if len(inUse) == 1 {
		return messages
	}
	if missing := e.missingMeasures(Load, possible, defs); len(missing.List) > 0 {
		messages = append(messages, language.M("What else would decide: {measures}.", "measures", missing))
	}
	return messages
}

// missingMeasures lists the unknown measures whose value would leave fewer stages
// possible, those that leave the fewest first, without those that the levels of a pillar
// read, and without those that no verdict waits for.
func (e *evaluation) missingMeasures(pillar string, possible []Stage, defs map[string]observation.Definition) language.Arg {
	covered := map[string]bool{}
	if p := e.rules.pillar(pillar); p != nil {
		for _, r := range p.plain {
			covered[r.measure] = true
		}
	}
	type fact struct {
		name any
		left int // stages
	}
	var facts []fact
	for _, r := range e.rules.rules {
		m := e.measure(r.measure)
		known := m.State == observation.NotApplicable || m.State == observation.Measured && e.evalRule(r) != kleene.Unknown
		if r.when != nil || covered[r.measure] || known || e.rules.optional[r.measure] {
			continue
		}
		if left := e.stagesLeft(r); left < len(possible) {
			covered[r.measure] = true
			facts = append(facts, fact{withKnownPart(remark.MeasureName(r.measure, defs), r, m), left})
		}
	}
	slices.SortStableFunc(facts, func(a, b fact) int { return cmp.Compare(a.left, b.left) })
	names := make([]any, len(facts))
	for i, f := range facts {
		names[i] = f.name
	}
	return remark.FirstFacts(names)
}

// withKnownPart adds to the name of a measure, in brackets, its bound or why it is
// unknown.
func withKnownPart(name language.Arg, r *rule, m observation.Measure) language.Arg {
	why, known := wording.BriefCause(m.Cause)
	message := language.M("{measure} ({why})", "measure", name, "why", why)
	switch {
	case m.State == observation.Measured && m.Bound != observation.Exact:
		message = language.M("{measure} (so far {quantity})", "measure", name, "quantity", quantity(m.Value, m.Bound, r.unit))
	case !known:
		return name
	}
	return language.Arg{Message: &message}
}

// stagesLeft is how few stages a value of the rule's measure, on either side of its
// threshold, would leave possible.
func (e *evaluation) stagesLeft(r *rule) int {
	fewest := math.MaxInt
	for _, value := range probeValues(r) {
		fewest = min(fewest, len(e.withValues(map[string]any{r.measure: value}).possibleStages()))
	}
	return fewest
}

// probeValues are two values of a rule's measure, one on each side of its threshold.
func probeValues(r *rule) []any {
	switch t := r.threshold.(type) {
	case float64:
		return []any{math.Ceil(t) - 1, math.Floor(t) + 1}
	case bool:
		return []any{true, false}
	default:
		return []any{t, ""}
	}
}

// lackingBesideFunding are the supports that are certainly weak or missing, but for funding.
func lackingBesideFunding(supports []Pillar) []Pillar {
	holds := func(l Level) bool { return l != Weak && l != Missing }
	return slices.DeleteFunc(slices.Clone(supports), func(p Pillar) bool { return p.ID == Funding || slices.ContainsFunc(p.Possible, holds) })
}

// isHolding reports whether the level is certainly fair or strong.
func isHolding(p Pillar) bool {
	return len(p.Possible) > 0 && !slices.ContainsFunc(p.Possible, func(l Level) bool { return l != Strong && l != Fair })
}

// certainly reports whether a rule of this name is there and holds.
func (e *evaluation) certainly(rule string) bool {
	r := e.rules.byID[rule]
	return r != nil && e.evalRule(r) == kleene.True
}

// supportsLacking says of the supports, funding aside, which are certainly weak or
// missing, and as much of each as is known. Where none is, it says what is short.
func (e *evaluation) supportsLacking(supports []Pillar) *language.Message {
	list := theirLevels(lackingBesideFunding(supports))
	message := language.M("{supports}", "supports", list)
	if len(list.List) == 0 {
		message = language.M("it is short of supports")
		switch { // the rules that leave a good short whose levels hold
		case e.certainly("momentum.fallen"):
			message = language.M("work on it has fallen far")
		case e.certainly("momentum.main-away"):
			message = language.M("the person who did most of its work has been away for months")
		}
	}
	return &message
}

// supportsHolding says which supports certainly hold, what is known of the others, and what
// is seen of who pays.
func supportsHolding(supports []Pillar, backing Backing) *language.Message {
	var standing []string
	var rest []Pillar
	for _, p := range supports {
		switch {
		case p.ID == Funding:
		case isHolding(p):
			standing = append(standing, p.ID)
		default:
			rest = append(rest, p)
		}
	}
	list, number := andSupports(standing)
	but, evidence := theirLevels(rest), wording.Backing(backing.Evidence)
	if !backing.Visible() {
		but.List = append(but.List, language.Arg{Message: &evidence})
	}
	message := language.M("{standing} {n!holds|hold}", "standing", list, "n", number)
	if len(standing) == 0 {
		message = language.M("its supports hold")
	}
	if len(but.List) > 0 {
		message = language.M("{holding}, though {but}", "holding", message, "but", but)
	}
	if backing.Visible() {
		message = language.M("{holding}, and {evidence}", "holding", message, "evidence", evidence)
	}
	return &message
}

// theirLevels says of supports what is known of the level of each: "too few people carry it
// and its momentum and upkeep are at least fair".
func theirLevels(supports []Pillar) language.Arg {
	type sameLevel struct {
		level language.Message
		key   string // the level in English
		ids   []string
	}
	var clauses []any
	var levels []sameLevel
	for _, p := range supports {
		if clause, falls := wording.Lacking(p.ID, p.Possible); falls {
			clauses = append(clauses, clause)
			continue
		}
		level := wording.Levels(p.Possible)
		key := language.English().TranslateMessage(level)
		at := slices.IndexFunc(levels, func(l sameLevel) bool { return l.key == key })
		if at < 0 {
			at = len(levels)
			levels = append(levels, sameLevel{level: level, key: key})
		}
		levels[at].ids = append(levels[at].ids, p.ID)
	}
	for _, l := range levels {
		list, number := andSupports(l.ids)
		clauses = append(clauses, language.M("its {supports} {n!is|are} {level}", "supports", list, "n", number, "level", l.level))
	}
	return language.And(clauses...)
}
