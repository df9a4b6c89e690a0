package assess

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

// Assess merges the measures of a good and decides its verdict. The second
// result holds one measure of each definition, sorted by id. The order of the
// input's lists does not change the result.
func (r *Rules) Assess(in Input, defs map[string]observation.Definition) (Verdict, []observation.Measure) {
	merged := merge(in, defs, r.specs)
	measures := make(map[string]observation.Measure, len(merged))
	for _, m := range merged {
		measures[m.ID] = m
	}
	e := r.evaluate(measures)
	possible := e.possibleStages()
	v := Verdict{
		Stage:          decideStage(possible),
		Possible:       possible,
		Load:           e.assessPillar(Load),
		Coverage:       coverage(merged, defs),
		FundingSources: fundingSources(in, measures),
	}
	for _, id := range []string{People, Momentum, Upkeep, Funding} {
		v.Supports = append(v.Supports, e.assessPillar(id))
	}
	v.Score = r.overallScore(v.Supports)
	v.Risk = r.Risk(measures)
	known, applicable := r.countKnown(measures)
	if known < r.floor*applicable && !r.isDeclared(v.Stage) {
		v.Stage = Unassessed
	}
	v.Reasons = e.reasonsOf(v.Stage)
	v.Borderline = e.borderline(v.Stage)
	v.LiftMessages = e.lift(v.Stage)
	v.ObservedUntil, v.Stale = observedUntil(in, r.staleDays)
	v.BecauseMessages = e.because(in, v, defs, known, applicable)
	v.RemarkMessages = r.anomalyRemarks(in, measures)
	v.Because, v.Lift, v.Remarks = r.english.Sentences(v.BecauseMessages), r.inEnglish(v.LiftMessages), r.inEnglish(v.RemarkMessages)
	return v, merged
}

// inEnglish writes each message as a sentence of its own.
func (r *Rules) inEnglish(messages []language.Message) []string {
	var sentences []string
	for _, m := range messages {
		sentences = append(sentences, r.english.Sentence(m))
	}
	return sentences
}

func (r *Rules) stageRule(s Stage) *stageRule {
	for i := range r.stages {
		if r.stages[i].stage == s {
			return &r.stages[i]
		}
	}
	return nil
}

func (r *Rules) isDeclared(s Stage) bool {
	rule := r.stageRule(s)
	return rule != nil && rule.declared
}

func (e *evaluation) assessPillar(id string) Pillar {
	p := e.rules.pillar(id)
	pillar := Pillar{ID: id, Level: LevelUnknown, Possible: e.possibleLevels(id), Score: e.rules.clampToBands(e.score(p), e.possibleLevels(id)),
		Reasons: e.reasons(e.traceLevel(p))}
	if len(pillar.Possible) == 1 {
		pillar.Level = pillar.Possible[0]
	} else if pillar.Score.Score != nil && *pillar.Score.Score == 0 {
		pillar.Score.Score = nil // nothing was found yet, which is no score while the level is open
	}
	return pillar
}

// clampToBands keeps a score within the bands of the levels that are possible.
func (r *Rules) clampToBands(score Range, possible []Level) Range {
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

// overallScore is the weighted mean of the supports.
func (r *Rules) overallScore(supports []Pillar) Range {
	var sum scoreSum
	for _, p := range supports {
		sum.add(r.weights[p.ID], p.Score)
	}
	return sum.mean()
}

// countKnown counts the measures that the rules read: those that are known, and
// those that apply.
func (r *Rules) countKnown(measures map[string]observation.Measure) (known, applicable float64) {
	for _, id := range r.reads {
		switch measures[id].State {
		case observation.Measured:
			known, applicable = known+1, applicable+1
		case observation.NotApplicable:
		default:
			applicable++
		}
	}
	return known, applicable
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

// fundingSources lists the sources that were read for evidence of funding.
func fundingSources(in Input, measures map[string]observation.Measure) []string {
	sources := map[string]bool{}
	if read, ok := measures[observation.FundingSourcesRead].List(); ok {
		for _, s := range read {
			sources[s] = true
		}
	}
	for _, s := range in.Good.Sources {
		sources["catalog "+s.Catalog] = true
	}
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(sources))))
}

