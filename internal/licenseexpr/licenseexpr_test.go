package licenseexpr_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/licenseexpr"
)

func TestTagsKeepTheirOperators(t *testing.T) {
	for text, want := range map[string][]string{
		"SPDX-License-Identifier: MIT OR Apache-2.0\n":                                {"MIT OR Apache-2.0"},
		"// SPDX-License-Identifier: GPL-2.0-or-later WITH Classpath-exception-2.0":   {"GPL-2.0-or-later WITH Classpath-exception-2.0"},
		"/* SPDX-License-Identifier: (MIT or Apache-2.0) and CC-BY-4.0 */":            {"(MIT OR Apache-2.0) AND CC-BY-4.0"},
		"SPDX-License-Identifier: MIT\nSPDX-License-Identifier: MIT\nCopyright 2020":  {"MIT"},
		"SPDX-License-Identifier: AGPL-3.0-only. See the file.":                       {"AGPL-3.0-only"},
		"SPDX-License-Identifier: LicenseRef-ours":                                    nil,
		"SPDX-License-Identifier: our own":                                            nil,
		"SPDX-License-Identifier: " + strings.Repeat("(", 5000) + "MIT":               nil,
		"SPDX-License-Identifier: " + strings.Repeat("MIT OR ", 5000) + "Apache-2.0.": nil,
	} {
		got := licenseexpr.Tags(text)
		if len(text) > 1000 { // cut: what is left may be one, and never hangs
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%.80q: %q, want %q", text, got, want)
		}
	}
}

func TestOrLaterIsKept(t *testing.T) {
	for after, want := range map[string]string{
		" or any later version":                  "GPL-3.0-or-later",
		" or (at your option) any later version": "GPL-3.0-or-later",
		" or later":                              "GPL-3.0-or-later",
		"+":                                      "GPL-3.0-or-later",
		"-or-later":                              "GPL-3.0-or-later",
		" (gplv3) or later":                      "GPL-3.0-or-later",
		", version 3 or, at your option, any later one": "GPL-3.0-or-later",
		" only":                     "GPL-3.0-only",
		"-only":                     "GPL-3.0-only",
		" oder spätere":             "GPL-3.0-or-later",
		" ou ultérieure":            "GPL-3.0-or-later",
		". Later versions may come": "GPL-3.0",
		"":                          "GPL-3.0",
	} {
		if got := licenseexpr.WithSuffix("GPL-3.0", after); got != want {
			t.Errorf("%q: %s, want %s", after, got, want)
		}
	}
	if got := licenseexpr.WithSuffix("MIT", " or later"); got != "MIT" {
		t.Error(got)
	}
}

func FuzzTags(f *testing.F) {
	for _, seed := range []string{"SPDX-License-Identifier: MIT OR (Apache-2.0 AND", "SPDX-License-Identifier: ((", "x", "SPDX-License-Identifier: GPL-2.0+ WITH x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, expression := range licenseexpr.Tags(text) {
			if !licenseexpr.Valid(expression) {
				t.Fatalf("%q is no expression", expression)
			}
		}
	})
}
