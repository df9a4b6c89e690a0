package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/midspan/midspan/internal/observation"
)

// said is a note or an event, so many days ago.
type said struct {
	number  int
	daysAgo float64
	by      string
	kind    string // "" for a comment; "approval", "label" at GitLab; a type of Gitea's
}

// numbered is an issue with a number.
func numbered(number int, opened, closed float64, by string) map[string]any {
	one := restIssue(opened, closed, by)
	one["iid"], one["number"] = number, number
	return one
}

func with(one map[string]any, also map[string]any) map[string]any {
	for name, value := range also {
		one[name] = value
	}
	return one
}

func user(name string) map[string]any { return map[string]any{"username": name, "login": name} }

// gitLabConversations answers GraphQL with the notes of the issues and changes that the
// server lists, as GitLab documents them. slowFrom is the size of a page that is too much.
func gitLabConversations(t *testing.T, s *restServer, slowFrom int, all ...said) {
	s.answers["/api/graphql"] = func(header http.Header, body string) any {
		var request struct {
			Query     string
			Variables struct {
				Project string
				Size    int
				After   *string
			}
		}
		if err := json.Unmarshal([]byte(body), &request); err != nil {
			t.Error(err)
		}
		document, err := parser.ParseQuery(&ast.Source{Input: request.Query})
		if err != nil {
			t.Fatalf("the request does not parse: %v", err)
		}
		v := request.Variables
		if slowFrom > 0 && v.Size >= slowFrom {
			return http.StatusBadGateway
		}
		if points := complexity(document.Operations[0].SelectionSet, v.Size); points > 200 {
			t.Errorf("a request has a complexity of %d: GitLab grants strangers 200", points)
		}
		path, kind := "/api/v4/projects/"+strings.ReplaceAll(v.Project, "/", "%2F")+"/issues", ""
		if strings.Contains(request.Query, "mergeRequests(") {
			path, kind = strings.TrimSuffix(path, "issues")+"merge_requests", "change"
		}
		items, _ := s.answers[path].([]map[string]any)
		from := 0
		if v.After != nil {
			fmt.Sscan(*v.After, &from)
		}
		to := min(len(items), from+v.Size)
		nodes := []any{}
		for _, one := range items[from:to] {
			nodes = append(nodes, gitLabConversation(one["iid"], kind, all))
		}
		return map[string]any{"data": map[string]any{"project": map[string]any{"list": map[string]any{"nodes": nodes,
			"pageInfo": map[string]any{"hasNextPage": to < len(items), "endCursor": fmt.Sprint(to)}}}}}
	}
}

func gitLabConversation(iid any, kind string, all []said) map[string]any {
	notes := []any{}
	for _, one := range all {
		if fmt.Sprint(one.number) == fmt.Sprint(iid) && len(notes) < notesOfItem && (kind == "change") == (one.number >= 100) {
			notes = append(notes, map[string]any{"createdAt": stamp(today.Add(-days(one.daysAgo))), "system": one.kind != "",
				"systemNoteIconName": one.kind, "author": user(one.by)})
		}
	}
	return map[string]any{"iid": fmt.Sprint(iid), "notes": map[string]any{"nodes": notes, "pageInfo": map[string]any{"hasNextPage": len(notes) == notesOfItem}}}
}

// complexity counts a request as GitLab's source does: a point for each field, and one more
// percent of what stands in a list for each of its items.
func complexity(set ast.SelectionSet, size int) (points int) {
	for _, one := range set {
		field := one.(*ast.Field)
		below := complexity(field.SelectionSet, size)
		first := 0
		if argument := field.Arguments.ForName("first"); argument != nil {
			if first = size; argument.Value.Kind != ast.Variable {
				fmt.Sscan(argument.Value.Raw, &first)
			}
			below += 2
		}
		points += 1 + below + below*first/100
	}
	return points
}

