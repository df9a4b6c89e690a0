package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

var today = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

const tide = "https://github.com/coast/tide"

// platform answers like Open Collective, from a table of accounts by their names. Beside it
// stand texts by their paths.
type platform struct {
	*httptest.Server
	accounts map[string]any
	errors   []any
	status   int
	headers  map[string]string
	raw      string // in place of an answer
	texts    map[string]string
	queries  []string
	tokens   []string
	paths    []string
}

var askedAlias = regexp.MustCompile(`(a\d+): account\(slug: \$(n\d+), throwIfMissing: false\)`)

func newPlatform(t *testing.T) *platform {
	p := &platform{accounts: map[string]any{}, texts: map[string]string{}, headers: map[string]string{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "midspan/test" {
			t.Errorf("the user agent is %q", r.Header.Get("User-Agent"))
		}
		p.paths = append(p.paths, r.URL.Path)
		if r.URL.Path != "/graphql/v2" {
			text, known := p.texts[r.URL.Path]
			if !known || r.Header.Get("Personal-Token") != "" {
				w.WriteHeader(http.StatusNotFound)
			}
			fmt.Fprint(w, text)
			return
		}
		for name, value := range p.headers {
			w.Header().Set(name, value)
		}
		if p.status != 0 {
			w.WriteHeader(p.status)
			return
		}
		if p.raw != "" {
			fmt.Fprint(w, p.raw)
			return
		}
		var asked struct {
			Query     string
			Variables map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		p.queries, p.tokens = append(p.queries, asked.Query), append(p.tokens, r.Header.Get("Personal-Token"))
		if from := asked.Variables["from"]; from != "2025-06-30T12:00:00Z" {
			t.Errorf("asked from %v on", from)
		}
		data := map[string]any{}
		for _, m := range askedAlias.FindAllStringSubmatch(asked.Query, -1) {
			data[m[1]] = p.accounts[fmt.Sprint(asked.Variables[m[2]])]
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "errors": p.errors})
	}))
	t.Cleanup(p.Close)
	return p
}

// account is one, as Open Collective writes it. cents below zero leaves out what came.
func account(kind string, cents, contributions int) map[string]any {
	stats := map[string]any{"contributionsCount": contributions}
	if cents >= 0 {
		stats["totalAmountReceived"] = map[string]any{"valueInCents": cents, "currency": "EUR"}
	}
	return map[string]any{"slug": "x", "type": kind, "stats": stats}
}

// trial asks about one repository.
type trial struct {
	t    *testing.T
	p    *platform
	now  time.Time
	last *scanners.Answer
}

// evidence is what the scanner says where all files were read.
var evidence = observation.Measure{ID: observation.FundingEvidence, State: observation.Measured, Value: []string{}}

func collectives(names ...string) (all []observation.Account) {
	for _, name := range names {
		all = append(all, observation.Account{Platform: observation.OpenCollective, Name: name, Path: "FUNDING.yml"})
	}
	return all
}

func (tr *trial) source() *Source {
	return New(Options{OpenCollective: tr.p.URL + "/graphql/v2", Token: "secret", Insecure: true, MaxWait: time.Millisecond})
}

func (tr *trial) ask(read observation.Measure, accounts []observation.Account) scanners.Reply {
	tr.t.Helper()
	reply, _ := scannertest.AskOne(tr.t, tr.source(), tr.now, tide, scanners.Question{Last: tr.last, Found: found(read, accounts)})
	if reply.Answer != nil {
		tr.last = reply.Answer
	}
	return reply
}

// want asks and compares measures, written in short. What is in private must not be kept.
func (tr *trial) want(reply scanners.Reply, failed observation.Cause, want map[string]string, private ...string) {
	tr.t.Helper()
	if failed != "" {
		if reply.Failure == nil || reply.Failure.Cause != failed || reply.Failure.Message == "" {
			tr.t.Fatalf("got %+v", reply)
		}
		return
	}
	if reply.Failure != nil {
		tr.t.Fatal(reply.Failure)
	}
	scannertest.WantShort(tr.t, tr.measures(reply.Answer), want)
	for _, text := range private {
		if strings.Contains(string(reply.Answer.Document), text) {
			tr.t.Errorf("%q is kept: %s", text, reply.Answer.Document)
		}
	}
}

