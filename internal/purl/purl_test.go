package purl

import "testing"

func TestAPackageHasItsURL(t *testing.T) {
	for want, p := range map[string][3]string{
		"pkg:npm/%40coast/tide@1.0.0":       {"npm", "@coast/tide", "1.0.0"},
		"pkg:npm/tide":                      {"npm", "tide", ""},
		"pkg:maven/org.coast/tide@2":        {"Maven", "org.coast:tide", "2"},
		"pkg:golang/example.org/a/tide@1.2": {"Go", "example.org/a/tide", "1.2"},
		"pkg:composer/coast/tide":           {"Packagist", "coast/tide", ""},
		"":                                  {"GitHub Actions", "coast/tide", "1"},
	} {
		if got := Of(p[0], p[1], p[2]); got != want {
			t.Errorf("%v has %q, want %q", p, got, want)
		}
		ecosystem, name, version, ok := Parse(want)
		if ok != (want != "") || ok && [3]string{ecosystem, name, version} != p {
			t.Errorf("%q names %q %q %q", want, ecosystem, name, version)
		}
	}
}

func TestOtherPackageURLsNameNoPackage(t *testing.T) {
	for _, text := range []string{"", "tide", "pkg:github/coast/tide@1", "pkg:generic/tide", "pkg:npm", "pkg:npm/%zz", "https://tide.example"} {
		if ecosystem, name, _, ok := Parse(text); ok {
			t.Errorf("%q names %q of %q", text, name, ecosystem)
		}
	}
}
