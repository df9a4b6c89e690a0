package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/package-url/packageurl-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"
)

// A bill of materials as a catalog: what it is a bill of is left out, each component is an
// entry. Its repository is the reference "vcs" (CycloneDX) or the download location where
// that names one (SPDX), else what its package URL says.

var bomElement = regexp.MustCompile(`^(?s:<\?xml.*?\?>)?\s*(?s:<!--.*?-->\s*)*<bom[\s>]`)

func readXML(d document) (List, error) {
	if !bomElement.Match(d.text) {
		return List{}, errNotThis
	}
	return decodeCycloneDX(d.text, cdx.BOMFileFormatXML)
}

func readCycloneDX(d document) (List, error) {
	var format string
	if json.Unmarshal(d.fields["bomFormat"], &format) != nil || format != cdx.BOMFormat {
		return List{}, errNotThis
	}
	return decodeCycloneDX(d.text, cdx.BOMFileFormatJSON)
}

func decodeCycloneDX(text []byte, format cdx.BOMFileFormat) (List, error) {
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(text), format).Decode(&bom); err != nil {
		return List{}, fmt.Errorf("it is a CycloneDX document that cannot be read: %w", err)
	}
	b := &bill{List: List{Name: "cyclonedx"}}
	b.addComponents(bom.Components)
	return b.finish(), nil
}

// bill collects the rows of a bill, one for each package whatever its versions.
type bill struct {
	List
	seen map[string]bool
	left int
}

// add adds a component, unless it came before in another version.
func (b *bill) add(key string, row Row) {
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	if key != "" && b.seen[key] {
		return
	}
	b.seen[key] = true
	b.Rows = append(b.Rows, row)
}

func (b *bill) finish() List {
	if b.left > 0 {
		b.Omitted = fmt.Sprintf("%d entries of the bill are files, data, devices or platforms: left out", b.left)
	}
	return b.List
}

func (b *bill) addComponents(components *[]cdx.Component) {
	if components == nil {
		return
	}
	for _, c := range *components {
		switch c.Type {
		case cdx.ComponentTypeFile, cdx.ComponentTypeData, cdx.ComponentTypeDevice, cdx.ComponentTypeDeviceDriver, cdx.ComponentTypeFirmware,
			cdx.ComponentTypePlatform, cdx.ComponentTypeCryptographicAsset:
			b.left++
		default:
			b.addComponent(c)
		}
		b.addComponents(c.Components)
	}
}

func (b *bill) addComponent(c cdx.Component) {
	row := Row{cmp.Or(c.BOMRef, c.PackageURL, c.Name), map[string]any{}}
	name := c.Name
	if c.Group != "" {
		name = c.Group + "/" + c.Name
	}
	row.set("name", name)
	row.set("description", c.Description)
	purl := parsePURL(c.PackageURL)
	row.set("id", purl.id())
	row.set("type", "software")
	address := ""
	if c.ExternalReferences != nil {
		for _, reference := range *c.ExternalReferences {
			switch reference.Type {
			case cdx.ERTypeVCS:
				address = cmp.Or(address, reference.URL)
			case cdx.ERTypeWebsite:
				row.set("website", reference.URL)
			}
		}
	}
	row.set("url", cmp.Or(address, purl.repository()))
	if c.Supplier != nil {
		row.set("maintainer", []string{c.Supplier.Name})
	}
	if c.Licenses != nil {
		var licences []string
		for _, choice := range *c.Licenses {
			switch {
			case choice.License != nil:
				licences = append(licences, cmp.Or(choice.License.ID, choice.License.Name))
			case choice.Expression != "":
				licences = append(licences, choice.Expression)
			}
		}
		row.set("licence", licences)
	}
	b.add(cmp.Or(purl.id(), name), row)
}

func readSPDX(d document) (List, error) {
	if d.fields["spdxVersion"] == nil {
		return List{}, errNotThis
	}
	doc, err := spdxjson.Read(bytes.NewReader(d.text))
	return listSPDX(doc, err)
}

func readTagValue(d document) (List, error) {
	if !bytes.HasPrefix(d.text, []byte("SPDXVersion:")) {
		return List{}, errNotThis
	}
	doc, err := tagvalue.Read(bytes.NewReader(d.text))
	return listSPDX(doc, err)
}