func (tr *trial) measures(kept *scanners.Answer) map[string]observation.Measure {
	tr.t.Helper()
	return scannertest.MeasuresOf(tr.t, tr.source(), kept, tr.now)
}

func TestWhatCameToCollectivesIsTold(t *testing.T) {
	const names, came, amounts, counted, parents = observation.LedgerCollectives, observation.LedgerReceived, observation.LedgerAmounts12m,
		observation.LedgerContributions12m, observation.LedgerParents
	project := account("PROJECT", 0, 0)
	project["parent"] = map[string]any{"slug": "harbour"}
	unread := observation.Measure{ID: observation.FundingEvidence, State: observation.Unknown, Cause: observation.CauseBroken, Detail: "FUNDING.yml: no YAML"}
	for name, c := range map[string]struct {
		named  []string
		read   observation.Measure
		change func(*platform)
		failed observation.Cause // of the repository; empty where it is answered
		want   map[string]string
	}{
		"money came":                 {named: []string{"tide"}, want: map[string]string{names: "1", came: "true", amounts: "[opencollective.com/tide: 1234.50 EUR]", counted: "7", parents: "[]"}},
		"no money came":              {named: []string{"ebb"}, want: map[string]string{names: "1", came: "false", amounts: "[opencollective.com/ebb: 0.00 EUR]", counted: "0"}},
		"a project of another":       {named: []string{"pier"}, want: map[string]string{came: "false", parents: "[opencollective.com/harbour]"}},
		"two":                        {named: []string{"tide", "ebb"}, want: map[string]string{names: "2", came: "true", counted: "7"}},
		"what came is not said":      {named: []string{"fog"}, want: map[string]string{names: "1", came: "unknown: no-source", amounts: "unknown: unsupported", counted: "3"}},
		"no account named":           {want: map[string]string{names: "none", came: "none", observation.LedgerManifestIncome: "none"}},
		"files not read":             {read: unread, want: map[string]string{names: "unknown: broken-input", came: "unknown: broken-input"}},
		"one named, others not read": {named: []string{"ebb"}, read: unread, want: map[string]string{names: "≥ 1", came: "unknown: no-source", amounts: "≥ [opencollective.com/ebb: 0.00 EUR]"}},
		"not there":                  {named: []string{"gone"}, want: map[string]string{names: "0", came: "unknown: not-found"}},
		"a person's":                 {named: []string{"ann"}, want: map[string]string{names: "none", came: "none"}},
		"an organization's":          {named: []string{"corp"}, want: map[string]string{names: "unknown: no-source", came: "unknown: no-source"}},
		"another kind of number":     {named: []string{"tide"}, change: func(p *platform) { p.raw = `{"data":{"a0":{"type":"COLLECTIVE","stats":{"contributionsCount":"7"}}}}` }, failed: observation.CauseBroken},
		"a kind is missing":          {named: []string{"tide"}, change: func(p *platform) { p.raw = `{"data":{"a0":{"slug":"tide"}}}` }, failed: observation.CauseBroken},
		"nothing of it":              {named: []string{"tide"}, change: func(p *platform) { p.raw = `{"data":{}}` }, failed: observation.CauseBroken},
		"no data":                    {named: []string{"tide"}, change: func(p *platform) { p.raw = `{"errors":[{"message":"syntax"}]}` }, failed: observation.CauseBroken},
		"no JSON":                    {named: []string{"tide"}, change: func(p *platform) { p.raw = "<html>" }, failed: observation.CauseBroken},
		"refused":                    {named: []string{"tide"}, change: func(p *platform) { p.status = 403 }, failed: observation.CauseUnreachable},
		"not found":                  {named: []string{"tide"}, change: func(p *platform) { p.status = 404 }, failed: observation.CauseNotFound},
		"down":                       {named: []string{"tide"}, change: func(p *platform) { p.status = 503 }, failed: observation.CauseUnreachable},
		"a limit":                    {named: []string{"tide"}, change: func(p *platform) { p.status = 429; p.headers["Retry-After"] = "60" }, failed: observation.CauseOverLimit},
		"data beside an error": {named: []string{"tide", "rock"}, change: func(p *platform) {
			p.errors = []any{map[string]any{"message": "timeout", "path": []any{"a0"}}}
		}, want: map[string]string{names: "≥ 1", came: "true", amounts: "≥ [opencollective.com/tide: 1234.50 EUR]"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.accounts = map[string]any{"tide": account("COLLECTIVE", 123450, 7), "ebb": account("COLLECTIVE", 0, 0), "fog": account("FUND", -1, 3),
				"pier": project, "ann": account("INDIVIDUAL", 100, 1), "corp": account("ORGANIZATION", 100, 1)}
			if c.change != nil {
				c.change(p)
			}
			if c.read.ID == "" {
				c.read = evidence
			}
			tr := &trial{t: t, p: p, now: today}
			tr.want(tr.ask(c.read, collectives(c.named...)), c.failed, c.want, "ann")
			for _, token := range p.tokens {
				if token != "secret" {
					t.Errorf("sent the token %q", token)
				}
			}
		})
	}
}

