package live

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

var today = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

const tool = "https://github.com/coast/tool"

type object = map[string]any

// gitHub answers Scorecard's client as GitHub documents its two APIs.
type gitHub struct {
	*httptest.Server
	t        *testing.T
	mu       sync.Mutex
	calls    []string
	tokens   []string
	reviewed bool
	signed   bool
	// change answers in place of the server, where it returns true.
	change func(w http.ResponseWriter, r *http.Request) bool
}

func newGitHub(t *testing.T) *gitHub {
	g := &gitHub{t: t, reviewed: true, signed: true}
	g.Server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(g.Close)
	return g
}

func (g *gitHub) serve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls, g.tokens = append(g.calls, r.Method+" "+r.URL.Path), append(g.tokens, r.Header.Get("Authorization"))
	if g.change != nil && g.change(w, r) {
		return
	}
	body, _ := io.ReadAll(r.Body)
	var answer any
	switch query := string(body); {
	case r.URL.Path == "/repos/coast/tool":
		answer = object{"name": "tool", "default_branch": "main", "owner": object{"login": "coast"}, "created_at": "2020-01-01T00:00:00Z"}
	case r.URL.Path == "/repos/coast/tool/releases":
		assets := []any{object{"name": "tool.tar.gz", "browser_download_url": "x"}}
		if g.signed {
			assets = append(assets, object{"name": "tool.tar.gz.sig"})
		}
		answer = []any{object{"tag_name": "v1", "target_commitish": "main", "assets": assets}}
	case r.URL.Path == "/graphql" && strings.Contains(query, "checkSuites("):
		suites := object{"nodes": []any{object{"app": object{"slug": "github-actions"}, "conclusion": "SUCCESS", "status": "COMPLETED"}}}
		change := object{"headRefOid": "head1", "commits": object{"nodes": []any{object{"commit": object{"checkSuites": suites}}}}}
		answer = object{"data": object{"repository": object{"object": object{"history": object{"nodes": []any{
			object{"associatedPullRequests": object{"nodes": []any{change}}}}}}}}}
	case strings.HasPrefix(r.URL.Path, "/repos/coast/tool/commits/head1/status"):
		answer = []any{}
	case r.URL.Path == "/graphql" && strings.Contains(query, "history("):
		answer = object{"data": object{"repository": g.history()}}
	case r.URL.Path == "/graphql" && strings.Contains(query, "rulesets("):
		answer = object{"data": object{"repository": object{"defaultBranchRef": object{"name": "main"}, "rulesets": object{"nodes": []any{}}}}}
	case r.URL.Path == "/graphql":
		protected := object{"name": "main", "refUpdateRule": object{"allowsDeletions": false, "allowsForcePushes": false, "requiredApprovingReviewCount": 1}}
		field := "defaultBranchRef"
		if strings.Contains(query, "ref(") {
			field = "ref"
		}
		answer = object{"data": object{"repository": object{field: protected}}}
	default:
		w.WriteHeader(http.StatusNotFound)
		answer = object{"message": "Not Found"}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (g *gitHub) history() object {
	reviews := []any{}
	if g.reviewed {
		reviews = append(reviews, object{"state": "APPROVED", "author": object{"login": "bo"}})
	}
	commit := object{"committedDate": "2026-06-01T00:00:00Z", "message": "m", "oid": "c1", "author": object{"user": object{"login": "ann"}},
		"committer": object{"name": "ann", "user": object{"login": "ann"}}, "signature": object{},
		"associatedPullRequests": object{"nodes": []any{object{"repository": object{"name": "tool", "owner": object{"login": "coast"}},
			"author": object{"login": "ann"}, "number": 7, "headRefOid": "head1", "mergedAt": "2026-06-01T00:00:00Z", "labels": object{"nodes": []any{}},
			"reviews": object{"nodes": reviews}, "mergedBy": object{"login": "ann"}}}}}
	return object{"isArchived": false, "issues": object{"nodes": []any{}},
		"object": object{"history": object{"nodes": []any{commit}, "pageInfo": object{"hasNextPage": false}}}}
}

func (g *gitHub) source() *Source { return New(Options{Tokens: []string{"secret"}, Address: g.URL}) }

func TestWhatNoSnapshotShowsIsAskedOfGitHub(t *testing.T) {
	g := newGitHub(t)
	reply, tried := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{})
	if reply.Answer == nil || reply.Answer.Partial || len(tried) != 1 {
		t.Fatalf("%+v %s, tried %q", reply.Failure, reply.Answer.Document, tried)
	}
	scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), map[string]string{
		observation.PostureFullCodeReview: "10", observation.PostureFullCITests: "10", observation.PostureFullSignedReleases: "≥ 8",
		observation.PostureFullBranchProtection: "≥ 6",
	})
	if slices.ContainsFunc(g.tokens, func(sent string) bool { return sent != "Bearer secret" }) {
		t.Errorf("sent %q", g.tokens)
	}
	for _, call := range g.calls {
		if strings.Contains(call, "tarball") || strings.Contains(call, "contents") || strings.Contains(call, "/users/") {
			t.Errorf("asked %s: files and persons are not asked for", call)
		}
	}
	for _, word := range []string{"ann", "bo"} {
		if strings.Contains(string(reply.Answer.Document), `"`+word) {
			t.Errorf("kept: %s", reply.Answer.Document)
		}
	}
	calls := len(g.calls)
	again, _ := scannertest.AskOne(t, g.source(), today.AddDate(0, 0, 6), tool, scanners.Question{Last: reply.Answer})
	if len(g.calls) != calls || again.Answer != reply.Answer {
		t.Errorf("within a week it is asked again: %q", g.calls[calls:])
	}
	g.reviewed, g.signed = false, false
	reply, _ = scannertest.AskOne(t, g.source(), today, tool, scanners.Question{})
	scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), map[string]string{
		observation.PostureFullCodeReview: "0", observation.PostureFullSignedReleases: "≥ 0"})
}

