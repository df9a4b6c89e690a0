package catalog

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listed are documents of each format that agencies and communities publish, and what they
// say of each good: name, repositories, and the rest that is asked.
var listed = map[string]struct {
	file, text string
	format     string
	want       []string // "name | repositories | website | licences | owners | used by | status"
}{
	"code.json 2.0": {"code.json", `{"version": "2.0.0", "agency": "DOX", "measurementType": {"method": "projects"}, "releases": [
		{"name": "Permits", "organization": "Office of X", "description": "d", "repositoryURL": "https://github.com/dox/permits", "homepageURL": "https://permits.example.gov/",
		 "status": "Production", "permissions": {"licenses": [{"name": "CC0-1.0", "URL": "https://example.org"}], "usageType": "openSource"},
		 "contact": {"email": "jane@example.gov", "name": "Jane Roe"}, "partners": [{"name": "P", "email": "p@example.gov"}], "tags": ["permits"], "laborHours": 5},
		{"name": "Permits", "repositoryURL": "git@github.com:dox/other.git", "permissions": {"licenses": null, "usageType": "governmentWideReuse"}, "contact": {"email": "x@example.gov"}},
		{"name": "Closed", "permissions": {"usageType": "exemptByAgencyMission"}, "contact": {"email": "x@example.gov"}}]}`, "code.json", []string{
		"Permits | https://github.com/dox/permits | https://permits.example.gov/ | CC0-1.0 | Office of X | - | Production",
		"Permits | https://github.com/dox/other | | | DOX | - | ", "Closed | | | | DOX | - | "}},
	"code.json 1.0": {"code.json", `{"agency": "DOX", "projects": [{"name": "Old", "repository": "https://github.com/dox/old", "license": "x", "contact": {"email": "a@example.gov"}}]}`,
		"code.json", []string{"Old | https://github.com/dox/old | | | DOX | - | "}},
	"code.json of one": {"code.json", `{"name": "One", "repositoryURL": "https://github.com/dox/one", "permissions": {"usageType": "openSource"}, "contact": {"email": "a@example.gov"}}`,
		"code.json", []string{"One | https://github.com/dox/one | | | | - | "}},
	"SILL, compiled": {"sill.json", `[{"id": 1, "name": "Acme Mail", "description": "Courrier", "license": "AGPL-3.0-only", "referencedSinceTime": 1, "versionMin": "2",
		"wikidataSoftware": {"sourceUrl": "https://github.com/acme/mail", "websiteUrl": "https://mail.example.fr", "developers": [{"name": "Jane Roe"}]},
		"userAndReferentCountByOrganization": {"Ville de X": {"userCount": 3, "referentCount": 1}, "Ministère Y": {"userCount": 1, "referentCount": 0}},
		"users": [{"email": "jane@example.fr"}], "addedByAgentEmail": "jane@example.fr"},
		{"id": 2, "name": "Elsewhere", "license": "MIT", "referencedSinceTime": 1, "comptoirDuLibreSoftware": {"external_resources": {"repository": "https://www.example.fr/download", "website": "https://www.example.fr"}},
		"dereferencing": {"reason": "r"}, "userAndReferentCountByOrganization": {}}]`, "sill", []string{
		"Acme Mail | https://github.com/acme/mail | https://mail.example.fr | AGPL-3.0-only | | Ministère Y, Ville de X | ",
		"Elsewhere | | https://www.example.fr | MIT | | none | taken off the list"}},
	"SILL, of the API": {"sill.json", `[{"softwareId": 7, "softwareName": "Acme Maps", "softwareDescription": {"fr": "Cartes"}, "codeRepositoryUrl": "https://gitlab.com/acme/maps/-/tree/main",
		"officialWebsiteUrl": "https://maps.example.fr", "license": "GPL-3.0", "authors": [{"@type": "Person", "name": "Jane Roe"}], "userAndReferentCountByOrganization": {}, "applicationCategories": ["GIS"]}]`,
		"sill", []string{"Acme Maps | https://gitlab.com/acme/maps | https://maps.example.fr | GPL-3.0 | | none | "}},
	"Markdown": {"README.md", "# Awesome things\n\n## Contents\n- [Health](#health)\n\n## Health\n- [Clinic](https://github.com/acme/clinic) - Records of visits.\n* **[Wells](https://wells.example.org)** - A map ([Demo](https://demo.example.org), [Source Code](https://github.com/acme/wells)) `MIT`\n" +
		"  - [ ] [Nested](https://codeberg.org/acme/nested)\n- [A paper](https://doi.org/10.1/x)\n- plain words\n| Name | What |\n|---|---|\n| [In a table](https://github.com/acme/table) | d |\n```\n- [Not](https://github.com/acme/not)\n```\n## License\n- [CC0](https://github.com/acme/licence)\n",
		"markdown", []string{"Clinic | https://github.com/acme/clinic | | | | - | ", "Wells | https://github.com/acme/wells | https://wells.example.org | | | - | ",
			"Nested | https://codeberg.org/acme/nested | | | | - | ", "A paper | | https://doi.org/10.1/x | | | - | ",
			"In a table | https://github.com/acme/table | | | | - | "}},
	"CycloneDX, JSON": {"bom.json", `{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"type": "application", "name": "Ours"}, "authors": [{"name": "Jane Roe", "email": "jane@example.org"}]},
		"components": [{"type": "library", "bom-ref": "1", "group": "@acme", "name": "a", "version": "1.0", "purl": "pkg:npm/%40acme/a@1.0", "licenses": [{"license": {"id": "MIT"}}],
		 "externalReferences": [{"type": "vcs", "url": "git+https://github.com/acme/a.git"}, {"type": "website", "url": "https://a.example.org"}], "supplier": {"name": "Acme", "contact": [{"name": "Jane Roe"}]}, "author": "Jane Roe"},
		 {"type": "library", "name": "a", "group": "@acme", "version": "2.0", "purl": "pkg:npm/%40acme/a@2.0"},
		 {"type": "library", "name": "github.com/acme/m/v2", "purl": "pkg:golang/github.com/acme/m/v2@2.0.1"}, {"type": "library", "name": "left", "purl": "pkg:npm/left@1.0"}, {"type": "file", "name": "x.txt"}]}`,
		"cyclonedx", []string{"@acme/a | https://github.com/acme/a | https://a.example.org | MIT | Acme | - | ", "github.com/acme/m/v2 | https://github.com/acme/m | | | | - | ", "left | | | | | - | "}},
	"CycloneDX, XML": {"bom.xml", `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components><component type="library"><name>b</name><version>1</version>
		<externalReferences><reference type="vcs"><url>https://gitlab.com/acme/b</url></reference></externalReferences></component></components></bom>`,
		"cyclonedx", []string{"b | https://gitlab.com/acme/b | | | | - | "}},
	"SPDX, JSON": {"s.spdx.json", `{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "n", "dataLicense": "CC0-1.0", "documentNamespace": "https://example.org/n", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Person: Jane Roe"]},
		"relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"}],
		"packages": [{"SPDXID": "SPDXRef-root", "name": "Ours", "downloadLocation": "NOASSERTION"},
		{"SPDXID": "SPDXRef-c", "name": "c", "downloadLocation": "git+https://github.com/acme/c.git@v1.0#sub", "licenseConcluded": "NOASSERTION", "licenseDeclared": "Apache-2.0", "supplier": "Person: Jane Roe (jane@example.org)"},
		{"SPDXID": "SPDXRef-d", "name": "d", "downloadLocation": "https://files.example.org/d-1.0.tgz", "supplier": "Organization: Acme", "homepage": "https://d.example.org",
		 "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:github/acme/d@1.0"}]}]}`,
		"spdx", []string{"c | https://github.com/acme/c | | Apache-2.0 | | - | ", "d | https://github.com/acme/d | https://d.example.org | | Acme | - | "}},
	"SPDX, tag-value": {"s.spdx", "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: n\nDocumentNamespace: https://example.org/n\nCreator: Tool: t\nCreated: 2026-01-01T00:00:00Z\n\n" +
		"PackageName: e\nSPDXID: SPDXRef-e\nPackageDownloadLocation: git+https://git.example.org/acme/e.git\nFilesAnalyzed: false\n",
		"spdx", []string{"e | https://git.example.org/acme/e.git | | | | - | "}},
	"SPDX 3": {"s.json", `{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "software_Sbom", "spdxId": "b", "rootElement": ["root"]},
		{"type": "software_Package", "spdxId": "root", "name": "Ours"}, {"type": "Person", "name": "Jane Roe"},
		{"type": "software_Package", "spdxId": "f", "name": "f", "software_packageUrl": "pkg:pypi/f@1", "externalRef": [{"externalRefType": "vcs", "locator": ["https://github.com/acme/f"]}]}]}`,
		"spdx", []string{"f | https://github.com/acme/f | | | | - | "}},
	"an API of publiccode.yml": {"software.json", `{"data": [{"id": "1-2", "url": "https://github.com/acme/pc", "aliases": [], "active": true,
		"publiccodeYml": "publiccodeYmlVersion: \"0.4\"\nname: Protocollo\nurl: https://github.com/acme/pc.git\nlandingURL: https://pc.example.it\nlegal: {license: EUPL-1.2}\norganisation: {name: Comune di X, uri: urn:x}\nusedBy: [Comune di Y]\nmaintenance: {type: community, contacts: [{name: Jane Roe, email: jane@example.it}]}\n"},
		{"id": "3", "url": "https://gitlab.com/acme/broken", "active": false, "publiccodeYml": "name: [unclosed"}], "links": {"prev": null, "next": "?page[after]=x"}}`,
		"publiccode", []string{"Protocollo | https://github.com/acme/pc | https://pc.example.it | EUPL-1.2 | Comune di X | Comune di Y | ", "acme/broken | https://gitlab.com/acme/broken | | | | - | "}},
}

