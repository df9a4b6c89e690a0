// Package reporttest holds the documents on which the packages of the report are tested,
// and what their tests share.
package reporttest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/forecast"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/succession"
)

// The goods, organizations and repositories below are invented.

var AsOf = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func at(score float64) *float64 { return &score }

func Known(level assess.Level, score, low, high float64) assess.Pillar {
	return assess.Pillar{Level: level, Possible: []assess.Level{level}, Score: assess.Range{Score: at(score), Low: low, High: high}}
}

func UnknownPillar() assess.Pillar {
	return assess.Pillar{Level: assess.LevelUnknown, Possible: []assess.Level{assess.Missing, assess.Weak, assess.Fair, assess.Strong}, Score: assess.Range{High: 100}}
}

// VerdictOf takes load, people, momentum, upkeep and funding.
func VerdictOf(stage assess.Stage, because string, pillars ...assess.Pillar) assess.Verdict {
	v := assess.Verdict{Stage: stage, Because: because, Possible: []assess.Stage{stage}, Load: pillars[0], ObservedUntil: AsOf.AddDate(0, 0, -3)}
	v.Load.ID = assess.Load
	sum, n := 0.0, 0.0
	for i, id := range assess.PillarIDs()[1:] {
		p := pillars[i+1]
		p.ID = id
		v.Supports = append(v.Supports, p)
		v.Score.Low += p.Score.Low / 4
		v.Score.High += p.Score.High / 4
		if p.Score.Score != nil {
			sum, n = sum+*p.Score.Score, n+1
		}
	}
	if n > 0 {
		v.Score.Score = at(sum / n)
	}
	v.Coverage = assess.Coverage{Measured: 38, Unknown: 6, NotApplicable: 2, Share: 38.0 / 44, Gaps: []assess.Gap{
		{Measure: "forge.open-issues", Name: "Open issues", Cause: observation.CauseNoToken, Detail: "set a token for the forge to read it"},
		{Measure: "forge.stars", Name: "Stars", Cause: observation.CauseNoToken, Detail: "set a token for the forge to read it"},
		{Measure: "funding.received", Name: "Funding received", Cause: observation.CauseNoSource},
	}}
	v.FundingSources = []string{".github/FUNDING.yml", "funding.json", "publiccode.yml", "catalog entry"}
	return v
}

func oneRepository(slug string) catalog.Repository {
	return catalog.Repository{URL: "https://forge.example/" + slug, Host: "forge.example", Owner: "sample", Path: slug}
}

func goodOf(id, name string, v assess.Verdict) report.Good {
	repo := oneRepository(id)
	return report.Good{
		Good: catalog.Good{
			ID: id, Name: name, Description: "An invented good that stands for others in tests.", Website: "https://" + id + ".example",
			Types: []string{"software"}, Licenses: []string{"AGPL-3.0-only"}, SDGs: []int{3, 16}, Sectors: []string{"health"}, Status: "DPG",
			Repositories: []catalog.Repository{repo}, DeploymentCountries: []string{"Atlantis", "Laputa", "Utopia"}, DevelopmentCountries: []string{},
			Organizations: []catalog.Organization{{Name: "Foundation of Samples", Role: "owner", Website: "https://samples.example"}},
			Sources:       []catalog.Source{{Catalog: "sample", Entry: id + ".yml"}},
		},
		Verdict: v, Activity: Lively(60),
		Measures: []observation.Measure{
			{ID: "people.contributors-6m", State: observation.Measured, Value: 2.0, Unit: "people", Bound: observation.AtLeast, Source: "history at 4f2c9d1a77", At: AsOf.AddDate(0, 0, -3), Detail: "read from 1 of 2 repositories"},
			{ID: "people.contributor-absence-factor", State: observation.Measured, Value: 1.0, Unit: "people", Source: "history at 4f2c9d1a77", At: AsOf.AddDate(0, 0, -3)},
			{ID: observation.MomentumDaysSinceCommit, State: observation.Measured, Value: 41.0, Unit: "days", Source: "history at 4f2c9d1a77", At: AsOf.AddDate(0, 0, -3)},
			{ID: observation.AdvisoriesFindings, State: observation.Measured, Value: 0.0, Unit: "findings", Source: "advisories of 2026-10-30", At: AsOf},
			{ID: "forge.open-issues", State: observation.Unknown, Cause: observation.CauseNoToken, Detail: "set a token for the forge to read it"},
			{ID: "posture.workflows", State: observation.NotApplicable, Detail: "no workflows to judge"},
			{ID: "funding.links", State: observation.Measured, Value: []string{"github", "liberapay"}, Source: ".github/FUNDING.yml", At: AsOf},
			{ID: "upkeep.security-policy", State: observation.Measured, Value: false, Source: "tree at 4f2c9d1a77", At: AsOf},
		},
		Scans: []report.Scan{{
			Repository: repo, Outcome: report.Scanned, Commit: "4f2c9d1a77e0b7c1d2a3f4e5d6c7b8a90123abcd", ObservedUntil: AsOf.AddDate(0, 0, -3),
			Checks: []observation.Check{
				{Name: "License", State: observation.Measured, Score: 10, Reason: "license file detected", DocURL: "https://docs.example/license"},
				{Name: "Token-Permissions", State: observation.Measured, Score: 0, Reason: "detected GitHub workflow tokens with excessive permissions", Remedy: "Set `permissions: read-all` at the top of each workflow.", Details: []string{"warn: .github/workflows/ci.yml:7: no permissions"}},
				{Name: "Branch-Protection", State: observation.Unknown, Cause: observation.CauseNoToken},
				{Name: "Packaging", State: observation.NotApplicable, Reason: "no packaging workflow"},
			},
			Inventory: []report.Inventory{{Ecosystem: "npm", Packages: 412, Direct: 31, Matched: true}},
		}},
	}
}

