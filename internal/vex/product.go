package vex

import (
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/purl"
)

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
	ecosystem, name, version, ok := purl.Parse(id)
	if !ok {
		return "", "", false
	}
	return packageKey(ecosystem, name), plainVersion(version), true
}

// isPackageID reports a purl that is that of no repository.
func isPackageID(id string) bool {
	read, err := packageurl.FromString(id)
	return err == nil && forges[read.Type] == ""
}

func packageKey(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	return base + "\n" + strings.ToLower(name)
}

// purlKey is the key of a package by its purl as it is written, for ecosystems that have
// no other.
func purlKey(id string) string { return "purl\n" + id }

// plainVersion is a version as it is compared.
func plainVersion(text string) string { return strings.TrimPrefix(text, "v") }

// subjectOf is the key of what a product is that is no package: the address of a
// repository, also where its forge's purl names it, or the id of a good. The commit is not
// compared: an answer holds until there is a newer one.
func subjectOf(id string) string {
	if read, err := packageurl.FromString(id); err == nil && forges[read.Type] != "" {
		return strings.ToLower("https://" + forges[read.Type] + "/" + read.Namespace + "/" + read.Name)
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
	ecosystem, _, _ := strings.Cut(p.Ecosystem, ":")
	if id := purl.Of(ecosystem, p.Name, p.Version); id != "" {
		return id
	}
	return "pkg:generic/" + p.Name + "@" + p.Version
}
