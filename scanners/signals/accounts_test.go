package signals_test

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/scanners/scannertest"
	"github.com/midspan/midspan/scanners/signals"
)

// TestAccountsForTheLedgersAreTheCollectivesAndManifestsThatFilesName reads no account that
// may be a person's.
func TestAccountsForTheLedgersAreTheCollectivesAndManifestsThatFilesName(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts files
		want  []string // platform and name
	}{
		{"none", files{"README.md": "# X, see https://opencollective.com/others\n"}, nil},
		{"by name", files{".github/FUNDING.yml": "github: ann\nopen_collective: Tide\n"}, []string{"open-collective tide"}},
		{"a list", files{"FUNDING.yml": "open_collective: [tide, ebb]\n"}, []string{"open-collective tide", "open-collective ebb"}},
		{"an address", files{"FUNDING.yml": "custom: ['https://www.opencollective.com/tide/donate', 'https://ann.example']\n"}, []string{"open-collective tide"}},
		{"of the template", files{"FUNDING.yml": "open_collective: # Replace with a single Open Collective username\n"}, nil},
		{"package.json", files{"package.json": `{"funding": {"url": "https://opencollective.com/tide"}}`}, []string{"open-collective tide"}},
		{"a project below another", files{"package.json": `{"funding": "https://opencollective.com/harbour/projects/tide"}`}, []string{"open-collective tide"}},
		{"funding.json", files{"funding.json": `{"funding": {"channels": [{"address": "https://opencollective.com/tide"}, {"address": "IBAN 1"}]}}`}, []string{"open-collective tide"}},
		{"a manifest elsewhere", files{".well-known/funding-manifest-urls": "https://tide.example/funding.json\nnone\n"}, []string{"funding-manifest https://tide.example/funding.json"}},
		{"no name", files{"package.json": `{"funding": "https://opencollective.com/"}`}, nil},
		{"another host", files{"package.json": `{"funding": "https://opencollective.com.example/tide"}`}, nil},
	} {
		seen := scannertest.Scan(t, signals.New(), repository(t, c.texts), asOf)
		var got []string
		for _, account := range seen.Accounts {
			got = append(got, account.Platform+" "+account.Name)
			if account.Path == "" {
				t.Errorf("%s: %s has no file", c.name, account.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
