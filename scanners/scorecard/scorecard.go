// Package scorecard reads the posture of a snapshot: the checks of OpenSSF
// Scorecard that need nothing but the files of a repository, run by
// Scorecard's own library over the tree of a commit.
//
// It must not know the network. A check whose input lies with a forge, or
// whose files the mirror lacks, is unknown with its cause: never a zero, and
// never a ten.
package scorecard

import (
	"context"
	"fmt"
	"strings"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"
	docs "github.com/ossf/scorecard/v5/docs/checks"
	library "github.com/ossf/scorecard/v5/pkg/scorecard"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// libraryVersion is the version of Scorecard in go.mod; a test keeps them
// equal. revision counts changes of this package that can change a result.
const (
	libraryVersion = "v5.5.0"
	revision       = "10"
)

// Scanner runs the file checks of Scorecard. It holds no state of a scan and
// is safe for concurrent use.
type Scanner struct {
	docs      docs.Doc
	functions checker.CheckNameToFnMap
}

var _ scanners.Scanner = (*Scanner)(nil)

// New prepares the scanner. The first call in a process switches off registry
// access for the whole of it, as disableRegistries explains.
func New() (*Scanner, error) {
	disableRegistries()
	documentation, err := docs.Read()
	if err != nil {
		return nil, fmt.Errorf("read the documentation of Scorecard's checks: %w", err)
	}
	s := &Scanner{docs: documentation, functions: checks.GetAllWithExperimental()}
	for _, spec := range fileChecks() {
		if spec.run == nil && s.functions[spec.name].Fn == nil {
			return nil, fmt.Errorf("the Scorecard library %s has no check %q: compare fileChecks with its list", libraryVersion, spec.name)
		}
	}
	return s, nil
}

// Name implements scanners.Scanner.
func (*Scanner) Name() string { return "scorecard" }

// Version implements scanners.Scanner.
func (*Scanner) Version() string { return libraryVersion + "-" + revision }

// Configuration implements scanners.Scanner: nothing can be set.
func (*Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: the files of a commit stay. The
// check that depends on the date is a scanner of its own, package maintained.
func (*Scanner) DependsOnTime() bool { return false }

// Definitions implements scanners.Scanner: the aggregate, then one measure for
// each check in the order of the checks.
func (s *Scanner) Definitions() []observation.Definition {
	definitions := []observation.Definition{scoreDefinition}
	for _, spec := range fileChecks() {
		definitions = append(definitions, s.definition(spec.name, "from the repository's files alone"))
	}
	for _, absent := range absentChecks {
		definitions = append(definitions, s.definition(absent.name, absent.detail))
	}
	return definitions
}

var scoreDefinition = observation.Definition{
	ID: observation.PostureScore, Name: "Score of security practices", Kind: observation.KindNumber,
	Unit: observation.UnitPointsOf10, Merge: observation.MergeMain,
	Means: "Mean of the file checks that could be judged, each weighted by Scorecard's own risk class; " +
		"of the main repository, so that a good does not look weaker because its entry also lists a demo or a website.",
	Reference: "https://github.com/ossf/scorecard#aggregate-score",
}

func (s *Scanner) definition(check, how string) observation.Definition {
	return observation.Definition{
		ID: measureID(check), Name: "Scorecard: " + check, Kind: observation.KindNumber, Unit: observation.UnitPointsOf10, Merge: observation.MergeMain,
		Means:     fmt.Sprintf("Score of OpenSSF Scorecard's check %s: %s; of the main repository.", check, how),
		Reference: s.docURL(check),
	}
}

func measureID(check string) string { return observation.PosturePrefix + strings.ToLower(check) }

// docURL is the documentation of a check at the version of the library.
func (s *Scanner) docURL(check string) string {
	doc, err := s.docs.GetCheck(check)
	if err != nil {
		return ""
	}
	return doc.GetDocumentationURL(libraryVersion)
}

// Scan implements scanners.Scanner. It returns an error only where ctx ended.
func (s *Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	result := observation.Observation{Scanner: s.Name(), Version: s.Version()}
	files := listTree(in.Snapshot)
	if note := files.readAll(ctx); note != nil {
		result.Notes = append(result.Notes, *note)
	}
	source := fmt.Sprintf("OpenSSF Scorecard %s over the files of commit %.12s", libraryVersion, in.Snapshot.Commit())
	var judged []checker.CheckResult
	var measures []observation.Measure
	result.Posture = files.facts(ctx)
	for _, spec := range fileChecks() {
		found := s.runCheck(ctx, spec, in, files)
		check := heldAgainstPipelines(s.check(spec, found), files)
		if check.State == observation.Measured {
			judged = append(judged, found.CheckResult)
		}
		result.Checks = append(result.Checks, check)
		addFacts(result.Posture, check, found)
		measures = append(measures, s.measure(check, source, in, spec.caveats(found)...))
	}
	for _, absent := range absentChecks {
		check := s.absent(absent)
		result.Checks = append(result.Checks, check)
		measures = append(measures, s.measure(check, source, in))
	}
	result.Measures = append([]observation.Measure{s.score(result.Checks, judged, source, in)}, measures...)
	// A check that ctx interrupted is not a result to keep.
	return result, ctx.Err()
}

// measure repeats a check as a measure; caveats qualify its value.
func (s *Scanner) measure(check observation.Check, source string, in scanners.Input, caveats ...string) observation.Measure {
	definition := observation.Definition{ID: measureID(check.Name), Unit: observation.UnitPointsOf10}
	switch check.State {
	case observation.NotApplicable:
		return definition.NotApplicableFor(check.Reason)
	case observation.Unknown:
		return definition.UnknownFor(check.Cause, check.Reason)
	}
	measure := definition.Of(check.Score, source, in.At)
	measure.Detail = strings.Join(append([]string{check.Reason}, caveats...), "; ")
	return measure
}

// score is Scorecard's aggregate over the file checks that could be judged.
func (s *Scanner) score(all []observation.Check, judged []checker.CheckResult, source string, in scanners.Input) observation.Measure {
	counts := map[observation.State]int{}
	for _, check := range all {
		counts[check.State]++
	}
	detail := fmt.Sprintf("%d of Scorecard's %d checks; %d do not apply here, the others need what was not read",
		len(judged), len(s.functions), counts[observation.NotApplicable])
	aggregate := library.Result{Checks: judged}
	value, err := aggregate.GetAggregateScore(s.docs)
	switch {
	case err != nil:
		return scoreDefinition.UnknownFor(observation.CauseScannerFailed, observation.OneLine(err.Error()))
	case len(judged) == 0:
		return scoreDefinition.UnknownFor(observation.CauseNoSource, "no check could be judged")
	}
	measure := scoreDefinition.Of(float64(int(value*10+0.5))/10, source, in.At) // one decimal, as Scorecard prints it
	measure.Detail = detail
	return measure
}
