package scorecard

import (
	"context"
	"path"
	"slices"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"
	"github.com/ossf/scorecard/v5/checks/raw"

	"github.com/midspan/midspan/internal/observation"
)

// maxFacts bounds each list of facts. A score is decided long before.
const maxFacts = 30

// facts are those that the names of files give.
func (t *tree) facts(ctx context.Context) *observation.PostureFacts {
	facts := &observation.PostureFacts{}
	for _, name := range t.paths {
		if path.Base(name) == "CODEOWNERS" {
			facts.Owners = addFact(facts.Owners, name)
		}
	}
	request := &checker.CheckRequest{RepoClient: newClient(ctx, fileCheck{}, "", t)}
	if found, err := raw.SBOM(request); err == nil {
		for _, bill := range found.SBOMFiles {
			facts.SBOMs = addFact(facts.SBOMs, bill.Name)
		}
	}
	return facts
}

func addFact(list []string, name string) []string {
	if len(list) >= maxFacts || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// addFacts adds what a check read of the files, and whether it could read all of them.
func addFacts(facts *observation.PostureFacts, check observation.Check, found outcome) {
	if check.State == observation.Unknown && (len(found.unread) > 0 || found.Error != nil) {
		if facts.Unread == nil {
			facts.Unread = map[string]observation.Cause{}
		}
		facts.Unread[check.Name] = check.Cause
		return
	}
	switch check.Name {
	case checks.CheckBinaryArtifacts:
		for _, file := range found.raw.BinaryArtifactResults.Files[:min(maxFacts, len(found.raw.BinaryArtifactResults.Files))] {
			facts.Binaries++
			if path.Base(file.Path) == "gradle-wrapper.jar" {
				facts.Wrappers++
			}
		}
		if len(found.asked) > 0 {
			facts.WrapperWorkflow = found.asked[0]
		}
	case checks.CheckFuzzing:
		for _, tool := range found.raw.FuzzingResults.Fuzzers {
			facts.Fuzzers = addFact(facts.Fuzzers, tool.Name)
		}
	case checks.CheckPackaging:
		facts.Packaging = found.asked
	case checks.CheckSAST:
		for _, workflow := range found.raw.SASTResults.Workflows {
			facts.Analysers = addFact(facts.Analysers, string(workflow.Type))
		}
	case checks.CheckSecurityPolicy:
		facts.Policy = len(found.raw.SecurityPolicyResults.PolicyFiles) > 0
	}
}
