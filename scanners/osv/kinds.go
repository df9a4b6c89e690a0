package osv

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
)

// The families of languages that share a way to name packages.
const (
	familyJavaScript = "JavaScript"
	familyPython     = "Python"
	familyJVM        = "the JVM"
	familyRuby       = "Ruby"
	familyPHP        = "PHP"
	familyGo         = "Go"
	familyRust       = "Rust"
	familyDotNet     = ".NET"
	familyApple      = "Swift and Objective-C"
	familyC          = "C and C++"
	familyDart       = "Dart"
	familyBEAM       = "Erlang and Elixir"
	familyHaskell    = "Haskell"
	familyR          = "R"
	familyPerl       = "Perl"
	familyLua        = "Lua"
	familyJulia      = "Julia"
	familyOCaml      = "OCaml"
	familyNim        = "Nim"
	familyCrystal    = "Crystal"
	familyD          = "D"
	familyElm        = "Elm"
	familyZig        = "Zig"
	familyOther      = "another language"
)

// manifestKind is a kind of file that names packages and that no extractor reads as it
// stands: most name ranges, and the extractors read what was resolved. Its packages are in
// the inventory only where a lockfile holds them.
type manifestKind struct {
	family string
	// patterns are names of files in lower case, of blanks between them. One with
	// slashes is matched against as many elements of the path.
	patterns string
	// locks are the names of files that hold its packages at their versions. Without any,
	// no reader of this kind exists.
	locks []string
	// reads reads which packages the text names. Where it is nil the file is there to name
	// some.
	reads func(text []byte) namedPackages
	// remedy is how to make the packages known.
	remedy string
}

// beside is true for what counts only where nothing else of its family is read: a
// constraint is no package, and a copied package stands beside those that are named.
func (k manifestKind) beside() bool {
	return k.reads == nil && k.remedy == nameCopies || k.patterns == constraintFiles
}

var (
	npmLocks    = []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"}
	pythonLocks = []string{"poetry.lock", "pdm.lock", "uv.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"}
	gradleLocks = []string{"gradle.lockfile", "buildscript-gradle.lockfile", "gradle/verification-metadata.xml"}
	gemLocks    = []string{"Gemfile.lock", "gems.locked"}
	nugetLocks  = []string{"packages.lock.json", "packages.config"}
	cabalLocks  = []string{"cabal.project.freeze", "stack.yaml.lock"}
)

const (
	commitLock   = "commit the lockfile"
	publishSBOM  = "commit an SBOM (CycloneDX or SPDX), for there is no reader of such files"
	lockPython   = "commit the lockfile of uv, Poetry or PDM"
	gradleRemedy = "switch dependency locking on and commit gradle.lockfile"
	lockNuGet    = "commit packages.lock.json"
	nameCopies   = "name what was copied in a manifest, or commit an SBOM (CycloneDX or SPDX)"
	pinPython    = "list them at their versions in requirements.txt, or commit a lockfile"
)

const constraintFiles = "*constraint*.txt"

// manifestKinds lists the manifests that ecosystems use.
func manifestKinds() []manifestKind {
	return slices.Concat(webKinds(), pythonKinds(), jvmKinds(), compiledKinds(), rubyKinds(), functionalKinds(), otherKinds(), vendoredKinds())
}

