package runtimes

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// ranged is a runtime of a range, unless that is empty or allows every version.
func ranged(product string, reading observation.RuntimeRange, version any) []observation.Runtime {
	text, _ := version.(string)
	if text = strings.TrimSpace(text); text == "" || text == "*" || strings.EqualFold(text, "latest") {
		return nil
	}
	return []observation.Runtime{{Product: product, Version: text, Reading: reading}}
}

// goDirective reads the go directive, which names the oldest release that may build the
// module. Source: https://go.dev/ref/mod#go-mod-file-go.
func goDirective(text []byte) ([]observation.Runtime, error) {
	file, err := modfile.ParseLax("go.mod", text, nil)
	if err != nil {
		return nil, err
	}
	if file.Go == nil {
		return nil, nil
	}
	return ranged("go", observation.RuntimeMinimum, file.Go.Version), nil
}

// packageJSON reads engines.node and Volta's pin.
// Sources: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#engines and
// https://docs.volta.sh/guide/understanding#managing-your-project.
func packageJSON(text []byte) ([]observation.Runtime, error) {
	var manifest struct {
		Engines any
		Volta   any
	}
	if err := decodeJSON(text, &manifest); err != nil {
		return nil, err
	}
	engines, _ := manifest.Engines.(map[string]any)
	all := ranged("nodejs", observation.RuntimeNPM, engines["node"])
	if volta, _ := manifest.Volta.(map[string]any); volta != nil {
		if word, _ := volta["node"].(string); nodeVersion(word) != "" {
			all = append(all, pinned("nodejs", nodeVersion(word))...)
		}
	}
	return all, nil
}

// composerJSON reads require.php, and config.platform.php, which Composer takes for the
// version that runs. Source: https://getcomposer.org/doc/06-config.md#platform.
func composerJSON(text []byte) ([]observation.Runtime, error) {
	var manifest struct {
		Require any
		Config  any
	}
	if err := decodeJSON(text, &manifest); err != nil {
		return nil, err
	}
	require, _ := manifest.Require.(map[string]any)
	all := ranged("php", observation.RuntimeComposer, require["php"])
	config, _ := manifest.Config.(map[string]any)
	platform, _ := config["platform"].(map[string]any)
	if word, _ := platform["php"].(string); plainVersion(word) != "" {
		all = append(all, pinned("php", plainVersion(word))...)
	}
	return all, nil
}

// decodeJSON decodes JSON behind a byte order mark or none.
func decodeJSON(text []byte, into any) error {
	return json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), into)
}

// pyproject reads project.requires-python, and Poetry's dependency on Python.
// Sources: https://packaging.python.org/en/latest/specifications/pyproject-toml/#requires-python
// and https://python-poetry.org/docs/dependency-specification/.
func pyproject(text []byte) ([]observation.Runtime, error) {
	var manifest struct {
		Project struct {
			RequiresPython any `toml:"requires-python"`
		}
		Tool struct {
			Poetry struct {
				Dependencies map[string]any
			}
		}
	}
	if err := nesting.DecodeTOML(text, &manifest); err != nil {
		return nil, err
	}
	all := ranged("python", observation.RuntimePyPI, manifest.Project.RequiresPython)
	return append(all, ranged("python", observation.RuntimePoetry, manifest.Tool.Poetry.Dependencies["python"])...), nil
}

// pipfile reads requires.python_version and python_full_version, which pipenv installs.
// Source: https://pipenv.pypa.io/en/latest/pipfile.html.
func pipfile(text []byte) ([]observation.Runtime, error) {
	var manifest struct{ Requires map[string]any }
	if err := nesting.DecodeTOML(text, &manifest); err != nil {
		return nil, err
	}
	for _, key := range []string{"python_full_version", "python_version"} {
		if word, _ := manifest.Requires[key].(string); plainVersion(word) != "" {
			return pinned("python", plainVersion(word)), nil
		}
	}
	return nil, nil
}

// python_requires of setup.cfg, and of setup.py where it is written out.
// Source: https://setuptools.pypa.io/en/latest/references/keywords.html.
var pythonRequires = lazy.Pattern(`(?m)^\s*(?:setup\(\s*)?python_requires\s*=\s*["']?([<>=!~][^"'#\r\n]*)`)

func setupPython(text []byte) ([]observation.Runtime, error) {
	match := pythonRequires().FindSubmatch(text)
	if match == nil {
		return nil, nil
	}
	return ranged("python", observation.RuntimePyPI, strings.TrimRight(string(match[1]), " \t,)")), nil
}
