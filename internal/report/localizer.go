package report

import (
	"math"
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

// stageName names a stage for readers.
func (w localizer) stageName(stage assess.Stage) string {
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

// levelName names the level of load or of a support.
func (w localizer) levelName(level assess.Level) string {
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

// causeText explains why something is unknown.
func (w localizer) causeText(cause observation.Cause) string {
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

// pillarName names load, a support, or another group of measures by the first part
// of their ids.
func (w localizer) pillarName(id string) string {
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

// isoDate writes a day for machines, empty for none.
func isoDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

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

// shortList writes the first items of a list, and how many more there are.
func (w localizer) shortList(items []string) string {
	if len(items) <= maxItems {
		return strings.Join(items, ", ")
	}
	return w.Translate("{list} and {n} more", "list", strings.Join(items[:maxItems], ", "), "n", len(items)-maxItems)
}

// severityName names a severity for readers: one that nobody has rated is not
// to be read as an advisory that is unknown.
func (w localizer) severityName(severity string) string {
	switch severity {
	case "critical":
		return w.Translate("critical")
	case "high":
		return w.Translate("high")
	case "medium":
		return w.Translate("medium")
	case "low":
		return w.Translate("low")
	case "unknown":
		return w.Translate("not rated")
	}
	return severity
}

// displayName returns what a good is called in English.
func displayName(good Good) string { return english.displayName(good) }

// displayName returns what a good is called on the page.
func (w localizer) displayName(good Good) string { return w.nameOr(good.Name, good.ID) }

func (w localizer) nameOr(name, id string) string {
	if strings.TrimSpace(name) != "" {
		return name
	}
	return w.Translate("{id} (no name)", "id", id)
}

// levelWithScore writes a level with its score: "weak (12)".
func (w localizer) levelWithScore(p assess.Pillar) string {
	level := levelOf(p)
	if !scored(p.Score) || level == assess.LevelUnknown {
		return w.levelName(level)
	}
	return w.Translate("{level} ({score})", "level", w.levelName(level), "score", w.scoreText(p.Score))
}

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
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk}, from {low} to {high} of 100.", "risk", w.riskName(r.Level), "low", low, "high", high)
	}
	return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk} ({score} of 100).", "risk", w.riskName(r.Level), "score", math.RoundToEven(*r.Score))
}

// riskName names a level of risk.
func (w localizer) riskName(level assess.RiskLevel) string {
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

// likenessText lists what two goods share in one part of their similarity.
func (w localizer) likenessText(l assess.SimilarityPart) string {
	shared := cut(w.shortList(l.Shared), 90)
	none := len(l.Shared) == 0
	switch {
	case l.Part == "type" && none:
		return w.Translate("no common kind")
	case l.Part == "type":
		return w.Translate("kind {shared}", "shared", shared)
	case l.Part == "sdg" && none:
		return w.Translate("no common goal")
	case l.Part == "sdg":
		return w.Translate("goals {shared}", "shared", shared)
	case l.Part == "sector" && none:
		return w.Translate("no common sector")
	case l.Part == "sector":
		return w.Translate("sector {shared}", "shared", shared)
	case none:
		return w.Translate("no common words")
	}
	return w.Translate("words {shared}", "shared", shared)
}
