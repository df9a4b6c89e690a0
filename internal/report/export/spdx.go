package export

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/github/go-spdx/v2/spdxexp"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// noAssertion is SPDX's word for what was not looked at or is not known.
const noAssertion = "NOASSERTION"

// WriteSPDX writes a good's packages as SPDX 2.3 JSON, with its direct dependencies and
// what lockfiles say of the others as relationships, and the advisories as external
// references. The same inventory gives the same bytes: the document's time is as-of, its
// namespace is made of its content. What a package needs is not asserted where no lockfile
// says it, and neither are its licence and its hashes.
func WriteSPDX(w io.Writer, doc report.Document, good report.Good, lists []Listing) error {
	doc = report.Cleaned(report.Document{Generator: doc.Generator, AsOf: doc.AsOf})
	report.CompleteGood(&good)
	bill := newBOMBuilder(report.Cleaned(good), report.Cleaned(lists)).spdx(doc)
	var content bytes.Buffer
	if err := spdxjson.Write(bill, &content); err != nil {
		return fmt.Errorf("write the SBOM: %w", err)
	}
	bill.DocumentNamespace = homepage + "/spdx/" + report.SlugOf(good.ID) + "-" + strings.TrimPrefix(serial(content.Bytes()), "urn:uuid:")
	if err := spdxjson.Write(bill, w, spdxjson.Indent("  "), spdxjson.EscapeHTML(false)); err != nil {
		return fmt.Errorf("write the SBOM: %w", err)
	}
	return nil
}

// spdxRoot is the element of the good itself.
const spdxRoot = spdx.ElementID("good")

func (b bomBuilder) spdx(doc report.Document) *spdx.Document {
	bill := &spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: report.English.DisplayName(b.good),
		CreationInfo: &spdx.CreationInfo{
			Created:  doc.AsOf.UTC().Format(time.RFC3339),
			Creators: []common.Creator{{CreatorType: "Tool", Creator: doc.Generator.Name + "-" + doc.Generator.Version}},
			CreatorComment: strings.Join(slices.DeleteFunc([]string{
				"A manifest may be incomplete: relationships name dependencies where the manifest or its lockfile tells them.", b.gapsText(), b.unreadText(),
			}, func(text string) bool { return text == "" }), " "),
		},
		Packages:      []*spdx.Package{b.spdxGood()},
		Relationships: []*spdx.Relationship{relation("DOCUMENT", spdxRoot, common.TypeRelationshipDescribe)},
	}
	advisories := map[observation.Coordinate][]*v2_3.PackageExternalReference{}
	for _, f := range report.DistinctFindings(b.good) {
		if address := report.AdvisoryURL(f.Advisory); address != "" {
			at := f.Package.Coordinate()
			advisories[at] = append(advisories[at],
				&v2_3.PackageExternalReference{Category: common.CategorySecurity, RefType: common.TypeSecurityAdvisory, Locator: address})
		}
	}
	ids := map[observation.Coordinate]spdx.ElementID{}
	for i, c := range b.order {
		ids[c] = spdx.ElementID(fmt.Sprintf("package-%d", i+1))
	}
	for _, c := range b.order {
		entry, id := b.components[c], ids[c]
		p := newSPDXPackage(id, c.Name, c.Version)
		if entry.purl != "" {
			p.PackageExternalReferences = append(p.PackageExternalReferences,
				&v2_3.PackageExternalReference{Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: entry.purl})
		}
		p.PackageExternalReferences = append(p.PackageExternalReferences, advisories[c]...)
		p.PackageComment = "ecosystem " + c.Ecosystem + "; relation " + cmp.Or(entry.relation, "unknown")
		b.describeSPDX(p, entry)
		bill.Packages = append(bill.Packages, p)
		switch {
		case entry.scope() == cdx.ScopeExcluded:
			bill.Relationships = append(bill.Relationships, relation(id, spdxRoot, common.TypeRelationshipDevDependencyOf))
		case entry.relation == observation.Direct:
			bill.Relationships = append(bill.Relationships, relation(spdxRoot, id, common.TypeRelationshipDependsOn))
		default:
			bill.Relationships = append(bill.Relationships, relation(spdxRoot, id, common.TypeRelationshipContains))
		}
	}
	bill.Relationships = append(bill.Relationships, b.needsSPDX(ids)...)
	return bill
}

func relation(from, to spdx.ElementID, kind string) *spdx.Relationship {
	return &spdx.Relationship{RefA: common.MakeDocElementID("", string(from)), RefB: common.MakeDocElementID("", string(to)), Relationship: kind}
}

func newSPDXPackage(id spdx.ElementID, name, version string) *spdx.Package {
	return &spdx.Package{PackageSPDXIdentifier: id, PackageName: cmp.Or(name, "unknown"), PackageVersion: version, PackageDownloadLocation: noAssertion,
		PackageLicenseConcluded: noAssertion, PackageLicenseDeclared: noAssertion, PackageCopyrightText: noAssertion, IsFilesAnalyzedTagPresent: true}
}

// spdxGood is the good as a package: at the commit of the first repository that was read.
func (b bomBuilder) spdxGood() *spdx.Package {
	p := newSPDXPackage(spdxRoot, report.English.DisplayName(b.good), "")
	p.PackageDescription, p.PackageHomePage = b.good.Description, report.WebURL(b.good.Website)
	for _, scan := range b.good.Scans {
		if address := report.WebURL(scan.Repository.URL); address != "" && scan.Commit != "" {
			p.PackageVersion, p.PackageDownloadLocation = scan.Commit, "git+"+address+"@"+scan.Commit
			break
		}
	}
	if declared := declaredLicences(b.good); len(declared) > 0 {
		if !slices.ContainsFunc(declared, func(text string) bool { return !isExpression(text) }) {
			p.PackageLicenseDeclared = strings.Join(bracketed(declared), " AND ")
		}
	}
	return p
}

// isExpression reports whether a text of a catalog is a licence expression of SPDX.
func isExpression(text string) bool {
	valid := false
	err := nesting.SPDX(text, func() error {
		valid, _ = spdxexp.ValidateLicenses([]string{text})
		return nil
	})
	return err == nil && valid
}

// bracketed puts brackets around each expression of more than one word, where there are
// several.
func bracketed(expressions []string) []string {
	out := make([]string, len(expressions))
	for i, e := range expressions {
		if out[i] = e; len(expressions) > 1 && strings.Contains(e, " ") {
			out[i] = "(" + e + ")"
		}
	}
	return out
}

// declaredLicences are the licences that the catalog names, or where it names none those
// that the text of the licence in the repository is read as.
func declaredLicences(good report.Good) []string {
	if len(good.Licenses) > 0 {
		return good.Licenses
	}
	read, _ := observation.Find(good.Measures, observation.LicenseSPDX)
	names, _ := read.List()
	return names
}
