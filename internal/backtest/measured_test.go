package backtest

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/assess"
)

// The method page and the forecasts speak of the same measurement.
func TestForecastsGiveTheSharesThatWereMeasured(t *testing.T) {
	measured, err := MeasuredOfEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	rules := embedded(t)
	held := func(p Population) bool {
		return !slices.ContainsFunc(p.Risk.Levels, func(c Calibration) bool {
			share, ok := rules.RiskShare(c.Level)
			return !ok || share != assess.RiskShare{Value: *c.Share.Value, Low: *c.Share.Low, High: *c.Share.High}
		})
	}
	if !slices.ContainsFunc(measured.Populations, held) {
		t.Error("the shares of the risk in the rules are those of no population in measured.json")
	}
	for _, p := range measured.Populations {
		if p.Name == "" || len(p.Risk.Levels) != 3 || len(p.Stages) < 4 || len(p.Risk.Scores) != 5 || p.Risk.Scores[0].Score != ByRisk {
			t.Errorf("%q is not whole", p.Name)
		}
	}
}
