package evidence

import (
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
)

// insightsFields are the fields of Security Insights 2.x that criteria ask for, in the words
// of its schema (github.com/ossf/security-insights, schema.cue).
var insightsFields = []string{
	"project.administrators", "project.documentation.code-of-conduct", "project.documentation.detailed-guide", "project.documentation.quickstart-guide",
	"project.documentation.release-process", "project.documentation.signature-verification", "project.documentation.support-policy", "project.homepage",
	"project.repositories", "project.roadmap", "project.steward", "project.vulnerability-reporting.contact", "project.vulnerability-reporting.policy",
	"project.vulnerability-reporting.reports-accepted", "project.vulnerability-reporting.bug-bounty-available",
	"repository.core-team", "repository.documentation.contributing-guide", "repository.documentation.dependency-management-policy",
	"repository.documentation.governance", "repository.documentation.review-policy", "repository.documentation.security-policy",
	"repository.license.url", "repository.release.attestations", "repository.release.changelog", "repository.release.distribution-points",
	"repository.security.assessments.self", "repository.security.assessments.third-party-assessment", "repository.security.champions",
	"repository.security.tools", "repository.status", "repository.url",
}

// maxNodes bounds the nodes of a document that are walked.
const maxNodes = 20_000

// readInsights reads a Security Insights file of version 2; of version 1 only that it is one.
// Names and addresses of people that it lists are not kept.
func (f *found) readInsights(name string, text []byte) *observation.Note {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 || child(doc.Content[0], "header") == nil {
		return &observation.Note{Cause: observation.CauseBroken, Subject: name, Message: "the Security Insights file is no YAML with a header: it counts as none"}
	}
	root := doc.Content[0]
	note(f.insights, "version "+versionOf(child(child(root, "header"), "schema-version")), name)
	for _, field := range insightsFields {
		at := root
		for part := range strings.SplitSeq(field, ".") {
			at = child(at, part)
		}
		if isFilled(at) {
			f.fields[field] = ""
		}
	}
	left := maxNodes
	f.insecure += insecureLinks(root, &left)
	return nil
}

// versionOf is the version of the schema, where it looks like one.
func versionOf(n *yaml.Node) string {
	if n == nil || len(n.Value) > 12 || strings.Trim(n.Value, "0123456789.") != "" {
		return "unknown"
	}
	return n.Value
}

// child is the value of a field; nil where there is none.
func child(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// isFilled reports a value that says something: false is something, too, but not yes.
func isFilled(n *yaml.Node) bool {
	if n == nil || n.Tag == "!!null" {
		return false
	}
	return len(n.Content) > 0 || n.Value != "" && n.Value != "false"
}

// insecureLinks counts the addresses without encryption. Aliases are not followed.
func insecureLinks(n *yaml.Node, left *int) int {
	if *left--; *left < 0 {
		return 0
	}
	count := 0
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(strings.ToLower(n.Value), "http://") {
		count++
	}
	for _, c := range n.Content {
		count += insecureLinks(c, left)
	}
	return count
}

// cardFields are what a dataset card says, by the fields of the Hugging Face Hub's cards and
// of Frictionless' data packages.
var cardFields = map[string][]string{
	"licence": {"license", "licenses"}, "source": {"source_datasets", "sources"}, "language": {"language", "languages"},
	"size": {"size_categories", "dataset_info", "resources"}, "annotators": {"annotations_creators"}, "version": {"version"},
}

// datasetFields are those that a head has only where it is a dataset's.
var datasetFields = []string{"annotations_creators", "dataset_info", "size_categories", "source_datasets", "task_categories"}

// readCard reads the head of a readme or of a file that bears the name of a card.
func (f *found) readCard(p place, text string) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(text, "\ufeff"), "---\n")
	end := strings.Index("\n"+rest, "\n---")
	head := map[string]yaml.Node{}
	if ok && end >= 0 {
		_ = yaml.Unmarshal([]byte(rest[:end]), &head) // a head that does not parse names nothing
	}
	isCard := p.kind == "card" || slices.ContainsFunc(datasetFields, func(name string) bool { _, has := head[name]; return has })
	if !isCard {
		return
	}
	f.addCard(p.path, func(field string) bool {
		n, has := head[field]
		return has && isFilled(&n)
	})
}

// readPackage reads a data package.
func (f *found) readPackage(name string, text []byte) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return
	}
	f.addCard(name, func(field string) bool {
		value := string(fields[field])
		return value != "" && value != "null" && value != `""` && value != "[]"
	})
}

func (f *found) addCard(name string, has func(field string) bool) {
	if f.card == nil {
		f.card = map[string]string{}
	}
	for says, fields := range cardFields {
		if slices.ContainsFunc(fields, has) {
			note(f.card, says, name)
		}
	}
}