// giteaConversations answers the lists of comments and of events.
func giteaConversations(s *restServer, all ...said) {
	comments, events := []map[string]any{}, map[int][]map[string]any{}
	for _, one := range all {
		at, kind := stamp(today.Add(-days(one.daysAgo))), one.kind
		if kind == "" {
			kind = "comment"
			comments = append(comments, map[string]any{"created_at": at, "user": user(one.by), "issue_url": fmt.Sprintf("%s/coast/tide/issues/%d", s.URL, one.number)})
		}
		events[one.number] = append(events[one.number], map[string]any{"created_at": at, "user": user(one.by), "type": kind})
	}
	s.answers["/api/v1/repos/coast/tide/issues/comments"] = comments
	for number := range 200 {
		s.answers[fmt.Sprintf("/api/v1/repos/coast/tide/issues/%d/timeline", number)] = append([]map[string]any{}, events[number]...)
	}
}

func TestGitLabTellsWhoAnswered(t *testing.T) {
	issues, changes := "/api/v4/projects/coast%2Ftools%2Ftide/issues", "/api/v4/projects/coast%2Ftools%2Ftide/merge_requests"
	members := "/api/v4/projects/coast%2Ftools%2Ftide/members/all"
	for name, c := range map[string]struct {
		issues, changes []map[string]any
		said            []said
		members         []map[string]any
		token           bool
		want            map[string]string
	}{
		"a comment of somebody else": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 60, 0, "ann")}, said: []said{{1, 49, "ann", ""}, {1, 47, "bo", ""}},
			want: map[string]string{observation.ForgeIssueResponseDays: "3", observation.ForgeIssuesUnanswered: "0.5", observation.ForgeIssuesOutside12m: "≤ 2",
				observation.ForgeResponders12m: "1", observation.ForgeChangesUnanswered: "none"},
		},
		"what the system and programs say is no answer": {
			issues: []map[string]any{numbered(1, 50, 0, "ann")}, said: []said{{1, 49, "bo", "label"}, {1, 48, "project_7_bot", ""}},
			want: map[string]string{observation.ForgeIssueResponseDays: "≥ 50", observation.ForgeIssuesUnanswered: "1", observation.ForgeResponders12m: "0"},
		},
		"a closing by somebody else is an answer and shows who is of the project": {
			issues: []map[string]any{with(numbered(1, 50, 40, "ann"), map[string]any{"closed_by": user("bo")}), numbered(2, 60, 0, "bo")},
			want: map[string]string{observation.ForgeIssueResponseDays: "10", observation.ForgeIssuesUnanswered: "0", observation.ForgeIssuesOutside12m: "≤ 1",
				observation.ForgeResponders12m: "1"},
		},
		"an own closing is none": {
			issues: []map[string]any{with(numbered(1, 50, 40, "ann"), map[string]any{"closed_by": user("ann")})},
			want:   map[string]string{observation.ForgeIssueResponseDays: "≥ 10", observation.ForgeIssuesUnanswered: "none", observation.ForgeIssuesOutside12m: "≤ 1"},
		},
		"an approval answers a change": {
			changes: []map[string]any{numbered(101, 50, 0, "ann")}, said: []said{{101, 45, "bo", "approval"}},
			want: map[string]string{observation.ForgeChangeResponseDays: "5", observation.ForgeChangesUnanswered: "0", observation.ForgeResponders12m: "1"},
		},
		"who merges, and who has a branch there, is of the project": {
			changes: []map[string]any{
				with(numbered(101, 50, 40, "bo"), map[string]any{"merged_at": stamp(today.Add(-days(40))), "merge_user": user("bo")}),
				with(numbered(102, 50, 0, "cy"), map[string]any{"source_project_id": 7, "target_project_id": 7}),
				with(numbered(103, 50, 0, "di"), map[string]any{"source_project_id": 8, "target_project_id": 7}),
			},
			issues: []map[string]any{numbered(1, 50, 0, "bo"), numbered(2, 50, 0, "cy"), numbered(3, 50, 0, "di"), numbered(4, 50, 0, "coast")},
			want:   map[string]string{observation.ForgeIssuesOutside12m: "≤ 1", observation.ForgeIssuesUnanswered: "1", observation.ForgeChangesUnanswered: "1"},
		},
		"with a token the members are told": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 50, 0, "bo"), numbered(3, 50, 0, "cy")}, token: true,
			members: []map[string]any{with(user("bo"), map[string]any{"access_level": 30}), with(user("cy"), map[string]any{"access_level": 10})},
			want:    map[string]string{observation.ForgeIssuesOutside12m: "2", observation.ForgeIssuesUnanswered: "1"},
		},
		"nobody asked": {
			want: map[string]string{observation.ForgeIssuesOutside12m: "0", observation.ForgeIssueResponseDays: "none", observation.ForgeResponders12m: "0"},
		},
		"a conversation that was not read to its end": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 50, 0, "ann")},
			said:   append(manySaid(1, 30, "ann"), said{2, 40, "bo", ""}),
			want:   map[string]string{observation.ForgeIssueResponseDays: "10", observation.ForgeIssuesUnanswered: "0", observation.ForgeResponders12m: "≥ 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := gitLabServer(t)
			s.answers[issues], s.answers[changes], s.answers[members] = append([]map[string]any{}, c.issues...), append([]map[string]any{}, c.changes...), c.members
			gitLabConversations(t, s, 0, c.said...)
			var tokens map[string][]string
			if c.token {
				tokens = map[string][]string{strings.TrimPrefix(s.URL, "http://"): {"one"}}
			}
			tr := restTrial(t, tokens)
			tr.ask(s.URL + "/coast/tools/tide")
			tr.want(s.URL+"/coast/tools/tide", c.want)
		})
	}
}

