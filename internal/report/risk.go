package report

import (
	"fmt"

	"github.com/midspan/midspan/internal/assess"
)

// riskText says how likely work is to stop, or nothing where it was not asked.
func (w words) riskText(r assess.Risk) string {
	const about = "Risk that work on it stops within 18 months, as its history tells: "
	switch {
	case r.Level == "":
		return ""
	case r.Level == assess.RiskNotApplicable:
		return about + "not told, for it is too young, has too few commits, or work has stopped."
	case r.Level == assess.RiskUnknown:
		return about + fmt.Sprintf("unknown, from %.0f to %.0f of 100.", r.Low, r.High)
	case r.Score == nil:
		return about + fmt.Sprintf("%s, from %.0f to %.0f of 100.", r.Level, r.Low, r.High)
	}
	return about + fmt.Sprintf("%s (%.0f of 100).", r.Level, *r.Score)
}
