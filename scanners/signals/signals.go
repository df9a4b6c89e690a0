// Package signals reads from the files of a repository and from its catalog entry
// what they state about funding, adoption, licence, governance, the end of life
// and the names of its packages.
//
// It reads a closed list of files of HEAD's tree. It publishes which platforms,
// licences and kinds of file it saw, never the account, name or address of a
// person. The accounts at which money comes in are kept for the sources that ask about
// them. It knows nothing of the people in the history, of forges or of verdicts.
package signals

import (
	"context"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Name is the scanner's name.
const Name = "signals"

// version changes with every change of which files are read or how.
const version = "14"

// Scanner reads signals. The zero value is ready.
type Scanner struct{}

var _ scanners.CatalogScanner = Scanner{}

// New returns the scanner.
func New() Scanner { return Scanner{} }

// Name implements scanners.Scanner.
func (Scanner) Name() string { return Name }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return version }

// Configuration implements scanners.Scanner; there is none.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: contracts end, and licences
// changed so many days ago.
func (Scanner) DependsOnTime() bool { return true }

// Scan implements scanners.Scanner.
func (Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	files := newTree(in.Snapshot)
	out := newMeasureSet(definitions(), in.At)
	declared := readPubliccode(files)
	readme := readReadme(files)

	accounts := scanFunding(out, files, declared, readme)
	scanAcknowledgement(out, files, readme)
	if err := scanLicense(ctx, out, files, readme, in); err != nil {
		return observation.Observation{}, err
	}
	scanGovernance(out, files)
	scanNamed(out, files)
	scanLifecycle(out, files, declared, readme, in.Repository)
	scanModelCard(out, files, readme)
	scanPackages(out, files)
	scanAdoption(out, files, in.Snapshot.Files())
	writeOffered(out, &out.measures[out.index[observation.IdentityPackages]])
	return observation.Observation{Scanner: Name, Version: version, Measures: out.measures, Accounts: accounts, Notes: declared.notes}, ctx.Err()
}

// measureSet collects the measures of one scan in the order of their definitions.
type measureSet struct {
	at       time.Time
	index    map[string]int
	defs     []observation.Definition
	measures []observation.Measure
}

func newMeasureSet(defs []observation.Definition, at time.Time) *measureSet {
	s := &measureSet{at: at, defs: defs, index: map[string]int{}, measures: make([]observation.Measure, len(defs))}
	for i, d := range defs {
		s.index[d.ID] = i
	}
	return s
}

// measured returns the measure that was written, to qualify it.
func (s *measureSet) measured(id string, value any, source string) *observation.Measure {
	i := s.index[id]
	if list, ok := value.([]string); ok && list == nil {
		value = []string{} // none, which JSON must not leave out
	}
	s.measures[i] = s.defs[i].Of(value, source, s.at)
	return &s.measures[i]
}

func (s *measureSet) unknown(id string, cause observation.Cause, detail string) {
	i := s.index[id]
	s.measures[i] = s.defs[i].UnknownFor(cause, detail)
}

// unreadable makes a measure unknown because a file could not be read.
func (s *measureSet) unreadable(id string, err error) {
	cause, detail := causeAndDetail(err)
	s.unknown(id, cause, detail)
}

func (s *measureSet) notApplicable(id, detail string) {
	i := s.index[id]
	s.measures[i] = s.defs[i].NotApplicableFor(detail)
}