// manySaid are so many comments, one a day from the 45th day on.
func manySaid(number, n int, by string) (all []said) {
	for i := range n {
		all = append(all, said{number, 45 - float64(i)/2, by, ""})
	}
	return all
}

func TestGiteaTellsWhoAnswered(t *testing.T) {
	pull := func(one map[string]any, merged bool) map[string]any {
		return with(one, map[string]any{"pull_request": map[string]any{"merged": merged}})
	}
	for name, c := range map[string]struct {
		issues  []map[string]any
		changes []map[string]any
		said    []said
		writers []map[string]any
		token   bool
		want    map[string]string
	}{
		"a comment of somebody else": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 60, 0, "ann")}, said: []said{{1, 49, "ann", ""}, {1, 47, "bo", ""}},
			want: map[string]string{observation.ForgeIssueResponseDays: "3", observation.ForgeIssuesUnanswered: "0.5", observation.ForgeIssuesOutside12m: "≤ 2",
				observation.ForgeResponders12m: "1", observation.ForgeChangesUnanswered: "none"},
		},
		"a closing by somebody else": {
			issues: []map[string]any{numbered(1, 50, 40, "ann"), numbered(2, 60, 0, "bo")}, said: []said{{1, 40, "bo", "close"}},
			want: map[string]string{observation.ForgeIssueResponseDays: "10", observation.ForgeIssuesUnanswered: "0", observation.ForgeIssuesOutside12m: "≤ 1"},
		},
		"a program closed it": {
			issues: []map[string]any{numbered(1, 50, 40, "ann")}, said: []said{{1, 40, "gitea-actions", "close"}},
			want: map[string]string{observation.ForgeIssueResponseDays: "≥ 50", observation.ForgeIssuesUnanswered: "1"},
		},
		"a review": {
			changes: []map[string]any{pull(numbered(1, 50, 0, "ann"), false)}, said: []said{{1, 48, "bo", "label"}, {1, 46, "bo", "review"}},
			want: map[string]string{observation.ForgeChangeResponseDays: "4", observation.ForgeChangesUnanswered: "0", observation.ForgeResponders12m: "1"},
		},
		"an own merge shows who is of the project": {
			changes: []map[string]any{pull(numbered(1, 50, 45, "bo"), true)}, issues: []map[string]any{numbered(2, 50, 0, "bo")},
			said: []said{{1, 45, "bo", "merge_pull"}},
			want: map[string]string{observation.ForgeIssuesOutside12m: "0", observation.ForgeIssuesUnanswered: "none", observation.ForgeChangeResponseDays: "none"},
		},
		"with a token the writers are told": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 50, 0, "bo")}, writers: []map[string]any{user("bo")}, token: true,
			want: map[string]string{observation.ForgeIssuesOutside12m: "1", observation.ForgeIssuesUnanswered: "1"},
		},
		"more comments than are read": {
			issues: []map[string]any{numbered(1, 50, 0, "ann"), numbered(2, 50, 0, "cy")},
			said:   append(manySaid(2, giteaPage*commentPages+1, "bo"), said{1, 30, "bo", ""}),
			want:   map[string]string{observation.ForgeIssueResponseDays: "5", observation.ForgeIssuesUnanswered: "0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := giteaServer(t)
			path := "/api/v1/repos/coast/tide"
			s.answers[path].(map[string]any)["archived"] = false
			s.answers[path+"/assignees"] = c.writers
			s.byType = map[string][]map[string]any{path + "/issues?issues": c.issues, path + "/issues?pulls": c.changes}
			giteaConversations(s, c.said...)
			var tokens map[string][]string
			if c.token {
				tokens = map[string][]string{strings.TrimPrefix(s.URL, "http://"): {"one"}}
			}
			tr := restTrial(t, tokens)
			tr.ask(s.URL + "/coast/tide")
			tr.want(s.URL+"/coast/tide", c.want)
		})
	}
}

