package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAMisspeltGoodIsAnsweredWithThoseThatMayBeMeant(t *testing.T) {
	goods := []Good{{ID: "river-gauge", Name: "River Gauge"}, {ID: "clinic-ledger", Name: "Sample: Clinic Ledger"}, {ID: "atlas", Name: "Open Atlas"}}
	for text, want := range map[string][]string{
		"rivr": {"river-gauge"}, "River Guage": {"river-gauge"}, "clinik ledger": {"clinic-ledger"}, "zzz": nil, "": nil,
	} {
		if got := Alike(text, goods); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if !goods[1].Names("sample: clinic ledger") || !goods[0].Names("RIVER-GAUGE") || goods[0].Names("river") {
		t.Error("a good is named by its id and its name, whole")
	}
}

func TestANameOfSeveralGoodsNamesNone(t *testing.T) {
	goods := []Good{{ID: "a", Name: "Atlas"}, {ID: "b", Name: "atlas"}, {ID: "c", Name: "Ledger", Aliases: []string{"x"}}, {ID: "d", Name: "Ledger"}, {ID: "x", Name: "C"},
		{ID: "e", Repositories: []Repository{{URL: "https://forge.example/o/r"}}}, {ID: "f", Repositories: []Repository{{URL: "https://forge.example/o/r"}}}}
	for text, want := range map[string]string{
		"a": "a", "A": "a", "Atlas": "a", "atlas": "b", "ATLAS": "several: a, b", "Ledger": "several: c, d", "x": "x", "c": "c", "C": "x",
		"https://forge.example/o/r.git": "several: e, f", "nobody": "no good",
	} {
		good, err := Pick(text, goods)
		ambiguous, several := errors.AsType[*AmbiguousError](err)
		switch got := good.ID; {
		case several:
			if got := "several: " + strings.Join(ambiguous.IDs, ", "); got != want || !strings.Contains(err.Error(), strings.TrimPrefix(want, "several: ")) {
				t.Errorf("%q names %s (%v), want %s", text, got, err, want)
			}
		case err != nil && want != "no good", err == nil && got != want:
			t.Errorf("%q names %q, %v, want %s", text, got, err, want)
		}
	}
}
