package osv_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// listedAs are the packages as "path name version".
func listedAs(seen observation.Observation) []string {
	var all []string
	for _, p := range seen.Packages {
		all = append(all, strings.TrimSpace(p.Path+" "+p.Name+" "+p.Version))
	}
	return all
}

func checkListed(t *testing.T, seen observation.Observation, want ...string) {
	t.Helper()
	if got := listedAs(seen); !slices.Equal(got, want) {
		t.Errorf("listed are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestProjectsOfNetAreRead guards versions of every place that holds them: the reference,
// a child of it, a property, and the central file; a range gives its lowest version.
func TestProjectsOfNetAreRead(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"Directory.Packages.props": `<Project><PropertyGroup><V>3.1.0</V></PropertyGroup><ItemGroup><PackageVersion Include="Central" Version="$(V)" />
			<PackageVersion Include="Unused" Version="9.0.0" /><GlobalPackageReference Include="Everywhere" Version="1.0.0" /></ItemGroup></Project>`,
		"Directory.Build.props": `<Project><PropertyGroup><W>4.0.0</W></PropertyGroup><ItemGroup><PackageReference Include="Shared" Version="5.0.0" /></ItemGroup></Project>`,
		"src/a/A.csproj": `<Project Sdk="x"><ItemGroup><PackageReference Include="central" /><PackageReference Include="Own" Version="2.0.0" />
			<PackageReference Include="Child"><Version>$(W)</Version></PackageReference><PackageReference Include="Override" VersionOverride="6.0.0" />
			<ProjectReference Include="../b/B.fsproj" /><PackageReference Remove="Gone" /></ItemGroup></Project>`,
		"src/b/B.fsproj": `<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><ItemGroup><PackageReference Include="Range" Version="[1.2.0,2.0)" />
			<PackageReference Include="Exact" Version="[1.3.0]" /><PackageReference Include="Float" Version="1.*" /><PackageReference Include="Nowhere" Version="$(None)" /></ItemGroup></Project>`,
		"src/c/C.vbproj":              `<Project Sdk="x"><ItemGroup><PackageReference Include="Two" Version="1.0.0" /><PackageReference Update="Two" Version="1.1.0" /></ItemGroup></Project>`,
		"locked/D.csproj":             `<Project Sdk="x"><ItemGroup><PackageReference Include="Locked" Version="1.0.0" /></ItemGroup></Project>`,
		"locked/packages.lock.json":   `{"version": 1, "dependencies": {"net8.0": {"Locked": {"type": "Direct", "resolved": "1.0.5"}}}}`,
		"page/E.csproj":               "<!DOCTYPE html><html><body>not found</body></html>",
		"endless/F.csproj":            `<Project><PropertyGroup><A>$(B)$(B)</A><B>$(A)$(A)</B></PropertyGroup><ItemGroup><PackageReference Include="Endless" Version="$(A)" /></ItemGroup></Project>`,
		"twice/Directory.Build.props": `<Project><PropertyGroup><Old>1.0.0</Old><Both>1.0.0</Both></PropertyGroup></Project>`,
		"twice/H.csproj": `<Project><PropertyGroup><Old>2.0.0</Old><Both Condition="'$(Both)' == ''">2.0.0</Both></PropertyGroup>
			<PropertyGroup Condition="a"><V>1.0.0</V></PropertyGroup><PropertyGroup Condition="b"><V>2.0.0</V></PropertyGroup>
			<ItemGroup Condition="a"><PackageReference Include="Twice" Version="9.0.1" /><PackageReference Include="Inside"><Version>1.0.0</Version></PackageReference></ItemGroup>
			<ItemGroup Condition="b"><PackageReference Include="twice" Version="13.0.3" /><PackageReference Include="Inside"><Version>2.0.0</Version></PackageReference>
			<PackageReference Update="Twice" Version="13.0.4" /></ItemGroup>
			<ItemGroup><PackageReference Include="Either" Version="$(V)" /><PackageReference Include="Part" Version="3.0$(V)" /><PackageReference Include="Nearest" Version="$(Old)" />
			<PackageReference Include="Default" Version="$(Both)" /><PackageReference Include="OfBoth" /></ItemGroup></Project>`,
		"twice/Directory.Packages.props": `<Project><ItemGroup Condition="a"><PackageVersion Include="OfBoth" Version="1.0.0" /></ItemGroup>
			<ItemGroup Condition="b"><PackageVersion Include="OfBoth" Version="2.0.0" /></ItemGroup></Project>`,
		"deep/G.csproj": "<Project>" + strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200) + "</Project>",
	}))
	checkListed(t, seen,
		"Directory.Build.props Shared 5.0.0", "Directory.Packages.props Everywhere 1.0.0", "endless/F.csproj Endless",
		"locked/packages.lock.json Locked 1.0.5",
		"src/a/A.csproj Child 4.0.0", "src/a/A.csproj Override 6.0.0", "src/a/A.csproj Own 2.0.0", "src/a/A.csproj central 3.1.0",
		"src/b/B.fsproj Exact 1.3.0", "src/b/B.fsproj Float", "src/b/B.fsproj Nowhere", "src/b/B.fsproj Range 1.2.0", "src/c/C.vbproj Two 1.1.0",
		"twice/H.csproj Default", "twice/H.csproj Either", "twice/H.csproj Inside 1.0.0", "twice/H.csproj Inside 2.0.0", "twice/H.csproj Nearest 2.0.0",
		"twice/H.csproj OfBoth 1.0.0", "twice/H.csproj OfBoth 2.0.0", "twice/H.csproj Part",
		"twice/H.csproj Twice 13.0.3", "twice/H.csproj Twice 13.0.4", "twice/H.csproj Twice 9.0.1")
	for _, c := range []struct {
		cause   observation.Cause
		subject string
	}{{observation.CauseBroken, "page/E.csproj"}, {observation.CauseOverLimit, "deep/G.csproj"}, {observation.CauseUnsupported, "Directory.Build.props"}} {
		if _, ok := note(seen, c.cause, c.subject); !ok {
			t.Errorf("no note on %s: %v", c.subject, seen.Notes)
		}
	}
}

