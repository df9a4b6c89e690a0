package osv_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

// TestNoticesOfDeprecationAreCounted guards each lockfile that carries them, what is no
// notice, and that where none can stand the measure does not apply.
func TestNoticesOfDeprecationAreCounted(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"package-lock.json": `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/request": {"version": "2.88.2", "deprecated": "gone\nfor good"},
			"node_modules/a/node_modules/request": {"version": "2.88.2", "deprecated": "gone"}, "node_modules/kept": {"version": "1.0.0", "deprecated": false},
			"node_modules/alias": {"name": "real", "version": "1.0.0", "deprecated": "gone"}}}`,
		"composer.lock": `{"packages": [{"name": "old/mail", "version": "v1", "abandoned": "new/mail"}, {"name": "old/none", "version": "v1", "abandoned": true},
			{"name": "kept/kept", "version": "v1", "abandoned": false}], "packages-dev": []}`,
		"pnpm-lock.yaml":      "lockfileVersion: '9.0'\npackages:\n  '@s/old@1.0.0':\n    resolution: {integrity: a}\n    deprecated: gone\n  kept@1.0.0:\n    resolution: {integrity: a}\n",
		"six/pnpm-lock.yaml":  "lockfileVersion: '6.0'\npackages:\n  /old6@1.0.0(@s/peer@1.0.0):\n    resolution: {integrity: a}\n    deprecated: gone\n",
		"five/pnpm-lock.yaml": "lockfileVersion: 5.4\npackages:\n  /@s/old5/1.0.0_peer:\n    resolution: {integrity: a}\n    deprecated: gone\n",
	}))
	m := scannertest.ByID(seen.Measures)["inventory.deprecated"]
	if m.Value != 7.0 || !strings.Contains(m.Detail, "old/mail v1 (use new/mail)") || strings.Contains(m.Detail, "kept") {
		t.Errorf("got %+v", m)
	}
	for _, name := range []string{"request 2.88.2", "real 1.0.0", "old/none v1", "@s/old 1.0.0", "old6 1.0.0", "@s/old5 1.0.0"} {
		if !strings.Contains(m.Detail, name) {
			t.Errorf("%s is not named: %s", name, m.Detail)
		}
	}
	seen = scan(t, commit(t, map[string]string{"Cargo.lock": "[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"registry\"\n"}))
	if m := scannertest.ByID(seen.Measures)["inventory.deprecated"]; m.State != observation.NotApplicable {
		t.Errorf("got %+v", m)
	}
}
