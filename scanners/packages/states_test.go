package packages

import (
	"context"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

const tideAddress = "https://github.com/coast/tide"

func foundAs(found scanners.Found) scanners.Question {
	return scanners.Question{Found: func(context.Context) (scanners.Found, error) { return found, nil }}
}

// TestEveryMeasureOfDepsDevIsPresentAbsentOrUnknownWithItsCause drives each measure through
// what deps.dev may answer.
func TestEveryMeasureOfDepsDevIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	scannertest.States{
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			r := newRegistry(t)
			found := publishes()
			if state == "absent" { // up to date, and nothing depends on it
				found = asks("fresh", "2.0.0")
				found.Measures[0].Value = []string{"npm:@coast/tide"}
				r.answers["GET /v3/systems/npm/packages/fresh"] = released("2023-06-30", "2025-06-29")
				r.answers["GET /v3/systems/npm/packages/@coast%2Ftide"] = released("2026-06-30")
				r.answers[batch] = told(map[string]map[string]any{"@coast/tide": ours})
				r.answers["GET /v3alpha/systems/npm/packages/@coast%2Ftide/versions/1.0.0:dependents"] = map[string]any{"dependentCount": 0}
			}
			if state == scannertest.Present {
				found = asks("fresh", "1.0.0", "left", "1.0.0")
				found.Measures[0].Value = []string{"npm:@coast/tide"}
				r.answers["GET /v3/systems/npm/packages/fresh"] = released("2023-06-30", "2025-06-29")
				r.answers["GET /v3/systems/npm/packages/left"] = released("2019-06-30", "2020-06-29")
				r.answers["GET /v3/systems/npm/packages/@coast%2Ftide"] = released("2020-06-30", "2025-06-29")
				r.answers[batch] = told(map[string]map[string]any{"left": {"isDeprecated": true},
					"@coast/tide": {"links": ours["links"], "isDeprecated": true, "deprecatedReason": "use ebb"}})
				r.answers["GET /v3alpha/systems/npm/packages/@coast%2Ftide/versions/2.0.0:dependents"] = map[string]any{"dependentCount": 42}
			}
			faults.Before(r.Server)
			return NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond}), tideAddress, foundAs(found)
		},
		Tables: map[string]map[string]string{scannertest.Present: {observation.PackagesPublished: "1", observation.PackagesLatestDays: "366", observation.PackagesDeprecated: "[npm:@coast/tide: use ebb]",
			observation.PackagesDependents: "≥ 42", observation.PackagesLibyears: "3", observation.PackagesDependenciesOld: "1", observation.PackagesDependenciesDeprecated: "1"},
			"absent": {observation.PackagesPublished: "1", observation.PackagesLatestDays: "0", observation.PackagesDeprecated: "[]",
				observation.PackagesDependents: "≥ 0", observation.PackagesLibyears: "0", observation.PackagesDependenciesOld: "0", observation.PackagesDependenciesDeprecated: "0"},
			"unnamed": {observation.PackagesPublished: "none", observation.PackagesLatestDays: "none", observation.PackagesDeprecated: "none",
				observation.PackagesDependents: "none", observation.PackagesLibyears: "none", observation.PackagesDependenciesOld: "none", observation.PackagesDependenciesDeprecated: "none"}},
	}.Drive(t, today)
}

// TestEveryMeasureOfEcosystemsIsPresentAbsentOrUnknownWithItsCause does it with ecosyste.ms.
func TestEveryMeasureOfEcosystemsIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	scannertest.States{
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			r := newRegistry(t)
			found := publishes()
			if state == "absent" {
				found = publishes("npm:@coast/tide")
				none := ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/coast/tide")
				none["dependent_packages_count"], none["dependent_repos_count"], none["downloads"], none["funding_links"] = 0, 0, 0, []string{}
				r.answers[bulk] = []any{none}
			}
			if state == scannertest.Present {
				found = publishes("npm:@coast/tide")
				r.answers[bulk] = []any{ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/coast/tide")}
			}
			faults.Before(r.Server)
			return NewEcosystems(Options{Address: r.URL, MaxWait: time.Millisecond}), tideAddress, foundAs(found)
		},
		Tables: map[string]map[string]string{scannertest.Present: {observation.PackagesDependentPackages: "12", observation.PackagesDependentRepositories: "340",
			observation.PackagesDownloadsMonth: "5600", observation.PackagesFundingPlatforms: "[a page of its own opencollective.com]"},
			"absent": {observation.PackagesDependentPackages: "0", observation.PackagesDependentRepositories: "0",
				observation.PackagesDownloadsMonth: "0", observation.PackagesFundingPlatforms: "[]"},
			"unnamed": {observation.PackagesDependentPackages: "none", observation.PackagesDependentRepositories: "none",
				observation.PackagesDownloadsMonth: "none", observation.PackagesFundingPlatforms: "none"}},
	}.Drive(t, today)
}