func webKinds() []manifestKind {
	return []manifestKind{
		{familyJavaScript, "package.json", npmLocks, npmNames, commitLock},
		{familyJavaScript, "package.json5", npmLocks, matches(`(?m)^\s*"?(?:dev|optional|peer)?[dD]ependencies"?\s*:`), commitLock},
		{familyJavaScript, "bower.json component.json", nil, inJSON("", anyName, "dependencies", "devDependencies"), publishSBOM},
		{familyJavaScript, "bun.lockb", []string{"bun.lock"}, nil, "commit bun.lock, the lockfile of Bun as text"},
		{familyJavaScript, "shrinkwrap.yaml deno.lock jspm.config.js jspm.json vlt-lock.json cnpm-lock.yaml", npmLocks, nil, publishSBOM},
		{familyJavaScript, "deno.json deno.jsonc import_map.json importmap.json", npmLocks, matches(`"(?:imports|scopes)"\s*:\s*\{\s*"`), publishSBOM},
		{familyJavaScript, "libman.json", nil, matches(`"library"`), publishSBOM},
		{familyJavaScript, ".meteor/packages .meteor/versions", nil, matches(`(?m)^[\w:.-]+`), publishSBOM},
		{familyJavaScript, "package.js", nil, matches(`Npm\.depends|api\.use`), publishSBOM},
		{familyJavaScript, "config/importmap.rb", nil,
			matches(`(?m)^\s*pin\s.*https?:|(?m)^\s*pin\s+["'][^"']+["']\s*(?:#\s*@|,\s*to:\s*["'][^"']+["']\s*#)`), publishSBOM},
		{familyPHP, "composer.json", []string{"composer.lock"}, inJSON("Packagist", isComposerPackage, "require", "require-dev"), commitLock},
		{familyPHP, "*.make.yml *.make.yaml", nil, matches(`(?m)^projects:`), publishSBOM},
		{familyPHP, "drupal-org.make *.make", nil, matches(`(?m)^projects\[`), publishSBOM},
		{familyElm, "elm.json elm-package.json", nil, matches(`"direct"|"dependencies"\s*:\s*\{\s*"`), publishSBOM},
		{familyDart, "pubspec.yaml", []string{"pubspec.lock"}, pubNames, commitLock},
	}
}

func pythonKinds() []manifestKind {
	return []manifestKind{
		{familyPython, "pyproject.toml", pythonLocks, pyprojectNames, lockPython},
		{familyPython, "setup.py", pythonLocks, setupNames, lockPython},
		{familyPython, "setup.cfg", pythonLocks, setupCfgNames, lockPython},
		{familyPython, "pipfile pipfile.* *.pipfile", []string{"Pipfile.lock"}, pipfileNames, commitLock},
		{familyPython, "*conda-lock*.yml *conda-lock*.yaml conda-*.lock explicit*.txt conda-*.txt spec-file.txt", nil,
			matches(`(?m)^package:|^@EXPLICIT|conda\.anaconda|/conda-forge/`), publishSBOM},
		{familyPython, "*environment*.yml *environment*.yaml conda*.yml conda*.yaml env.yml env.yaml *-env.yml *-env.yaml *_env.yml *_env.yaml env-*.yml env-*.yaml " +
			"env_*.yml env_*.yaml */envs/*.yml */envs/*.yaml */environments/*.yml */environments/*.yaml",
			pythonLocks, matches(`(?m)^dependencies:`), lockPython},
		{familyPython, "meta.yaml recipe.yaml", nil, matches(`(?m)^requirements:`), publishSBOM},
		{familyPython, "pixi.lock", nil, nil, publishSBOM},
		{familyPython, "pixi.toml", nil, matches(`(?m)^\[(?:.+\.)?(?:pypi-|host-|build-)?dependencies\]`), publishSBOM},
		{familyPython, "anaconda-project.yml anaconda-project.yaml", nil, matches(`(?m)^(?:packages|dependencies):`), publishSBOM},
		{familyPython, "buildout.cfg versions.cfg", nil, matches(`(?m)^eggs\b|^\[versions\]`), publishSBOM},
		{familyPython, constraintFiles, pythonLocks, requirementsNames, pinPython},
		{familyPython, "*requirement*.txt */requirements/*.txt */requirements/*.in */requirements/*.pip " +
			"*/requirements/*.lst */requirements/*.req */requires/*.txt *requires.txt reqs*.txt *-reqs.txt *_reqs.txt *.pip " +
			"requirements *requirements requirements.* requirements-*.in requirements*.in *requirements*.in dependencies.txt deps.txt pip-requires test-requires",
			pythonLocks, requirementsNames, pinPython},
		{familyPython, "dev.in base.in main.in prod.in test.in tests.in docs.in", pythonLocks, requirementsNames, pinPython},
	}
}