func found(read observation.Measure, accounts []observation.Account) func(context.Context) (scanners.Found, error) {
	return func(context.Context) (scanners.Found, error) {
		return scanners.Found{Measures: []observation.Measure{read}, Accounts: accounts}, nil
	}
}

// TestWhatFailsIsTakenFromTheEarlierAnswerWithItsDay asks twice, of two collectives.
func TestWhatFailsIsTakenFromTheEarlierAnswerWithItsDay(t *testing.T) {
	p := newPlatform(t)
	p.accounts = map[string]any{"tide": account("COLLECTIVE", 100, 1), "ebb": account("COLLECTIVE", 0, 0)}
	tr := &trial{t: t, p: p, now: today}
	tr.ask(evidence, collectives("ebb", "tide"))
	p.raw = `{"data":{"a0":null,"a1":null},"errors":[{"message":"timeout","path":["a1"]}]}`
	tr.now = today.AddDate(0, 0, 3)
	reply := tr.ask(evidence, collectives("ebb", "tide"))
	if !reply.Answer.Partial {
		t.Error("the next run does not ask again")
	}
	m := tr.measures(reply.Answer)[observation.LedgerReceived]
	if scannertest.Short(m) != "true" || m.At.Format(time.DateOnly) != "2026-06-30" {
		t.Errorf("got %s of %s", scannertest.Short(m), m.At)
	}
	tr.now = today.AddDate(0, 2, 0)
	if m := tr.measures(reply.Answer)[observation.LedgerReceived]; scannertest.Short(m) != "unknown: stale" {
		t.Errorf("what is too old is %s", scannertest.Short(m))
	}
}

func TestManyCollectivesTakeFewRequests(t *testing.T) {
	p := newPlatform(t)
	var names []string
	for i := range 45 {
		names = append(names, fmt.Sprintf("c%02d", i))
		p.accounts[names[i]] = account("COLLECTIVE", 100, 1)
	}
	tr := &trial{t: t, p: p, now: today}
	tr.ask(evidence, collectives(names...))
	if len(p.queries) != 3 {
		t.Errorf("%d requests for 45 collectives", len(p.queries))
	}
}

func TestTokensComeFromTheEnvironment(t *testing.T) {
	for value, want := range map[string]string{"": "", " one\n": "one", "two words": "", "\x01": ""} {
		if got := TokenFrom(func(name string) string {
			if name == "OPENCOLLECTIVE_TOKEN" {
				return value
			}
			return ""
		}); got != want {
			t.Errorf("%q gives %q", value, got)
		}
	}
}
