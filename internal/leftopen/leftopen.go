// Package leftopen says whether a repository left serious fixes open for a year: whether, at
// the end of two years that were replayed, something that it runs on had a critical or high
// advisory with a fix, known and listed for more than 365 days. It is asked as what became of
// a repository after a day of the past; docs/backtest.md has the meaning and the limits.
//
// It knows no clock.
package leftopen

import (
	"context"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/observation"
)

// Why is why it cannot be told.
type Why string

// The causes.
const (
	NothingListed Why = "nothing-listed" // no manifest or lockfile listed what runs
	NotMatched    Why = "not-matched"    // of what runs, nothing could be matched
	YoungDatabase Why = "young-database" // no record of its ecosystems was a year old at the end
	NotRead       Why = "not-read"       // the mirror lacks the lockfiles, or they are over a limit
	// Undecided: none was seen open, but one without a date or a rating may be.
	Undecided Why = backtest.FixesUndecided
)

// Database is a matcher that knows how far its records go back; advisory.Database
// implements it.
type Database interface {
	advisory.Matcher
	// State is empty where there are no advisories of an ecosystem, by its base name.
	State(ecosystem string) string
	// KnewBy reports whether a record of an ecosystem was published by a day.
	KnewBy(ctx context.Context, ecosystem string, day time.Time) (bool, error)
}

// Answer is one answer: Open, or Why there is none.
type Answer struct {
	Open *bool
	Why  Why
	// Partly means that none was seen open, and that some of what runs could not be matched.
	Partly bool
}

// Of answers for days of the past: whether, at its end, serious fixes were open for a year in
// a repository of which something that ran could be matched on that day.
func Of(ctx context.Context, past observation.Past, database Database, days []time.Time) ([]Answer, error) {
	a := asking{database: database, reaches: map[string]bool{}, year: past.Until.AddDate(-1, 0, 0)}
	end, err := a.atEnd(ctx, past)
	if err != nil {
		return nil, err
	}
	all := make([]Answer, len(days))
	for i, day := range days {
		then, err := a.read(ctx, running(past, day))
		switch {
		case err != nil:
			return nil, err
		case then.why != "":
			all[i] = Answer{Why: then.why}
		default:
			all[i] = end
		}
	}
	return all, nil
}

type asking struct {
	database Database
	reaches  map[string]bool // the ecosystems that were asked, by their base names
	year     time.Time       // a year before the end
}

// atEnd is the answer at the end, whatever was listed on an earlier day.
func (a asking) atEnd(ctx context.Context, past observation.Past) (Answer, error) {
	var listed []observation.Package
	for _, p := range past.Packages {
		listed = append(listed, packageOf(p))
	}
	result, err := a.database.Match(ctx, listed)
	if err != nil {
		return Answer{}, err
	}
	history := exposure.Of(past, result.Findings)
	if open := history.Year > 0; open {
		return Answer{Open: &open}, nil
	}
	now, err := a.read(ctx, running(past, past.Until))
	switch {
	case err != nil:
		return Answer{}, err
	case now.why != "":
		return Answer{Why: now.why}, nil
	case history.Undated > 0 || past.Unread > 0 || history.UnratedYear > 0:
		return Answer{Why: Undecided}, nil
	}
	open := false
	return Answer{Open: &open, Partly: now.unmatched > 0}, nil
}

// reading is how many packages could not be matched; why is set where none could.
type reading struct {
	why       Why
	unmatched int
}

// read counts what of some packages could be matched, by records that reach back a year
// before the end.
func (a asking) read(ctx context.Context, packages []observation.Package) (reading, error) {
	if len(packages) == 0 {
		return reading{why: NothingListed}, nil
	}
	var reached []observation.Package
	distinct, young := map[observation.Coordinate]bool{}, false
	for _, p := range packages {
		base, _, _ := strings.Cut(p.Ecosystem, ":")
		reaches, err := a.reachesBack(ctx, base)
		if err != nil {
			return reading{}, err
		}
		if !reaches {
			young = young || a.database.State(base) != ""
			continue
		}
		reached = append(reached, p)
		distinct[observation.Coordinate{Ecosystem: p.Ecosystem, Name: observation.NormalName(p.Ecosystem, p.Name), Version: p.Version}] = true
	}
	result, err := a.database.Match(ctx, reached)
	if err != nil {
		return reading{}, err
	}
	found := reading{unmatched: len(packages) - len(reached)}
	refused := 0
	for _, u := range result.Unmatched {
		refused += u.Packages
	}
	found.unmatched += refused
	switch {
	case refused < len(distinct):
	case young:
		found.why = YoungDatabase
	default:
		found.why = NotMatched
	}
	return found, nil
}

func (a asking) reachesBack(ctx context.Context, ecosystem string) (bool, error) {
	if reaches, asked := a.reaches[ecosystem]; asked {
		return reaches, nil
	}
	reaches, err := a.database.KnewBy(ctx, ecosystem, a.year)
	if err == nil {
		a.reaches[ecosystem] = reaches
	}
	return reaches, err
}

// running are the packages that were listed on a day for more than building and testing.
func running(past observation.Past, day time.Time) []observation.Package {
	var all []observation.Package
	for _, i := range past.RunningAt(day) {
		all = append(all, packageOf(past.Packages[i]))
	}
	return all
}

func packageOf(p observation.PastPackage) observation.Package {
	return observation.Package{Ecosystem: p.Ecosystem, Name: p.Name, Version: p.Version}
}
