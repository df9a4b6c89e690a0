package report

import (
	"math"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/wording"
)

// Localizer writes the terms and values of a report in one language.
type Localizer struct{ *language.Language }

// English writes what is in English always: the terminal, Markdown, CSV, SARIF and
// the feed.
var English = Localizer{Language: language.English()}

// LicenceStanding says where the lists have the licences found, or which ones the readme
// alone states; empty where neither is known.
func (w Localizer) LicenceStanding(found, stated observation.Measure) string {
	if names, _ := found.List(); len(names) > 0 {
		return w.TranslateMessage(wording.Licenses(names))
	}
	if names, _ := stated.List(); len(names) > 0 {
		items := make([]any, len(names))
		for i, name := range names {
			items[i] = name
		}
		return w.Translate("stated in the readme alone: {licences}", "licences", language.List(items...))
	}
	return ""
}

// StageName and the functions below are the terms of package wording.
func (w Localizer) StageName(stage assess.Stage) string {
	return w.TranslateMessage(wording.Stage(stage))
}

func (w Localizer) StageMeaning(stage assess.Stage) string {
	return w.TranslateMessage(wording.StageMeaning(stage))
}

func (w Localizer) LevelName(level assess.Level) string {
	return w.TranslateMessage(wording.Level(level))
}

// EvidenceText says what is seen of who pays; empty in a report of an older program.
func (w Localizer) EvidenceText(b assess.Backing) string {
	if b.Evidence == "" {
		return ""
	}
	return w.Translate("Evidence of funding: {evidence}.", "evidence", wording.Evidence(b.Evidence))
}

func (w Localizer) CauseText(cause observation.Cause) string {
	return w.TranslateMessage(wording.Cause(cause))
}

func (w Localizer) PillarName(id string) string { return w.TranslateMessage(wording.Pillar(id)) }

func (w Localizer) SeverityName(severity observation.Severity) string {
	return w.TranslateMessage(wording.Severity(severity))
}

// IsoDate writes a day for machines, empty for none.
func ISODate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// ScoreText writes a score, its range where that leaves too much open for a number, or
// "unknown".
func (w Localizer) ScoreText(r assess.Range) string {
	switch {
	case HasScore(r):
		return w.Number(math.Round(*r.Score))
	case IsBlank(r):
		return w.Translate("unknown")
	}
	return w.EndsText(r)
}

// EndsText writes the two ends of a range: "62 to 100".
func (w Localizer) EndsText(r assess.Range) string {
	return w.Translate("{low} to {high}", "low", math.Round(r.Low), "high", math.Round(r.High))
}

// RangeText writes what unknown measures leave open beside a score, empty where that is
// nothing or ScoreText says it.
func (w Localizer) RangeText(r assess.Range) string {
	if math.Round(r.Low) == math.Round(r.High) || !HasScore(r) {
		return ""
	}
	return w.EndsText(r)
}

// maxItems is how many items of a list are shown; report.json has them all.
const maxItems = 8

// ShortList writes the first items of a list, and how many more there are.
func (w Localizer) ShortList(items []string) string {
	if len(items) <= maxItems {
		return strings.Join(items, ", ")
	}
	return w.Translate("{list} and {n} more", "list", strings.Join(items[:maxItems], ", "), "n", len(items)-maxItems)
}

// DisplayName returns what a good is called.
func (w Localizer) DisplayName(good Good) string { return w.NameOr(good.Name, good.ID) }

func (w Localizer) NameOr(name, id string) string {
	if strings.TrimSpace(name) != "" {
		return name
	}
	return w.Translate("{id} (no name)", "id", id)
}

// LevelText writes what is known of a level: "weak", "at least fair", "unknown".
func (w Localizer) LevelText(p assess.Pillar) string {
	return w.TranslateMessage(wording.Levels(PossibleLevels(p)))
}

// LevelWithScore writes a level with its score: "weak (12)", "at least fair (62 to 100)".
func (w Localizer) LevelWithScore(p assess.Pillar) string {
	if PossibleLevels(p) == nil || IsBlank(p.Score) {
		return w.LevelText(p)
	}
	return w.Translate("{level} ({score})", "level", w.LevelText(p), "score", w.ScoreText(p.Score))
}

// RiskText writes how likely work is to stop, with the simplest measure that tells it;
// empty where no risk was computed.
func (w Localizer) RiskText(r assess.Risk) string {
	return strings.TrimSpace(w.riskAlone(r) + " " + w.ActiveMonthsText(r))
}

// ActiveMonthsText writes in how many months there was work; empty where that is not known.
func (w Localizer) ActiveMonthsText(r assess.Risk) string {
	if r.ActiveMonths == nil {
		return ""
	}
	return w.Translate("{value|month|months} of the last 12 saw a commit by a person.", "value", *r.ActiveMonths)
}

func (w Localizer) riskAlone(r assess.Risk) string {
	low, high := math.RoundToEven(r.Low), math.RoundToEven(r.High)
	switch {
	case r.Level == "":
		return ""
	case r.Level == assess.RiskNotApplicable:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: not told, for {why}.", "why", wording.NoRisk(r.Why))
	case r.Level == assess.RiskUnknown:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: unknown, from {low} to {high} of 100.", "low", low, "high", high)
	case r.Score == nil:
		return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk}, from {low} to {high} of 100.", "risk", wording.Risk(r.Level),
			"low", low, "high", high)
	}
	return w.Translate("Risk that work on it stops within 18 months, as its history tells: {risk} ({score} of 100).", "risk", wording.Risk(r.Level), "score",
		math.RoundToEven(*r.Score))
}

// LikenessText lists what two goods share in one part of their similarity.
func (w Localizer) LikenessText(l portfolio.Likeness) string {
	shared := Cut(w.ShortList(l.Shared), 90)
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
