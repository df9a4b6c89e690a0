package forge

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// github asks GitHub's GraphQL API: facts of many repositories at once, and then the
// issues and changes of those in which something changed since they were last read.
type github struct {
	*session
	api     gitHubAPI
	rest    *session          // asks over REST, whose limits GitHub counts apart
	blocked *observation.Note // why nothing more is asked over REST
	dropped []string          // facts that GitHub no longer has
	refused int               // requests in a row that GitHub did not answer however little they asked
}

// maxRefused is after how many of these GitHub is taken to be down.
const maxRefused = 3

// gitHubAPI are the addresses of a GitHub: of its pages and of its two APIs.
type gitHubAPI struct{ web, graphQL, rest string }

func newGitHub(s *session, api gitHubAPI) *github {
	rest := &session{host: s.host, base: api.rest, in: s.in, options: s.options, tokens: newTokens(s.options.Tokens[s.host], s.in.Now)}
	return &github{session: s, api: api, rest: rest}
}

// subject is a repository in the course of being asked.
type subject struct {
	question scanners.Question
	asked    time.Time
	answer   answer
	failure  *observation.Note // nothing of it could be asked
	lists    *lists            // nil where the lists need not be read
}

func (g *github) ask(ctx context.Context, questions []scanners.Question) error {
	defer func() {
		g.calls += g.rest.calls
		g.failed = cmp.Or(g.failed, g.blocked)
	}()
	var stopped *observation.Note
	for batch := range slices.Chunk(questions, factsAtOnce) {
		var subjects []*subject
		for _, q := range batch {
			subjects = append(subjects, &subject{question: q, failure: stopped})
		}
		if stopped == nil {
			stopped = g.askFacts(ctx, subjects)
			if g.trusts && !slices.ContainsFunc(subjects, func(s *subject) bool { return s.failure == nil }) {
				return errDoubt
			}
			g.trusts = false
			if failed := g.askLists(ctx, subjects, stopped); stopped == nil {
				stopped = failed
			}
			g.askSecurity(ctx, subjects)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, s := range subjects {
			if err := g.reply(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *github) reply(s *subject) error {
	if s.failure != nil {
		return g.unanswered(s.question, *s.failure)
	}
	return g.answered(s.question, s.answer, s.asked)
}

// askFacts asks for the facts of repositories, fewer at once where GitHub does not
// answer. Its result says why nothing more need be asked, nil where more can be.
func (g *github) askFacts(ctx context.Context, subjects []*subject) *observation.Note {
	if len(subjects) == 0 {
		return nil
	}
	var all []selected
	for _, s := range subjects {
		all = append(all, selected{s.question.Repository.Owner, s.question.Repository.Path, without(g.dropped)})
	}
	reply, err := g.query(ctx, all)
	if errors.Is(err, service.ErrTooMuch) && len(subjects) > 1 {
		half := len(subjects) / 2
		if stopped := g.askFacts(ctx, subjects[:half]); stopped != nil {
			setFailure(subjects[half:], *stopped)
			return stopped
		}
		return g.askFacts(ctx, subjects[half:])
	}
	if err == nil && g.drop(reply.Errors) {
		return g.askFacts(ctx, subjects)
	}
	if err != nil {
		failure := failureOf(err, g.host)
		setFailure(subjects, failure)
		return g.stops(err, failure)
	}
	g.refused = 0
	for i, s := range subjects {
		s.asked = g.in.Now()
		g.readFacts(s, reply, fmt.Sprintf("r%d", i))
	}
	return nil
}

// stops decides whether an error ends the asking: one of the way to GitHub does, and that
// it answered too slowly too often in a row.
func (g *github) stops(err error, failure observation.Note) *observation.Note {
	if errors.Is(err, service.ErrTooMuch) {
		if g.refused++; g.refused < maxRefused {
			return nil
		}
	}
	return &failure
}

func setFailure(subjects []*subject, failure observation.Note) {
	for _, s := range subjects {
		s.failure = &failure
	}
}

// reply is an answer of the API. Data and errors may come together: an error names the
// part that is missing by its path, which begins with the alias of a repository.
type reply struct {
	Data   map[string]json.RawMessage
	Errors []apiError
}

type apiError struct {
	Type       string
	Message    string
	Path       []any
	Extensions struct{ Code, FieldName string }
}

// read decodes what an answer holds of a repository, or says why it cannot.
func (r reply) read(alias string, into any) *observation.Note {
	raw, there := r.Data[alias]
	if !there || string(raw) == "null" {
		failure := failureIn(r.Errors, alias)
		return &failure
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return &observation.Note{Cause: observation.CauseBroken,
			Message: "GitHub's answer is not in the form that it documents: " + observation.OneLine(observation.RedactQuoted(err.Error()))}
	}
	return nil
}

// of reports whether an error is about a repository.
func (e apiError) of(alias string) bool { return len(e.Path) > 0 && e.Path[0] == alias }

// query sends a request. service.ErrTooMuch means that less should be asked.
func (g *github) query(ctx context.Context, all []selected) (reply, error) {
	for attempt := 0; ; attempt++ {
		text, variables := queryOf(all)
		body, err := json.Marshal(map[string]any{"query": text, "variables": variables})
		if err != nil {
			return reply{}, err
		}
		data, _, err := g.send(ctx, "bearer", func(ctx context.Context) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.api.graphQL, bytes.NewReader(body))
			if err == nil {
				request.Header.Set("Content-Type", "application/json")
			}
			return request, err
		})
		if err != nil {
			return reply{}, err
		}
		read, err := g.decode(data)
		limit := slices.IndexFunc(read.Errors, func(e apiError) bool { return e.Type == "RATE_LIMITED" || e.Type == "RATE_LIMIT" })
		if err != nil || limit < 0 || len(read.Data) > 0 {
			return read, err
		}
		if until := g.tokens.exhaust(); attempt > len(g.tokens.list)+maxWaits {
			return reply{}, &service.LimitError{Name: g.host, Until: until}
		}
	}
}

// decode reads an answer. GitHub tells some of what was too much in the body of a 200.
func (g *github) decode(data []byte) (reply, error) {
	var read reply
	if err := json.Unmarshal(data, &read); err != nil {
		return read, fmt.Errorf("%w: %s", errNoGraphQL, observation.RedactQuoted(err.Error()))
	}
	var limit struct{ Cost int }
	if json.Unmarshal(read.Data["rateLimit"], &limit) == nil {
		g.points += max(limit.Cost, 0)
	}
	delete(read.Data, "rateLimit")
	if len(read.Data) == 0 && len(read.Errors) == 0 {
		return read, errors.New("the answer holds neither data nor errors")
	}
	for _, e := range read.Errors {
		tooLarge := e.Type == "MAX_NODE_LIMIT_EXCEEDED" || e.Type == "RESOURCE_LIMITS_EXCEEDED" || len(e.Path) == 0 && strings.Contains(e.Message, "timeout")
		if tooLarge {
			return read, service.ErrTooMuch
		}
	}
	return read, nil
}

// drop notes facts that GitHub says it does not have, and reports whether there are any
// that were asked.
func (g *github) drop(errs []apiError) bool {
	before := len(g.dropped)
	for _, e := range errs {
		if e.Extensions.Code != "undefinedField" {
			continue
		}
		name := e.Extensions.FieldName
		for _, field := range facts {
			if of := fieldName(field); (of == name || strings.Contains(field, "{"+name)) && !slices.Contains(g.dropped, of) {
				g.dropped = append(g.dropped, of)
			}
		}
	}
	return len(g.dropped) > before
}

// failureIn is what the errors say of a repository of which there are no data.
func failureIn(errs []apiError, alias string) observation.Note {
	at := slices.IndexFunc(errs, func(e apiError) bool { return e.of(alias) })
	if at < 0 {
		at = slices.IndexFunc(errs, func(e apiError) bool { return len(e.Path) == 0 })
	}
	if at < 0 {
		return observation.Note{Cause: observation.CauseUnreachable, Message: "GitHub's answer leaves the repository out"}
	}
	cause := observation.CauseUnreachable
	switch errs[at].Type {
	case "FORBIDDEN", "INSUFFICIENT_SCOPES":
		cause = observation.CauseNoToken
	case "NOT_FOUND":
		cause = observation.CauseNotFound
	}
	if errs[at].Extensions.Code != "" {
		cause = observation.CauseUnsupported // GitHub does not understand the question
	}
	return observation.Note{Cause: cause, Message: "GitHub: " + observation.OneLine(cmp.Or(errs[at].Message, errs[at].Type))}
}
