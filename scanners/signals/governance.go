package signals

import (
	"path"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// scanGovernance measures which files are there, in the root, .github or docs.
func scanGovernance(out *measureSet, files *tree) {
	rules := []struct {
		id      string
		folders []string
		matches func(string) bool
	}{
		{observation.GovernanceSecurityPolicy, conventionalFolders, document("security", "security-policy", "security_policy")},
		{observation.GovernanceCodeOfConduct, conventionalFolders, document("code_of_conduct", "code-of-conduct", "codeofconduct", "conduct")},
		{observation.GovernanceContributing, conventionalFolders, document("contributing", "contribute", "contribution", "contributions")},
		{observation.GovernanceGovernanceFile, conventionalFolders, document("governance", "maintainers", "owners")},
		{observation.GovernanceCodeowners, []string{".", ".github", "docs", ".gitlab", ".gitea", ".forgejo"}, named("codeowners")},
		{observation.GovernanceReadme, conventionalFolders, document("readme")},
		{observation.GovernanceChangelog, conventionalFolders, document("changelog", "changes", "change_log",
			"history", "news", "releases", "release_notes", "release-notes", "releasenotes")},
	}
	for _, rule := range rules {
		setPresence(out.measured(rule.id, false, files.source), files.first(rule.folders, rule.matches))
	}
	setPresence(out.measured(observation.GovernanceCI, false, files.source), ciFile(files))
}

func setPresence(m *observation.Measure, file string) {
	m.Value = file != ""
	m.Detail = file
}

// ciFolders hold the pipelines of services that read a folder, any file of
// which configures one.
var ciFolders = []string{".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".circleci", ".buildkite", ".semaphore", ".woodpecker", ".teamcity"}

func ciFile(files *tree) string {
	file := files.first(root, named(".gitlab-ci.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml",
		".drone.yml", ".cirrus.yml", ".woodpecker.yml", "appveyor.yml", ".appveyor.yml", "cloudbuild.yaml", "cloudbuild.yml", "circle.yml", "buildspec.yml"))
	if file != "" {
		return file
	}
	return files.first(ciFolders, func(name string) bool {
		ending := strings.ToLower(path.Ext(name))
		return ending == ".yml" || ending == ".yaml" || ending == ".kts"
	})
}