func TestWhatGitHubDoesNotAnswerIsUnknownWithItsCause(t *testing.T) {
	status := func(code int, header http.Header, paths ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if len(paths) > 0 && !slices.Contains(paths, r.URL.Path) {
				return false
			}
			for name, values := range header {
				w.Header()[name] = values
			}
			w.WriteHeader(code)
			fmt.Fprint(w, `{"message":"no"}`)
			return true
		}
	}
	reset := http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {fmt.Sprint(time.Now().Add(time.Hour).Unix())}}
	for name, c := range map[string]struct {
		change func(http.ResponseWriter, *http.Request) bool
		failed observation.Cause // of the repository
		want   map[string]string // where it is answered
	}{
		"refused":          {status(http.StatusForbidden, nil), observation.CauseNoToken, nil},
		"a sign-in":        {status(http.StatusUnauthorized, nil), observation.CauseNoToken, nil},
		"gone":             {status(http.StatusNotFound, nil), observation.CauseNotFound, nil},
		"rate-limited":     {status(http.StatusTooManyRequests, http.Header{"Retry-After": {"600"}}), observation.CauseOverLimit, nil},
		"the limit is met": {status(http.StatusForbidden, reset), observation.CauseOverLimit, nil},
		"down":             {status(http.StatusServiceUnavailable, nil), observation.CauseUnreachable, nil},
		"no JSON":          {func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, "<html>"); return true }, observation.CauseBroken, nil},
		"releases refused": {status(http.StatusForbidden, nil, "/repos/coast/tool/releases"), "", map[string]string{observation.PostureFullSignedReleases: "unknown: no-token", observation.PostureFullCodeReview: "10"}},
		"GraphQL is broken": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/graphql" {
				fmt.Fprint(w, `{"data":7}`)
			}
			return r.URL.Path == "/graphql"
		}, "", map[string]string{observation.PostureFullCodeReview: "unknown: broken-input", observation.PostureFullSignedReleases: "≥ 8"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGitHub(t)
			g.change = c.change
			reply, tried := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{})
			if len(tried) != 1 {
				t.Errorf("tried %q", tried)
			}
			if c.failed != "" {
				if reply.Failure == nil || reply.Failure.Cause != c.failed || reply.Failure.Message == "" {
					t.Errorf("got %+v, want %s", reply.Failure, c.failed)
				}
				return
			}
			if reply.Answer == nil {
				t.Fatalf("%+v", reply.Failure)
			}
			scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), c.want)
		})
	}
}

func TestPastItsLimitTheNextTokenIsUsedAndThenNobodyIsAsked(t *testing.T) {
	g := newGitHub(t)
	g.change = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	var questions []scanners.Question
	for _, name := range []string{"one", "two", "three", "four"} {
		r, _, _ := catalog.ParseRepository("https://github.com/coast/"+name, catalog.Declared)
		questions = append(questions, scanners.Question{Repository: r})
	}
	failed := 0
	_, err := New(Options{Tokens: []string{"one", "two"}, Address: g.URL}).Ask(t.Context(), scanners.Asking{Now: func() time.Time { return today },
		Client: fetch.Client(fetch.Options{AllowPrivate: true, Handled: []int{429, 502, 504}}), Questions: questions,
		Reply: func(r scanners.Reply) error {
			if r.Failure != nil {
				failed++
			}
			return nil
		}})
	if err != nil || failed != 4 || !slices.Equal(g.tokens, []string{"Bearer one", "Bearer two"}) {
		t.Errorf("%d failed, sent %q, %v", failed, g.tokens, err)
	}
}

// TestATokenGoesNowhereElse lets the client, which obeys GH_HOST, ask another host.
func TestATokenGoesNowhereElse(t *testing.T) {
	t.Setenv("GH_HOST", "forge.coast.org")
	g := newGitHub(t)
	reply, _ := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{})
	if reply.Failure == nil || len(g.calls) != 0 {
		t.Errorf("got %+v after %q", reply, g.calls)
	}
}

func TestOfflineOrWithoutATokenNothingIsSent(t *testing.T) {
	g := newGitHub(t)
	r, _, _ := catalog.ParseRepository(tool, catalog.Declared)
	if refused := New(Options{Address: g.URL}).Refuses(r); refused == nil || refused.Cause != observation.CauseNoToken {
		t.Errorf("without a token: %+v", refused)
	}
	other, _, _ := catalog.ParseRepository("https://gitlab.com/coast/tool", catalog.Declared)
	if refused := g.source().Refuses(other); refused == nil || refused.Cause != observation.CauseUnsupported {
		t.Errorf("another forge: %+v", refused)
	}
	_, err := g.source().Ask(t.Context(), scanners.Asking{Now: func() time.Time { return today }, Client: fetch.Client(fetch.Options{Offline: true}),
		Questions: []scanners.Question{{Repository: r}}, Reply: func(r scanners.Reply) error {
			if r.Failure == nil || r.Failure.Cause != observation.CauseOffline {
				t.Errorf("offline: %+v", r)
			}
			return nil
		}})
	if err != nil || len(g.calls) != 0 {
		t.Errorf("%v after %q", err, g.calls)
	}
}
