package advisory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
	"github.com/midspan/midspan/internal/osvdb/record"
)

// Result holds the findings of a match, and what could not be matched.
type Result struct {
	// Findings are sorted by ecosystem, name, version, advisory and path. A package
	// that two manifests list has two findings of one advisory.
	Findings []observation.Finding
	// Unmatched are sorted by ecosystem and cause. It is unknown whether a package
	// that they count is affected.
	Unmatched []Unmatched
}

// Unmatched counts the packages (distinct by name and version) of one
// ecosystem that could not be matched, for one cause.
type Unmatched struct {
	Ecosystem string            `json:"ecosystem"`
	Cause     observation.Cause `json:"cause"`
	Packages  int               `json:"packages"`
}

// coordinateOf is the key that a package is matched under: a package of two manifests is
// matched once.
func coordinateOf(p observation.Package) observation.Coordinate {
	return observation.Coordinate{Ecosystem: p.Ecosystem, Name: observation.NormalName(p.Ecosystem, p.Name), Version: p.Version}
}

// match looks up every package in an index. A nil index holds no ecosystem.
func match(ctx context.Context, index *osvdb.Index, packages []observation.Package) (Result, error) {
	groups := map[observation.Coordinate][]observation.Package{}
	for _, p := range packages {
		groups[coordinateOf(p)] = append(groups[coordinateOf(p)], p)
	}
	m := matcher{index: index, unmatched: map[Unmatched]int{}}
	keys := slices.AppendSeq(make([]observation.Coordinate, 0, len(groups)), maps.Keys(groups))
	slices.SortFunc(keys, observation.Coordinate.Compare)
	for _, k := range keys {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		if err := m.match(ctx, k, groups[k]); err != nil {
			return Result{}, fmt.Errorf("match %s %s: %w", k.Ecosystem, k.Name, err)
		}
	}
	return NewResult(m.findings, m.unmatched), nil
}

// matcher carries out one match. Keys come sorted, so that the entries of a package
// with several versions are read once.
type matcher struct {
	index     *osvdb.Index
	loaded    observation.Coordinate // the package of entries
	entries   []record.Entry
	findings  []observation.Finding
	unmatched map[Unmatched]int // with Packages 0, to the count
}

func (m *matcher) match(ctx context.Context, k observation.Coordinate, packages []observation.Package) error {
	base, suffix, _ := strings.Cut(k.Ecosystem, ":")
	switch {
	case base == "" || k.Name == "":
		return m.addUnmatched(k, observation.CauseUnsupported)
	case m.index == nil || !m.index.Has(base):
		return m.addUnmatched(k, observation.CauseNoDatabase)
	}
	if err := m.load(ctx, observation.Coordinate{Ecosystem: base, Name: k.Name}); err != nil {
		return err
	}
	// Where no advisory names the package, no version is affected.
	if k.Version == "" && len(m.entries) > 0 {
		return m.addUnmatched(k, observation.CauseNoVersion)
	}
	refused, undecided, version := false, false, ComparedVersion(k)
	for _, e := range m.entries {
		switch affects(e, version, base, suffix) {
		case affected:
			for _, p := range packages {
				m.findings = append(m.findings, finding(e, p, base, m.index.KEV()))
			}
		case versionRefused:
			refused = true
		case undecidable:
			undecided = true
		}
	}
	switch {
	case refused:
		return m.addUnmatched(k, observation.CauseUnsupported)
	case undecided:
		return m.addUnmatched(k, observation.CauseUndecided)
	}
	return nil
}

func (m *matcher) addUnmatched(k observation.Coordinate, cause observation.Cause) error {
	m.unmatched[Unmatched{Ecosystem: k.Ecosystem, Cause: cause}]++
	return nil
}

func (m *matcher) load(ctx context.Context, k observation.Coordinate) (err error) {
	if k != m.loaded {
		m.loaded = k
		m.entries, err = m.index.Lookup(ctx, k.Ecosystem, k.Name)
	}
	return err
}