func sayGood(g Good) string {
	var repositories, owners []string
	for _, r := range g.Repositories {
		repositories = append(repositories, r.URL)
	}
	for _, o := range g.Organizations {
		owners = append(owners, o.Name)
	}
	users := "-"
	if g.UsedBy != nil {
		if users = strings.Join(g.UsedBy, ", "); users == "" {
			users = "none"
		}
	}
	said := strings.Join([]string{g.Name, strings.Join(repositories, " "), g.Website, strings.Join(g.Licenses, " "), strings.Join(owners, ", "), users, g.Status}, " | ")
	return strings.Join(strings.Fields(said), " ")
}

func TestInventoriesOfAgenciesAndCommunitiesAreCatalogs(t *testing.T) {
	for name, test := range listed {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Load(t.Context(), path, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, g := range c.Goods {
				got = append(got, sayGood(g))
				if s := g.Sources[0]; s.Location != c.Location || s.Entry == "" {
					t.Errorf("%s does not say where it was read: %+v", g.Name, s)
				}
			}
			want := slices.Clone(test.want)
			for i := range want {
				want[i] = strings.TrimSpace(want[i])
			}
			if c.Name != test.format || strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("read as %s\n%s\nwant %s\n%s\nnotes %v", c.Name, strings.Join(got, "\n"), test.format, strings.Join(want, "\n"), c.Notes)
			}
			kept, _ := json.Marshal(c)
			for _, person := range []string{"Jane", "jane@", "@example.gov"} {
				if strings.Contains(string(kept), person) {
					t.Errorf("%q is kept", person)
				}
			}
		})
	}
}

