package packages

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Definitions implements scanners.Source.
func (*DepsDev) Definitions() []observation.Definition {
	const reference = "https://docs.deps.dev/api/v3/"
	return []observation.Definition{
		{ID: observation.PackagesPublished, Name: "Packages published", Kind: observation.KindNumber, Unit: observation.UnitPackages,
			Merge: observation.MergeMax, Reference: reference,
			Means: "Packages that the manifests name, that a registry has, and whose record names the repository."},
		{ID: observation.PackagesLatestDays, Name: "Days since a package was published", Kind: observation.KindNumber, Unit: observation.UnitDays,
			Merge: observation.MergeMain, Reference: reference, Means: "Days from the newest of the latest versions of its own packages to the day of asking."},
		{ID: observation.PackagesDeprecated, Name: "Packages deprecated", Kind: observation.KindList, Merge: observation.MergeUnion, Reference: reference,
			Means: "Packages of its own whose latest version is marked as deprecated in the registry, with the reason that is given there."},
		{ID: observation.PackagesDependents, Name: "Packages that depend on its latest version", Kind: observation.KindNumber, Unit: observation.UnitPackages,
			Merge: observation.MergeMax, Reference: "https://docs.deps.dev/api/v3alpha/#getdependents",
			Means: "Packages that depend, directly or not, on the latest version of its most used package, by deps.dev's experimental v3alpha. " +
				"Who uses an older version is not counted: it is the least."},
		{ID: observation.PackagesLibyears, Name: "Libyears", Kind: observation.KindNumber, Unit: observation.UnitYears, Merge: observation.MergeMax,
			Reference: "https://chaoss.community/kb/metric-libyears/",
			Means:     "Years between the versions that it uses and the latest ones, added up over the packages that it asks for itself and needs when it runs."},
		{ID: observation.PackagesDependenciesOld, Name: "Unmaintained dependencies", Kind: observation.KindNumber, Unit: observation.UnitPackages,
			Merge: observation.MergeMax, Reference: reference,
			Means: "Packages that it asks for itself and needs when it runs, of which no version was published in the last two years."},
		{ID: observation.PackagesDependenciesDeprecated, Name: "Deprecated dependencies", Kind: observation.KindNumber, Unit: observation.UnitPackages,
			Merge: observation.MergeMax, Reference: "https://docs.deps.dev/api/v3alpha/#getversionbatch",
			Means: "Packages that it asks for itself and needs when it runs, whose latest version is marked as deprecated in the registry."},
	}
}

var (
	ofOwn = []string{observation.PackagesPublished, observation.PackagesLatestDays, observation.PackagesDeprecated, observation.PackagesDependents}
	ofUse = []string{observation.PackagesLibyears, observation.PackagesDependenciesOld, observation.PackagesDependenciesDeprecated}
)

// depsDevAnswer is what deps.dev said of the packages of a repository, in the form in which
// it is kept.
type depsDevAnswer struct {
	Named     int               `json:"named"` // packages that manifests name as its own
	OwnUnread *observation.Note `json:"ownUnread,omitempty"`
	Own       []ownFact         `json:"own,omitempty"`

	Uses       []usedFact        `json:"uses,omitempty"`
	Left       int               `json:"left,omitempty"` // packages that it uses and that were not asked about
	UsesUnread *observation.Note `json:"usesUnread,omitempty"`

	// AlphaFailure says why v3alpha did not tell what only it does.
	AlphaFailure *observation.Note `json:"alphaFailure,omitempty"`

	partial bool
}

