// Package manifest knows the files in which ecosystems name packages, which names stand in
// them, and which languages ask for such a file.
package manifest

import (
	"path"
	"slices"
	"strings"
)

// The families of languages that share a way to name packages.
const (
	FamilyJavaScript = "JavaScript"
	FamilyPython     = "Python"
	FamilyJVM        = "the JVM"
	FamilyRuby       = "Ruby"
	FamilyPHP        = "PHP"
	FamilyGo         = "Go"
	FamilyRust       = "Rust"
	FamilyDotNet     = ".NET"
	FamilyApple      = "Swift and Objective-C"
	FamilyC          = "C and C++"
	FamilyDart       = "Dart"
	FamilyBEAM       = "Erlang and Elixir"
	FamilyHaskell    = "Haskell"
	FamilyR          = "R"
	FamilyPerl       = "Perl"
	FamilyLua        = "Lua"
	FamilyJulia      = "Julia"
	FamilyOCaml      = "OCaml"
	FamilyNim        = "Nim"
	FamilyCrystal    = "Crystal"
	FamilyD          = "D"
	FamilyElm        = "Elm"
	FamilyZig        = "Zig"
	FamilyOther      = "another language"
)

// Kind is a kind of file that names packages and that no extractor reads as it
// stands: most name ranges, and the extractors read what was resolved. Its packages are in
// the inventory only where a lockfile holds them.
type Kind struct {
	Family string
	// Patterns are names of files in lower case, of blanks between them. One with
	// slashes is matched against as many elements of the path.
	Patterns string
	// Locks are the names of files that hold its packages at their versions. Without any,
	// no reader of this kind exists.
	Locks []string
	// Reads reads which packages the text names. Where it is nil the file is there to name
	// some.
	Reads func(text []byte) Named
	// Remedy is how to make the packages known.
	Remedy string
}

// Beside is true for what counts only where nothing else of its family is read: a
// constraint is no package, and a copied package stands beside those that are named.
func (k Kind) Beside() bool {
	return k.Reads == nil && k.Remedy == nameCopies || k.Patterns == constraintFiles
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
	publishSBOM  = "commit an SBOM (CycloneDX or SPDX)"
	lockPython   = "commit the lockfile of uv, Poetry or PDM"
	gradleRemedy = "switch dependency locking on and commit gradle.lockfile"
	lockNuGet    = "commit packages.lock.json"
	nameCopies   = "name what was copied in a manifest, or commit an SBOM (CycloneDX or SPDX)"
	pinPython    = "list them at their versions in requirements.txt, or commit a lockfile"
)

// VendorModules is the list that Go writes beside copied modules.
const VendorModules = "vendor/modules.txt"

const constraintFiles = "*constraint*.txt *constraint*.in *constraint*.pip constraints/*.txt"

// Kinds lists the manifests that ecosystems use.
func Kinds() []Kind {
	return slices.Concat(webKinds(), pythonKinds(), jvmKinds(), compiledKinds(), rubyKinds(), functionalKinds(), otherKinds(), vendoredKinds())
}