// observedUntil is the earliest time until which a repository was observed, and
// whether that is more than staleDays before as-of.
func observedUntil(in Input, staleDays float64) (time.Time, bool) {
	var until time.Time
	for _, r := range in.Repositories {
		if t := r.ObservedUntil; !t.IsZero() && (until.IsZero() || t.Before(until)) {
			until = t
		}
	}
	return until, !until.IsZero() && in.AsOf.Sub(until).Hours()/24 > staleDays
}

// reasonsOf are the reasons of a stage: the evidence that decided it, and that of
// the rules which the stage lists under "also".
func (e *evaluation) reasonsOf(s Stage) []Reason {
	rule := e.rules.stageRule(s)
	if rule == nil {
		return []Reason{}
	}
	var found []evidence
	if rule.when != nil {
		found = e.trace(*rule.when, kleene.True)
	} else {
		for _, id := range []string{Load, People, Momentum, Upkeep, Funding} {
			found = append(found, e.traceLevel(e.rules.pillar(id))...)
		}
	}
	for _, id := range rule.also {
		found = append(found, e.supplementary(found, id)...)
	}
	if s.Flagged() {
		found = e.padReasons(found)
	}
	reasons := e.reasons(found)
	for i, reason := range reasons {
		if e.favourable(reason) != (s == Sustained) {
			reasons[i].Strength = math.Round(1000*reason.Strength*offTopicWeight) / 1000
		}
	}
	return strongestFirst(reasons)
}

// minReasons is how many reasons with measured values a flagged verdict has at
// least, where so many were measured.
const minReasons = 3

// padReasons adds the strongest evidence on other measures until there are
// minReasons: first what is a concern, then what is not.
func (e *evaluation) padReasons(found []evidence) []evidence {
	covered := map[string]bool{}
	for _, ev := range found {
		covered[ev.rule.measure] = true
	}
	for _, concern := range []bool{true, false} {
		for _, ev := range e.allEvidence(concern) {
			if len(covered) < minReasons && !covered[ev.rule.measure] {
				covered[ev.rule.measure] = true
				found = append(found, ev)
			}
		}
	}
	return found
}

// allEvidence is all evidence that is (or is not) a concern, strongest first.
func (e *evaluation) allEvidence(concern bool) []evidence {
	var found []evidence
	for _, r := range e.rules.rules {
		if answer := e.evalRule(r); r.when == nil && answer != kleene.Unknown && (answer == kleene.True) == (r.wantsYes != concern) {
			found = append(found, e.traceRule(r, answer)...)
		}
	}
	slices.SortStableFunc(found, func(a, b evidence) int {
		return cmp.Compare(strength(b.rule, e.measure(b.rule.measure)), strength(a.rule, e.measure(a.rule.measure)))
	})
	return found
}

// offTopicWeight is the share of its strength that a reason keeps where it does not
// argue for the stage: what is well in a stage of concern, or what is a concern in a
// sustained good.
const offTopicWeight = 0.1

// supplementary is the evidence of a rule that did not decide the stage, without
// measures that are in found already.
func (e *evaluation) supplementary(found []evidence, id string) []evidence {
	more := append(e.trace(condition{rule: id}, kleene.True), e.trace(condition{rule: id}, kleene.False)...)
	return slices.DeleteFunc(more, func(ev evidence) bool {
		return slices.ContainsFunc(found, func(f evidence) bool { return f.rule.measure == ev.rule.measure })
	})
}

// favourable reports whether the answer in a reason is the one that its rule wishes.
func (e *evaluation) favourable(reason Reason) bool {
	r := e.rules.byID[reason.Rule]
	return (reason.Operator == r.operator) == r.wantsYes
}

// reasons are the evidence with its sentences, strongest first, each rule once.
func (e *evaluation) reasons(found []evidence) []Reason {
	reasons := []Reason{}
	for _, ev := range found {
		if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == ev.rule.id }) {
			reasons = append(reasons, e.reason(ev))
		}
	}
	return strongestFirst(reasons)
}

