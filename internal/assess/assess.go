package assess

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// Assess merges the measures of a good and says where it stands. The second
// result holds one measure of each definition, by id. The same input gives the
// same verdict, in whatever order its lists are.
func (r *Rules) Assess(in Input, defs map[string]observation.Definition) (Verdict, []observation.Measure) {
	merged := merge(in, defs, r.words)
	measures := make(map[string]observation.Measure, len(merged))
	for _, m := range merged {
		measures[m.ID] = m
	}
	e := r.evaluate(measures, nil)
	possible := e.possibleStages()
	v := Verdict{
		Stage:          settle(possible),
		Possible:       possible,
		Load:           e.pillarOf(Load),
		Coverage:       coverage(merged, defs),
		FundingSources: fundingSources(in, measures),
	}
	for _, id := range []string{People, Momentum, Upkeep, Funding} {
		v.Supports = append(v.Supports, e.pillarOf(id))
	}
	v.Score = r.overall(v.Supports)
	v.Risk = r.Risk(measures)
	known, asked := r.known(measures)
	if short := known < r.floor*asked; short && !r.declared(v.Stage) {
		v.Stage = Unassessed
	}
	v.Reasons = e.reasonsOf(v.Stage)
	v.Borderline = e.borderline(v.Stage)
	v.LiftMessages = e.lift(v.Stage)
	v.ObservedUntil, v.Stale = observed(in, r.staleDays)
	v.BecauseMessages = e.because(in, v, defs, known, asked)
	v.RemarkMessages = r.remarks(in, measures)
	v.Because, v.Lift, v.Remarks = r.english.Sentences(v.BecauseMessages), r.inEnglish(v.LiftMessages), r.inEnglish(v.RemarkMessages)
	return v, merged
}

// inEnglish says each message by itself.
func (r *Rules) inEnglish(messages []language.Message) []string {
	var said []string
	for _, m := range messages {
		said = append(said, r.english.Sentence(m))
	}
	return said
}

func (r *Rules) stageRule(s Stage) *stageRule {
	for i := range r.stages {
		if r.stages[i].stage == s {
			return &r.stages[i]
		}
	}
	return nil
}

func (r *Rules) declared(s Stage) bool {
	rule := r.stageRule(s)
	return rule != nil && rule.declared
}

func (e *evaluation) pillarOf(id string) Pillar {
	p := e.rules.pillar(id)
	pillar := Pillar{ID: id, Level: LevelUnknown, Possible: e.possibleLevels(id), Score: e.rules.banded(e.score(p), e.possibleLevels(id)), Reasons: e.reasons(e.traceLevel(p))}
	if len(pillar.Possible) == 1 {
		pillar.Level = pillar.Possible[0]
	} else if pillar.Score.Score != nil && *pillar.Score.Score == 0 {
		pillar.Score.Score = nil // nothing was found yet, which is no score while the level is open
	}
	return pillar
}

// banded keeps a score within the bands of the levels that are possible.
func (r *Rules) banded(score Range, possible []Level) Range {
	band := Range{Low: 100, High: 0}
	found := Range{Low: 100, High: 0}
	for _, l := range possible {
		b := r.bands[l]
		band.Low, band.High = min(band.Low, b.Low), max(band.High, b.High)
		found.Low = min(found.Low, min(max(score.Low, b.Low), b.High))
		found.High = max(found.High, min(max(score.High, b.Low), b.High))
	}
	if score.Score != nil {
		v := min(max(*score.Score, band.Low), band.High)
		found.Score = &v
	}
	return found
}

// overall is the weighted mean of the supports.
func (r *Rules) overall(supports []Pillar) Range {
	var sum total
	for _, p := range supports {
		sum.add(r.weights[p.ID], p.Score)
	}
	return sum.mean()
}

// known counts the measures that the rules read: those known, and those that
// could be.
func (r *Rules) known(measures map[string]observation.Measure) (known, asked float64) {
	for _, id := range r.reads {
		switch measures[id].State {
		case observation.Measured:
			known, asked = known+1, asked+1
		case observation.NotApplicable:
		default:
			asked++
		}
	}
	return known, asked
}