func webKinds() []Kind {
	return []Kind{
		{FamilyJavaScript, "package.json", npmLocks, npmNames, commitLock},
		{FamilyJavaScript, "package.json5", npmLocks, matches(`(?m)(?:^|[{,])\s*["']?(?:dev|optional|peer)?[dD]ependencies["']?\s*:`), commitLock},
		{FamilyJavaScript, "bower.json component.json", nil, inJSON("", anyName, "dependencies", "devDependencies"), publishSBOM},
		{FamilyJavaScript, "pnpm-workspace.yaml", npmLocks, matches(`(?m)^catalogs?:`), commitLock},
		{FamilyJavaScript, ".pnp.cjs .pnp.js .pnp.data.json", npmLocks, nil, "commit yarn.lock"},
		{FamilyJavaScript, "bun.lockb", []string{"bun.lock"}, nil, "commit bun.lock, the lockfile of Bun as text"},
		{FamilyJavaScript, "shrinkwrap.yaml deno.lock jspm.config.js jspm.json vlt-lock.json cnpm-lock.yaml", npmLocks, nil, publishSBOM},
		{FamilyJavaScript, "deno.json deno.jsonc import_map.json importmap.json", npmLocks, matches(`"(?:imports|scopes)"\s*:\s*\{\s*"`), publishSBOM},
		{FamilyJavaScript, "libman.json", nil, matches(`"library"`), publishSBOM},
		{FamilyJavaScript, ".meteor/packages .meteor/versions", nil, matches(`(?m)^[\w:.-]+`), publishSBOM},
		{FamilyJavaScript, "package.js", nil, matches(`Npm\.depends|api\.use`), publishSBOM},
		{FamilyJavaScript, "config/importmap.rb", nil,
			matches(`(?m)^\s*pin\s.*https?:|(?m)^\s*pin\s+["'][^"']+["']\s*(?:#\s*@|,\s*to:\s*["'][^"']+["']\s*#)`), publishSBOM},
		{FamilyPHP, "composer.json", []string{"composer.lock"}, inJSON("Packagist", isComposerPackage, "require", "require-dev"), commitLock},
		{FamilyPHP, "composer.*.json composer-*.json composer_*.json", []string{"composer.lock"},
			inJSON("Packagist", isComposerPackage, "require", "require-dev"), commitLock},
		{FamilyPHP, "*.make.yml *.make.yaml", nil, matches(`(?m)^projects:`), publishSBOM},
		{FamilyPHP, "drupal-org.make *.make", nil, matches(`(?m)^projects\[`), publishSBOM},
		{FamilyPHP, ".phive/phars.xml phive.xml", nil, matches(`<phar\b`), publishSBOM},
		{FamilyElm, "elm.json elm-package.json", nil, matches(`"direct"|"dependencies"\s*:\s*\{\s*"`), publishSBOM},
		{FamilyDart, "pubspec.yaml", []string{"pubspec.lock"}, pubNames, commitLock},
		{FamilyDart, "pubspec_overrides.yaml", []string{"pubspec.lock"}, matches(`(?m)^dependency_overrides:[ \t]*\r?\n\s+\w`), commitLock},
	}
}

func pythonKinds() []Kind {
	return []Kind{
		{FamilyPython, "pyproject.toml", pythonLocks, pyprojectNames, lockPython},
		{FamilyPython, "setup.py", pythonLocks, setupNames, lockPython},
		{FamilyPython, "setup.cfg", pythonLocks, setupCfgNames, lockPython},
		{FamilyPython, "pipfile pipfile.* *.pipfile", []string{"Pipfile.lock"}, pipfileNames, commitLock},
		{FamilyPython, "*conda-lock*.yml *conda-lock*.yaml conda-*.lock explicit*.txt conda-*.txt spec-file.txt", nil,
			matches(`(?m)^package:|^@EXPLICIT|conda\.anaconda|/conda-forge/`), publishSBOM},
		{FamilyPython, "*environment*.yml *environment*.yaml conda*.yml conda*.yaml env.yml env.yaml *-env.yml *-env.yaml *_env.yml *_env.yaml env-*.yml env-*.yaml " +
			"env_*.yml env_*.yaml */envs/*.yml */envs/*.yaml */environments/*.yml */environments/*.yaml",
			pythonLocks, matches(`(?m)^dependencies:`), publishSBOM},
		{FamilyPython, "meta.yaml recipe.yaml", nil, matches(`(?m)^requirements:`), publishSBOM},
		{FamilyPython, "hatch.toml", pythonLocks, hatchNames, lockPython},
		{FamilyPython, "__manifest__.py __openerp__.py", nil, matches(`(?s)external_dependencies.*["']python["']`), pinPython}, // Odoo
		{FamilyPython, "pixi.lock", nil, nil, publishSBOM},
		{FamilyPython, "pixi.toml", nil, matches(`(?m)^\[(?:.+\.)?(?:pypi-|host-|build-)?dependencies\]`), publishSBOM},
		{FamilyPython, "anaconda-project.yml anaconda-project.yaml", nil, matches(`(?m)^(?:packages|dependencies):`), publishSBOM},
		{FamilyPython, "buildout.cfg versions.cfg", nil, matches(`(?m)^eggs\b|^\[versions\]`), publishSBOM},
		{FamilyPython, constraintFiles, pythonLocks, requirementsNames, pinPython},
		{FamilyPython, "*requirement*.txt */requirements/*.txt */requirements/*.pip " +
			"*/requirements/*.lst */requirements/*.req */requires/*.txt *requires.txt reqs*.txt *-reqs.txt *_reqs.txt *.pip " +

			"requirements *requirements requirements.* *requirement*.in *reqs*.in requirement/*.in requirements/*.in reqs/*.in requires/*.in *requirements*.lock dependencies.txt deps.txt freeze.txt pip-freeze.txt pip_freeze.txt python-freeze.txt " +
			"pip-lock.txt pip_lock.txt pip-packages.txt pip_packages.txt python-packages.txt python_packages.txt pip-requires test-requires",
			pythonLocks, requirementsNames, pinPython},
		{FamilyPython, "dev.in base.in main.in prod.in test.in tests.in docs.in", pythonLocks, requirementsNames, pinPython},
	}
}

