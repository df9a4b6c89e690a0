package wording_test

import (
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/wording"
)

func TestLicencesAreSaidToStandOnTheirLists(t *testing.T) {
	for _, test := range []struct {
		found []string
		want  string
	}{
		{[]string{"MIT"}, "approved by the OSI"},
		{[]string{"CC-BY-4.0", "MIT"}, "approved by the OSI, accepted by the DPG Standard for content and data"},
		{[]string{"ODbL-1.0"}, "accepted by the DPG Standard for data"},
		{[]string{"CC-BY-NC-4.0", "WTFPL"}, "on no list: CC-BY-NC-4.0 (no commercial use), WTFPL"},
		{[]string{"Apache-2.0 AND LicenseRef-added-terms"}, "terms are added, and nobody has judged them"},
	} {
		if got := language.English().TranslateMessage(wording.Licenses(test.found)); got != test.want {
			t.Errorf("%v: %q, want %q", test.found, got, test.want)
		}
	}
}