func jvmKinds() []manifestKind {
	return []manifestKind{
		{familyJVM, "*.gradle *.gradle.kts", gradleLocks, gradleNames, gradleRemedy},
		{familyJVM, "*.versions.toml", gradleLocks, matches(`(?m)^\[(?:libraries|plugins|bundles)\]`), gradleRemedy},
		{familyJVM, "buildsrc/*.kt buildsrc/*.groovy */buildsrc/*.java dependencies.kt deps.kt versions.kt libs.kt libraries.kt", gradleLocks,
			matches(`"[\w.-]+:[\w.-]+:[\w.$+{}-]+"`), gradleRemedy},
		{familyJVM, "gradle/dependency-locks/*.* libs.properties versions.properties", gradleLocks, matches(`(?m)^[\w.-]+:[\w.-]+:|^version\.[\w.]+=`), gradleRemedy},
		{familyJVM, "ivy*.xml *.ivy ivy-*.xml", nil, matches(`<dependency\b`), publishSBOM},
		{familyJVM, "build.xml", nil, matches(`<(?:ivy:|artifact:)?dependenc(?:y|ies)\b|antlib:org\.apache\.(?:ivy|maven)`), publishSBOM},
		{familyJVM, ".mvn/extensions.xml", nil, matches(`<extension\b`), publishSBOM},
		{familyJVM, "pom*.xml *-pom.xml *.pom.xml *pom.yaml *pom.yml pom.kts pom.groovy pom.scala pom.json", nil, matches(`dependenc`), publishSBOM},
		{familyJVM, "project.clj profiles.clj", nil, matches(`:(?:managed-)?dependencies|:plugins`), publishSBOM},
		{familyJVM, "deps.edn bb.edn shadow-cljs.edn", nil, matches(`:(?:extra-|override-|replace-)?(?:deps|dependencies)\s`), publishSBOM},
		{familyJVM, "build.boot", nil, matches(`:dependencies`), publishSBOM},
		{familyJVM, "*.sbt", nil, matches(`libraryDependencies|addSbtPlugin|addCompilerPlugin|%%|"\s+%\s+"`), publishSBOM},
		{familyJVM, "project/*.scala", nil, matches(`%%|"\s+%\s+"`), publishSBOM},
		{familyJVM, "*.sc build.mill *.mill", nil, matches(`(?:ivy|mvn)"|\$ivy`), publishSBOM},
		{familyJVM, "project.scala", nil, matches(`//>\s*using\s+(?:test\.)?(?:dep|lib)`), publishSBOM},
		{familyJVM, "maven_install.json *_maven_install.json *_install.json", nil, matches(`dependency_tree|"artifacts"|__INPUT_ARTIFACTS_HASH`), publishSBOM},
		{familyOther, "workspace workspace.bazel workspace.bzlmod module.bazel deps.bzl dependencies.bzl repositories.bzl third_party.bzl", nil,
			matches(`(?m)(?:maven_install|http_archive|git_repository|bazel_dep|maven_jar|http_jar|go_repository|pip_install|` +
				`pip_parse|npm_install|crates_repository|maven\.artifact|jvm_maven_import_external)\b\s*\(|maven\.install`), publishSBOM},
		{familyJVM, "kobalt/src/build.kt build.kt", nil, matches(`compile\(\s*"`), publishSBOM},
	}
}