func jvmKinds() []Kind {
	return []Kind{
		{FamilyJVM, "*.gradle *.gradle.kts", gradleLocks, gradleNames, gradleRemedy},
		{FamilyJVM, "*.versions.toml gradle/*.toml", gradleLocks, matches(`(?m)^\[(?:libraries|plugins|bundles)\]`), gradleRemedy},
		{FamilyJVM, "buildconfig.groovy buildsrc/*.kt buildsrc/*.groovy */buildsrc/*.java dependencies.kt deps.kt versions.kt libs.kt libraries.kt", gradleLocks,
			matches(`["'][\w.-]+:[\w.-]+:[\w.$+{}-]+["']`), gradleRemedy},
		{FamilyJVM, "gradle/dependency-locks/*.* libs.properties versions.properties", gradleLocks, matches(`(?m)^[\w.-]+:[\w.-]+:|^version\.[\w.]+=`), gradleRemedy},
		{FamilyJVM, "ivy*.xml *.ivy ivy-*.xml", nil, matches(`<dependency\b`), publishSBOM},
		{FamilyJVM, "build.xml", nil, matches(`<(?:ivy:|artifact:)?dependenc(?:y|ies)\b|antlib:org\.apache\.(?:ivy|maven)`), publishSBOM},
		{FamilyJVM, ".mvn/extensions.xml", nil, matches(`<extension\b`), publishSBOM},
		{FamilyJVM, "pom*.xml *-pom.xml *.pom.xml *pom.yaml *pom.yml pom.kts pom.groovy pom.scala pom.json", nil, matches(`dependenc`), publishSBOM},
		{FamilyJVM, "project.clj profiles.clj", nil, matches(`:(?:managed-)?dependencies|:plugins`), publishSBOM},
		{FamilyJVM, "deps.edn bb.edn shadow-cljs.edn", nil, matches(`:(?:extra-|override-|replace-)?(?:deps|dependencies)\s`), publishSBOM},
		{FamilyJVM, "build.boot", nil, matches(`:dependencies`), publishSBOM},
		{FamilyJVM, "*.sbt", nil, matches(`libraryDependencies|addSbtPlugin|addCompilerPlugin|%%|"\s+%\s+"`), publishSBOM},
		{FamilyJVM, "project/*.scala", nil, matches(`%%|"\s+%\s+"`), publishSBOM},
		{FamilyJVM, "*.sc build.mill *.mill", nil, matches(`(?:ivy|mvn)"|\$ivy`), publishSBOM},
		{FamilyJVM, "project.scala", nil, matches(`//>\s*using\s+(?:test\.)?(?:dep|lib)`), publishSBOM},
		{FamilyJVM, "maven_install.json *_maven_install.json *_install.json", nil, matches(`dependency_tree|"artifacts"|__INPUT_ARTIFACTS_HASH`), publishSBOM},
		{FamilyOther, "workspace workspace.bazel workspace.bzlmod module.bazel deps.bzl dependencies.bzl repositories.bzl third_party.bzl", nil,
			matches(`(?m)(?:maven_install|http_archive|git_repository|bazel_dep|maven_jar|http_jar|go_repository|pip_install|` +
				`pip_parse|npm_install|crates_repository|maven\.artifact|jvm_maven_import_external)\b\s*\(|maven\.install`), publishSBOM},
		{FamilyJVM, "kobalt/src/build.kt build.kt", nil, matches(`compile\(\s*"`), publishSBOM},
	}
}

