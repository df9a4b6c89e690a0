package advisory

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// Database is the source that is an index on disk.
type Database struct {
	*osvdb.Index
	notes []observation.Note
}

// Open opens an index that osvdb.Build wrote. beside are notes on what lies beside it and could
// not be read.
func Open(ctx context.Context, path string, beside ...observation.Note) (Database, error) {
	index, err := osvdb.Open(ctx, path)
	if err != nil {
		return Database{}, err
	}
	info, err := index.Info(ctx, time.Time{})
	if err != nil {
		return Database{}, errors.Join(err, index.Close())
	}
	// A report names files as they stand in the folder, wherever that lies on this machine.
	below := func(text string) string { return strings.ReplaceAll(text, info.Source+string(filepath.Separator), "") }
	for i, note := range info.Notes {
		info.Notes[i].Subject, info.Notes[i].Message = filepath.ToSlash(below(note.Subject)), below(note.Message)
	}
	return Database{index, append(info.Notes, beside...)}, nil
}

// Match looks up every package.
func (d Database) Match(ctx context.Context, packages []observation.Package) (Result, error) {
	return match(ctx, d.Index, packages)
}

// UnlistedMatcher returns Match.
func (d Database) UnlistedMatcher(ctx context.Context) func([]observation.Package) ([]observation.Finding, error) {
	return func(packages []observation.Package) ([]observation.Finding, error) {
		result, err := d.Match(ctx, packages)
		return result.Findings, err
	}
}

// Info describes the index.
func (d Database) Info(ctx context.Context, asOf time.Time) (Info, error) {
	info, err := d.Index.Info(ctx, asOf)
	return Info{Info: info}, err
}

// Notes tell what of the source of the index could not be read.
func (d Database) Notes() []observation.Note { return d.notes }

// ServiceName is the name of OSV's online service, and the setting that selects it.
const ServiceName = "osv.dev"

// Service is the source that is OSV's online service. It is for one goroutine.
type Service struct {
	matcher Matcher
	state   string
	notes   []observation.Note
}

// NewService returns the service for one run. Its data may change at any time, so no two
// runs have the same state. matcher sends the requests.
func NewService(matcher Matcher, run int64) *Service {
	return &Service{matcher: matcher, state: fmt.Sprintf("%s run=%d", ServiceName, run)}
}

// Match queries the service. Where it fails, the packages are unmatched, and a note is
// made once.
func (s *Service) Match(ctx context.Context, packages []observation.Package) (Result, error) {
	result, err := s.matcher.Match(ctx, packages)
	if err == nil || ctx.Err() != nil {
		return result, ctx.Err()
	}
	cause := observation.CauseUnreachable
	if errors.Is(err, fetch.ErrOffline) {
		cause = observation.CauseOffline
	}
	if len(s.notes) == 0 {
		s.notes = append(s.notes, observation.Note{Cause: cause, Subject: ServiceName,
			Message: fmt.Sprintf("the service did not answer, so findings are unknown; run again, or name a database with --advisories: %v", err)})
	}
	return Unmatchable(packages, cause), nil
}

// UnlistedMatcher returns nil: the service is queried for listed packages only.
func (*Service) UnlistedMatcher(context.Context) func([]observation.Package) ([]observation.Finding, error) {
	return nil
}

// Fingerprint names the run.
func (s *Service) Fingerprint() string { return s.state }

// State names the run.
func (s *Service) State(string) string { return s.state }

// ChangedSince returns nil: the service does not tell what changed.
func (*Service) ChangedSince(context.Context, string, string) (func(string) bool, error) {
	return nil, nil
}

// Info holds the name of the service alone.
func (*Service) Info(context.Context, time.Time) (Info, error) {
	return Info{Service: ServiceName}, nil
}

// Notes tell that a query failed.
func (s *Service) Notes() []observation.Note { return s.notes }

// Close does nothing.
func (*Service) Close() error { return nil }

// None is the source that has no advisories: every package is unknown to it.
type None struct {
	// Reason tells why there is no other source.
	Reason observation.Note
}

// Match leaves every package unmatched.
func (None) Match(ctx context.Context, packages []observation.Package) (Result, error) {
	return match(ctx, nil, packages)
}

// UnlistedMatcher returns a function that finds nothing.
func (None) UnlistedMatcher(context.Context) func([]observation.Package) ([]observation.Finding, error) {
	return func([]observation.Package) ([]observation.Finding, error) { return nil, nil }
}

// Fingerprint is the same for all sources without advisories.
func (None) Fingerprint() string { return "none" }

// State is empty for every ecosystem.
func (None) State(string) string { return "" }

// ChangedSince returns nil: nothing is known to be unchanged.
func (None) ChangedSince(context.Context, string, string) (func(string) bool, error) { return nil, nil }

// Info is empty.
func (None) Info(context.Context, time.Time) (Info, error) { return Info{}, nil }

// Notes returns the reason.
func (n None) Notes() []observation.Note { return []observation.Note{n.Reason} }

// Close does nothing.
func (None) Close() error { return nil }
