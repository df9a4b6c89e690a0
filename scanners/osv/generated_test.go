package osv_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

// dep is one entry of a made-up lockfile.
type dep struct {
	name, version string
	dev           bool
	commit        string // of a git dependency, or empty
}

// format writes lockfiles of one kind.
type format struct {
	file     string
	names    func(*rand.Rand) string
	versions []string
	write    func([]dep) string
}

// ours ends the names of packages that the repository itself defines: a difference on
// purpose, for osv-scanner lists those as packages of a registry.
const ours = "-ours"

// isOurs reports such a name.
func isOurs(name string) bool { return strings.HasSuffix(name, ours) }

// The set of packages and of (package, version, advisory) is osv-scanner's own
// over lockfiles that nobody wrote: random packages, also twice, at common
// and odd versions, in each format that is read.
func TestInventoryAndFindingsEqualOsvScannersOnGeneratedLockfiles(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	files := map[string]string{}
	for round := range 3 {
		for i, f := range formats() {
			files[fmt.Sprintf("round%d/%d/%s", round, i, f.file)] = f.write(deps(random, f))
		}
	}
	dir := commit(t, files)
	seen := scan(t, dir)
	for i, f := range formats() {
		if !slices.ContainsFunc(seen.Packages, func(p observation.Package) bool { return strings.Contains(p.Path, fmt.Sprintf("/%d/%s", i, f.file)) }) {
			t.Errorf("nothing is read from %s: %s", f.file, files[fmt.Sprintf("round0/%d/%s", i, f.file)])
		}
	}
	advisories := t.TempDir()
	generate(t, advisories, seen.Packages, 8)
	result := match(t, advisories, seen.Packages)
	packages, hits := osvScanner(t, export(t, scannertest.Open(t, dir)), advisories)
	if len(hits) < 1000 {
		t.Fatalf("osv-scanner found %d hits: the generated lockfiles test nothing", len(hits))
	}
	for _, p := range seen.Packages {
		if isOurs(p.Name) {
			t.Errorf("the repository's own package is listed: %+v", p)
		}
	}
	counted := explain(t, sides{packages: both[listed]{packagesOf(seen.Packages), packages}, findings: both[hit]{hitsOf(result.Findings), hits}, own: isOurs})
	t.Logf("differences:\n%s", counted)
}

func deps(random *rand.Rand, f format) []dep {
	var list []dep
	for range 3 + random.IntN(6) {
		d := dep{name: f.names(random), version: pick(random, f.versions), dev: random.IntN(4) == 0}
		if random.IntN(8) == 0 {
			d.name, d.commit = d.name+"fromgit", fmt.Sprintf("%020x%020x", random.Uint64(), random.Uint64())
		}
		list = append(list, d)
		if random.IntN(5) == 0 { // the same package again, at another version or in another group
			list = append(list, dep{name: d.name, version: pick(random, f.versions), dev: !d.dev})
		}
	}
	return list
}

func pick(random *rand.Rand, list []string) string { return list[random.IntN(len(list))] }

// Names as the ecosystems write them.
func word(random *rand.Rand) string {
	return pick(random, strings.Fields("left right core Utils http json yaml Crypto net text a1 x2y zope log4 parse render queue"))
}

func joined(separators ...string) func(*rand.Rand) string {
	return func(random *rand.Rand) string {
		return word(random) + pick(random, separators) + word(random)
	}
}

func scoped(random *rand.Rand) string {
	if random.IntN(2) == 0 {
		return strings.ToLower(joined("-", ".", "_")(random))
	}
	return "@" + strings.ToLower(word(random)) + "/" + strings.ToLower(word(random))
}

func module(random *rand.Rand) string {
	return "example.org/" + word(random) + "/" + strings.ToLower(word(random))
}

func artifact(random *rand.Rand) string {
	return "org." + strings.ToLower(word(random)) + ":" + joined("-", ".")(random)
}

func atom(random *rand.Rand) string { return strings.ToLower(joined("_")(random)) }

// Versions: common ones first, then odd ones that the format can hold.
var (
	plainVersions = []string{"1.2.3", "0.0.1", "10.20.30", "1.6.0", "2.5", "4.17.21", "99"}
	oddVersions   = append(slices.Clone(plainVersions), "1.0.0-alpha", "2.0.0-beta.2", "1.0.0-rc.1+build.5", "v1.2.3", "1.0.0.0", "2021.10.8", "1.0.0-SNAPSHOT", "1.0.Final", "0.0.0-20200622213623-75b288015ac9")
	pythonOdd     = append(slices.Clone(plainVersions), "1!2.0", "3.0.post1", "1.0rc1", "1.0.dev3", "2.0a1", "1.0+local.1", "01.02")
	goVersions    = []string{"v1.2.3", "v0.0.1", "v10.20.30+incompatible", "v0.0.0-20200622213623-75b288015ac9", "v1.0.0-alpha", "v2.6.0+incompatible"}
)