// TestPackagesOfSwiftAreNamedByTheirAddresses guards each version of the format.
func TestPackagesOfSwiftAreNamedByTheirAddresses(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"one/Package.resolved": `{"object": {"pins": [{"package": "NIO", "repositoryURL": "https://github.com/Apple/swift-nio.git", "state": {"revision": "aa", "version": "2.0.0"}}]}, "version": 1}`,
		"two/Package.resolved": `{"pins": [{"identity": "nio", "kind": "remoteSourceControl", "location": "git@github.com:Apple/swift-nio.git", "state": {"version": "2.1.0"}},
			{"identity": "branch", "kind": "remoteSourceControl", "location": "https://example.org/x/branch", "state": {"branch": "main", "revision": "aa"}},
			{"identity": "mine", "kind": "localSourceControl", "location": "/home/me/mine", "state": {"version": "1.0.0"}}], "version": 3}`,
		"new/Package.resolved": `{"pins": [], "version": 99}`,
	}))
	checkListed(t, seen, "one/Package.resolved github.com/Apple/swift-nio 2.0.0",
		"two/Package.resolved example.org/x/branch", "two/Package.resolved github.com/Apple/swift-nio 2.1.0")
	if p := find(t, seen, "one/Package.resolved", "github.com/Apple/swift-nio", ""); p.Ecosystem != "SwiftURL" || p.PURL != "pkg:swift/github.com/Apple/swift-nio@2.0.0" {
		t.Errorf("got %+v", p)
	}
	if _, ok := note(seen, observation.CauseBroken, "new/Package.resolved"); !ok {
		t.Errorf("a format of the future is not noted: %v", seen.Notes)
	}
}

