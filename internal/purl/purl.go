// Package purl writes package URLs (https://github.com/package-url/purl-spec) of packages as
// inventories name them.
package purl

import (
	"strings"

	"github.com/package-url/packageurl-go"
)

// types are the types of package URLs by ecosystem.
var types = map[string]string{
	"Bioconductor": "bioconductor", "CRAN": "cran", "ConanCenter": "conan", "Go": "golang", "Hackage": "hackage", "Hex": "hex", "Julia": "julia",
	"Maven": "maven", "NuGet": "nuget", "Packagist": "composer", "Pub": "pub", "PyPI": "pypi", "RubyGems": "gem", "SwiftURL": "swift",
	"crates.io": "cargo", "npm": "npm", "opam": "opam",
}

// Of is the package URL of a package at a version, or of all versions where that is empty.
// It is empty for ecosystems of which the type is not known.
func Of(ecosystem, name, version string) string {
	kind := types[ecosystem]
	if kind == "" {
		return ""
	}
	namespace, base := "", name
	if ecosystem == "Maven" {
		namespace, base, _ = strings.Cut(name, ":")
	} else if at := strings.LastIndexByte(name, '/'); at >= 0 {
		namespace, base = name[:at], name[at+1:]
	}
	return packageurl.NewPackageURL(kind, namespace, base, version, nil, "").ToString()
}
