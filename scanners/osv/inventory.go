package osv

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/extractor"
	apkmeta "github.com/google/osv-scalibr/extractor/filesystem/os/apk/metadata"
	dpkgmeta "github.com/google/osv-scalibr/extractor/filesystem/os/dpkg/metadata"
	"github.com/google/osv-scalibr/extractor/filesystem/osv"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/cdx"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/spdx"
	"github.com/package-url/packageurl-go"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/scanners/osv/locks"
)

// inventoryOf turns what extractors found into packages as OSV names them,
// each once a manifest.
func inventoryOf(found []*extractor.Package) []observation.Package {
	packages := make([]observation.Package, 0, len(found))
	for _, p := range found {
		if says, ok := p.Metadata.(locks.Stated); ok && says.Own() {
			continue
		}
		packages = append(packages, packageOf(p))
	}
	slices.SortStableFunc(packages, func(a, b observation.Package) int {
		return cmp.Or(compareIdentity(a, b), slices.Compare(a.Groups, b.Groups))
	})
	distinct := []observation.Package{} // not nil: an inventory of no packages is one
	for _, p := range packages {
		if last := len(distinct) - 1; last >= 0 && compareIdentity(distinct[last], p) == 0 {
			distinct[last].Groups = mergeGroups(distinct[last].Groups, p.Groups)
			if p.Relation == observation.Direct {
				distinct[last].Relation = p.Relation
			}
			continue
		}
		distinct = append(distinct, p)
	}
	return distinct
}

func compareIdentity(a, b observation.Package) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL))
}

// mergeGroups are the groups of a package that is listed twice: without a group
// once is without one.
func mergeGroups(a, b []string) []string {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	return union(a, b)
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

func packageOf(p *extractor.Package) observation.Package {
	result := observation.Package{Ecosystem: p.Ecosystem().String(), Name: p.Name, Version: p.Version}
	if len(p.Locations) > 0 {
		result.Path, _ = snapshotPath(p.Locations[0])
	}
	if address := p.PURL(); address != nil {
		result.PURL = address.String()
	}
	if groups, ok := p.Metadata.(osv.DepGroups); ok {
		result.Groups = union(groups.DepGroups(), nil)
	}
	if says, ok := p.Metadata.(locks.Stated); ok {
		says.Set(&result)
		if says.Ecosystem == swiftEcosystem {
			result.Ecosystem = says.Ecosystem
			result.PURL = packageurl.NewPackageURL(packageurl.TypeSwift, path.Dir(p.Name), path.Base(p.Name), p.Version, nil, "").ToString()
		}
	}
	if slices.Contains(p.Plugins, cdx.Name) || slices.Contains(p.Plugins, spdx.Name) {
		fromPURL(&result)
	}
	result.Name = nameOf(p, result)
	withoutSecrets(&result)
	return result
}

// address is what stands in the place of a version where a package was not taken from a
// registry: that of an archive, a repository or a folder.
var address = lazy.Pattern(`^(?:[a-z][a-z0-9+.-]*:|git@|\.{0,2}/)|://|^[\w.-]+/[\w.-]+#`)

// withoutAddress takes the version from a package whose lockfile gives an address in its
// place: which version lies there nobody knows. Versions of Debian have an epoch ("1:2.3").
func withoutAddress(p *observation.Package) {
	if !address().MatchString(p.Version) {
		return
	}
	p.Version = ""
	if purl, err := packageurl.FromString(p.PURL); err == nil {
		purl.Version = ""
		p.PURL = purl.ToString()
	}
}

// withoutSecrets cuts users, passwords and queries from what names an address: lockfiles
// say in place of a version where a package was fetched, with the token that it took.
func withoutSecrets(p *observation.Package) {
	for _, field := range []*string{&p.Name, &p.Version} {
		if strings.Contains(*field, ":/") && strings.ContainsAny(*field, "@?") {
			*field = redact.URL(*field)
			p.PURL = "" // it repeats the address in its own spelling
		}
	}
	if address, _, found := strings.Cut(p.PURL, "?"); found && strings.Contains(strings.ToLower(p.PURL), "%3a%2f%2f") {
		p.PURL = address
	}
}

// nameOf gives the name under which OSV lists the package.
func nameOf(p *extractor.Package, as observation.Package) string {
	switch metadata := p.Metadata.(type) {
	case *dpkgmeta.Metadata: // Debian's advisories name source packages
		return cmp.Or(metadata.SourceName, as.Name)
	case *apkmeta.Metadata:
		return cmp.Or(metadata.OriginName, as.Name)
	}
	if as.Ecosystem == "Go" && as.Name == "go" {
		return "stdlib"
	}
	if as.Ecosystem == "PyPI" {
		return observation.NormalName(as.Ecosystem, as.Name)
	}
	return as.Name
}

// purlEcosystems are the OSV ecosystems of package URL types, for SBOMs, whose
// packages are of any kind.
var purlEcosystems = map[string]string{
	"cargo": "crates.io", "composer": "Packagist", "conan": "ConanCenter", "cran": "CRAN", "gem": "RubyGems",
	"github": "GitHub Actions", "golang": "Go", "hackage": "Hackage", "hex": "Hex", "k8s": "Kubernetes",
	"maven": "Maven", "npm": "npm", "nuget": "NuGet", "pub": "Pub", "pypi": "PyPI", "swift": "SwiftURL",
}

// purlDistributions are those whose namespace decides, by type and namespace.
var purlDistributions = map[string]string{"apk/alpine": "Alpine", "deb/debian": "Debian", "deb/ubuntu": "Ubuntu"}

// fromPURL takes ecosystem, name and version from the package URL of an SBOM.
func fromPURL(p *observation.Package) {
	address, err := packageurl.FromString(p.PURL)
	if err != nil {
		return // name and version stay as the extractor gave them, without an ecosystem
	}
	distribution := purlDistributions[address.Type+"/"+address.Namespace]
	p.Ecosystem = cmp.Or(purlEcosystems[address.Type], distribution)
	p.Version, p.Name = address.Version, address.Name
	switch {
	case distribution != "":
		ofDistribution(p, address.Qualifiers.Map())
	case address.Namespace == "":
	case p.Ecosystem == "Maven":
		p.Name = address.Namespace + ":" + address.Name
	default:
		p.Name = address.Namespace + "/" + address.Name
	}
}
