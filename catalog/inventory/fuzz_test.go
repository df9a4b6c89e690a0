package inventory

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzRead wants rows that JSON can say, or an error that says what the text was taken for.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"agency": "a", "releases": [{"name": 1, "permissions": {"licenses": [null, {"name": []}]}}]}`,
		`[{"softwareName": {"fr": 1}, "userAndReferentCountByOrganization": {"x": null}}]`,
		`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x", "purl": "pkg:x", "components": []}]}`,
		`{"spdxVersion": "SPDX-2.3", "packages": [{"name": "x", "downloadLocation": "git+https://a/b@"}]}`,
		`{"@context": "https://spdx.org/x", "@graph": [{"type": "software_Package", "externalRef": [{"externalRefType": "vcs", "locator": [1]}]}]}`,
		"<bom><components><component/></components></bom>", "SPDXVersion: SPDX-2.3\nPackageName: x\n", "- [x](https://a.example/b)\n| [y](z) |", strings.Repeat(`{"@graph":[`, 50),
	} {
		f.Add([]byte(seed), ".md")
		f.Add([]byte(seed), ".json")
	}
	f.Fuzz(func(t *testing.T, text []byte, extension string) {
		list, ok, err := Read(text, extension)
		if ok && err == nil && list.Name == "" {
			t.Error("a list without a format")
		}
		if _, err := json.Marshal(list); err != nil {
			t.Error(err)
		}
		for _, row := range list.Rows {
			if row.Entry == "" && err == nil && row.Fields["name"] != nil {
				t.Errorf("a row that does not say where it stands: %v", row)
			}
		}
	})
}
