package functions

import (
	"context"
	"errors"
	"time"

	"github.com/midspan/midspan/internal/functions"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/maintenance"
)

// Past is who carried which function, at any time of the history of a repository. People are
// numbers, those of the whole history: who is known today to be one was one then.
type Past struct {
	people maintenance.People
	events []event
}

// ReadPast reads the whole history of a snapshot until a time. It compares the trees of every
// commit. Errors carry their cause (see gitrepo.CauseOf).
func ReadPast(ctx context.Context, snapshot *gitrepo.Snapshot, owner maintenance.Owner, until time.Time) (*Past, error) {
	if snapshot.Shallow() {
		return nil, &gitrepo.Error{Cause: observation.CauseMissingObjects, Op: "read the history of", Subject: snapshot.Commit(),
			Err: errors.New("it was cut off (a shallow clone)")}
	}
	paths, err := parseTable(tableText)
	if err != nil {
		return nil, err
	}
	p := &Past{people: maintenance.NewPeople(owner)}
	y := newYear(p.people)
	y.record = func(e event) { p.events = append(p.events, e) }
	if err := y.readCommits(ctx, snapshot, paths, time.Unix(0, 0), until); err != nil {
		return nil, err
	}
	y.readTags(ctx, snapshot, time.Unix(0, 0), until)
	if y.tagsErr != nil {
		return nil, y.tagsErr
	}
	return p, nil
}

// At counts the functions at a time, in the 12 months before it: those that one person alone
// carried with three commits or releases or more, those that one person alone carried however
// often, and all that anybody carried. Where it is not wholly seen who did, none counts.
func (p *Past) At(at time.Time) (alone, byOne, all int) {
	y := newYear(p.people)
	from := maintenance.YearBefore(at)
	for _, e := range p.events {
		if !e.when.After(at) && (e.what == taggedEver || e.when.After(from)) {
			y.apply(e)
		}
	}
	y.joinPeople()
	for i, f := range functions.All() {
		t := y.tally(f, i)
		if t.unknown != "" || t.hidden != "" || len(t.counts) == 0 {
			continue
		}
		all++
		if len(t.counts) == 1 {
			byOne++
			if t.done >= fewestToRest {
				alone++
			}
		}
	}
	return alone, byOne, all
}