func coverage(merged []observation.Measure, defs map[string]observation.Definition) Coverage {
	c := Coverage{Gaps: []Gap{}}
	for _, m := range merged {
		switch m.State {
		case observation.Measured:
			c.Measured++
		case observation.NotApplicable:
			c.NotApplicable++
		default:
			c.Unknown++
			c.Gaps = append(c.Gaps, Gap{Measure: m.ID, Name: defs[m.ID].Name, Cause: m.Cause, Detail: m.Detail})
		}
	}
	if n := c.Measured + c.Unknown; n > 0 {
		c.Share = math.Round(1000*float64(c.Measured)/float64(n)) / 1000
	}
	return c
}

// fundingSources lists what was read in search of funding.
func fundingSources(in Input, measures map[string]observation.Measure) []string {
	sources := map[string]bool{}
	if read, ok := measures["funding.sources-read"].List(); ok {
		for _, s := range read {
			sources[s] = true
		}
	}
	for _, s := range in.Good.Sources {
		sources["catalog "+s.Catalog] = true
	}
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(sources))))
}

// observed is the earliest time until which a repository was seen, and whether
// that lies too far before as-of to speak of today.
func observed(in Input, staleDays float64) (time.Time, bool) {
	var until time.Time
	for _, r := range in.Repositories {
		if t := r.ObservedUntil; !t.IsZero() && (until.IsZero() || t.Before(until)) {
			until = t
		}
	}
	return until, !until.IsZero() && in.AsOf.Sub(until).Hours()/24 > staleDays
}

// reasonsOf are the reasons of a stage: what decided it, and what else of the
// same kind holds.
func (e *evaluation) reasonsOf(s Stage) []Reason {
	rule := e.rules.stageRule(s)
	if rule == nil {
		return []Reason{}
	}
	var found []evidence
	if rule.when != nil {
		found = e.trace(*rule.when, yes)
	} else {
		for _, id := range []string{Load, People, Momentum, Upkeep, Funding} {
			found = append(found, e.traceLevel(e.rules.pillar(id))...)
		}
	}
	for _, id := range rule.also {
		found = append(found, e.beside(found, id)...)
	}
	if slices.Contains(flagged, s) {
		found = e.filled(found)
	}
	reasons := e.reasons(found)
	for i, reason := range reasons {
		if e.good(reason) != (s == Sustained) {
			reasons[i].Strength = math.Round(1000*reason.Strength*aside) / 1000
		}
	}
	return ordered(reasons)
}

// flagged are the stages that say something hard of a good. Such a verdict shows
// at least so many reasons with measured values, where so many were measured.
var flagged = []Stage{MessyMiddle, Fading, Dormant, Sunset}

const enough = 3

// filled adds the strongest measured facts on other measures until there are
// enough reasons: what speaks for concern first, then what does not.
func (e *evaluation) filled(found []evidence) []evidence {
	told := map[string]bool{}
	for _, ev := range found {
		told[ev.rule.measure] = true
	}
	for _, concern := range []bool{true, false} {
		for _, ev := range e.facts(concern) {
			if len(told) < enough && !told[ev.rule.measure] {
				told[ev.rule.measure] = true
				found = append(found, ev)
			}
		}
	}
	return found
}

// facts are all measured answers that are (or are not) a concern, strongest first.
func (e *evaluation) facts(concern bool) []evidence {
	var found []evidence
	for _, r := range e.rules.rules {
		if answer := e.ask(r); r.when == nil && answer != unsure && (answer == yes) == (r.wanted != concern) {
			found = append(found, e.traceRule(r, answer)...)
		}
	}
	slices.SortStableFunc(found, func(a, b evidence) int {
		return cmp.Compare(strength(b.rule, e.measures[b.rule.measure]), strength(a.rule, e.measures[a.rule.measure]))
	})
	return found
}

