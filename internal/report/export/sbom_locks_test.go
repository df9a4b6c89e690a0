package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

func sha256Of(digit string) observation.Hash {
	return observation.Hash{Algorithm: observation.SHA256, Value: strings.Repeat(digit, 64)}
}

// lockedLists are two repositories: left needs right, both in one lockfile; pip has two
// archives; a pom.xml has no lockfile.
func lockedLists() []Listing {
	npm := func(name, relation string) observation.Package {
		return observation.Package{Ecosystem: "npm", Name: name, Version: "1", PURL: "pkg:npm/" + name + "@1", Path: "package-lock.json", Relation: relation}
	}
	return []Listing{
		{Repository: "https://git.example/a/x", Packages: []observation.Package{npm("left", observation.Direct), npm("right", observation.Transitive), npm("odd", observation.Transitive),
			{Ecosystem: "Maven", Name: "a:b", Version: "1", Path: "pom.xml", Relation: observation.Direct}},
			Locks: []observation.Lock{{Path: "package-lock.json", Packages: []observation.Locked{
				{Name: "left", Version: "1", Graph: observation.GraphWhole, Needs: []observation.NameVersion{{Name: "right", Version: "1"}, {Name: "left", Version: "1"}},
					Licenses: []string{"mit"}, Files: []observation.LockedFile{{Hashes: []observation.Hash{sha256Of("a")}}}},
				{Name: "left", Version: "1", Graph: observation.GraphWhole, Files: []observation.LockedFile{{Hashes: []observation.Hash{{Algorithm: observation.SHA1, Value: strings.Repeat("b", 40)}}}}},
				{Name: "right", Version: "1", Graph: observation.GraphWhole, Licenses: []string{"MIT", "GPL-2.0-only WITH Classpath-exception-2.0"}, Digest: "go.sum h1:x="},
				{Name: "odd", Version: "1", Graph: observation.GraphWhole, Needs: []observation.NameVersion{{Name: "absent", Version: "1"}}, Licenses: []string{"a licence of our own"}},
			}}}},
		{Repository: "https://git.example/a/y", Unread: "open /srv/mirrors/y: gone", Packages: []observation.Package{
			{Ecosystem: "PyPI", Name: "pip", Version: "1", PURL: "pkg:pypi/pip@1", Path: "poetry.lock"}},
			Locks: []observation.Lock{{Path: "poetry.lock", Packages: []observation.Locked{{Name: "pip", Version: "1", Files: []observation.LockedFile{
				{Name: "pip 1:x.whl", Hashes: []observation.Hash{sha256Of("c")}}, {Name: "pip-1.tar.gz", Hashes: []observation.Hash{sha256Of("d")}}}}}}}},
	}
}

func lockedGood() (report.Document, report.Good) {
	good := report.Good{}
	good.ID, good.Name = "x", "X"
	good.Scans = []report.Scan{{Outcome: report.Scanned}}
	doc := report.Document{AsOf: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)}
	doc.Generator.Name, doc.Generator.Version = "midspan", "test"
	return doc, good
}

func TestCycloneDXHoldsWhatLockfilesSay(t *testing.T) {
	doc, good := lockedGood()
	var text bytes.Buffer
	if err := WriteSBOM(&text, doc, good, lockedLists()); err != nil {
		t.Fatal(err)
	}
	var bom cdx.BOM
	if err := json.Unmarshal(text.Bytes(), &bom); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range *bom.Components {
		line := c.Name
		for _, l := range *cmpOr(c.Licenses) {
			if line += " " + l.Expression; l.License != nil {
				line += "id=" + l.License.ID + " name=" + l.License.Name
			}
		}
		for _, h := range *cmpOr(c.Hashes) {
			line += fmt.Sprintf(" %s:%.1s", h.Algorithm, h.Value)
		}
		for _, r := range *cmpOr(c.ExternalReferences) {
			line += fmt.Sprintf(" %s %s %.1s", r.Type, r.URL, (*r.Hashes)[0].Value)
		}
		for _, p := range *c.Properties {
			if p.Name == "midspan:digest" {
				line += " [" + p.Value + "]"
			}
		}
		got = append(got, line)
	}
	for _, d := range *bom.Dependencies {
		got = append(got, d.Ref+" > "+strings.Join(*cmpOr(d.Dependencies), ", "))
	}
	for _, c := range *bom.Compositions {
		got = append(got, fmt.Sprint(c.Aggregate, " ", *cmpOr(c.Assemblies), *cmpOr(c.Dependencies)))
	}
	want := []string{
		"a:b",
		"pip distribution ./pip%201:x.whl c distribution ./pip-1.tar.gz d",
		"left id=MIT name= SHA-1:b SHA-256:a",
		"odd id= name=a licence of our own",
		"right MIT OR (GPL-2.0-only WITH Classpath-exception-2.0) [go.sum h1:x=]",
		"good > Maven:a:b@1, pkg:npm/left@1",
		"pkg:npm/left@1 > pkg:npm/right@1",
		"pkg:npm/odd@1 > ",
		"pkg:npm/right@1 > ",
		"unknown [good] []",
		"complete [] [pkg:npm/left@1 pkg:npm/right@1]",
		"incomplete [] [good pkg:npm/odd@1]",
		"unknown [] [Maven:a:b@1 pkg:pypi/pip@1]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the bill says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s := text.String(); !strings.Contains(s, "The lockfiles were not read again") || strings.Contains(s, "/srv/") {
		t.Error("the bill does not say what was not read, or names a path of this machine")
	}
}

