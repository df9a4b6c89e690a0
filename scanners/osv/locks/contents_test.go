package locks_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
)

// one and two are hexadecimal digits of hashes.
var one, two = strings.Repeat("11", 32), strings.Repeat("22", 32)

// sha512 is an integrity.
var sha512 = "sha512-" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x11}, 64))

const sha1Resolved = "https://registry.example/left/-/left-1.0.0.tgz#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// said writes what a lockfile says of each package in a line.
func said(lock observation.Lock) string {
	var lines []string
	for _, p := range lock.Packages {
		line := p.Name + " " + p.Version
		for _, file := range p.Files {
			for _, h := range file.Hashes {
				line += fmt.Sprintf(" %s=%s:%.2s", file.Name, h.Algorithm, h.Value)
			}
		}
		if p.Digest != "" {
			line += " [" + p.Digest + "]"
		}
		if len(p.Licenses) > 0 {
			line += " licence " + strings.Join(p.Licenses, "|")
		}
		for _, need := range p.Needs {
			line += " >" + need.Name + "@" + need.Version
		}
		lines = append(lines, strings.TrimSpace(line+" "+string(p.Graph)))
	}
	return strings.Join(lines, "\n")
}

// TestLockfilesSayHashesLicencesAndNeeds goes through the formats.
func TestLockfilesSayHashesLicencesAndNeeds(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"npm 3": {"package-lock.json\n" + `{"lockfileVersion": 3, "packages": {
			"": {"dependencies": {"left": "1"}},
			"node_modules/left": {"version": "1.0.0", "integrity": "` + sha512 + `", "license": "MIT",
				"dependencies": {"right": "2"}, "peerDependencies": {"gone": "1"}, "peerDependenciesMeta": {"gone": {"optional": true}}},
			"node_modules/left/node_modules/right": {"version": "2.0.0", "license": {"type": "Apache-2.0"}},
			"node_modules/right": {"version": "1.0.0", "dependencies": {"absent": "1"}}}}`,
			"left 1.0.0 =SHA512:11 licence MIT >right@2.0.0 whole\nright 1.0.0 partly\nright 2.0.0 licence Apache-2.0 whole"},
		"npm 1": {"npm-shrinkwrap.json\n" + `{"lockfileVersion": 1, "dependencies": {
			"left": {"version": "1.0.0", "integrity": "` + sha512 + `", "requires": {"right": "2", "alias": "1"}, "dependencies": {"right": {"version": "2.0.0"}}},
			"right": {"version": "1.0.0", "requires": true},
			"alias": {"version": "npm:other@3.0.0"}}}`,
			"left 1.0.0 =SHA512:11 >other@3.0.0 >right@2.0.0 whole\nother 3.0.0 whole\nright 1.0.0 whole\nright 2.0.0 whole"},
		"Yarn 1": {"yarn.lock\n# yarn lockfile v1\n\nleft@^1:\n  version \"1.0.0\"\n  resolved \"" + sha1Resolved + "\"\n  dependencies:\n    right \"^2\"\n\n" +
			"right@^2:\n  version \"2.0.0\"\n  resolved \"" + sha1Resolved + "\"\n  integrity " + sha512 + "\n",
			"left 1.0.0 =SHA1:aa >right@2.0.0 whole\nright 2.0.0 =SHA512:11 whole"},
		"Yarn of today": {"yarn.lock\n__metadata:\n  version: 8\n\n\"left@npm:^1\":\n  version: 1.0.0\n  resolution: \"left@npm:1.0.0\"\n  dependencies:\n    right: \"npm:^2\"\n" +
			"  checksum: 10c0/aabb\n  languageName: node\n\n\"right@npm:^1\":\n  version: 1.0.0\n",
			"left 1.0.0 [yarn.lock checksum 10c0/aabb] partly\nright 1.0.0 whole"},
		"pnpm 9": {"pnpm-lock.yaml\nlockfileVersion: '9.0'\npackages:\n  left@1.0.0:\n    resolution: {integrity: " + sha512 + "}\n  right@2.0.0:\n    resolution: {integrity: " + sha512 +
			"}\nsnapshots:\n  left@1.0.0(right@2.0.0):\n    dependencies:\n      right: 2.0.0\n  right@2.0.0: {}\n",
			"left 1.0.0 =SHA512:11 >right@2.0.0 whole\nright 2.0.0 =SHA512:11 whole"},
		"pnpm 5": {"pnpm-lock.yaml\nlockfileVersion: 5.4\npackages:\n  /left/1.0.0:\n    resolution: {integrity: " + sha512 +
			"}\n    dependencies:\n      right: 2.0.0_left@1.0.0\n  /right/2.0.0_left@1.0.0:\n    resolution: {}\n",
			"left 1.0.0 =SHA512:11 >right@2.0.0 whole\nright 2.0.0 whole"},
		"Cargo": {"Cargo.lock\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\ndependencies = [\"left\"]\n[[package]]\nname = \"left\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"" +
			one + "\"\ndependencies = [\"right 2.0.0\", \"right\"]\n[[package]]\nname = \"right\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n" +
			"[[package]]\nname = \"right\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n[metadata]\n\"checksum right 1.0.0 (registry+x)\" = \"" + two + "\"\n",
			"left 1.0.0 =SHA256:11 >right@2.0.0 partly\nright 1.0.0 =SHA256:22 whole\nright 2.0.0 whole"},
		"pipenv": {"Pipfile.lock\n" + `{"default": {"Left_Pad": {"version": "==1.0", "hashes": ["sha256:` + one + `", "sha256:` + two + `", "sha256:short"]}}}`,
			"left-pad 1.0 =SHA256:11 =SHA256:22"},
		"poetry 2": {"poetry.lock\n[[package]]\nname = \"Left\"\nversion = \"1.0\"\nfiles = [{file = \"left-1.0.whl\", hash = \"sha256:" + one + "\"}, {file = \"left-1.0.tar.gz\", hash = \"sha256:" + two + "\"}]\n" +
			"[package.dependencies]\nright = \">=1\"\nold = {version = \"*\", markers = \"python_version < '3'\"}\n[[package]]\nname = \"right\"\nversion = \"2.0\"\n[package.dependencies]\nabsent = \"*\"\n",
			"left 1.0 left-1.0.whl=SHA256:11 left-1.0.tar.gz=SHA256:22 >right@2.0 whole\nright 2.0 partly"},
		"poetry 1": {"poetry.lock\n[[package]]\nname = \"left\"\nversion = \"1.0\"\n[metadata.files]\nleft = [{file = \"left-1.0.whl\", hash = \"sha256:" + one + "\"}]\n",
			"left 1.0 left-1.0.whl=SHA256:11 whole"},
		"uv": {"uv.lock\nversion = 1\n[[package]]\nname = \"own\"\nversion = \"0\"\nsource = { editable = \".\" }\n[[package]]\nname = \"left\"\nversion = \"1.0\"\nsource = { registry = \"x\" }\n" +
			"dependencies = [{ name = \"right\", version = \"2.0\" }]\nsdist = { url = \"https://user:pw@files.example/left-1.0.tar.gz?token=x\", hash = \"sha256:" + one + "\" }\n" +
			"[[package]]\nname = \"right\"\nversion = \"2.0\"\nsource = { registry = \"x\" }\n[[package]]\nname = \"right\"\nversion = \"1.0\"\nsource = { registry = \"x\" }\ndependencies = [{ name = \"right\" }]\n",
			"left 1.0 left-1.0.tar.gz=SHA256:11 >right@2.0 whole\nright 1.0 partly\nright 2.0 whole"},
		"Composer": {"composer.lock\n" + `{"packages": [
			{"name": "a/left", "version": "v1", "license": ["MIT", "GPL-2.0-or-later"], "dist": {"type": "zip", "shasum": "` + strings.Repeat("aa", 20) + `"},
				"require": {"php": ">=8", "ext-json": "*", "b/Right": "^1", "psr/log-implementation": "1"}, "replace": []},
			{"name": "b/right", "version": "1", "license": "proprietary", "dist": {"type": "zip", "shasum": ""}, "require": {"c/absent": "1"}, "provide": {"psr/log-implementation": "1"}}],
			"packages-dev": []}`,
			"a/left v1 =SHA1:aa licence MIT|GPL-2.0-or-later >b/right@1 whole\nb/right 1 licence proprietary partly"},
		"Go": {"go.mod\nmodule x\n--- go.sum\nexample.org/left v1.0.0 h1:abc=\nexample.org/left v1.0.0/go.mod h1:def=\n", "example.org/left 1.0.0 [go.sum h1:abc=]"},
		"Bundler": {"Gemfile.lock\nGEM\n  remote: https://rubygems.org/\n  specs:\n    left (1.0-x86_64-linux)\n      right (>= 1)\n    left (1.0)\n      right (>= 1)\n    right (2.0)\n      bundler (>= 1)\n\n" +
			"CHECKSUMS\n  left (1.0) sha256=" + one + "\n  left (1.0-x86_64-linux) sha256=" + two + "\n  right (2.0)\n",
			"left 1.0 left-1.0.gem=SHA256:11 left-1.0-x86_64-linux.gem=SHA256:22 >right@2.0 whole\nright 2.0 partly"},
		"NuGet": {"packages.lock.json\n" + `{"version": 1, "dependencies": {"net8.0": {
			"Left": {"type": "Direct", "resolved": "1.0.0", "contentHash": "abc==", "dependencies": {"right": "2.0.0"}},
			"Right": {"type": "Transitive", "resolved": "2.0.0"}, "own": {"type": "Project"}}}}`,
			"Left 1.0.0 [packages.lock.json contentHash abc==] >Right@2.0.0 whole\nRight 2.0.0 whole"},
		"Pub": {"pubspec.lock\npackages:\n  left:\n    dependency: transitive\n    description:\n      name: left\n      sha256: \"" + one + "\"\n    source: hosted\n    version: \"1.0.0\"\n" +
			"  sdk:\n    description: flutter\n    source: sdk\n    version: \"0.0.0\"\n", "left 1.0.0 =SHA256:11"},
		"Mix": {"mix.lock\n%{\n  \"left\": {:hex, :left, \"1.0.0\", \"" + two + "\", [:mix], [{:right, \"~> 1.0\", [hex: :right, repo: \"hexpm\", optional: false]}, {:gone, \"~> 1.0\", [hex: :gone, repo: \"hexpm\", optional: true]}], \"hexpm\", \"" +
			one + "\"},\n  \"right\": {:hex, :right, \"2.0.0\", \"" + two + "\", [:mix], [], \"hexpm\"},\n}\n",
			"left 1.0.0 =SHA256:11 >right@2.0.0 whole\nright 2.0.0 whole"},
	} {
		base, text, _ := strings.Cut(c.files, "\n")
		files := fstest.MapFS{}
		for i, part := range strings.Split(text, "--- ") {
			name := base
			if i > 0 {
				name, part, _ = strings.Cut(part, "\n")
			}
			files[path.Join("sub", name)] = &fstest.MapFile{Data: []byte(part)}
		}
		for range 3 { // maps have no order
			lock, ok := locks.Contents(files, "sub/"+base)
			if got := said(lock); !ok || got != c.want {
				t.Errorf("%s: it says\n%s\nwant\n%s", name, got, c.want)
				break
			}
		}
	}
}

