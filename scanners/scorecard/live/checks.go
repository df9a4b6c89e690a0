package live

import (
	"net/url"
	"strings"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"
	"github.com/ossf/scorecard/v5/checks/evaluation"
	"github.com/ossf/scorecard/v5/checks/raw"
	"github.com/ossf/scorecard/v5/clients"
	"github.com/ossf/scorecard/v5/finding"
	"github.com/ossf/scorecard/v5/probes"

	"github.com/midspan/midspan/internal/observation"
)

// check is one of Scorecard's.
type check struct {
	name string // Scorecard's
	// run is nil for the check that the match of the advisories answers.
	run func(*one) result
	// readsFiles means that a part of it was read by the scan.
	readsFiles bool
	// experimental means that it has no part in Scorecard's score.
	experimental bool
}

// every lists all checks of Scorecard 5.5.0. Those that take most requests are the last, so
// that the others have been asked where a limit is met. A test holds the list against the
// library's.
func every() []check {
	ofScan := func(name string) check {
		return check{name: name, run: func(o *one) result { return o.ofScan(name) }, readsFiles: true}
	}
	return []check{
		ofScan(checks.CheckDangerousWorkflow),
		ofScan(checks.CheckPinnedDependencies),
		ofScan(checks.CheckTokenPermissions),
		{name: checks.CheckVulnerabilities},
		{name: checks.CheckBinaryArtifacts, run: binaryArtifacts, readsFiles: true},
		{name: checks.CheckBranchProtection, run: branchProtection},
		{name: checks.CheckCIIBestPractices, run: badge},
		{name: checks.CheckCodeReview, run: library(checks.CodeReview)},
		{name: checks.CheckDependencyUpdateTool, run: updateTool, readsFiles: true},
		{name: checks.CheckFuzzing, run: fuzzing, readsFiles: true},
		{name: checks.CheckLicense, run: license},
		{name: checks.CheckMaintained, run: library(checks.Maintained)},
		{name: checks.CheckPackaging, run: packaging, readsFiles: true},
		{name: checks.CheckSBOM, run: bills, readsFiles: true, experimental: true},
		{name: checks.CheckSecurityPolicy, run: securityPolicy, readsFiles: true},
		{name: checks.CheckSignedReleases, run: signedReleases},
		{name: checks.CheckWebHooks, run: webhooks, experimental: true},
		{name: checks.CheckSAST, run: analysis, readsFiles: true},
		{name: checks.CheckCITests, run: library(checks.CITests)},
		{name: checks.CheckContributors, run: contributors},
	}
}

// measureID is the id of the measure of a check.
func measureID(name string) string { return observation.PostureFullPrefix + strings.ToLower(name) }

// branchProtection is the library's check. Without the scan it does not know of code owners.
func branchProtection(o *one) result {
	r := o.said(checks.BranchProtection(o.request()))
	r.Least = o.found.Posture == nil
	return r
}

// contributors is the library's check, which counts companies and organizations and goes on
// where a profile cannot be had.
func contributors(o *one) result {
	before := o.way.hidden.Load()
	r := o.said(checks.Contributors(o.request()))
	if o.way.blocked() != nil {
		return o.failed(errFiles)
	}
	r.Least = o.way.hidden.Load() > before
	return r
}

// binaryArtifacts leaves out Gradle's wrappers where a run of a workflow that checks them was
// successful on the newest commit, as the library does.
func binaryArtifacts(o *one) result {
	count := o.facts.Binaries
	if o.facts.Wrappers > 0 && o.facts.WrapperWorkflow != "" {
		runs, err := o.client.ListSuccessfulWorkflowRuns(url.PathEscape(o.facts.WrapperWorkflow))
		if err != nil {
			return o.failed(err)
		}
		newest, err := o.client.ListCommits()
		if err != nil {
			return o.failed(err)
		}
		for _, run := range runs {
			if len(newest) > 0 && run.HeadSHA != nil && *run.HeadSHA == newest[0].SHA {
				count -= o.facts.Wrappers
				break
			}
		}
	}
	request := o.request()
	for range count {
		request.RawResults.BinaryArtifactResults.Files = append(request.RawResults.BinaryArtifactResults.Files, checker.File{Type: finding.FileTypeBinary})
	}
	return o.judged(checks.CheckBinaryArtifacts, request, probes.BinaryArtifacts, evaluation.BinaryArtifacts)
}

func badge(o *one) result {
	r := library(checks.CIIBestPractices)(o)
	if r.Failure != nil && o.outside.badgeFailure != nil {
		r.Failure = o.outside.badgeFailure
	}
	return r
}

// updateTool asks for commits of Dependabot where no file configures a tool.
func updateTool(o *one) result {
	if r := o.ofScan(checks.CheckDependencyUpdateTool); r.full() {
		return r
	}
	return o.said(checks.DependencyUpdateTool(o.request()))
}

// license takes GitHub's word for the licence, and that of the files where it has none.
func license(o *one) result {
	known, err := o.client.ListLicenses()
	switch {
	case err != nil:
		return o.failed(err)
	case len(known) == 0:
		return o.ofScan(checks.CheckLicense)
	}
	return o.said(checks.License(o.request()))
}

