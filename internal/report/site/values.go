package site

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// valueText writes a value of a measure or a reason with its unit and bound.
func (w pageLocalizer) valueText(value any, unit observation.Unit, bound observation.Bound) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return w.TranslateMessage(wording.YesNo(v))
	case float64:
		return w.quantity(language.Bounded(math.Round(v*100)/100, bound), unit)
	case int:
		return w.quantity(language.Bounded(float64(v), bound), unit)
	case []string:
		if len(v) == 0 {
			return w.Translate("none")
		}
		return report.Cut(w.ShortList(v), 300)
	default:
		return report.Cut(fmt.Sprint(v), 300)
	}
}

// quantity writes a number with its unit; a ratio has none on a page.
func (w pageLocalizer) quantity(n language.Arg, unit observation.Unit) string {
	if unit == "ratio" {
		unit = ""
	}
	return w.TranslateMessage(wording.Quantity(n, unit))
}

// ruleText writes what a reason's value was held against, as in "< 3 people",
// "is not yes"; empty where the rule has no threshold.
func (w pageLocalizer) ruleText(r assess.Reason) string {
	if r.Threshold == nil {
		return ""
	}
	value := w.valueText(r.Threshold, r.Unit, observation.Exact)
	operator := r.Operator
	switch operator {
	case "is":
		return w.Translate("is {value}", "value", value)
	case "is not":
		return w.Translate("is not {value}", "value", value)
	case "<=":
		operator = "≤"
	case ">=":
		operator = "≥"
	}
	return strings.TrimSpace(operator + " " + value)
}

// measureText writes a measure's value, or that it has none; never a zero for
// something unknown.
func (w pageLocalizer) measureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		return w.valueText(m.Value, m.Unit, m.Bound)
	case observation.NotApplicable:
		return w.Translate("not applicable")
	}
	return w.Translate("unknown")
}

// dayText writes a day that is given as 2006-01-02; anything else as it is.
func (w pageLocalizer) dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return report.Cut(day, 40)
	}
	return w.Date(t)
}

// stageList is a list for a sentence.
func (w pageLocalizer) stageList(stages []assess.Stage) language.Arg {
	items := make([]any, len(stages))
	for i, stage := range stages {
		items[i] = w.StageName(stage)
	}
	return language.List(items...)
}

// outcomeName names how much of a repository was read.
func (w pageLocalizer) outcomeName(outcome string) string {
	switch outcome {
	case report.Scanned:
		return w.Translate("scanned")
	case report.Partial:
		return w.Translate("partial")
	case report.Failed:
		return w.Translate("failed")
	}
	return outcome
}

// relationName names how a package is listed.
func (w pageLocalizer) relationName(relation string) string {
	switch relation {
	case observation.Direct:
		return w.Translate("direct")
	case observation.Transitive:
		return w.Translate("transitive")
	case "":
		return w.Translate("unknown")
	}
	return relation
}

// sentence ends a text with a full stop where it has no end.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?…") {
		return text
	}
	return text + "."
}
