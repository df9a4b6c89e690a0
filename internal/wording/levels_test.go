package wording_test

import (
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/wording"
)

func TestWhatIsKnownOfALevelIsNamed(t *testing.T) {
	for want, possible := range map[string][]string{
		"unknown": {"strong", "fair", "weak", "missing"}, "fair": {"fair"}, "at least fair": {"strong", "fair"}, "at least weak": {"weak", "strong", "fair"},
		"weak or worse": {"missing", "weak"}, "fair or worse": {"fair", "weak", "missing"}, "weak or fair": {"fair", "weak"},
		"missing or strong": {"strong", "missing"}, "missing, weak or strong": {"strong", "weak", "missing"}, "weak or strong": {"strong", "weak"},
	} {
		if got := language.English().TranslateMessage(wording.Levels(possible)); got != want {
			t.Errorf("%v is %q, want %q", possible, got, want)
		}
	}
	if got := language.English().TranslateMessage(wording.Levels[string](nil)); got != "unknown" {
		t.Errorf("no level is %q", got)
	}
}

func TestLongTimesAreToldInYears(t *testing.T) {
	english := language.English()
	for want, days := range map[string]float64{"1 day": 1, "400 days": 400, "731 days": 731, "9 years": 9*365.25 + 20, "2 years": 740} {
		if got := english.TranslateMessage(wording.Days(days, observation.Exact)); got != want {
			t.Errorf("%v days are %q, want %q", days, got, want)
		}
	}
	if got := english.TranslateMessage(wording.Days(3400, observation.AtLeast)); got != "at least 9 years" {
		t.Errorf("at least 3,400 days are %q", got)
	}
	if got := english.TranslateMessage(wording.Days(3400, observation.AtMost)); got != "at most 10 years" {
		t.Errorf("at most 3,400 days are %q", got)
	}
	for want, days := range map[string]float64{"1 year": 365, "180 days": 180, "18 months": 548, "2 years": 731, "5 years": 1826, "240 days": 240, "0 days": 0} {
		if got := english.TranslateMessage(wording.Period(days)); got != want {
			t.Errorf("a threshold of %v days is %q, want %q", days, got, want)
		}
	}
}
