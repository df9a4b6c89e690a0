package assess

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
)

// Assess merges the measures of a good and decides its verdict. The second
// result holds one measure of each definition, sorted by id. The order of the
// input's lists does not change the result.
func (r *Rules) Assess(in merge.Input, defs map[string]observation.Definition) (Verdict, []observation.Measure) {
	merged := merge.Measures(in, defs, r.specs)
	measures := asked(merged)
	r.addUnasked(measures)
	e := r.evaluate(measures)
	e.answers = make([]kleene.Truth, len(r.rules))
	known, applicable := r.countKnown(measures)
	v := e.judge(known, applicable)
	v.Load.Reasons = e.pillarReasons(Load)
	for i, support := range v.Supports {
		v.Supports[i].Reasons = e.pillarReasons(support.ID)
	}
	v.Backing, v.Coverage, v.FundingSources = e.backing(), coverage(merged, defs), remark.FundingSources(in, measures)
	v.Score = r.overallScore(v.Supports)
	v.Risk = r.Risk(measures)
	if v.Stage == Dormant || v.Stage == Sunset {
		v.Risk = Risk{Level: RiskNotApplicable, Range: Range{High: 100}, Why: string(v.Stage)}
	}
	v.Reasons = e.reasonsOf(v.Stage)
	v.Borderline = e.borderline(v.Stage, defs)
	v.ObservedUntil, v.Stale = observedUntil(in, r.specs, r.staleDays)
	v.LiftMessages = e.help(in, v, defs)
	v.BecauseMessages = append(e.because(in, v, defs, known, applicable), e.explainContext(in, v, defs)...)
	v.RemarkMessages = remark.Of(in, measures, r.specs, v.Stage == Fading || v.Stage == Dormant)
	if !v.Stale { // the stage explains it
		v.RemarkMessages = append(v.RemarkMessages, remark.SeenApart(in, v.ObservedUntil)...)
	}
	v.Because, v.Lift, v.Remarks = r.english.Sentences(v.BecauseMessages), r.inEnglish(v.LiftMessages), r.inEnglish(v.RemarkMessages)
	return v, merged
}

// addUnasked adds an unknown measure for each of which no verdict waits and that nobody was
// asked for: a run without the setting that measures it does not have it at all.
func (r *Rules) addUnasked(measures map[string]observation.Measure) {
	for id, optional := range r.optional {
		if _, there := measures[id]; optional && !there {
			measures[id] = observation.Definition{ID: id}.UnknownFor(observation.CauseNotAsked, "no setting asked for it")
		}
	}
}

// softwareOnly are what only code can have: a data set or a text needs no automatic checks
// and nothing that proposes updates.
var softwareOnly = []string{observation.PostureScore, observation.PostureDependencyUpdateTool, observation.GovernanceCI, observation.GovernanceSecurityPolicy}

// asked are the measures as the rules ask them: without these, where the catalog calls the
// good no software. Where it could not be read what kind of good it is, it is open whether
// they are asked.
func asked(merged []observation.Measure) map[string]observation.Measure {
	measures := merge.ByID(merged)
	kind, declared := measures[observation.CatalogWithoutSoftware]
	without := merge.IntervalOf(kind).Compare(">", 0)
	if !declared || without == kleene.False || kind.State == observation.NotApplicable || kind.Cause == observation.CauseNoSource {
		return measures
	}
	for _, id := range softwareOnly {
		def := observation.Definition{ID: id, Unit: measures[id].Unit}
		if without == kleene.True {
			measures[id] = def.NotApplicableFor("the catalog calls it no software")
		} else if measures[id].State == observation.Measured {
			measures[id] = def.UnknownFor(cmp.Or(kind.Cause, observation.CauseNoSource), "what kind of good it is could not be read")
		}
	}
	return measures
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

// judge decides the stage and the levels, and gives no reasons. known of applicable is how
// much is known of what was asked.
func (e *evaluation) judge(known, applicable float64) Verdict {
	v := Verdict{Possible: e.possibleStages(), Load: e.gradePillar(Load), Supports: e.gradeSupports()}
	v.Stage = decideStage(v.Possible)
	if known < e.rules.floor*applicable && !e.rules.isDeclared(v.Stage) {
		v.Stage = Unassessed
	}
	return v
}

func (e *evaluation) gradeSupports() []Pillar {
	var supports []Pillar
	for _, id := range PillarIDs()[1:] {
		supports = append(supports, e.gradePillar(id))
	}
	return supports
}

func (e *evaluation) pillarReasons(id string) []Reason {
	reasons := e.reasons(e.traceLevel(e.rules.pillar(id)))
	slices.SortStableFunc(reasons, func(a, b Reason) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	return reasons
}

// gradePillar gives load or a support its level and its score.
func (e *evaluation) gradePillar(id string) Pillar {
	possible := e.possibleLevels(id)
	pillar := Pillar{ID: id, Level: LevelUnknown, Possible: possible, Score: e.rules.clampToBands(e.score(e.rules.pillar(id)), possible)}
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
// those that apply. What may be unasked counts where it is known.
func (r *Rules) countKnown(measures map[string]observation.Measure) (known, applicable float64) {
	for _, id := range r.reads {
		switch measures[id].State {
		case observation.Measured:
			known, applicable = known+1, applicable+1
		case observation.NotApplicable:
		default:
			if !r.optional[id] {
				applicable++
			}
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

// observedUntil is the time until which the part was observed that decides: the main
// repository; the earliest of several that may be the main one. It is stale where that is
// more than staleDays before as-of.
func observedUntil(in merge.Input, specs map[string]merge.Spec, staleDays float64) (time.Time, bool) {
	var until time.Time
	for _, r := range merge.Main(in, specs) {
		if t := r.ObservedUntil; !t.IsZero() && (until.IsZero() || t.Before(until)) {
			until = t
		}
	}
	return until, !until.IsZero() && in.AsOf.Sub(until).Hours()/24 > staleDays
}