func compiledKinds() []manifestKind {
	cocoa := matches(`(?m)^\s*pod\s|s?\.dependency`)
	return []manifestKind{
		{familyRust, "cargo.toml", []string{"Cargo.lock"}, cargoNames, commitLock},
		{familyGo, "gopkg.lock gopkg.toml glide.lock glide.yaml godeps.json vendor.conf vendor.json godeps .gopmfile trash.conf trash.lock vendor/manifest",
			[]string{"go.mod"},
			nil, "move to Go modules (go mod init)"},
		{familyDotNet, "*.csproj *.fsproj *.vbproj *.vcxproj *.sqlproj *.proj *.xproj *.nfproj *.shproj *.projitems " +
			"directory.*.props directory.*.targets *.props *.targets", nugetLocks,
			nugetNames, lockNuGet},
		{familyDotNet, "paket.dependencies paket.lock paket.references", nil,
			matches(`(?mi)^\s*(?:nuget|github|gist|http|clitool|remote)\b|^[\w.]+\s*$`), publishSBOM},
		{familyDotNet, "project.json project.lock.json project.assets.json", nil, matches(`"(?:dependencies|frameworks|libraries|tools)"\s*:\s*\{`), publishSBOM},
		{familyDotNet, "packages.*.config *.packages.config packages-*.config", nil, matches(`<package\b`), publishSBOM},
		{familyDotNet, "*.nuspec", nugetLocks, matches(`<dependency\b`), publishSBOM},
		{familyDotNet, "dotnet-tools.json", nil, matches(`"commands"`), publishSBOM},
		{familyDotNet, "*.csx *.fsx *.cake *.linq", nil, matches(`(?m)^#(?:r|addin|tool|load)\s+"?nuget:|<NuGetReference`), publishSBOM},
		{familyDotNet, "packages/manifest.json packages/packages-lock.json", nil, matches(`"dependencies"\s*:\s*\{\s*"`), publishSBOM},
		{familyApple, "package.swift", []string{"Package.resolved"}, matches(`\.package\(`), publishSBOM},
		{familyApple, "package.resolved *.package.resolved package@swift-*.swift", nil, matches(`"(?:location|repositoryURL|identity)"|\.package\(`), publishSBOM},
		{familyApple, "podfile", []string{"Podfile.lock"}, cocoa, publishSBOM},
		{familyApple, "podfile.lock podfile.yaml", nil, matches(`(?m)^PODS:|^\s+- `), publishSBOM},
		{familyApple, "*.podspec *.podspec.json", nil, matches(`\.dependency|"dependencies"`), publishSBOM},
		{familyApple, "cartfile cartfile.resolved cartfile.private", nil, matches(`(?m)^\s*(?:github|git|binary)\s`), publishSBOM},
		{familyApple, "mintfile", nil, matches(`(?m)^[\w.-]+/`), publishSBOM},
		{familyApple, "*.xcodeproj/project.pbxproj", []string{"Package.resolved"}, matches(`XCRemoteSwiftPackageReference`), publishSBOM},
		{familyC, "conanfile.txt", []string{"conan.lock"}, matches(`(?m)^\[(?:build_|tool_|test_)?requires\]\s*\n+\s*\w`), commitLock},
		{familyC, "conanfile.py", []string{"conan.lock"}, matches(`requires`), commitLock},
		{familyC, "vcpkg.json", nil, matches(`"(?:dependencies|features)"`), publishSBOM},
		{familyC, "vcpkg-configuration.json", nil, matches(`"registries"`), publishSBOM},
		{familyC, "cmakelists.txt *.cmake *.cmake.in", nil,
			matches(`(?i)(?:FetchContent_Declare|ExternalProject_Add|CPMAddPackage|CPMFindPackage|hunter_add_package)\s*\(`), publishSBOM},
		{familyC, "subprojects/*.wrap", nil, matches(`\[wrap-`), publishSBOM},
		{familyC, "xmake.lua", nil, matches(`add_requires`), publishSBOM},
		{familyC, "platformio.ini", nil, matches(`lib_deps`), publishSBOM},
		{familyC, "clib.json buckaroo.toml buckaroo.lock.toml idf_component.yml dependencies.lock build2.lock", nil, matches(`dependenc|depends`), publishSBOM},
		{familyZig, "build.zig.zon", nil, matches(`\.url|\.path`), publishSBOM},
		{familyD, "dub.json dub.sdl dub.selections.json package.sdl", nil, matches(`"?dependency|"versions"\s*:\s*\{\s*"|"dependencies"`), publishSBOM},
	}
}

func rubyKinds() []manifestKind {
	gem := gemNames(`(?m)^\s*gem[ (]\s*["']([\w.-]+)["']`)
	return []manifestKind{
		{familyRuby, "gemfile", gemLocks, gem, commitLock},
		{familyRuby, "gems.rb", gemLocks, gem, commitLock},
		{familyRuby, "*.gemfile gemfile.* gemfile-* gemfile_*", nil, matches(`(?m)^\s*gem[ (]|^\s*(?:eval_gemfile|gemspec)\b|^GEM$`), commitLock},
		{familyRuby, "*.gemspec", gemLocks, gemNames(`\.add_(?:runtime_|development_)?dependency[ (]\s*["']([\w.-]+)["']`), commitLock},
		{familyRuby, "puppetfile berksfile berksfile.lock cheffile", nil, matches(`(?m)^\s*(?:mod|cookbook)\s|^GRAPH`), publishSBOM},
		{familyCrystal, "shard.yml", nil, matches(`(?m)^(?:development_)?dependencies:`), publishSBOM},
		{familyCrystal, "shard.lock", nil, matches(`(?m)^shards:`), publishSBOM},
	}
}

