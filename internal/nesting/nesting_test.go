package nesting

import (
	"errors"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestDeepTextsAreRefusedAndOrdinaryOnesAreNot(t *testing.T) {
	for name, c := range map[string]struct {
		check func([]byte) error
		text  string
		deep  bool
	}{
		"arrays":                       {TOML, "x = " + strings.Repeat("[", 65), true},
		"tables":                       {TOML, "x = " + strings.Repeat("{a = ", 65), true},
		"a key of many parts":          {TOML, "a" + strings.Repeat(" . a", 65) + " = 1", true},
		"a header of many parts":       {TOML, "[a" + strings.Repeat(`."a"`, 65) + "]", true},
		"ends in strings":              {TOML, "x = " + strings.Repeat(`["]", `, 65), true},
		"ends in literal strings":      {TOML, "x = " + strings.Repeat(`[']', `, 65), true},
		"ends in long strings":         {TOML, "x = " + strings.Repeat(`["""]"\"""]""""", `, 65), true},
		"ends in long literal strings": {TOML, "x = " + strings.Repeat("['''\\'''']", 65), false},
		"ends in comments":             {TOML, "x = " + strings.Repeat("[ # ]\n", 65), true},
		"too long":                     {TOML, strings.Repeat("#", maxTOML+1), true},
		"brackets in strings":          {TOML, "x = \"" + strings.Repeat("[", 1000) + "\"\n# " + strings.Repeat("[", 1000), false},
		"many siblings":                {TOML, "x = [" + strings.Repeat("{a = 1.5, b = [\"1.2.3\"]},\n", 100_000) + "]", false},
		"many lines":                   {TOML, strings.Repeat("[a.b]\nc.d = 1.5\n", 100_000), false},
		"a comment without an end":     {TOML, "x = 1 #", false},
		"elements":                     {RDF, strings.Repeat("<a><!--</a>-->", 100_001), true},
		"elements that end":            {RDF, strings.Repeat("<a></a>", 90_000), false},
		"brackets of shell":            {Shell, strings.Repeat("$( # )\n", 30_001), true},
		"words of shell":               {Shell, strings.Repeat("if ", 30_001), true},
		"minus of minus":               {Shell, "echo $((" + strings.Repeat("- ", 30_001), true},
		"a long script":                {Shell, strings.Repeat("if [ -f \"$x\" ]; then echo $(date); fi\n", 7_000), false},
	} {
		if err := c.check([]byte(c.text)); errors.Is(err, ErrDeep) != c.deep {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is accepted must not nest deeper than the bound, measured by the parser.
func FuzzTOML(f *testing.F) {
	for _, seed := range []string{"a = 1\n", "[a.b]\nc = [{d = \"]\"}, '''[''']", "x = \"\"\"\\\"\"\"\"\"\"", "# [\n[[a]]\n", "a.\"b\" = 1979-05-27T07:32:00Z", "x = [\"\", '', \"\\\\\"]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if TOML(text) != nil {
			return
		}
		var found map[string]any
		if _, err := toml.Decode(string(text), &found); err == nil && depth(found) > 3*maxTables {
			t.Fatalf("%d tables inside one another came through", depth(found))
		}
	})
}

func depth(value any) int {
	deepest := 0
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			deepest = max(deepest, 1+depth(inner))
		}
	case []any:
		for _, inner := range v {
			deepest = max(deepest, 1+depth(inner))
		}
	case []map[string]any:
		for _, inner := range v {
			deepest = max(deepest, 2+depth(inner))
		}
	}
	return deepest
}

func TestALongLicenceExpressionAndAPanicOfTheLibraryAreErrors(t *testing.T) {
	called := false
	if err := SPDX(strings.Repeat("x", MaxSPDX+1), func() error { called = true; return nil }); err == nil || called {
		t.Errorf("a long expression gives %v, and the library was called: %t", err, called)
	}
	if err := SPDX("((", func() error { panic("index out of range") }); err == nil {
		t.Error("a panic is no error")
	}
	if err := SPDX("MIT", func() error { return nil }); err != nil {
		t.Error(err)
	}
}
