package observation_test

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestUnquotedKeepsTheErrorAndDropsWhatItRepeatsOfTheFile(t *testing.T) {
	for message, want := range map[string]string{
		"yaml: unknown anchor 'ada-lovelace' referenced":                              "yaml: unknown anchor … referenced",
		"line 3: cannot unmarshal !!str `Ada Lovelace` into int":                      "line 3: cannot unmarshal !!str … into int",
		`malformed module path "ada@mail.example": invalid char '@'`:                  `malformed module path …: invalid char '@'`,
		`parsing "Ada \"the\" Lovelace": invalid syntax`:                              `parsing …: invalid syntax`,
		"element <ada> closed by </developer>":                                        "element … closed by …",
		"it doesn't parse and can't be read":                                          "it doesn't parse and can't be read",
		"invalid character 'A' looking for beginning of value":                        "invalid character 'A' looking for beginning of value",
		"could not extract from java/pom.xml: XML syntax error on line 1: unexpected": "could not extract from java/pom.xml: XML syntax error on line 1: unexpected",
		"did not find expected ',' or ']'":                                            "did not find expected ',' or ']'",
		"go.mod:4: unknown directive: Ada Lovelace":                                   "go.mod:4: unknown directive: …",
		"‘Ada’ and “Ada”":                                                             "… and …",
	} {
		if got := observation.RedactQuoted(message); got != want {
			t.Errorf("%s becomes %s, want %s", message, got, want)
		}
	}
}
