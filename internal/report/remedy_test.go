package report_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

func TestARemedyIsNotSaidForWhatAMeasureFindsDone(t *testing.T) {
	const put, add, rest = "Put the text of the licence into LICENSE at the root.", "Add SECURITY.md.", "Finished software may rest: then say so in the README."
	measured := func(id string, value any) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	for name, c := range map[string]struct {
		check    string
		score    int
		remedy   string
		measures []observation.Measure
		want     string // part of the remedy; empty where there is none
	}{
		"a licence that is read":          {"License", 9, put, []observation.Measure{measured(observation.LicenseFile, true), measured(observation.LicenseSPDX, []string{"Apache-2.0"})}, ""},
		"a licence with a clause":         {"License", 9, put, []observation.Measure{measured(observation.LicenseFile, true), measured(observation.LicenseSPDX, []string{"MIT AND LicenseRef-restricted"})}, "unchanged text"},
		"a licence that is not":           {"License", 9, put, []observation.Measure{measured(observation.LicenseFile, true), measured(observation.LicenseSPDX, []string{})}, "unchanged text"},
		"a licence where nobody looks":    {"License", 0, put, []observation.Measure{measured(observation.LicenseFile, true), measured(observation.LicenseSPDX, []string{"MIT"})}, "Move the licence"},
		"no licence":                      {"License", 0, put, []observation.Measure{measured(observation.LicenseFile, false)}, put},
		"a licence that is unknown":       {"License", 9, put, []observation.Measure{{ID: observation.LicenseFile, State: observation.Unknown}}, put},
		"a security policy that is short": {"Security-Policy", 4, add, []observation.Measure{measured(observation.GovernanceSecurityPolicy, true)}, "Complete the security policy"},
		"a security policy elsewhere":     {"Security-Policy", 0, add, []observation.Measure{measured(observation.GovernanceSecurityPolicy, true)}, "Move the security policy"},
		"no security policy":              {"Security-Policy", 0, add, []observation.Measure{measured(observation.GovernanceSecurityPolicy, false)}, add},
		"an end that is declared":         {"Maintained", 0, rest, []observation.Measure{measured(observation.LifecycleSunsetDeclared, true)}, ""},
		"an end that is not":              {"Maintained", 0, rest, []observation.Measure{measured(observation.LifecycleSunsetDeclared, false)}, rest},
		"another check":                   {"SAST", 0, "Run an analyser.", []observation.Measure{measured(observation.LicenseFile, true)}, "Run an analyser."},
	} {
		checks := []observation.Check{{Name: c.check, State: observation.Measured, Score: c.score, Reason: "found", Remedy: c.remedy}}
		held := report.HoldRemedies(checks, c.measures)
		if got := held[0].Remedy; got == "" && c.want != "" || c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: the remedy is %q, want %q", name, got, c.want)
		}
		if checks[0].Remedy != c.remedy {
			t.Errorf("%s: the checks that were given changed", name)
		}
		good := report.Good{Scans: []report.Scan{{Checks: held}}}
		if changes := report.HelpfulChanges(good); c.want == "" && len(changes) > 0 {
			t.Errorf("%s: %q would help", name, changes)
		}
	}
}

// Scorecard finds no licence in some places where a measure reads one: the reason names them.
func TestALicenceWhereScorecardDoesNotLookIsNamedBesideItsScore(t *testing.T) {
	file := func(found bool, where string) []observation.Measure {
		return []observation.Measure{{ID: observation.LicenseFile, State: observation.Measured, Value: found, Detail: where}}
	}
	for name, c := range map[string]struct {
		score    int
		measures []observation.Measure
		want     string
	}{
		"in another folder": {0, file(true, ".github/LICENSE"), "license file not detected; there is one that Scorecard does not look for: .github/LICENSE"},
		"nowhere":           {0, file(false, ""), "license file not detected"},
		"found by both":     {9, file(true, "LICENSE"), "license file not detected"},
	} {
		checks := []observation.Check{{Name: "License", State: observation.Measured, Score: c.score,
			Reason: "license file not detected", Remedy: "Put it there."}}
		held := report.HoldRemedies(checks, c.measures)
		if held[0].Reason != c.want || held[0].Score != c.score {
			t.Errorf("%s: %d, %q, want %q", name, held[0].Score, held[0].Reason, c.want)
		}
		score := observation.Measure{ID: "posture.license", State: observation.Measured, Detail: "license file not detected", Repository: "https://git.example/a/b"}
		told := report.WithReasons([]observation.Measure{score}, score.Repository, checks, held)
		if other := report.WithReasons([]observation.Measure{score}, "https://git.example/a/c", checks, held); told[0].Detail != c.want || other[0].Detail != score.Detail {
			t.Errorf("%s: the measure says %q, that of another repository %q", name, told[0].Detail, other[0].Detail)
		}
	}
}
