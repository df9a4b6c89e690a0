package speed_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/speed"
)

func pointer[T any](value T) *T { return &value }

func TestWhatIsKnownOfSpeedIsSaidAndNoMore(t *testing.T) {
	for name, test := range map[string]struct {
		history exposure.History
		has     string
		hasNot  string
	}{
		"too few":         {exposure.History{Opened: 2, Open: 2}, "Fewer than 5 came: how fast they are closed is unknown.", "Half"},
		"half are open":   {exposure.History{Opened: 9, Median: &exposure.Median{Days: 200, AtLeast: true}}, "Half wait for 200 days or longer.", "95 %"},
		"an interval":     {exposure.History{Opened: 9, Median: &exposure.Median{Days: 30, Low: pointer(9.0), High: pointer(70.0)}}, "within 30 days (95 % interval: 9 to 70).", "Fewer"},
		"an open end":     {exposure.History{Opened: 9, Median: &exposure.Median{Days: 30, Low: pointer(9.0)}}, "within 30 days.", "interval"},
		"a flood":         {exposure.History{Opened: 9, Twice: pointer(12), FourTimes: pointer(40)}, "12 would be open in a year; if four times as many came, 40.", ""},
		"no flood to say": {exposure.History{Opened: 9}, "9 advisories", "twice as many"},
	} {
		views := speed.Of(report.English, report.Good{Replays: []exposure.Replay{{Repository: "https://a.example/b", History: test.history}}})
		text := strings.Join(views[0].Sentences, " ")
		if !strings.Contains(text, test.has) || test.hasNot != "" && strings.Contains(text, test.hasNot) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestTheChartIsDrawnOfTextThatIsNoDateToo(t *testing.T) {
	quarters := []exposure.Quarter{{From: "2026-01-01", Opened: 3, Closed: 1, Open: 2}, {From: "<b>\xff"}, {}}
	chart := string(speed.Of(report.English, report.Good{Replays: []exposure.Replay{{History: exposure.History{Quarters: quarters}}}})[0].Chart)
	if strings.Contains(chart, "<b>") || strings.Contains(chart, "NaN") || strings.Count(chart, "<rect") != 6 {
		t.Error(chart)
	}
}