// aside is the share of its strength that a reason keeps where it tells of what
// is well in a stage of concern, or of what is not in a sustained good.
const aside = 0.1

// beside is what a rule says that did not decide but belongs to the picture,
// unless its measure is there already.
func (e *evaluation) beside(found []evidence, id string) []evidence {
	said := append(e.trace(condition{rule: id}, yes), e.trace(condition{rule: id}, no)...)
	return slices.DeleteFunc(said, func(ev evidence) bool {
		return slices.ContainsFunc(found, func(f evidence) bool { return f.rule.measure == ev.rule.measure })
	})
}

// good reports a reason that is as one would wish.
func (e *evaluation) good(reason Reason) bool {
	r := e.rules.byID[reason.Rule]
	return (reason.Operator == r.operator) == r.wanted
}

// reasons are the evidence in words, strongest first, each rule once.
func (e *evaluation) reasons(found []evidence) []Reason {
	reasons := []Reason{}
	for _, ev := range found {
		if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == ev.rule.id }) {
			reasons = append(reasons, e.reason(ev))
		}
	}
	return ordered(reasons)
}

// ordered puts the strongest first. Of reasons that say the same (one measure
// held against two thresholds), the strongest stays.
func ordered(reasons []Reason) []Reason {
	slices.SortFunc(reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Rule, b.Rule))
	})
	said := map[string]bool{}
	return slices.DeleteFunc(reasons, func(r Reason) bool {
		again := said[r.Sentence]
		said[r.Sentence] = true
		return again
	})
}

// opposite turns an operator round, so that "value operator threshold" is true
// of a rule that fails, too.
var opposite = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "is": "is not"}

func (e *evaluation) reason(ev evidence) Reason {
	r, m := ev.rule, e.measures[ev.rule.measure]
	reason := Reason{Rule: r.id, Measure: r.measure, Value: m.Value, Bound: m.Bound, Operator: r.operator,
		Threshold: r.threshold, Unit: r.unit, Source: m.Source, At: m.At, Strength: strength(r, m)}
	pattern := r.holds
	if !ev.holds {
		reason.Operator, pattern = opposite[r.operator], r.fails
	}
	english := e.rules.english
	reason.Sentence = language.Upper(english.TranslateMessage(filled(pattern, m.Value, m.Bound, r.threshold)))
	if ev.holds != r.wanted && r.clears != "" {
		reason.Clears = language.Upper(english.TranslateMessage(filled(r.clears, m.Value, m.Bound, r.threshold)))
	}
	return reason
}

// strength is how far the value lies from the threshold, as a share of the
// larger of both, times the rule's weight. What is no number counts half.
func strength(r *rule, m observation.Measure) float64 {
	share := 0.5
	if threshold, ok := r.threshold.(float64); ok {
		share = distance(m, threshold)
	}
	return math.Round(1000*share*r.weight) / 1000
}

func distance(m observation.Measure, threshold float64) float64 {
	v, ok := m.Number()
	scale := max(math.Abs(v), math.Abs(threshold))
	if !ok || scale == 0 {
		return 0
	}
	return min(1, math.Abs(v-threshold)/scale)
}

// because says in a sentence or two why this stage.
func (e *evaluation) because(in Input, v Verdict, defs map[string]observation.Definition, known, asked float64) []language.Message {
	said := e.decided(v)
	if said == nil {
		said = e.unassessed(in, v, defs, known, asked)
	}
	if v.Stale {
		said[0] = language.M("As of {day}, when it was last seen: {sentence}", "day", longDay(v.ObservedUntil), "sentence", said[0])
	}
	return said
}

// decided says what the rule of the stage does, nil for a good without one.
func (e *evaluation) decided(v Verdict) []language.Message {
	rule := e.rules.stageRule(v.Stage)
	if rule == nil {
		return nil
	}
	why := language.Message{Pattern: rule.because}
	give(&why, "short", language.Arg{Message: short(v.Supports)})
	give(&why, "held", language.Arg{Message: held(v.Supports)})
	if len(v.Possible) == 1 {
		return []language.Message{why}
	}
	return []language.Message{why, language.M("What is unknown leaves open that it is {stage}.", "stage", stageNames[v.Possible[0]])}
}

