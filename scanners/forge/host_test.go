package forge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// restServer answers paths with JSON in the shapes that GitLab and Gitea document. A list
// is cut into pages as they cut it.
type restServer struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]any              // by path, without the query; a function is called with the request and its body
	status  map[string]int              // in place of an answer
	byType  map[string][]map[string]any // by path and type, in the place of answers
	calls   []string                    // paths with their queries
	tokens  []string
	perPage int
	header  http.Header // of each answer
}

func newRESTServer(t *testing.T, perPage int) *restServer {
	s := &restServer{answers: map[string]any{}, status: map[string]int{}, perPage: perPage}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *restServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.EscapedPath()
	s.calls = append(s.calls, r.URL.RequestURI())
	s.tokens = append(s.tokens, r.Header.Get("Authorization"))
	for name, values := range s.header {
		w.Header()[name] = values
	}
	if code := s.status[path]; code != 0 {
		w.WriteHeader(code)
		fmt.Fprint(w, `{"message":"refused"}`)
		return
	}
	answer, known := s.answers[path]
	if make, is := answer.(func(http.Header, string) any); is {
		body, _ := io.ReadAll(r.Body)
		answer = make(w.Header(), string(body))
	}
	if code, is := answer.(int); is {
		w.WriteHeader(code)
		return
	}
	if some, is := s.byType[path+"?"+r.URL.Query().Get("type")]; is {
		answer, known = append([]map[string]any{}, some...), true
	}
	if to, moved := answer.(string); moved && strings.HasPrefix(to, "/") {
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return
	}
	if !known {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"404 Not Found"}`)
		return
	}
	if text, raw := answer.(string); raw {
		fmt.Fprint(w, text)
		return
	}
	if all, is := answer.([]map[string]any); is {
		answer = s.page(w, r, all)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// page selects what the query asks for: opened after, closed, and the page.
func (s *restServer) page(w http.ResponseWriter, r *http.Request, all []map[string]any) []map[string]any {
	query := r.URL.Query()
	kept := []map[string]any{}
	for _, one := range all {
		created, _ := one["created_at"].(string)
		if after := query.Get("created_after"); after != "" && created < after || query.Get("state") == "closed" && one["closed_at"] == nil {
			continue
		}
		if asked := query.Get("archived"); asked != "" && fmt.Sprint(one["archived"]) != asked {
			continue
		}
		kept = append(kept, one)
	}
	page, _ := strconv.Atoi(query.Get("page"))
	from := min(len(kept), max(0, page-1)*s.perPage)
	w.Header().Set("X-Total-Count", strconv.Itoa(len(kept)))
	if from+s.perPage < len(kept) {
		w.Header().Set("X-Next-Page", strconv.Itoa(max(1, page)+1))
	}
	return kept[from:min(len(kept), from+s.perPage)]
}

// restIssue is opened and closed so many days ago; 0 is not closed.
func restIssue(opened, closed float64, by string) map[string]any {
	one := map[string]any{"created_at": stamp(today.Add(-days(opened))), "updated_at": stamp(today.Add(-days(max(closed, 1)))), "closed_at": nil,
		"author": map[string]any{"username": by}, "user": map[string]any{"login": by}}
	if closed > 0 {
		one["closed_at"] = stamp(today.Add(-days(closed)))
	}
	return one
}

func gitLabServer(t *testing.T) *restServer {
	s := newRESTServer(t, 100)
	s.answers["/api/v4/projects"] = []map[string]any{{"path_with_namespace": "a/b"}}
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide"] = map[string]any{
		"path_with_namespace": "coast/tools/tide", "archived": false, "default_branch": "main", "empty_repo": false, "star_count": 4, "forks_count": 1,
		"last_activity_at": stamp(today.Add(-days(3))), "issues_access_level": "enabled", "merge_requests_access_level": "enabled",
		"license": map[string]any{"key": "agpl-3.0"}, "license_url": "x", "forked_from_project": map[string]any{"path_with_namespace": "sea/tide"},
	}
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide/issues"] = []map[string]any{restIssue(10, 0, "ann"), restIssue(20, 15, "bo"),
		restIssue(30, 25, "project_7_bot_1f")}
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide/merge_requests"] = []map[string]any{restIssue(9, 8, "ann")}
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide/releases"] = []map[string]any{
		{"released_at": stamp(today.Add(-days(5))), "assets": map[string]any{"count": 5, "links": []any{map[string]any{"name": "x"}}}},
		{"released_at": stamp(today.Add(-days(50))), "assets": map[string]any{"count": 4, "links": []any{}}},
	}
	return s
}

func restTrial(t *testing.T, tokens map[string][]string) *trial {
	tr := newTrial(t, newGitHubServer(t))
	tr.options.Tokens = tokens
	return tr
}

func TestGitLabIsKnownByWhatItAnswers(t *testing.T) {
	s := gitLabServer(t)
	tr := restTrial(t, map[string][]string{strings.TrimPrefix(s.URL, "http://"): {"one"}, "gitlab.com": {"other"}})
	tide := s.URL + "/coast/tools/tide"
	tr.ask(tide)
	tr.want(tide, map[string]string{
		observation.ForgeArchived: "false", observation.ForgeDisabled: "none", observation.ForgeGone: "false", observation.ForgeMovedTo: "none",
		observation.ForgeDefaultBranch: "main", observation.ForgeForkOf: s.URL + "/sea/tide", observation.ForgeIssuesOpened12m: "2",
		observation.ForgeIssuesClosed12m: "1", observation.ForgeIssuesOutside12m: "unknown: unsupported", observation.ForgeIssueResponseDays: "unknown: unsupported",
		observation.ForgeIssueCloseDays: "5", observation.ForgeIssuesUnanswered: "unknown: unsupported", observation.ForgeChangesOpened12m: "1",
		observation.ForgeChangesClosed12m: "1", observation.ForgeChangeCloseDays: "1", observation.ForgeResponders12m: "unknown: unsupported",
		observation.ForgeReleasesWithAssets12m: "1", observation.ForgeLicense: "AGPL-3.0", observation.ForgeSecurityPolicy: "none",
		observation.ForgeSponsors: "none", observation.ForgeStars: "4", observation.ForgeForks: "1",
		observation.ForgePrivateReporting: "unknown: unsupported", observation.ForgeAdvisories: "none",
	})
	for _, sent := range s.tokens {
		if sent != "Bearer one" {
			t.Errorf("sent %q", sent)
		}
	}
	before := len(s.calls)
	tr.now = today.Add(24 * time.Hour)
	tr.ask(tide)
	if n := len(s.calls) - before; n != 1 {
		t.Errorf("%d calls about what did not change, want 1: %q", n, s.calls[before:])
	}
	tr.want(tide, map[string]string{observation.ForgeIssuesOpened12m: "2", observation.ForgeStars: "4"})
}

// TestGitLabSaysLessWithoutAToken answers as GitLab answers strangers: with the short form.
func TestGitLabSaysLessWithoutAToken(t *testing.T) {
	s := gitLabServer(t)
	project := s.answers["/api/v4/projects/coast%2Ftools%2Ftide"].(map[string]any)
	for _, field := range []string{"archived", "empty_repo", "issues_access_level", "merge_requests_access_level", "forked_from_project", "license", "license_url"} {
		delete(project, field)
	}
	tr := restTrial(t, nil)
	tide := s.URL + "/coast/tools/tide"
	project["id"] = 7
	for want, archived := range map[string]any{"true": true, "false": false, "unknown: unsupported": nil} {
		s.answers["/api/v4/projects"] = []map[string]any{{"id": 7, "path_with_namespace": "coast/tools/tide", "archived": archived}}
		tr.kept = map[string]*scanners.Answer{}
		tr.ask(tide)
		tr.want(tide, map[string]string{observation.ForgeArchived: want})
	}
	tr.want(tide, map[string]string{observation.ForgeForkOf: "unknown: unsupported",
		observation.ForgeLicense: "unknown: unsupported", observation.ForgeIssuesOpened12m: "2", observation.ForgeStars: "4"})
}

func giteaServer(t *testing.T) *restServer {
	s := newRESTServer(t, giteaPage)
	s.answers["/api/v1/version"] = map[string]any{"version": "7.0.0+gitea-1.22.0"}
	s.answers["/api/v1/repos/coast/tide"] = map[string]any{
		"full_name": "coast/tide", "archived": true, "archived_at": stamp(today.Add(-days(90))), "default_branch": "trunk", "empty": false, "fork": false, "parent": nil,
		"stars_count": 4, "forks_count": 1, "has_issues": true, "has_pull_requests": true, "licenses": []string{"MIT"},
	}
	s.answers["/api/v1/repos/coast/tide/issues"] = []map[string]any{restIssue(10, 0, "ann"), restIssue(20, 15, "bo"), restIssue(30, 25, "renovate-bot"), restIssue(400, 0, "ann")}
	s.answers["/api/v1/repos/coast/tide/releases"] = []map[string]any{{"published_at": stamp(today.Add(-days(5))), "draft": false, "assets": []any{map[string]any{}}}}
	return s
}

func TestGiteaIsKnownByWhatItAnswers(t *testing.T) {
	s := giteaServer(t)
	tr := restTrial(t, nil)
	tide := s.URL + "/coast/tide"
	tr.ask(tide)
	tr.want(tide, map[string]string{
		observation.ForgeArchived: "true", observation.ForgeDisabled: "none", observation.ForgeMovedTo: "none", observation.ForgeDefaultBranch: "trunk",
		observation.ForgeForkOf: "none", observation.ForgeIssuesOpened12m: "2", observation.ForgeIssuesClosed12m: "1", observation.ForgeIssueCloseDays: "5",
		observation.ForgeReleasesWithAssets12m: "1", observation.ForgeLicense: "MIT", observation.ForgeStars: "4", observation.ForgeForks: "1",
	})
	for _, sent := range s.tokens {
		if sent != "" {
			t.Errorf("sent %q", sent)
		}
	}
	var many []map[string]any
	for i := range 140 {
		many = append(many, restIssue(1+float64(i), 0.5, "ann"))
	}
	s.answers["/api/v1/repos/coast/tide/issues"] = many
	tr.ask(tide)
	tr.want(tide, map[string]string{observation.ForgeIssuesOpened12m: "≥ 100", observation.ForgeIssuesClosed12m: "≥ 100"})
	s.answers["/api/v1/repos/coast/tide"].(map[string]any)["has_issues"] = false
	tr.ask(tide)
	tr.want(tide, map[string]string{observation.ForgeIssuesOpened12m: "none", observation.ForgeIssueResponseDays: "none", observation.ForgeChangesOpened12m: "≥ 100"})
}

func TestWhatMovedOrIsGoneIsToldByEachForge(t *testing.T) {
	lab, tea := gitLabServer(t), giteaServer(t)
	lab.answers["/api/v4/projects/coast%2Ftide"] = "/api/v4/projects/coast%2Ftools%2Ftide"
	lab.answers["/api/v4/projects/coast%2Ftide/issues"] = "/api/v4/projects/coast%2Ftools%2Ftide/issues"
	lab.answers["/api/v4/projects/coast%2Ftide/merge_requests"] = "/api/v4/projects/coast%2Ftools%2Ftide/merge_requests"
	tea.answers["/api/v1/repos/old/tide"] = "/api/v1/repos/coast/tide"
	tea.answers["/api/v1/repos/old/tide/issues"] = "/api/v1/repos/coast/tide/issues"
	tr := restTrial(t, nil)
	tr.ask(lab.URL+"/coast/tide", tea.URL+"/old/tide", lab.URL+"/coast/gone", tea.URL+"/coast/gone")
	tr.want(lab.URL+"/coast/tide", map[string]string{observation.ForgeMovedTo: lab.URL + "/coast/tools/tide", observation.ForgeIssuesOpened12m: "2"})
	tr.want(tea.URL+"/old/tide", map[string]string{observation.ForgeMovedTo: tea.URL + "/coast/tide", observation.ForgeIssuesOpened12m: "2",
		observation.ForgeReleasesWithAssets12m: "unknown: unsupported"})
	for _, gone := range []string{lab.URL + "/coast/gone", tea.URL + "/coast/gone"} {
		tr.want(gone, map[string]string{observation.ForgeGone: "true", observation.ForgeStars: "unknown: not-found"})
	}
	if len(tr.tried) != 2 {
		t.Errorf("tried %q", tr.tried)
	}
}

func TestAHostThatIsNoForgeIsAskedThreeTimesAtMost(t *testing.T) {
	s := newRESTServer(t, 10)
	s.answers["/api/v1/version"] = "<html>Sign in</html>"
	s.answers["/api/v4/projects"] = `{"error":"no such thing"}`
	tr := restTrial(t, nil)
	tr.ask(s.URL+"/a/b", s.URL+"/c/d")
	for address, reply := range tr.replies {
		if reply.Failure == nil || reply.Failure.Cause != observation.CauseUnsupported {
			t.Errorf("%s: %+v", address, reply)
		}
	}
	if len(s.calls) != 3 {
		t.Errorf("asked %q", s.calls)
	}
}

func TestWhatAForgeDoesNotSayIsUnknownWithItsCause(t *testing.T) {
	project, issues := "/api/v4/projects/coast%2Ftools%2Ftide", "/api/v4/projects/coast%2Ftools%2Ftide/issues"
	for name, c := range map[string]struct {
		change func(*restServer)
		failed observation.Cause // of the repository; empty where it is answered
		want   map[string]string
	}{
		"refused":             {func(s *restServer) { s.status[project] = http.StatusForbidden }, observation.CauseNoToken, nil},
		"a sign-in":           {func(s *restServer) { s.status["/api/v1/version"] = http.StatusUnauthorized }, observation.CauseNoToken, nil},
		"no JSON":             {func(s *restServer) { s.answers[project] = "<html>" }, observation.CauseBroken, nil},
		"another type":        {func(s *restServer) { s.answers[project] = `{"archived":"no"}` }, observation.CauseBroken, nil},
		"enormous":            {func(s *restServer) { s.answers[project] = `"` + strings.Repeat("x", maxAnswer) + `"` }, observation.CauseUnreachable, nil},
		"down":                {func(s *restServer) { s.status[project] = http.StatusServiceUnavailable }, observation.CauseUnreachable, nil},
		"too slow":            {func(s *restServer) { s.status[project] = http.StatusBadGateway }, observation.CauseUnreachable, nil},
		"a limit":             {func(s *restServer) { s.status[project] = http.StatusTooManyRequests }, observation.CauseOverLimit, nil},
		"nothing in it":       {func(s *restServer) { s.answers[project] = map[string]any{} }, "", map[string]string{observation.ForgeArchived: "unknown: unsupported", observation.ForgeStars: "unknown: unsupported", observation.ForgeMovedTo: "unknown: unsupported"}},
		"issues refused":      {func(s *restServer) { s.status[issues] = http.StatusForbidden }, "", map[string]string{observation.ForgeArchived: "false", observation.ForgeIssuesOpened12m: "unknown: no-token"}},
		"issues broken":       {func(s *restServer) { s.answers[issues] = `{"a":1}` }, "", map[string]string{observation.ForgeStars: "4", observation.ForgeIssuesOpened12m: "unknown: broken-input"}},
		"issues switched off": {func(s *restServer) { s.answers[project].(map[string]any)["issues_access_level"] = "disabled" }, "", map[string]string{observation.ForgeIssuesOpened12m: "none", observation.ForgeChangesOpened12m: "1"}},
		"a list that goes on without items": {func(s *restServer) {
			s.answers["/api/v4/projects"], s.answers[project], s.answers[issues] = []any{}, map[string]any{}, func(header http.Header, _ string) any {
				header.Set("X-Next-Page", "2")
				return []any{}
			}
		}, "", map[string]string{observation.ForgeIssuesOpened12m: "≥ 0", observation.ForgeIssuesClosed12m: "≥ 0", observation.ForgeChangesOpened12m: "1"}},
		"a limit on issues": {func(s *restServer) { s.status[issues] = http.StatusTooManyRequests }, "", map[string]string{observation.ForgeStars: "4", observation.ForgeIssuesOpened12m: "unknown: over-limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := gitLabServer(t)
			c.change(s)
			tr := restTrial(t, nil)
			tide := s.URL + "/coast/tools/tide"
			tr.ask(tide)
			reply := tr.replies[parse(t, tide).URL]
			if c.failed != "" {
				if reply.Failure == nil || reply.Failure.Cause != c.failed || reply.Failure.Message == "" {
					t.Errorf("got %+v", reply.Failure)
				}
				return
			}
			tr.want(tide, c.want)
		})
	}
}

func TestNobodyOfAnotherForgeIsKept(t *testing.T) {
	s := giteaServer(t)
	s.answers["/api/v1/repos/coast/tide/issues"] = []map[string]any{restIssue(10, 5, "login-ann")}
	tr := restTrial(t, nil)
	tr.ask(s.URL + "/coast/tide")
	var kept *scanners.Answer
	for _, reply := range tr.replies {
		kept = reply.Answer
	}
	if kept == nil || strings.Contains(string(kept.Document), "login-") {
		t.Errorf("kept: %+v", kept)
	}
}

// TestAHostThatBecameAnotherForgeIsRecognisedAgain asks hosts whose repositories are where
// they were, at another forge.
func TestAHostThatBecameAnotherForgeIsRecognisedAgain(t *testing.T) {
	tea := giteaServer(t)
	before := tea.answers
	lab := gitLabServer(t)
	lab.answers["/api/v4/projects/coast%2Ftide"] = lab.answers["/api/v4/projects/coast%2Ftools%2Ftide"]
	for name, to := range map[string]map[string]any{"GitLab": lab.answers, "nothing that is known": {}} {
		t.Run(name, func(t *testing.T) {
			tr := restTrial(t, nil)
			tide, gone := tea.URL+"/coast/tide", tea.URL+"/coast/gone"
			tea.answers = before
			tr.ask(tide, gone)
			tr.want(gone, map[string]string{observation.ForgeGone: "true"})
			tea.answers = to
			tr.now = tr.now.Add(24 * time.Hour)
			tr.ask(gone, tide)
			if name == "GitLab" {
				tr.want(tide, map[string]string{observation.ForgeGone: "false", observation.ForgeStars: "4"})
				tr.want(gone, map[string]string{observation.ForgeGone: "true"})
			} else if failure := tr.replies[parse(t, tide).URL].Failure; failure == nil || failure.Cause != observation.CauseUnsupported {
				t.Errorf("got %+v", failure)
			}
		})
	}
}

func TestAGitHubThatBecameAnotherForgeIsRecognisedAgain(t *testing.T) {
	tea := giteaServer(t)
	tr := restTrial(t, map[string][]string{strings.TrimPrefix(tea.URL, "http://"): {"one"}})
	tide := tea.URL + "/coast/tide"
	tr.kept[parse(t, tide).URL] = &scanners.Answer{Asked: today.Add(-days(1)), Document: []byte(`{"forge":"GitHub","place":"coast/tide"}`)}
	tr.ask(tide)
	tr.want(tide, map[string]string{observation.ForgeStars: "4"})
}

// TestWhatIsGoneSaysNotWhichForgeAHostIs asks one that is gone from a host that was one of
// another forge when it was last asked, and of which nothing else is known.
func TestWhatIsGoneSaysNotWhichForgeAHostIs(t *testing.T) {
	tea := giteaServer(t)
	tr := restTrial(t, nil)
	tide := tea.URL + "/coast/tide"
	tr.kept[parse(t, tide).URL] = &scanners.Answer{Asked: today.Add(-days(1)), Document: []byte(`{"forge":"GitLab","gone":true}`)}
	tr.ask(tide)
	tr.want(tide, map[string]string{observation.ForgeGone: "false", observation.ForgeStars: "4"})
}

// drips answers a byte at a time, for as long as it is listened to.
func drips(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		_, _ = w.Write([]byte(" "))
		w.(http.Flusher).Flush()
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAHostThatTakesLongHoldsUpNoOther(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(drips))
	t.Cleanup(slow.Close)
	tea := giteaServer(t)
	// Each answer comes in time, and all of them do not.
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(150 * time.Millisecond)
		r.URL.Path = strings.Replace(r.URL.Path, "/late/", "/coast/", 1)
		tea.serve(w, r)
	}))
	t.Cleanup(late.Close)
	tr := restTrial(t, nil)
	tr.options.MaxTime = 300 * time.Millisecond
	asked := []string{tea.URL + "/coast/tide", slow.URL + "/a/b", slow.URL + "/c/d"}
	for i := range 4 {
		tea.answers[fmt.Sprintf("/api/v1/repos/coast/t%d", i)] = map[string]any{"full_name": fmt.Sprintf("coast/t%d", i)}
		asked = append(asked, fmt.Sprintf("%s/late/t%d", late.URL, i))
	}
	tr.ask(asked...)
	tr.want(asked[0], map[string]string{observation.ForgeStars: "4"})
	for _, address := range []string{asked[1], asked[2], asked[6]} {
		failure := tr.replies[parse(t, address).URL].Failure
		if failure == nil || failure.Cause != observation.CauseOverLimit || !strings.Contains(failure.Message, "did not come within") {
			t.Errorf("%s: %+v", address, failure)
		}
	}
	if tr.replies[parse(t, asked[3]).URL].Answer == nil {
		t.Errorf("what came before the end of the time is lost: %+v", tr.replies[parse(t, asked[3]).URL].Failure)
	}
}
