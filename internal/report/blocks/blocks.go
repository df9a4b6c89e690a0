// Package blocks says in words which block under several goods is rotten, for those who pay.
package blocks

import (
	"strings"

	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
)

// Text says what is wrong with a block, what stands on it, and what replacing it takes.
func Text(w report.Localizer, b portfolio.Block) string {
	parts := []string{w.Translate("{n|good rests|goods rest} on it, and {direct} chose it.", "n", len(b.Goods), "direct", b.Direct)}
	switch b.Lifecycle {
	case portfolio.Ended:
		parts = append(parts, w.Translate("Its makers left it."))
	case portfolio.Deprecated:
		if b.Said.Day == "" {
			parts = append(parts, w.Translate("Its makers gave up a version that is in use."))
		} else {
			parts = append(parts, w.Translate("Its registry calls it deprecated."))
		}
	}
	if b.Said.Day != "" && (b.Lifecycle == portfolio.Ended || b.Lifecycle == portfolio.Deprecated) {
		parts = append(parts, w.Translate("{source} said so on {day}.", "source", b.Said.By, "day", b.Said.Day))
		if b.Said.Reason != "" {
			parts = append(parts, w.Translate("The reason given there: {reason}.", "reason", strings.TrimRight(report.Cut(b.Said.Reason, 120), ".")))
		}
	}
	if b.OnePerson {
		parts = append(parts, w.Translate("One person does half of the work on it or more."))
	}
	if b.Instead != "" {
		parts = append(parts, w.Translate("They name {package} in its place.", "package", report.Cut(b.Instead, 60)))
	}
	switch b.Effort {
	case portfolio.Light:
		parts = append(parts, w.Translate("Replacing it is light work: few chose it."))
	case portfolio.Heavy:
		parts = append(parts, w.Translate("Replacing it is heavy work: many chose it."))
	default:
		parts = append(parts, w.Translate("Nobody chose it: it comes with other packages, and is replaced there."))
	}
	return strings.Join(parts, " ")
}