// TestGiteasEventsAreBounded lists more closed issues than events are read of.
func TestGiteasEventsAreBounded(t *testing.T) {
	s := giteaServer(t)
	var issues []map[string]any
	for n := range 90 {
		issues = append(issues, numbered(n+1, 50, 40, "ann"))
	}
	s.byType = map[string][]map[string]any{"/api/v1/repos/coast/tide/issues?issues": issues, "/api/v1/repos/coast/tide/issues?pulls": {}}
	giteaConversations(s)
	tr := restTrial(t, nil)
	tr.ask(s.URL + "/coast/tide")
	read := 0
	for _, call := range s.calls {
		if strings.Contains(call, "/timeline") {
			read++
		}
	}
	if read != timelines {
		t.Errorf("the events of %d issues were read, want %d", read, timelines)
	}
	tr.want(s.URL+"/coast/tide", map[string]string{observation.ForgeIssuesUnanswered: "none", observation.ForgeResponders12m: "≥ 0"})
}

func TestWhoAnsweredIsUnknownWithItsCauseWhereAForgeDoesNotTell(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *restServer, path string)
		cause  observation.Cause
	}{
		"absent":       {func(s *restServer, path string) { delete(s.answers, path) }, observation.CauseUnsupported},
		"refused":      {func(s *restServer, path string) { s.status[path] = http.StatusForbidden }, observation.CauseNoToken},
		"malformed":    {func(s *restServer, path string) { s.answers[path] = `{"data":7,"a":` }, observation.CauseBroken},
		"another type": {func(s *restServer, path string) { s.answers[path] = `"no"` }, observation.CauseBroken},
		"rate-limited": {func(s *restServer, path string) { s.status[path] = http.StatusTooManyRequests }, observation.CauseOverLimit},
		"down":         {func(s *restServer, path string) { s.status[path] = http.StatusServiceUnavailable }, observation.CauseUnreachable},
	} {
		for forge, path := range map[string]string{"GitLab": "/api/graphql", "Gitea": "/api/v1/repos/coast/tide/issues/comments"} {
			t.Run(name+" at "+forge, func(t *testing.T) {
				s, tide := gitLabServer(t), "/coast/tools/tide"
				gitLabConversations(t, s, 0)
				if forge == "Gitea" {
					s, tide = giteaServer(t), "/coast/tide"
					giteaConversations(s)
				}
				c.change(s, path)
				tr := restTrial(t, nil)
				tr.ask(s.URL + tide)
				unknown := "unknown: " + string(c.cause)
				tr.want(s.URL+tide, map[string]string{
					observation.ForgeIssuesOpened12m: "2", observation.ForgeStars: "4", observation.ForgeIssueResponseDays: unknown,
					observation.ForgeIssuesUnanswered: unknown, observation.ForgeIssuesOutside12m: unknown, observation.ForgeResponders12m: unknown,
				})
				again := c.cause != observation.CauseUnsupported && c.cause != observation.CauseNoToken
				for _, reply := range tr.replies {
					if reply.Answer == nil || reply.Answer.Partial != again {
						t.Errorf("got %+v, want partial %t", reply.Answer, again)
					}
				}
			})
		}
	}
}

