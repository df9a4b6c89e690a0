package scorecard

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestStaticAnalysisThatScorecardDoesNotKnowIsNoZero(t *testing.T) {
	g := newGit(t)
	const job = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
	for name, c := range map[string]struct {
		path, text string
		known      bool // that there is none
	}{
		"an action of Sonar":       {".github/workflows/s.yml", job + "      - uses: SonarSource/sonarqube-scan-action@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n", false},
		"semgrep in a step":        {".github/workflows/s.yaml", job + "      - run: semgrep ci\n", false},
		"GitLab's template":        {".gitlab-ci.yml", "include:\n  - template: Security/SAST.gitlab-ci.yml\n", false},
		"GitLab's later template":  {".gitlab-ci.yml", "include:\n  - template: Jobs/SAST.latest.gitlab-ci.yml\n", false},
		"GitLab's component":       {".gitlab-ci.yml", "include:\n  - component: $CI_SERVER_FQDN/components/sast/sast@1\n", false},
		"another action":           {".github/workflows/s.yml", job + "      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n", true},
		"another template":         {".gitlab-ci.yml", "include:\n  - template: Security/Dependency-Scanning.gitlab-ci.yml\n", true},
		"a comment":                {".gitlab-ci.yml", "# - template: Security/SAST.gitlab-ci.yml\ntest:\n  script: [make]\n", true},
		"a pipeline in a fixture":  {"testdata/.gitlab-ci.yml", "include:\n  - template: Security/SAST.gitlab-ci.yml\n", true},
		"a word of the same start": {".gitlab-ci.yml", "include:\n  - template: Disaster.gitlab-ci.yml\n", true},
	} {
		check := find(t, scan(t, input(t, g, repo(t, file(c.path, c.text)))), "SAST")
		if known := check.State == observation.Measured && check.Score == 0; known != c.known {
			t.Errorf("%s: %s, %d, %q", name, check.State, check.Score, check.Reason)
		}
		if !c.known && (check.Cause != observation.CauseUnsupported || check.Remedy != "") {
			t.Errorf("%s: cause %s, remedy %q", name, check.Cause, check.Remedy)
		}
	}
}

func TestAnActionOfTheRepositoryItselfNeedsNoPin(t *testing.T) {
	g := newGit(t)
	for uses, pinned := range map[string]bool{"$/.github/actions/setup": true, "./.github/actions/setup": true, "someone/setup@v1": false, "$setup/x@v1": false} {
		text := "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: " + uses +
			"\n      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n"
		check := find(t, scan(t, input(t, g, repo(t, file(".github/workflows/ci.yml", text)))), "Pinned-Dependencies")
		if (check.Score == 10) != pinned {
			t.Errorf("uses: %s gives %d: %q", uses, check.Score, check.Details)
		}
	}
}

func TestOnlyAWrapperOfGradleIsJudgedByItsValidation(t *testing.T) {
	g := newGit(t)
	for name, want := range map[string]bool{"gradle/wrapper/gradle-wrapper.jar": true, ".mvn/wrapper/maven-wrapper.jar": false} {
		seen := scan(t, input(t, g, repo(t, file(name, "PK\x03\x04aaaa"))))
		for _, m := range seen.Measures {
			if m.ID == "posture.binary-artifacts" && strings.Contains(m.Detail, "Gradle") != want {
				t.Errorf("%s: %q", name, m.Detail)
			}
		}
	}
}

// The licence of a library is none of the repository: this measure and license.file agree.
func TestLicencesOfOthersAreNoLicenceOfTheRepository(t *testing.T) {
	for name, points := range map[string]int{
		"LICENSE": 9, "LICENSES/MIT.txt": 10, "COPYING": 9,
		"THIRD-PARTY-LICENSES": 0, "LICENSE-3RD-PARTY.txt": 0, "licenses/jquery-LICENSE.txt": 0, "LICENSE-third-party.md": 0,
	} {
		check := find(t, scan(t, input(t, newGit(t), repo(t, file(name, "MIT License\n")))), "License")
		if check.State != observation.Measured || check.Score != points {
			t.Errorf("%s: %s, %d points, want %d", name, check.State, check.Score, points)
		}
	}
}