func compiledKinds() []Kind {
	cocoa := matches(`(?m)^\s*pod\s|s?\.dependency`)
	return []Kind{
		{FamilyRust, "cargo.toml", []string{"Cargo.lock"}, cargoNames, commitLock},
		{FamilyRust, "cargo-*.lock cargo.*.lock cargo_*.lock", []string{"Cargo.lock"}, nil, "name it Cargo.lock, in a folder of its own"},
		{FamilyGo, "gopkg.lock gopkg.toml glide.lock glide.yaml godeps.json vendor.conf vendor.json godeps .gopmfile trash.conf trash.lock vendor/manifest",
			[]string{"go.mod", "Gopkg.lock"},
			nil, "move to Go modules (go mod init)"},
		{FamilyGo, VendorModules, []string{"go.mod"}, nil, "commit go.mod"},
		{FamilyDotNet, "*.vcxproj *.sqlproj *.proj *.xproj *.nfproj *.shproj *.projitems " +
			"directory.*.props directory.*.targets *.props *.targets", nugetLocks,
			nugetNames, lockNuGet},
		{FamilyDotNet, "paket.dependencies paket.lock paket.references", []string{"paket.lock"},
			matches(`(?mi)^\s*(?:nuget|github|gist|http|clitool|remote)\b|^[\w.]+\s*$`), publishSBOM},
		{FamilyDotNet, "project.json project.lock.json project.assets.json", []string{"project.lock.json"},
			matches(`"(?:dependencies|frameworks|libraries|tools)"\s*:\s*\{`), publishSBOM},
		{FamilyDotNet, "packages.*.config *.packages.config packages-*.config", nil, matches(`<package\b`), publishSBOM},
		{FamilyDotNet, "*.nuspec", nugetLocks, matches(`<dependency\b`), publishSBOM},
		{FamilyDotNet, "global.json", nil, matches(`"msbuild-sdks"\s*:\s*\{\s*"`), publishSBOM},
		{FamilyDotNet, "dotnet-tools.json", nil, matches(`"commands"`), publishSBOM},
		{FamilyDotNet, "*.csx *.fsx *.cake *.linq", nil, matches(`(?m)^#(?:r|addin|tool|load)\s+"?nuget:|<NuGetReference`), publishSBOM},
		{FamilyDotNet, "packages/manifest.json packages/packages-lock.json", nil, matches(`"dependencies"\s*:\s*\{\s*"`), publishSBOM},
		{FamilyApple, "package.swift", []string{"Package.resolved"}, matches(`\.package\(`), commitLock},
		{FamilyApple, "*.package.resolved package@swift-*.swift", []string{"Package.resolved"},
			matches(`"(?:location|repositoryURL|identity)"|\.package\(`), publishSBOM},
		{FamilyApple, "podfile", []string{"Podfile.lock"}, cocoa, publishSBOM},
		{FamilyApple, "project.swift dependencies.swift", nil, matches(`\.(?:remote|package)\(`), publishSBOM}, // Tuist
		{FamilyApple, "podfile.lock podfile.yaml pods/manifest.lock", nil, matches(`(?m)^PODS:|^\s+- `), publishSBOM},
		{FamilyApple, "*.podspec *.podspec.json", nil, matches(`\.dependency|"dependencies"`), publishSBOM},
		{FamilyApple, "cartfile cartfile.resolved cartfile.private", nil, matches(`(?m)^\s*(?:github|git|binary)\s`), publishSBOM},
		{FamilyApple, "project.yml project.yaml", []string{"Package.resolved"}, matches(`(?ms)^packages:[ \t]*\r?\n.*^\s+(?:url|github):`), commitLock}, // XcodeGen
		{FamilyApple, "mintfile", nil, matches(`(?m)^[\w.-]+/`), publishSBOM},
		{FamilyApple, "*.xcodeproj/project.pbxproj", []string{"Package.resolved", "project.xcworkspace/xcshareddata/swiftpm/Package.resolved"},
			matches(`XCRemoteSwiftPackageReference`), commitLock},
		{FamilyC, "conanfile.txt", []string{"conan.lock"}, matches(`(?m)^\[(?:build_|tool_|test_)?requires\]\s*\n+\s*\w`), commitLock},
		{FamilyC, "conanfile.py", []string{"conan.lock"}, matches(`requires`), commitLock},
		{FamilyC, "library.properties", nil, matches(`(?m)^depends=.*\w`), publishSBOM}, // Arduino
		{FamilyC, "vcpkg.json", nil, matches(`"(?:dependencies|features)"`), publishSBOM},
		{FamilyC, "vcpkg-configuration.json", nil, matches(`"registries"`), publishSBOM},
		{FamilyC, "cmakelists.txt *.cmake *.cmake.in", nil,
			matches(`(?i)(?:FetchContent_Declare|ExternalProject_Add|CPMAddPackage|CPMFindPackage|hunter_add_package)\s*\(`), publishSBOM},
		{FamilyC, "subprojects/*.wrap", nil, matches(`\[wrap-`), publishSBOM},
		{FamilyC, "xmake.lua", nil, matches(`add_requires`), publishSBOM},
		{FamilyC, "platformio.ini", nil, matches(`lib_deps`), publishSBOM},
		{FamilyC, "clib.json buckaroo.toml buckaroo.lock.toml idf_component.yml dependencies.lock build2.lock", nil, matches(`dependenc|depends`), publishSBOM},
		{FamilyZig, "build.zig.zon", nil, matches(`\.url|\.path`), publishSBOM},
		{FamilyD, "dub.json dub.sdl dub.selections.json package.sdl", nil, matches(`"?dependency|"versions"\s*:\s*\{\s*"|"dependencies"`), publishSBOM},
	}
}