// unassessed says what is missing.
func (e *evaluation) unassessed(in Input, v Verdict, defs map[string]observation.Definition, known, asked float64) []language.Message {
	read := readable(in)
	switch {
	case len(in.Repositories) == 0:
		return []language.Message{language.M("It names no repository, so who carries it, whether it moves and how it is kept cannot be seen.")}
	case known < e.rules.floor*asked:
		return []language.Message{language.M("Only {known} of the {asked} measures that the rules read are known, less than {floor} %.", "known", known, "asked", asked, "floor", math.Round(100*e.rules.floor))}
	case read > 0 && read < len(in.Repositories):
		return []language.Message{language.M("Only {read} of its {all} repositories could be read, which leaves open whether it is {stages}.", "read", read, "all", len(in.Repositories), "stages", anyOf(v.Possible))}
	}
	if said := e.byLoad(v.Possible, defs); said != nil {
		return said
	}
	said := []language.Message{language.M("What is unknown leaves open whether it is {stages}.", "stages", anyOf(v.Possible))}
	if missing := e.missing("", v.Possible, defs); len(missing.List) > 0 {
		said = append(said, language.M("What would decide: {measures}.", "measures", missing))
	}
	return said
}

// byLoad says what a good is if somebody uses it, and what if nobody does, where
// who uses it is what is not known; nil where that is not what is open.
func (e *evaluation) byLoad(possible []Stage, defs map[string]observation.Definition) []language.Message {
	load := e.possibleLevels(Load)
	used := slices.DeleteFunc(slices.Clone(load), func(l Level) bool { return l == Missing })
	if len(used) == 0 || len(used) == len(load) {
		return nil
	}
	inUse, unused := e.given(Load, used).possibleStages(), e.given(Load, []Level{Missing}).possibleStages()
	if slices.Equal(inUse, unused) || len(unused) > 1 {
		return nil
	}
	open := language.M("Who uses it is not known: if somebody does, it is {used}; if nobody does, {unused}.", "used", anyOf(inUse), "unused", anyOf(unused))
	if len(inUse) == len(possible) {
		open = language.M("Who uses it is not known, and it may be {stages}.", "stages", anyOf(possible))
	}
	said := []language.Message{open, language.M("Name the countries or the organizations that use it, in the catalog or as usedBy in its publiccode.yml.")}
	if len(inUse) == 1 {
		return said
	}
	if missing := e.missing(Load, possible, defs); len(missing.List) > 0 {
		said = append(said, language.M("What else would decide: {measures}.", "measures", missing))
	}
	return said
}

// given is the evaluation as if a pillar were at one of some levels.
func (e *evaluation) given(pillar string, levels []Level) *evaluation {
	fixed := *e
	fixed.levels = maps.Clone(e.levels)
	fixed.levels[pillar] = levels
	return &fixed
}

// readable counts the repositories of which something was read, or that are
// known to be empty.
func readable(in Input) int {
	n := 0
	for _, r := range in.Repositories {
		if r.Failed == nil || r.Failed.Cause == observation.CauseEmpty {
			n++
		}
	}
	return n
}

// missing lists the unknown measures whose answer would narrow the stages, without
// those on which the level of a pillar rests.
func (e *evaluation) missing(pillar string, possible []Stage, defs map[string]observation.Definition) language.Arg {
	const most = 4
	told := map[string]bool{}
	if p := e.rules.pillar(pillar); p != nil {
		for _, r := range e.rules.plain(condition{any: p.conditions()}) {
			told[r.measure] = true
		}
	}
	var names []any
	for _, r := range e.rules.rules {
		m := e.measures[r.measure]
		known := m.State == observation.NotApplicable || m.State == observation.Measured && e.ask(r) != unsure
		if r.when != nil || told[r.measure] || known || !e.narrows(r, possible) {
			continue
		}
		told[r.measure] = true
		names = append(names, soFar(nameOf(r.measure, defs), r, m))
	}
	if len(names) > most {
		names = append(names[:most:most], language.M("{n} more", "n", len(names)-most))
	}
	return language.And(names...)
}