// strongestFirst sorts reasons by strength. Of reasons with the same sentence (one
// measure compared with two thresholds), the strongest stays.
func strongestFirst(reasons []Reason) []Reason {
	slices.SortFunc(reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Rule, b.Rule))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(reasons, func(r Reason) bool {
		again := seen[r.Sentence]
		seen[r.Sentence] = true
		return again
	})
}

// negatedOperator is the operator of a rule that fails, so that "value operator
// threshold" is true of it, too.
var negatedOperator = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "is": "is not"}

func (e *evaluation) reason(ev evidence) Reason {
	r, m := ev.rule, e.measure(ev.rule.measure)
	reason := Reason{Rule: r.id, Measure: r.measure, Value: m.Value, Bound: m.Bound, Operator: r.operator,
		Threshold: r.threshold, Unit: r.unit, Source: m.Source, At: m.At, Strength: strength(r, m), Pattern: r.holds}
	if !ev.holds {
		reason.Operator, reason.Pattern = negatedOperator[r.operator], r.fails
	}
	english := e.rules.english
	reason.Sentence = language.Upper(english.TranslateMessage(reason.Message()))
	if ev.holds != r.wantsYes && r.clears != "" {
		reason.ClearsPattern = r.clears
		reason.Clears = language.Upper(english.TranslateMessage(reason.ClearsMessage()))
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

// because explains the stage in one to three sentences.
func (e *evaluation) because(in Input, v Verdict, defs map[string]observation.Definition, known, applicable float64) []language.Message {
	messages := e.explainStage(v)
	if messages == nil {
		messages = e.explainUnassessed(in, v, defs, known, applicable)
	}
	if v.Stale {
		messages[0] = language.M("As of {day}, when it was last seen: {sentence}", "day", language.LongDate(v.ObservedUntil), "sentence", messages[0])
	}
	return messages
}

// explainStage fills the sentence of the stage's rule; nil where the stage has none.
func (e *evaluation) explainStage(v Verdict) []language.Message {
	rule := e.rules.stageRule(v.Stage)
	if rule == nil {
		return nil
	}
	why := language.Message{Pattern: rule.because}
	setArg(&why, "short", language.Arg{Message: supportsLacking(v.Supports)})
	setArg(&why, "held", language.Arg{Message: supportsHolding(v.Supports)})
	if len(v.Possible) == 1 {
		return []language.Message{why}
	}
	return []language.Message{why, language.M("What is unknown leaves open that it is {stage}.", "stage", wording.IsStage(v.Possible[0]))}
}

// explainUnassessed names what is missing for a stage.
func (e *evaluation) explainUnassessed(in Input, v Verdict, defs map[string]observation.Definition, known, applicable float64) []language.Message {
	read := countReadable(in)
	switch {
	case len(in.Repositories) == 0:
		return []language.Message{language.M("It names no repository, so who carries it, whether it moves and how it is kept cannot be seen.")}
	case known < e.rules.floor*applicable:
		return []language.Message{language.M("Only {known} of the {asked} measures that the rules read are known, less than {floor} %.", "known", known, "asked",
			applicable, "floor", math.Round(100*e.rules.floor))}
	case read > 0 && read < len(in.Repositories):
		return []language.Message{language.M("Only {read} of its {all} repositories could be read, which leaves open whether it is {stages}.", "read", read, "all",
			len(in.Repositories), "stages", orStages(v.Possible))}
	}
	if messages := e.explainByLoad(v.Possible, defs); messages != nil {
		return messages
	}
	messages := []language.Message{language.M("What is unknown leaves open whether it is {stages}.", "stages", orStages(v.Possible))}
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
	open := language.M("Who uses it is not known: if somebody does, it is {used}; if nobody does, {unused}.", "used", orStages(inUse), "unused", orStages(unused))
	if len(inUse) == len(possible) {
		open = language.M("Who uses it is not known, and it may be {stages}.", "stages", orStages(possible))
	}
	messages := []language.Message{open, language.M("Name the countries or the organizations that use it, in the catalog or as usedBy in its publiccode.yml.")}
	if len(inUse) == 1 {
		return messages
	}
	if missing := e.missingMeasures(Load, possible, defs); len(missing.List) > 0 {
		messages = append(messages, language.M("What else would decide: {measures}.", "measures", missing))
	}
	return messages
}

// countReadable counts the repositories of which something was read, or that are
// known to be empty.
func countReadable(in Input) int {
	n := 0
	for _, r := range in.Repositories {
		if r.Failed == nil || r.Failed.Cause == observation.CauseEmpty {
			n++
		}
	}
	return n
}

// missingMeasures lists the unknown measures whose value would leave fewer stages
// possible, without those that the levels of a pillar read.
func (e *evaluation) missingMeasures(pillar string, possible []Stage, defs map[string]observation.Definition) language.Arg {
	const most = 4
	covered := map[string]bool{}
	if p := e.rules.pillar(pillar); p != nil {
		for _, r := range p.plain {
			covered[r.measure] = true
		}
	}
	var names []any
	for _, r := range e.rules.rules {
		m := e.measure(r.measure)
		known := m.State == observation.NotApplicable || m.State == observation.Measured && e.evalRule(r) != kleene.Unknown
		if r.when != nil || covered[r.measure] || known || !e.narrows(r, possible) {
			continue
		}
		covered[r.measure] = true
		names = append(names, withKnownPart(measureName(r.measure, defs), r, m))
	}
	if len(names) > most {
		names = append(names[:most:most], language.M("{n} more", "n", len(names)-most))
	}
	return language.And(names...)
}

// measureName is the name of a measure inside a sentence.
func measureName(id string, defs map[string]observation.Definition) language.Arg {
	if name := defs[id].Name; name != "" {
		return language.Inside(language.Message{Pattern: name})
	}
	return language.Arg{Text: id}
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

// narrows reports whether a value of the rule's measure, on either side of its
// threshold, would leave fewer stages possible.
func (e *evaluation) narrows(r *rule, possible []Stage) bool {
	for _, value := range probeValues(r) {
		if len(e.withValues(map[string]any{r.measure: value}).possibleStages()) < len(possible) {
			return true
		}
	}
	return false
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

// isLacking reports whether the level is certainly weak or missing.
func isLacking(p Pillar) bool {
	return !slices.ContainsFunc(p.Possible, func(l Level) bool { return l != Weak && l != Missing })
}

// supportsLacking lists the supports, funding aside, that are weak or missing.
func supportsLacking(supports []Pillar) *language.Message {
	var weak, missing []string
	for _, p := range supports {
		switch {
		case p.ID == Funding || !isLacking(p):
		case p.Level == Missing:
			missing = append(missing, p.ID)
		default:
			weak = append(weak, p.ID)
		}
	}
	var message language.Message
	weakList, weakNumber := andSupports(weak)
	missingList, missingNumber := andSupports(missing)
	switch {
	case len(weak) > 0 && len(missing) > 0:
		message = language.M("its {weak} {n!is|are} weak and its {missing} {m!is|are} missing", "weak", weakList, "n", weakNumber, "missing", missingList, "m",
			missingNumber)
	case len(weak) > 0:
		message = language.M("its {weak} {n!is|are} weak", "weak", weakList, "n", weakNumber)
	case len(missing) > 0:
		message = language.M("its {missing} {n!is|are} missing", "missing", missingList, "n", missingNumber)
	}
	return &message
}

// supportsHolding lists the supports that hold, and whether funding is visible.
func supportsHolding(supports []Pillar) *language.Message {
	var standing, weak []string
	funded := false
	for _, p := range supports {
		switch {
		case p.ID == Funding:
			funded = !isLacking(p)
		case isLacking(p):
			weak = append(weak, p.ID)
		default:
			standing = append(standing, p.ID)
		}
	}
	list, _ := andSupports(standing)
	message := language.M("{standing} hold, though no funding received is visible", "standing", list)
	weakList, number := andSupports(weak)
	switch {
	case len(weak) > 0:
		message = language.M("funding is visible, though {weak} {n!is|are} short", "weak", weakList, "n", number)
	case funded:
		message = language.M("people, momentum, upkeep and funding hold")
	}
	return &message
}
