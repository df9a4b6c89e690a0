package export

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
	"github.com/google/uuid"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// Listing is what one repository of a good lists, at a commit.
type Listing struct {
	Repository, Commit string
	Packages           []observation.Package
	// Locks are what its lockfiles say beside that. Unread says why they could not be read.
	Locks  []observation.Lock
	Unread string
}

// WriteSBOM writes a good's packages and the advisories that affect them as
// CycloneDX 1.6 JSON. Of doc it reads the generator and as-of, which is the
// bill's time. Its serial number is made of its content: the same inventory and
// advisories give the same bytes. Whether an advisory can be reached by an
// attacker was not analysed: an analysis is stated where the maintainer answered. Hashes,
// licences and what needs what are those of lockfiles. Where no lockfile says what a
// component needs, the bill has no entry of it under dependencies, and its composition is
// unknown.
func WriteSBOM(w io.Writer, doc report.Document, good report.Good, lists []Listing) error {
	doc = report.Cleaned(report.Document{Generator: doc.Generator, AsOf: doc.AsOf})
	report.CompleteGood(&good)
	bill := newBOMBuilder(report.Cleaned(good), report.Cleaned(lists))
	bom := bill.build(doc)
	var content bytes.Buffer
	if err := encodeBOM(&content, bom); err != nil {
		return err
	}
	bom.SerialNumber = serial(content.Bytes())
	return encodeBOM(w, bom)
}

func encodeBOM(w io.Writer, bom *cdx.BOM) error {
	if err := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("write the SBOM: %w", err)
	}
	return nil
}

// serial is a UUID of version 8 made of the content.
func serial(content []byte) string {
	sum := sha256.Sum256(content)
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return id.URN()
}

// root is the reference of the good itself.
const root = "good"

// componentEntry is all that the manifests hold of a component.
type componentEntry struct {
	ref, purl, relation string
	places              []string
	groups              map[string]bool
	needed              bool // one manifest lists it outside of any group
	locked              lockedEntry
}

// bomBuilder gathers the components of a good.
type bomBuilder struct {
	good       report.Good
	components map[observation.Coordinate]*componentEntry
	order      []observation.Coordinate
	unread     []string        // repositories whose lockfiles could not be read
	valid      map[string]bool // licence expressions, by whether they are such
}

func newBOMBuilder(good report.Good, lists []Listing) bomBuilder {
	b := bomBuilder{good: good, components: map[observation.Coordinate]*componentEntry{}, valid: map[string]bool{}}
	for _, list := range lists {
		locked := lockedOf(list.Locks)
		for _, p := range list.Packages {
			b.add(list.Repository, p, len(lists) > 1)
			b.components[p.Coordinate()].locked.add(p.Ecosystem, locked[lockedKey{p.Path, p.Name, p.Version}])
		}
		if list.Unread != "" {
			b.unread = append(b.unread, report.ShortRepository(list.Repository))
		}
	}
	b.order = slices.SortedFunc(maps.Keys(b.components), observation.Coordinate.Compare)
	b.name()
	b.settle()
	return b
}

func (b bomBuilder) add(repository string, p observation.Package, many bool) {
	have := b.components[p.Coordinate()]
	if have == nil {
		have = &componentEntry{groups: map[string]bool{}}
		b.components[p.Coordinate()] = have
	}
	have.purl = cmp.Or(have.purl, p.PURL)
	if have.relation != observation.Direct && p.Relation != "" {
		have.relation = p.Relation
	}
	place := p.Path
	if many {
		place = report.ShortRepository(repository) + ": " + p.Path
	}
	if place != "" && !slices.Contains(have.places, place) {
		have.places = append(have.places, place)
	}
	have.needed = have.needed || len(p.Groups) == 0
	for _, group := range p.Groups {
		have.groups[group] = true
	}
}

// name gives each component a reference of its own: its purl where it has one.
func (b bomBuilder) name() {
	taken := map[string]bool{root: true}
	for _, p := range b.order {
		l := b.components[p]
		l.ref = cmp.Or(l.purl, p.Ecosystem+":"+p.Name+"@"+p.Version)
		for n := 2; taken[l.ref]; n++ {
			l.ref = fmt.Sprintf("%s#%d", cmp.Or(l.purl, p.Ecosystem+":"+p.Name+"@"+p.Version), n)
		}
		taken[l.ref] = true
	}
}

func (b bomBuilder) build(doc report.Document) *cdx.BOM {
	bom := cdx.NewBOM()
	tool := cdx.Component{Type: cdx.ComponentTypeApplication, Name: doc.Generator.Name, Version: doc.Generator.Version}
	bom.Metadata = &cdx.Metadata{
		Timestamp:  doc.AsOf.UTC().Format(time.RFC3339),
		Tools:      &cdx.ToolsChoice{Components: &[]cdx.Component{tool}},
		Component:  b.root(),
		Properties: b.coverage(),
	}
	components := []cdx.Component{}
	for _, p := range b.order {
		components = append(components, b.component(p))
	}
	bom.Components = &components
	bom.Dependencies, bom.Compositions = b.graph()
	vulnerabilities := b.vulnerabilities()
	bom.Vulnerabilities = &vulnerabilities
	return bom
}

