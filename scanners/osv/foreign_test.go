package osv_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// foreignTexts are what stands in the place of a manifest that is none, made of the manifest
// that should stand there. Add a line for each kind that is missing.
func foreignTexts(text string) map[string]string {
	encoded := base64.StdEncoding.EncodeToString([]byte(text + "# padded\n"))
	var wrapped strings.Builder
	for rest := base64.StdEncoding.EncodeToString([]byte(text + text)); rest != ""; {
		line := rest[:min(len(rest), 20)]
		wrapped.WriteString(line + "\n")
		rest = rest[len(line):]
	}
	return map[string]string{
		"page":       "<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n",
		"bare":       "\n<html>\n<body>Sign in</body></html>\n",
		"pointer":    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
		"annex":      "/annex/objects/SHA256E-s31--4d7a.txt\n",
		"conflict":   "<<<<<<< HEAD\n" + text + "=======\n" + text + ">>>>>>> other\n",
		"unnamed":    text + "<<<<<<<\n" + text + "=======\n>>>>>>>\n",
		"padded":     encoded,
		"unpadded":   strings.TrimRight(encoded, "="),
		"wrapped":    wrapped.String(),
		"NUL":        text + "\x00\x01\x02",
		"zip":        "PK\x03\x04\x14package",
		"gzip":       "\x1f\x8b\x08package",
		"not found":  "404: Not Found",
		"an answer":  `{"message": "Not Found", "documentation_url": "https://x.example", "status": "404"}`,
		"lone UTF16": "\x00\x01" + utf16Text(text, true),
	}
}

// manifestsToReplace are manifests and locks of each way of reading, with a package each.
func manifestsToReplace() map[string]string {
	return map[string]string{
		"requirements.txt": "flask==1.0\n", "setup.py": "setup(install_requires=['flask==1.0'])\n", "setup.cfg": "[options]\ninstall_requires =\n    flask==1.0\n",
		"Pipfile": "[packages]\nflask = '==1.0'\n", "environment.yml": "dependencies:\n  - pip:\n    - flask==1.0\n", "constraints.txt": "flask==1.0\n",
		"build.gradle": "dependencies { implementation 'a:b:1' }\n", "build.sbt": "libraryDependencies += \"a\" % \"b\" % \"1\"\n", "build.xml": "<project><ivy:dependency org='a'/></project>\n",
		"project.clj": "(defproject x \"1\" :dependencies [[ring \"1.6.0\"]])\n", "pom.xml": "<project><dependencies/></project>\n",
		"Gemfile": "gem 'rack', '2.0.0'\n", "x.gemspec": "s.add_dependency 'rack', '2.0.0'\n", "Gemfile.lock": "GEM\n  specs:\n    rack (2.0.0)\n",
		"mix.exs": "defp deps do\n  [{:plug, \"1.0.0\"}]\nend\n", "rebar.config": "{deps, [{cowboy, \"2.0.0\"}]}.\n", "Podfile": "pod 'A', '1.0.0'\n", "Podfile.lock": "PODS:\n  - A (1.0.0)\n",
		"cpanfile": "requires 'Mojolicious', '7';\n", "x.cabal": "library\n  build-depends: aeson ==1.0\n", "conanfile.txt": "[requires]\nopenssl/1.1.1a\n",
		"conanfile.py": "class X(ConanFile):\n  requires = 'openssl/1.1.1a'\n", "package.json": "{\"dependencies\": {\"lodash\": \"4.17.20\"}}\n", "yarn.lock": "# yarn lockfile v1\n\na@1:\n  version \"1\"\n",
		"composer.json": "{\"require\": {\"a/b\": \"1.0.2\"}}\n", "Cargo.toml": "[dependencies]\na = '=1.0.0'\n", "go.mod": "module example.org/x\n\nrequire golang.org/x/text v0.3.2\n",
		"pubspec.yaml": "name: x\ndependencies:\n  http: 0.12.0\n", "App.csproj": "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"1\"/></ItemGroup></Project>\n",
		"Package.swift": ".package(url: \"https://x.example/b/a\", exact: \"1.0.0\")\n", "DESCRIPTION": "Package: x\nImports: shiny\n", "CMakeLists.txt": "FetchContent_Declare(fmt)\n",
		"Project.toml": "[deps]\nHTTP = 'x'\n", "pdm.lock": "[[package]]\nname = \"a\"\nversion = \"1\"\n", "Gopkg.lock": "[[projects]]\n  name = \"golang.org/x/text\"\n  version = \"v0.3.2\"\n",
	}
}

// Whatever stands in the place of a manifest, of which none can read packages, is named.
func TestNoForeignTextIsAListOfNoPackages(t *testing.T) {
	for name, text := range manifestsToReplace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{}
			for kind, foreign := range foreignTexts(text) {
				files[strings.ReplaceAll(kind, " ", "_")+"/"+name] = foreign
			}
			seen := scan(t, commit(t, files))
			for file := range files {
				if !slices.ContainsFunc(seen.Notes, func(n observation.Note) bool { return n.Cause == observation.CauseBroken && n.Subject == file }) {
					t.Errorf("%s is not noted: %v", file, seen.Notes)
				}
			}
			for _, p := range seen.Packages {
				if slices.Contains([]string{"padded", "unpadded", "wrapped", "zip", "gzip", "page", "pointer"}, strings.SplitN(p.Path, "/", 2)[0]) {
					t.Errorf("listed of what is no manifest: %+v", p)
				}
			}
		})
	}
}

// What is only written otherwise is read as if it were not.
func TestAManifestIsReadHoweverItIsWritten(t *testing.T) {
	for name, text := range manifestsToReplace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := scan(t, commit(t, map[string]string{name: text}))
			for how, written := range map[string]string{"with a mark": "\ufeff" + text, "UTF-16": utf16LE(text), "other UTF-16": "\xfe\xff" + utf16Text(text, true),
				"carriage returns": strings.ReplaceAll(text, "\n", "\r")} {
				if seen := scan(t, commit(t, map[string]string{name: written})); fmt.Sprint(seen.Packages, seen.Notes) != fmt.Sprint(plain.Packages, plain.Notes) {
					t.Errorf("%s: %v, %v; plain %v, %v", how, seen.Packages, seen.Notes, plain.Packages, plain.Notes)
				}
			}
		})
	}
}
