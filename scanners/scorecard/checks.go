package scorecard

import (
	"path"
	"slices"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"

	"github.com/midspan/midspan/internal/observation"
)

// fileCheck is a check whose whole input is the tree of a commit.
type fileCheck struct {
	name string
	// run replaces the library's function; nil uses it.
	run checker.CheckFn
	// firstBytesOnly marks a check that opens every file but reads its first
	// bytes only, except for those that readsWhole reports.
	firstBytesOnly bool
	// typeOnly marks a check that never reads more than the first bytes, whatever they
	// are.
	typeOnly bool
	// candidates restricts the files that the check sees; nil shows all.
	candidates func(*tree) []string
	// decisiveScore is the score that no further file could change, so that it
	// holds even where some files could not be read; noDecisiveScore where there
	// is none.
	decisiveScore int
	// inconclusive is the state of a check that ran and gave no score.
	inconclusive observation.State
	// unreadSource names a source outside the repository that could raise the
	// score and was not read.
	unreadSource string
	// zeroIsUnknown marks a check whose zero needs that source: nothing found in
	// the files alone is unknown.
	zeroIsUnknown bool
	// unreadFor is the base name of the files that such a source speaks of; empty where
	// it speaks of any.
	unreadFor string
	// droppedDetail is a detail of the library about that source, which is left
	// out.
	droppedDetail string
	// anyJob marks a check that names the first fitting job of a workflow in the
	// order of a map: the line that it names is left out, for it changes from one
	// run to the next.
	anyJob bool
	// remedy is what to do about a score below ten.
	remedy string
}

const noDecisiveScore = -1

// fileChecks lists the checks that run, in the order of the report. The list
// is closed on purpose: a check that a later library adds is not run before
// somebody has read which inputs it has.
func fileChecks() []fileCheck {
	return []fileCheck{
		{
			name: checks.CheckBinaryArtifacts, candidates: (*tree).wanted, firstBytesOnly: true, typeOnly: true, decisiveScore: checker.MinResultScore,
			unreadSource: "runs of a workflow that validates Gradle wrappers were not asked for", unreadFor: "gradle-wrapper.jar",
			remedy: "Remove compiled files from the repository and build them from source in the release pipeline.",
		},
		{
			name: checks.CheckDangerousWorkflow, candidates: (*tree).wanted, decisiveScore: checker.MinResultScore, inconclusive: observation.NotApplicable,
			remedy: "Do not check out or interpolate what a pull request brings in a workflow that holds secrets; pass such values through environment variables.",
		},
		{
			name: checks.CheckDependencyUpdateTool, decisiveScore: checker.MaxResultScore,
			unreadSource: "update requests without a file in the repository were not looked for",
			remedy:       "Add a configuration of Dependabot, Renovate or another update bot.",
		},
		{
			name: checks.CheckFuzzing, candidates: (*tree).fuzzCandidates, decisiveScore: checker.MaxResultScore,
			unreadSource: "OSS-Fuzz was not asked", zeroIsUnknown: true,
			remedy: "Fuzz the code that parses foreign input, first of all where the language brings a fuzzer with it.",
		},
		{
			name: checks.CheckLicense, candidates: (*tree).ownLicences, decisiveScore: noDecisiveScore,
			remedy: "Put the text of the licence into LICENSE at the root. Nine points are for the file; the check sees which " +
				"licence it is by an SPDX identifier in the file's name only.",
		},
		{
			name: checks.CheckPackaging, run: packaging, anyJob: true, candidates: (*tree).wanted,
			decisiveScore: checker.MaxResultScore, inconclusive: observation.Unknown,
			unreadSource: "packages published by other ways were not looked for",
			remedy:       "Publish releases from a workflow in the repository.",
		},
		{
			name: checks.CheckPinnedDependencies, candidates: (*tree).wanted, firstBytesOnly: true,
			decisiveScore: noDecisiveScore, inconclusive: observation.NotApplicable,
			remedy: "Name actions, container images and downloads in scripts by their hash; let an update bot keep the hashes fresh.",
		},
		{
			name: checks.CheckSAST, anyJob: true, candidates: (*tree).wanted, decisiveScore: checker.MaxResultScore,
			unreadSource:  "analysis that runs outside workflows was not asked for",
			droppedDetail: "no pull requests merged into dev branch",
			remedy:        "Run a static analyser on every change, for example CodeQL in a workflow.",
		},
		{
			name: checks.CheckSecurityPolicy, candidates: (*tree).wanted, decisiveScore: checker.MaxResultScore,
			unreadSource: "a policy of the whole organisation was not looked for",
			remedy:       "Add SECURITY.md: whom to tell of a vulnerability, by which address or link, and when to expect an answer.",
		},
		{
			name: checks.CheckTokenPermissions, candidates: (*tree).wanted, decisiveScore: checker.MinResultScore, inconclusive: observation.NotApplicable,
			remedy: "Set permissions to read at the top of each workflow, and grant writes to the one job that needs them.",
		},
	}
}

// caveats list what was not read for a score.
func (c fileCheck) caveats(found outcome) []string {
	var list []string
	if c.unreadSource != "" && found.Score < checker.MaxResultScore && (c.unreadFor == "" || found.names(c.unreadFor)) {
		list = append(list, c.unreadSource)
	}
	if note := byNameNote(found.byName); note != "" {
		list = append(list, note)
	}
	return list
}

// names reports whether a detail is about a file with a base name.
func (o outcome) names(base string) bool {
	return slices.ContainsFunc(o.Details, func(logged checker.CheckDetail) bool {
		return path.Base(newDetail(&logged).path) == base
	})
}

// absentCheck is a check of Scorecard whose input is not in a repository.
type absentCheck struct {
	name   string
	cause  observation.Cause
	detail string
	remedy string
}

const askForge = "Run OpenSSF Scorecard with a token for the forge."

var absentChecks = []absentCheck{
	{checks.CheckBranchProtection, observation.CauseNoToken, "only the forge's API knows the rules of its branches", askForge},
	{checks.CheckCITests, observation.CauseNoToken, "needs the change requests and their test runs, which only the forge's API knows", askForge},
	{checks.CheckCIIBestPractices, observation.CauseOffline,
		"needs an answer of the OpenSSF Best Practices service, which is not asked", "Look the project up at the OpenSSF Best Practices badge programme."},
	{checks.CheckCodeReview, observation.CauseNoToken, "needs the reviews of changes, which only the forge's API knows", askForge},
	{checks.CheckContributors, observation.CauseNoToken, "needs the organisations in the profiles of contributors, which only the forge's API knows", askForge},
	{checks.CheckSBOM, observation.CauseNoToken, "needs the files of releases, which only the forge's API knows", askForge},
	{checks.CheckSignedReleases, observation.CauseNoToken, "needs the files of releases, which only the forge's API knows", askForge},
	{checks.CheckVulnerabilities, observation.CauseUnsupported,
		"see advisories: packages are matched against an advisory database apart from this scanner", "Read the findings of the advisories."},
	{checks.CheckWebHooks, observation.CauseNoToken, "only the forge's API knows the hooks of a repository, and tells them to its administrators only", askForge},
}

func (s *Scanner) absent(a absentCheck) observation.Check {
	return observation.Check{
		Name: a.name, State: observation.Unknown, Cause: a.cause,
		Reason: a.detail, Remedy: a.remedy, DocURL: s.docURL(a.name),
	}
}
