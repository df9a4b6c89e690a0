package observation

import "testing"

// TestNamesAreComparedByTheRulesOfTheirRegistry holds both ways: spellings of one
// package are one name, and packages that a registry tells apart stay two.
func TestNamesAreComparedByTheRulesOfTheirRegistry(t *testing.T) {
	for _, c := range []struct {
		ecosystem, a, b string
		same            bool
	}{
		{"PyPI", "Flask_Login", "flask-login", true},
		{"PyPI", "zope.interface", "zope--Interface", true},
		{"PyPI", "flasklogin", "flask-login", false},
		{"NuGet", "newtonsoft.json", "Newtonsoft.Json", true},
		{"NuGet", "Newtonsoft-Json", "Newtonsoft.Json", false},
		{"Packagist", "Symfony/HTTP-Kernel", "symfony/http-kernel", true},
		{"Packagist", "symfony/http_kernel", "symfony/http-kernel", false},
		{"Pub", "HTTP", "http", true},
		{"Pub", "http_parser", "http-parser", false},
		{"Hex", "Plug", "plug", true},
		{"Hex", "plug_crypto", "plug-crypto", false},
		{"crates.io", "Serde_JSON", "serde-json", true},
		{"crates.io", "serdejson", "serde-json", false},
		{"Go", "github.com/!burnt!sushi/toml", "github.com/BurntSushi/toml", true},
		{"Go", "github.com/burntsushi/toml", "github.com/BurntSushi/toml", false},
		{"npm", "@scope/name", "@scope/name", true},
		{"npm", "@scope/name", "name", false},
		{"npm", "@scope/name", "@other/name", false},
		{"npm", "JSONStream", "jsonstream", false},
		{"RubyGems", "RedCloth", "redcloth", false},
		{"RubyGems", "a_b", "a-b", false},
		{"Maven", "org.Example:a", "org.example:a", false},
		{"Hackage", "HTTP", "http", false},
		{"CRAN", "R6", "r6", false},
		{"ConanCenter", "OpenSSL", "openssl", true},
		{"GitHub Actions", "Actions/Checkout", "actions/checkout", true},
		{"SwiftURL", "https://github.com/Apple/swift-nio.git", "github.com/apple/swift-nio", true},
		{"SwiftURL", "git@github.com:apple/swift-nio.git", "github.com/apple/swift-nio", true},
		{"SwiftURL", "ssh://git@github.com/apple/swift-nio/", "github.com/apple/swift-nio", true},
		{"SwiftURL", "https://gitlab.com/apple/swift-nio.git", "github.com/apple/swift-nio", false},
		{"Debian:12", "OpenSSL", "openssl", false},
	} {
		if same := NormalName(c.ecosystem, c.a) == NormalName(c.ecosystem, c.b); same != c.same {
			t.Errorf("%s: %q and %q are one: %v, want %v (%q, %q)", c.ecosystem, c.a, c.b, same, c.same, NormalName(c.ecosystem, c.a), NormalName(c.ecosystem, c.b))
		}
		if once := NormalName(c.ecosystem, c.a); NormalName(c.ecosystem, once) != once {
			t.Errorf("%s: %q is %q, and that is %q", c.ecosystem, c.a, once, NormalName(c.ecosystem, once))
		}
	}
}