func (r Result) sort() {
	slices.SortStableFunc(r.Findings, func(a, b observation.Finding) int {
		return cmp.Or(coordinateOf(a.Package).Compare(coordinateOf(b.Package)), cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Package.Path, b.Package.Path))
	})
	slices.SortFunc(r.Unmatched, func(a, b Unmatched) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Cause, b.Cause))
	})
}

// verdict is what an advisory says of a version.
type verdict int

const (
	notAffected verdict = iota
	affected
	versionRefused // a range would decide, and the ecosystem's order refuses the version
	undecidable    // the record names the package and does not say which versions it affects
)

// affects judges a version by one advisory.
func affects(e record.Entry, version, ecosystem, suffix string) verdict {
	result := affectsAny(e.Affected, version, ecosystem, suffix)
	if result == affected && e.WithdrawnUnclear {
		return undecidable
	}
	return result
}

// affectsAny judges a version by the elements of a record that name its package. Elements
// without versions and ranges count only where there are no others: they say in a GIT
// range what another element says in versions.
func affectsAny(elements []record.Affected, version, ecosystem, suffix string) verdict {
	at, refused := parseVersion(version, ecosystem)
	named, placed, result := false, false, notAffected
	for _, element := range elements {
		if element.Suffix != "" && suffix != "" && element.Suffix != suffix {
			continue
		}
		if slices.Contains(element.Versions, version) {
			return affected
		}
		named = true
		placed = placed || len(element.Versions) > 0 || len(element.Ranges) > 0
		if element.Unclear {
			result = max(result, undecidable)
		}
		for _, events := range element.Ranges {
			if refused != nil {
				result = max(result, versionRefused)
				continue
			}
			inside, known := at.inRange(events)
			switch {
			case inside && known:
				return affected
			case !known:
				result = undecidable
			}
		}
	}
	if named && !placed {
		return undecidable
	}
	return result
}

func finding(e record.Entry, p observation.Package, ecosystem string, listed func(id string) bool) observation.Finding {
	f := observation.Finding{
		Package:   p,
		Advisory:  e.ID,
		Aliases:   e.Aliases,
		Summary:   e.Summary,
		Malicious: e.Malware(), Unmaintained: e.Unmaintained,
		Published: e.Published,
		Modified:  e.Modified,
	}
	f.Severity, f.Score, f.Vector = severityOf(e)
	if f.DependsOnToolchain = dependsOnToolchain(p.Coordinate()); f.DependsOnToolchain {
		f.Summary = strings.TrimPrefix(f.Summary+" ("+toolchainRemark+")", " ")
	}
	if version, err := parseVersion(ComparedVersion(p.Coordinate()), ecosystem); err == nil {
		f.FixedIn = version.fixedIn(e.ID, e.Affected)
	}
	if listed != nil {
		exploited := slices.ContainsFunc(append([]string{e.ID}, e.Aliases...), listed)
		f.Exploited = &exploited
	}
	return f
}

// NewResult makes a sorted Result of findings that another matcher made.
// unmatched counts by ecosystem and cause; its keys have no Packages.
func NewResult(findings []observation.Finding, unmatched map[Unmatched]int) Result {
	r := Result{Findings: findings}
	for u, n := range unmatched {
		u.Packages = n
		r.Unmatched = append(r.Unmatched, u)
	}
	r.sort()
	return r
}

// Unmatchable is the result for packages none of which could be matched.
func Unmatchable(packages []observation.Package, cause observation.Cause) Result {
	unmatched, seen := map[Unmatched]int{}, map[[3]string]bool{}
	for _, p := range packages {
		if id := [3]string{p.Ecosystem, p.Name, p.Version}; !seen[id] {
			seen[id] = true
			unmatched[Unmatched{Ecosystem: p.Ecosystem, Cause: cause}]++
		}
	}
	return NewResult(nil, unmatched)
}

// NewFinding makes the finding of an OSV record that is known to affect p. listed
// reports whether an id is known to be exploited; it is nil where that is unknown.
func NewFinding(osv []byte, p observation.Package, listed func(id string) bool) (observation.Finding, error) {
	base, _, _ := strings.Cut(p.Ecosystem, ":")
	e, err := record.ParseEntry(osv, base, p.Name)
	if err != nil {
		return observation.Finding{}, err
	}
	return finding(e, p, base, listed), nil
}
