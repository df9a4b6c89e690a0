package assess

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// RiskLevel is how likely work on a repository is to stop.
type RiskLevel string

// The levels of risk.
const (
	RiskLow    RiskLevel = "low"
	RiskRaised RiskLevel = "raised"
	RiskHigh   RiskLevel = "high"
	// RiskUnknown: unknown measures leave several levels possible, or leave open
	// whether the risk applies.
	RiskUnknown RiskLevel = "unknown"
	// RiskNotApplicable: the risk was not fitted on such repositories (too young, too
	// few commits, or work has stopped already).
	RiskNotApplicable RiskLevel = "not-applicable"
)

// Risk is how likely work is to stop within a year and a half, estimated from history:
// from 0, least, to 100. It decides no stage.
type Risk struct {
	Level RiskLevel `json:"level"`
	// Score is set only where every measure that it reads is known exactly; Low and
	// High are the range that unknown ones leave open.
	Range
	// Why is, where the risk does not apply, the measure that is too low for it, or the
	// stage, dormant or sunset, that is an end.
	Why string `json:"why,omitempty"`
	// ActiveMonths is how many of the last 12 months saw a commit, which alone tells about
	// as much of silence; nil where it is not known exactly or the risk does not apply.
	ActiveMonths *float64 `json:"activeMonths12,omitempty"`
}

// riskRule makes the risk from measures of history.
type riskRule struct {
	at            position
	question      string
	means         string
	preconditions []riskPrecondition // of the repositories to which it applies
	parts         []scorePart
	levels        []riskStep // from the highest down; below the last it is low
	shares        map[RiskLevel]RiskShare
	sharesOf      string // the population on which they were measured
}

// RiskShare is the share of a level that became silent, with its interval of 95 %, as
// midspan backtest measured it on one population.
type RiskShare struct{ Value, Low, High float64 }

// RiskShare returns the share of a level; ok is false where none was measured.
func (r *Rules) RiskShare(level RiskLevel) (share RiskShare, ok bool) {
	share, ok = r.risk.shares[level]
	return share, ok
}

// riskPrecondition is the least value of a measure for which the risk applies.
type riskPrecondition struct {
	at      position
	measure string
	least   float64
	unit    observation.Unit
}

// RiskStep is a level of risk and the score from which it holds.
type RiskStep struct {
	Level RiskLevel `json:"level"`
	From  float64   `json:"from"`
}

type riskStep struct {
	at position
	RiskStep
}

// Risk reads the risk from merged measures, or from those of one repository.
func (r *Rules) Risk(measures map[string]observation.Measure) Risk {
	open := Risk{Level: RiskUnknown, Range: Range{Low: 0, High: 100}}
	answer, lacks := r.riskApplies(measures)
	switch answer {
	case kleene.False:
		open.Level, open.Why = RiskNotApplicable, lacks
		return open
	case kleene.Unknown:
		return open
	}
	var sum scoreSum
	for _, part := range r.risk.parts {
		if m := measures[part.measure]; m.State != observation.NotApplicable {
			sum.add(part.weight, part.scoreRange(m))
		}
	}
	found := sum.mean()
	if found.Low < found.High {
		found.Score = nil
	}
	level := r.riskLevel(found.Low)
	if level != r.riskLevel(found.High) {
		level = RiskUnknown
	}
	risk := Risk{Level: level, Range: found}
	if m := measures[observation.MomentumActiveMonths12]; m.Bound == observation.Exact {
		if months, ok := m.Number(); ok {
			risk.ActiveMonths = &months
		}
	}
	return risk
}

// riskApplies reports whether all preconditions hold, and of which measure the first does
// not.
func (r *Rules) riskApplies(measures map[string]observation.Measure) (answer kleene.Truth, lacks string) {
	answer = kleene.True
	for _, bound := range r.risk.preconditions {
		m := measures[bound.measure]
		if m.State == observation.NotApplicable {
			return kleene.False, bound.measure
		}
		switch merge.IntervalOf(m).Compare(">=", bound.least) {
		case kleene.False:
			return kleene.False, bound.measure
		case kleene.Unknown:
			answer = kleene.Unknown
		}
	}
	return answer, ""
}

func (r *Rules) riskLevel(score float64) RiskLevel {
	for _, step := range r.risk.levels {
		if score >= step.From {
			return step.Level
		}
	}
	return RiskLow
}

// RiskSteps are the levels above low, the highest first.
func (r *Rules) RiskSteps() []RiskStep {
	steps := make([]RiskStep, len(r.risk.levels))
	for i, step := range r.risk.levels {
		steps[i] = step.RiskStep
	}
	return steps
}

// riskSection reads the section risk.
func (d *decoder) riskSection(r *Rules, n *yaml.Node) {
	f := d.fields(n, "risk", "question", "means", "asked-of", "parts", "levels", "shares")
	r.risk = riskRule{at: d.positionOfNode(n), question: text(f["question"]), means: text(f["means"])}
	for _, item := range d.items(f["asked-of"], "asked-of") {
		bf := d.fields(item, "a condition of the risk", "measure", "at-least", "unit")
		r.risk.preconditions = append(r.risk.preconditions, riskPrecondition{d.positionOfNode(item), text(bf["measure"]), d.number(bf["at-least"], 0),
			observation.Unit(text(bf["unit"]))})
		if bf["at-least"] == nil {
			d.fail(d.positionOfNode(item), "the risk asks for no number of %s", text(bf["measure"]))
		}
	}
	for _, item := range d.items(f["parts"], "parts") {
		r.risk.parts = append(r.risk.parts, d.part(item))
	}
	for _, item := range d.items(f["levels"], "levels") {
		lf := d.fields(item, "a level of risk", "level", "from")
		step := riskStep{d.positionOfNode(item), RiskStep{RiskLevel(text(lf["level"])), d.number(lf["from"], 0)}}
		r.risk.levels = append(r.risk.levels, step)
	}
	changed := d.fromUser[f["asked-of"]] || d.fromUser[f["parts"]] || d.fromUser[f["levels"]]
	if shares := f["shares"]; shares != nil && (!changed || slices.ContainsFunc(shares.Content, func(n *yaml.Node) bool { return d.fromUser[n] })) {
		d.riskShares(r, shares)
	}
}

