package observation

import "strings"

// NormalName is the form in which package names of an ecosystem are compared. It follows
// the rules of the registries, which OSV's names keep to; inventories show names as they
// are written, but for PyPI's.
//
//   - PyPI: lower case, runs of "-", "_" and "." as one "-" (PEP 503).
//   - crates.io: no two crates differ in case, "-" and "_" only.
//   - NuGet, Packagist, Pub, Hex, ConanCenter and GitHub's repositories: case is ignored.
//   - SwiftURL: the address of a repository, without its scheme, user and ".git".
//   - Go: "!" escapes a capital letter where a module stands in an address or a file name.
//   - npm, RubyGems, Maven, Hackage and CRAN tell names apart by their case, and so does
//     whatever is not named here.
func NormalName(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	switch base {
	case "PyPI":
		return pypiName(name)
	case "crates.io":
		return strings.ReplaceAll(strings.ToLower(name), "_", "-")
	case "NuGet", "Packagist", "Pub", "Hex", "ConanCenter", "GitHub Actions":
		return strings.ToLower(name)
	case "SwiftURL":
		return strings.ToLower(SwiftName(name)) // hosts of repositories ignore case
	case "Go":
		return goName(name)
	}
	return name
}

func pypiName(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			gap = true
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
	}
	if gap {
		b.WriteByte('-')
	}
	return b.String()
}

// SwiftName names a package of Swift by the address of its repository, as OSV does: its
// host and path.
func SwiftName(address string) string {
	name := strings.TrimSpace(address)
	if _, rest, found := strings.Cut(name, "://"); found {
		name = rest
	} else if host, path, found := strings.Cut(name, ":"); found && !strings.Contains(host, "/") {
		name = host + "/" + path // git@host:path
	}
	host, path, _ := strings.Cut(name, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	return strings.TrimSuffix(strings.TrimRight(host+"/"+path, "/"), ".git")
}

// goName undoes the escape of capital letters: "github.com/!burnt!sushi/toml". A module's
// own path holds no "!".
func goName(name string) string {
	if !strings.Contains(name, "!") {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '!' && i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z' {
			i++
			b.WriteByte(name[i] - 'a' + 'A')
			continue
		}
		b.WriteByte(name[i])
	}
	return b.String()
}
