package osv_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/midspan/midspan/internal/observation"
)

// What a repository of one kind must come to.
const (
	found   = "found"   // its package is listed at its version
	unknown = "unknown" // a note that leaves the inventory incomplete names the file
	none    = "none"    // it holds no package, rightly
)

// Each kind of file in which ecosystems name packages, in a repository of its own: the
// package is found, or the inventory is unknown and the file named. An inventory that says
// "no packages" of it would be a false clean. Add a line for each kind that is missing.
func TestEachKindOfManifestIsReadOrNamed(t *testing.T) {
	t.Parallel()
	var mutex sync.Mutex
	counts := map[string]int{}
	t.Cleanup(func() { // after the last
		t.Logf("%d kinds: %d found, %d unknown with the file named, %d that hold no package", len(manifestCases()), counts[found], counts[unknown], counts[none])
	})
	for _, c := range manifestCases() {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{c.file: c.text}
			if c.beside != "" {
				name, text, _ := strings.Cut(c.beside, "\n")
				files[name] = text
			}
			seen := scan(t, commit(t, files))
			got := none
			if i := slices.IndexFunc(seen.Notes, func(n observation.Note) bool { return n.Cause != observation.CauseRemark }); i >= 0 {
				got = unknown
				if !strings.Contains(seen.Notes[i].Message, c.file) && c.want == unknown {
					t.Errorf("the note does not name the file: %v", seen.Notes)
				}
			}
			listed := func(p observation.Package) bool {
				return p.Path == c.file && p.Version != "" && (c.lists == "" || c.lists == p.Ecosystem+" "+p.Name+" "+p.Version)
			}
			if slices.ContainsFunc(seen.Packages, listed) {
				got = found
			}
			mutex.Lock()
			counts[got]++
			mutex.Unlock()
			if got != c.want || c.want == found && c.lists == "" {
				t.Errorf("%s: %s, want %s: %v, %v", c.file, got, c.want, seen.Packages, seen.Notes)
			}
		})
	}
}

// manifestCase is a repository of one file, and of another beside it ("name\ntext"). lists
// is the package at its version that must be found in it ("npm lodash 4.17.20").
type manifestCase struct{ file, text, want, lists, beside string }

func manifestCases() []manifestCase {
	return slices.Concat(pythonCases(), jvmCases(), webCases(), compiledCases(), otherCases(), controlCases(), codeCases(), furtherCases(), inScripts(), silentManifests())
}

