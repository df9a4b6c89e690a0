package observation

import (
	"net/url"
	"slices"
	"strings"
)

// Account is where money for a project comes in, as one of its files names it. Sources on
// the network ask about it. No report shows it, for the name may be a person's.
type Account struct {
	// Platform is OpenCollective or FundingManifest.
	Platform string `json:"platform"`
	// Name is the collective's name in addresses ("webpack"), or the manifest's address.
	Name string `json:"name"`
	// Path is the file that names it, relative to the repository's root.
	Path string `json:"path"`
}

// The platforms of accounts.
const (
	OpenCollective  = "open-collective"  // https://opencollective.com
	FundingManifest = "funding-manifest" // a funding.json elsewhere (https://fundingjson.org)
)

// fundingHosts are the platforms that reports name.
var fundingHosts = []string{"buymeacoffee.com", "github.com", "issuehunt.io", "ko-fi.com", "liberapay.com", "numfocus.org", "opencollective.com",
	"patreon.com", "paypal.com", "paypal.me", "polar.sh", "thanks.dev", "tidelift.com"}

// FundingPlatforms names the platforms of addresses at which money is asked for, sorted, each
// once.
func FundingPlatforms(addresses ...string) []string {
	var platforms []string
	for _, address := range addresses {
		if platform := fundingPlatform(address); platform != "" {
			platforms = append(platforms, platform)
		}
	}
	slices.Sort(platforms)
	return slices.Compact(platforms)
}

// fundingPlatform is the platform of an address, by its host. Any other host may be a
// person's own, and bear a name. A text that is no address has none.
func fundingPlatform(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	if host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."); slices.Contains(fundingHosts, host) {
		return host
	}
	return "a page of its own"
}
