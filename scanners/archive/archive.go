// Package archive asks Software Heritage whether it keeps a copy of a repository, and where.
// That matters where the repository itself is gone.
//
// It is asked of repositories that cannot be read where they are; a setting widens that to
// all. The archive answers some 120 requests an hour without a token. docs/sources.md says
// which answers were seen.
package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Name is the source's name.
const Name = "archive"

const (
	home     = "https://archive.softwareheritage.org"
	archiver = "Software Heritage"
	// standsFor is how long an answer stands: the archive visits a repository every few
	// weeks, and lets few requests pass in an hour.
	standsFor = 7 * 24 * time.Hour
)

// Options say where the archive is and who asks.
type Options struct {
	// Token is one of the archive's, which allows more requests; empty for none.
	Token string
	// Address is that of the archive; empty for its own.
	Address string
	// MaxWait is how long a limit on the rate is waited for; 0 for two minutes.
	MaxWait time.Duration
}

// Source is the source of what the archive keeps. It implements scanners.Rescuer.
type Source struct{ options Options }

var _ scanners.Rescuer = (*Source)(nil)

// New returns the source.
func New(options Options) *Source {
	options.Address = cmp.Or(options.Address, home)
	options.MaxWait = cmp.Or(options.MaxWait, service.MaxWait)
	return &Source{options}
}

// TokenFrom reads a token of the archive from the environment:
// MIDSPAN_SOFTWAREHERITAGE_TOKEN. What cannot stand in a header is none.
func TokenFrom(getenv func(string) string) string {
	if token := strings.TrimSpace(getenv("MIDSPAN_SOFTWAREHERITAGE_TOKEN")); service.IsToken(token) {
		return token
	}
	return ""
}

// Name implements scanners.Source.
func (*Source) Name() string { return Name }

// Version implements scanners.Source.
func (*Source) Version() string { return "1" }

// Rescues implements scanners.Rescuer.
func (*Source) Rescues() {}

// Describe implements scanners.Source.
func (s *Source) Describe() scanners.Description {
	asked := archiver + " is asked without a token, about repositories that cannot be read (--archive all: about all)"
	if s.options.Token != "" {
		asked = strings.Replace(asked, "without a token", "with a token", 1)
	}
	return scanners.Description{Tells: "whether a repository that is gone is kept elsewhere, and where", Services: []string{asked}}
}

// Definitions implements scanners.Source.
func (*Source) Definitions() []observation.Definition {
	const reference = "https://docs.softwareheritage.org/"
	return []observation.Definition{
		{ID: observation.ArchiveKept, Name: "Copy in the archive", Kind: observation.KindBool, Merge: observation.MergeAny, Reference: reference,
			Means: "Software Heritage keeps a copy of the repository. It is asked of those that cannot be read where they are."},
		{ID: observation.ArchiveVisitDays, Name: "Days since the archive's last visit", Kind: observation.KindNumber, Unit: observation.UnitDays,
			Merge: observation.MergeMin, Reference: reference, Means: "Whole days since Software Heritage last copied the repository."},
		{ID: observation.ArchiveAddress, Name: "Where the copy is", Kind: observation.KindText, Merge: observation.MergeMain, Reference: reference,
			Means: "The lasting address of the newest copy at Software Heritage."},
	}
}

// Excludes implements scanners.Source.
func (*Source) Excludes(r catalog.Repository) string { return scanners.ExcludesReserved(r) }

// Refuses implements scanners.Source.
func (*Source) Refuses(r catalog.Repository) *observation.Note {
	if refused := scanners.RefusesFolder(r, "ask the archive"); refused != nil {
		return refused
	}
	if u, err := url.Parse(r.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return &observation.Note{Cause: observation.CauseUnsupported, Subject: r.URL, Message: archiver + " knows repositories by their addresses of http"}
	}
	return nil
}

// answer is what the archive said, in the form in which it is kept.
type answer struct {
	Kept bool `json:"kept"`
	// Origin is the address under which it knows the repository, Snapshot the copy, and
	// Visited when it was made.
	Origin   string    `json:"origin,omitempty"`
	Snapshot string    `json:"snapshot,omitempty"`
	Visited  time.Time `json:"visited,omitzero"`
}

