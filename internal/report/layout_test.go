package report

import (
	"bytes"
	"encoding/json"
	"testing"
)

func FuzzLayOutChangesNothingButSpace(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `{"a":[1,{"b":[]}],"c":"x{[\\\"],:"}`, `[[],{},[[]]]`, `"\\"`, `[{"a":"\\\\\""},1]`, `null`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var compact, back bytes.Buffer
		if !json.Valid(data) || json.Compact(&compact, data) != nil {
			t.Skip("no JSON")
		}
		if err := json.Compact(&back, layOut(nil, compact.Bytes(), 0)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.Bytes(), compact.Bytes()) {
			t.Errorf("%s became %s", compact.Bytes(), back.Bytes())
		}
	})
}
