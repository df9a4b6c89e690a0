package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestJSONForATerminalHoldsNoControlsAndTheSameValues(t *testing.T) {
	const text = "a\u009b31mb\u007f\u202egnp.exe\u2066é日本👩‍⚕️\u200f"
	encoded, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1; size <= len(encoded); size++ { // wherever a write ends
		var out bytes.Buffer
		w := &jsonOutput{w: &out}
		for rest := encoded; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			if n, err := w.Write(rest[:min(size, len(rest))]); err != nil || n != min(size, len(rest)) {
				t.Fatal(n, err)
			}
		}
		if bytes.ContainsAny(out.Bytes(), "\u009b\u007f\u202e\u2066\u200f") {
			t.Fatalf("in writes of %d: %q", size, out.String())
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != text {
			t.Fatalf("in writes of %d it became %q (%v)", size, back, err)
		}
	}
}