func formats() []format {
	pyName := joined("-", "_", ".", "--")
	return []format{
		{"package-lock.json", scoped, oddVersions, npmLock1},
		{"package-lock.json", scoped, oddVersions, npmLock3},
		{"npm-shrinkwrap.json", scoped, oddVersions, npmLock3},
		{"yarn.lock", scoped, oddVersions, yarnLock1},
		{"yarn.lock", scoped, oddVersions, yarnLockBerry},
		{"pnpm-lock.yaml", scoped, plainVersions[:4], pnpmLock("5.4", "  /%s/%s:")},
		{"pnpm-lock.yaml", scoped, plainVersions[:4], pnpmLock("'6.0'", "  /%s@%s:")},
		{"pnpm-lock.yaml", scoped, plainVersions[:4], pnpmLock("'9.0'", "  '%s@%s':")},
		{"bun.lock", scoped, oddVersions, bunLock},
		{"requirements.txt", pyName, pythonOdd, requirementsText},
		{"poetry.lock", pyName, pythonOdd, tomlLock("package")},
		{"pdm.lock", pyName, pythonOdd, tomlLock("package")},
		{"uv.lock", pyName, pythonOdd, tomlLock("package")},
		{"pylock.toml", pyName, pythonOdd, tomlLock("packages")},
		{"Pipfile.lock", pyName, pythonOdd, pipfileLock},
		{"composer.lock", joined("/"), oddVersions, composerLock},
		{"Gemfile.lock", joined("-", "_"), append(plainVersions, "1.0.0.pre.1", "1.2.3-java"), gemfileLock},
		{"Cargo.lock", joined("-", "_"), oddVersions, cargoLock},
		{"go.mod", module, goVersions, goMod},
		{"pom.xml", artifact, append(oddVersions, "${missing}", "[1.0,2.0)", ""), pomXML},
		{"gradle.lockfile", artifact, oddVersions, each("%s:%s=compileClasspath\n")},
		{"gradle/verification-metadata.xml", artifact, oddVersions, verificationMetadata},
		{"packages.config", joined("."), oddVersions, wrapped("<packages>", `<package id="%s" version="%s" />`, "</packages>")},
		{"packages.lock.json", joined("."), oddVersions, nugetLock},
		{"App.deps.json", joined("."), oddVersions, depsJSON},
		{"pubspec.lock", atom, oddVersions, pubspecLock},
		{"mix.lock", atom, oddVersions, mixLock},
		{"renv.lock", joined("."), plainVersions, renvLock},
		{"conan.lock", atom, plainVersions, conanLock},
		{"cabal.project.freeze", joined("-"), plainVersions, wrapped("constraints: any.base ==4.1", ",\n  any.%s ==%s", "\n")},
		{"stack.yaml.lock", joined("-"), plainVersions, wrapped("packages:\n", "- completed:\n    hackage: %s-%s@sha256:aa,1\n", "snapshots: []\n")},
		{"bom.json", scoped, plainVersions, cycloneDX},
		{"x.spdx.json", scoped, plainVersions, spdx},
	}
}

func text(value any) string {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(data)
}

type object = map[string]any

// each writes a line a package.
func each(pattern string) func([]dep) string { return wrapped("", pattern, "") }

func wrapped(head, pattern, tail string) func([]dep) string {
	return func(list []dep) string {
		var b strings.Builder
		for _, d := range list {
			fmt.Fprintf(&b, pattern, d.name, d.version)
		}
		return head + b.String() + tail
	}
}

func address(d dep) string {
	if d.commit != "" {
		return "git+ssh://git@github.com/x/" + d.name + ".git#" + d.commit
	}
	return "https://registry.example/" + d.name + "-" + d.version + ".tgz"
}

func npmLock1(list []dep) string {
	top := object{}
	for i, d := range list {
		entry := object{"version": d.version, "resolved": address(d), "dev": d.dev}
		switch {
		case d.commit != "":
			entry["version"] = address(d)
		case i%5 == 4:
			entry["version"] = "npm:other@" + d.version
		case i%5 == 3:
			entry["version"] = "file:../x"
			d.name += ours
		case i > 0:
			entry["dependencies"] = object{list[i-1].name: object{"version": list[i-1].version, "optional": true}}
		}
		top[d.name] = entry
	}
	return text(object{"lockfileVersion": 1, "dependencies": top})
}

