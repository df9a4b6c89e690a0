// Package institution tells public bodies, universities and organizations between states,
// and foundations and associations, by the names that they bear: in a domain, in the account of a forge and in a catalog. It
// knows forms of names, not lists of bodies, but for the organizations of the United
// Nations. What it does not know may still be one.
package institution

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/midspan/midspan/internal/lazy"
)

// domain matches the registrable domains of public bodies, universities and
// organizations between states: those that only they can register, and those that many
// countries keep for them.
var domain = lazy.Pattern(`(?:^|\.)(?:gov|mil|edu|int)$|(?:^|\.)(?:gov|gob|gouv|gub|govt|go|gc|ac|edu|mil|nhs|police|parliament|admin)\.[a-z]{2,3}$|` +
	`(?:^|\.)(?:europa\.eu|bund\.de|un\.org|undp\.org|unicef\.org|who\.int|worldbank\.org|unesco\.org|unhcr\.org|wfp\.org|iom\.int|fao\.org|ilo\.org|oecd\.org|cern\.ch|admin\.ch)$|` +
	`(?:^|\.)(?:uni|univ|tu|fh|hs)-[a-z0-9-]+\.[a-z]{2,3}$|universit|ministeri|government`)

// IsDomain reports whether a registrable domain is that of a public body or a university.
func IsDomain(registrable string) bool {
	return registrable != "" && domain().MatchString(registrable)
}

// IsSite reports whether an address lies on such a domain.
func IsSite(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" {
		return false
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")))
	return err == nil && IsDomain(registrable)
}

// account matches accounts of public bodies and of organizations of the United Nations by
// their names.
var account = lazy.Pattern(`(?:^|[^a-z])(?:govt|gob|gouv|government|ministry|ministerio|ministere|parliament|municipality|unicef|undp|unhcr|unfpa|unesco|` +
	`worldbank|usaid|nhs|nhsx|nhsdigital|alphagov|cabinetoffice|ministryofjustice)(?:[^a-z]|$)|^(?:who|fao|wfp|cdc|nasa|nist|gsa|18f)(?:[^a-z]|$)|` +
	`^(?:unicef|undp|unhcr|govuk|alphagov)|[^a-z]gov$|government$`)

// IsAccount reports whether the account that owns a repository is that of a public body,
// by its name.
func IsAccount(owner string) bool { return account().MatchString(strings.ToLower(owner)) }

// name matches the names of such organizations as a catalog writes them.
var name = lazy.Pattern(`(?i)\b(?:ministry|ministries|minist[eè]re|ministerio|minist[eé]rio|ministerium|municipality|municipalit[eé]|ayuntamiento|prefeitura|` +
	`parliament|government of|gouvernement|gobierno|governo|regierung|city of|county of|state of|province of|republic of|kingdom of|` +
	`universit\w*|universid\w*|universiteit|hochschule|polytechnic|institute of technology|` +
	`united nations|world bank|world health organization|world meteorological organization|european (?:commission|union|parliament)|african union|` +
	`development bank|national (?:\w+ )?(?:statistic\w*|agency|authority|committee|council|institute|laborator(?:y|ies)|library|archives?|office|center|centre|service)|` +
	`(?:protection|technology|digital\w*|statistics|space|environment\w*|health|cooperation|development) (?:and \w+ )?(?:agency|authority)|meteorological institute|bureau of statistics)\b|` +
	`^(?:government|statistics) |\b(?:UNICEF|UNDP|UNHCR|UNFPA|UNESCO|UNEP|UNIDO|UNOPS|UNICC|UNCTAD|FAO|WFP|WHO|WMO|IOM|ILO|ITU|OECD|USAID|GIZ|NHS)\b`)

// acronym are the names above that count in capitals alone: "who" is a word.
var acronym = lazy.Pattern(`^[A-Z]{3,6}$`)

// IsName reports whether the name of an organization is that of a public body, a
// university or an organization between states.
func IsName(organization string) bool {
	for _, found := range name().FindAllString(organization, -1) {
		if len(found) > 6 || strings.ContainsAny(found, " ") || acronym().MatchString(found) {
			return true
		}
	}
	return false
}

// association matches what foundations, alliances, consortia and associations call
// themselves, in the languages of most catalogs.
var association = lazy.Pattern(`(?i)\b(?:foundation|fundaci[oó]n|funda[cç][aã]o|fondation|fondazione|stiftung|stichting|fundacja|alliance|alian[zcç]a|consorti(?:um|a)|consorcio|cons[oó]rcio|` +
	`association|asociaci[oó]n|associa[cç][aã]o|associazione|federation|f[eé]d[eé]ration|federaci[oó]n|verein)\b|\be\.\s?v\.`)

// IsAssociation reports whether the name of an organization is that of a foundation, an
// alliance, a consortium or an association. Many of them pay for work, and many do not.
func IsAssociation(organization string) bool { return association().MatchString(organization) }
