package licensefile_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/licensefile"
)

// Add a line for a name that is misread: own, of others or an offer.
func TestNamesTellWhoseLicenceAFileHolds(t *testing.T) {
	for name, want := range map[string]string{
		"LICENSE": "own", "LICENCE.md": "own", "COPYING.LESSER": "own", "LICENSE-MIT": "own", "LICENSES/MIT.txt": "own", "LICENSES/Apache-2.0.txt": "own",
		"LICENSES/LicenseRef-Ours.txt": "own", "UNLICENSE": "own", "LICENSE.docs": "own", "LICENSES/Classpath-exception-2.0.txt": "own",
		"THIRD-PARTY-LICENSES": "others", "THIRD_PARTY_LICENSES.txt": "others", "LICENSE-3RD-PARTY.md": "others", "licenses/jquery.txt": "others",
		"licenses/bootstrap-LICENSE.txt": "others", "LICENSE-third-party": "others", "LICENSE.dependencies": "others",
		"COMMERCIAL-LICENSE.md": "offer", "LICENSE-ENTERPRISE": "own offer", "LICENSE_COMMERCIAL.txt": "own offer", "EULA.txt": "offer",
		"COMMERCIAL.md": "offer", "LICENSING-ENTERPRISE.md": "offer", "DUAL-LICENSE.md": "offer", "LICENSE.EE": "own offer", "Commercial_License.txt": "offer",
		"main.go": "", "license.go": "", "README.md": "", "commercial/app.md": "", "professional.md": "", "docs/licensing.md": "", "producer.md": "",
	} {
		folder, base, nested := strings.Cut(name, "/")
		if !nested {
			base = folder
		}
		low := strings.ToLower(base)
		var got []string
		if licensefile.IsOfOthers(name) {
			got = append(got, "others")
		} else if licensefile.IsName(low) && !nested || nested && strings.EqualFold(folder, "licenses") && licensefile.IsInLicenses(low) {
			got = append(got, "own")
		}
		if licensefile.IsOffer(low) && !nested {
			got = append(got, "offer")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