// ownFact is a package of the repository's own.
type ownFact struct {
	Name string `json:"name"`
	// Known means that deps.dev knows it, Ours that the registry's record names the
	// repository.
	Known      bool      `json:"known"`
	Ours       bool      `json:"ours"`
	Latest     string    `json:"latest,omitempty"`
	LatestAt   time.Time `json:"latestAt,omitzero"`
	Deprecated *bool     `json:"deprecated,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Dependents *int      `json:"dependents,omitempty"`
	// Failure says why who depends on it was not told.
	Failure *observation.Note `json:"failure,omitempty"`
}

// usedFact is a package that the repository uses. A time is zero where it is not known.
type usedFact struct {
	Name       string    `json:"name"`
	Version    string    `json:"version"`
	At         time.Time `json:"at,omitzero"`
	Latest     string    `json:"latest,omitempty"`
	LatestAt   time.Time `json:"latestAt,omitzero"`
	NewestAt   time.Time `json:"newestAt,omitzero"`
	Deprecated *bool     `json:"deprecated,omitempty"`
	Reason     string    `json:"reason,omitempty"` // of the deprecation
}

// Measures implements scanners.Source.
func (s *DepsDev) Measures(kept scanners.Answer, _ time.Time) ([]observation.Measure, []observation.Note) {
	var a depsDevAnswer
	set := scanners.NewMeasureSet(s.Definitions(), depsDevSource)
	if err := json.Unmarshal(kept.Document, &a); err != nil {
		return set.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	if a.Named > 0 {
		a.own(set, kept.Asked)
	} else {
		set.Unnamed(a.OwnUnread, noneNamed, ofOwn...)
	}
	a.uses(set, kept.Asked)
	all := set.All(observation.CauseUnsupported, "deps.dev's answer does not say it")
	for i, m := range all {
		if m.State == observation.Measured && (m.ID == observation.PackagesDependents || m.ID == observation.PackagesDependenciesDeprecated ||
			m.ID == observation.PackagesDeprecated) {
			all[i].Source = alphaSource
		}
	}
	return all, nil
}

// own measures what the repository publishes.
func (a depsDevAnswer) own(set *scanners.MeasureSet, asked time.Time) {
	var ours []ownFact
	foreign := 0
	for _, f := range a.Own {
		switch {
		case f.Known && f.Ours:
			ours = append(ours, f)
		case f.Known:
			foreign++
		}
	}
	switch {
	case len(ours) > 0:
		a.published(set, ours, asked)
	case a.AlphaFailure != nil:
		set.Unknown(a.AlphaFailure.Cause, a.AlphaFailure.Message, ofOwn...)
	case foreign > 0:
		set.Unknown(observation.CauseNoSource, "the records of the registries name another repository, or none", ofOwn...)
	default:
		set.Unknown(observation.CauseNotFound, "no registry that deps.dev reads has a package of the name that a manifest gives; new ones come late", ofOwn...)
	}
}

// published measures packages that are the repository's own.
func (a depsDevAnswer) published(set *scanners.MeasureSet, ours []ownFact, asked time.Time) {
	bound := observation.Exact
	if a.OwnUnread != nil || len(ours) < a.Named {
		bound = observation.AtLeast
	}
	set.SayBound(observation.PackagesPublished, len(ours), bound, "", asked)
	var newest time.Time
	var deprecated []string
	most, first, unsaid := -1, "", 0
	failure := a.AlphaFailure
	for _, f := range ours {
		if f.LatestAt.After(newest) {
			newest = f.LatestAt
		}
		switch {
		case f.Deprecated == nil:
			unsaid++
		case *f.Deprecated && f.Reason != "":
			deprecated = append(deprecated, f.Name+": "+f.Reason)
		case *f.Deprecated:
			deprecated = append(deprecated, f.Name)
		}
		if f.Dependents != nil && *f.Dependents > most {
			most, first = *f.Dependents, f.Name
		}
		if f.Failure != nil {
			failure = f.Failure
		}
	}
	if !newest.IsZero() {
		set.Say(observation.PackagesLatestDays, daysBetween(newest, asked), asked)
	}
	slices.Sort(deprecated)
	if unsaid < len(ours) {
		if unsaid > 0 {
			bound = observation.AtLeast
		}
		set.SayBound(observation.PackagesDeprecated, deprecated, bound, "", asked)
	} else if a.AlphaFailure != nil {
		set.Unknown(a.AlphaFailure.Cause, a.AlphaFailure.Message, observation.PackagesDeprecated)
	}
	switch {
	case most >= 0:
		set.SayBound(observation.PackagesDependents, most, observation.AtLeast, first, asked)
	case failure != nil:
		set.Unknown(failure.Cause, failure.Message, observation.PackagesDependents)
	default:
		set.Unknown(observation.CauseUnsupported, "deps.dev does not resolve who depends on packages of this registry", observation.PackagesDependents)
	}
}

func daysBetween(from, to time.Time) int { return int(max(0, to.Sub(from)) / (24 * time.Hour)) }

// year is the mean one, and unmaintained how long ago the newest version of a package is of
// which nobody is taken to care.
const (
	year         = 365.25 * 24 * float64(time.Hour)
	unmaintained = 2 // years
)

// uses measures the packages that the repository uses.
func (a depsDevAnswer) uses(set *scanners.MeasureSet, asked time.Time) {
	all := len(a.Uses) + a.Left
	switch {
	case a.UsesUnread != nil:
		set.Unknown(a.UsesUnread.Cause, a.UsesUnread.Message, ofUse...)
		return
	case all == 0:
		set.NotApplicable("it asks for no package that it needs when it runs", ofUse...)
		return
	}
	behind, dated, newestKnown, deprecationKnown := 0.0, 0, 0, 0
	var old, deprecated []string
	for _, u := range a.Uses {
		if !u.At.IsZero() && !u.LatestAt.IsZero() {
			dated++
			behind += max(0, float64(u.LatestAt.Sub(u.At))) / year
		}
		if !u.NewestAt.IsZero() {
			newestKnown++
			if u.NewestAt.Before(asked.AddDate(-unmaintained, 0, 0)) {
				old = append(old, u.Name)
			}
		}
		if u.Deprecated != nil {
			deprecationKnown++
			if *u.Deprecated {
				deprecated = append(deprecated, u.Name)
			}
		}
	}
	a.sayUse(set, observation.PackagesLibyears, math.Round(behind*10)/10, dated, all, nil, asked)
	a.sayUse(set, observation.PackagesDependenciesOld, float64(len(old)), newestKnown, all, old, asked)
	a.sayUse(set, observation.PackagesDependenciesDeprecated, float64(len(deprecated)), deprecationKnown, all, deprecated, asked)
	if deprecationKnown == 0 && a.AlphaFailure != nil {
		set.Unknown(a.AlphaFailure.Cause, a.AlphaFailure.Message, observation.PackagesDependenciesDeprecated)
	}
}

// sayUse measures a number over the packages that are known, which is the least where some
// are not.
func (a depsDevAnswer) sayUse(set *scanners.MeasureSet, id string, value float64, known, all int, names []string, asked time.Time) {
	detail, bound := fmt.Sprintf("of %d packages", all), observation.Exact
	if known < all {
		detail, bound = fmt.Sprintf("of %d of %d packages", known, all), observation.AtLeast
	}
	switch {
	case known == 0:
		set.Unknown(observation.CauseNotFound, fmt.Sprintf("deps.dev does not know it of any of %d packages", all), id)
		return
	case len(names) > 0:
		detail += ": " + someOf(names)
	}
	set.SayBound(id, value, bound, detail, asked)
}