func npmLock3(list []dep) string {
	packages := object{"": object{"name": "sample", "dependencies": object{list[0].name: "*"}}}
	for i, d := range list {
		entry := object{"version": d.version, "resolved": address(d), "dev": d.dev}
		place := "node_modules/" + d.name
		switch i % 5 {
		case 2:
			place = "node_modules/" + list[0].name + "/" + place
		case 3:
			entry["name"] = "an-alias"
		case 4:
			entry = object{"resolved": "part", "link": true}
			place += ours
		}
		packages[place] = entry
	}
	return text(object{"lockfileVersion": 3, "packages": packages})
}

func yarnLock1(list []dep) string {
	var b strings.Builder
	b.WriteString("# yarn lockfile v1\n\n")
	for _, d := range list {
		fmt.Fprintf(&b, "\n\"%s@^1\", %s@~2:\n  version \"%s\"\n  resolved \"%s\"\n  dependencies:\n    version \"3\"\n", d.name, d.name, d.version, address(d))
	}
	return b.String()
}

func yarnLockBerry(list []dep) string {
	var b strings.Builder
	b.WriteString("__metadata:\n  version: 6\n\n\"sample@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"sample@workspace:.\"\n")
	for _, d := range list {
		fmt.Fprintf(&b, "\n\"%s@npm:^1, %s@npm:~2\":\n  version: %s\n  resolution: \"%s@npm:%s\"\n  checksum: aa\n  languageName: node\n", d.name, d.name, d.version, d.name, d.version)
	}
	return b.String()
}

func pnpmLock(version, key string) func([]dep) string {
	return func(list []dep) string {
		var b strings.Builder
		fmt.Fprintf(&b, "lockfileVersion: %s\n\npackages:\n", version)
		written := map[string]bool{}
		for _, d := range list {
			head := fmt.Sprintf(key, d.name, d.version)
			if !written[head] {
				fmt.Fprintf(&b, "\n%s\n    resolution: {integrity: sha512-aa}\n    dev: %v\n", head, d.dev)
			}
			written[head] = true
		}
		return b.String()
	}
}

func bunLock(list []dep) string {
	packages := object{}
	for _, d := range list {
		packages[d.name] = []any{d.name + "@" + d.version, "", object{}, "sha512-aa"}
	}
	return text(object{"lockfileVersion": 1, "packages": packages})
}

func requirementsText(list []dep) string {
	var b strings.Builder
	for i, d := range list {
		sign := []string{"==", ">=", "~=", "===", "!=", "<", " == "}[i%7]
		fmt.Fprintf(&b, "%s[extra]%s%s ; python_version > '3' # why\n", d.name, sign, d.version)
	}
	return b.String() + "unpinned\n--hash=sha256:aa\n-e git+https://example.org/x#egg=y\nhttps://example.org/x.whl\n"
}

func tomlLock(table string) func([]dep) string {
	return func(list []dep) string {
		var b strings.Builder
		b.WriteString("version = 1\n")
		for _, d := range list {
			fmt.Fprintf(&b, "\n[[%s]]\nname = \"%s\"\nversion = \"%s\"\n", table, d.name, d.version)
			if d.dev {
				b.WriteString("category = \"dev\"\noptional = true\n")
			}
		}
		return b.String()
	}
}

func cargoLock(list []dep) string {
	for i := range list {
		if i%5 == 4 {
			list[i].name += ours
		}
	}
	lines := strings.Split(tomlLock("package")(list), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "name = ") && !strings.HasSuffix(line, ours+`"`) {
			lines[i] += "\nsource = \"registry+https://registry.example/index\""
		}
	}
	return strings.Join(lines, "\n")
}

func pipfileLock(list []dep) string {
	groups := map[bool]object{false: {}, true: {}}
	for i, d := range list {
		groups[d.dev][d.name] = object{"version": []string{"==", ""}[i%2] + d.version}
	}
	return text(object{"_meta": object{}, "default": groups[false], "develop": groups[true]})
}

func composerLock(list []dep) string {
	groups := map[bool][]object{}
	for _, d := range list {
		groups[d.dev] = append(groups[d.dev], object{"name": d.name, "version": d.version, "dist": object{"reference": d.commit}})
	}
	return text(object{"packages": groups[false], "packages-dev": groups[true]})
}