// root is the good as a component.
func (b bomBuilder) root() *cdx.Component {
	g := b.good
	c := &cdx.Component{BOMRef: root, Type: cdx.ComponentTypeApplication, Name: report.English.DisplayName(g), Description: g.Description,
		Licenses: licences(declaredLicences(g))}
	var references []cdx.ExternalReference
	for _, scan := range g.Scans {
		if c.Version == "" {
			c.Version = scan.Commit
		}
		if address := report.WebURL(scan.Repository.URL); address != "" {
			references = append(references, cdx.ExternalReference{Type: cdx.ERTypeVCS, URL: address, Comment: scan.Commit})
		}
	}
	if address := report.WebURL(g.Website); address != "" {
		references = append(references, cdx.ExternalReference{Type: cdx.ERTypeWebsite, URL: address})
	}
	if len(references) > 0 {
		c.ExternalReferences = &references
	}
	c.Properties = &[]cdx.Property{{Name: "midspan:id", Value: g.ID}, {Name: "midspan:stage", Value: string(g.Verdict.Stage)}}
	return c
}

// coverage is what the list of advisories rests on: an empty one is not clean
// where nothing could be matched.
func (b bomBuilder) coverage() *[]cdx.Property {
	tally := report.TallyFindings(b.good)
	all := []cdx.Property{{Name: "midspan:advisories", Value: report.English.TallySplit(tally)},
		{Name: "midspan:matched", Value: language.Upper(report.English.TallyBasis(tally))}}
	if text := b.gapsText(); text != "" {
		all = append(all, cdx.Property{Name: "midspan:repositories", Value: text})
	}
	if text := b.unreadText(); text != "" {
		all = append(all, cdx.Property{Name: "midspan:lockfiles", Value: text})
	}
	return &all
}

// knownLicences are the ids of SPDX: the library makes its lists anew at each call.
var knownLicences = sync.OnceValue(func() []string { return append(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated()...) })

// licences are an SPDX expression, or SPDX ids where they are known ones, names otherwise.
func licences(ids []string) *cdx.Licenses {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) == 1 && strings.Contains(ids[0], " ") && isExpression(ids[0]) { // it stands alone
		return &cdx.Licenses{{Expression: ids[0]}}
	}
	known := knownLicences()
	var all cdx.Licenses
	for _, id := range ids {
		l := &cdx.License{Name: cmp.Or(id, "unknown")}
		// SPDX ignores the case of ids, the schema of CycloneDX does not.
		if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, id) }); i >= 0 {
			l = &cdx.License{ID: known[i]}
		}
		all = append(all, cdx.LicenseChoice{License: l})
	}
	return &all
}

// optionalGroups are the groups of packages that are not part of what runs.
var optionalGroups = []string{"dev", "development", "test", "tests", "testing", "build", "lint", "docs", "doc"}

// scope says whether what runs needs a package: it is excluded where all of its groups are
// those of development.
func (l *componentEntry) scope() cdx.Scope {
	if l.needed {
		return cdx.ScopeRequired
	}
	for group := range l.groups {
		if !slices.Contains(optionalGroups, strings.ToLower(group)) {
			return cdx.ScopeOptional
		}
	}
	return cdx.ScopeExcluded
}

func (b bomBuilder) component(p observation.Coordinate) cdx.Component {
	l := b.components[p]
	c := cdx.Component{BOMRef: l.ref, Type: cdx.ComponentTypeLibrary, Name: p.Name, Version: p.Version, PackageURL: l.purl, Scope: l.scope()}
	b.describe(&c, l)
	properties := []cdx.Property{{Name: "midspan:ecosystem", Value: p.Ecosystem}, {Name: "midspan:relation", Value: cmp.Or(l.relation, "unknown")}}
	for _, place := range slices.Sorted(slices.Values(l.places)) {
		properties = append(properties, cdx.Property{Name: "midspan:path", Value: place})
	}
	for _, group := range slices.Sorted(maps.Keys(l.groups)) {
		properties = append(properties, cdx.Property{Name: "midspan:group", Value: group})
	}
	for _, digest := range l.locked.digests {
		properties = append(properties, cdx.Property{Name: "midspan:digest", Value: digest})
	}
	c.Properties = &properties
	return c
}

