package osv_test

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

const yarnOfAWorkspace = `# yarn lockfile v1

eslint@^8.0.0:
  version "8.1.0"

left-pad@^1.1.0:
  version "1.1.3"

minimist@^1.2.0:
  version "1.2.5"

react@^17.0.0:
  version "17.0.2"
`

const lockOfCrates = `[[package]]
name = "app"
version = "1.0.0"
dependencies = ["member", "probe", "serde"]

[[package]]
name = "member"
version = "1.0.0"
dependencies = ["check-it", "maker"]

[[package]]
name = "probe"
version = "1.0.0"
source = "registry+https://x"
dependencies = ["deep", "shared"]

[[package]]
name = "deep"
version = "1.0.0"
source = "registry+https://x"

[[package]]
name = "serde"
version = "1.0.0"
source = "registry+https://x"
dependencies = ["shared 1.0.0"]

[[package]]
name = "shared"
version = "1.0.0"
source = "registry+https://x"

[[package]]
name = "check-it"
version = "1.0.0"
source = "registry+https://x"

[[package]]
name = "maker"
version = "1.0.0"
source = "registry+https://x"

`

const lockOfGems = `GEM
  remote: https://gems.example/
  specs:
    byebug (1)
    faker (1)
    puma (1)
    rack (1)
    rails (7.0)
    rspec-rails (6)
    simplecov (1)

DEPENDENCIES
  byebug
  faker
  puma
  rails (~> 7)
  rspec-rails
  simplecov
`

