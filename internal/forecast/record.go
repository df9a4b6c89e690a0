package forecast

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
)

// Record is how good the forecasts of a catalog have been, of those that were sealed before
// a run.
type Record struct {
	// Digest is that of the newest seal that the record rests on; empty where there is none.
	Digest string `json:"digest"`
	// Broken says where the chain of seals does not hold; then nothing is scored.
	Broken string `json:"broken,omitempty"`
	// Seals is how many runs have sealed forecasts, Since the day of the first.
	Seals int    `json:"seals"`
	Since string `json:"since,omitempty"`
	// Forecasts counts what can be scored: of each good, the first of each month that was
	// made within seven days of its as-of. Late counts those that were made later.
	Forecasts int `json:"forecasts"`
	Late      int `json:"late"`
	// Due have come due, of which Open have no known outcome. NextDue is the day on which
	// the next come due; empty where all have.
	Due     int    `json:"due"`
	Open    int    `json:"open"`
	NextDue string `json:"nextDue,omitempty"`
	// Score is nil where no outcome is known.
	Score *Score `json:"score,omitempty"`
}

// Score is how the forecasts with a known outcome came true.
type Score struct {
	Scored int `json:"scored"`
	Silent int `json:"silent"`
	// Brier is the mean squared distance of probability and outcome; Constant is that of a
	// forecast that gives everybody the share that became silent, which it could not know.
	Brier    float64 `json:"brier"`
	Constant float64 `json:"constantBrier"`
	// The areas under the ROC curve, nil where all had one outcome.
	Risk            *float64          `json:"riskAuc,omitempty"`
	DaysSinceCommit *float64          `json:"daysSinceCommitAuc,omitempty"`
	ActiveMonths12  *float64          `json:"activeMonths12Auc,omitempty"`
	Calibration     []CalibratedLevel `json:"calibration"` // highest level first
}

// CalibratedLevel is how the forecasts of one level came true.
type CalibratedLevel struct {
	Level    assess.RiskLevel `json:"level"`
	Scored   int              `json:"scored"`
	Foretold float64          `json:"foretold"` // the mean probability
	Silent   int              `json:"silent"`
}

// key is a forecast among all: a good in a month.
type key struct{ good, month string }

// pending are the forecasts of a catalog that can be scored, with their outcomes.
type pending struct {
	order    []key
	first    map[key]Forecast
	outcomes map[[2]string]bool // by good and as-of
	record   Record
}

// collect reads the seals of a catalog whose day is before a day.
func collect(chain []Seal, catalog, before string) pending {
	p := pending{first: map[key]Forecast{}, outcomes: map[[2]string]bool{}}
	for _, s := range chain {
		if s.Catalog != catalog || s.AsOf >= before {
			continue
		}
		p.add(s)
		p.record.Digest = s.Digest
		p.record.Seals++
		if p.record.Since == "" || s.AsOf < p.record.Since {
			p.record.Since = s.AsOf
		}
	}
	return p
}

func (p *pending) add(s Seal) {
	for _, f := range s.Forecasts {
		if !f.scorable(s.Made) {
			p.record.Late++
			continue
		}
		k := key{f.Good, f.AsOf[:len("2006-01")]}
		if _, known := p.first[k]; !known {
			p.first[k], p.order = f, append(p.order, k)
		}
	}
	p.addOutcomes(s.Outcomes)
}

// addOutcomes adds outcomes; the first one of a forecast counts.
func (p *pending) addOutcomes(outcomes []Outcome) {
	for _, o := range outcomes {
		id := [2]string{o.Good, o.AsOf}
		if _, known := p.outcomes[id]; !known {
			p.outcomes[id] = o.Silent
		}
	}
}

// Due lists the forecasts of a catalog, sealed before a day, whose outcome can be known on
// that day and is not yet, by good.
func Due(chain []Seal, catalog, day string) map[string][]Forecast {
	p := collect(chain, catalog, day)
	found := map[string][]Forecast{}
	for _, k := range p.order {
		f := p.first[k]
		if _, known := p.outcomes[[2]string{f.Good, f.AsOf}]; !known && f.due() <= day {
			found[f.Good] = append(found[f.Good], f)
		}
	}
	return found
}

// RecordOf is the record of a catalog on a day: of what was sealed before it, and of the
// outcomes that the run of the day found itself. The chain is one in which Check found
// nothing.
func RecordOf(chain []Seal, catalog, day string, own []Outcome) Record {
	p := collect(chain, catalog, day)
	p.addOutcomes(own)
	r := p.record
	r.Forecasts = len(p.order)
	var scored []Forecast
	for _, k := range p.order {
		f := p.first[k]
		due := f.due()
		if due > day {
			if r.NextDue == "" || due < r.NextDue {
				r.NextDue = due
			}
			continue
		}
		r.Due++
		if _, known := p.outcomes[[2]string{f.Good, f.AsOf}]; known {
			scored = append(scored, f)
		} else {
			r.Open++
		}
	}
	if len(scored) > 0 {
		r.Score = p.score(scored)
	}
	return r
}

func (p pending) score(all []Forecast) *Score {
	silent := make([]bool, len(all))
	s := &Score{Scored: len(all)}
	var distance float64
	for i, f := range all {
		silent[i] = p.outcomes[[2]string{f.Good, f.AsOf}]
		came := 0.0
		if silent[i] {
			came = 1
			s.Silent++
		}
		distance += (f.Probability - came) * (f.Probability - came)
	}
	share := float64(s.Silent) / float64(s.Scored)
	s.Brier, s.Constant = rounded(distance/float64(s.Scored)), rounded(share*(1-share))
	area := func(of func(Forecast) float64) *float64 {
		scores := make([]float64, len(all))
		for i, f := range all {
			scores[i] = of(f)
		}
		if auc := backtest.AUC(scores, silent); !math.IsNaN(auc) {
			auc = rounded(auc)
			return &auc
		}
		return nil
	}
	s.Risk = area(func(f Forecast) float64 { return f.Score })
	s.DaysSinceCommit = area(func(f Forecast) float64 { return f.DaysSinceCommit })
	s.ActiveMonths12 = area(func(f Forecast) float64 { return -f.ActiveMonths12 })
	s.Calibration = calibrate(all, silent)
	return s
}

func calibrate(all []Forecast, silent []bool) []CalibratedLevel {
	levels := []CalibratedLevel{}
	for i, f := range all {
		at := slices.IndexFunc(levels, func(l CalibratedLevel) bool { return l.Level == f.Level })
		if at < 0 {
			at = len(levels)
			levels = append(levels, CalibratedLevel{Level: f.Level})
		}
		levels[at].Scored++
		levels[at].Foretold += f.Probability
		if silent[i] {
			levels[at].Silent++
		}
	}
	for i := range levels {
		levels[i].Foretold = rounded(levels[i].Foretold / float64(levels[i].Scored))
	}
	slices.SortFunc(levels, func(a, b CalibratedLevel) int {
		return cmp.Or(cmp.Compare(b.Foretold, a.Foretold), cmp.Compare(a.Level, b.Level))
	})
	return levels
}

// rounded rounds to four digits.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }
