package record

import (
	"errors"
	"fmt"
	"testing"
)

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"id":"A","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1"],"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}`))
	f.Add([]byte(`{"id":7,"affected":{}}`))
	f.Add([]byte(`{"id":"A","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"}],"database_specific":[1]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data)
		if err != nil && !errors.Is(err, ErrPartial) {
			return
		}
		if r.ID == "" {
			t.Fatal("a record without an id was accepted")
		}
		for _, e := range r.Entries("npm") {
			if e.ID != r.ID || len(e.Affected) == 0 || e.Name == "" {
				t.Fatalf("entry %+v", e)
			}
			sameDecoded(t, e)
		}
	})
}

// sameDecoded fails where an entry is another after it was in an index.
func sameDecoded(t *testing.T, e PackageEntry) {
	t.Helper()
	err := Each(e.Append(nil, "npm"), func(encoded Encoded) error {
		got, err := encoded.Decode("npm")
		if err == nil && (string(encoded.Name) != e.Name || fmt.Sprint(got) != fmt.Sprint(e.Entry)) {
			t.Fatalf("encoded %+v, decoded %+v", e, got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzEncodedEntries(f *testing.F) {
	f.Add(PackageEntry{"left", Entry{ID: "MAL-1", Summary: commonSummary("npm", "left"), Aliases: []string{"A"}, Affected: []Affected{{Versions: []string{"1"}, Ranges: [][]Event{{{Fixed: "2"}}}}}}}.Append(nil, "npm"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		Each(data, func(e Encoded) error {
			_, err := e.Decode("npm")
			return err
		})
	})
}