func rubyKinds() []Kind {
	gem := gemNames(`(?m)^\s*gem[ (]\s*["']([\w.-]+)["']`)
	return []Kind{
		{FamilyRuby, "gemfile", gemLocks, gem, commitLock},
		{FamilyRuby, "gems.rb", gemLocks, gem, commitLock},
		{FamilyRuby, "*.gemfile gemfile.* gemfile-* gemfile_* pluginfile appraisals", nil,
			matches(`(?m)^\s*gem[ (]|^\s*(?:eval_gemfile|gemspec)\b|^GEM$`), commitLock},
		{FamilyRuby, "*.gemspec", gemLocks, gemNames(`\.add_(?:runtime_|development_)?dependency[ (]\s*["']([\w.-]+)["']`), commitLock},
		{FamilyRuby, "puppetfile berksfile berksfile.lock cheffile", nil, matches(`(?m)^\s*(?:mod|cookbook)\s|^GRAPH`), publishSBOM},
		{FamilyCrystal, "shard.yml", nil, matches(`(?m)^(?:development_)?dependencies:`), publishSBOM},
		{FamilyCrystal, "shard.lock", nil, matches(`(?m)^shards:`), publishSBOM},
	}
}

func functionalKinds() []Kind {
	return []Kind{
		{FamilyBEAM, "mix.exs", []string{"mix.lock"}, mixNames, commitLock},
		{FamilyBEAM, "rebar.config rebar.config.script", []string{"rebar.lock"}, matches(`\{\s*deps\s*,\s*\[\s*[\w{]`), publishSBOM},
		{FamilyBEAM, "rebar.lock", nil, matches(`\{`), publishSBOM},
		{FamilyBEAM, "gleam.toml", nil, matches(`(?m)^\[(?:dev-)?dependencies\]`), publishSBOM},
		{FamilyBEAM, "manifest.toml", nil, matches(`(?m)^packages\s*=|^\[\[?deps`), publishSBOM},
		{FamilyBEAM, "erlang.mk", nil, matches(`(?m)^DEPS\s*=`), publishSBOM},
		{FamilyHaskell, "*.cabal", cabalLocks, cabalNames, "commit cabal.project.freeze or stack.yaml.lock"},
		{FamilyHaskell, "cabal.project cabal.config", cabalLocks,
			matches(`(?m)^\s*(?:constraints|source-repository-package|extra-packages)`), "commit cabal.project.freeze"},
		{FamilyHaskell, "stack.yaml stack-*.yaml", []string{"stack.yaml.lock", "cabal.project.freeze"},
			matches(`(?m)^\s*(?:extra-deps|resolver|snapshot):\s*\S|^extra-deps:\s*\n\s*-`), "commit stack.yaml.lock"},
		{FamilyHaskell, "package.yaml package.yml", slices.Concat(cabalLocks, npmLocks), matches(`(?m)^\s*(?:dev)?[dD]ependencies:`), commitLock},
		{FamilyOther, "spago.dhall spago.yaml packages.dhall spago.lock psc-package.json", nil, matches(`dependencies|packages`), publishSBOM},
		{FamilyOCaml, "*.opam opam dune-project esy.json opam.locked *.opam.locked dune.lock", nil,
			matches(`(?m)^\s*depends\b|\(depends\b|"dependencies"`), publishSBOM},
		{FamilyR, "description", []string{"renv.lock"}, rNames, "commit renv.lock"},
		{FamilyR, "install*.r *install.r packages.r requirements.r dependencies.r deps.r setup.r", []string{"renv.lock"},
			matches(`\b(?:install\.packages|install_(?:github|version|cran|gitlab)|pkg_install|p_load)\s*\(|BiocManager::install`), "commit renv.lock"},
		{FamilyR, "packrat.lock", nil, matches(`(?m)^Package:`), "move to renv and commit renv.lock"},
		{FamilyR, "jetpack.lock manifest.rsconnect pak.lock rproject.toml", nil, nil, "commit renv.lock"},
		{FamilyJulia, "project.toml juliaproject.toml", nil, matches(`(?m)^\[(?:deps|extras)\]`), publishSBOM},
		{FamilyJulia, "juliamanifest.toml manifest-v*.toml", nil, matches(`(?m)^\[\[`), publishSBOM},
		{FamilyJulia, "require", nil, matches(`(?m)^julia\b`), publishSBOM},
	}
}

