package varint

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

func TestWhatWasWrittenIsRead(t *testing.T) {
	list := []string{"", "a", "äöü"}
	b := AppendText(nil, "first")
	b = AppendTexts(AppendTexts(append(b, 7), list), nil)
	b = binary.AppendUvarint(binary.AppendVarint(b, math.MinInt64), math.MaxUint64)
	text, rest, ok := CutText(b)
	if !ok || string(text) != "first" {
		t.Fatalf("cut %q, %v", text, ok)
	}
	r := Reader{Rest: string(rest)}
	if got := r.Byte(); got != 7 {
		t.Errorf("byte %d", got)
	}
	if got := r.Texts(); !slices.Equal(got, list) {
		t.Errorf("texts %q", got)
	}
	if got := r.Texts(); got != nil {
		t.Errorf("no texts are %q", got)
	}
	if a, b := r.Int(), r.Uint(); a != math.MinInt64 || b != math.MaxUint64 {
		t.Errorf("numbers %d, %d", a, b)
	}
	if r.Failed || r.Rest != "" {
		t.Errorf("left %+v", r)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(AppendTexts(AppendText([]byte{1, 2, 3}, "text"), []string{"a", "b"}))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if text, rest, ok := CutText(data); ok && len(text)+len(rest) >= len(data) {
			t.Fatalf("cut %q and %q from %q", text, rest, data)
		}
		r := Reader{Rest: string(data)}
		r.Byte()
		r.Int()
		r.Uint()
		r.Text()
		r.Texts()
		if r.Failed && (r.Rest != "" || r.Text() != "" || r.Texts() != nil || r.Int() != 0 || r.Byte() != 0) {
			t.Fatalf("%q: something is read after a failure", data)
		}
	})
}