// cmpOr is a list where there is one, and an empty one otherwise.
func cmpOr[L ~[]T, T any](list *L) *L {
	if list == nil {
		return new(L)
	}
	return list
}

func TestSPDXHoldsWhatLockfilesSay(t *testing.T) {
	doc, good := lockedGood()
	var text bytes.Buffer
	if err := WriteSPDX(&text, doc, good, lockedLists()); err != nil {
		t.Fatal(err)
	}
	bill, err := spdxjson.Read(bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := validateSPDX(bill); err != nil {
		t.Error(err)
	}
	names := map[spdx.ElementID]string{}
	var got []string
	for _, p := range bill.Packages[1:] {
		names[p.PackageSPDXIdentifier] = p.PackageName
		line := p.PackageName + " " + p.PackageLicenseDeclared + " " + p.PackageLicenseComments
		for _, c := range p.PackageChecksums {
			line += fmt.Sprintf(" %s:%.1s", c.Algorithm, c.Value)
		}
		if strings.Contains(p.PackageComment, "archive 2 pip-1.tar.gz: SHA256 dd") {
			line += " archives"
		}
		got = append(got, line)
	}
	for _, r := range bill.Relationships {
		if from := names[r.RefA.ElementRefID]; from != "" && r.Relationship == "DEPENDS_ON" {
			got = append(got, from+" > "+names[r.RefB.ElementRefID]+r.RefB.SpecialID)
		}
	}
	want := []string{
		"a:b NOASSERTION ", "pip NOASSERTION  archives", "left mit  SHA1:b SHA256:a", "odd NOASSERTION The lockfile says: a licence of our own",
		"right MIT OR (GPL-2.0-only WITH Classpath-exception-2.0) ",
		"a:b > NOASSERTION", "pip > NOASSERTION", "left > right", "odd > NOASSERTION", "right > NONE",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the bill says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestLicencesThatDifferAreNotStated: two lockfiles of one version that say two things.
func TestLicencesThatDifferAreNotStated(t *testing.T) {
	var l lockedEntry
	l.add("npm", []observation.Locked{{Licenses: []string{"MIT"}}, {Licenses: []string{"MIT"}}})
	b := bomBuilder{valid: map[string]bool{}}
	if expression, name := b.license(&componentEntry{locked: l}); expression != "MIT" || name != "" {
		t.Errorf("one licence is %q, %q", expression, name)
	}
	l.add("npm", []observation.Locked{{Licenses: []string{"ISC"}}})
	if expression, name := b.license(&componentEntry{locked: l}); expression+name != "" {
		t.Errorf("two licences are %q, %q", expression, name)
	}
}

// TestArchivesOfOneVersionStayApart: one package in two lockfiles, with hashes of which one
// cannot be that of the other's archive.
func TestArchivesOfOneVersionStayApart(t *testing.T) {
	var l lockedEntry
	file := func(hashes ...observation.Hash) []observation.Locked {
		return []observation.Locked{{Files: []observation.LockedFile{{Hashes: hashes}}}}
	}
	sha1 := observation.Hash{Algorithm: observation.SHA1, Value: strings.Repeat("e", 40)}
	l.add("npm", file(sha256Of("a")))
	l.add("npm", file(sha1))
	l.add("npm", file(sha256Of("a"), sha1))
	if len(l.files) != 1 || len(l.files[0].Hashes) != 2 {
		t.Errorf("one archive is %v", l.files)
	}
	if l.add("npm", file(sha256Of("b"))); len(l.files) != 2 {
		t.Errorf("two archives are %v", l.files)
	}
}