func functionalKinds() []manifestKind {
	return []manifestKind{
		{familyBEAM, "mix.exs", []string{"mix.lock"}, mixNames, commitLock},
		{familyBEAM, "rebar.config rebar.config.script", nil, matches(`\{\s*deps\s*,\s*\[\s*[\w{]`), publishSBOM},
		{familyBEAM, "rebar.lock", nil, matches(`\{`), publishSBOM},
		{familyBEAM, "gleam.toml", nil, matches(`(?m)^\[(?:dev-)?dependencies\]`), publishSBOM},
		{familyBEAM, "manifest.toml", nil, matches(`(?m)^packages\s*=|^\[\[?deps`), publishSBOM},
		{familyBEAM, "erlang.mk", nil, matches(`(?m)^DEPS\s*=`), publishSBOM},
		{familyHaskell, "*.cabal", cabalLocks, cabalNames, "commit cabal.project.freeze or stack.yaml.lock"},
		{familyHaskell, "cabal.project cabal.config", cabalLocks,
			matches(`(?m)^\s*(?:constraints|source-repository-package|extra-packages)`), "commit cabal.project.freeze"},
		{familyHaskell, "stack.yaml stack-*.yaml", []string{"stack.yaml.lock", "cabal.project.freeze"},
			matches(`(?m)^\s*(?:extra-deps|resolver|snapshot):\s*\S|^extra-deps:\s*\n\s*-`), "commit stack.yaml.lock"},
		{familyHaskell, "package.yaml package.yml", slices.Concat(cabalLocks, npmLocks), matches(`(?m)^\s*(?:dev)?[dD]ependencies:`), commitLock},
		{familyOther, "spago.dhall spago.yaml packages.dhall spago.lock psc-package.json", nil, matches(`dependencies|packages`), publishSBOM},
		{familyOCaml, "*.opam opam dune-project esy.json opam.locked *.opam.locked dune.lock", nil,
			matches(`(?m)^\s*depends\b|\(depends\b|"dependencies"`), publishSBOM},
		{familyR, "description", []string{"renv.lock"}, rNames, "commit renv.lock"},
		{familyR, "packrat.lock", nil, matches(`(?m)^Package:`), "move to renv and commit renv.lock"},
		{familyR, "jetpack.lock manifest.rsconnect pak.lock rproject.toml", nil, nil, "commit renv.lock"},
		{familyJulia, "project.toml juliaproject.toml", nil, matches(`(?m)^\[(?:deps|extras)\]`), publishSBOM},
		{familyJulia, "juliamanifest.toml manifest-v*.toml", nil, matches(`(?m)^\[\[`), publishSBOM},
		{familyJulia, "require", nil, matches(`(?m)^julia\b`), publishSBOM},
	}
}

func otherKinds() []manifestKind {
	return []manifestKind{
		{familyPerl, "cpanfile", nil, matches(`(?m)^\s*(?:requires|recommends|on|test_requires|suggests)\b`), publishSBOM},
		{familyPerl, "cpanfile.snapshot", nil, matches(`(?m)^DISTRIBUTIONS|^\s+\S+-\d`), publishSBOM},
		{familyPerl, "makefile.pl build.pl", nil, matches(`PREREQ_PM|(?:BUILD|TEST|CONFIGURE)_REQUIRES|\brequires\b`), publishSBOM},
		{familyPerl, "dist.ini", nil, matches(`(?m)^\[Prereqs`), publishSBOM},
		{familyLua, "*.rockspec luarocks.lock", nil, matches(`dependencies`), publishSBOM},
		{familyNim, "*.nimble nimble.lock atlas.lock", nil, matches(`requires|"packages"|"items"`), publishSBOM},
		{familyOther, "haxelib.json v.mod info.rkt alire.toml fpm.toml qlfile *.asd cask eldev ballerina.toml dependencies.toml foundry.toml soldeer.lock " +
			"pack.pl scarb.toml move.toml nargo.toml aiken.toml roc.toml", nil,
			matches(`(?i)depend|depends-on|\bdeps\b|requires|^\s*(?:ql|github|git)\s`), publishSBOM},
		{familyOther, "*sbom*.spdx *sbom*.yml *sbom*.yaml *sbom*.txt", nil, matches(`bomFormat|spdxVersion|SPDXVersion`),
			"end its name in .cdx.json or .spdx.json"},
	}
}

