package archive

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

var today = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

const (
	tide     = "https://forge.coast.org/coast/tide"
	snapshot = "1a8893e6a86f444e8be8e7bda6cb34fb1735a00e"
)

// visitOf is an answer in the shape that the archive documents.
func visitOf(date, snapshot string) string {
	return fmt.Sprintf(`{"date":%q,"origin":"x","origin_url":"y","snapshot":%s,"snapshot_url":"z","status":"full","type":"git","visit":12,"metadata":{}}`, date, snapshot)
}

// kept answers with what the archive has, by the address of the repository.
type kept struct {
	*httptest.Server
	visits map[string]string
	status int
	header http.Header
	calls  []string
	tokens []string
}

func newKept(t *testing.T, visits map[string]string) *kept {
	k := &kept{visits: visits}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.calls, k.tokens = append(k.calls, r.URL.RequestURI()), append(k.tokens, r.Header.Get("Authorization"))
		for name, values := range k.header {
			w.Header()[name] = values
		}
		if k.status != 0 {
			w.WriteHeader(k.status)
			return
		}
		origin, whole := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/api/1/origin/"), "/visit/latest/")
		if !whole || r.URL.Query().Get("require_snapshot") != "true" {
			t.Errorf("asked %s", r.URL)
		}
		visit, known := k.visits[origin]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			visit = `{"exception":"NotFoundExc","reason":"No visit for origin found"}`
		}
		fmt.Fprint(w, visit)
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *kept) source() *Source { return New(Options{Address: k.URL, MaxWait: time.Millisecond}) }

func TestACopyInTheArchiveIsTold(t *testing.T) {
	good := visitOf("2026-05-01T08:00:00.5+00:00", `"`+snapshot+`"`)
	for name, c := range map[string]struct {
		visits  map[string]string
		want    map[string]string
		address string
	}{
		"kept": {map[string]string{tide: good}, map[string]string{observation.ArchiveKept: "true", observation.ArchiveVisitDays: "60",
			observation.ArchiveAddress: home + "/swh:1:snp:" + snapshot + ";origin=" + tide}, tide},
		"kept under the address to clone": {map[string]string{tide + ".git": good}, map[string]string{observation.ArchiveKept: "true",
			observation.ArchiveAddress: home + "/swh:1:snp:" + snapshot + ";origin=" + tide + ".git"}, tide + ".git"},
		"not kept": {nil, map[string]string{observation.ArchiveKept: "false", observation.ArchiveVisitDays: "none", observation.ArchiveAddress: "none"}, ""},
		"visited later than the clock says": {map[string]string{tide: visitOf("2026-07-09T08:00:00Z", `"`+snapshot+`"`)},
			map[string]string{observation.ArchiveKept: "true", observation.ArchiveVisitDays: "0"}, tide},
	} {
		t.Run(name, func(t *testing.T) {
			s := newKept(t, c.visits).source()
			reply, tried := scannertest.AskOne(t, s, today, tide, scanners.Question{})
			if reply.Answer == nil || len(tried) != 1 {
				t.Fatalf("%+v, tried %q", reply.Failure, tried)
			}
			scannertest.WantShort(t, scannertest.MeasuresOf(t, s, reply.Answer, today), c.want)
			_, notes := s.Measures(*reply.Answer, today)
			if (len(notes) == 1) != (c.address != "") || len(notes) == 1 && (notes[0].Subject != c.address || !strings.Contains(notes[0].Message, "of 2026-0")) {
				t.Errorf("notes %+v", notes)
			}
		})
	}
}

func TestWhatTheArchiveDoesNotSayIsUnknownWithItsCause(t *testing.T) {
	for name, c := range map[string]struct {
		visit  string
		status int
		header http.Header
		want   observation.Cause
	}{
		"refused":                       {status: http.StatusForbidden, want: observation.CauseNoToken},
		"a sign-in":                     {status: http.StatusUnauthorized, want: observation.CauseNoToken},
		"rate-limited":                  {status: http.StatusTooManyRequests, header: http.Header{"X-Ratelimit-Reset": {fmt.Sprint(time.Now().Add(time.Hour).Unix())}}, want: observation.CauseOverLimit},
		"no end named":                  {status: http.StatusTooManyRequests, want: observation.CauseOverLimit},
		"down":                          {status: http.StatusServiceUnavailable, want: observation.CauseUnreachable},
		"too slow":                      {status: http.StatusBadGateway, want: observation.CauseUnreachable},
		"no JSON":                       {visit: "<html>", want: observation.CauseBroken},
		"another type":                  {visit: `{"date":7,"snapshot":"x"}`, want: observation.CauseBroken},
		"no snapshot":                   {visit: visitOf("2026-05-01T08:00:00Z", "null"), want: observation.CauseBroken},
		"a snapshot that is an address": {visit: visitOf("2026-05-01T08:00:00Z", `"../../evil"`), want: observation.CauseBroken},
		"no day":                        {visit: `{"snapshot":"` + snapshot + `"}`, want: observation.CauseBroken},
		"enormous":                      {visit: `{"snapshot":"` + strings.Repeat("x", 17<<20) + `"}`, want: observation.CauseUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKept(t, map[string]string{tide: c.visit})
			k.status, k.header = c.status, c.header
			reply, tried := scannertest.AskOne(t, k.source(), today, tide, scanners.Question{})
			if reply.Failure == nil || reply.Failure.Cause != c.want || reply.Failure.Message == "" || reply.Failure.Subject != tide {
				t.Errorf("got %+v", reply)
			}
			if len(tried) != 1 || !strings.Contains(tried[0], "0 of 1 repository answered") {
				t.Errorf("tried %q", tried)
			}
		})
	}
}

