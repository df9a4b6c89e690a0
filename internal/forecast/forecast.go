// Package forecast keeps and scores what runs foretold. Each run seals its forecasts: how
// likely each good is to be silent by a day, with a digest that covers the seal before. A
// later run says what became of those that came due, and seals that too. A seal that was
// changed or dropped is found out by the chain.
//
// It reads no store, no history and no clock.
package forecast

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// A forecast is of silence in the 13th to the 18th whole calendar month after the month of
// its as-of: months 12 to 18 of the backtest, in the calendar months in which a run keeps
// how often people committed.
const (
	firstMonth = 13
	lastMonth  = 18
)

// madeWithin is how many days may lie between as-of and the day of making: a forecast
// that was made later could know what it foretells.
const madeWithin = 7

// Forecast is how likely nobody commits to a good in its months.
type Forecast struct {
	Good string `json:"good"`
	AsOf string `json:"asOf"` // 2006-01-02: the day of which its measures speak
	// Level and Score are those of the risk, Probability with its interval of 95 % is the
	// share of that level which became silent when it was measured.
	Level       assess.RiskLevel `json:"level"`
	Score       float64          `json:"score"`
	Probability float64          `json:"probability"`
	Low         float64          `json:"low"`
	High        float64          `json:"high"`
	// The baselines on the same day, for comparison.
	DaysSinceCommit float64 `json:"daysSinceCommit"`
	ActiveMonths12  float64 `json:"activeMonths12"`
}

// Outcome is what became of the good of a forecast.
type Outcome struct {
	Good   string `json:"good"`
	AsOf   string `json:"asOf"` // of the forecast
	Silent bool   `json:"silent"`
}

// Seal is what one run foretold, and what it found of earlier forecasts.
type Seal struct {
	Previous  string     `json:"previous"` // the digest of the seal before; empty for the first
	Catalog   string     `json:"catalog"`  // of the run
	AsOf      string     `json:"asOf"`     // of the run, 2006-01-02
	Made      string     `json:"made"`     // the day on which it was made, 2006-01-02
	Forecasts []Forecast `json:"forecasts"`
	Outcomes  []Outcome  `json:"outcomes"`
	// Digest is the SHA-256 of all the rest as JSON, in hexadecimal digits.
	Digest string `json:"digest"`
}

// Of makes the forecast of a good from its risk and measures; ok is false where the risk
// does not apply or is not known exactly, and where no share of its level was measured.
func Of(good string, risk assess.Risk, measures []observation.Measure, rules *assess.Rules) (f Forecast, ok bool) {
	share, measured := rules.RiskShare(risk.Level)
	last, _ := observation.Find(measures, observation.MomentumDaysSinceCommit)
	active, _ := observation.Find(measures, observation.MomentumActiveMonths12)
	days, daysKnown := last.Number()
	months, monthsKnown := active.Number()
	if !measured || risk.Score == nil || !daysKnown || !monthsKnown || last.At.IsZero() {
		return Forecast{}, false
	}
	return Forecast{Good: good, AsOf: last.At.UTC().Format(time.DateOnly), Level: risk.Level, Score: *risk.Score,
		Probability: share.Value, Low: share.Low, High: share.High, DaysSinceCommit: days, ActiveMonths12: months}, true
}

// Sealed closes a seal behind the one before.
func (s Seal) Sealed(previous string) Seal {
	s.Previous = previous
	s.Forecasts, s.Outcomes = slices.Clone(s.Forecasts), slices.Clone(s.Outcomes)
	slices.SortFunc(s.Forecasts, func(a, b Forecast) int { return cmp.Or(cmp.Compare(a.Good, b.Good), cmp.Compare(a.AsOf, b.AsOf)) })
	slices.SortFunc(s.Outcomes, func(a, b Outcome) int { return cmp.Or(cmp.Compare(a.Good, b.Good), cmp.Compare(a.AsOf, b.AsOf)) })
	s.Digest = s.digest()
	return s
}

func (s Seal) digest() string {
	s.Digest = ""
	text, _ := json.Marshal(s) // texts and finite numbers
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Says reports whether two seals say the same of the same day, whenever each was made.
func (s Seal) Says(other Seal) bool {
	same := func(a Seal) string {
		a.Previous, a.Made = "", ""
		return a.Sealed("").Digest
	}
	return s.Catalog == other.Catalog && s.AsOf == other.AsOf && same(s) == same(other)
}

// Check reports the first seal of a chain that was changed, or before which one is missing.
func Check(chain []Seal) error {
	previous := ""
	for i, s := range chain {
		switch {
		case s.Previous != previous:
			return fmt.Errorf("seal %d, of %s, does not follow the one before: a seal was dropped or changed", i+1, s.AsOf)
		case s.Digest != s.digest():
			return fmt.Errorf("seal %d, of %s, does not bear its digest: it was changed", i+1, s.AsOf)
		}
		previous = s.Digest
	}
	return nil
}

// months are those in which a forecast says that nobody commits.
func (f Forecast) months() (first, last observation.Month) {
	day, _ := time.Parse(time.DateOnly, f.AsOf)
	month := observation.MonthOf(day)
	return month + firstMonth, month + lastMonth
}

// due is the first day on which the outcome can be known.
func (f Forecast) due() string {
	_, last := f.months()
	return (last + 1).Start().Format(time.DateOnly)
}

// scorable reports whether a forecast was made on its day, or within seven of it.
func (f Forecast) scorable(made string) bool {
	from, errFrom := time.Parse(time.DateOnly, f.AsOf)
	to, errTo := time.Parse(time.DateOnly, made)
	days := to.Sub(from).Abs().Hours() / 24
	return errFrom == nil && errTo == nil && days <= madeWithin
}

// OutcomeIn reads from the activity of a good whether a forecast came true; ok is false
// where its months are not known well enough.
func (f Forecast) OutcomeIn(a observation.Activity) (o Outcome, ok bool) {
	first, last := f.months()
	o = Outcome{Good: f.Good, AsOf: f.AsOf, Silent: true}
	whole := a.Read > 0 && a.Last() > last
	for m := first; m <= last; m++ {
		if a.CommitsIn(m) > 0 {
			o.Silent = false
			return o, true
		}
		whole = whole && a.Whole(m)
	}
	return o, whole
}
