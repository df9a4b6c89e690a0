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

// covers reports whether a statement on the product is on a package in a repository: on
// the package itself, or on the repository, of all dependencies or of those that the
// product names.
func (p Product) covers(repository string, of observation.Package) bool {
	for _, id := range p.ids() {
		if isPackage(id, of) {
			return true
		}
		if !isRepository(id, repository) {
			continue
		}
		for _, part := range p.Subcomponents {
			if part.covers("", of) {
				return true
			}
		}
		if len(p.Subcomponents) == 0 {
			return true
		}
	}
	return false
}

// isPackage reports whether a purl names a package: at its version, where the purl has one.
func isPackage(id string, of observation.Package) bool {
	if of.PURL != "" && id == of.PURL {
		return true
	}
	purl, err := packageurl.FromString(id)
	if err != nil {
		return false
	}
	ecosystem, _, _ := strings.Cut(of.Ecosystem, ":")
	if want, known := ecosystemOf[purl.Type]; !known || want != ecosystem {
		return false
	}
	separator := "/"
	if purl.Type == "maven" {
		separator = ":"
	}
	name := purl.Name
	if purl.Namespace != "" {
		name = purl.Namespace + separator + name
	}
	version := func(text string) string { return strings.TrimPrefix(text, "v") }
	return strings.EqualFold(name, of.Name) && (purl.Version == "" || version(purl.Version) == version(of.Version))
}

// isRepository reports whether an id names a repository: its address, or a purl of its
// forge. The commit is not compared: an answer holds until there is a newer one.
func isRepository(id, repository string) bool {
	if repository == "" || id == "" {
		return false
	}
	if address := strings.TrimSuffix(strings.TrimPrefix(id, "git+"), "/"); strings.EqualFold(strings.TrimSuffix(address, ".git"), repository) {
		return true
	}
	purl, err := packageurl.FromString(id)
	if err != nil || forges[purl.Type] == "" {
		return false
	}
	return strings.EqualFold("https://"+forges[purl.Type]+"/"+purl.Namespace+"/"+purl.Name, repository)
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
