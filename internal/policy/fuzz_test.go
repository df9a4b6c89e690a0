package policy

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func FuzzLoad(f *testing.F) {
	defs := []observation.Definition{{ID: "people.contributors-12m", Kind: observation.KindNumber, Unit: "people"}, {ID: "license.spdx", Kind: observation.KindList}}
	for _, name := range Presets() {
		text, err := Text(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(text))
	}
	f.Add([]byte("version: 1\nid: a\nconditions:\n  - id: b\n    not: {any: [{measure: people.contributors-12m, operator: \">=\", threshold: 2, unit: people}]}\n"))
	f.Add([]byte("version: 1\nid: a\nconditions:\n  - {id: b, findings: {severity: [high], except: [{advisory: X, because: y, until: 2026-01-01}]}, at-most: 0}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("version: 1\nid: a\nconditions: &c\n  - id: b\n    all: *c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Load(data, "fuzz.yaml", defs)
		if err == nil && (p.ID == "" || len(p.conditions) == 0) {
			t.Fatalf("a policy that asks nothing was accepted: %+v", p)
		}
	})
}

// Policies are written by whoever runs Midspan, and yet may be somebody else's.
func TestHostilePoliciesAreRefusedByName(t *testing.T) {
	laughs := "version: 1\nid: a\na0: &a0 [x, x]\n"
	for i := range 30 {
		laughs += "a" + strings.Repeat("x", i) + ": &" + strings.Repeat("y", i+1) + " [*a0, *a0]\n"
	}
	for name, text := range map[string]string{
		"nothing":            "",
		"NUL":                "\x00",
		"not UTF-8":          "\xff\xfe",
		"a list":             "- a\n",
		"deep lists":         strings.Repeat("[", 100_000),
		"deep tests":         "version: 1\nid: a\nconditions:\n  - id: b\n    " + strings.Repeat("not: {", 9_000) + strings.Repeat("}", 9_000),
		"aliases":            laughs,
		"an alias of itself": "version: 1\nid: a\nconditions: &c\n  - id: b\n    all: *c\n",
		"a test of itself":   "version: 1\nid: a\nconditions:\n  - id: b\n    not: &n {not: *n}\n",
		"keys twice":         "version: 1\nversion: 1\nid: a\nconditions: []\n",
		"NaN":                "version: 1\nid: a\nconditions:\n  - {id: b, findings: {severity: high}, at-most: .nan}\n",
		"beyond range":       "version: 1\nid: a\nconditions:\n  - {id: b, findings: {severity: high}, at-most: 1e999}\n",
		"escapes":            "version: \"\\e[31m\"\nid: \"\\e]0;x\\a\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load([]byte(text), "policy.yaml", nil)
			if err == nil || !strings.Contains(err.Error(), "policy.yaml") || len(err.Error()) > 100_000 {
				t.Errorf("got %.300v", err)
			}
		})
	}
}
