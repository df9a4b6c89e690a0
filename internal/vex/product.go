package vex

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/midspan/midspan/internal/observation"
)

// ecosystemOf is the OSV ecosystem of a type of purl.
var ecosystemOf = map[string]string{
	"npm": "npm", "pypi": "PyPI", "golang": "Go", "maven": "Maven", "cargo": "crates.io", "gem": "RubyGems", "nuget": "NuGet",
	"composer": "Packagist", "pub": "Pub", "hex": "Hex", "swift": "SwiftURL", "cran": "CRAN", "conan": "ConanCenter",
}

// forges are the hosts that have a type of purl.
var forges = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}

// ids are the names of a product: its id, and its identifiers.
func (p Product) ids() []string {
	ids := []string{p.ID}
	for _, id := range p.Identifiers {
		ids = append(ids, id)
	}
	return ids
}

// packageOf reads a purl of a package of an ecosystem: a key of its name, and its version,
// empty for all. It is false for what names no such package.
func packageOf(id string) (key, version string, ok bool) {
	purl, err := packageurl.FromString(id)
	if err != nil {
		return "", "", false
	}
	ecosystem, known := ecosystemOf[purl.Type]
	if !known {
		return "", "", false
	}
	separator := "/"
	if purl.Type == "maven" {
		separator = ":"
	}
	name := purl.Name
	if purl.Namespace != "" {
		name = purl.Namespace + separator + name
	}
	return packageKey(ecosystem, name), plainVersion(purl.Version), true
}

// isPackageID reports a purl that is that of no repository.
func isPackageID(id string) bool {
	purl, err := packageurl.FromString(id)
	return err == nil && forges[purl.Type] == ""
}

func packageKey(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	return base + "\n" + strings.ToLower(name)
}

// purlKey is the key of a package by its purl as it is written, for ecosystems that have
// no other.
func purlKey(purl string) string { return "purl\n" + purl }

// plainVersion is a version as it is compared.
func plainVersion(text string) string { return strings.TrimPrefix(text, "v") }

// subjectOf is the key of what a product is that is no package: the address of a
// repository, also where its forge's purl names it, or the id of a good. The commit is not
// compared: an answer holds until there is a newer one.
func subjectOf(id string) string {
	if purl, err := packageurl.FromString(id); err == nil && forges[purl.Type] != "" {
		return strings.ToLower("https://" + forges[purl.Type] + "/" + purl.Namespace + "/" + purl.Name)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(id, "git+"), "/")
	return strings.ToLower(strings.TrimSuffix(address, ".git"))
}

// RepositoryID is how a document names a repository: the purl of its forge at a commit
// where there is one, or its address.
func RepositoryID(address, host, owner, name, commit string) string {
	for kind, forge := range forges {
		if host == forge {
			return packageurl.NewPackageURL(kind, owner, name, commit, nil, "").ToString()
		}
	}
	return address
}

// PackageID is how a document names a package: its purl, made of its name where the
// manifest gives none.
func PackageID(p observation.Package) string {
	if p.PURL != "" {
		return p.PURL
	}
	for kind, ecosystem := range ecosystemOf {
		if base, _, _ := strings.Cut(p.Ecosystem, ":"); base == ecosystem {
			namespace, name := "", p.Name
			if at := strings.LastIndexAny(p.Name, "/:"); at > 0 {
				namespace, name = p.Name[:at], p.Name[at+1:]
			}
			return packageurl.NewPackageURL(kind, namespace, name, p.Version, nil, "").ToString()
		}
	}
	return "pkg:generic/" + p.Name + "@" + p.Version
}