func TestTheArchiveIsNotAskedAgainForAWeekNorPastItsLimit(t *testing.T) {
	k := newKept(t, nil)
	first, _ := scannertest.AskOne(t, k.source(), today, tide, scanners.Question{})
	calls := len(k.calls)
	again, tried := scannertest.AskOne(t, k.source(), today.AddDate(0, 0, 6), tide, scanners.Question{Last: first.Answer})
	if len(k.calls) != calls || again.Answer != first.Answer || len(tried) != 0 {
		t.Errorf("asked %q, tried %q", k.calls, tried)
	}
	if scannertest.AskOne(t, k.source(), today.AddDate(0, 0, 8), tide, scanners.Question{Last: first.Answer}); len(k.calls) == calls {
		t.Error("after a week it is not asked again")
	}
	k.status, k.header = http.StatusTooManyRequests, http.Header{"Retry-After": {"600"}}
	var questions []scanners.Question
	for _, name := range []string{"one", "two", "three"} {
		r, _, _ := catalog.ParseRepository("https://forge.coast.org/coast/"+name, catalog.Declared)
		questions = append(questions, scanners.Question{Repository: r})
	}
	k.calls = nil
	failed := 0
	_, err := k.source().Ask(t.Context(), scanners.Asking{Client: fetch.Client(fetch.Options{AllowPrivate: true, Handled: []int{429, 502, 504}}),
		Now: func() time.Time { return today }, Questions: questions, Reply: func(r scanners.Reply) error {
			if r.Failure != nil && r.Failure.Cause == observation.CauseOverLimit {
				failed++
			}
			return nil
		}})
	if err != nil || failed != 3 || len(k.calls) != 1 {
		t.Errorf("%d failed, asked %q, %v", failed, k.calls, err)
	}
}

func TestATokenOfTheArchiveGoesToItAlone(t *testing.T) {
	elsewhere := newKept(t, nil)
	k := newKept(t, nil)
	k.Config.Handler = http.RedirectHandler(elsewhere.URL+"/api/1/origin/"+tide+"/visit/latest/?require_snapshot=true", http.StatusFound)
	s := New(Options{Address: k.URL, Token: "secret"})
	scannertest.AskOne(t, s, today, tide, scanners.Question{})
	if slices.Contains(elsewhere.tokens, "Bearer secret") || len(elsewhere.tokens) == 0 {
		t.Errorf("sent elsewhere: %q", elsewhere.tokens)
	}
	for value, want := range map[string]string{" one ": "one", "": "", "a b": "", "a\nb": ""} {
		got := TokenFrom(func(name string) string {
			if name == "MIDSPAN_SOFTWAREHERITAGE_TOKEN" {
				return value
			}
			return ""
		})
		if got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}

func TestWhatTheArchiveCannotKnowIsNotAsked(t *testing.T) {
	for address, want := range map[string]observation.Cause{tide: "", "git://forge.coast.org/coast/tide": observation.CauseUnsupported,
		"https://ann:word@forge.coast.org/coast/tide": observation.CauseUnsupported} {
		refused := New(Options{}).Refuses(catalog.Repository{URL: address, Host: "forge.coast.org"})
		if (refused == nil) != (want == "") || refused != nil && refused.Cause != want {
			t.Errorf("%s: %+v", address, refused)
		}
	}
	if refused := New(Options{}).Refuses(catalog.Repository{URL: "/srv/tide"}); refused == nil || refused.Cause != observation.CauseNotAsked {
		t.Errorf("a folder of this machine: %+v", refused)
	}
	if r, _, _ := catalog.ParseRepository("https://forge.example/a/b", catalog.Declared); New(Options{}).Excludes(r) == "" {
		t.Error("a reserved name is asked about")
	}
}