func otherKinds() []Kind {
	return []Kind{
		{FamilyPerl, "cpanfile", nil, matches(`(?m)^\s*(?:requires|recommends|on|test_requires|suggests)\b`), publishSBOM},
		{FamilyPerl, "cpanfile.snapshot", nil, matches(`(?m)^DISTRIBUTIONS|^\s+\S+-\d`), publishSBOM},
		{FamilyPerl, "makefile.pl build.pl", nil, matches(`PREREQ_PM|(?:BUILD|TEST|CONFIGURE)_REQUIRES|\brequires\b`), publishSBOM},
		{FamilyPerl, "meta.json", nil, matches(`(?s)"prereqs"\s*:.*"requires"`), publishSBOM},
		{FamilyPerl, "meta.yml", nil, matches(`(?m)^(?:build_|configure_|test_)?requires:[ \t]*\r?\n\s`), publishSBOM},
		{FamilyPerl, "dist.ini", nil, matches(`(?m)^\[Prereqs`), publishSBOM},
		{FamilyLua, "*.rockspec luarocks.lock lux.toml lux.lock", nil, matches(`dependencies`), publishSBOM},
		{FamilyNim, "*.nimble nimble.lock atlas.lock", nil, matches(`requires|"packages"|"items"`), publishSBOM},
		{FamilyOther, "haxelib.json v.mod info.rkt alire.toml fpm.toml qlfile *.asd cask eldev ballerina.toml dependencies.toml foundry.toml soldeer.lock " +
			"pack.pl scarb.toml move.toml nargo.toml aiken.toml roc.toml mojoproject.toml boss.json", nil,
			matches(`(?i)depend|depends-on|\bdeps\b|requires|^\s*(?:ql|github|git)\s`), publishSBOM},
		{FamilyOther, "*sbom*.spdx *sbom*.yml *sbom*.yaml *sbom*.txt", nil, matches(`bomFormat|spdxVersion|SPDXVersion`),
			"end its name in .cdx.json or .spdx.json"},
	}
}