func gemfileLock(list []dep) string {
	var gems, git strings.Builder
	for _, d := range list {
		if d.commit != "" {
			fmt.Fprintf(&git, "GIT\n  remote: https://git.example/%s.git\n  revision: %s\n  specs:\n    %s (%s)\n\n", d.name, d.commit, d.name, d.version)
			continue
		}
		fmt.Fprintf(&gems, "    %s (%s)\n      rack (~> 2.0)\n", d.name, d.version)
	}
	return git.String() + "GEM\n  remote: https://registry.example/\n  specs:\n" + gems.String() + "\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  " + list[0].name + "\n"
}

func goMod(list []dep) string {
	var b strings.Builder
	fmt.Fprintf(&b, "module example.org/sample\n\ngo 1.%d\n\nrequire (\n", 17+len(list))
	for _, d := range list {
		fmt.Fprintf(&b, "\t%s %s\n", d.name, d.version)
	}
	return b.String() + ")\n\nreplace " + list[0].name + " => example.org/fork v1.2.3\n"
}

func pomXML(list []dep) string {
	var b strings.Builder
	for _, d := range list {
		group, name, _ := strings.Cut(d.name, ":")
		fmt.Fprintf(&b, "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n", group, name, d.version)
	}
	return "<project><groupId>a</groupId><artifactId>b</artifactId><version>1</version><dependencies>\n" + b.String() + "</dependencies></project>"
}

func verificationMetadata(list []dep) string {
	var b strings.Builder
	for _, d := range list {
		group, name, _ := strings.Cut(d.name, ":")
		fmt.Fprintf(&b, "<component group=\"%s\" name=\"%s\" version=\"%s\"></component>\n", group, name, d.version)
	}
	return "<verification-metadata><components>\n" + b.String() + "</components></verification-metadata>"
}

func nugetLock(list []dep) string {
	packages := object{}
	for _, d := range list {
		packages[d.name] = object{"type": "Direct", "resolved": d.version}
	}
	return text(object{"version": 1, "dependencies": object{"net6.0": packages}})
}

func depsJSON(list []dep) string {
	libraries := object{}
	for _, d := range list {
		libraries[d.name+"/"+d.version] = object{"type": "package"}
	}
	return text(object{"runtimeTarget": object{"name": ".NETCoreApp,Version=v6.0"}, "libraries": libraries})
}

func pubspecLock(list []dep) string {
	var b strings.Builder
	written := map[string]bool{}
	for _, d := range list {
		if !written[d.name] {
			fmt.Fprintf(&b, "  %s:\n    dependency: %s\n    source: hosted\n    version: \"%s\"\n", d.name, map[bool]string{true: "\"direct dev\"", false: "transitive"}[d.dev], d.version)
		}
		written[d.name] = true
	}
	return "packages:\n" + b.String()
}

func mixLock(list []dep) string {
	var b strings.Builder
	for _, d := range list {
		if d.commit != "" {
			fmt.Fprintf(&b, "  %q: {:git, \"https://git.example/x.git\", %q, []},\n", d.name, d.commit)
			continue
		}
		fmt.Fprintf(&b, "  %q: {:hex, :%s, %q, \"aa\", [:mix], [], \"hexpm\", \"bb\"},\n", d.name, d.name, d.version)
	}
	return "%{\n" + b.String() + "}\n"
}

func renvLock(list []dep) string {
	packages := object{}
	for _, d := range list {
		packages[d.name] = object{"Package": d.name, "Version": d.version, "Repository": map[bool]string{true: "RSPM", false: "CRAN"}[d.dev]}
	}
	return text(object{"R": object{"Version": "4.1"}, "Packages": packages})
}

func conanLock(list []dep) string {
	groups := map[bool][]string{}
	for _, d := range list {
		groups[d.dev] = append(groups[d.dev], d.name+"/"+d.version+"#aa%1.5")
	}
	return text(object{"version": "0.5", "requires": groups[false], "build_requires": groups[true]})
}

func purlOf(d dep) string {
	return "pkg:npm/" + strings.Replace(d.name, "@", "%40", 1) + "@" + d.version
}

func cycloneDX(list []dep) string {
	var components []object
	for _, d := range list {
		components = append(components, object{"type": "library", "name": d.name, "version": d.version, "purl": purlOf(d)})
	}
	return text(object{"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "components": components})
}

func spdx(list []dep) string {
	var packages []object
	for i, d := range list {
		packages = append(packages, object{"SPDXID": fmt.Sprintf("SPDXRef-%d", i), "name": d.name, "versionInfo": d.version, "downloadLocation": "NOASSERTION",
			"externalRefs": []object{{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purlOf(d)}}})
	}
	return text(object{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "dataLicense": "CC0-1.0", "documentNamespace": "https://x.invalid/x",
		"creationInfo": object{"created": "2026-01-01T00:00:00Z", "creators": []string{"Tool: x"}}, "packages": packages})
}