func TestGitLabsErrorsInAnAnswerAreTold(t *testing.T) {
	s := gitLabServer(t)
	s.answers["/api/graphql"] = map[string]any{"errors": []any{map[string]any{"message": "Field 'notes' doesn't exist on type 'Issue'"}}}
	tr := restTrial(t, nil)
	tr.ask(s.URL + "/coast/tools/tide")
	tr.want(s.URL+"/coast/tools/tide", map[string]string{observation.ForgeIssueResponseDays: "unknown: unsupported", observation.ForgeIssuesOpened12m: "2"})
}

func TestGitLabIsAskedForLessWhereItIsTooSlow(t *testing.T) {
	s := gitLabServer(t)
	var issues []map[string]any
	for n := range 60 {
		issues = append(issues, numbered(n+1, 50, 0, "ann"))
	}
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide/issues"] = issues
	gitLabConversations(t, s, 40, said{60, 45, "bo", ""})
	tr := restTrial(t, nil)
	tr.ask(s.URL + "/coast/tools/tide")
	tr.want(s.URL+"/coast/tools/tide", map[string]string{observation.ForgeResponders12m: "1", observation.ForgeIssuesUnanswered: fmt.Sprint(59.0 / 60)})
}

func TestNobodyWhoAnsweredIsKept(t *testing.T) {
	lab, tea := gitLabServer(t), giteaServer(t)
	lab.answers["/api/v4/projects/coast%2Ftools%2Ftide/issues"] = []map[string]any{numbered(1, 50, 0, "login-ann")}
	tea.answers["/api/v1/repos/coast/tide/issues"] = []map[string]any{numbered(1, 50, 0, "login-ann")}
	gitLabConversations(t, lab, 0, said{1, 40, "login-bo", ""})
	giteaConversations(tea, said{1, 40, "login-bo", ""})
	tr := restTrial(t, nil)
	tr.ask(lab.URL+"/coast/tools/tide", tea.URL+"/coast/tide")
	for address, reply := range tr.replies {
		var kept answer
		if reply.Answer == nil || json.Unmarshal(reply.Answer.Document, &kept) != nil || kept.Responders == nil || *kept.Responders != 1 {
			t.Errorf("%s: %+v", address, reply)
			continue
		}
		if strings.Contains(string(reply.Answer.Document), "login-") {
			t.Errorf("%s: kept: %s", address, reply.Answer.Document)
		}
	}
}

func TestAnUnchangedGitLabKeepsWhoAnswered(t *testing.T) {
	s := gitLabServer(t)
	s.answers["/api/v4/projects/coast%2Ftools%2Ftide/issues"] = []map[string]any{numbered(1, 50, 0, "ann")}
	gitLabConversations(t, s, 0, said{1, 40, "bo", ""})
	tr := restTrial(t, nil)
	tide := s.URL + "/coast/tools/tide"
	tr.ask(tide)
	before := len(s.calls)
	tr.now = today.Add(24 * time.Hour)
	tr.ask(tide)
	if n := len(s.calls) - before; n != 1 {
		t.Errorf("%d calls about what did not change, want 1: %q", n, s.calls[before:])
	}
	tr.want(tide, map[string]string{observation.ForgeIssueResponseDays: "10", observation.ForgeResponders12m: "1", observation.ForgeReleasesWithAssets12m: "1"})
}
