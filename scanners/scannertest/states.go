package scannertest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Faults stands before a server on this machine: it notes what is asked, and answers one
// kind of request, or all, in place of the server.
type Faults struct {
	// Key names a request of a kind; nil takes its method and path.
	Key   func(r *http.Request, body string) string
	mu    sync.Mutex
	calls map[string]bool
	at    string // the kind of request that is answered; "*" for all, "" for none
	with  http.HandlerFunc
}

// Before puts the faults before a server.
func (f *Faults) Before(server *httptest.Server) {
	f.calls = map[string]bool{}
	next := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		key := r.Method + " " + r.URL.Path
		if f.Key != nil {
			key = f.Key(r, string(body))
		}
		f.mu.Lock()
		f.calls[key] = true
		failing := f.with != nil && (f.at == "*" || f.at == key)
		f.mu.Unlock()
		if failing {
			f.with(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// faults are the ways in which a server does not tell, each with the causes that say so.
var faults = map[string]struct {
	answer http.HandlerFunc
	causes []observation.Cause
}{
	"refused": {func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"no"}`)
	},
		[]observation.Cause{observation.CauseNoToken, observation.CauseUnreachable}},
	"malformed": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Sign in</html>") }, []observation.Cause{observation.CauseBroken}},
	"of another type": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[7]`) },
		[]observation.Cause{observation.CauseBroken}},
	"rate-limited": {func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	}, []observation.Cause{observation.CauseOverLimit}},
	// An object that says nothing is not the same as one that says no.
	"hollow": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) },
		[]observation.Cause{observation.CauseBroken, observation.CauseUnsupported, observation.CauseNotFound, observation.CauseNoSource, observation.CauseUnreachable}},
}

// States is a source at which every measure is driven through what a service may answer.
type States struct {
	// Of makes the source, before a server in a state, with the question. The faults stand
	// before the server.
	Of func(t *testing.T, state string, faults *Faults) (scanners.Source, string, scanners.Question)
	// Of each state what every measure is, in short. In the state Present each has a value.
	Tables map[string]map[string]string
	// Except are causes that are right where a kind of request fails: "GET /x refused".
	Except map[string][]observation.Cause
	// Partly means that the service does not know some measures at all: another one does.
	Partly bool
	// Derived are measures that are made of others, and change with them. Skip are faults that
	// are left out.
	Derived, Skip []string
}

// Present is the state in which the server knows everything.
const Present = "present"

// Drive asks in each state, and once for each kind of request and each fault. It fails where a
// measure of the definitions is not in a table, or is anything but its value or unknown with
// the cause of the fault.
func (s States) Drive(t *testing.T, now time.Time) {
	t.Helper()
	keys := []string{"*"}
	for _, state := range slices.Sorted(maps.Keys(s.Tables)) {
		asked := s.plain(t, now, state)
		if state == Present {
			keys = append(asked, keys...)
		}
	}
	for id, want := range s.Tables[Present] {
		if !s.Partly && (strings.HasPrefix(want, "unknown") || want == "none") {
			t.Errorf("%s is never seen present: %s", id, want)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		if slices.Contains(s.Skip, name) {
			continue
		}
		for _, at := range keys {
			t.Run(at+" "+name, func(t *testing.T) { s.fail(t, now, at, name) })
		}
	}
}

// plain compares what a server without faults tells, and returns the kinds of its requests.
func (s States) plain(t *testing.T, now time.Time, state string) []string {
	t.Helper()
	f, want := &Faults{}, s.Tables[state]
	source, address, question := s.Of(t, state, f)
	for _, d := range source.Definitions() {
		if _, covered := want[d.ID]; !covered {
			t.Errorf("%s is not in the table %s", d.ID, state)
		}
	}
	if len(want) != len(source.Definitions()) {
		t.Errorf("%d measures are in the table %s, %d are defined", len(want), state, len(source.Definitions()))
	}
	WantShort(t, s.measures(t, source, address, question, now), want)
	return slices.Sorted(maps.Keys(f.calls))
}

func (s States) fail(t *testing.T, now time.Time, at, name string) {
	f := &Faults{}
	source, address, question := s.Of(t, Present, f)
	f.at, f.with = at, faults[name].answer
	unknown := 0
	for id, m := range s.measures(t, source, address, question, now) {
		got := Short(m)
		causes := append(slices.Clone(faults[name].causes), s.Except[at+" "+name]...)
		switch {
		case at != "*" && slices.Contains(s.Derived, id):
		case got == s.Tables[Present][id] && (at != "*" || s.Partly && (m.State != observation.Measured)):
		case m.State == observation.Unknown && slices.Contains(causes, m.Cause) && m.Detail != "":
			unknown++
		case m.State == observation.Unknown:
			t.Errorf("%s is %s (%s), want one of %q", id, got, m.Detail, causes)
		case at == "*" && name != "hollow":
			t.Errorf("%s is %s although nobody told", id, got)
		case got != s.Tables[Present][id] && m.Bound == observation.Exact:
			t.Errorf("%s is %s (%s), and was %s before the answer failed", id, got, m.Detail, s.Tables[Present][id])
		}
	}
	if unknown == 0 && at == "*" {
		t.Error("nothing is unknown")
	}
}

// measures are what a run makes of a reply: where there is no answer, all are unknown.
func (s States) measures(t *testing.T, source scanners.Source, address string, q scanners.Question, now time.Time) map[string]observation.Measure {
	t.Helper()
	reply, _ := AskOne(t, source, now, address, q)
	if reply.Answer != nil {
		return MeasuresOf(t, source, reply.Answer, now)
	}
	all := map[string]observation.Measure{}
	for _, d := range source.Definitions() {
		all[d.ID] = d.UnknownFor(reply.Failure.Cause, reply.Failure.Message)
	}
	return all
}
