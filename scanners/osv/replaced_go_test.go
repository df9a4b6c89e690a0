package osv_test

import (
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestAModuleThatIsReplacedByAForkOrAFolderIsListedWithoutAVersion(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{"lib/go.mod": "module example.org/a/lib\n", "go.mod": `module example.org/a

go 1.24.0

require (
	example.org/b v0.1.0
	elsewhere.example/folder v1.0.0
	elsewhere.example/forked v1.1.0
	elsewhere.example/pinned v1.2.0
	elsewhere.example/plain v1.3.0
	elsewhere.example/other-version v1.4.0 // indirect
)

replace example.org/b => ./lib
replace elsewhere.example/folder => ../folder
replace elsewhere.example/forked => fork.example/forked v1.9.0
replace elsewhere.example/pinned => elsewhere.example/pinned v1.2.5
replace elsewhere.example/other-version v1.0.0 => fork.example/other v1.0.0
replace elsewhere.example/unused => ./unused
`}))
	var got []string
	for _, p := range seen.Packages {
		got = append(got, p.Name+" "+p.Version)
	}
	want := []string{"elsewhere.example/folder ", "elsewhere.example/forked ", "elsewhere.example/other-version 1.4.0", "elsewhere.example/pinned 1.2.5",
		"elsewhere.example/plain 1.3.0", "example.org/b ", "fork.example/forked 1.9.0"}
	got = slices.DeleteFunc(got, func(name string) bool { return name == "stdlib 1.24.0" })
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, p := range seen.Packages {
		if p.Name == "elsewhere.example/folder" && p.Relation != observation.Direct {
			t.Errorf("the module that a folder replaces is %q", p.Relation)
		}
	}
}

func TestAPackageOfADistributionIsNamedAsItsAdvisoriesDo(t *testing.T) {
	for purl, want := range map[string]observation.Coordinate{
		"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl": {Ecosystem: "Debian:12", Name: "openssl", Version: "3.0.11-1~deb12u2"},
		"pkg:deb/debian/libc-bin@2.31-13%2Bb1?upstream=glibc%402.31-13&distro=debian-11.7":     {Ecosystem: "Debian:11", Name: "glibc", Version: "2.31-13"},
		"pkg:deb/debian/curl@7.88.1-10?distro=bookworm&epoch=1":                                {Ecosystem: "Debian:12", Name: "curl", Version: "1:7.88.1-10"},
		"pkg:deb/debian/curl@7.88.1-10":                                                        {Ecosystem: "Debian", Name: "curl", Version: "7.88.1-10"},
		"pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1?distro=ubuntu-22.04&upstream=openssl":           {Ecosystem: "Ubuntu:22.04:LTS", Name: "openssl", Version: "3.0.2-0ubuntu1"},
		"pkg:deb/ubuntu/curl@8.2.1?distro=ubuntu-23.10":                                        {Ecosystem: "Ubuntu:23.10", Name: "curl", Version: "8.2.1"},
		"pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.18.4&upstream=openssl": {Ecosystem: "Alpine:v3.18", Name: "openssl", Version: "3.1.4-r5"},
		"pkg:deb/debian/odd@1?distro=debian-%3Cscript%3E&upstream=%40":                         {Ecosystem: "Debian", Name: "odd", Version: "1"},
	} {
		seen := scan(t, commit(t, map[string]string{"bom.json": `{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"x","purl":"` + purl + `"}]}`}))
		if len(seen.Packages) != 1 || seen.Packages[0].Coordinate() != want {
			t.Errorf("%s is %+v, want %+v", purl, seen.Packages, want)
		}
	}
}
