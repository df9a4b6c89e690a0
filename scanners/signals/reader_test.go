package signals

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestAReadmeDeclaresItsEnd(t *testing.T) {
	ends := []string{
		"# Thing (deprecated)", "# [ARCHIVED] Thing", "## Deprecated", "> **Deprecated**", "**DEPRECATED**", "**This project is no longer maintained.**",
		"This repository has been archived.", "This repo is archived; see elsewhere.", "> This software is no longer actively maintained.",
		"This project is not maintained anymore", "> **News:** The content of this repository has been moved to [there](https://x.invalid)",
		"This project has moved to https://x.invalid", "# ⚠️ No longer maintained ⚠️", "> This open source project has been discontinued",
		"[![Project Status: Abandoned](https://www.repostatus.org/badges/latest/abandoned.svg)](https://www.repostatus.org/#abandoned)",
		"![](https://img.shields.io/badge/maintenance-deprecated-red)", "![](https://img.shields.io/badge/Status-Archived-red)", "__Unmaintained__: see below",
	}
	for _, line := range ends {
		if kind, at := sunsetPhrase("# Thing\n\n" + line + "\n"); kind == "" || at != 3 {
			t.Errorf("%q is not taken for an end", line)
		}
	}
	goesOn := []string{
		"The old API is deprecated.", "## Deprecated functions", "## Archived data", "- **Deprecated**: `foo()`", "| **deprecated** | no |",
		"This project is not archived.", "If this project is no longer maintained, fork it.", "When this repository is archived we tell you.",
		"This project moved fast", "Thing replaces Other, which is no longer maintained.", "The library we used is deprecated",
		"[![Project Status: Active](https://www.repostatus.org/badges/latest/active.svg)](https://www.repostatus.org/#active)",
		"![](https://img.shields.io/badge/maintained-yes-green)", "This package archives data.", "Support for version 1 is **no longer** free",
		"This project is maintained by volunteers.",
	}
	for _, line := range goesOn {
		if kind, _ := sunsetPhrase("# Thing\n\n" + line + "\n"); kind != "" {
			t.Errorf("%q is taken for an end: %s", line, kind)
		}
	}
	if kind, _ := sunsetPhrase(strings.Repeat("\n", topLines) + "**DEPRECATED**"); kind != "" {
		t.Error("a line far down is taken for an end")
	}
	if kind, _ := sunsetPhrase("```\nthis project is deprecated\n```\n"); kind != "" {
		t.Error("an example is taken for an end")
	}
}

func FuzzFundingYAML(f *testing.F) {
	for _, seed := range []string{"github: [a, b]\ncustom: ['x']", "github:\n", "", "- a", "github: *a", "a: &a [*a]\ngithub: *a", "github: {x: y}", "\tx", "github: true", "? [a]\n: b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		platforms, err := parseFundingYAML(data)
		if err != nil && platforms != nil {
			t.Fatal("platforms beside an error")
		}
		for _, p := range platforms {
			if !slices.Contains(fundingPlatforms, p) {
				t.Fatalf("%q is no platform", p)
			}
		}
	})
}

func FuzzFundingJSON(f *testing.F) {
	for _, seed := range []string{`{"funding":{"history":[{"income":1}],"plans":[{"status":"Active "}]}}`, `{"funding":null}`, `{"funding":{"history":[{"income":"12"},{"income":-1},{"income":1e999}]}}`, `[]`, `{"funding":{"plans":{}}}`, "\ufeff{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		incomes, plans, err := parseFundingJSON(data)
		if incomes < 0 || plans < 0 || err != nil && incomes+plans > 0 {
			t.Fatalf("%d incomes, %d plans, %v", incomes, plans, err)
		}
		_, _ = parsePackageFunding(data)
	})
}

func FuzzLicenseMatches(f *testing.F) {
	for _, seed := range [][2]string{{"MIT", "MIT"}, {"MIT OR (GPL-2.0 WITH Classpath-exception-2.0)", "GPL-2.0"}, {"", ""}, {"((", "MIT"}, {"GPL-3.0+", "GPL-3.0"}, {"DocumentRef-x:LicenseRef-y", "MIT"}, {"AND", "OR"}, {"MIT+", "MIT"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, declared, found string) {
		state, matches, says := LicenseMatches([]string{declared}, []string{found})
		if state != observation.Measured && (matches || says == "") {
			t.Fatalf("%s, %v, %q", state, matches, says)
		}
	})
}

func FuzzSunset(f *testing.F) {
	f.Add("# Thing [deprecated]\n> **x**\n")
	f.Fuzz(func(t *testing.T, readme string) {
		if kind, line := sunsetPhrase(readme); (kind == "") != (line == 0) || line > topLines {
			t.Fatalf("%q at line %d", kind, line)
		}
	})
}
