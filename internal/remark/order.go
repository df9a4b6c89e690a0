package remark

import "strings"

// The ranks of faults: it is over, work stopped or falls, people are gone, too few are left,
// one has most of the work, nobody new comes, packages, tools, releases.
const (
	over = iota
	stopped
	gone
	few
	share
	newcomers
	packages
	tools
	releases
	LastRank // of what has no place of its own
)

// ranks are those of single rules, by their ids; of others the group decides.
var ranks = map[string]int{
	"momentum.core-away":        gone,
	"momentum.main-away":        gone,
	"momentum.no-release":       releases,
	"momentum.nothing-alarming": packages,
	"momentum.others-at-work":   gone,
	"momentum.released":         releases,
	"people.half-by-one":        share,
	"people.little-remains":     share,
	"people.no-newcomer":        newcomers,
	"people.none":               stopped,
	"upkeep.low-posture":        tools,
	"upkeep.middling-posture":   tools,
	"upkeep.no-ci":              tools,
	"upkeep.no-security-policy": tools,
	"upkeep.no-update-tool":     tools,
	"upkeep.nobody":             over,
}

// Rank is the place of a fault among others in the order of a reader, by the id of its
// rule, the first 0.
func Rank(rule string) int {
	if rank, known := ranks[rule]; known {
		return rank
	}
	switch group, _, _ := strings.Cut(rule, "."); group {
	case "lifecycle":
		return over
	case "momentum":
		return stopped
	case "people":
		return few
	}
	return packages
}
