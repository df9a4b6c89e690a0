package catalog

import (
	"slices"
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