func FindingOf(name, version, id, severity string, score float64, fixed string, exploited *bool) observation.Finding {
	return observation.Finding{
		Package:  observation.Package{Ecosystem: "npm", Name: name, Version: version, Path: "web/package-lock.json", Relation: observation.Transitive},
		Advisory: id, Aliases: []string{"CVE-2025-1" + id[len(id)-3:]}, Summary: "An invented weakness of an invented package", Severity: observation.Severity(severity),
		Score: at(score), FixedIn: fixed, Exploited: exploited, EPSS: &observation.Likelihood{Probability: score / 50, Day: "2026-06-29"}, Published: AsOf.AddDate(0, -8, 0),
	}
}

// EveryState is a document with a good for every stage, and repositories,
// measures, checks and ecosystems in every state.
func EveryState() report.Document {
	yes, no := true, false
	const strong, fair, weak, missing = assess.Strong, assess.Fair, assess.Weak, assess.Missing
	ledger := goodOf("clinic-ledger", "Clinic Ledger (sample)", VerdictOf(assess.MessyMiddle,
		"Deployed in 3 countries for 9 years, and rests on one person with no funding visible.",
		Known(strong, 82, 74, 90), Known(weak, 24, 24, 30), Known(fair, 55, 55, 55), Known(weak, 31, 20, 48), Known(missing, 0, 0, 35)))
	ledger.Verdict.Reasons = []assess.Reason{
		{Rule: "people.one-carries-all", Sentence: "One person made half of the commits of the last 12 months.", Measure: "people.contributor-absence-factor", Value: 1.0, Operator: "<", Threshold: 2.0, Unit: "people", Source: "history at 4f2c9d1a77", At: AsOf.AddDate(0, 0, -3), Concern: true, Strength: .9, Clears: "a second person makes a regular share of the commits"},
		{Rule: "funding.not-visible", Sentence: "No funding is visible in the 4 sources read.", Measure: "funding.received", Value: "none visible", Operator: "is", Threshold: "none visible", Concern: true, Strength: .7, Clears: "a funder, a contract or a funding file becomes visible"},
		{Rule: "upkeep.advisories", Sentence: "At least 3 advisories have had a fix for more than 90 days.", Measure: "upkeep.patch-lag", Value: 3.0, Bound: observation.AtLeast, Operator: ">", Threshold: 0.0, Unit: "advisories", Concern: true, Strength: .5},
	}
	ledger.Verdict.Supports[0].Reasons = ledger.Verdict.Reasons[:1]
	ledger.Succession = succession.Succession{Depth: succession.Little, Remaining: at(.08), Second: at(.06), Third: at(.02), Retained: at(1), Organizations: at(1), People: at(0)}
	ledger.Verdict.Lift = []string{"A second person with regular commits", "A release this year"}
	ledger.Scans[0].Inventory = append(ledger.Scans[0].Inventory, report.Inventory{Ecosystem: "Maven", Packages: 60, Direct: 12, NoVersion: 20, Matched: true}, report.Inventory{Ecosystem: "Hex", Packages: 9, Direct: 9})
	ledger.Scans[0].Findings = []observation.Finding{
		FindingOf("left-bracket", "1.0.2", "GHSA-samp-le01-x101", "high", 7.5, "1.0.4", &no),
		FindingOf("deep-merge-sample", "0.3.0", "GHSA-samp-le02-x102", "critical", 9.8, "0.3.9", &yes),
		FindingOf("deep-merge-sample", "0.3.0", "GHSA-samp-le03-x103", "medium", 5.3, "", nil),
	}
	ledger.Scans[0].Notes = []observation.Note{{Cause: observation.CauseBroken, Subject: "legacy/pom.xml", Message: "could not be parsed: its parent is not in the repository"}}
	ledger.Scans[0].Outcome = report.Partial
	ledger.Upgrades = []portfolio.Upgrade{
		{Ecosystem: "npm", Package: "deep-merge-sample", Steps: []portfolio.Step{{From: "0.3.0", To: "0.3.9", Goods: 1, Closes: 1}}, Closes: 1, Exploited: 1,
			Goods: []string{"clinic-ledger"}, Worst: "critical"},
		{Ecosystem: "npm", Package: "test-runner-sample", Steps: []portfolio.Step{{From: "2.0.0", To: "2.4.1", Goods: 1, Closes: 1}}, Closes: 1,
			Goods: []string{"clinic-ledger"}, Worst: "high", Development: true},
	}
	ledger.Measures[3].Value, ledger.Measures[3].Bound = 3.0, observation.AtLeast

	seeds := goodOf("seed-exchange", "Seed Exchange (sample)", VerdictOf(assess.MessyMiddle,
		"Deployed in 2 countries, and few people carry it.",
		Known(fair, 58, 40, 70), Known(weak, 38, 38, 38), Known(fair, 61, 61, 61), Known(fair, 52, 44, 70), UnknownPillar()))
	seeds.Verdict.Borderline = &assess.Borderline{Rule: "people.few", Measure: "people.contributors-6m", Threshold: 3, Moved: 2.4, Would: assess.Sustained, Sentence: "With a threshold of 2.4 in place of 3 contributors it would be sustained."}
	seeds.Verdict.Possible = []assess.Stage{assess.MessyMiddle, assess.Sustained}
	seeds.Verdict.Reasons = []assess.Reason{{Rule: "people.few", Sentence: "2 people contributed in the last 6 months, fewer than 3.", Measure: "people.contributors-6m", Value: 2.0, Operator: "<", Threshold: 3.0, Unit: "people", Concern: true, Strength: .33}}
	second := ledger.Scans[0]
	second.Repository = oneRepository("seed-exchange-app")
	seeds.Measures[3] = ledger.Measures[3]
	seeds.Activity = observation.SumActivity([]observation.Activity{Lively(31), Lively(31), observation.UnreadActivity(observation.CauseNotFound)})
	seeds.Scans = append(seeds.Scans, second, report.Scan{Repository: oneRepository("seed-exchange-docs"), Outcome: report.Failed, Failure: &observation.Note{Cause: observation.CauseNotFound, Subject: "https://forge.example/seed-exchange-docs", Message: "the server says that there is no such repository: correct its address in the catalog"}})

	meals := goodOf("school-meals", "School Meals (sample)", VerdictOf(assess.Sustained, "Deployed widely, carried by 14 people and 3 funders.",
		Known(strong, 91, 91, 91), Known(strong, 88, 88, 88), Known(strong, 93, 93, 93), Known(fair, 66, 66, 66), Known(strong, 80, 80, 80)))
	gauge := goodOf("river-gauge", "River Gauge (sample)", VerdictOf(assess.Emerging, "Ten months old and nobody is seen to depend on it yet.",
		Known(weak, 12, 5, 20), Known(fair, 50, 50, 50), Known(strong, 84, 84, 84), Known(weak, 35, 30, 60), Known(missing, 0, 0, 40)))
	gauge.Activity = Lively(10)
	land := goodOf("land-titles", "Land Titles (sample)", VerdictOf(assess.Fading, "Deployed in 5 countries; commits fell by 80 % in a year.",
		Known(strong, 74, 74, 74), Known(weak, 22, 22, 22), Known(weak, 14, 14, 14), Known(weak, 30, 30, 30), Known(fair, 45, 45, 60)))
	cold := goodOf("cold-chain", "Cold Chain (sample)", VerdictOf(assess.Dormant, "No human commit for 31 months.",
		Known(fair, 42, 42, 42), Known(missing, 0, 0, 0), Known(missing, 0, 0, 0), Known(weak, 18, 18, 18), Known(missing, 0, 0, 20)))
	cold.Verdict.Stale = true
	cold.Activity = Lively(14)
	cold.Activity.Begun, cold.Activity.Cut, cold.Activity.Releases, cold.Activity.Latest = false, true, nil, nil
	forms := goodOf("paper-forms", "Paper Forms (sample)", VerdictOf(assess.Sunset, "Its repository says that it is archived and names a successor.",
		Known(weak, 20, 20, 20), Known(missing, 0, 0, 0), Known(missing, 0, 0, 0), Known(missing, 5, 5, 5), Known(missing, 0, 0, 0)))
	atlas := goodOf("open-atlas", "Open Atlas (sample)", VerdictOf(assess.Unassessed, "The catalog names no repository.", UnknownPillar(), UnknownPillar(), UnknownPillar(), UnknownPillar(), UnknownPillar()))
	atlas.Repositories, atlas.Scans, atlas.Measures, atlas.DeploymentCountries = nil, nil, nil, nil
	atlas.Activity = observation.SumActivity(nil)
	atlas.Types = []string{"data"}
	atlas.Verdict.ObservedUntil = time.Time{}
	atlas.Verdict.Coverage = assess.Coverage{Unknown: 44, Gaps: []assess.Gap{{Measure: observation.MomentumDaysSinceCommit, Name: "Days since the last human commit", Cause: observation.CauseNoRepository}}}
	gone := goodOf("water-points", "Water Points (sample)", VerdictOf(assess.Unassessed, "Its only repository could not be read.", Known(fair, 48, 20, 80), UnknownPillar(), UnknownPillar(), UnknownPillar(), UnknownPillar()))
	gone.Scans = []report.Scan{{Repository: gone.Repositories[0], Outcome: report.Failed, Failure: &observation.Note{Cause: observation.CauseUnreachable, Subject: gone.Repositories[0].URL, Message: "the connection timed out after 30 s: try again later, or give a mirror"}}}
	gone.Measures = nil
	gone.Activity = observation.UnreadActivity(observation.CauseUnreachable)
	bare := goodOf("bare", "", VerdictOf(assess.Emerging, "", Known(weak, 8, 8, 8), UnknownPillar(), Known(fair, 50, 50, 50), Known(fair, 50, 50, 50), Known(weak, 20, 20, 20)))
	bare.Scans[0].Inventory = nil
	bare.Measures[3] = observation.Measure{ID: observation.AdvisoriesFindings, State: observation.NotApplicable, Detail: "the repository lists no packages"}

	return report.Document{
		Generator: report.Generator{Name: "Midspan", Version: "0.0.0-test"}, AsOf: AsOf,
		Catalogs: []report.Catalog{{Name: "sample", Location: "embedded", Goods: 10}},
		Scanners: []report.Scanner{{Name: "maintenance", Version: "1"}, {Name: "osv", Version: "2.3.3+1", Configuration: "offline"}},
		Advisory: report.Advisories{Fingerprint: "sample-2026-10-30", KEVDate: "2026-10-30", Ecosystems: []report.Ecosystem{{Name: "Hex", Packages: 9}, {Name: "Maven", Records: 5120, Newest: AsOf.AddDate(0, 0, -9), Packages: 60}, {Name: "npm", Records: 206977, Newest: AsOf.AddDate(0, 0, -2), Packages: 412}}},
		Definitions: []observation.Definition{
			{ID: "people.contributors-6m", Name: "Contributors, 6 months", Kind: observation.KindNumber, Unit: "people", Merge: observation.MergeMax, Means: "People with a commit in the last 6 months.", Reference: "https://chaoss.example/contributors"},
			{ID: "people.contributor-absence-factor", Name: "Contributor absence factor", Kind: observation.KindNumber, Unit: "people", Merge: observation.MergeMain, Means: "The fewest people who made half of the commits of the last 12 months."},
			{ID: observation.MomentumDaysSinceCommit, Name: "Days since the last human commit", Kind: observation.KindNumber, Unit: "days", Merge: observation.MergeMin, Means: "Days between the last commit by a person and the time of the measure."},
			{ID: "forge.open-issues", Name: "Open issues", Kind: observation.KindNumber, Unit: "issues", Merge: observation.MergeSum, Means: "Issues that are open."},
		},
		Summary: report.Summary{
			Goods: 10, Repositories: 11, Scanned: 9, Failed: map[string]int{"not-found": 1, "unreachable": 1},
			Stages:     map[assess.Stage]int{assess.MessyMiddle: 2, assess.Sustained: 1, assess.Emerging: 2, assess.Fading: 1, assess.Dormant: 1, assess.Sunset: 1, assess.Unassessed: 2},
			Borderline: 1, Coverage: .86, Packages: 481, Findings: new(3), Exploited: new(1), FindingsAtLeast: true,
			Unmatched: map[string]int{"no-version": 20, "no-advisory-database": 9},
		},
		Keystones: []portfolio.Keystone{
			{Ecosystem: "npm", Package: "deep-merge-sample", Goods: []string{"clinic-ledger", "land-titles", "river-gauge", "school-meals", "seed-exchange"}, Direct: 1, Transitive: 2, Development: 1, InMiddle: 2, Findings: new(2), Worst: "critical"},
			{Ecosystem: "Maven", Package: "org.sample:soap", Goods: []string{"clinic-ledger", "cold-chain"}, Direct: 2, InMiddle: 1, Findings: new(0), FromGood: "school-meals", FromStage: assess.Sustained},
		},
		FixFirst: []portfolio.Upgrade{{Ecosystem: "npm", Package: "deep-merge-sample", Steps: []portfolio.Step{{From: "0.3.0", To: "0.3.9", Goods: 2, Closes: 1, Open: new(1)}}, Closes: 2, Exploited: 2, Goods: []string{"clinic-ledger", "seed-exchange"}, Worst: "critical"}},
		Unfixed: []portfolio.Unfixed{
			{Ecosystem: "crates.io", Package: "left-alone", Goods: []string{"river-gauge"}, Direct: 1, Advisories: []string{"RUSTSEC-2021-0001"}, Worst: "unknown", Oldest: AsOf.AddDate(-5, 0, 0), Unmaintained: true},
			{Ecosystem: "npm", Package: "deep-merge-sample", Goods: []string{"clinic-ledger", "seed-exchange"}, InMiddle: 2, Advisories: []string{"CVE-2025-1103"}, Worst: "medium", Oldest: AsOf.AddDate(0, -8, 0)},
		},
		Concentrations: []portfolio.Concentration{
			{By: "sdg", Groups: []portfolio.Group{
				{Name: "3", Goods: 10, Stages: map[assess.Stage]int{assess.MessyMiddle: 2, assess.Sustained: 1, assess.Emerging: 2, assess.Fading: 1, assess.Dormant: 1, assess.Sunset: 1, assess.Unassessed: 2}, Short: 5},
				{Name: "16", Goods: 3, Stages: map[assess.Stage]int{assess.Fading: 1, assess.Dormant: 1, assess.Unassessed: 1}, Short: 2},
			}},
			{By: "sector", Unsaid: 10},
		},
		Endings: []portfolio.Ending{
			{Good: "cold-chain", Stage: assess.Dormant, Alternatives: []portfolio.Alternative{{Good: "school-meals", Stage: assess.Sustained, Similarity: .62, Parts: []portfolio.Likeness{
				{Part: "type", Value: 1, Shared: []string{"software"}}, {Part: "sdg", Value: 1, Weight: .25, Shared: []string{"16", "3"}}, {Part: "sector", Value: 0, Weight: .35, Shared: []string{}},
				{Part: "description", Value: .3, Weight: .4, Shared: []string{"invented", "stands"}},
			}}}},
			{Good: "land-titles", Stage: assess.Fading},
			{Good: "paper-forms", Stage: assess.Sunset},
		},
		Forecasts: &forecast.Record{Digest: strings.Repeat("5ea1", 16), Seals: 30, Since: "2024-01-15", Forecasts: 240, Late: 3, Due: 60, Open: 4, NextDue: "2026-12-01",
			Score: &forecast.Score{Scored: 56, Silent: 7, Brier: .0912, Constant: .1094, Risk: at(.831), DaysSinceCommit: at(.79), ActiveMonths12: at(.82),
				Calibration: []forecast.CalibratedLevel{{Level: assess.RiskHigh, Scored: 8, Foretold: .36, Silent: 4}, {Level: assess.RiskLow, Scored: 48, Foretold: .04, Silent: 3}}}},
		Measured: &backtest.Measured{Populations: []backtest.Population{{Name: "outside", End: "2024-03-28",
			Risk: backtest.MeasuredRisk{Repositories: 178, Points: 2314, Silent: 242,
				Scores: []backtest.Compared{{Score: backtest.ByRisk, AUC: estimate(.8372, .8032, .866)}, {Score: backtest.ByMonths, AUC: estimate(.8375, .7974, .871)}},
				Levels: []backtest.Calibration{{Level: assess.RiskLow, Points: 1740, Silent: 66, Share: estimate(.0379, .0269, .0501)}}},
			Stages: []backtest.MeasuredStage{{Stage: backtest.Short, Points: 80, Repositories: 44, Fates: []backtest.MeasuredShare{
				{Fate: backtest.SilentHalfYear, Of: 80, Happened: 30, Share: estimate(.375, .24, .52)}, {Fate: backtest.StillSilent},
				{Fate: backtest.NobodyLeft}, {Fate: backtest.Halved}, {Fate: backtest.Over}, {Fate: backtest.FixesLeft}}}, {Stage: assess.MessyMiddle, Points: 68, Repositories: 38, Fates: []backtest.MeasuredShare{
				{Fate: backtest.SilentHalfYear, Of: 68, Happened: 27, Share: estimate(.3971, .24, .58)}, {Fate: backtest.StillSilent, Of: 68, Happened: 17, Share: estimate(.25, .11, .42)},
				{Fate: backtest.NobodyLeft, Of: 68, Happened: 24, Share: estimate(.3529, .2, .54)}, {Fate: backtest.Halved, Of: 10, Happened: 3, Share: estimate(.3, 0, .67)}, {Fate: backtest.Over},
				{Fate: backtest.FixesLeft, Of: 40, Happened: 30, Share: estimate(.75, .6, .88)}}}}},
			{Name: "outside", Again: true, Look: 3, End: "2024-03-28", Risk: backtest.MeasuredRisk{Scores: []backtest.Compared{}, Levels: []backtest.Calibration{}}, Stages: []backtest.MeasuredStage{}}}},
		Change: &report.Change{Since: AsOf.AddDate(0, -3, 0),
			Entered:   []report.Move{{Good: "clinic-ledger", Name: "Clinic Ledger (sample)", From: assess.Sustained, To: assess.MessyMiddle}},
			Left:      []report.Move{{Good: "land-titles", Name: "Land Titles (sample)", From: assess.MessyMiddle, To: assess.Fading}},
			FirstRead: []report.Move{{Good: "cold-chain", Name: "Cold Chain (sample)", From: assess.Unassessed, To: assess.Dormant}},
			NewRules:  []report.Move{{Good: "school-meals", Name: "School Meals (sample)", From: assess.Strained, To: assess.Sustained}},
			Added:     []report.Move{{Good: "river-gauge", Name: "River Gauge (sample)", To: assess.Emerging}},
			Removed:   []report.Move{{Good: "gone-good", Name: "Gone Good (sample)", From: assess.Dormant}}},
		Goods: []report.Good{seeds, ledger, meals, gauge, land, cold, forms, atlas, gone, bare},
		Notes: []observation.Note{{Cause: observation.CauseBroken, Subject: "row 14", Message: "has no address and no name: it was left out"}, {Cause: observation.CauseNoDatabase, Subject: "Hex", Message: "no advisories of Hex are in the database: run the update for it"}},
	}
}

