package osv

import (
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// ofDistribution names a package of a distribution as its advisories do, by what its
// package URL adds: they name source packages, each in a release.
func ofDistribution(p *observation.Package, qualifiers map[string]string) {
	for _, key := range []string{"upstream", "source", "origin"} {
		name, version, _ := strings.Cut(qualifiers[key], "@")
		if name == "" {
			continue
		}
		p.Name = name
		if version != "" {
			p.Version = version
		}
		break
	}
	if epoch := qualifiers["epoch"]; epoch != "" && !strings.Contains(p.Version, ":") {
		if _, err := strconv.ParseUint(epoch, 10, 32); err == nil {
			p.Version = epoch + ":" + p.Version
		}
	}
	if release := releaseOf(p.Ecosystem, strings.ToLower(qualifiers["distro"])); release != "" {
		p.Ecosystem += ":" + release
	}
}

// debianReleases are Debian's releases by their code names.
var debianReleases = map[string]string{"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14"}

var (
	majorRelease = lazy.Pattern(`^(?:debian-)?([0-9]{1,3})(?:\.[0-9]+)*$`)
	minorRelease = lazy.Pattern(`^(?:[a-z]+-)?([0-9]{1,3}\.[0-9]{1,3})(?:\.[0-9]+)*$`)
)

// releaseOf is the release of a distribution as OSV names it: "12", "v3.18", "22.04:LTS".
// It is empty where the qualifier names none: then the advisories of every release count.
func releaseOf(distribution, distro string) string {
	if distribution == "Debian" {
		if m := majorRelease().FindStringSubmatch(distro); m != nil {
			return m[1]
		}
		return debianReleases[strings.TrimPrefix(distro, "debian-")]
	}
	m := minorRelease().FindStringSubmatch(distro)
	switch {
	case m == nil:
		return ""
	case distribution == "Alpine":
		return "v" + m[1]
	}
	year, month, _ := strings.Cut(m[1], ".")
	if n, err := strconv.Atoi(year); err == nil && n%2 == 0 && month == "04" {
		return m[1] + ":LTS" // every second April
	}
	return m[1]
}
