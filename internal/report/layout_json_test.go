package report

import (
	"reflect"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/midspan/midspan/internal/observation"
)

func TestWhatNestsIsOpenedAndAllElseStaysOnALine(t *testing.T) {
	for compact, want := range map[string]string{
		`1`:                        `1`,
		`[]`:                       `[]`,
		`{"a":[],"b":{}}`:          `{"a":[],"b":{}}`,
		`{"a":[1,2],"b":{"c":""}}`: "{\n   \"a\":[1,2],\n   \"b\":{\"c\":\"\"}\n  }",
		`[{"a":{"b":[0]}},"x"]`:    "[\n   {\n    \"a\":{\n     \"b\":[0]\n    }\n   },\n   \"x\"\n  ]",
		`["{[,\"\\",[[]]]`:         "[\n   \"{[,\\\"\\\\\",\n   [[]]\n  ]",
	} {
		if got := string(layOut(nil, jsontext.Value(compact), 2)); got != want {
			t.Errorf("%s is laid out as\n%s\nwant\n%s", compact, got, want)
		}
	}
}

func TestWhatIsCleanIsNotCopiedAndARowIs(t *testing.T) {
	good := Good{}
	good.Name, good.Sectors = "Plain", []string{"health"}
	good.Measures = []observation.Measure{{ID: "a", Value: []string{"b"}}}
	if clean := Cleaned(good); &clean.Measures[0] != &good.Measures[0] {
		t.Error("a good with nothing to clean was copied")
	}
	row := NewRow(good, Tally{})
	if row.Sectors[0] = "changed"; good.Sectors[0] != "health" {
		t.Error("a row shares a list with its good")
	}
	good.Measures[0].Value = []string{"b\u202e"}
	clean := Cleaned(good)
	if want := []string{"b"}; !reflect.DeepEqual(clean.Measures[0].Value, want) {
		t.Errorf("%q was left in", clean.Measures[0].Value)
	}
	if good.Measures[0].Value.([]string)[0] != "b\u202e" {
		t.Error("the good itself was changed")
	}
}
