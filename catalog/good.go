// Package catalog reads catalogs of digital public goods and turns their
// entries into goods with canonical repositories.
//
// It knows nothing of scanning or assessing: it reads a catalog, keeps what it
// could parse, and notes what it could not.
//
// Outside of this module nobody can add a format yet, and nobody can use the notes:
// the formats are a list inside the package, and a note is a type of
// internal/observation. That will be possible in a later release. Until then a
// format is a file in this package; docs/new-catalog.md is a walk through adding
// one.
package catalog

import (
	"net/url"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// Good is one digital public good: one or more catalog entries that name the
// same repository, or one entry that names none.
type Good struct {
	// ID is a slug made from the name, unique and stable within a catalog.
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases,omitempty"`
	Description string   `json:"description,omitempty"`
	Website     string   `json:"website,omitempty"`
	// Types are software, content, data, aimodel or standard.
	Types    []string `json:"types,omitempty"`
	Licenses []string `json:"licenses,omitempty"` // SPDX ids as declared by the catalog
	SDGs     []int    `json:"sdgs,omitempty"`     // 1 to 17, sorted
	Sectors  []string `json:"sectors,omitempty"`
	// Status is what the catalog says of the entry: "DPG", "nominee" for the
	// DPG registry; publiccode's developmentStatus ("stable", "obsolete").
	Status       string       `json:"status,omitempty"`
	Repositories []Repository `json:"repositories,omitempty"`
	// MainRepository is the address of the one of Repositories that the catalog calls the
	// main one; empty where it names none.
	MainRepository string         `json:"mainRepository,omitempty"`
	Organizations  []Organization `json:"organizations,omitempty"`
	// DevelopmentCountries and DeploymentCountries are names of countries as CLDR
	// spells them in English, and what is none as the catalog does. Nil means that the catalog has no such field or left it blank; an
	// empty list that it names none.
	DevelopmentCountries []string `json:"developmentCountries,omitzero"`
	DeploymentCountries  []string `json:"deploymentCountries,omitzero"`
	// UsedBy names organizations that say they use the good (publiccode).
	// Nil and empty differ as above.
	UsedBy      []string     `json:"usedBy,omitzero"`
	FundedBy    []string     `json:"fundedBy,omitzero"`
	Maintenance *Maintenance `json:"maintenance,omitempty"`
	// Sources are the entries that this good was made from.
	Sources []Source `json:"sources"`
	// Notes say what was dropped or changed on the way.
	Notes []observation.Note `json:"notes,omitempty"`
}

// Repository is the canonical address of one repository.
type Repository struct {
	// URL is canonical: lower-case scheme and host, no ".git", no trailing
	// slash, no user, query or fragment: "https://github.com/dhis2/dhis2-core".
	URL string `json:"url"`
	// Name is what the catalog calls it ("main"), Host, Owner and Path its
	// parts: "github.com", "dhis2", "dhis2-core". Owner may have slashes
	// (GitLab groups). All three are empty for a local path.
	Name  string `json:"name,omitempty"`
	Host  string `json:"host,omitempty"`
	Owner string `json:"owner,omitempty"`
	Path  string `json:"path,omitempty"`
	// OwnerHosts are those of Good.OwnerHosts of the goods that name the repository, parted
	// by spaces, while it is scanned; empty anywhere else.
	OwnerHosts string `json:"-"`
}

// Organization is a legal body behind a good. Of a person that a catalog names in the
// place of one, the role alone is kept: the name is Person.
type Organization struct {
	Name string `json:"name"`
	// Role is owner, maintainer, funder or implementer, as the catalog says.
	Role    string `json:"role,omitempty"`
	Website string `json:"website,omitempty"`
}

// Person is the name under which a person stands.
const Person = "a person"

// IsPerson reports whether the catalog says that this is a person.
func (o Organization) IsPerson() bool { return o.Name == Person }

// HasRole reports whether the role is one of some. Catalogs write roles in letters of any
// case.
func (o Organization) HasRole(roles ...string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return strings.EqualFold(o.Role, role) })
}

// Owners are the organizations that stand behind a good: those that the catalog calls
// owners; where there are none, those that it calls maintainers; where there are none, those
// of which it does not say what they are. Each name stands once. A person is among them as
// IsPerson says.
func (g Good) Owners() []Organization {
	for _, role := range [...]string{"owner", "maintainer", ""} {
		var owners []Organization
		for _, o := range g.Organizations {
			known := slices.ContainsFunc(owners, func(other Organization) bool { return other.Name == o.Name })
			if o.Name != "" && o.HasRole(role) && !known {
				owners = append(owners, o)
			}
		}
		if len(owners) > 0 {
			return owners
		}
	}
	return nil
}

// Owns reports whether the catalog calls the organization an owner or a maintainer.
func (o Organization) Owns() bool { return o.HasRole("owner", "maintainer") }

// maxOwnerHosts bounds the hosts of owners that are looked for in a history.
const maxOwnerHosts = 16

// OwnerHosts are the hosts of the websites of the organizations that the catalog calls
// owners or maintainers, in lower case, sorted, each once.
func (g Good) OwnerHosts() []string {
	var hosts []string
	for _, o := range g.Organizations {
		address := strings.TrimSpace(o.Website)
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" && o.Owns() && !o.IsPerson() {
			hosts = append(hosts, strings.ToLower(u.Hostname()))
		}
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	return hosts[:min(len(hosts), maxOwnerHosts)]
}

// Maintenance is what publiccode.yml says of upkeep.
type Maintenance struct {
	// Type is internal, contract, community or none.
	Type string `json:"type"`
	// ContractUntil is the latest end of a contractor's contract, as
	// "2006-01-02", or empty.
	ContractUntil string `json:"contractUntil,omitempty"`
}

// Source is where an entry was read.
type Source struct {
	Catalog string `json:"catalog"` // the format: dpga, publiccode, csv, url, sample, …
	Entry   string `json:"entry"`   // the file, row or address of the entry
	// Location is where the catalog was read, a path or an address; empty for what the
	// command line names, and for the sample.
	Location string `json:"location,omitempty"`
}

// Catalog is what was read from one source of goods.
type Catalog struct {
	// Name is the format: dpga, publiccode, forge, csv, code.json, sill, markdown,
	// cyclonedx, spdx, url or sample.
	Name string `json:"name"`
	// Location is where it was read: a path or an address.
	Location string `json:"location"`
	Goods    []Good `json:"goods"`
	// Fetched is the day on which a catalog at an address was last fetched, as
	// "2006-01-02"; empty for others.
	Fetched string `json:"fetched,omitempty"`
	// Notes are about entries that became no good.
	Notes []observation.Note `json:"notes,omitempty"`
}