// packaging asks whether the workflows that publish packages ran.
func packaging(o *one) result {
	for _, workflow := range o.facts.Packaging {
		runs, err := o.client.ListSuccessfulWorkflowRuns(url.PathEscape(workflow))
		if err != nil {
			return o.failed(err)
		}
		if len(runs) > 0 {
			request := o.request()
			request.RawResults.PackagingResults.Packages = []checker.Package{{File: &checker.File{Path: workflow}, Runs: []checker.Run{{URL: runs[0].URL}}}}
			return o.judged(checks.CheckPackaging, request, probes.Packaging, evaluation.Packaging)
		}
	}
	return result{Failure: &observation.Note{Cause: observation.CauseNoSource, Message: "packaging workflow not detected, or none ran"}, Files: true}
}

func bills(o *one) result {
	request := o.request()
	found, err := raw.SBOM(request)
	if err != nil {
		return o.failed(err)
	}
	request.RawResults.SBOMResults = found
	return o.judged(checks.CheckSBOM, request, probes.SBOM, evaluation.SBOM)
}

// securityPolicy looks for a policy of the whole organisation where the repository has none.
func securityPolicy(o *one) result {
	if o.facts.Policy {
		return o.ofScan(checks.CheckSecurityPolicy)
	}
	return o.said(checks.SecurityPolicy(o.request()))
}

// signedReleases is the library's check without what its own function asks of deps.dev, through
// a client that cannot be given: no part of the score is made of that.
func signedReleases(o *one) result {
	releases, err := o.client.ListReleases()
	if err != nil {
		return o.failed(err)
	}
	request := o.request()
	request.RawResults.SignedReleasesResults.Releases = releases
	return o.judged(checks.CheckSignedReleases, request, probes.SignedReleases, evaluation.SignedReleases)
}

// webhooks is the library's check, which it runs where a variable of the environment asks for
// experiments.
func webhooks(o *one) result {
	request := o.request()
	hooks, err := o.client.ListWebhooks()
	if err != nil {
		r := o.failed(err)
		if r.Failure.Cause == observation.CauseNotFound || r.Failure.Cause == observation.CauseNoToken {
			r.Failure = &observation.Note{Cause: observation.CauseNoToken, Message: "GitHub shows webhooks only to those who administrate the repository"}
		}
		return r
	}
	request.RawResults.WebhookResults.Webhooks = hooks
	return o.judged(checks.CheckWebHooks, request, probes.Webhook, evaluation.Webhooks)
}

// analysis adds the analysers of the workflows to those that ran on changes. A zero does not
// hold where the scan saw an analyser that Scorecard does not know.
func analysis(o *one) result {
	request := o.request()
	found, err := raw.SAST(request)
	if err != nil {
		return o.failed(err)
	}
	for _, name := range o.facts.Analysers {
		found.Workflows = append(found.Workflows, checker.SASTWorkflow{Type: checker.SASTWorkflowType(name)})
	}
	request.RawResults.SASTResults = found
	r := o.judged(checks.CheckSAST, request, probes.SAST, evaluation.SAST)
	if of := o.ofScan(checks.CheckSAST); r.Score != nil && *r.Score == checker.MinResultScore && of.Failure != nil {
		return of
	}
	return r
}

// languages are those that the fuzzers of Scorecard are for.
var languages = map[string]clients.LanguageName{
	"GoBuiltInFuzzer": clients.Go, "ErlangPropertyBasedTesting": clients.Erlang, "HaskellPropertyBasedTesting": clients.Haskell,
	"ElixirPropertyBasedTesting": clients.Elixir, "GleamPropertyBasedTesting": clients.Gleam, "JavaScriptPropertyBasedTesting": clients.JavaScript,
	"TypeScriptPropertyBasedTesting": clients.TypeScript, "PythonAtherisFuzzer": clients.Python, "CLibFuzzer": clients.C, "CppLibFuzzer": clients.Cpp,
	"SwiftLibFuzzer": clients.Swift, "RustCargoFuzzer": clients.Rust, "JavaJazzerFuzzer": clients.Java, "CSharpPropertyBasedTesting": clients.CSharp,
	"FSharpPropertyBasedTesting": clients.FSharp,
}

// fuzzing counts, like the library, a fuzzer of a language that is prominent in the
// repository, and one of none. Where there is none, OSS-Fuzz may fuzz it.
func fuzzing(o *one) result {
	request, used := o.request(), false
	prominent, err := o.prominent()
	if err != nil {
		return o.failed(err)
	}
	for _, name := range o.facts.Fuzzers {
		language, of := languages[name]
		used = used || !of || prominent[language]
	}
	if !used {
		var failure *observation.Note
		if used, failure = o.outside.fuzzes(o.ctx, o.client.uri); failure != nil {
			return result{Failure: failure}
		}
	}
	if used {
		request.RawResults.FuzzingResults.Fuzzers = []checker.Tool{{Name: "fuzzer", Files: []checker.File{{}}}}
	}
	return o.judged(checks.CheckFuzzing, request, probes.Fuzzing, evaluation.Fuzzing)
}

// prominent are the languages with at least a quarter of the mean of all, as the library
// counts.
func (o *one) prominent() (map[clients.LanguageName]bool, error) {
	all, err := o.client.ListProgrammingLanguages()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	total, of := 0, map[clients.LanguageName]int{}
	for _, l := range all {
		total += l.NumLines
		of[clients.LanguageName(strings.ToLower(string(l.Name)))] += l.NumLines
	}
	prominent := map[clients.LanguageName]bool{}
	for name, lines := range of {
		prominent[name] = lines >= total/len(all)/4
	}
	return prominent, nil
}
