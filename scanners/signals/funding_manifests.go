package signals

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// readFundingPointer reads the list of addresses at which manifests of fundingjson.org
// stand elsewhere. A scanner fetches nothing, so what came in is unknown to it.
func readFundingPointer(files *tree) fundingSource {
	f := fundingSource{kind: "funding-manifest-urls", couldReceive: true}
	f.err = files.parseFirst(fundingPointerKind, func(data []byte) error {
		scanner := bufio.NewScanner(bytes.NewReader(data))
		for scanner.Scan() {
			if u, err := url.Parse(strings.TrimSpace(scanner.Text())); err == nil && u.Hostname() != "" {
				f.sought = []string{"a funding manifest elsewhere"}
				f.accounts = append(f.accounts, observation.Account{Platform: observation.FundingManifest, Name: u.String(), Path: files.firstOf(fundingPointerKind)})
			}
		}
		return scanner.Err()
	})
	if f.err == nil && len(f.sought) > 0 {
		f.err = &unreadable{observation.CauseUnsupported, files.firstOf(fundingPointerKind) + " names a funding manifest elsewhere, which is not fetched"}
	}
	return f
}

// readManifestFunding reads the ways to give that a kind of manifest names.
// parse returns their addresses.
func readManifestFunding(files *tree, kind string, where fileKind, parse func(data []byte) ([]string, error)) fundingSource {
	f := fundingSource{kind: kind, couldSeek: true}
	f.err = files.parseFirst(where, func(data []byte) error {
		addresses, err := parse(data)
		f.addSought("funding at ", observation.FundingPlatforms(addresses...))
		f.addCollectives(files.firstOf(where), addresses)
		return err
	})
	return f
}

// maxAccounts bounds how many accounts of one repository are asked about.
const maxAccounts = 10

// collectivePath matches the path of a collective at Open Collective, or of a project below
// one, which has a name of its own.
var collectivePath = lazy.Pattern(`^/(?:[A-Za-z0-9_-]+/projects/)?([A-Za-z0-9_-]{1,100})(?:/|$)`)

// addCollectives adds the collectives among addresses, each once.
func (f *fundingSource) addCollectives(path string, addresses []string) {
	for _, address := range addresses {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") != "opencollective.com" {
			continue
		}
		found := collectivePath().FindStringSubmatch(u.Path)
		if found == nil {
			continue
		}
		account := observation.Account{Platform: observation.OpenCollective, Name: strings.ToLower(found[1]), Path: path}
		if !slices.Contains(f.accounts, account) {
			f.accounts = append(f.accounts, account)
		}
	}
}

// addressesIn are the addresses of a value that is one, an object with one, or a list of
// either.
func addressesIn(value any) []string {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	var addresses []string
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			item = object["url"]
		}
		if address, ok := item.(string); ok {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// parseJSONFunding returns the addresses that "funding" of package.json and composer.json
// names, and the older "collective" of package.json.
func parseJSONFunding(data []byte) ([]string, error) {
	var manifest struct {
		Funding    any `json:"funding"`
		Collective any `json:"collective"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &manifest); err != nil {
		return nil, err
	}
	return append(addressesIn(manifest.Funding), addressesIn(manifest.Collective)...), nil
}

// fundingLabels are the names of project addresses under which money is asked for, in
// lower case, without spaces and signs: PyPI shows them with a heart.
var fundingLabels = []string{
	"funding", "fund", "sponsor", "sponsors", "sponsorship", "sponsoring",
	"donate", "donation", "donations", "opencollective", "backers", "tidelift",
}

var noLetters = lazy.Pattern(`[^a-z]+`)

// parsePyprojectFunding reads the project's addresses under such names.
func parsePyprojectFunding(data []byte) ([]string, error) {
	var manifest struct {
		Project struct {
			URLs map[string]any `toml:"urls"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				URLs map[string]any `toml:"urls"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if err := nesting.DecodeTOML(data, &manifest); err != nil {
		return nil, err
	}
	var addresses []string
	for _, urls := range []map[string]any{manifest.Project.URLs, manifest.Tool.Poetry.URLs} {
		for label, value := range urls {
			address, ok := value.(string)
			if ok && slices.Contains(fundingLabels, noLetters().ReplaceAllString(strings.ToLower(label), "")) {
				addresses = append(addresses, address)
			}
		}
	}
	slices.Sort(addresses) // they come from a map
	return addresses, nil
}

// gemFunding finds the address in a gem's metadata, as an assignment and in a hash.
var gemFunding = lazy.Pattern(`(?m)^[^#\n]*["']funding_uri["']\s*\]?\s*=>?\s*["']([^"'\n]+)["']`)

func parseGemFunding(data []byte) ([]string, error) {
	var addresses []string
	for _, match := range gemFunding().FindAllSubmatch(data, -1) {
		addresses = append(addresses, string(match[1]))
	}
	return addresses, nil
}

func isGemspec(name string) bool { return path.Ext(name) == ".gemspec" }

// drips is FUNDING.json as Drips and other registries of addresses read it. It has the
// name of fundingjson.org's manifest and another shape.
type drips struct {
	Drips   map[string]any `json:"drips"`
	OpRetro map[string]any `json:"opRetro"`
}

// noAccount matches an address of zeros, which belongs to nobody, and none.
var noAccount = lazy.Pattern(`^(?:0x)?0*$`)

// sought is what the file asks for; ok is false where it has another shape.
func (d drips) sought() (ways []string, ok bool) {
	if d.Drips == nil && d.OpRetro == nil {
		return nil, false
	}
	for _, chain := range d.Drips {
		fields, _ := chain.(map[string]any)
		owner, _ := fields["ownedBy"].(string)
		if !noAccount().MatchString(strings.TrimSpace(owner)) {
			ways = []string{"an account at Drips"}
		}
	}
	if project, _ := d.OpRetro["projectId"].(string); !noAccount().MatchString(strings.TrimSpace(project)) {
		ways = append(ways, "a project of Optimism's retro funding")
	}
	return ways, true
}