func listSPDX(doc *spdx.Document, err error) (List, error) {
	if err != nil {
		return List{}, fmt.Errorf("it is an SPDX document that cannot be read: %w", err)
	}
	var described []string // what the document is a bill of
	for _, r := range doc.Relationships {
		if r != nil && r.Relationship == "DESCRIBES" && r.RefA.ElementRefID == "DOCUMENT" {
			described = append(described, string(r.RefB.ElementRefID))
		}
	}
	b := &bill{List: List{Name: "spdx"}}
	for _, p := range doc.Packages {
		switch {
		case p == nil:
		case len(doc.Packages) > 1 && len(described) == 1 && described[0] == string(p.PackageSPDXIdentifier):
		case slices.Contains([]string{"FILE", "DEVICE", "FIRMWARE"}, p.PrimaryPackagePurpose):
			b.left++
		default:
			b.addPackage(p)
		}
	}
	return b.finish(), nil
}

func (b *bill) addPackage(p *spdx.Package) {
	row := Row{cmp.Or(string(p.PackageSPDXIdentifier), p.PackageName), map[string]any{}}
	row.set("name", p.PackageName)
	row.set("description", cmp.Or(p.PackageSummary, p.PackageDescription))
	row.set("website", known(p.PackageHomePage))
	row.set("type", "software")
	var purl purl
	for _, reference := range p.PackageExternalReferences {
		if reference != nil && reference.RefType == "purl" {
			purl = parsePURL(reference.Locator)
		}
	}
	row.set("id", purl.id())
	location := vcsOf(known(p.PackageDownloadLocation))
	row.set("url", cmp.Or(location, purl.repository()))
	if supplier := p.PackageSupplier; supplier != nil && supplier.SupplierType == "Organization" {
		row.set("maintainer", []string{supplier.Supplier})
	}
	row.set("licence", known(cmp.Or(known(p.PackageLicenseConcluded), p.PackageLicenseDeclared)))
	b.add(cmp.Or(purl.id(), p.PackageName), row)
}

// known is a value of SPDX, empty for those that say that there is none.
func known(value string) string {
	if value == "NOASSERTION" || value == "NONE" {
		return ""
	}
	return value
}

// vcsOf is the repository of a download location (SPDX 2.3, 7.7: "git+https://host/path@ref"),
// or of a page at a forge; empty where it is the address of a file.
func vcsOf(location string) string {
	address, isGit := strings.CutPrefix(location, "git+")
	if i := strings.Index(address, "://"); i >= 0 {
		if at := strings.LastIndexByte(address, '@'); at > i+3 && strings.Contains(address[i+3:at], "/") {
			address = address[:at]
		}
	}
	address, _, _ = strings.Cut(address, "#")
	switch {
	case isGit, strings.HasSuffix(address, ".git"):
		return address
	case archive.MatchString(address), !atForge.MatchString(address):
		return ""
	}
	return address
}

var (
	archive = regexp.MustCompile(`(?i)\.(?:tgz|tar|gz|xz|bz2|zip|whl|jar|gem|crate|nupkg|deb|rpm|apk)$`)
	atForge = regexp.MustCompile(`^(?:https?|git)://(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)/[^/]+/[^/]+`)
)

// purl is a package URL; its zero value is none.
type purl struct{ packageurl.PackageURL }

func parsePURL(text string) purl {
	parsed, err := packageurl.FromString(text)
	if err != nil {
		return purl{}
	}
	return purl{parsed}
}

// id names a package without its version.
func (p purl) id() string {
	if p.Type == "" {
		return ""
	}
	return strings.Trim(p.Type+"-"+p.Namespace+"-"+p.Name, "-")
}

// repository is the repository that a package URL names; empty where it names a package of
// a registry. Source: https://github.com/package-url/purl-spec, types github, gitlab,
// bitbucket and golang, qualifier vcs_url.
func (p purl) repository() string {
	if address := vcsOf(p.Qualifiers.Map()["vcs_url"]); address != "" {
		return address
	}
	hosts := map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
	if host := hosts[p.Type]; host != "" && p.Namespace != "" {
		return "https://" + host + "/" + p.Namespace + "/" + p.Name
	}
	if p.Type != "golang" {
		return ""
	}
	path := strings.Split(p.Namespace+"/"+p.Name, "/")
	if len(path) >= 3 && slices.Contains([]string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}, path[0]) {
		return "https://" + strings.Join(path[:3], "/")
	}
	return ""
}
