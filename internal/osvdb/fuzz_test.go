package osvdb

import "testing"

func FuzzDecodeMembers(f *testing.F) {
	f.Add(member{name: 1, sum: 2, id: 3, modified: 4}.encode(nil, []uint64{5, 6}))
	f.Fuzz(func(_ *testing.T, data []byte) {
		decodeMembers(data, func(member, []uint64) error { return nil })
	})
}

func FuzzParseKEV(f *testing.F) {
	f.Add([]byte(`{"dateReleased":"2025-08-25T17:04:19Z","vulnerabilities":[{"cveID":"CVE-2021-44228"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if catalog, err := parseKEV(data); err == nil && len(catalog.Vulnerabilities) == 0 {
			t.Fatal("an empty catalog was accepted")
		}
	})
}
