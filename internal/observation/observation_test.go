package observation

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestMeasureComesBackFromJSONWithItsGoTypes(t *testing.T) {
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	definition := Definition{ID: "x", Unit: "people"}
	for _, want := range []Measure{
		definition.Of(0, "history", at), definition.Of(2.5, "history", at), definition.Of(false, "file", at),
		definition.Of("text", "file", at), definition.Of([]string{"a", "b"}, "file", at), definition.Of([]string{}, "file", at),
		definition.UnknownFor(CauseOffline, "d"), definition.NotApplicableFor("d"),
	} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Measure
		if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s came back as %+v, %v", data, got, err)
		}
	}
}

func TestUnknownHasNoNumber(t *testing.T) {
	d := Definition{ID: "x"}
	for _, m := range []Measure{d.UnknownFor(CauseOffline, ""), d.NotApplicableFor(""), {State: Unknown, Value: 0.0}, d.Of("text", "", time.Time{})} {
		if n, ok := m.Number(); ok {
			t.Errorf("%+v is read as %v", m, n)
		}
	}
	if n, ok := d.Of(true, "", time.Time{}).Number(); !ok || n != 1 {
		t.Errorf("true is %v, %v", n, ok)
	}
}

func TestListOfOtherThingsThanTextIsRefused(t *testing.T) {
	var m Measure
	if err := json.Unmarshal([]byte(`{"id":"x","value":[1]}`), &m); err == nil {
		t.Error("a list of numbers was taken for a list of texts")
	}
}
