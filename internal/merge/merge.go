// Package merge makes one measure of those that several repositories of a good, and its
// catalog entry, say of the same thing. What one of them does not tell widens the value to
// a bound, and never counts as zero.
package merge

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/kleene"
	"github.com/midspan/midspan/internal/observation"
)

// Input is all that a verdict rests on.
type Input struct {
	Good         catalog.Good
	Repositories []Repository
	// GoodMeasures were read from the catalog entry itself.
	GoodMeasures []observation.Measure
	// AsOf is the time of the run.
	AsOf time.Time
}

// Repository is what was read of one repository of a good.
type Repository struct {
	Repository catalog.Repository
	// ObservedUntil is zero where the repository was not read.
	ObservedUntil time.Time
	Measures      []observation.Measure
	// Activity is what went on in it by month; the zero one where that was not read.
	Activity observation.Activity
	// Failed says why nothing could be read, nil where something was.
	Failed *observation.Note
}

// The measures by which the main repository is chosen.
const (
	commitsRecent = observation.MomentumCommits12m
	commitsEver   = observation.MomentumCommitsEver
)

// shares are the measures of which the totals of two others are made, part and whole.
var shares = map[string][2]string{
	observation.MomentumCommitTrend: {observation.MomentumCommits12m, observation.MomentumCommitsPrior12m},
}

// part is one measure of one repository, or of the catalog entry.
type part struct {
	measure    observation.Measure
	repository int // index in the sorted repositories, -1 for the catalog entry
}

// Measures makes one measure of each definition from the repositories and the
// catalog entry, sorted by id. A definition of which nothing is known gives an
// unknown measure. A measure without a definition is left out.
func Measures(in Input, defs map[string]observation.Definition, specs map[string]Spec) []observation.Measure {
	m := newMerger(in, specs)
	ids := make([]string, 0, len(defs))
	for id := range defs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	merged := make([]observation.Measure, 0, len(ids))
	for _, id := range ids {
		merged = append(merged, m.mergeOne(defs[id]))
	}
	for i, part := range merged {
		if of, ok := shares[part.ID]; ok && defs[part.ID].Merge == observation.MergeTotals && len(m.repositories) > 1 {
			merged[i] = m.shareOf(defs[part.ID], of, merged)
		}
	}
	return merged
}

// Main are the repositories that may be the main one: one, where the commits of all are
// known.
func Main(in Input, specs map[string]Spec) []Repository {
	if len(in.Repositories) == 1 { // it is, unless it is empty
		if failed := in.Repositories[0].Failed; failed != nil && failed.Cause == observation.CauseEmpty {
			return nil
		}
		return in.Repositories
	}
	m := newMerger(in, specs)
	var main []Repository
	for _, i := range m.candidates {
		main = append(main, m.repositories[i])
	}
	return main
}

type merger struct {
	repositories []Repository // sorted by URL
	fromCatalog  map[string]*observation.Measure
	byRepository []map[string]*observation.Measure
	candidates   []int // repositories that may be the main one
	specs        map[string]Spec
	named        string    // by the catalog, as the main repository
	day          time.Time // on which all windows end, zero where nothing was read
	seen         []seenAt
}

func newMerger(in Input, specs map[string]Spec) *merger {
	m := &merger{repositories: slices.Clone(in.Repositories), fromCatalog: byID(clampAll(in.GoodMeasures, specs)), specs: specs,
		named: in.Good.MainRepository}
	slices.SortStableFunc(m.repositories, func(a, b Repository) int { return cmp.Compare(a.Repository.URL, b.Repository.URL) })
	for _, r := range m.repositories {
		m.byRepository = append(m.byRepository, byID(clampAll(r.Measures, specs)))
	}
	m.align()
	m.candidates = m.mainCandidates()
	return m
}

// clampAll returns the measures with impossible numbers clamped.
func clampAll(measures []observation.Measure, specs map[string]Spec) []observation.Measure {
	clamped := measures
	for i, m := range measures {
		if fixed := Clamp(m, specs); fixed.Detail != m.Detail {
			if &clamped[0] == &measures[0] {
				clamped = slices.Clone(measures)
			}
			clamped[i] = fixed
		}
	}
	return clamped
}

// Clamp moves a number outside the limits of its measure to the nearest limit, and
// turns NaN and infinities into an unknown measure. The detail says so.
func Clamp(m observation.Measure, specs map[string]Spec) observation.Measure {
	v, ok := m.Value.(float64)
	if m.State != observation.Measured || !ok {
		return m
	}
	low, high := LimitsOf(specs, m.ID)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return observation.Measure{ID: m.ID, State: observation.Unknown, Unit: m.Unit, Source: m.Source, At: m.At,
			Cause: observation.CauseBroken, Detail: fmt.Sprintf("%s%v, which is no number", reportedAs, v)}
	case v < low || v > high:
		m.Value = min(max(v, low), high)
		m.Detail = joinDetails(m.Detail, fmt.Sprintf("%s%v, read as %v", reportedAs, v, m.Value))
	}
	return m
}