// ManyGoods is a document of n goods with the mixture of everyState.
func ManyGoods(n int) report.Document {
	doc := EveryState()
	kinds := doc.Goods[:9]
	doc.Goods = nil
	for i := range n {
		good := kinds[(i*7)%len(kinds)]
		good.ID = fmt.Sprintf("%s-%04d", good.ID, i)
		good.Name = fmt.Sprintf("%s %d", good.Name, i)
		good.Verdict = shifted(good.Verdict, i)
		for len(good.Measures) > 0 && len(good.Measures) < 60 {
			m := good.Measures[0]
			m.ID = fmt.Sprintf("posture.check-%02d", len(good.Measures))
			good.Measures = append(good.Measures[:len(good.Measures):len(good.Measures)], m)
		}
		doc.Goods = append(doc.Goods, good)
	}
	doc.Summary.Goods = n
	FullLists(&doc)
	return doc
}

// FullLists makes the lists of the portfolio as long as they get: of packages
// with long names in all goods, of endings with all that can take their place.
func FullLists(doc *report.Document) {
	var ids []string
	for _, good := range doc.Goods {
		ids = append(ids, good.ID)
	}
	key, up, open, ending := doc.Keystones[0], doc.FixFirst[0], doc.Unfixed[1], doc.Endings[0]
	doc.Keystones, doc.FixFirst, doc.Unfixed, doc.Endings = nil, nil, nil, nil
	for i := range 50 {
		name := fmt.Sprintf("org.samples.of.software:a-package-with-a-long-name-%d", i)
		key.Package, up.Package, open.Package = name, name, name
		key.Goods, up.Goods, open.Goods, key.FromGood, key.FromStage = ids, ids, ids, ids[0], assess.Sustained
		up.Steps = slices.Repeat(up.Steps[:1], 9)
		doc.Keystones, doc.FixFirst, doc.Unfixed = append(doc.Keystones, key), append(doc.FixFirst, up), append(doc.Unfixed, open)
	}
	ending.Alternatives = slices.Repeat(ending.Alternatives[:1], 5)
	for i, by := range []string{"sdg", "sector", "country", "organization", "licence", "type"} {
		c := portfolio.Concentration{By: by}
		for k := range 60 {
			group := doc.Concentrations[0].Groups[k%2]
			group.Name = fmt.Sprintf("A group of some length, number %d of %d", k, i)
			c.Groups = append(c.Groups, group)
		}
		doc.Concentrations = append(doc.Concentrations[:len(doc.Concentrations):len(doc.Concentrations)], c)
	}
	doc.Concentrations = doc.Concentrations[2:]
	for i, good := range doc.Goods {
		switch {
		case good.Verdict.Stage == assess.MessyMiddle:
			doc.Goods[i].Succession.Depth = succession.Little
		case good.Verdict.Stage == assess.Dormant || good.Verdict.Stage == assess.Fading:
			ending.Good = good.ID
			for k := range ending.Alternatives {
				ending.Alternatives[k].Good = ids[(i+k)%len(ids)]
			}
			doc.Endings = append(doc.Endings, ending)
			ending.Alternatives = slices.Clone(ending.Alternatives)
		}
	}
}

