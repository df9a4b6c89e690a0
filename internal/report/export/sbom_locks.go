package export

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// lockedKey is a package in a manifest.
type lockedKey struct{ path, name, version string }

// lockedOf sorts what lockfiles say by package. One lockfile may list a package in several
// places.
func lockedOf(all []observation.Lock) map[lockedKey][]observation.Locked {
	byKey := map[lockedKey][]observation.Locked{}
	for _, lock := range all {
		for _, p := range lock.Packages {
			key := lockedKey{lock.Path, p.Name, p.Version}
			byKey[key] = append(byKey[key], p)
		}
	}
	return byKey
}

// lockedEntry is all that lockfiles say of a component.
type lockedEntry struct {
	files    []observation.LockedFile
	digests  []string
	licenses [][]string // as they were given, each once
	needs    map[observation.Coordinate]bool
	graphs   map[observation.Graph]bool // of each manifest that lists it
}

// longestText bounds a text of a lockfile that a bill repeats, in characters.
const longestText = 200

// add adds what the lockfile of one manifest says; none means that it says nothing.
func (l *lockedEntry) add(ecosystem string, locked []observation.Locked) {
	if l.graphs == nil {
		l.graphs, l.needs = map[observation.Graph]bool{}, map[observation.Coordinate]bool{}
	}
	if len(locked) == 0 {
		l.graphs[observation.GraphUnknown] = true
	}
	for _, p := range locked {
		l.graphs[p.Graph] = true
		for _, need := range p.Needs {
			l.needs[observation.Coordinate{Ecosystem: ecosystem, Name: need.Name, Version: need.Version}] = true
		}
		for _, file := range p.Files {
			l.addFile(file)
		}
		if digest := report.Cut(p.Digest, longestText); digest != "" && !slices.Contains(l.digests, digest) {
			l.digests = append(l.digests, digest)
		}
		if len(p.Licenses) > 0 && !slices.ContainsFunc(l.licenses, func(have []string) bool { return slices.Equal(have, p.Licenses) }) {
			l.licenses = append(l.licenses, p.Licenses)
		}
	}
}

// addFile adds an archive to the one that it is: one with a hash in common, or where
// neither has a name, one that no hash tells apart.
func (l *lockedEntry) addFile(file observation.LockedFile) {
	for i := range l.files {
		have := &l.files[i]
		shared, conflict := false, false
		for _, h := range file.Hashes {
			for _, other := range have.Hashes {
				if h.Algorithm == other.Algorithm {
					shared, conflict = shared || h == other, conflict || h != other
				}
			}
		}
		if conflict || !shared && (file.Name != "" || have.Name != "") {
			continue
		}
		have.Name = cmp.Or(have.Name, file.Name)
		for _, h := range file.Hashes {
			if !slices.Contains(have.Hashes, h) {
				have.Hashes = append(slices.Clip(have.Hashes), h)
			}
		}
		return
	}
	l.files = append(l.files, file)
}

// graph is how far the needs of a component are known: whole where each manifest that
// lists it has a lockfile that tells all of them.
func (l *lockedEntry) graph() observation.Graph {
	switch {
	case !l.graphs[observation.GraphWhole] && !l.graphs[observation.GraphPartly]:
		return observation.GraphUnknown
	case len(l.graphs) > 1 || l.graphs[observation.GraphPartly]:
		return observation.GraphPartly
	}
	return observation.GraphWhole
}

// settle drops the needs that are no component, after all are known, and puts what was
// gathered in order.
func (b bomBuilder) settle() {
	for c, entry := range b.components {
		l := &entry.locked
		for need := range l.needs {
			switch {
			case b.components[need] == nil:
				l.graphs[observation.GraphPartly] = true
				delete(l.needs, need)
			case need == c:
				delete(l.needs, need)
			}
		}
		for _, file := range l.files {
			slices.SortFunc(file.Hashes, compareHashes)
		}
		slices.SortFunc(l.files, func(x, y observation.LockedFile) int {
			return cmp.Or(cmp.Compare(x.Name, y.Name), slices.CompareFunc(x.Hashes, y.Hashes, compareHashes))
		})
		slices.Sort(l.digests)
	}
}