// TestDevelopmentIsReadFromTheManifestWhereTheLockfileHasNoGroups guards both
// sides: a tool is for development, and what a member or a user of the package
// needs to run is not.
func TestDevelopmentIsReadFromTheManifestWhereTheLockfileHasNoGroups(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"one/yarn.lock":             yarnOfAWorkspace,
		"one/package.json":          `{"dependencies": {"left-pad": "^1.1.0"}, "devDependencies": {"eslint": "^8.0.0", "react": "^17.0.0"}, "peerDependencies": {"react": ">=16"}}`,
		"many/yarn.lock":            yarnOfAWorkspace,
		"many/package.json":         `{"workspaces": {"packages": ["./parts/*"]}, "devDependencies": {"eslint": "^8.0.0", "react": "^17.0.0"}}`,
		"many/parts/a/package.json": `{"dependencies": {"react": "^17.0.0", "left-pad": "^1.1.0"}}`,
		"many/parts/b/package.json": `not JSON`,
		"former/poetry.lock":        "[[package]]\nname = \"pytest\"\nversion = \"6\"\n\n[[package]]\nname = \"uvicorn\"\nversion = \"1\"\n\n[[package]]\nname = \"attrs\"\nversion = \"1\"\n",
		"former/pyproject.toml":     "[tool.poetry.dependencies]\nattrs = '1'\n[tool.poetry.group.test.dependencies]\npytest = '*'\nattrs = '1'\n[tool.poetry.group.server.dependencies]\nuvicorn = '1'\n",
		"grouped/poetry.lock":       "[[package]]\nname = \"probe\"\nversion = \"6\"\ngroups = [\"main\", \"test\"]\n",
		"grouped/pyproject.toml":    "[tool.poetry.dependencies]\npython = '*'\n[tool.poetry.group.test.dependencies]\nprobe = '*'\n",
		"ruby/Gemfile.lock":         lockOfGems,
		"ruby/Gemfile": "source 'https://gems.example'\ngem 'rails', '~> 7' # group: :test\ngroup :development, :test do\n  gem \"rspec-rails\"\n  platforms :mri do\n    gem 'byebug'\n  end\nend\n" +
			"gem 'puma', group: :production\ngem 'simplecov', require: false, group: [:test]\ngroup :test do\n  gem 'faker'\nend\ngem 'faker'\n",
		"open/Gemfile.lock":             lockOfGems,
		"open/Gemfile":                  "group :test do\n  gem 'rspec-rails'\n",
		"rust/Cargo.lock":               lockOfCrates,
		"rust/Cargo.toml":               "[package]\nname = \"app\"\n[workspace]\nmembers = [\"crates/*\"]\n[dependencies]\nserde = \"1\"\nmember = { path = \"crates/member\" }\n[dev-dependencies]\nprobe = \"1\"\nserde = \"1\"\n",
		"rust/crates/member/Cargo.toml": "[package]\nname = \"member\"\n[target.'cfg(unix)'.dev-dependencies]\ncheck_it = \"1\"\n[build-dependencies]\nmaker = \"1\"\n",
		"unsaid/yarn.lock":              yarnOfAWorkspace,
		"pattern/yarn.lock":             yarnOfAWorkspace,
		"pattern/package.json":          `{"workspaces": ["[", "../../..", "!x", "/*"], "devDependencies": {"eslint": "^8.0.0"}}`,
		"malformed/yarn.lock":           yarnOfAWorkspace,
		"malformed/package.json":        `{"workspaces": "parts", "devDependencies": {"eslint": "^8.0.0"}}`,
		"malformed/sub/package.json":    `{"dependencies": {"eslint": "^8.0.0"}}`,
	}))
	for _, c := range []struct {
		path, name, relation string
		use                  observation.Use
	}{
		{"one/yarn.lock", "left-pad", observation.Direct, observation.UsedDirectly},
		{"one/yarn.lock", "eslint", observation.Direct, observation.ForDevelopment},
		{"one/yarn.lock", "react", observation.Direct, observation.UsedDirectly},
		{"one/yarn.lock", "minimist", observation.Transitive, observation.UsedTransitively},
		{"many/yarn.lock", "eslint", observation.Direct, observation.ForDevelopment},
		{"many/yarn.lock", "react", observation.Direct, observation.UsedDirectly},
		{"many/yarn.lock", "left-pad", observation.Direct, observation.UsedDirectly},
		{"many/yarn.lock", "minimist", "", observation.UsedSomehow},
		{"former/poetry.lock", "pytest", observation.Direct, observation.ForDevelopment},
		{"former/poetry.lock", "uvicorn", observation.Direct, observation.UsedDirectly},
		{"former/poetry.lock", "attrs", observation.Direct, observation.UsedDirectly},
		{"grouped/poetry.lock", "probe", observation.Direct, observation.UsedDirectly},
		{"ruby/Gemfile.lock", "rails", observation.Direct, observation.UsedDirectly},
		{"ruby/Gemfile.lock", "rspec-rails", observation.Direct, observation.ForDevelopment},
		{"ruby/Gemfile.lock", "byebug", observation.Direct, observation.ForDevelopment},
		{"ruby/Gemfile.lock", "puma", observation.Direct, observation.UsedDirectly},
		{"ruby/Gemfile.lock", "simplecov", observation.Direct, observation.ForDevelopment},
		{"ruby/Gemfile.lock", "faker", observation.Direct, observation.UsedDirectly},
		{"ruby/Gemfile.lock", "rack", observation.Transitive, observation.UsedTransitively},
		{"open/Gemfile.lock", "rspec-rails", observation.Direct, observation.UsedDirectly},
		{"rust/Cargo.lock", "serde", observation.Direct, observation.UsedDirectly},
		{"rust/Cargo.lock", "probe", observation.Direct, observation.ForDevelopment},
		{"rust/Cargo.lock", "deep", observation.Transitive, observation.ForDevelopment},
		{"rust/Cargo.lock", "shared", observation.Transitive, observation.UsedTransitively},
		{"rust/Cargo.lock", "check-it", observation.Direct, observation.ForDevelopment},
		{"rust/Cargo.lock", "maker", observation.Direct, observation.UsedDirectly},
		{"unsaid/yarn.lock", "eslint", "", observation.UsedSomehow},
		{"pattern/yarn.lock", "eslint", observation.Direct, observation.ForDevelopment},
		{"malformed/yarn.lock", "eslint", observation.Direct, observation.ForDevelopment},
	} {
		if p := find(t, seen, c.path, c.name, ""); p.Relation != c.relation || p.Use() != c.use {
			t.Errorf("%s in %s is %q and used as %d, want %q and %d", c.name, c.path, p.Relation, p.Use(), c.relation, c.use)
		}
	}
}
