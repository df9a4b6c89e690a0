package report

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// localizer writes the terms and values of a report in one language.
type localizer struct{ *language.Language }

// english writes what is in English always: the terminal, Markdown, CSV, SARIF and
// the feed.
var english = localizer{language.English()}

// stageOrder is the order in which stages are listed.
var stageOrder = [...]assess.Stage{
	assess.MessyMiddle, assess.Fading, assess.Sustained, assess.Emerging,
	assess.Dormant, assess.Sunset, assess.Unassessed,
}

// stageWord names a stage for readers.
func (w localizer) stageWord(stage assess.Stage) string {
	switch stage {
	case assess.MessyMiddle:
		return w.Translate("messy middle")
	case assess.Fading:
		return w.Translate("fading")
	case assess.Sustained:
		return w.Translate("sustained")
	case assess.Emerging:
		return w.Translate("emerging")
	case assess.Dormant:
		return w.Translate("dormant")
	case assess.Sunset:
		return w.Translate("sunset")
	case assess.Unassessed:
		return w.Translate("unassessed")
	}
	return string(stage)
}

// stageMeaning explains a stage in one line.
func (w localizer) stageMeaning(stage assess.Stage) string {
	switch stage {
	case assess.MessyMiddle:
		return w.Translate("carries load, is alive, and lacks supports")
	case assess.Fading:
		return w.Translate("carries load and is losing momentum")
	case assess.Sustained:
		return w.Translate("carries load on enough supports")
	case assess.Emerging:
		return w.Translate("young, or nobody is seen to depend on it yet")
	case assess.Dormant:
		return w.Translate("no sign of work for a long time")
	case assess.Sunset:
		return w.Translate("ended by its own people")
	}
	return w.Translate("too little could be measured to say")
}

// levelWord names the level of load or of a support.
func (w localizer) levelWord(level assess.Level) string {
	switch level {
	case assess.Strong:
		return w.Translate("strong")
	case assess.Fair:
		return w.Translate("fair")
	case assess.Weak:
		return w.Translate("weak")
	case assess.Missing:
		return w.Translate("missing")
	case assess.LevelUnknown:
		return w.Translate("unknown")
	}
	return string(level)
}

// stageList and levelList are lists for a sentence.
func (w localizer) stageList(stages []assess.Stage) language.Arg {
	items := make([]any, len(stages))
	for i, stage := range stages {
		items[i] = w.stageWord(stage)
	}
	return language.List(items...)
}

func (w localizer) levelList(levels []assess.Level) language.Arg {
	items := make([]any, len(levels))
	for i, level := range levels {
		items[i] = w.levelWord(level)
	}
	return language.List(items...)
}

// outcomeWord names how much of a repository was read.
func (w localizer) outcomeWord(outcome string) string {
	switch outcome {
	case Scanned:
		return w.Translate("scanned")
	case Partial:
		return w.Translate("partial")
	case Failed:
		return w.Translate("failed")
	}
	return outcome
}

// causeWord explains why something is unknown.
func (w localizer) causeWord(cause observation.Cause) string {
	switch cause {
	case observation.CauseOffline:
		return w.Translate("the network was switched off")
	case observation.CauseNoToken:
		return w.Translate("the forge asks for a token and none was given")
	case observation.CauseMissingObjects:
		return w.Translate("the mirror lacks some of the repository's objects")
	case observation.CauseUnsupported:
		return w.Translate("nothing here can read this kind of input")
	case observation.CauseNoDatabase:
		return w.Translate("no advisory database for the ecosystem")
	case observation.CauseNoVersion:
		return w.Translate("the manifest gives no version to match")
	case observation.CauseNoSource:
		return w.Translate("nothing that was read speaks of it")
	case observation.CauseNoRepository:
		return w.Translate("the catalog names no repository")
	case observation.CauseBadURL:
		return w.Translate("the address is no repository")
	case observation.CauseNotFound:
		return w.Translate("the repository or its mirror is not there")
	case observation.CauseUnreachable:
		return w.Translate("the network or the server failed")
	case observation.CauseEmpty:
		return w.Translate("the repository has no commits")
	case observation.CauseNoBranch:
		return w.Translate("the repository has no default branch")
	case observation.CauseCorrupt:
		return w.Translate("git refuses to read the repository")
	case observation.CauseBroken:
		return w.Translate("a file that does not parse")
	case observation.CauseOverLimit:
		return w.Translate("a limit on time, size or files was met")
	case observation.CauseScannerFailed:
		return w.Translate("a scanner failed")
	case observation.CauseScannerPanic:
		return w.Translate("a scanner broke off")
	case observation.CauseStale:
		return w.Translate("what was read is too old to speak of today")
	case observation.CauseRemark:
		return w.Translate("read, though not as it was written")
	case "":
		return w.Translate("no cause given")
	}
	return string(cause)
}

// pillarWord names load, a support, or another group of measures by the first part
// of their ids.
func (w localizer) pillarWord(id string) string {
	switch id {
	case "":
		return ""
	case assess.Load:
		return w.Translate("Load")
	case assess.People:
		return w.Translate("People")
	case assess.Momentum:
		return w.Translate("Momentum")
	case assess.Upkeep:
		return w.Translate("Upkeep")
	case assess.Funding:
		return w.Translate("Funding")
	case "adoption":
		return w.Translate("Adoption")
	case "advisories":
		return w.Translate("Advisories")
	case "governance":
		return w.Translate("Governance")
	case "inventory":
		return w.Translate("Inventory")
	case "license":
		return w.Translate("License")
	case "lifecycle":
		return w.Translate("Lifecycle")
	case "posture":
		return w.Translate("Posture")
	}
	return language.Upper(id)
}