// Ask implements scanners.Source.
func (s *Source) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	header := http.Header{}
	if s.options.Token != "" {
		header.Set("Authorization", "Bearer "+s.options.Token)
	}
	api := &service.Service{HTTP: in.Client, Name: archiver, Now: in.Now, MaxWait: s.options.MaxWait, Header: header}
	done, said := 0, ""
	var stopped *observation.Note
	for _, q := range in.Questions {
		failure := stopped
		if q.Last != nil && in.Now().Sub(q.Last.Asked) < standsFor {
			if err := in.Reply(scanners.Reply{Repository: q.Repository, Answer: q.Last}); err != nil {
				return nil, err
			}
			continue
		}
		if failure == nil {
			a, err := s.lookUp(ctx, api, q.Repository)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err == nil {
				done++
				if err := in.Answered(q.Repository, a, in.Now(), false); err != nil {
					return nil, err
				}
				continue
			}
			failure = new(failureOf(api, err))
			if service.Blocks(err) {
				stopped = failure
			}
		}
		said = cmp.Or(said, "; "+failure.Message)
		if err := in.Unanswered(q.Repository, *failure); err != nil {
			return nil, err
		}
	}
	if api.Calls() == 0 {
		return nil, nil
	}
	return []string{fmt.Sprintf("%s: %d of %s answered, in %s%s", archiver, done, scanners.Count(len(in.Questions), "repository", "repositories"),
		scanners.Count(api.Calls(), "request", "requests"), said)}, nil
}

func failureOf(api *service.Service, err error) observation.Note {
	failure := api.Failure(err)
	if service.IsStatus(err, http.StatusUnauthorized) || service.IsStatus(err, http.StatusForbidden) {
		failure.Cause = observation.CauseNoToken
	}
	return failure
}

// lookUp asks about a repository by its address, and by the one with which it is cloned:
// the archive takes either as a repository of its own.
func (s *Source) lookUp(ctx context.Context, api *service.Service, r catalog.Repository) (answer, error) {
	address := strings.TrimSuffix(r.URL, "/")
	for _, origin := range []string{address, strings.TrimSuffix(address, ".git") + ".git"} {
		found, err := s.visit(ctx, api, origin)
		if err == nil || !service.IsStatus(err, http.StatusNotFound) {
			return found, err
		}
	}
	return answer{}, nil
}

// snapshotID is the SHA-1 of a copy, in hexadecimal digits.
var snapshotID = lazy.Pattern(`^[0-9a-f]{40}$`)

// visit asks for the newest visit of an address that made a copy
// (https://archive.softwareheritage.org/api/1/origin/visit/latest/doc/).
func (s *Source) visit(ctx context.Context, api *service.Service, origin string) (answer, error) {
	var visit struct {
		Date     time.Time `json:"date"`
		Snapshot string    `json:"snapshot"`
	}
	escaped := (&url.URL{Path: "/" + origin}).EscapedPath()
	if err := api.Get(ctx, s.options.Address+"/api/1/origin"+escaped+"/visit/latest/?require_snapshot=true", &visit); err != nil {
		return answer{}, err
	}
	if !snapshotID().MatchString(visit.Snapshot) || visit.Date.IsZero() {
		return answer{}, &service.ShapeError{Err: errors.New("it names no copy and no day")}
	}
	return answer{Kept: true, Origin: origin, Snapshot: visit.Snapshot, Visited: visit.Date.UTC()}, nil
}

// address is where a copy can be seen: a link by SWHID, which does not change
// (https://docs.softwareheritage.org/devel/swh-model/persistent-identifiers.html).
func (a answer) address() string {
	return home + "/swh:1:snp:" + a.Snapshot + ";origin=" + strings.NewReplacer(";", "%3B", "%", "%25").Replace(a.Origin)
}

// Measures implements scanners.Source.
func (s *Source) Measures(kept scanners.Answer, _ time.Time) ([]observation.Measure, []observation.Note) {
	set := scanners.NewMeasureSet(s.Definitions(), archiver)
	var a answer
	if json.Unmarshal(kept.Document, &a) != nil {
		return set.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	set.Say(observation.ArchiveKept, a.Kept, kept.Asked)
	if !a.Kept {
		set.NotApplicable("no copy is kept", observation.ArchiveVisitDays, observation.ArchiveAddress)
		return set.All(observation.CauseUnsupported, "the archive does not say it"), nil
	}
	days := int(max(0, kept.Asked.Sub(a.Visited)).Hours() / 24)
	set.SayBound(observation.ArchiveVisitDays, days, observation.Exact, "on "+a.Visited.Format(time.DateOnly), kept.Asked)
	set.Say(observation.ArchiveAddress, a.address(), kept.Asked)
	return set.All(observation.CauseUnsupported, "the archive does not say it"), []observation.Note{{Cause: observation.CauseRemark, Subject: a.Origin,
		Message: fmt.Sprintf("%s keeps a copy of %s: %s", archiver, a.Visited.Format(time.DateOnly), a.address())}}
}
