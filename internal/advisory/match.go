package advisory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/internal/observation"
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

// packageKey identifies a package. A package of two manifests is matched once.
type packageKey struct{ ecosystem, name, version string }

func keyOf(p observation.Package) packageKey {
	return packageKey{p.Ecosystem, NormalName(p.Ecosystem, p.Name), p.Version}
}

func (k packageKey) compare(other packageKey) int {
	return cmp.Or(cmp.Compare(k.ecosystem, other.ecosystem), cmp.Compare(k.name, other.name), cmp.Compare(k.version, other.version))
}

// Match looks up every package. It stops when ctx ends.
func (d *Database) Match(ctx context.Context, packages []observation.Package) (Result, error) {
	groups := map[packageKey][]observation.Package{}
	for _, p := range packages {
		groups[keyOf(p)] = append(groups[keyOf(p)], p)
	}
	keys := make([]packageKey, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, packageKey.compare)

	m, err := d.matcher(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("read the advisory index: %w", err)
	}
	defer m.close()
	for _, k := range keys {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		if err := m.match(ctx, k, groups[k]); err != nil {
			return Result{}, fmt.Errorf("match %s %s: %w", k.ecosystem, k.name, err)
		}
	}
	return NewResult(m.findings, m.unmatched), nil
}

// matcher carries out one match. Keys come sorted, so that the entries of a package
// with several versions are read once.
type matcher struct {
	database  *Database
	lookups   [2]*sqlx.Stmt // one for each table of buckets
	loaded    packageKey    // the package of entries
	entries   []entry
	findings  []observation.Finding
	unmatched map[Unmatched]int // with Packages 0, to the count
}

func (d *Database) matcher(ctx context.Context) (*matcher, error) {
	m := &matcher{database: d, unmatched: map[Unmatched]int{}}
	if d == nil {
		return m, nil
	}
	for table, query := range lookupQueries {
		var err error
		if m.lookups[table], err = d.index.PreparexContext(ctx, query); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

func (m *matcher) close() {
	for _, statement := range m.lookups {
		if statement != nil {
			statement.Close()
		}
	}
}

func (m *matcher) match(ctx context.Context, k packageKey, packages []observation.Package) error {
	base, suffix, _ := strings.Cut(k.ecosystem, ":")
	in, known := m.ecosystem(base)
	switch {
	case base == "" || k.name == "":
		return m.addUnmatched(k, observation.CauseUnsupported)
	case !known:
		return m.addUnmatched(k, observation.CauseNoDatabase)
	}
	if err := m.load(ctx, in, k.name); err != nil {
		return err
	}
	// Where no advisory names the package, no version is affected.
	if k.version == "" && len(m.entries) > 0 {
		return m.addUnmatched(k, observation.CauseNoVersion)
	}
	refused := false
	for _, e := range m.entries {
		hit, undecided := e.affects(k.version, base, suffix)
		refused = refused || undecided
		if hit {
			m.addFindings(e, base, packages)
		}
	}
	if refused {
		return m.addUnmatched(k, observation.CauseUnsupported)
	}
	return nil
}

func (m *matcher) ecosystem(name string) (*loadedEcosystem, bool) {
	if m.database == nil {
		return nil, false
	}
	in, ok := m.database.ecosystems[name]
	return in, ok
}

func (m *matcher) addUnmatched(k packageKey, cause observation.Cause) error {
	m.unmatched[Unmatched{Ecosystem: k.ecosystem, Cause: cause}]++
	return nil
}

func (m *matcher) load(ctx context.Context, in *loadedEcosystem, name string) error {
	this := packageKey{ecosystem: in.Name, name: name}
	if this == m.loaded {
		return nil
	}
	var entries []entry
	for table, statement := range m.lookups {
		var err error
		if entries, err = in.lookup(ctx, statement, table, name, entries); err != nil {
			return err
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.ID, b.ID) })
	m.loaded, m.entries = this, entries
	return nil
}

func (m *matcher) addFindings(e entry, ecosystem string, packages []observation.Package) {
	for _, p := range packages {
		m.findings = append(m.findings, e.finding(p, ecosystem, m.database.kevLookup()))
	}
}

func (r Result) sort() {
	slices.SortStableFunc(r.Findings, func(a, b observation.Finding) int {
		return cmp.Or(keyOf(a.Package).compare(keyOf(b.Package)), cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Package.Path, b.Package.Path))
	})
	slices.SortFunc(r.Unmatched, func(a, b Unmatched) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Cause, b.Cause))
	})
}

// affects reports whether a version is affected. It is undecided where a range would
// decide and the ecosystem's order refuses the version.
func (e entry) affects(version, ecosystem, suffix string) (hit, undecided bool) {
	var at orderedVersion
	var refused error
	for _, span := range e.Affected {
		if span.Suffix != "" && suffix != "" && span.Suffix != suffix {
			continue
		}
		if slices.Contains(span.Versions, version) {
			return true, false
		}
		for _, events := range span.Ranges {
			if at.version == nil && refused == nil {
				at, refused = parseVersion(version, ecosystem)
			}
			if err := checkLengths(events); err != nil {
				undecided = true
			} else if refused == nil && at.inRange(events) {
				return true, false
			}
		}
	}
	return false, undecided || refused != nil
}

func (e entry) finding(p observation.Package, ecosystem string, listed func(id string) bool) observation.Finding {
	f := observation.Finding{
		Package:   p,
		Advisory:  e.ID,
		Aliases:   e.Aliases,
		Summary:   e.Summary,
		Malicious: e.malware(), Unmaintained: e.Unmaintained,
		Published: fromUnix(e.Published),
		Modified:  fromUnix(e.Modified),
	}
	f.Severity, f.Score, f.Vector = e.severityOf()
	if version, err := parseVersion(p.Version, ecosystem); err == nil {
		f.FixedIn = version.fixedIn(e.Affected)
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
	r, err := parseRecord(osv)
	if err != nil && !errors.Is(err, errPartial) {
		return observation.Finding{}, err
	}
	base, _, _ := strings.Cut(p.Ecosystem, ":")
	e := r.entry()
	for _, n := range r.entries(base) {
		if n.name == NormalName(base, p.Name) {
			e = n.entry
		}
	}
	return e.finding(p, base, listed), nil
}