// nameOf is the name of a measure inside a sentence.
func nameOf(id string, defs map[string]observation.Definition) language.Arg {
	if name := defs[id].Name; name != "" {
		return language.Inside(language.Message{Pattern: name})
	}
	return language.Arg{Text: id}
}

// soFar says in brackets what is known of a measure that decides nothing yet.
func soFar(name language.Arg, r *rule, m observation.Measure) language.Arg {
	said := language.M("{measure} ({why})", "measure", name, "why", causeWords[m.Cause])
	switch {
	case m.State == observation.Measured && m.Bound != observation.Exact:
		said = language.M("{measure} (so far {quantity})", "measure", name, "quantity", quantity(m.Value, m.Bound, r.unit))
	case causeWords[m.Cause].Pattern == "":
		return name
	}
	return language.Arg{Message: &said}
}

// narrows tells whether knowing the measure of a rule, on either side of its
// threshold, would leave fewer stages open.
func (e *evaluation) narrows(r *rule, possible []Stage) bool {
	for _, value := range sides(r) {
		if len(e.assume(map[string]any{r.measure: value}).possibleStages()) < len(possible) {
			return true
		}
	}
	return false
}

// sides are two values of a rule's measure, one on each side of its threshold.
func sides(r *rule) []any {
	switch t := r.threshold.(type) {
	case float64:
		return []any{math.Ceil(t) - 1, math.Floor(t) + 1}
	case bool:
		return []any{true, false}
	default:
		return []any{t, ""}
	}
}

// assume asks the rules as if some measures had these values.
func (e *evaluation) assume(values map[string]any) *evaluation {
	measures := maps.Clone(e.measures)
	for id, value := range values {
		measures[id] = observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	return e.rules.evaluate(measures, e.moved)
}

// isShort reports a level that is weak or missing for sure.
func isShort(p Pillar) bool {
	return !slices.ContainsFunc(p.Possible, func(l Level) bool { return l != Weak && l != Missing })
}

// short says which supports but funding are weak or missing.
func short(supports []Pillar) *language.Message {
	var weak, missing []string
	for _, p := range supports {
		switch {
		case p.ID == Funding || !isShort(p):
		case p.Level == Missing:
			missing = append(missing, p.ID)
		default:
			weak = append(weak, p.ID)
		}
	}
	var said language.Message
	weakList, weakNumber := allOf(weak)
	missingList, missingNumber := allOf(missing)
	switch {
	case len(weak) > 0 && len(missing) > 0:
		said = language.M("its {weak} {n!is|are} weak and its {missing} {m!is|are} missing", "weak", weakList, "n", weakNumber, "missing", missingList, "m", missingNumber)
	case len(weak) > 0:
		said = language.M("its {weak} {n!is|are} weak", "weak", weakList, "n", weakNumber)
	case len(missing) > 0:
		said = language.M("its {missing} {n!is|are} missing", "missing", missingList, "n", missingNumber)
	}
	return &said
}

// held says which supports hold, and whether funding is visible.
func held(supports []Pillar) *language.Message {
	var standing, weak []string
	funded := false
	for _, p := range supports {
		switch {
		case p.ID == Funding:
			funded = !isShort(p)
		case isShort(p):
			weak = append(weak, p.ID)
		default:
			standing = append(standing, p.ID)
		}
	}
	list, _ := allOf(standing)
	said := language.M("{standing} hold, though no funding received is visible", "standing", list)
	weakList, number := allOf(weak)
	switch {
	case len(weak) > 0:
		said = language.M("funding is visible, though {weak} {n!is|are} short", "weak", weakList, "n", number)
	case funded:
		said = language.M("people, momentum, upkeep and funding hold")
	}
	return &said
}
