package report

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// stageOrder is the order in which stages are listed.
var stageOrder = [...]assess.Stage{
	assess.MessyMiddle, assess.Fading, assess.Sustained, assess.Emerging,
	assess.Dormant, assess.Sunset, assess.Unassessed,
}

// stageWord names a stage for readers.
func stageWord(stage assess.Stage) string {
	if stage == assess.MessyMiddle {
		return "messy middle"
	}
	return string(stage)
}

// stageMeaning says in one line what a stage means.
func stageMeaning(stage assess.Stage) string {
	switch stage {
	case assess.MessyMiddle:
		return "carries load, is alive, and lacks supports"
	case assess.Fading:
		return "carries load and is losing momentum"
	case assess.Sustained:
		return "carries load on enough supports"
	case assess.Emerging:
		return "young, or nobody is seen to depend on it yet"
	case assess.Dormant:
		return "no sign of work for a long time"
	case assess.Sunset:
		return "ended by its own people"
	}
	return "too little could be measured to say"
}

// causeWord says in words why something is unknown.
func causeWord(cause observation.Cause) string {
	switch cause {
	case observation.CauseOffline:
		return "the network was switched off"
	case observation.CauseNoToken:
		return "the forge asks for a token and none was given"
	case observation.CauseMissingObjects:
		return "the mirror lacks some of the repository's objects"
	case observation.CauseUnsupported:
		return "nothing here can read this kind of input"
	case observation.CauseNoDatabase:
		return "no advisory database for the ecosystem"
	case observation.CauseNoVersion:
		return "the manifest gives no version to match"
	case observation.CauseNoSource:
		return "nothing that was read speaks of it"
	case observation.CauseNoRepository:
		return "the catalog names no repository"
	case observation.CauseBadURL:
		return "the address is no repository"
	case observation.CauseNotFound:
		return "the repository or its mirror is not there"
	case observation.CauseUnreachable:
		return "the network or the server failed"
	case observation.CauseEmpty:
		return "the repository has no commits"
	case observation.CauseNoBranch:
		return "the repository has no default branch"
	case observation.CauseCorrupt:
		return "git refuses to read the repository"
	case observation.CauseBroken:
		return "a file that does not parse"
	case observation.CauseOverLimit:
		return "a limit on time, size or files was met"
	case observation.CauseScannerFailed:
		return "a scanner failed"
	case observation.CauseScannerPanic:
		return "a scanner broke off"
	case observation.CauseStale:
		return "what was read is too old to speak of today"
	case observation.CauseRemark:
		return "read, though not as it was written"
	case "":
		return "no cause given"
	}
	return string(cause)
}

// pillarWord names load or a support for readers.
func pillarWord(id string) string {
	if id == "" {
		return ""
	}
	return strings.ToUpper(id[:1]) + id[1:]
}

// number writes a number as short as it can be told: no trailing zeros, at
// most two decimals, thousands set apart.
func number(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "not a number"
	}
	text := strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	sign := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if sign {
		whole = "−" + whole
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole
}

// percent writes a share without ever rounding it up to all or down to nothing.
func percent(share float64) string {
	switch whole := math.Round(share * 100); {
	case share > 0 && whole == 0:
		return "under 1 %"
	case share < 1 && whole == 100:
		return "over 99 %"
	default:
		return number(whole) + " %"
	}
}

// plural writes a count with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(float64(n)) + " " + many
}

// date writes a day, or a dash for none.
func date(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format("2 Jan 2006")
}

// dayText writes a day that is given as 2006-01-02; anything else as it is.
func dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return cut(day, 40)
	}
	return date(t)
}

// isoDate writes a day for machines, empty for none.
func isoDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// maxOpen is the widest range, in points, that a score is shown with. Where
// unknown measures leave more open than that, the number says less than the
// range does, and may make the unknown look good.
const maxOpen = 40

// scored says whether a range has a score that is worth showing.
func scored(r assess.Range) bool { return r.Score != nil && r.High-r.Low <= maxOpen }

// scoreText writes a score, or "unknown".
func scoreText(r assess.Range) string {
	if !scored(r) {
		return "unknown"
	}
	return number(math.Round(*r.Score))
}

// rangeText writes what unknown measures leave open, empty where that is nothing.
func rangeText(r assess.Range) string {
	low, high := math.Round(r.Low), math.Round(r.High)
	if low == high && scored(r) {
		return ""
	}
	return number(low) + " to " + number(high)
}

// maxItems is how many items of a list are shown; report.json has them all.
const maxItems = 8

// valueText writes a value of a measure or a reason with its unit and bound.
func valueText(value any, unit string, bound observation.Bound) string {
	text := ""
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		text = number(v)
	case int:
		text = number(float64(v))
	case []string:
		if len(v) == 0 {
			return "none"
		}
		return cut(shortList(v), 300)
	default:
		return cut(fmt.Sprint(v), 300)
	}
	if unit != "" && unit != "ratio" {
		text += " " + unitText(unit, text)
	}
	switch bound {
	case observation.AtLeast:
		return "at least " + text
	case observation.AtMost:
		return "at most " + text
	}
	return text
}

// ruleText writes what a reason's value was held against, as in "< 3 people",
// "is not yes"; empty where the rule has no threshold.
func ruleText(r assess.Reason) string {
	if r.Threshold == nil {
		return ""
	}
	operator := r.Operator
	switch operator {
	case "<=":
		operator = "≤"
	case ">=":
		operator = "≥"
	}
	return strings.TrimSpace(operator + " " + valueText(r.Threshold, r.Unit, observation.Exact))
}

// sentence ends a text with a full stop where it has no end.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?…") {
		return text
	}
	return text + "."
}

// unitText puts a unit into the singular after "1".
func unitText(unit, number string) string {
	if number != "1" {
		return unit
	}
	switch unit {
	case "people":
		return "person"
	case "countries":
		return "country"
	case "advisories":
		return "advisory"
	case "repositories":
		return "repository"
	case "points of 10":
		return "point of 10"
	case "days", "commits", "releases", "months", "years", "packages", "findings", "files", "points",
		"organizations", "changes", "issues", "ecosystems", "manifests", "domains":
		return strings.TrimSuffix(unit, "s")
	}
	return unit
}

func shortList(items []string) string {
	if len(items) <= maxItems {
		return strings.Join(items, ", ")
	}
	return strings.Join(items[:maxItems], ", ") + fmt.Sprintf(" and %d more", len(items)-maxItems)
}

// measureText writes a measure's value, or that it has none; never a zero for
// something unknown.
func measureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		return valueText(m.Value, m.Unit, m.Bound)
	case observation.NotApplicable:
		return "not applicable"
	}
	return "unknown"
}

// severityOrder is the order of severities, worst first.
var severityOrder = [...]string{"critical", "high", "medium", "low", "unknown"}

func severityRank(severity string) int {
	for i, s := range severityOrder {
		if s == severity {
			return i
		}
	}
	return len(severityOrder)
}

// severityWord names a severity for readers: one that nobody has rated is not
// to be read as an advisory that is unknown.
func severityWord(severity string) string {
	if severity == "unknown" {
		return "not rated"
	}
	return severity
}

// counted is a name with a number.
type counted struct {
	Name string
	N    int
}

// byCount orders a map's entries by number, largest first, then by name.
func byCount(m map[string]int) []counted {
	out := make([]counted, 0, len(m))
	for name, n := range m {
		out = append(out, counted{name, n})
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].N != out[j].N {
			return out[i].N > out[j].N
		}
		return out[i].Name < out[j].Name
	})
	return out
}
