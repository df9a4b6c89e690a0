// Package functions counts who carries which function of the upkeep of a repository: how
// many people released it, merged, or changed its tests in 12 months, and how many of them
// made half of it. docs/functions.md says what belongs to a function.
//
// It counts people and never lists them. It reads commits, tags and the names of files, and
// no contents. It runs where the setting functions asks for it: comparing the trees of a year
// costs more than a tenth of all else that a run does.
package functions

import (
	"context"
	"errors"
	"fmt"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/earlier"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
)

// Name is the scanner's name.
const Name = "maintenance/functions"

// version changes with every change of what is counted, the table of paths included.
const version = "3"

// fewestToRest is how many commits or releases a function needs in 12 months before it is
// counted as resting on one person: of one or two, somebody always made all.
const fewestToRest = 3

// Scanner reads who carries which function. The zero value is ready.
type Scanner struct{}

var (
	_ scanners.OwnerReader   = Scanner{}
	_ scanners.EarlierReader = Scanner{}
)

// Name implements scanners.Scanner.
func (Scanner) Name() string { return Name }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return version }

// Configuration implements scanners.Scanner; there is none.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: the window ends at Input.At.
func (Scanner) DependsOnTime() bool { return true }

// ReadsOwner implements scanners.OwnerReader: some machines bear the owner's name.
func (Scanner) ReadsOwner() {}

// Wants implements scanners.Scanner: history alone is read.
func (Scanner) Wants(gitrepo.File) gitrepo.Want { return gitrepo.Unwanted }

// Earlier implements scanners.EarlierReader: the commits of 12 months are compared.
func (Scanner) Earlier() earlier.Wanted { return earlier.Wanted{Months: 12} }

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition {
	var all []observation.Definition
	for i := range people {
		all = append(all, people[i], absences[i])
	}
	return append(all, botDependencies, onOnePerson, aloneNamed, signedOff, firstOrganization, dataCommits)
}

// Scan implements scanners.Scanner. Where the history or its trees are not whole, every
// measure is unknown.
func (s Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	result := observation.Observation{Scanner: Name, Version: version}
	var work *year
	err := error(&gitrepo.Error{Cause: observation.CauseMissingObjects, Op: "read the history of", Subject: in.Snapshot.Commit(),
		Err: errors.New("it was cut off (a shallow clone); fetch the whole history")})
	if !in.Snapshot.Shallow() {
		work, err = read(ctx, in)
	}
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	if err != nil {
		detail := "the commits of 12 months cannot be compared"
		if e, typed := errors.AsType[*gitrepo.Error](err); typed && e.Cause == observation.CauseMissingObjects {
			detail += ": the mirror lacks their trees"
		}
		for _, d := range s.Definitions() {
			result.Measures = append(result.Measures, d.UnknownFor(gitrepo.CauseOf(err), detail))
		}
		return result, nil
	}
	result.Measures = work.measures(fmt.Sprintf("git history of %.12s", in.Snapshot.Commit()), in)
	return result, nil
}

// measures makes the measures of what was read.
func (y *year) measures(source string, in scanners.Input) []observation.Measure {
	var all []observation.Measure
	alone := []string{}
	unknown, known := 0, 0
	for i, f := range functions.All() {
		d, t := people[i], y.tally(f, i)
		switch {
		case t.unknown != "":
			unknown++
			all = append(all, d.UnknownFor(t.cause, t.unknown), absences[i].UnknownFor(t.cause, t.unknown))
			continue
		case t.absent != "":
			all = append(all, d.NotApplicableFor(t.absent), absences[i].NotApplicableFor(t.absent))
			continue
		}
		m := d.Of(len(t.counts), source, in.At)
		m.Detail = t.hidden
		half := absences[i].Of(maintenance.Fewest(t.counts), source, in.At)
		if len(t.counts) == 0 {
			half = absences[i].NotApplicableFor("no person did any of it in the last 12 months")
		}
		if t.hidden != "" {
			m.Bound = observation.AtLeast
			half = absences[i].UnknownFor(observation.CauseNoSource, t.hidden)
			unknown++
		} else if known++; len(t.counts) == 1 && t.done >= fewestToRest {
			alone = append(alone, string(f))
		}
		all = append(all, m, half)
	}
	bots := botDependencies.Of(y.bots[indexOf(functions.Dependencies)], source, in.At)
	all = append(append(all, bots), restOnOne(alone, unknown, known, source, in)...)
	return append(all, y.beside.measures(source, in)...)
}

// restOnOne are the count and the list of functions that rest on one person.
func restOnOne(alone []string, unknown, known int, source string, in scanners.Input) []observation.Measure {
	switch {
	case known == 0 && unknown > 0:
		why := "of no function is it seen who carried it"
		return []observation.Measure{onOnePerson.UnknownFor(observation.CauseNoSource, why), aloneNamed.UnknownFor(observation.CauseNoSource, why)}
	case known == 0:
		why := "nothing of it is a function that is known"
		return []observation.Measure{onOnePerson.NotApplicableFor(why), aloneNamed.NotApplicableFor(why)}
	}
	both := []observation.Measure{onOnePerson.Of(len(alone), source, in.At), aloneNamed.Of(alone, source, in.At)}
	if unknown > 0 {
		for i := range both {
			both[i].Bound = observation.AtLeast
			both[i].Detail = "who carried " + scanners.Count(unknown, "other function", "other functions") + " is not wholly seen"
		}
	}
	return both
}