// dayText writes a day that is given as 2006-01-02; anything else as it is.
func (w localizer) dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return cut(day, 40)
	}
	return w.Date(t)
}

// isoDate writes a day for machines, empty for none.
func isoDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// maxOpen is the widest range, in points, that a score is shown with. Where
// unknown measures leave more open than that, the number alone would mislead.
const maxOpen = 40

// scored reports whether a range has a score that is worth showing.
func scored(r assess.Range) bool { return r.Score != nil && r.High-r.Low <= maxOpen }

// scoreText writes a score, or "unknown".
func (w localizer) scoreText(r assess.Range) string {
	if !scored(r) {
		return w.Translate("unknown")
	}
	return w.Number(math.Round(*r.Score))
}

// rangeText writes what unknown measures leave open, empty where that is nothing.
func (w localizer) rangeText(r assess.Range) string {
	low, high := math.Round(r.Low), math.Round(r.High)
	if low == high && scored(r) {
		return ""
	}
	return w.Translate("{low} to {high}", "low", low, "high", high)
}

// maxItems is how many items of a list are shown; report.json has them all.
const maxItems = 8

// valueText writes a value of a measure or a reason with its unit and bound.
func (w localizer) valueText(value any, unit observation.Unit, bound observation.Bound) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return w.Translate("yes")
		}
		return w.Translate("no")
	case float64:
		return w.quantity(language.Bounded(math.Round(v*100)/100, bound), unit)
	case int:
		return w.quantity(language.Bounded(float64(v), bound), unit)
	case []string:
		if len(v) == 0 {
			return w.Translate("none")
		}
		return cut(w.shortList(v), 300)
	default:
		return cut(fmt.Sprint(v), 300)
	}
}

// quantity writes a number with its unit.
func (w localizer) quantity(n language.Arg, unit observation.Unit) string {
	switch unit {
	case "", "ratio":
		return w.Translate("{n}", "n", n)
	case "advisories":
		return w.Translate("{n|advisory|advisories}", "n", n)
	case "changes":
		return w.Translate("{n|change|changes}", "n", n)
	case "commits":
		return w.Translate("{n|commit|commits}", "n", n)
	case "countries":
		return w.Translate("{n|country|countries}", "n", n)
	case "days":
		return w.Translate("{n|day|days}", "n", n)
	case "domains":
		return w.Translate("{n|domain|domains}", "n", n)
	case "ecosystems":
		return w.Translate("{n|ecosystem|ecosystems}", "n", n)
	case "files":
		return w.Translate("{n|file|files}", "n", n)
	case "findings":
		return w.Translate("{n|finding|findings}", "n", n)
	case "goods":
		return w.Translate("{n|good|goods}", "n", n)
	case "issues":
		return w.Translate("{n|issue|issues}", "n", n)
	case "manifests":
		return w.Translate("{n|manifest|manifests}", "n", n)
	case "months":
		return w.Translate("{n|month|months}", "n", n)
	case "organizations":
		return w.Translate("{n|organization|organizations}", "n", n)
	case "packages":
		return w.Translate("{n|package|packages}", "n", n)
	case "people":
		return w.Translate("{n|person|people}", "n", n)
	case "points":
		return w.Translate("{n|point|points}", "n", n)
	case "points of 10":
		return w.Translate("{n|point of 10|points of 10}", "n", n)
	case "releases":
		return w.Translate("{n|release|releases}", "n", n)
	case "repositories":
		return w.Translate("{n|repository|repositories}", "n", n)
	case "years":
		return w.Translate("{n|year|years}", "n", n)
	}
	return w.Translate("{n} {unit}", "n", n, "unit", string(unit))
}

// ruleText writes what a reason's value was held against, as in "< 3 people",
// "is not yes"; empty where the rule has no threshold.
func (w localizer) ruleText(r assess.Reason) string {
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

// sentence ends a text with a full stop where it has no end.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?…") {
		return text
	}
	return text + "."
}

// shortList writes the first items of a list, and how many more there are.
func (w localizer) shortList(items []string) string {
	if len(items) <= maxItems {
		return strings.Join(items, ", ")
	}
	return w.Translate("{list} and {n} more", "list", strings.Join(items[:maxItems], ", "), "n", len(items)-maxItems)
}

// measureText writes a measure's value, or that it has none; never a zero for
// something unknown.
func (w localizer) measureText(m observation.Measure) string {
	switch m.State {
	case observation.Measured:
		return w.valueText(m.Value, m.Unit, m.Bound)
	case observation.NotApplicable:
		return w.Translate("not applicable")
	}
	return w.Translate("unknown")
}

// severityWord names a severity for readers: one that nobody has rated is not
// to be read as an advisory that is unknown.
func (w localizer) severityWord(severity observation.Severity) string {
	switch severity {
	case observation.SeverityCritical:
		return w.Translate("critical")
	case observation.SeverityHigh:
		return w.Translate("high")
	case observation.SeverityMedium:
		return w.Translate("medium")
	case observation.SeverityLow:
		return w.Translate("low")
	case observation.SeverityUnknown:
		return w.Translate("not rated")
	}
	return string(severity)
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