func compareHashes(a, b observation.Hash) int {
	return cmp.Or(cmp.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.Value, b.Value))
}

// unreadText says of which repositories the lockfiles could not be read; empty where there
// are none.
func (b bomBuilder) unreadText() string {
	if len(b.unread) == 0 {
		return ""
	}
	return "The lockfiles were not read again, so hashes, licences and needs are unknown, of: " + strings.Join(b.unread, ", ") + "."
}

// gapsText says which repositories were not read, or in part; empty where there are none.
func (b bomBuilder) gapsText() string {
	var parts []string
	for _, scan := range b.good.Scans {
		switch name := report.ShortRepository(scan.Repository.URL); scan.Outcome {
		case report.Failed:
			parts = append(parts, name+" was not read, so what it lists is unknown.")
		case report.Partial:
			parts = append(parts, name+" was read in part.")
		}
	}
	return strings.Join(parts, " ")
}

// license is the licence of a component as an expression of SPDX, or as the lockfile has
// it where it is none. It is empty where no lockfile says it, or several differ.
func (b bomBuilder) license(l *componentEntry) (expression, name string) {
	if len(l.locked.licenses) != 1 {
		return "", ""
	}
	given := l.locked.licenses[0]
	text := strings.Join(bracketed(given), " OR ")
	if slices.ContainsFunc(given, func(one string) bool { return !b.isExpression(one) }) {
		return "", report.Cut(strings.Join(given, " or "), longestText)
	}
	return text, ""
}

// isExpression remembers the library's answer: most packages have one of a few licences.
func (b bomBuilder) isExpression(text string) bool {
	valid, known := b.valid[text]
	if !known {
		valid = isExpression(text)
		b.valid[text] = valid
	}
	return valid
}

// hashNames are CycloneDX's names of hash functions.
var hashNames = map[observation.HashAlgorithm]cdx.HashAlgorithm{
	observation.MD5: cdx.HashAlgoMD5, observation.SHA1: cdx.HashAlgoSHA1, observation.SHA256: cdx.HashAlgoSHA256,
	observation.SHA384: cdx.HashAlgoSHA384, observation.SHA512: cdx.HashAlgoSHA512,
}

func hashesOf(file observation.LockedFile) *[]cdx.Hash {
	var all []cdx.Hash
	for _, h := range file.Hashes {
		if name := hashNames[h.Algorithm]; name != "" {
			all = append(all, cdx.Hash{Algorithm: name, Value: h.Value})
		}
	}
	return &all
}

// describe adds licence and hashes to a component. Of a version with several archives none
// is the component: each is a distribution of it.
func (b bomBuilder) describe(c *cdx.Component, l *componentEntry) {
	if expression, name := b.license(l); expression+name != "" {
		c.Licenses = licences([]string{cmp.Or(expression, name)})
	}
	if len(l.locked.files) == 1 {
		c.Hashes = hashesOf(l.locked.files[0])
		return
	}
	var archives []cdx.ExternalReference
	for _, file := range l.locked.files {
		address := cmp.Or(l.purl, url.PathEscape(l.ref))
		if file.Name != "" {
			address = "./" + url.PathEscape(file.Name)
		}
		archives = append(archives, cdx.ExternalReference{Type: cdx.ERTypeDistribution, URL: address, Hashes: hashesOf(file)})
	}
	if len(archives) > 0 {
		c.ExternalReferences = &archives
	}
}

// aggregateOf are CycloneDX's words for how much of what a package needs is known.
var aggregateOf = map[observation.Graph]cdx.CompositionAggregate{observation.GraphWhole: cdx.CompositionAggregateComplete,
	observation.GraphPartly: cdx.CompositionAggregateIncomplete, observation.GraphUnknown: cdx.CompositionAggregateUnknown}

