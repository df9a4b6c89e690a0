package observation

import "strings"

// NormalName is the form in which package names of an ecosystem are compared.
// PyPI's is lower case with runs of "-", "_" and "." as one "-" (PEP 503). Packagist's is
// lower case. Other ecosystems have none.
func NormalName(ecosystem, name string) string {
	base, _, _ := strings.Cut(ecosystem, ":")
	switch base {
	case "Packagist":
		return strings.ToLower(name)
	case "PyPI":
	default:
		return name
	}
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
