package leftopen

import (
	"context"
	"slices"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/child"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv/replay"
)

// Reader asks repositories of the past. Any number of goroutines may use it.
type Reader struct {
	database Database
	replayer scanners.Scanner
	timeout  time.Duration // of one repository
}

// NewReader returns a reader of advisories, with the scanner that replays, found by its name
// among those that are known. It is nil where the advisories are no database, with why in
// words.
func NewReader(source advisory.Source, known []scanners.Scanner, timeout time.Duration) (*Reader, string) {
	i := slices.IndexFunc(known, func(s scanners.Scanner) bool { return s.Name() == replay.Name })
	database, ok := source.(Database)
	switch {
	case i < 0:
		return nil, "no scanner replays lockfiles"
	case ok:
		return &Reader{database, known[i], timeout}, ""
	}
	for _, note := range source.Notes() {
		return nil, note.Message
	}
	return nil, "the past of many repositories is not asked of a service; name a database"
}

// Add adds to the points of a repository whether serious fixes were left open at the end.
// Errors are those of the database and of a context that ended: what a mirror does not tell is
// counted with the points.
func (r *Reader) Add(ctx context.Context, reader child.Reader, dir string, repository catalog.Repository, end time.Time, points []backtest.StagePoint) error {
	if len(points) == 0 {
		return nil
	}
	past := r.replay(ctx, reader, dir, repository, end)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	days := make([]time.Time, len(points))
	for i, point := range points {
		days[i] = backtest.MonthsFrom(end, -point.Months)
	}
	answers := slices.Repeat([]Answer{{Why: NotRead}}, len(points))
	if past != nil {
		var err error
		if answers, err = Of(ctx, *past, r.database, days); err != nil {
			return err
		}
	}
	for i, answer := range answers {
		points[i].FixesUntold, points[i].FixesPartly = string(answer.Why), answer.Partly
		if answer.Open != nil {
			points[i].Fates[backtest.FixesLeft] = *answer.Open
		}
	}
	return nil
}

// replay reads what a repository listed in the two years until a time; nil where the mirror
// does not tell.
func (r *Reader) replay(ctx context.Context, reader child.Reader, dir string, repository catalog.Repository, end time.Time) *observation.Past {
	open, err := reader.Open(ctx, dir, end, r.timeout)
	if err != nil {
		return nil
	}
	defer open.Close()
	result, err := open.Scan(r.replayer, repository, end)
	if err != nil {
		return nil
	}
	return result.Past
}