// graph is what needs what, with how much of it is known. A component without an entry
// under dependencies is one whose needs are unknown.
func (b bomBuilder) graph() (*[]cdx.Dependency, *[]cdx.Composition) {
	partial := len(b.good.Scans) == 0 || slices.ContainsFunc(b.good.Scans, func(s report.Scan) bool { return s.Outcome != report.Scanned })
	assemblies := cdx.CompositionAggregateUnknown // a manifest may be incomplete
	if partial {
		assemblies = cdx.CompositionAggregateIncomplete
	}
	var direct []string
	aggregates := map[cdx.CompositionAggregate][]cdx.BOMReference{}
	all := []cdx.Dependency{}
	for _, c := range b.order {
		l := b.components[c]
		if l.relation == observation.Direct {
			direct = append(direct, l.ref)
		}
		partial = partial || l.relation == ""
		aggregate := aggregateOf[l.locked.graph()]
		aggregates[aggregate] = append(aggregates[aggregate], cdx.BOMReference(l.ref))
		if aggregate != cdx.CompositionAggregateUnknown {
			needs := []string{}
			for _, need := range slices.SortedFunc(maps.Keys(l.locked.needs), observation.Coordinate.Compare) {
				needs = append(needs, b.components[need].ref)
			}
			all = append(all, cdx.Dependency{Ref: l.ref, Dependencies: &needs})
		}
	}
	own := cdx.CompositionAggregateUnknown
	if len(direct) > 0 {
		all = slices.Insert(all, 0, cdx.Dependency{Ref: root, Dependencies: &direct})
		if partial {
			own = cdx.CompositionAggregateIncomplete
		}
	}
	aggregates[own] = slices.Insert(aggregates[own], 0, cdx.BOMReference(root))
	compositions := []cdx.Composition{{Aggregate: assemblies, Assemblies: &[]cdx.BOMReference{root}}}
	for _, aggregate := range slices.Sorted(maps.Keys(aggregates)) {
		refs := aggregates[aggregate]
		compositions = append(compositions, cdx.Composition{Aggregate: aggregate, Dependencies: &refs})
	}
	return &all, &compositions
}

// describeSPDX adds licence and hashes to a package of SPDX. A checksum is that of the
// package: where a version has several archives, they stand in its comment.
func (b bomBuilder) describeSPDX(p *spdx.Package, l *componentEntry) {
	if expression, name := b.license(l); expression != "" {
		p.PackageLicenseDeclared = expression
	} else if name != "" {
		p.PackageLicenseComments = "The lockfile says: " + name
	}
	for _, digest := range l.locked.digests {
		p.PackageComment += "; " + digest
	}
	if len(l.locked.files) == 1 {
		for _, h := range l.locked.files[0].Hashes {
			p.PackageChecksums = append(p.PackageChecksums, common.Checksum{Algorithm: common.ChecksumAlgorithm(h.Algorithm), Value: h.Value})
		}
		return
	}
	for i, file := range l.locked.files {
		for _, h := range file.Hashes {
			p.PackageComment += fmt.Sprintf("; archive %d %s: %s", i+1, cmp.Or(file.Name, "without a name"), string(h.Algorithm)+" "+h.Value)
		}
	}
}

// needsSPDX are the relationships between packages. NONE says that a package needs
// nothing, NOASSERTION that it may need something that is not known.
func (b bomBuilder) needsSPDX(ids map[observation.Coordinate]spdx.ElementID) []*spdx.Relationship {
	var all []*spdx.Relationship
	special := func(from spdx.ElementID, word string) {
		r := relation(from, "", common.TypeRelationshipDependsOn)
		r.RefB = common.MakeDocElementSpecial(word)
		all = append(all, r)
	}
	for _, c := range b.order {
		l := &b.components[c].locked
		for _, need := range slices.SortedFunc(maps.Keys(l.needs), observation.Coordinate.Compare) {
			all = append(all, relation(ids[c], ids[need], common.TypeRelationshipDependsOn))
		}
		switch known := l.graph(); {
		case known != observation.GraphWhole:
			special(ids[c], noAssertion)
		case len(l.needs) == 0:
			special(ids[c], "NONE")
		}
	}
	return all
}