// vendoredKinds are packages themselves, copied into the repository.
func vendoredKinds() []Kind {
	return []Kind{
		{FamilyJVM, "*.jar *.war *.ear *.aar", nil, nil, nameCopies},
		{FamilyDotNet, "*.nupkg *.dll", nil, nil, nameCopies},
		{FamilyPython, "*.whl *.egg wheelhouse/*.tar.gz wheels/*.tar.gz sdists/*.tar.gz wheelhouse/*.zip", nil, nil, nameCopies},
		{FamilyRuby, "*.gem", nil, nil, nameCopies},
		{FamilyJavaScript, "*.min.js", nil, nil, nameCopies},
	}
}

// Index finds the kind of a file by its name.
type Index struct {
	exact map[string]int       // by base name
	byExt map[string][]Pattern // by the ending that the pattern fixes
	rest  []Pattern
}

type Pattern struct {
	pattern  string
	elements int // of the path
	kind     int
	// begins and ends are what the last element begins and ends with: most files are recognised
	// by them.
	begins, ends string
}

func NewPattern(pattern string, kind int) Pattern {
	const special = `*?[]\`
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	m := Pattern{pattern, 1 + strings.Count(pattern, "/"), kind, last, last[strings.LastIndexAny(last, special)+1:]}
	if i := strings.IndexAny(last, special); i >= 0 {
		m.begins = last[:i]
	}
	return m
}

// Matches compares the end of a path in lower case.
func (m Pattern) Matches(lower string) bool {
	if !strings.HasSuffix(lower, m.ends) || !strings.HasPrefix(lower[strings.LastIndexByte(lower, '/')+1:], m.begins) {
		return false
	}
	ok, _ := path.Match(m.pattern, lastElements(lower, m.elements))
	return ok
}

func NewIndex(kinds []Kind) Index {
	index := Index{exact: map[string]int{}, byExt: map[string][]Pattern{}}
	for i, kind := range kinds {
		for pattern := range strings.FieldsSeq(kind.Patterns) {
			m := NewPattern(pattern, i)
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

// Of is the index of the kind of a file, or -1.
func (x Index) Of(name string) int {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	if kind, ok := x.exact[base]; ok {
		return kind
	}
	for _, list := range [][]Pattern{x.byExt[path.Ext(base)], x.rest} {
		for _, m := range list {
			if m.Matches(lower) && !isWrapper(base) {
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

// InForeignFolder reports a file of another project, or a test's input.
func InForeignFolder(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if slices.Contains(foreignFolders, strings.ToLower(part)) {
			return true
		}
	}
	return false
}

// IsScaffold reports a manifest that a program writes into other projects.
func IsScaffold(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if part == "template" || part == "templates" || strings.Contains(part, "{{") {
			return true
		}
	}
	return false
}
