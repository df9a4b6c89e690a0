package report

import (
	"math"

	"github.com/midspan/midspan/internal/assess"
)

// riskText writes how likely work is to stop; empty where no risk was computed.
func (w localizer) riskText(r assess.Risk) string {
	low, high := math.RoundToEven(r.Low), math.RoundToEven(r.High)
	switch {
	case r.Level == "":
		return ""
	case r.Level == assess.RiskNotApplicable:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: not told, for it is too young, has too few commits, or work has stopped.")
	case r.Level == assess.RiskUnknown:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: unknown, from {low} to {high} of 100.", "low", low, "high", high)
	case r.Score == nil:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk}, from {low} to {high} of 100.", "risk", w.riskWord(r.Level), "low", low, "high", high)
	}
	return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk} ({score} of 100).", "risk", w.riskWord(r.Level), "score", math.RoundToEven(*r.Score))
}

// riskWord names a level of risk.
func (w localizer) riskWord(level assess.RiskLevel) string {
	switch level {
	case assess.RiskLow:
		return w.Translate("low")
	case assess.RiskRaised:
		return w.Translate("raised")
	case assess.RiskHigh:
		return w.Translate("high")
	}
	return string(level)
}