// shifted spreads scores, so that goods do not lie on one another.
func shifted(v assess.Verdict, i int) assess.Verdict {
	shift := func(r assess.Range, by float64) assess.Range {
		if r.Score == nil {
			return r
		}
		s := min(max(*r.Score+by, 0), 100)
		return assess.Range{Score: &s, Low: max(s-float64(i%13), 0), High: min(s+float64(i%7), 100)}
	}
	v.Load.Score = shift(v.Load.Score, float64((i*37)%41-20))
	v.Score = shift(v.Score, float64((i*53)%37-18))
	v.Supports = append([]assess.Pillar(nil), v.Supports...)
	for k := range v.Supports {
		v.Supports[k].Score = shift(v.Supports[k].Score, float64((i*(k+3)*11)%31-15))
	}
	return v
}

// estimate is a number with its interval.
func estimate(value, low, high float64) backtest.Estimate {
	return backtest.Estimate{Value: &value, Low: &low, High: &high}
}

// Lively is what went on in a repository with a history of so many months, seen
// until three days before the report.
func Lively(months int) observation.Activity {
	at := AsOf.AddDate(0, 0, -3)
	last := observation.MonthOf(at)
	a := observation.Activity{Repositories: 1, Read: 1, At: at, From: last - observation.Month(months) + 1, WholeUntil: last, Begun: months < observation.ActivityMonths}
	a.WholeFrom = a.From
	for i := range months {
		n := (i*i*7 + i*13) % 23
		if i%11 == 4 {
			n = 0
		}
		a.Commits, a.Releases = append(a.Commits, n), append(a.Releases, (i%6)/5+(i%17)/15*3)
	}
	a.Latest = []observation.Release{{Day: at.AddDate(0, 0, -40).Format(time.DateOnly), Version: "2.1.0"}, {Day: at.AddDate(0, 0, -90).Format(time.DateOnly)}}
	return a
}
