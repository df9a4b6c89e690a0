package osv_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// A lock in which jest is for development and needs left-pad, chalk and both sides' shared;
// react runs and needs shared. The alias "old" runs.
const yarnGraph1 = `# yarn lockfile v1

jest@^29.0.0:
  version "29.1.0"
  dependencies:
    left-pad "^1.0.0"
    "@s/chalk" "^5.0.0"
    shared "^1.0.0 || ^2.0.0"
  optionalDependencies:
    fsevents "^2.0.0"

"@s/chalk@^5.0.0":
  version "5.0.1"

left-pad@^1.0.0:
  version "1.1.3"

"old@npm:real@^1":
  version "1.0.0"
  dependencies:
    below "1"

below@1:
  version "1.0.0"

react@^18.0.0:
  version "18.2.0"
  dependencies:
    shared "^1.0.0 || ^2.0.0"

"shared@^1.0.0 || ^2.0.0":
  version "2.0.0"
`

const yarnGraph4 = `__metadata:
  version: 8

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    jest: "npm:^29.0.0"
    react: "npm:^18.0.0"
  languageName: unknown

"jest@npm:^29.0.0":
  version: 29.1.0
  resolution: "jest@npm:29.1.0"
  dependencies:
    left-pad: "npm:^1.0.0"
    typescript: "npm:^5.0.0"
    "@s/chalk": "npm:^5.0.0"
    shared: "npm:^1.0.0 || ^2.0.0"
  peerDependencies:
    absent: "*"

"@s/chalk@npm:^5.0.0, @s/chalk@npm:^5.0.1":
  version: 5.0.1

"left-pad@npm:^1.0.0":
  version: 1.1.3

"typescript@npm:^5.0.0":
  version: 5.1.0

"typescript@patch:typescript@npm%3A^5.0.0#~builtin<compat/typescript>":
  version: 5.1.0

"old@npm:real@^1":
  version: 1.0.0
  dependencies:
    below: "npm:1"

"below@npm:1":
  version: 1.0.0

"react@npm:^18.0.0":
  version: 18.2.0
  dependencies:
    shared: "npm:^1.0.0 || ^2.0.0"

"shared@npm:^1.0.0 || ^2.0.0":
  version: 2.0.0
`

// TestWhatOnlyDevelopmentReachesInAYarnLockIsForDevelopment guards both directions: what a
// tool brings with it does not run, and nothing is called so where the lock does not hold
// all that the manifests want.
func TestWhatOnlyDevelopmentReachesInAYarnLockIsForDevelopment(t *testing.T) {
	manifest := `{"dependencies": {"react": "^18.0.0", "old": "npm:real@^1"}, "devDependencies": {"jest": "^29.0.0"}, "peerDependencies": {"absent": ">=1"}}`
	seen := scan(t, commit(t, map[string]string{
		"one/yarn.lock": yarnGraph1, "one/package.json": manifest,
		"four/yarn.lock": yarnGraph4, "four/package.json": manifest,
		// The manifest wants a react that the lock does not hold under this spec.
		"stale/yarn.lock": yarnGraph1, "stale/package.json": strings.Replace(manifest, "^18.0.0", "^18.1.0", 1),
		// Nothing that is known wants what a member of the workspace wants.
		"member/yarn.lock":    yarnGraph1 + "\nlost@^1.0.0:\n  version \"1.0.0\"\n  dependencies:\n    left-pad \"^1.0.0\"\n",
		"member/package.json": strings.Replace(manifest, "{", `{"workspaces": ["parts/*"], `, 1),
		"whole/yarn.lock":     yarnGraph1, "whole/package.json": `{"workspaces": ["parts/*"], "devDependencies": {"jest": "^29.0.0", "mine": "^1.0.0"}}`,
		"whole/parts/mine/package.json": `{"name": "mine", "dependencies": {"react": "^18.0.0", "old": "npm:real@^1"}}`,
	}))
	for _, c := range []struct {
		path, name, relation string
		use                  observation.Use
	}{
		{"one", "jest", observation.Direct, observation.ForDevelopment},
		{"one", "left-pad", observation.Transitive, observation.ForDevelopment},
		{"one", "@s/chalk", observation.Transitive, observation.ForDevelopment},
		{"one", "shared", observation.Transitive, observation.UsedTransitively},
		{"one", "real", observation.Direct, observation.UsedDirectly},
		{"one", "below", observation.Transitive, observation.UsedTransitively},
		{"four", "jest", observation.Direct, observation.ForDevelopment},
		{"four", "left-pad", observation.Transitive, observation.ForDevelopment},
		{"four", "@s/chalk", observation.Transitive, observation.ForDevelopment},
		{"four", "shared", observation.Transitive, observation.UsedTransitively},
		{"four", "below", observation.Transitive, observation.UsedTransitively},
		{"stale", "left-pad", observation.Transitive, observation.UsedTransitively},
		{"member", "left-pad", "", observation.UsedSomehow},
		{"whole", "left-pad", observation.Transitive, observation.ForDevelopment},
		{"whole", "shared", observation.Transitive, observation.UsedTransitively},
		{"whole", "react", observation.Direct, observation.UsedDirectly},
	} {
		if p := find(t, seen, c.path+"/yarn.lock", c.name, ""); p.Relation != c.relation || p.Use() != c.use {
			t.Errorf("%s in %s is %q and used as %d, want %q and %d", c.name, c.path, p.Relation, p.Use(), c.relation, c.use)
		}
	}
}