// riskShares reads what each level was worth. Shares of the embedded rules say nothing of a
// risk that the user's file changes.
func (d *decoder) riskShares(r *Rules, n *yaml.Node) {
	f := d.fields(n, "the shares of the risk", "of", string(RiskHigh), string(RiskRaised), string(RiskLow))
	r.risk.sharesOf, r.risk.shares = text(f["of"]), map[RiskLevel]RiskShare{}
	for _, level := range []RiskLevel{RiskHigh, RiskRaised, RiskLow} {
		ends := d.items(f[string(level)], "a share of the risk")
		if len(ends) != 3 {
			d.fail(d.positionOfNode(n), "the shares of the risk have for each of high, raised and low a share and the two ends of its interval")
			return
		}
		share := RiskShare{d.number(ends[0], 0), d.number(ends[1], 0), d.number(ends[2], 0)}
		if !(share.Low >= 0 && share.Low <= share.Value && share.Value <= share.High && share.High <= 1) {
			d.fail(d.positionOfNode(ends[0]), "a share of the risk lies between the ends of its interval, all from 0 to 1")
		}
		r.risk.shares[level] = share
	}
}

// verifyRisk checks the section risk once all rules are read.
func (d *decoder) verifyRisk(r *Rules) {
	risk := r.risk
	if len(risk.parts) == 0 {
		d.fail(risk.at, "the risk reads no measure")
	}
	for _, part := range risk.parts {
		d.verifyPart(r, part)
		if !fromHistory(part.measure) {
			d.fail(part.at, "the risk reads %s: only people and momentum can be asked of the past", part.measure)
		}
	}
	for _, bound := range risk.preconditions {
		w, ok := r.specs[bound.measure]
		switch {
		case !ok:
			d.fail(bound.at, "the risk reads the measure %q, which does not exist", bound.measure)
		case w.Kind != observation.KindNumber || w.Unit != bound.unit:
			d.fail(bound.at, "the risk has the unit %q; %s is counted in %q", bound.unit, bound.measure, w.Unit)
		case !fromHistory(bound.measure):
			d.fail(bound.at, "the risk reads %s: only people and momentum can be asked of the past", bound.measure)
		}
	}
	d.verifyRiskLevels(risk)
}

func fromHistory(measure string) bool {
	return strings.HasPrefix(measure, "people.") || strings.HasPrefix(measure, "momentum.")
}

func (d *decoder) verifyRiskLevels(risk riskRule) {
	want := []RiskLevel{RiskHigh, RiskRaised}
	if len(risk.levels) != len(want) {
		d.fail(risk.at, "the risk needs the levels high and raised, in this order; below both it is low")
		return
	}
	above := 100.0
	for i, step := range risk.levels {
		if step.Level != want[i] || !(step.From > 0 && step.From <= above) {
			d.fail(step.at, "the levels of risk are high and raised, in this order, from falling scores above 0 and up to 100")
		}
		above = step.From
	}
}

// riskMeasures are the measures that the risk reads.
func (r *Rules) riskMeasures() []string {
	var ids []string
	for _, bound := range r.risk.preconditions {
		ids = append(ids, bound.measure)
	}
	for _, part := range r.risk.parts {
		ids = append(ids, part.measure)
	}
	return ids
}

func (r *Rules) writeRisk(b *strings.Builder) {
	risk := r.risk
	fmt.Fprintf(b, "## Risk\n\n%s %s\n\nAsked only where", risk.question, risk.means)
	for i, bound := range risk.preconditions {
		if i > 0 {
			b.WriteString(" and")
		}
		fmt.Fprintf(b, " `%s` >= %s %s", bound.measure, r.formatValue(bound.least), bound.unit)
	}
	b.WriteString(". What is unknown leaves a range open; the level is unknown where the range spans two.\n\n| level | score | became silent |\n|---|---|---|\n")
	share := func(level RiskLevel) string {
		if s, ok := risk.shares[level]; ok {
			return fmt.Sprintf("%.0f %% (%.0f to %.0f)", 100*s.Value, 100*s.Low, 100*s.High)
		}
		return "not measured"
	}
	for _, step := range risk.levels {
		fmt.Fprintf(b, "| %s | %s or more | %s |\n", step.Level, r.formatValue(step.From), share(step.Level))
	}
	fmt.Fprintf(b, "| %s | less | %s |\n\n", RiskLow, share(RiskLow))
	if risk.sharesOf != "" {
		fmt.Fprintf(b, "The shares, with intervals of 95 %%, were measured on %s and hold for nothing else ([backtest.md](backtest.md)).\n\n", risk.sharesOf)
	}
	r.writeParts(b, "weighted mean of", risk.parts, true)
}