// vulnerabilities has an entry for each advisory, with all that it affects.
func (b bomBuilder) vulnerabilities() []cdx.Vulnerability {
	all := []cdx.Vulnerability{}
	at := map[string]int{}
	for _, i := range report.DistinctFindings(b.good) {
		l := b.components[i.Package.Coordinate()]
		if l == nil {
			continue
		}
		n, seen := at[i.Advisory]
		if !seen {
			n = len(all)
			at[i.Advisory] = n
			all = append(all, vulnerabilityOf(i))
		}
		if analysis := all[n].Analysis; seen && analysis != nil && (i.Answer == nil || analysis.State != analysisState[i.Answer.Status]) {
			all[n].Analysis = nil // not the same for all that it affects
		}
		affects := append(*all[n].Affects, cdx.Affects{Ref: l.ref})
		if i.Package.Version != "" {
			affects[len(affects)-1].Range = &[]cdx.AffectedVersions{{Version: i.Package.Version, Status: cdx.VulnerabilityStatusAffected}}
		}
		all[n].Affects = &affects
		if i.FixedIn != "" {
			upgrade := "Upgrade " + i.Package.Name + " to " + i.FixedIn + "."
			if !strings.Contains(all[n].Recommendation, upgrade) {
				all[n].Recommendation = strings.TrimSpace(all[n].Recommendation + " " + upgrade)
			}
		}
	}
	return all
}

func vulnerabilityOf(i report.DistinctFinding) cdx.Vulnerability {
	source := &cdx.Source{Name: "OSV", URL: report.AdvisoryURL(i.Advisory)}
	v := cdx.Vulnerability{BOMRef: "advisory:" + i.Advisory, ID: i.Advisory, Source: source, Description: i.Summary, Affects: &[]cdx.Affects{},
		Published: stamp(i.Published), Updated: stamp(i.Modified)}
	rating := cdx.VulnerabilityRating{Severity: severityOf(i.Severity), Score: i.Score}
	if method, ok := methodOf(i.Vector); ok {
		rating.Method, rating.Vector = method, i.Vector
	}
	v.Ratings = &[]cdx.VulnerabilityRating{rating}
	references := []cdx.VulnerabilityReference{}
	for _, alias := range i.Aliases {
		if alias != "" {
			references = append(references, cdx.VulnerabilityReference{ID: alias, Source: &cdx.Source{Name: "OSV", URL: report.AdvisoryURL(alias)}})
		}
	}
	if len(references) > 0 {
		v.References = &references
	}
	v.Properties = &[]cdx.Property{{Name: "midspan:exploited", Value: report.English.ExploitedText(i)},
		{Name: "midspan:malicious", Value: fmt.Sprint(i.Malicious)}}
	if a := i.Answer; a != nil {
		v.Analysis = &cdx.VulnerabilityAnalysis{State: analysisState[a.Status], Justification: analysisJustification[a.Justification], Detail: i.AnswerText()}
	}
	return v
}

// analysisState and analysisJustification are CycloneDX's words for those of OpenVEX. Of a
// justification that has none the detail has the words.
var (
	analysisState = map[observation.AnswerStatus]cdx.ImpactAnalysisState{
		observation.NotAffected: cdx.IASNotAffected, observation.Fixed: cdx.IASResolved,
		observation.Affected: cdx.IASExploitable, observation.UnderInvestigation: cdx.IASInTriage,
	}
	analysisJustification = map[string]cdx.ImpactAnalysisJustification{
		"component_not_present": cdx.IAJCodeNotPresent, "vulnerable_code_not_present": cdx.IAJCodeNotPresent,
		"vulnerable_code_not_in_execute_path": cdx.IAJCodeNotReachable, "inline_mitigations_already_exist": cdx.IAJProtectedByMitigatingControl,
	}
)

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func severityOf(severity observation.Severity) cdx.Severity {
	switch s := cdx.Severity(severity); s {
	case cdx.SeverityCritical, cdx.SeverityHigh, cdx.SeverityMedium, cdx.SeverityLow:
		return s
	}
	return cdx.SeverityUnknown
}

// methodOf names the version of CVSS that a vector is of.
func methodOf(vector string) (cdx.ScoringMethod, bool) {
	for prefix, method := range map[string]cdx.ScoringMethod{
		"CVSS:4.": cdx.ScoringMethodCVSSv4, "CVSS:3.1/": cdx.ScoringMethodCVSSv31, "CVSS:3.0/": cdx.ScoringMethodCVSSv3, "AV:": cdx.ScoringMethodCVSSv2,
	} {
		if strings.HasPrefix(vector, prefix) {
			return method, true
		}
	}
	return "", false
}

// SBOMFormat is a format of bills of materials.
type SBOMFormat struct {
	Name, extension string
	Write           func(io.Writer, report.Document, report.Good, []Listing) error
}

// SBOMFormats are those that can be written, the first by default.
func SBOMFormats() []SBOMFormat {
	return []SBOMFormat{{"cyclonedx-json", ".cdx.json", WriteSBOM}, {"spdx-json", ".spdx.json", WriteSPDX}}
}

// File is the name of the file that holds the bill of a good.
func (f SBOMFormat) File(id string) string { return report.SlugOf(id) + f.extension }