// vendoredKinds are packages themselves, copied into the repository.
func vendoredKinds() []manifestKind {
	return []manifestKind{
		{familyJVM, "*.jar *.war *.ear *.aar", nil, nil, nameCopies},
		{familyDotNet, "*.nupkg", nil, nil, nameCopies},
		{familyPython, "*.whl *.egg", nil, nil, nameCopies},
		{familyRuby, "*.gem", nil, nil, nameCopies},
		{familyJavaScript, "*.min.js", nil, nil, nameCopies},
	}
}

// kindIndex finds the kind of a file by its name.
type kindIndex struct {
	exact map[string]int         // by base name
	byExt map[string][]kindMatch // by the ending that the pattern fixes
	rest  []kindMatch
}

type kindMatch struct {
	pattern  string
	elements int // of the path
	kind     int
}

func newKindMatch(pattern string, kind int) kindMatch {
	return kindMatch{pattern, 1 + strings.Count(pattern, "/"), kind}
}

// matches compares the end of a path in lower case.
func (m kindMatch) matches(lower string) bool {
	ok, _ := path.Match(m.pattern, lastElements(lower, m.elements))
	return ok
}

func newKindIndex(kinds []manifestKind) kindIndex {
	index := kindIndex{exact: map[string]int{}, byExt: map[string][]kindMatch{}}
	for i, kind := range kinds {
		for pattern := range strings.FieldsSeq(kind.patterns) {
			m := newKindMatch(pattern, i)
			extension := path.Ext(pattern)
			switch {
			case m.elements == 1 && !strings.ContainsAny(pattern, "*?["):
				index.exact[pattern] = i
			case extension != "" && !strings.ContainsAny(extension, "*?["):
				index.byExt[extension] = append(index.byExt[extension], m)
			default:
				index.rest = append(index.rest, m)
			}
		}
	}
	return index
}

// of is the index of the kind of a file, or -1.
func (x kindIndex) of(name string) int {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	if kind, ok := x.exact[base]; ok {
		return kind
	}
	for _, list := range [][]kindMatch{x.byExt[path.Ext(base)], x.rest} {
		for _, m := range list {
			if m.matches(lower) && !isWrapper(base) {
				return m.kind
			}
		}
	}
	return -1
}

// lastElements are the last n elements of a path, with a folder of no name before the
// root.
func lastElements(name string, n int) string {
	if n == 1 {
		return path.Base(name)
	}
	parts := strings.Split(name, "/")
	for len(parts) < n {
		parts = append([]string{"."}, parts...)
	}
	return strings.Join(parts[len(parts)-n:], "/")
}

// isWrapper is true for the programs that build tools leave in each project to fetch
// themselves.
func isWrapper(base string) bool {
	return base == "gradle-wrapper.jar" || base == "maven-wrapper.jar" || base == "gradlew.jar"
}

// foreignFolders are folders whose manifests are other projects' or tests' input.
var foreignFolders = []string{"node_modules", "bower_components", "vendor", "third_party", "testdata", "fixtures"}

// inForeignFolder reports a file of another project, or a test's input.
func inForeignFolder(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if slices.Contains(foreignFolders, strings.ToLower(part)) {
			return true
		}
	}
	return false
}

// isScaffold reports a manifest that a program writes into other projects.
func isScaffold(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if part == "template" || part == "templates" || strings.Contains(part, "{{") {
			return true
		}
	}
	return false
}

// isLink reports a symbolic link.
func isLink(file gitrepo.File) bool { return file.Mode == gitrepo.ModeSymlink }