// TestRequirementsAreReadUnderEveryName guards the names that Python projects use, and
// that prose with such a name lists nothing.
func TestRequirementsAreReadUnderEveryName(t *testing.T) {
	names := []string{"requirements/base.txt", "REQUIREMENTS.txt", "Requirements-server.pip",
		"test_reqs.txt", "old/requirements", "sub/requirements-extra.txt", "reqs/a.txt"}
	files := map[string]string{}
	var want []string
	for _, name := range names {
		files[name] = "# pinned\nleft==1.0 \\\n    --hash=sha256:aa\n-r other.txt\nright[x]>=2.0 ; python_version > '3'\nunpinned\n"
		want = append(want, name+" left 1.0", name+" right", name+" unpinned")
	}
	files["compiled/requirements.in"], files["compiled/requirements.txt"] = "left\n", "left==1.1\n"
	want = append(want, "compiled/requirements.txt left 1.1")
	maps.Copy(files, map[string]string{
		"requirements/login.txt": "The system shall let users log in.\nIt shall refuse a wrong password.\n", "docs/notes.txt": "left==1.0\n", "data/prerequisites.txt": "left==1.0\n",
	})
	slices.Sort(want)
	checkListed(t, scan(t, commit(t, files)), want...)
}

const pomHead = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>"

func dependency(group, artifact, rest string) string {
	return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId>" + rest + "</dependency>"
}

// TestVersionsOfMavenAreFoundInTheRepository guards versions that a parent, a bill of
// materials or a property of the same repository holds; what only the registry knows
// stays unknown, and the counts are said to be lower bounds.
func TestVersionsOfMavenAreFoundInTheRepository(t *testing.T) {
	managed := func(list string) string {
		return "<dependencyManagement><dependencies>" + list + "</dependencies></dependencyManagement>"
	}
	parent := "<parent><groupId>my</groupId><artifactId>top</artifactId><version>1.0</version>"
	seen := scan(t, commit(t, map[string]string{
		"pom.xml": pomHead + "<groupId>my</groupId><artifactId>top</artifactId><version>1.0</version><packaging>pom</packaging><properties><v>5.0</v></properties>" +
			managed(dependency("a", "managed", "<version>${v}</version>")+dependency("my", "bom", "<version>${project.version}</version><type>pom</type><scope>import</scope>")+
				dependency("x", "elsewhere-bom", "<version>1</version><type>pom</type><scope>import</scope>")) + "</project>",
		"bom/pom.xml": pomHead + "<groupId>my</groupId><artifactId>bom</artifactId><version>1.0</version><packaging>pom</packaging><properties><w>7.0</w></properties>" +
			managed(dependency("b", "from-bom", "<version>${w}</version>")+dependency("a", "managed", "<version>0.1</version>")) + "</project>",
		"deep/inside/pom.xml": pomHead + parent + "<relativePath/></parent><artifactId>inside</artifactId><dependencies>" +
			dependency("a", "managed", "") + dependency("b", "from-bom", "") + dependency("c", "elsewhere", "") + dependency("d", "plain", "<version>1.1</version>") +
			dependency("my", "other", "<version>${project.version}</version>") + dependency("${project.groupId}", "bom", "<version>0.9</version>") + "</dependencies></project>",
		"other/pom.xml": pomHead + parent + "</parent><artifactId>other</artifactId></project>",
		"circle/pom.xml": pomHead + "<groupId>my</groupId><artifactId>circle</artifactId><version>1</version>" +
			managed(dependency("my", "circle", "<version>1</version><type>pom</type><scope>import</scope>")) + "<dependencies>" + dependency("e", "circular", "<version>${f}</version>") + "</dependencies></project>",
	}))
	checkListed(t, seen, "circle/pom.xml e:circular",
		"deep/inside/pom.xml a:managed 5.0", "deep/inside/pom.xml b:from-bom 7.0", "deep/inside/pom.xml c:elsewhere", "deep/inside/pom.xml d:plain 1.1", "deep/inside/pom.xml my:bom 0.9")
	if p := find(t, seen, "deep/inside/pom.xml", "b:from-bom", ""); p.PURL != "pkg:maven/b/from-bom@7.0" {
		t.Errorf("got %+v", p)
	}
	if !slices.ContainsFunc(seen.Notes, func(n observation.Note) bool {
		return n.Cause == observation.CauseUnsupported && n.Subject == "circle/pom.xml" && strings.Contains(n.Message, "that the dependencies of 2 manifests")
	}) {
		t.Errorf("got %v", seen.Notes)
	}
}