// TestATableNamesTheMainRepository also merges it with another catalog's entry.
func TestATableNamesTheMainRepository(t *testing.T) {
	c, err := read([]byte("name,url,main repository\nA,https://github.com/o/docs;https://github.com/o/app,https://github.com/o/app.git\nB,https://github.com/o/b,https://github.com/o/new\n"), "a.csv", formats())
	if err != nil {
		t.Fatal(err)
	}
	if g := c.Goods[0]; g.MainRepository != "https://github.com/o/app" || len(g.Repositories) != 2 {
		t.Errorf("got %+v", g)
	}
	if g := c.Goods[1]; g.MainRepository != "https://github.com/o/new" || len(g.Repositories) != 2 {
		t.Errorf("one that the address column lacks: %+v", g)
	}
	other := Catalog{Name: "publiccode", Goods: []Good{{Name: "A too", Repositories: []Repository{repo("https://github.com/O/Docs")}, MainRepository: repo("https://github.com/O/Docs").URL}}}
	merged := Merge([]Catalog{c, other})
	if g := merged[0]; g.MainRepository != "https://github.com/o/app" || !strings.Contains(fmt.Sprint(g.Notes), "differ in the main repository") {
		t.Errorf("merged: %+v", g)
	}
	if merged := Merge([]Catalog{other, c}); merged[0].MainRepository != repo("https://github.com/O/Docs").URL {
		t.Errorf("merged the other way: %+v", merged[0])
	}
	if merged := Merge([]Catalog{other}); merged[0].MainRepository != "" {
		t.Error("the only repository of a good is called the main one")
	}
}
