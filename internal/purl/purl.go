// Package purl writes and reads package URLs (https://github.com/package-url/purl-spec) of
// packages as inventories name them.
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

// Parse returns the package that a package URL names, as Of takes it. It is false for one of
// another type, and for what is none.
func Parse(text string) (ecosystem, name, version string, ok bool) {
	read, err := packageurl.FromString(text)
	if err != nil {
		return "", "", "", false
	}
	for ecosystem, kind := range types {
		if kind != read.Type {
			continue
		}
		separator := "/"
		if ecosystem == "Maven" {
			separator = ":"
		}
		if read.Namespace != "" {
			return ecosystem, read.Namespace + separator + read.Name, read.Version, true
		}
		return ecosystem, read.Name, read.Version, true
	}
	return "", "", "", false
}
