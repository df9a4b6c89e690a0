package site

import (
	"math"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

// estimate is what money could buy for a good, in months of one person's work. Every
// number of it is assumed, and a reader may change each in the page.
type estimate struct {
	Lines  []estimateLine
	Months int    // together, rounded
	Sum    string // together, to a tenth
	Why    string // there are no lines
}

type estimateLine struct {
	ID      string // names it in the address
	Name    any
	Count   int     // how often it is to be done; 0 where it is one work
	Assumed float64 // person-months, or working days for each of Count
	Text    string
}

// What is assumed for a support that is missing, in person-months; a weak one takes half.
// These are no measures: nobody counted what such work took.
var assumedMonths = map[string]float64{assess.People: 12, assess.Momentum: 6, assess.Upkeep: 6, assess.Funding: 2}

const (
	assumedDays = 1.0  // for an upgrade
	workingDays = 20.0 // in a month
)

// estimateOf assumes what it would take to mend the weak supports of a good and to take its
// upgrades.
func (w pageLocalizer) estimateOf(good report.Good) estimate {
	var e estimate
	switch good.Verdict.Stage {
	case assess.Sunset:
		e.Why = w.Translate("Its makers have ended it. So nothing is estimated.")
		return e
	case assess.Unassessed:
		e.Why = w.Translate("Too little is known of it for an estimate.")
		return e
	}
	sum := 0.0
	for _, p := range report.InOrder(good.Verdict.Supports) {
		if !report.IsLacking(p) {
			continue
		}
		months := assumedMonths[p.ID]
		if report.ToneOf(p) != assess.Missing {
			months /= 2
		}
		sum += months
		e.Lines = append(e.Lines, estimateLine{ID: p.ID, Name: w.TranslateMessage(estimateNames[p.ID]), Assumed: months,
			Text: w.Translate("{n|month|months}", "n", months)})
	}
	if n := len(report.RunningUpgrades(good)); n > 0 {
		sum += float64(n) * assumedDays / workingDays
		e.Lines = append(e.Lines, estimateLine{ID: "upgrade", Count: n, Assumed: assumedDays, Text: w.Translate("{n|day|days}", "n", assumedDays),
			Name: w.Translate("{n|upgrade|upgrades}: days for each", "n", n)})
	}
	if len(e.Lines) == 0 {
		e.Why = w.Translate("No support is seen to be weak, and no upgrade is known. So there is nothing to estimate.")
	}
	e.Months, e.Sum = int(math.Round(sum)), w.Number(math.Round(sum*10)/10)
	return e
}

// estimateNames say what the months for a support would pay.
var estimateNames = map[string]language.Message{
	assess.People: language.M("Bring more people into the work"), assess.Momentum: language.M("Keep the work going, and release"),
	assess.Upkeep: language.M("Mend weaknesses, and set up checks"), assess.Funding: language.M("Find money that lasts"),
}