func pythonCases() []manifestCase {
	return []manifestCase{
		{file: "requirements.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements-dev.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements/base.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements/prod.in", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "REQUIREMENTS.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements.in", text: "flask==1.0  # pinned\n", want: found, lists: "PyPI flask 1.0"},
		{file: "reqs/prod.in", text: "flask\n", want: unknown},
		{file: "app/reqs-web.in", text: "git+https://git.example/flask.git\n", want: unknown},
		{file: "deploy/requirements.in", text: "{{ web }}==1.0\n", want: unknown},
		{file: "requirement.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "deploy/upper-constraints.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "constraints.in", text: "flask<2\n", want: unknown},
		{file: "constraints.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "deploy/reqs.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements.pip", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "test-requires", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "pyproject.toml", text: "[project]\nname = 'x'\n[project.optional-dependencies]\nweb = ['flask==1.0']\n", want: found, lists: "PyPI flask 1.0"},
		{file: "a/pyproject.toml", text: "[dependency-groups]\ndev = ['flask==1.0']\n", want: found, lists: "PyPI flask 1.0"},
		{file: "b/pyproject.toml", text: "[tool.poetry.group.dev.dependencies]\nflask = '1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "c/pyproject.toml", text: "[tool.pdm.dev-dependencies]\ntest = ['flask==1.0']\n", want: found, lists: "PyPI flask 1.0"},
		{file: "d/pyproject.toml", text: "[tool.hatch.envs.default]\ndependencies = ['flask==1.0']\n", want: found, lists: "PyPI flask 1.0"},
		{file: "setup.py", text: "setup(extras_require={'web': ['flask==1.0']})", want: found, lists: "PyPI flask 1.0"},
		{file: "setup.cfg", text: "[options.extras_require]\nweb = flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "Pipfile", text: "[dev-packages]\nflask = '==1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "a/Pipfile", text: "[docs]\nflask = '==1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "Pipfile.lock", text: `{"default": {"flask": {"version": "==1.0"}}}`, want: found, lists: "PyPI flask 1.0"},
		{file: "environment-dev.yml", text: "dependencies:\n  - python=3.8\n  - pip:\n      - flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "conda.yaml", text: "dependencies:\n  - flask=1.0\n", want: unknown},
		{file: "conda-dev.yaml", text: "dependencies:\n- pip:\n  - Flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "recipe/meta.yaml", text: "requirements:\n  run:\n    - flask\n", want: unknown},
		{file: "conda-lock.yml", text: "version: 1\npackage:\n- name: flask\n  version: '1.0'\n  manager: pip\n", want: found, lists: "PyPI flask 1.0"},
		{file: "pixi.toml", text: "[dependencies]\nflask = '*'\n", want: unknown},
		{file: "a/pixi.toml", text: "[pypi-dependencies]\nflask = '==1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "pixi.lock", text: "version: 6\npackages:\n- pypi: https://x.example/flask-1.0-py3-none-any.whl\n  name: flask\n  version: '1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "buildout.cfg", text: "[app]\neggs = flask\n[versions]\nflask = 1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "lib/flask-1.0-py3-none-any.whl", text: "PK", want: found, lists: "PyPI flask 1.0"},
	}
}

func jvmCases() []manifestCase {
	return []manifestCase{
		{file: "build.gradle", text: "dependencies { implementation 'a:b:1' }\n", want: found, lists: "Maven a:b 1"},
		{file: "a/build.gradle", text: "dependencies {\n  runtime 'a:b:1'\n}\n", want: found, lists: "Maven a:b 1"},
		{file: "b/build.gradle", text: "dependencies {\n  testCompile group: 'a', name: 'b', version: '1'\n}\n", want: found, lists: "Maven a:b 1"},
		{file: "c/build.gradle", text: "dependencies {\n  providedCompile 'a:b:1'\n}\n", want: found, lists: "Maven a:b 1"},
		{file: "app.gradle", text: "dependencies {\n  api 'a:b:1'\n}\n", want: found, lists: "Maven a:b 1"},
		{file: "core.gradle.kts", text: "dependencies {\n  testImplementation(\"a:b:1\")\n}\n", want: found, lists: "Maven a:b 1"},
		{file: "gradle/libs.versions.toml", text: "[libraries]\nb = { module = 'a:b', version.ref = 'x' }\n[versions]\nx = '1'\n", want: found, lists: "Maven a:b 1"},
		{file: "gradle/dependency-locks/compileClasspath.lockfile", text: "a:b:1\n", want: found, lists: "Maven a:b 1"},
		{file: "pom.xml", text: "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>", want: found, lists: "Maven a:b 1"},
		{file: "profiles/pom.xml", text: "<project><profiles><profile><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></profile></profiles></project>", want: found, lists: "Maven a:b 1"},
		{file: "plugins/pom.xml", text: "<project><build><plugins><plugin><groupId>a</groupId><artifactId>b</artifactId><version>1</version></plugin></plugins></build></project>", want: found, lists: "Maven a:b 1"},
		{file: "imports/pom.xml", text: "<project><dependencyManagement><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement></project>", want: unknown},
		{file: "pom-java8.xml", text: "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>", want: found, lists: "Maven a:b 1"},
		{file: "ivy.xml", text: "<ivy-module><dependencies><dependency org='a' name='b' rev='1'/></dependencies></ivy-module>", want: found, lists: "Maven a:b 1"},
		{file: "project.clj", text: "(defproject x \"1\" :dependencies [[ring/ring-core \"1.6.0\"]])", want: found, lists: "Maven ring:ring-core 1.6.0"},
		{file: "deps.edn", text: "{:deps {ring/ring-core {:mvn/version \"1.6.0\"}}}", want: found, lists: "Maven ring:ring-core 1.6.0"},
		{file: "build.boot", text: "(set-env! :dependencies '[[ring \"1.0\"]])", want: found, lists: "Maven ring:ring 1.0"},
		{file: "build.sbt", text: "libraryDependencies += \"a\" % \"b\" % \"1\"", want: found, lists: "Maven a:b 1"},
		{file: "project/plugins.sbt", text: "addSbtPlugin(\"a\" % \"b\" % \"1\")", want: found, lists: "Maven a:b 1"},
		{file: "project/Dependencies.scala", text: "val b = \"a\" %% \"b\" % \"1\"", want: found, lists: "Maven a:b_2.13 1", beside: "build.sbt\nscalaVersion := \"2.13.8\"\n"},
		{file: "build.sc", text: "def scalaVersion = \"2.13.8\"\ndef ivyDeps = Agg(ivy\"a::b:1\")", want: found, lists: "Maven a:b_2.13 1"},
		{file: "WORKSPACE", text: "maven_install(artifacts = [\"a:b:1\"])", want: found, lists: "Maven a:b 1"},
		{file: "MODULE.bazel", text: "bazel_dep(name = \"a\", version = \"1\")", want: unknown},
		{file: "maven_install.json", text: `{"artifacts": {"a:b": {"version": "1"}}}`, want: found, lists: "Maven a:b 1"},
		{file: ".mvn/extensions.xml", text: "<extensions><extension><groupId>a</groupId><artifactId>b</artifactId><version>1</version></extension></extensions>", want: found, lists: "Maven a:b 1"},
		{file: "WEB-INF/lib/struts2-core-2.3.1.jar", text: "PK", want: unknown},
	}
}

func webCases() []manifestCase {
	return []manifestCase{
		{file: "package.json", text: `{"dependencies": {"lodash": "4.17.20"}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "package-lock.json", text: `{"lockfileVersion": 1, "dependencies": {"lodash": {"version": "4.17.20"}}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "bower.json", text: `{"dependencies": {"jquery": "1.8.3"}}`, want: found, lists: "npm jquery 1.8.3"},
		{file: "bun.lockb", text: "bun-lockfile-format-v0", want: unknown},
		{file: "deno.json", text: `{"imports": {"a": "npm:lodash@4.17.20"}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "deno.lock", text: `{"version": "3", "packages": {"npm": {"lodash@4.17.20": {"integrity": "x"}}}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "import_map.json", text: `{"imports": {"a": "https://esm.sh/lodash@4.17.20/mod.ts"}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "libman.json", text: `{"libraries": [{"library": "jquery@1.8.3", "provider": "cdnjs"}]}`, want: found, lists: "npm jquery 1.8.3"},
		{file: ".meteor/packages", text: "meteor-base@1.4.0\n", want: unknown},
		{file: "config/importmap.rb", text: "pin \"jquery\", to: \"https://ga.jspm.io/npm:jquery@1.8.3/dist/jquery.js\"\n", want: found, lists: "npm jquery 1.8.3"},
		{file: "static/js/jquery-1.8.3.min.js", text: "/*! jQuery v1.8.3 */", want: found, lists: "npm jquery 1.8.3"},
		{file: "composer.json", text: `{"require": {"php": ">=7", "a/b": "1.0.2"}}`, want: found, lists: "Packagist a/b 1.0.2"},
		{file: "composer.lock", text: `{"packages": [{"name": "a/b", "version": "1.0"}]}`, want: found, lists: "Packagist a/b 1.0"},
		{file: "site.make.yml", text: "projects:\n  views:\n    version: 3\n", want: unknown},
		{file: "elm.json", text: `{"dependencies": {"direct": {"a/b": "1"}}}`, want: unknown},
		{file: "pubspec.yaml", text: "name: x\ndev_dependencies:\n  http: 0.12.0\n", want: found, lists: "Pub http 0.12.0"},
		{file: "pubspec.lock", text: "packages:\n  http:\n    dependency: direct\n    source: hosted\n    version: \"0.12.0\"\n", want: found, lists: "Pub http 0.12.0"},
		{file: "sbom.json", text: `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "left-pad", "version": "1.0.0", "purl": "pkg:npm/left-pad@1.0.0"}]}`, want: found, lists: "npm left-pad 1.0.0"},
		{file: "release/app-sbom.xml", text: `<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1"><components><component type="library"><name>left-pad</name><version>1.0.0</version><purl>pkg:npm/left-pad@1.0.0</purl></component></components></bom>`, want: found, lists: "npm left-pad 1.0.0"},
		{file: "release/my-sbom.json", text: `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": [{"name": "left-pad", "SPDXID": "SPDXRef-a", "versionInfo": "1.0.0", "downloadLocation": "NOASSERTION", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/left-pad@1.0.0"}]}]}`, want: found, lists: "npm left-pad 1.0.0"},
		{file: "sbom-settings.json", text: `{"format": "cyclonedx"}`, want: none},
		{file: "pnpm-lock.main.yaml", text: "lockfileVersion: '6.0'\npackages:\n  /lodash@4.17.20:\n    resolution: {integrity: x}\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "app.cdx.json", text: `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "left-pad", "version": "1.0.0", "purl": "pkg:npm/left-pad@1.0.0"}]}`, want: found, lists: "npm left-pad 1.0.0"},
	}
}

func compiledCases() []manifestCase {
	return []manifestCase{
		{file: "go.mod", text: "module example.org/x\n\ngo 1.20\n\nrequire golang.org/x/text v0.3.2\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "Gopkg.lock", text: "[[projects]]\n  name = \"golang.org/x/text\"\n  version = \"v0.3.2\"\n  packages = [\"unicode\"]\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "glide.yaml", text: "package: x\nimport:\n- package: golang.org/x/text\n  version: v0.3.2\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "Godeps/Godeps.json", text: `{"Deps": [{"ImportPath": "golang.org/x/text/unicode", "Comment": "v0.3.2", "Rev": "aa"}]}`, want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "vendor/vendor.json", text: `{"package": [{"path": "golang.org/x/text/unicode", "versionExact": "v0.3.2"}]}`, want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "Cargo.toml", text: "[target.'cfg(unix)'.dependencies]\na = '=1.0.0'\n", want: found, lists: "crates.io a 1.0.0"},
		{file: "App.csproj", text: `<Project><ItemGroup><PackageReference Include="A" Version="1"/></ItemGroup></Project>`, want: found, lists: "NuGet A 1"},
		{file: "App.fsproj", text: `<Project><ItemGroup><PackageReference Include="A" Version="1"/></ItemGroup></Project>`, want: found, lists: "NuGet A 1"},
		{file: "App.vbproj", text: `<Project><ItemGroup><PackageReference Include="A" Version="1"/></ItemGroup></Project>`, want: found, lists: "NuGet A 1"},
		{file: "Directory.Packages.props", text: `<Project><ItemGroup><PackageVersion Include="A" Version="1"/></ItemGroup></Project>`, want: unknown},
		{file: "Directory.Build.props", text: `<Project><ItemGroup><PackageReference Include="A" Version="1"/></ItemGroup></Project>`, want: found, lists: "NuGet A 1"},
		{file: "paket.dependencies", text: "nuget A 1.0\n", want: found, lists: "NuGet A 1.0"},
		{file: "paket.lock", text: "NUGET\n  remote: https://x.example\n    A (1.0)\n", want: found, lists: "NuGet A 1.0"},
		{file: "project.json", text: `{"dependencies": {"A": "1.0"}}`, want: found, lists: "NuGet A 1.0"},
		{file: "packages.Web.config", text: `<packages><package id="A" version="1"/></packages>`, want: found, lists: "NuGet A 1"},
		{file: ".config/dotnet-tools.json", text: `{"tools": {"a": {"version": "1", "commands": ["a"]}}}`, want: found, lists: "NuGet a 1"},
		{file: "Package.swift", text: `.package(url: "https://github.com/b/a", exact: "1.0.0")`, want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "Package.resolved", text: `{"pins": [{"identity": "a", "location": "https://github.com/b/a", "state": {"version": "1.0.0"}}], "version": 2}`, want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "Podfile", text: "pod 'A'\n", want: unknown},
		{file: "ios/Podfile", text: "  pod 'A', :git => 'https://github.com/b/a.git', :tag => '1.0.0'\n", want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "Podfile.lock", text: "PODS:\n  - A (2.5.0)\n", want: unknown},
		{file: "ios/Podfile.lock", text: "PODS:\n  - A (1.0.0)\n\nCHECKOUT OPTIONS:\n  A:\n    :git: https://github.com/b/a.git\n    :tag: 1.0.0\n\nPODFILE CHECKSUM: x\n", want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "X.podspec", text: "s.dependency 'A'\n", want: unknown},
		{file: "Cartfile", text: "github \"a/b\" == 1.0.0\n", want: found, lists: "SwiftURL github.com/a/b 1.0.0"},
		{file: "Cartfile.resolved", text: "github \"a/b\" \"1.0.0\"\n", want: found, lists: "SwiftURL github.com/a/b 1.0.0"},
		{file: "conanfile.txt", text: "[requires]\nopenssl/1.1.1a\n", want: found, lists: "ConanCenter openssl 1.1.1a"},
		{file: "conanfile.py", text: "class X(ConanFile):\n  requires = 'openssl/1.1.1a'\n", want: found, lists: "ConanCenter openssl 1.1.1a"},
		{file: "vcpkg.json", text: `{"dependencies": ["openssl"]}`, want: unknown},
		{file: "CMakeLists.txt", text: "FetchContent_Declare(fmt URL https://x.example/fmt.zip)\n", want: unknown},
		{file: "subprojects/zlib.wrap", text: "[wrap-file]\n", want: unknown},
		{file: "platformio.ini", text: "lib_deps = a/b\n", want: unknown},
		{file: "build.zig.zon", text: ".{ .dependencies = .{ .a = .{ .url = \"x\" } } }", want: unknown},
		{file: "dub.json", text: `{"dependencies": {"vibe-d": "1"}}`, want: unknown},
	}
}

func otherCases() []manifestCase {
	return []manifestCase{
		{file: "Gemfile", text: "gem 'rack', '2.0.0'\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "gems.rb", text: "gem 'rack', '= 2.0.0', require: false\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "gemfiles/rails5.gemfile", text: "gem \"rack\", \"2.0.0\"\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "gemfiles/rails5.gemfile.lock", text: "GEM\n  remote: https://x.example/\n  specs:\n    rack (2.0.0)\n\nDEPENDENCIES\n  rack\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "stack-lts.yaml.lock", text: "packages:\n- completed:\n    hackage: aeson-1.0.0.0@sha256:aa,1\n  original:\n    hackage: aeson-1.0.0.0\nsnapshots: []\n", want: found, lists: "Hackage aeson 1.0.0.0"},
		{file: "x.gemspec", text: "s.add_dependency \"rack\", \"= 2.0.0\"\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "gems.locked", text: "GEM\n  remote: https://x.example/\n  specs:\n    rack (2.0.0)\n\nDEPENDENCIES\n  rack\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "Puppetfile", text: "mod 'a/b', '1'\n", want: unknown},
		{file: "mix.exs", text: "defp deps do\n  [{:plug, \"1.0.0\", only: :prod}]\nend\n", want: found, lists: "Hex plug 1.0.0"},
		{file: "rebar.config", text: "{deps, [{cowboy, \"2.0.0\"}]}.", want: found, lists: "Hex cowboy 2.0.0"},
		{file: "rebar.lock", text: "[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.0.0\">>},0}].", want: found, lists: "Hex cowboy 2.0.0"},
		{file: "gleam.toml", text: "[dependencies]\ncowboy = '2.0.0'\n", want: found, lists: "Hex cowboy 2.0.0"},
		{file: "x.cabal", text: "library\n  build-depends: base, aeson ==1.0\n", want: found, lists: "Hackage aeson 1.0"},
		{file: "stack.yaml", text: "extra-deps:\n- aeson-1.0\n", want: found, lists: "Hackage aeson 1.0"},
		{file: "package.yaml", text: "name: x\ndependencies:\n- aeson == 1.0\n", want: found, lists: "Hackage aeson 1.0"},
		{file: "x.opam", text: "depends: [\n  \"a\" {= \"1.0\"}\n]\n", want: found, lists: "opam a 1.0"},
		{file: "dune-project", text: "(package (depends a))\n", want: unknown},
		{file: "DESCRIPTION", text: "Package: x\nImports:\n    shiny (== 1.0)\n", want: found, lists: "CRAN shiny 1.0"},
		{file: "renv.lock", text: `{"Packages": {"shiny": {"Package": "shiny", "Version": "1.0", "Source": "GitHub", "RemoteUsername": "a"}}}`, want: unknown},
		{file: "packrat/packrat.lock", text: "Package: shiny\nVersion: 1.0\n", want: found, lists: "CRAN shiny 1.0"},
		{file: "Project.toml", text: "[deps]\nHTTP = 'x'\n", want: unknown},
		{file: "Manifest.toml", text: "[[deps.HTTP]]\ngit-tree-sha1 = 'aa'\nversion = '1.0.0'\n", want: found, lists: "Julia HTTP 1.0.0"},
		{file: "cpanfile", text: "requires 'Mojolicious', '7';\n", want: unknown},
		{file: "Makefile.PL", text: "WriteMakefile(PREREQ_PM => { Mojolicious => 7 });\n", want: unknown},
		{file: "shard.yml", text: "dependencies:\n  kemal:\n    github: a/b\n", want: unknown},
		{file: "shard.lock", text: "shards:\n  kemal:\n    version: 1\n", want: unknown},
		{file: "x-1.0-1.rockspec", text: "dependencies = { 'luasocket' }\n", want: unknown},
		{file: "x.nimble", text: "requires \"jester\"\n", want: unknown},
		{file: "haxelib.json", text: `{"dependencies": {"a": "1"}}`, want: unknown},
		{file: "alire.toml", text: "[[depends-on]]\na = '1'\n", want: unknown},
		{file: "fpm.toml", text: "[dependencies]\na = {}\n", want: unknown},
	}
}

// controlCases hold no package of an ecosystem, or name none.
func controlCases() []manifestCase {
	return []manifestCase{
		{file: ".github/workflows/ci.yml", text: "on: push\njobs: {a: {runs-on: x, steps: [{uses: a/b@v1}]}}\n", want: none},
		{file: "Dockerfile", text: "FROM debian:10\nRUN pip install django==2.0\n", want: none},
		{file: "chart/Chart.yaml", text: "name: x\nversion: 1\n", want: none},
		{file: "deploy.sh", text: "#!/bin/sh\necho\n", want: none},
		{file: "schema.sql", text: "select 1;\n", want: none},
		{file: "index.html", text: "<p>text", want: none},
		{file: "pyproject.toml", text: "[tool.black]\nline-length = 100\n", want: none},
		{file: "package.json", text: `{"type": "module"}`, want: none},
		{file: "packages.json", text: "{}", want: none},
		{file: "renv.txt", text: "x\n", want: none},
		{file: "docs/functional-requirements.txt", text: "The system shall be fast.\n", want: none},
		{file: "settings.gradle", text: "include ':app'\n", want: none},
		{file: "gradle/wrapper/gradle-wrapper.jar", text: "PK", want: none},
		{file: "CMakeLists.txt", text: "project(x)\nadd_executable(x x.c)\n", want: none},
		{file: "testdata/github.com/a/b/setup.py", text: "setup(install_requires=['flask'])", want: none},
		{file: "App.csproj", text: "<Project Sdk=\"Microsoft.NET.Sdk\"/>", want: none},
	}
}

// codeCases are code without a manifest that was read.
func codeCases() []manifestCase {
	return []manifestCase{
		{file: "app.py", text: "import os\nimport flask\n", want: unknown},
		{file: "tool/run.py", text: "import json, os\nfrom . import own\nimport own\n", want: none, beside: "tool/own.py\nimport re\n"},
		{file: "notebook.ipynb", text: `{"cells": [{"source": [` + "\n" + `    "import pandas as pd\n"` + "\n" + `]}]}`, want: unknown},
		{file: "src/server.js", text: "const http = require('http');\nconst express = require('express');\n", want: unknown},
		{file: "src/plain.js", text: "const fs = require('node:fs');\nimport x from './y.js';\n", want: none},
		{file: "src/main.go", text: "package main\n\nimport (\n\t\"fmt\"\n\n\t\"golang.org/x/text\"\n)\n", want: unknown},
		{file: "src/only.go", text: "package main\n\nimport \"fmt\"\n", want: none},
		{file: "src/org/x/Main.java", text: "package org.x;\nimport java.util.List;\nimport com.google.gson.Gson;\n", want: unknown},
		{file: "src/org/x/Only.java", text: "package org.x;\nimport java.util.List;\nimport org.x.Other;\n", want: none},
		{file: "main.c", text: "#include <stdio.h>\n#include <curl/curl.h>\n", want: unknown},
		{file: "only.c", text: "#include <stdio.h>\n#include \"own.h\"\n", want: none},
		{file: "run.rb", text: "require 'json'\nrequire 'sinatra'\n", want: unknown},
		{file: "analysis.R", text: "library(shiny)\n", want: unknown},
		{file: "stats.R", text: "library(stats)\nx <- 1\n", want: none},
		{file: "app.pl", text: "use strict;\nuse Mojolicious::Lite;\n", want: unknown},
		{file: "plain.pl", text: "use strict;\nuse File::Basename;\n", want: none},
		{file: "lib/app.ex", text: "defmodule App do\nend\n", want: unknown},
		{file: "test/app_test.py", text: "import pytest\n", want: none},
		{file: "server.py", text: "import flask\n", want: unknown, beside: "go.mod\nmodule example.org/x\n\ngo 1.20\n\nrequire golang.org/x/text v0.3.2\n"},
	}
}

// furtherCases were written after the readers stood: other names, folders, versions of a
// format, line ends and encodings.
func furtherCases() []manifestCase {
	const lodash = `"lodash": {"version": "4.17.20"}`
	return []manifestCase{
		{file: "crlf/requirements.txt", text: "flask==1.0\r\nrequests==2.0\r\n", want: found, lists: "PyPI flask 1.0"},
		{file: "utf16/requirements.txt", text: utf16LE("flask==1.0\r\n"), want: found, lists: "PyPI flask 1.0"},
		{file: "utf16/package.json", text: utf16LE(`{"dependencies": {"lodash": "4.17.20"}}`), want: found, lists: "npm lodash 4.17.20"},
		{file: "utf16/packages.config", text: utf16LE(`<packages><package id="A" version="1"/></packages>`), want: found, lists: "NuGet A 1"},
		{file: "utf16/App.csproj", text: utf16LE(`<Project><ItemGroup><PackageReference Include="A" Version="1"/></ItemGroup></Project>`), want: found, lists: "NuGet A 1"},
		{file: "bom/Pipfile.lock", text: "\ufeff" + `{"default": {"flask": {"version": "==1.0"}}}`, want: found, lists: "PyPI flask 1.0"},
		{file: "bom/Gemfile", text: "\ufeffgem 'rack', '2.0.0'\r\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "crlf/Gemfile.lock", text: "GEM\r\n  remote: https://x.example/\r\n  specs:\r\n    rack (2.0.0)\r\n\r\nDEPENDENCIES\r\n  rack\r\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "crlf/yarn.lock", text: "# yarn lockfile v1\r\n\r\nlodash@^4:\r\n  version \"4.17.20\"\r\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "crlf/go.mod", text: "module example.org/x\r\n\r\ngo 1.20\r\n\r\nrequire golang.org/x/text v0.3.2\r\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "latin/pom.xml", text: "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><project><name>caf\xe9</name><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>", want: found, lists: "Maven a:b 1"},
		{file: "declared/packages.config", text: utf16LE(`<?xml version="1.0" encoding="utf-16"?><packages><package id="A" version="1"/></packages>`), want: found, lists: "NuGet A 1"},
		{file: "windows/gradle/verification-metadata.xml", text: "<?xml version='1.0' encoding='windows-1252'?><verification-metadata><!-- \x93 --><components><component group='a' name='b' version='1'/></components></verification-metadata>", want: found, lists: "Maven a:b 1"},
		{file: "cr/requirements.txt", text: "flask==1.0\rrequests==2.0\r", want: found, lists: "PyPI flask 1.0"},
		{file: "apps/web/package-lock.json", text: `{"lockfileVersion": 2, "packages": {"node_modules/lodash": {"version": "4.17.20"}}, "dependencies": {` + lodash + `}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "package-lock.v4/package-lock.json", text: `{"lockfileVersion": 4, "packages": {"node_modules/lodash": {"version": "4.17.20"}}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "npm-shrinkwrap.json", text: `{"dependencies": {` + lodash + `}}`, want: found, lists: "npm lodash 4.17.20"},
		{file: "rush/common/config/rush/pnpm-lock.yaml", text: "lockfileVersion: 5.4\npackages:\n  /lodash/4.17.20:\n    resolution: {integrity: x}\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "rush/common/config/rush/shrinkwrap.yaml", text: "dependencies:\n  lodash: 4.17.20\npackages:\n  /lodash/4.17.20: {}\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "jspm.config.js", text: "SystemJS.config({ map: { 'lodash': 'npm:lodash@4.17.20' } });\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "package.json5", text: "// kept\n{dependencies: {lodash: '4.17.20',}}", want: found, lists: "npm lodash 4.17.20"},
		{file: "package.yaml", text: "name: web\ndependencies:\n  lodash: 4.17.20\n", want: found, lists: "npm lodash 4.17.20"},
		{file: "deno.jsonc", text: `{"imports": {"a": "jsr:@std/assert@1"}}`, want: unknown},
		{file: "src/index.html", text: `<script src="https://cdn.example/npm/jquery@1.8.3/jquery.min.js"></script>`, want: none},
		{file: "requirements/requirements-prod.lock", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements.lock", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements.txt.in", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "requirements_dev.in", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "pip/dependencies.txt", text: "flask==1.0\n", want: found, lists: "PyPI flask 1.0"},
		{file: "pylock.prod.toml", text: "lock-version = \"1.0\"\n[[packages]]\nname = \"flask\"\nversion = \"1.0\"\n", want: found, lists: "PyPI flask 1.0"},
		{file: "script.py", text: "# /// script\n# dependencies = [\"flask\"]\n# ///\nimport os\n", want: unknown},
		{file: "tox.ini", text: "[testenv]\ndeps =\n    flask==1.0\n", want: none},
		{file: "noxfile.py", text: "import nox\nsession.install('flask')\n", want: unknown},
		{file: "Pipfile.txt", text: "[packages]\nflask = '==1.0'\n", want: found, lists: "PyPI flask 1.0"},
		{file: "src/setup.py", text: "from setuptools import setup\r\nsetup(\r\n  install_requires=[\r\n    'flask==1.0',\r\n  ])\r\n", want: found, lists: "PyPI flask 1.0"},
		{file: "environment.yaml", text: "name: x\r\ndependencies:\r\n  - pip:\r\n    - flask==1.0\r\n", want: found, lists: "PyPI flask 1.0"},
		{file: "app/libs.gradle", text: "ext.libs = [b: 'a:b:1']\n", want: found, lists: "Maven a:b 1"},
		{file: "buildSrc/src/main/kotlin/Deps.kt", text: "object Deps { const val b = \"a:b:1.0\" }\n", want: found, lists: "Maven a:b 1.0"},
		{file: "gradle/verification-metadata.xml", text: `<verification-metadata><components><component group="a" name="b" version="1"/></components></verification-metadata>`, want: found, lists: "Maven a:b 1"},
		{file: "lib/build.gradle", text: "dependencies {\r\n\timplementation(\r\n\t\t'a:b:1'\r\n\t)\r\n}\r\n", want: found, lists: "Maven a:b 1"},
		{file: "pom.gradle.xml", text: "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>", want: found, lists: "Maven a:b 1"},
		{file: "parent.pom", text: "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>", want: found, lists: "Maven a:b 1"},
		{file: ".mvn/maven.config", text: "-Drevision=1\n", want: none},
		{file: "App.csproj.user", text: "<Project/>", want: none},
		{file: "src/Old.csproj", text: `<Project><ItemGroup><Reference Include="A, Version=1.0.0.0"><HintPath>..\packages\A.1.0.0\lib\A.dll</HintPath></Reference></ItemGroup></Project>`, want: found, lists: "NuGet A 1.0.0"},
		{file: "lib/Newtonsoft.Json.dll", text: "MZ\x00", want: unknown},
		{file: "global.json", text: `{"msbuild-sdks": {"A": "1.0.0"}}`, want: found, lists: "NuGet A 1.0.0"},
		{file: "packages.json/packages.config", text: `<?xml version="1.0"?>` + "\r\n" + `<packages>` + "\r\n" + `<package id="A" version="1" />` + "\r\n" + `</packages>`, want: found, lists: "NuGet A 1"},
		{file: "ios/Pods/Manifest.lock", text: "PODS:\n  - A (2.5.0)\n", want: unknown},
		{file: "App.xcworkspace/xcshareddata/swiftpm/Package.resolved", text: `{"pins": [{"identity": "a", "location": "https://x.example/b/a", "state": {"version": "1.0.0"}}], "version": 3}`, want: found, lists: "SwiftURL x.example/b/a 1.0.0"},
		{file: "Project.swift", text: "let p = Project(packages: [.remote(url: \"https://x.example/a\", requirement: .exact(\"1.0.0\"))])\n", want: found, lists: "SwiftURL x.example/a 1.0.0"},
		{file: "go.work", text: "go 1.20\n\nuse ./a\n", want: none},
		{file: "tools/tools.go", text: "package tools\n\nimport _ \"golang.org/x/tools/cmd/stringer\"\n", want: unknown},
		{file: "crates/a/Cargo.lock", text: "version = 3\r\n\r\n[[package]]\r\nname = \"a\"\r\nversion = \"1.0.0\"\r\nsource = \"registry+https://x\"\r\n", want: found, lists: "crates.io a 1.0.0"},
		{file: "Cargo.toml.orig", text: "[dependencies]\na = '1'\n", want: none},
		{file: "wp-content/plugins/x/composer.lock", text: `{"packages": [], "packages-dev": [{"name": "a/b", "version": "1.0"}]}`, want: found, lists: "Packagist a/b 1.0"},
		{file: "auth.json", text: "{}", want: none},
		{file: "Gemfile.local", text: "gem('rack', '2.0.0')\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "app/x.gemspec", text: "Gem::Specification.new do |spec|\r\n  spec.add_dependency('rack', '2.0.0')\r\nend\r\n", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "_build/x/rebar.config", text: "{erl_opts, []}.\n{deps, [\n  {cowboy, \"2.0.0\"} % last\n]}.\n", want: found, lists: "Hex cowboy 2.0.0"},
		{file: "apps/a/mix.lock", text: "%{\n  \"plug\": {:hex, :plug, \"1.0.0\", \"aa\", [:mix], [], \"hexpm\", \"bb\"},\n}\n", want: found, lists: "Hex plug 1.0.0"},
		{file: "renv/renv.lock", text: `{"R": {"Version": "4.0"}, "Packages": {"shiny": {"Package": "shiny", "Version": "1.0", "Source": "Repository", "Repository": "CRAN"}}}`, want: found, lists: "CRAN shiny 1.0"},
		{file: "install.R", text: "remotes::install_version('shiny', version = '1.0')\n", want: found, lists: "CRAN shiny 1.0"},
		{file: "pubspec_overrides.yaml", text: "dependency_overrides:\n  http: 0.12.0\n", want: found, lists: "Pub http 0.12.0"},
		{file: "conan/conanfile.txt", text: "[requires]\r\nopenssl/1.1.1a\r\n", want: found, lists: "ConanCenter openssl 1.1.1a"},
		{file: "ext/.gitmodules", text: "[submodule \"a\"]\n\tpath = a\n\turl = https://x.example/a\n", want: none},
		{file: "elm-package.json", text: `{"dependencies": {"a/b": "1.0.0 <= v < 2.0.0"}}`, want: unknown},
		{file: "bundle.cyclonedx.json", text: "\ufeff" + `{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "name": "left-pad", "version": "1.0.0", "purl": "pkg:npm/left-pad@1.0.0"}]}`, want: found, lists: "npm left-pad 1.0.0"},
		{file: "reports/manifest.spdx.json", text: `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": [{"name": "left-pad", "SPDXID": "SPDXRef-a", "versionInfo": "1.0.0", "downloadLocation": "NOASSERTION", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/left-pad@1.0.0"}]}]}`, want: found, lists: "npm left-pad 1.0.0"},
		{file: "galaxy/requirements.yml", text: "collections:\n  - name: a.b\n    version: 1.0.0\n", want: none},
		{file: "dist/sbom.yaml", text: "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nname: x\npackages:\n- name: left-pad\n  SPDXID: SPDXRef-a\n  versionInfo: 1.0.0\n  downloadLocation: NOASSERTION\n  externalRefs:\n  - referenceCategory: PACKAGE-MANAGER\n    referenceType: purl\n    referenceLocator: pkg:npm/left-pad@1.0.0\n", want: found, lists: "npm left-pad 1.0.0"},
		{file: "dist/sbom.txt", text: "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: x\n\nPackageName: left-pad\nSPDXID: SPDXRef-a\nPackageVersion: 1.0.0\nPackageDownloadLocation: NOASSERTION\nExternalRef: PACKAGE-MANAGER purl pkg:npm/left-pad@1.0.0\n", want: found, lists: "npm left-pad 1.0.0"},
		{file: "mirror/renv.lock", text: `{"Packages": {"shiny": {"Package": "shiny", "Version": "1.0", "Source": "Repository", "Repository": "RSPM"}}}`, want: found, lists: "CRAN shiny 1.0"},
		{file: "vendor/modules.txt", text: "# golang.org/x/text v0.3.2\n## explicit\ngolang.org/x/text/unicode\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "obj/project.assets.json", text: `{"version": 3, "libraries": {"A/1.0.0": {"type": "package"}, "Own/1.0.0": {"type": "project"}}}`, want: found, lists: "NuGet A 1.0.0"},
		{file: "A.nuspec", text: `<package><metadata><dependencies><dependency id="A" version="[1.0.0]"/></dependencies></metadata></package>`, want: found, lists: "NuGet A 1.0.0"},
		{file: "build.cake", text: "#addin nuget:?package=A&version=1.0.0\n", want: found, lists: "NuGet A 1.0.0"},
		{file: "run.fsx", text: "#r \"nuget: A, 1.0.0\"\n", want: found, lists: "NuGet A 1.0.0"},
		{file: "lib/A.1.0.0.nupkg", text: "PK", want: found, lists: "NuGet A 1.0.0"},
		{file: "vendored/rack-2.0.0.gem", text: "x", want: found, lists: "RubyGems rack 2.0.0"},
		{file: "gleam/manifest.toml", text: "packages = [\n  { name = \"cowboy\", version = \"2.0.0\", source = \"hex\" },\n]\n", want: found, lists: "Hex cowboy 2.0.0"},
		{file: "cabal.project", text: "packages: .\nconstraints: aeson ==1.0,\n  lens ==4.0\n", want: found, lists: "Hackage aeson 1.0"},
		{file: "A.xcodeproj/project.pbxproj", text: "\t\tAA /* XCRemoteSwiftPackageReference \"a\" */ = {\n\t\t\tisa = XCRemoteSwiftPackageReference;\n\t\t\trepositoryURL = \"https://github.com/b/a.git\";\n\t\t\trequirement = {\n\t\t\t\tkind = exactVersion;\n\t\t\t\tversion = 1.0.0;\n\t\t\t};\n\t\t};\n", want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "Mintfile", text: "b/a@1.0.0\n", want: found, lists: "SwiftURL github.com/b/a 1.0.0"},
		{file: "explicit.txt", text: "@EXPLICIT\nhttps://x.example/conda-forge/noarch/flask-1.0-pyhd8ed1ab_0.tar.bz2#aa\n", want: found, lists: "PyPI flask 1.0"},
		{file: "build.xml", text: `<project xmlns:ivy="antlib:org.apache.ivy.ant"><ivy:cachepath organisation="a" module="b" revision="1" inline="true"/></project>`, want: found, lists: "Maven a:b 1"},
		{file: "vendor.conf", text: "# all\ngolang.org/x/text v0.3.2 https://x.example/text\n", want: found, lists: "Go golang.org/x/text 0.3.2"},
		{file: "charts/x/Chart.lock", text: "dependencies:\n- name: a\n  version: 1.0.0\n", want: none},
	}
}

// utf16LE writes a text as Windows' tools do.
func utf16LE(text string) string {
	encoded := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = append(encoded, byte(unit), byte(unit>>8))
	}
	return string(encoded)
}

// A language that is less than a twentieth of the code asks for no manifest.
func TestALanguageThatIsASmallPartOfTheCodeAsksForNoManifest(t *testing.T) {
	files := map[string]string{"go.mod": "module example.org/x\n\ngo 1.20\n\nrequire golang.org/x/text v0.3.2\n", "helper.py": "import requests\n"}
	for _, name := range strings.Fields("a b c d e f g h i j k l m n o p q r s") {
		files["pkg/"+name+".go"] = "package pkg\n"
	}
	if seen := scan(t, commit(t, files)); len(seen.Notes) != 1 {
		t.Errorf("one of twenty files is a twentieth: %v", seen.Notes)
	}
	files["pkg/t.go"] = "package pkg\n"
	if seen := scan(t, commit(t, files)); len(seen.Notes) != 0 {
		t.Errorf("got %v", seen.Notes)
	}
}
