package signals

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
)

// insightsKind is a Security Insights file, of the first or the second version
// (github.com/ossf/security-insights-spec).
var insightsKind = fileKind{conventionalFolders, named("security-insights.yml", "security-insights.yaml")}

// declaredEnd returns what a manifest in the root, or a Security Insights file, declares
// of the end of its project, and the file. A file that does not parse declares nothing:
// other measures say so.
func declaredEnd(files *tree) (kind, file string) {
	for _, source := range []struct {
		kind fileKind
		read func(data []byte) string
	}{
		{insightsKind, insightsStatus},
		{fileKind{root, named("package.json")}, npmDeprecated},
		{fileKind{root, named("composer.json")}, composerAbandoned},
		{fileKind{root, named("pyproject.toml", "setup.cfg", "setup.py")}, inactiveClassifier},
	} {
		for _, name := range files.of(source.kind) {
			data, err := files.read(name)
			if err != nil {
				continue
			}
			if kind := source.read(bytes.TrimPrefix(data, []byte("\ufeff"))); kind != "" {
				return kind, name
			}
		}
	}
	return "", ""
}

// insightsStatus reads project-lifecycle.status of version 1 and repository.status of
// version 2, which take their words from repostatus.org.
func insightsStatus(data []byte) string {
	var document struct {
		Lifecycle struct {
			Status string `yaml:"status"`
		} `yaml:"project-lifecycle"`
		Repository struct {
			Status string `yaml:"status"`
		} `yaml:"repository"`
	}
	if yaml.Unmarshal(data, &document) != nil {
		return ""
	}
	for _, status := range []string{document.Lifecycle.Status, document.Repository.Status} {
		switch status = strings.ToLower(strings.TrimSpace(status)); status {
		case "abandoned", "unsupported", "moved":
			return "its status is " + status
		}
	}
	return ""
}

// npmDeprecated reads "deprecated" of a package.json: a sentence or true.
func npmDeprecated(data []byte) string {
	var manifest struct {
		Deprecated any `json:"deprecated"`
	}
	if json.Unmarshal(data, &manifest) != nil {
		return ""
	}
	if text, ok := manifest.Deprecated.(string); ok && strings.TrimSpace(text) != "" || manifest.Deprecated == true {
		return "the package is deprecated"
	}
	return ""
}

// composerAbandoned reads "abandoned" of a composer.json: true, or the package to use
// instead.
func composerAbandoned(data []byte) string {
	var manifest struct {
		Abandoned any `json:"abandoned"`
	}
	if json.Unmarshal(data, &manifest) != nil {
		return ""
	}
	if text, ok := manifest.Abandoned.(string); ok && strings.TrimSpace(text) != "" || manifest.Abandoned == true {
		return "the package is abandoned"
	}
	return ""
}

var inactive = lazy.Pattern(`(?m)^[^#\n]*Development Status :: 7 - Inactive`)

// inactiveClassifier finds PyPI's classifier for a project that is over.
func inactiveClassifier(data []byte) string {
	if inactive().Match(data) {
		return "its classifier is Development Status :: 7 - Inactive"
	}
	return ""
}
