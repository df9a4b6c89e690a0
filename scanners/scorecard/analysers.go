package scorecard

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// ownAction matches an action or a workflow of the repository itself in the spelling "$/",
// which the library takes for a foreign one. It knows "./", which is as long.
var ownAction = regexp.MustCompile(`(?m)^([ \t]*(?:-[ \t]+)?["']?uses["']?[ \t]*:[ \t]*["']?)\$/`)

// respelled returns the contents of a workflow as the library understands them. No line
// and no column moves.
func respelled(name string, data []byte) []byte {
	if !isWorkflow(name) || !bytes.Contains(data, []byte("$/")) {
		return data
	}
	return ownAction.ReplaceAll(data, []byte("${1}./"))
}

func isWorkflow(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), ".github/workflows/")
}

// gitlabPipeline is where GitLab reads the pipeline of a repository.
const gitlabPipeline = ".gitlab-ci.yml"

// The static analysers that run inside a pipeline and that the library does not know.
var (
	analyserAction = regexp.MustCompile(`(?im)^[ \t]*(?:-[ \t]+)?["']?uses["']?[ \t]*:[ \t]*["']?((?:sonarsource|semgrep|returntocorp|checkmarx|veracode|codacy|` +
		`securego|deepsource|jetbrains/qodana-action|pyupio|shiftleftsecurity|fortify|microsoft/security-devops-action|trunk-io)[/@\w.-]*)`)
	gitlabAnalyser = regexp.MustCompile(`(?im)^[ \t]*(?:-[ \t]+)?["']?(?:template|component)["']?[ \t]*:[ \t]*["']?([\w./:$-]*(?:\bsast\b|secure-binaries|auto-devops)[\w./@~-]*)`)
	analyserInStep = regexp.MustCompile(`(?im)^[ \t]*(?:-[ \t]+)?(?:(?:run|script)[ \t]*:[ \t]*)?["']?((?:semgrep[ \t]+(?:ci|scan)|sonar-scanner|bandit[ \t]+-r|gosec|brakeman)\b)`)
)

// otherAnalyser finds a static analyser that runs in a pipeline of the repository, and
// says where. The error is that of a pipeline that could not be read.
func (t *tree) otherAnalyser() (found string, err error) {
	for _, name := range t.paths {
		gitlab := name == gitlabPipeline
		if !gitlab && (!isWorkflow(name) || !strings.HasPrefix(strings.ToLower(path.Ext(name)), ".y")) {
			continue
		}
		data, readErr := t.contents(name, t.byPath[name], false)
		if readErr != nil {
			err = fmt.Errorf("%s: %w", name, readErr)
			continue
		}
		if len(data) > maxText {
			continue
		}
		patterns := []*regexp.Regexp{analyserAction, analyserInStep}
		if gitlab {
			patterns = []*regexp.Regexp{gitlabAnalyser, analyserInStep}
		}
		for _, pattern := range patterns {
			if match := pattern.FindSubmatch(data); match != nil {
				return fmt.Sprintf("%s runs %s", observation.OneLine(name), observation.OneLine(string(match[1]))), nil
			}
		}
	}
	return "", err
}

// heldAgainstPipelines makes a zero of the check for static analysis unknown where a
// pipeline runs an analyser that the library does not know.
func heldAgainstPipelines(check observation.Check, files *tree) observation.Check {
	if check.Name != checks.CheckSAST || check.State != observation.Measured || check.Score != checker.MinResultScore {
		return check
	}
	found, err := files.otherAnalyser()
	switch {
	case found != "":
		check.State, check.Cause, check.Remedy = observation.Unknown, observation.CauseUnsupported, ""
		check.Reason = found + ", a static analyser that Scorecard does not know"
	case err != nil:
		check.State, check.Cause = observation.Unknown, gitrepo.CauseOf(err)
		check.Reason = "a pipeline could not be read: " + observation.OneLine(err.Error())
	}
	return check
}