// reportedAs begins the detail of a measure whose value was impossible.
const reportedAs = "reported as "

// LimitsOf returns the least and the greatest value of a measure; zero and infinity
// where the vocabulary of the rules does not have it.
func LimitsOf(specs map[string]Spec, id string) (low, high float64) {
	if w, ok := specs[id]; ok {
		return w.Low, w.High
	}
	return 0, math.Inf(1)
}

func joinDetails(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// namedMain is the repository that the catalog calls the main one; -1 where it names none.
func (m *merger) namedMain() int {
	return slices.IndexFunc(m.repositories, func(r Repository) bool { return m.named != "" && r.Repository.URL == m.named })
}

// mainCandidates are the repositories that may be the main one: the one that the catalog
// names, whether it could be read or not; else most human
// commits in 12 months, then ever, then the first by URL. It is one where the
// counts of all are known; several where an unread one may have more. One that was seen on
// another day than the windows end on is none.
func (m *merger) mainCandidates() []int {
	if named := m.namedMain(); named >= 0 && !m.empty(named) {
		if m.seen[named] != seenThen {
			return nil
		}
		return []int{named}
	}
	var kept []int
	for i := range m.repositories {
		if !m.empty(i) && m.seen[i] == seenThen {
			kept = append(kept, i)
		}
	}
	for _, id := range []string{commitsRecent, commitsEver} {
		kept = m.busiest(kept, id)
		if len(kept) < 2 || !m.allExact(kept, id) {
			return kept // the second count must not decide what the first leaves open
		}
	}
	return kept[:1]
}

// busiest keeps the repositories that no other certainly exceeds.
func (m *merger) busiest(among []int, id string) []int {
	floor := math.Inf(-1)
	for _, i := range among {
		floor = max(floor, m.count(i, id).Low)
	}
	return slices.DeleteFunc(slices.Clone(among), func(i int) bool { return m.count(i, id).High < floor })
}

func (m *merger) allExact(among []int, id string) bool {
	return !slices.ContainsFunc(among, func(i int) bool { return !m.count(i, id).IsExact() })
}

func (m *merger) count(i int, id string) kleene.Interval {
	counted, _ := of(m.byRepository[i], id)
	known := IntervalOf(counted)
	return kleene.Between(max(0, known.Low), known.High)
}

// empty reports whether a repository is known to hold nothing. It is left out like
// one to which a measure does not apply.
func (m *merger) empty(i int) bool {
	failed := m.repositories[i].Failed
	return failed != nil && failed.Cause == observation.CauseEmpty
}

// mergeOne merges the parts of one definition.
func (m *merger) mergeOne(def observation.Definition) observation.Measure {
	parts, read, applicable := m.parts(def.ID)
	switch {
	case applicable == 0 && len(parts) == 0:
		return m.notApplicable(def)
	case def.Merge == observation.MergeMain || def.Merge == observation.MergeTotals || def.Kind == observation.KindText:
		return m.fromMain(def, parts, read, applicable)
	case !slices.ContainsFunc(parts, isMeasured):
		return def.UnknownFor(commonCause(parts))
	}
	// A source that was read and holds no value does not make another less certain.
	merged := m.combine(def, slices.DeleteFunc(slices.Clone(parts), isSilent))
	if merged.State == observation.Measured {
		merged.Detail = joinDetails(merged.Detail, m.partly(parts, read, applicable))
	}
	return merged
}

func isMeasured(p part) bool { return p.measure.State == observation.Measured }

// parts collects what repositories and the catalog entry hold of a measure. read
// counts the repositories of which it is known, applicable those to which it applies.
func (m *merger) parts(id string) (parts []part, read, applicable int) {
	catalogs, inCatalog := of(m.fromCatalog, id)
	inRepository := slices.ContainsFunc(m.byRepository, func(index map[string]*observation.Measure) bool { return index[id] != nil })
	for i := range m.repositories {
		measure, ok := of(m.byRepository[i], id)
		switch {
		case ok && measure.State == observation.NotApplicable:
			continue
		case m.empty(i) && len(m.repositories) > 1:
			continue
		case !ok && inCatalog && !inRepository:
			continue // the catalog's alone
		case !ok:
			measure = m.unreadMeasure(i, id)
		}
		applicable++
		if measure.State == observation.Measured {
			read++
		}
		parts = append(parts, part{measure, i})
	}
	if inCatalog && catalogs.State != observation.NotApplicable {
		parts = append(parts, part{catalogs, -1})
	}
	return parts, read, applicable
}

// isSilent reports a source that was read and holds no value of the measure.
func isSilent(p part) bool {
	return p.measure.State == observation.Unknown && p.measure.Cause == observation.CauseNoSource
}

// unreadMeasure is the unknown measure of a repository that yielded none.
func (m *merger) unreadMeasure(i int, id string) observation.Measure {
	unknown := observation.Measure{ID: id, State: observation.Unknown, Cause: observation.CauseScannerFailed,
		Detail: "no scanner yielded it"}
	if failed := m.repositories[i].Failed; failed != nil {
		unknown.Cause, unknown.Detail = failed.Cause, failed.Message
	}
	return unknown
}

// notApplicable is the measure of a definition that applies to no part.
func (m *merger) notApplicable(def observation.Definition) observation.Measure {
	if len(m.repositories) == 0 {
		if own, ok := of(m.fromCatalog, def.ID); ok && own.State == observation.NotApplicable {
			return def.NotApplicableFor(own.Detail)
		}
		return def.UnknownFor(observation.CauseNoRepository, "the good names no repository")
	}
	for i := range m.repositories {
		if own, ok := of(m.byRepository[i], def.ID); ok {
			return def.NotApplicableFor(own.Detail)
		}
	}
	own, _ := of(m.fromCatalog, def.ID)
	return def.NotApplicableFor(own.Detail)
}

// fromMain takes the main repository's value, or the catalog's where that has none.
// Where an unread repository may be the main one, the value is unknown: another
// repository's could be better or worse.
func (m *merger) fromMain(def observation.Definition, parts []part, read, applicable int) observation.Measure {
	var mains []part
	var catalogs *part
	for _, p := range parts {
		switch {
		case p.repository < 0:
			catalogs = &p
		case slices.Contains(m.candidates, p.repository):
			mains = append(mains, p)
		}
	}
	switch {
	case catalogs != nil && isMeasured(*catalogs) && !slices.ContainsFunc(mains, func(p part) bool { return !isSilent(p) }):
		return withUnit(def, catalogs.measure)
	case len(mains) == 0 && len(parts) > 0 && len(m.candidates) == 1:
		return def.NotApplicableFor("it does not apply to the main repository " + m.repositories[m.candidates[0]].Repository.URL)
	case len(mains) > 0 && len(m.candidates) == 1:
		return m.spokenOf(withUnit(def, mains[0].measure), mains[0].repository)
	case sameValues(mains) && len(mains) == len(m.candidates):
		return withUnit(def, mains[0].measure)
	}
	cause, detail := commonCause(parts)
	if !slices.ContainsFunc(parts, func(p part) bool { return !isMeasured(p) }) {
		cause, detail = m.unknownMainCause()
	}
	if read > 0 {
		detail = fmt.Sprintf("which repository is the main one is not known: read from %d of %d repositories", read, applicable)
	}
	return def.UnknownFor(cause, detail)
}

// spokenOf names the repository of a measured value where the good has several.
func (m *merger) spokenOf(value observation.Measure, repository int) observation.Measure {
	if value.State == observation.Measured && len(m.repositories) > 1 {
		value.Repository = m.repositories[repository].Repository.FullName()
	}
	return value
}

// unknownMainCause is why the main repository is not known: a cause and its detail.
func (m *merger) unknownMainCause() (observation.Cause, string) {
	var open []part
	for i := range m.repositories {
		if count, _ := of(m.byRepository[i], commitsRecent); count.State != observation.Measured {
			if count.ID == "" {
				count = m.unreadMeasure(i, commitsRecent)
			}
			open = append(open, part{count, i})
		}
	}
	if len(open) == 0 {
		return observation.CauseNoSource, "which repository is the main one is not known"
	}
	return commonCause(open)
}

func sameValues(parts []part) bool {
	for _, p := range parts {
		if !isMeasured(p) || fmt.Sprint(p.measure.Value, p.measure.Bound) != fmt.Sprint(parts[0].measure.Value, parts[0].measure.Bound) {
			return false
		}
	}
	return len(parts) > 0
}

func withUnit(def observation.Definition, m observation.Measure) observation.Measure {
	m.ID, m.Unit = def.ID, def.Unit
	return m
}

// commonCause is the most frequent cause, of equals the first by name, with the
// detail of its first part. CauseNoSource is the cause only where it is that of all
// parts: one that could not be read may hold a value.
func commonCause(parts []part) (observation.Cause, string) {
	counts := map[observation.Cause]int{}
	details := map[observation.Cause]string{}
	for _, p := range parts {
		if p.measure.State != observation.Unknown {
			continue
		}
		counts[p.measure.Cause]++
		if _, ok := details[p.measure.Cause]; !ok {
			details[p.measure.Cause] = p.measure.Detail
		}
	}
	if len(counts) > 1 {
		delete(counts, observation.CauseNoSource)
	}
	var best observation.Cause
	for cause, n := range counts {
		if n > counts[best] || n == counts[best] && cause < best {
			best = cause
		}
	}
	return best, details[best]
}

// Spec is what the rules know of a measure.
type Spec struct {
	Kind      observation.Kind
	Unit      observation.Unit
	Low, High float64 // what a number can be
	Fraction  bool    // there are parts of its unit
}

// IntervalOf returns what a measure says of its number. A bool counts as 0 or 1.
// Anything that is not a measured number could be anything.
func IntervalOf(m observation.Measure) kleene.Interval {
	v, ok := m.Number()
	if !ok {
		return kleene.Unbounded()
	}
	switch m.Bound {
	case observation.AtLeast:
		return kleene.AtLeast(v)
	case observation.AtMost:
		return kleene.AtMost(v)
	}
	return kleene.Exactly(v)
}
