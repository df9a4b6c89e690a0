package purpose

import (
	"maps"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// tools are packages that only build, test, or make documentation, by ecosystem and group;
// one that ends in "*" stands for all names that begin so.
var tools = map[string]map[string][]string{
	"PyPI": {
		docsGroup: strings.Fields(`mkdocs* mkdocstrings* pymdown-extensions mike sphinx* pydata-sphinx-theme furo myst-parser recommonmark numpydoc nbsphinx
			readthedocs-* docutils pdoc pdoc3 jupyter-book ghp-import`),
		testGroup: strings.Fields(`pytest* tox* nox coverage codecov hypothesis mock nose* robotframework* locust`),
		toolGroup: strings.Fields(`black flake8* pylint* isort mypy* ruff bandit pre-commit autopep8 yapf pycodestyle pydocstyle pyflakes twine bump2version
			bumpversion commitizen jupyter* notebook ipykernel ipdb`),
	},
	"npm": {
		docsGroup: strings.Fields(`@docusaurus/* docusaurus* vuepress* @vuepress/* vitepress* gitbook* docsify* typedoc* jsdoc* @antora/* antora* @redocly/*`),
		testGroup: strings.Fields(`jest* mocha* chai* cypress* playwright* @playwright/* newman* karma* nyc artillery* testcafe* @testing-library/* vitest*`),
		toolGroup: strings.Fields(`eslint* @eslint/* @typescript-eslint/* prettier* husky lint-staged @commitlint/* commitizen cz-* semantic-release
			@semantic-release/* markdownlint* stylelint* textlint* htmlhint conventional-changelog* standard-version release-it`),
	},
	"RubyGems": {
		docsGroup: strings.Fields(`jekyll* github-pages just-the-docs kramdown* minima redcarpet yard middleman*`),
		testGroup: strings.Fields(`rspec* minitest* simplecov* capybara cucumber*`),
		toolGroup: strings.Fields(`rubocop* fastlane* cocoapods* overcommit danger*`),
	},
}

// companions come with tools, and with what runs: they decide nothing. Those under docs do
// so beside tools of documentation alone, which build pages with them.
var companions = map[string]map[string][]string{
	"PyPI": {
		toolGroup: strings.Fields(`pip setuptools wheel build typing-extensions types-*`),
		docsGroup: strings.Fields(`jinja2 markdown pygments livereload`),
	},
	"npm": {
		toolGroup: strings.Fields(`typescript @types/*`),
		docsGroup: strings.Fields(`react react-dom clsx @mdx-js/* prism-react-renderer vue`),
	},
	"RubyGems": {
		toolGroup: strings.Fields(`rake bundler`),
		docsGroup: strings.Fields(`webrick tzinfo tzinfo-data wdm http_parser.rb`),
	},
}

// groupOfTools are the groups of the manifests that ask for nothing but tools, by path:
// what they list besides comes with these. A package whose relation no manifest states
// counts as asked for.
func groupOfTools(packages []observation.Package) map[string]string {
	groups, other, beside := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, p := range packages {
		if p.Relation == observation.Transitive || p.Use() == observation.ForDevelopment {
			continue
		}
		name := observation.NormalName(p.Ecosystem, p.Name)
		switch group := groupOfTool(p.Ecosystem, name); {
		case group != "":
			if groups[p.Path] == "" || group == docsGroup {
				groups[p.Path] = group
			}
		case matchesAny(companions[p.Ecosystem][docsGroup], name):
			beside[p.Path] = true
		case !matchesAny(companions[p.Ecosystem][toolGroup], name):
			other[p.Path] = true
		}
	}
	maps.DeleteFunc(groups, func(path, group string) bool { return other[path] || beside[path] && group != docsGroup })
	return groups
}

func groupOfTool(ecosystem, name string) string {
	for _, group := range []string{docsGroup, testGroup, toolGroup} {
		if matchesAny(tools[ecosystem][group], name) {
			return group
		}
	}
	return ""
}

func matchesAny(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if start, open := strings.CutSuffix(pattern, "*"); pattern == name || open && strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}