func TestWhatIsNoLockfileSaysNothing(t *testing.T) {
	for _, base := range []string{"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "Pipfile.lock", "poetry.lock", "uv.lock", "composer.lock", "go.mod",
		"Gemfile.lock", "packages.lock.json", "pubspec.lock", "mix.lock", "pom.xml"} {
		for _, text := range []string{"", "{", "\x00\xff", "[[[[", `{"packages": 1, "dependencies": []}`, "packages: [1]", "<html>"} {
			if lock, ok := locks.Contents(fstest.MapFS{base: &fstest.MapFile{Data: []byte(text)}}, base); ok {
				t.Errorf("%s of %q says %v", base, text, lock)
			}
		}
		if _, ok := locks.Contents(fstest.MapFS{}, base); ok {
			t.Errorf("%s, which is not there, says something", base)
		}
	}
}

// TestAnIntegrityOfTwoFilesIsNone: with two hashes of one function either is accepted, so
// that neither is that of the archive.
func TestAnIntegrityOfTwoFilesIsNone(t *testing.T) {
	other := strings.Replace(sha512, "ERER", "IiIi", 1)
	text := `{"packages": {"node_modules/left": {"version": "1", "integrity": "` + sha512 + " " + other + `"}}}`
	lock, _ := locks.Contents(fstest.MapFS{"package-lock.json": &fstest.MapFile{Data: []byte(text)}}, "package-lock.json")
	if got := said(lock); got != "left 1 whole" {
		t.Errorf("it says %s", got)
	}
}
