package site

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// ruleText writes what a reason's value was held against, as in "< 3 people",
// "is not yes"; empty where the rule has no threshold.
func (w pageLocalizer) ruleText(r assess.Reason) string {
	if r.Threshold == nil {
		return ""
	}
	value := w.ValueText(r.Threshold, r.Unit, observation.Exact)
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

// sentence ends a text with a full stop where it has no end of its own script.
func sentence(text string) string {
	last, _ := utf8.DecodeLastRuneInString(text)
	if text == "" || strings.ContainsRune(".!?…。！？؟۔", last) {
		return text
	}
	return text + "."
}

// roleText is the role that the catalog gives to an organization. What is none of the known
// ones stays as it is written.
func (w pageLocalizer) roleText(role string) string {
	switch role {
	case "owner":
		return w.Translate("owner")
	case "maintainer":
		return w.Translate("maintainer")
	case "funder":
		return w.Translate("funder")
	case "implementer":
		return w.Translate("implementer")
	}
	return report.Cut(role, 40)
}
