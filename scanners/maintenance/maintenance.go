// Package maintenance reads people and momentum from the history of a
// repository: who has come, stayed and left, and how lively it is.
//
// It counts people and never lists them. Names and addresses are read from
// git, turned into numbers as they stream by, and appear in no measure, note,
// error or log. It knows nothing of files, forges or verdicts.
package maintenance

import (
	"context"
	"fmt"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Name is the scanner's name.
const Name = "maintenance"

// version changes with every change of what is counted: a rule of identity, an
// entry in the list of bots, a window.
const version = "16"

// Scanner reads history. The zero value is ready.
type Scanner struct{}

var _ scanners.OwnerReader = Scanner{}

// New returns the scanner.
func New() Scanner { return Scanner{} }

// Name implements scanners.Scanner.
func (Scanner) Name() string { return Name }

// Version implements scanners.Scanner.
func (Scanner) Version() string { return version }

// Configuration implements scanners.Scanner; there is none.
func (Scanner) Configuration() string { return "" }

// DependsOnTime implements scanners.Scanner: every window ends at Input.At.
func (Scanner) DependsOnTime() bool { return true }

// ReadsOwner implements scanners.OwnerReader: an owner's people are known by their mail.
func (Scanner) ReadsOwner() {}

// Wants implements scanners.Scanner: history alone is read.
func (Scanner) Wants(gitrepo.File) gitrepo.Want { return gitrepo.Unwanted }

// Definitions implements scanners.Scanner.
func (Scanner) Definitions() []observation.Definition {
	all := measures()
	definitions := make([]observation.Definition, len(all))
	for i, m := range all {
		definitions[i] = m.Definition
	}
	return definitions
}

// Scan implements scanners.Scanner. Where the history is not whole, every
// measure is unknown; the activity of the months after the cut is not.
func (s Scanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	result := observation.Observation{Scanner: Name, Version: version}
	history, err := Read(ctx, in.Snapshot, in.At, OwnerOf(in.Repository))
	if ctx.Err() != nil {
		return result, ctx.Err()
	}
	if err != nil {
		for _, d := range s.Definitions() {
			result.Measures = append(result.Measures, d.UnknownFor(gitrepo.CauseOf(err), err.Error()))
		}
		if !in.Snapshot.Shallow() { // a shallow snapshot has a note of its own
			result.Notes = []observation.Note{{Cause: gitrepo.CauseOf(err), Subject: in.Snapshot.Commit(), Message: err.Error()}}
		}
		result.Activity = new(partialActivity(ctx, in.Snapshot, in.At, gitrepo.CauseOf(err)))
		return result, ctx.Err()
	}
	if size := in.Snapshot.LargeMailmap(); size > 0 {
		result.Notes = append(result.Notes, observation.Note{Cause: observation.CauseOverLimit, Subject: ".mailmap",
			Message: fmt.Sprintf("it has %d bytes, more than are read: people are told apart by what their commits say alone", size)})
	}
	result.Measures = history.Measures(in.At)
	result.Activity = new(history.Activity(in.At))
	return result, nil
}
