package scanners

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// Bounded asks a service through ask, within a time where that is not 0. Where ask does not
// come to its end, by the time or by a panic over an answer, it replies so about what is
// left of the questions, and returns why.
func (in Asking) Bounded(ctx context.Context, name string, within time.Duration, ask func(context.Context, Asking) error) (*observation.Note, error) {
	replied := map[string]bool{}
	asking := in
	asking.Reply = func(reply Reply) error {
		replied[reply.Repository.URL] = true
		return in.Reply(reply)
	}
	failed, err := service.Bounded(ctx, name, within, func(ctx context.Context) error { return ask(ctx, asking) })
	if failed == nil {
		return nil, err
	}
	for _, q := range in.Questions {
		if replied[q.Repository.URL] {
			continue
		}
		if err := in.Unanswered(q.Repository, *failed); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// Answered replies with an answer about a repository, which is kept as JSON. partial means
// that a part could not be asked.
func (in Asking) Answered(r catalog.Repository, document any, asked time.Time, partial bool) error {
	text, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("keep the answer about %s: %w", r.URL, err)
	}
	return in.Reply(Reply{Repository: r, Answer: &Answer{Asked: asked, Document: text, Partial: partial}})
}

// Unanswered replies with the reason for which there is no answer about a repository.
func (in Asking) Unanswered(r catalog.Repository, failure observation.Note) error {
	failure.Subject = r.URL
	return in.Reply(Reply{Repository: r, Failure: &failure})
}

// LastAnswer is what was kept of an earlier answer; zero where there is none that can be
// read.
func LastAnswer[T any](q Question) T {
	var last, none T
	if q.Last == nil || json.Unmarshal(q.Last.Document, &last) != nil {
		return none
	}
	return last
}

// ExcludesReserved says why no service on the network can know anything of a repository:
// its host has a name that no public host has. It is empty where one may.
func ExcludesReserved(r catalog.Repository) string {
	if fetch.IsReserved(r.Host) {
		return r.Host + " is no public host"
	}
	return ""
}

// RefusesFolder says why nobody is asked about a folder of this machine: what it holds may
// be nobody else's business. It is nil for what has an address; to is what that serves for
// ("ask its forge").
func RefusesFolder(r catalog.Repository, to string) *observation.Note {
	if r.Host != "" {
		return nil
	}
	return &observation.Note{Cause: observation.CauseNotAsked, Subject: r.URL,
		Message: "it is a folder of this machine: check the repository by its address to " + to}
}

// IsAddressOf reports whether an address, as a record elsewhere writes it, is that of a
// repository.
func IsAddressOf(address string, r catalog.Repository) bool {
	named, _, err := catalog.ParseRepository(address, catalog.Declared)
	return err == nil && named.Key() == r.Key()
}
