package forge

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

var today = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

// trial asks a source on this machine.
type trial struct {
	t       *testing.T
	options Options
	now     time.Time
	retry   fetch.RetryPolicy
	kept    map[string]*scanners.Answer // what was answered before
	replies map[string]scanners.Reply
	tried   []string
}

func newTrial(t *testing.T, server *gitHubServer) *trial {
	return &trial{t: t, now: today, kept: map[string]*scanners.Answer{}, options: Options{
		GitHub: server.URL, Tokens: map[string][]string{hostGitHub: {"one"}}, Insecure: true, MaxWait: 50 * time.Millisecond,
	}, retry: fetch.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Millisecond, MaxDelay: time.Millisecond, FailureThreshold: 3,
		OpenInterval: time.Millisecond, IdleTimeout: 5 * time.Second}}
}

func (tr *trial) source() *Source { return New(tr.options) }

func parse(t *testing.T, address string) catalog.Repository {
	r, _, err := catalog.ParseRepository(address, catalog.Declared)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ask asks about addresses and keeps what is answered, as the pipeline does.
func (tr *trial) ask(addresses ...string) {
	tr.t.Helper()
	in := scanners.Asking{Now: func() time.Time { return tr.now },
		Client: fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "midspan/test", Retry: tr.retry, Handled: []int{429, 502, 504}})}
	tr.replies = map[string]scanners.Reply{}
	for _, address := range addresses {
		r := parse(tr.t, address)
		in.Questions = append(in.Questions, scanners.Question{Repository: r, Last: tr.kept[r.URL]})
	}
	in.Reply = func(reply scanners.Reply) error {
		url := reply.Repository.URL
		if _, twice := tr.replies[url]; twice || (reply.Answer == nil) == (reply.Failure == nil) {
			tr.t.Errorf("%s was answered twice, or in two ways", url)
		}
		tr.replies[url] = reply
		if reply.Answer != nil {
			tr.kept[url] = reply.Answer
		}
		return nil
	}
	tried, err := tr.source().Ask(tr.t.Context(), in)
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.tried = tried
	if len(tr.replies) != len(addresses) {
		tr.t.Errorf("%d replies to %d questions", len(tr.replies), len(addresses))
	}
}

// measures are those of the last answer, by id.
func (tr *trial) measures(address string) map[string]observation.Measure {
	tr.t.Helper()
	reply := tr.replies[parse(tr.t, address).URL]
	if reply.Answer == nil {
		tr.t.Fatalf("%s was not answered: %+v", address, reply.Failure)
	}
	return scannertest.MeasuresOf(tr.t, tr.source(), reply.Answer, tr.now)
}

func (tr *trial) want(address string, want map[string]string) {
	tr.t.Helper()
	scannertest.WantShort(tr.t, tr.measures(address), want)
}

const tool = "https://github.com/coast/tool"

func TestGitHubTellsWhatItKnowsOfARepository(t *testing.T) {
	server := newGitHubServer(t)
	one := repository("coast/tool")
	server.repos["coast/tool"] = one
	one["isArchived"], one["archivedAt"] = true, "2026-05-01T10:00:00Z"
	one["isFork"], one["parent"] = true, row{"nameWithOwner": "sea/tool"}
	one["releases"] = connection{release(10, 3, false), release(20, 0, false), release(30, 2, true), release(400, 1, false)}
	one["issues"] = connection{
		asked(300, "ann", "NONE", event("IssueComment", 299, "ann"), event("IssueComment", 290, "bo"), event("ClosedEvent", 280, "bo")),
		asked(200, "ann", "CONTRIBUTOR", event("IssueComment", 199, "triage[bot]")), // nobody answered
		asked(150, "cy", "NONE", event("ClosedEvent", 140, "cy")),                   // withdrawn
		asked(90, "bo", "OWNER"), // of the project
		asked(60, "di", "NONE", event("IssueComment", 58, "ed")),
		asked(10, "di", "NONE"), // too young to count as unanswered
		asked(50, "deps[bot]", "NONE", event("ClosedEvent", 49, "bo")),
		asked(500, "ann", "NONE", event("ClosedEvent", 100, "bo")), // older than 12 months, closed within
	}
	one["pullRequests"] = connection{
		asked(100, "ann", "NONE", event("PullRequestReview", 97, "ed"), event("MergedEvent", 96, "bo")),
		asked(80, "bo", "MEMBER", event("MergedEvent", 80, "bo")),
	}
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{
		observation.ForgeArchived: "true", observation.ForgeDisabled: "false", observation.ForgeGone: "false", observation.ForgeMovedTo: "none",
		observation.ForgeDefaultBranch: "main", observation.ForgeForkOf: "https://github.com/sea/tool",
		observation.ForgeIssuesOpened12m: "6", observation.ForgeIssuesClosed12m: "3", observation.ForgeIssuesOutside12m: "5",
		// From outside: answered after 10 and 2 days, withdrawn after 10, waiting for 200 and 10:
		// of five that wait, one is answered at 2 (0.8 wait), and of four at 10 one (0.6).
		observation.ForgeIssueResponseDays: "≥ 200",
		// Closed after 20 and 10 days, open for 200, 90, 60 and 10.
		observation.ForgeIssueCloseDays:   "≥ 200",
		observation.ForgeIssuesUnanswered: "0.3333333333333333",
		observation.ForgeChangesOpened12m: "2", observation.ForgeChangesClosed12m: "2", observation.ForgeChangeResponseDays: "3",
		observation.ForgeChangeCloseDays: "0", observation.ForgeChangesUnanswered: "0", observation.ForgeResponders12m: "2",
		observation.ForgeReleasesWithAssets12m: "1", observation.ForgeLicense: "EUPL-1.2", observation.ForgeSecurityPolicy: "true",
		observation.ForgeSponsors: "true", observation.ForgeStars: "7", observation.ForgeForks: "2",
	})
	if m := tr.measures(tool)[observation.ForgeArchived]; m.Detail != "since 2026-05-01" || !m.At.Equal(today.Truncate(24*time.Hour)) || m.Source != "GitHub" {
		t.Errorf("got %+v", m)
	}
	if want := "github.com: 1 of 1 repository answered, in 4 requests for 3 points"; len(tr.tried) != 1 || tr.tried[0] != want {
		t.Errorf("tried %q, want %q", tr.tried, want)
	}
}

func TestNobodyAsksIsNotNobodyAnswers(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/inert"] = repository("coast/inert")
	off := repository("coast/off")
	off["hasIssuesEnabled"] = false
	server.repos["coast/off"] = off
	ignored := repository("coast/ignored")
	ignored["issues"] = connection{asked(100, "ann", "NONE"), asked(90, "bo", "NONE", event("ClosedEvent", 30, "stale[bot]"))}
	server.repos["coast/ignored"] = ignored
	tr := newTrial(t, server)
	tr.ask("https://github.com/coast/inert", "https://github.com/coast/off", "https://github.com/coast/ignored")
	tr.want("https://github.com/coast/inert", map[string]string{observation.ForgeIssuesOpened12m: "0", observation.ForgeIssuesOutside12m: "0",
		observation.ForgeIssueResponseDays: "none", observation.ForgeIssuesUnanswered: "none", observation.ForgeIssueCloseDays: "none",
		observation.ForgeResponders12m: "0"})
	tr.want("https://github.com/coast/off", map[string]string{observation.ForgeIssuesOpened12m: "none", observation.ForgeIssuesOutside12m: "none",
		observation.ForgeIssueResponseDays: "none", observation.ForgeIssuesUnanswered: "none", observation.ForgeChangesOpened12m: "0"})
	tr.want("https://github.com/coast/ignored", map[string]string{observation.ForgeIssuesOutside12m: "2", observation.ForgeIssueResponseDays: "≥ 100",
		observation.ForgeIssuesUnanswered: "1", observation.ForgeResponders12m: "0", observation.ForgeIssuesClosed12m: "1"})
}

func TestAMovedRepositoryIsFollowedAndADeletedOneIsGone(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("Harbour/tool")
	tr := newTrial(t, server)
	tr.ask(tool, "https://github.com/coast/gone")
	tr.want(tool, map[string]string{observation.ForgeMovedTo: "https://github.com/Harbour/tool", observation.ForgeGone: "false"})
	_, notes := tr.source().Measures(*tr.replies[tool].Answer, today)
	if len(notes) != 1 || notes[0].Cause != observation.CauseRemark || !strings.Contains(notes[0].Message, "https://github.com/Harbour/tool") {
		t.Errorf("notes %+v", notes)
	}
	tr.want("https://github.com/coast/gone", map[string]string{observation.ForgeGone: "true", observation.ForgeArchived: "unknown: not-found",
		observation.ForgeIssuesOpened12m: "unknown: not-found", observation.ForgeStars: "unknown: not-found"})
}

// busy is a repository of which so many issues and changes were opened in 12 months.
func busy(place string, issues, changes int) row {
	r := repository(place)
	for _, list := range []struct {
		name string
		n    int
	}{{"issues", issues}, {"pullRequests", changes}} {
		var all connection
		for i := range list.n {
			ago := 1 + 300*float64(i)/float64(list.n)
			all = append(all, asked(ago, "ann", "NONE", event("IssueComment", ago-0.5, "bo"), event("ClosedEvent", ago-0.75, "bo")))
		}
		r[list.name] = all
	}
	return r
}

// busyTools adds repositories that are equally busy, and returns their addresses.
func (s *gitHubServer) busyTools(n, issues, changes int) (all []string) {
	for i := range n {
		place := fmt.Sprintf("coast/tool-%d", i)
		s.repos[place] = busy(place, issues, changes)
		all = append(all, "https://github.com/"+place)
	}
	return all
}

func TestOfManyTheNewestHundredAreReadAndCountsAreBounds(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = busy("coast/tool", 250, 100)
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeIssuesOpened12m: "≥ 100", observation.ForgeIssuesClosed12m: "≥ 100", observation.ForgeIssuesOutside12m: "≥ 100",
		observation.ForgeChangesOpened12m: "100", observation.ForgeChangesClosed12m: "100", observation.ForgeIssueResponseDays: "0", observation.ForgeResponders12m: "1"})
}

// TestTheTargetsOfPointsAndCallsHold asks about 250 repositories that are all as busy as
// can be, and again the day after.
func TestTheTargetsOfPointsAndCallsHold(t *testing.T) {
	server := newGitHubServer(t)
	all := server.busyTools(250, 101, 101)
	tr := newTrial(t, server)
	tr.ask(all...)
	t.Logf("cold: %d calls, %d points, and %d requests over REST", server.calls, server.points, len(server.rest.calls))
	if server.calls > 300 || server.points > 1500 {
		t.Errorf("cold: %d calls and %d points, want 300 and 1,500 at most", server.calls, server.points)
	}
	before := tr.measures(all[7])
	server.calls, server.points, server.rest.calls = 0, 0, nil
	tr.now = today.Add(24 * time.Hour)
	tr.ask(all...)
	t.Logf("unchanged: %d calls, %d points", server.calls, server.points)
	if calls := server.calls + len(server.rest.calls); calls > 50 {
		t.Errorf("unchanged: %d calls, want 50 at most", calls)
	}
	after := tr.measures(all[7])
	for id, m := range after {
		asked := tr.now
		if id == observation.ForgePrivateReporting || id == observation.ForgeAdvisories {
			asked = today // once a week
		}
		if m.State == observation.Measured && !m.At.Equal(asked.Truncate(24*time.Hour)) {
			t.Errorf("%s is of %s", id, m.At)
		}
		if scannertest.Short(m) != scannertest.Short(before[id]) {
			t.Errorf("%s was %s and is %s", id, scannertest.Short(before[id]), scannertest.Short(m))
		}
	}
}

func TestAnUnchangedListAgesWithoutBeingReadAgain(t *testing.T) {
	server := newGitHubServer(t)
	one := repository("coast/tool")
	one["issues"] = connection{asked(360, "ann", "NONE", event("IssueComment", 350, "bo")), asked(100, "ann", "NONE")}
	server.repos["coast/tool"] = one
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeIssuesOpened12m: "2", observation.ForgeResponders12m: "1", observation.ForgeIssuesUnanswered: "0.5"})
	tr.now = today.Add(10 * 24 * time.Hour)
	tr.ask(tool)
	if server.calls != 3 {
		t.Errorf("%d calls, want 2 and 1", server.calls)
	}
	tr.want(tool, map[string]string{observation.ForgeIssuesOpened12m: "1", observation.ForgeResponders12m: "≤ 1", observation.ForgeIssuesUnanswered: "1",
		observation.ForgeIssueResponseDays: "≥ 110"})
	one["issues"] = append(one["issues"].(connection), asked(-9, "cy", "NONE"))
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeIssuesOpened12m: "2", observation.ForgeResponders12m: "0"})
}

func TestWhereGitHubDoesNotAnswerInTimeLessIsAsked(t *testing.T) {
	server := newGitHubServer(t)
	all := server.busyTools(4, 120, 60)
	tr := newTrial(t, server)
	tr.ask(all...)
	want := tr.measures(all[2])
	for _, nodes := range []int{2000, 500, 100} {
		server.slowFrom = nodes
		tr.kept = map[string]*scanners.Answer{}
		tr.ask(all...)
		for id, m := range tr.measures(all[2]) {
			if scannertest.Short(m) != scannertest.Short(want[id]) {
				t.Errorf("from %d nodes on: %s is %s, want %s", nodes, id, scannertest.Short(m), scannertest.Short(want[id]))
			}
		}
	}
	// Even the smallest page is too much: the facts stand, and the lists are unknown.
	server.slowFrom = 50
	tr.kept = map[string]*scanners.Answer{}
	tr.ask(all[0])
	tr.want(all[0], map[string]string{observation.ForgeArchived: "false", observation.ForgeStars: "7", observation.ForgeIssuesOpened12m: "unknown: unreachable",
		observation.ForgeResponders12m: "unknown: unreachable"})
	if !tr.replies[all[0]].Answer.Partial {
		t.Error("the next run would not ask again")
	}
}

func TestDataAreKeptWhereErrorsComeWithThem(t *testing.T) {
	server := newGitHubServer(t)
	for _, place := range []string{"coast/tool", "coast/locked", "coast/broken"} {
		server.repos[place] = repository(place)
	}
	delete(server.repos, "coast/locked")
	server.also = []map[string]any{
		{"type": "FORBIDDEN", "path": []any{"r1"}, "message": "Resource protected by organization SAML enforcement."},
		{"type": "SERVICE_UNAVAILABLE", "path": []any{"r0", "licenseInfo"}, "message": "The licence could not be loaded."},
		{"message": "Something went wrong.", "path": []any{"r2"}},
	}
	server.change = func(alias string, answer map[string]any) {
		if alias == "r0" {
			answer["isSecurityPolicyEnabled"] = nil
		}
	}
	tr := newTrial(t, server)
	tr.ask(tool, "https://github.com/coast/locked", "https://github.com/coast/broken")
	tr.want(tool, map[string]string{observation.ForgeArchived: "false", observation.ForgeSecurityPolicy: "unknown: unsupported"})
	if _, notes := tr.source().Measures(*tr.replies[tool].Answer, today); len(notes) != 1 || !strings.Contains(notes[0].Message, "licence could not be loaded") {
		t.Errorf("notes %+v", notes)
	}
	if failure := tr.replies["https://github.com/coast/locked"].Failure; failure == nil || failure.Cause != observation.CauseNoToken {
		t.Errorf("locked: %+v", failure)
	}
	tr.want("https://github.com/coast/broken", map[string]string{observation.ForgeArchived: "false"})
}

func TestAFieldThatGitHubDropsCostsOneMeasure(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("coast/tool")
	server.missing = []string{"isSecurityPolicyEnabled", "spdxId"}
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeSecurityPolicy: "unknown: unsupported", observation.ForgeLicense: "unknown: unsupported",
		observation.ForgeArchived: "false", observation.ForgeIssuesOpened12m: "0"})
	server.missing = []string{"totalCount"} // GitHub no longer says how many there are
	tr.kept = map[string]*scanners.Answer{}
	tr.ask(tool)
	before := server.calls
	tr.now = tr.now.Add(24 * time.Hour)
	tr.ask(tool)
	if server.calls-before < 2 {
		t.Error("lists of which nothing shows that they did not change were not read again")
	}
	server.missing = []string{"timelineItems"}
	server.repos["coast/tool"] = busy("coast/tool", 3, 3)
	tr.kept = map[string]*scanners.Answer{}
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeArchived: "false", observation.ForgeIssuesOpened12m: "unknown: unsupported"})
	server.missing = []string{"repository", "nameWithOwner", "issues"}
	tr.kept = map[string]*scanners.Answer{}
	tr.ask(tool) // what is asked without these still finds nothing: it ends
	if failure := tr.replies[tool].Failure; failure == nil || failure.Cause != observation.CauseUnsupported {
		t.Errorf("got %+v", tr.replies[tool])
	}
}

func TestAnAnswerOfAnyShapeIsUnknownAndNotZero(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		cause observation.Cause
	}{
		"empty":          {"", observation.CauseBroken},
		"no JSON":        {"<html>", observation.CauseBroken},
		"nothing in it":  {"{}", observation.CauseUnreachable},
		"data null":      {`{"data":null}`, observation.CauseUnreachable},
		"another alias":  {`{"data":{"other":{}}}`, observation.CauseUnreachable},
		"a list":         {`{"data":{"r0":[]}}`, observation.CauseBroken},
		"another type":   {`{"data":{"r0":{"isArchived":"yes"}}}`, observation.CauseBroken},
		"another number": {`{"data":{"r0":{"stargazerCount":1.5}}}`, observation.CauseBroken},
		"enormous":       {`{"data":{"r0":{"nameWithOwner":"` + strings.Repeat("x", maxAnswer) + `"}}}`, observation.CauseUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			server := newGitHubServer(t)
			server.body = c.body
			if c.body == "" {
				server.status = func() (int, http.Header, string) { return http.StatusOK, nil, "" }
			}
			tr := newTrial(t, server)
			tr.ask(tool)
			if failure := tr.replies[tool].Failure; failure == nil || failure.Cause != c.cause {
				t.Errorf("got %+v", tr.replies[tool])
			}
		})
	}
	server := newGitHubServer(t)
	server.body = `{"data":{"r0":{}}}`
	tr := newTrial(t, server)
	tr.ask(tool)
	for id, m := range tr.measures(tool) {
		if m.State == observation.Measured && id != observation.ForgeGone {
			t.Errorf("%s is %s of an answer that says nothing", id, scannertest.Short(m))
		}
	}
}

func TestLimitsAreWaitedForOrReported(t *testing.T) {
	limited := func(header ...string) (int, http.Header, string) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return http.StatusForbidden, h, `{"message":"API rate limit exceeded"}`
	}
	reset := fmt.Sprint(today.Add(time.Hour).Unix())
	t.Run("reported", func(t *testing.T) {
		server := newGitHubServer(t)
		server.repos["coast/tool"] = repository("coast/tool")
		server.status = func() (int, http.Header, string) {
			return limited("X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", reset, "Date", today.Format(http.TimeFormat))
		}
		tr := newTrial(t, server)
		tr.ask(tool)
		failure := tr.replies[tool].Failure
		if failure == nil || failure.Cause != observation.CauseOverLimit || !strings.Contains(failure.Message, "13:00 UTC") || server.calls != 1 {
			t.Errorf("got %+v after %d calls", failure, server.calls)
		}
		if !strings.Contains(tr.tried[0], "0 of 1 repository answered") || !strings.Contains(tr.tried[0], "13:00 UTC") {
			t.Errorf("tried %q", tr.tried)
		}
	})
	t.Run("another token", func(t *testing.T) {
		server := newGitHubServer(t)
		server.repos["coast/tool"] = repository("coast/tool")
		server.status = func() (int, http.Header, string) {
			if server.tokens[len(server.tokens)-1] == "bearer one" {
				return limited("X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", reset, "Date", today.Format(http.TimeFormat))
			}
			return 0, nil, ""
		}
		tr := newTrial(t, server)
		tr.options.Tokens[hostGitHub] = []string{"one", "two"}
		tr.ask(tool)
		tr.want(tool, map[string]string{observation.ForgeArchived: "false"})
		if server.calls > 2 {
			t.Errorf("%d calls with %q", server.calls, server.tokens)
		}
	})
	t.Run("waited for", func(t *testing.T) {
		server := newGitHubServer(t)
		server.repos["coast/tool"] = repository("coast/tool")
		server.status = func() (int, http.Header, string) {
			if server.calls == 1 {
				return http.StatusTooManyRequests, http.Header{"Retry-After": {"0"}}, "slow down: rate limit"
			}
			return 0, nil, ""
		}
		tr := newTrial(t, server)
		tr.options.MaxWait = 2 * time.Minute
		tr.ask(tool)
		tr.want(tool, map[string]string{observation.ForgeArchived: "false"})
	})
	t.Run("not for ever", func(t *testing.T) {
		server := newGitHubServer(t)
		server.status = func() (int, http.Header, string) {
			return http.StatusTooManyRequests, http.Header{"Retry-After": {"0"}}, ""
		}
		tr := newTrial(t, server)
		tr.ask(tool)
		if failure := tr.replies[tool].Failure; failure == nil || failure.Cause != observation.CauseOverLimit || server.calls > 6 {
			t.Errorf("got %+v after %d calls", failure, server.calls)
		}
	})
	t.Run("in the body", func(t *testing.T) {
		server := newGitHubServer(t)
		server.body = `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}`
		tr := newTrial(t, server)
		tr.ask(tool)
		if failure := tr.replies[tool].Failure; failure == nil || failure.Cause != observation.CauseOverLimit || strings.Contains(failure.Message, "user") {
			t.Errorf("got %+v", failure)
		}
	})
}

// TestARunGoesOnWhereTheLimitStoppedIt reads some of three busy repositories, and the rest
// in the next run.
func TestARunGoesOnWhereTheLimitStoppedIt(t *testing.T) {
	server := newGitHubServer(t)
	all := server.busyTools(3, 101, 101)
	server.status = func() (int, http.Header, string) {
		if server.calls > 3 {
			return http.StatusTooManyRequests, http.Header{"Retry-After": {"3600"}}, ""
		}
		return 0, nil, ""
	}
	tr := newTrial(t, server)
	tr.ask(all...)
	var partial []string
	for _, address := range all {
		if tr.replies[address].Answer.Partial {
			partial = append(partial, address)
		}
	}
	if len(partial) != 1 {
		t.Fatalf("left for the next run: %v", partial)
	}
	tr.want(partial[0], map[string]string{observation.ForgeArchived: "false", observation.ForgeIssuesOpened12m: "unknown: over-limit"})
	server.status, server.calls = nil, 0
	tr.ask(all...)
	tr.want(partial[0], map[string]string{observation.ForgeIssuesOpened12m: "≥ 100"})
	if server.calls != 2 {
		t.Errorf("%d calls, want 1 for the facts and 1 for what was left", server.calls)
	}
}

func TestAnEarlierListStandsInForOneThatCannotBeReadWithItsOwnDay(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = busy("coast/tool", 5, 5)
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.now = today.Add(10 * 24 * time.Hour)
	server.repos["coast/tool"] = busy("coast/tool", 6, 5)
	server.slowFrom = 50
	tr.ask(tool)
	m := tr.measures(tool)[observation.ForgeIssuesOpened12m]
	if scannertest.Short(m) != "5" || !m.At.Equal(today.Truncate(24*time.Hour)) || !tr.replies[tool].Answer.Partial {
		t.Errorf("got %s of %s", scannertest.Short(m), m.At)
	}
	tr.now = today.Add(45 * 24 * time.Hour)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeIssuesOpened12m: "unknown: stale", observation.ForgeResponders12m: "unknown: stale", observation.ForgeStars: "7"})
}

func TestATokenIsSentToItsHostAlone(t *testing.T) {
	other := newGitHubServer(t)
	server := newGitHubServer(t)
	server.status = func() (int, http.Header, string) {
		return http.StatusTemporaryRedirect, http.Header{"Location": {other.URL}}, ""
	}
	tr := newTrial(t, server)
	tr.ask(tool)
	if len(other.tokens) != 1 || other.tokens[0] != "" || server.tokens[0] != "bearer one" {
		t.Errorf("the other host was sent %q, and GitHub %q", other.tokens, server.tokens)
	}
	got := TokensFrom(func(name string) string {
		return map[string]string{"GITHUB_TOKEN": "a, b", "GH_TOKEN": "b", "MIDSPAN_FORGE_TOKENS": "Git.Coast.org=c github.com=d =e f= g", "GITLAB_TOKEN": "h\x01"}[name]
	})
	if want := map[string][]string{"github.com": {"a", "b", "d"}, "git.coast.org": {"c"}}; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestARefusedTokenIsNotAskedWithAgain(t *testing.T) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("coast/tool")
	server.status = func() (int, http.Header, string) {
		if server.tokens[len(server.tokens)-1] == "bearer two" {
			return 0, nil, ""
		}
		return http.StatusUnauthorized, nil, `{"message":"Bad credentials"}`
	}
	tr := newTrial(t, server)
	tr.options.Tokens[hostGitHub] = []string{"one", "two"}
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeArchived: "false"})
	tr.options.Tokens[hostGitHub] = []string{"three"}
	tr.ask(tool)
	failure := tr.replies[tool].Failure
	if failure == nil || failure.Cause != observation.CauseNoToken || strings.Contains(fmt.Sprint(failure, tr.tried), "three") {
		t.Errorf("got %+v, %q", failure, tr.tried)
	}
}

func TestAHostThatIsDownEndsTheAsking(t *testing.T) {
	server := newGitHubServer(t)
	tr := newTrial(t, server)
	server.Close()
	var all []string
	for i := range 60 {
		all = append(all, fmt.Sprintf("https://github.com/coast/tool-%d", i))
	}
	tr.ask(all...)
	for _, address := range all {
		if failure := tr.replies[address].Failure; failure == nil || failure.Cause != observation.CauseUnreachable || failure.Subject != address {
			t.Fatalf("%s: %+v", address, failure)
		}
	}
	if want := "github.com: 0 of 60 repositories answered, in 1 request; github.com: connect: connection refused"; tr.tried[0] != want {
		t.Errorf("tried %q, want %q without an address of this machine", tr.tried, want)
	}
}

func TestWhatIsNoPublicForgeIsNotAsked(t *testing.T) {
	server := newGitHubServer(t)
	tr := newTrial(t, server)
	tr.options.Tokens = nil
	tr.ask(tool)
	if failure := tr.replies[tool].Failure; failure == nil || failure.Cause != observation.CauseNoToken || server.calls != 0 || len(tr.tried) != 0 {
		t.Errorf("without a token: %+v, %d calls, tried %q", failure, server.calls, tr.tried)
	}
	if refused := tr.source().Refuses(catalog.Repository{URL: "/srv/tool"}); refused == nil || refused.Cause != observation.CauseNotAsked {
		t.Errorf("a folder: %v", refused)
	}
	for address, excluded := range map[string]bool{"https://samples.midspan.example/tool": true, "https://git.coast.test/a/b": true,
		"https://gist.github.com/coast/0123456789abcdef0123": true, tool: false, "https://git.coast.org/a/b": false} {
		if why := tr.source().Excludes(parse(t, address)); (why != "") != excluded {
			t.Errorf("%s: %q", address, why)
		}
	}
}

// TestNobodyIsKept looks for every login of an answer in what is kept.
func TestNobodyIsKept(t *testing.T) {
	server := newGitHubServer(t)
	one := repository("coast/tool")
	one["issues"] = connection{asked(9, "login-ann", "NONE", event("IssueComment", 8, "login-bo"), event("ClosedEvent", 7, "login-cy"))}
	one["pullRequests"] = connection{asked(9, "login-di", "NONE", event("PullRequestReview", 8, "login-ed"), event("MergedEvent", 7, "login-ed"))}
	server.repos["coast/tool"] = one
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgeResponders12m: "3"})
	text, err := json.Marshal(tr.replies)
	if err != nil || strings.Contains(string(tr.replies[tool].Answer.Document)+string(text), "login-") {
		t.Errorf("kept: %s", tr.replies[tool].Answer.Document)
	}
}

// TestEveryRequestIsValidInGitHubsOwnSchema validates what is sent against the schema that
// npm's @octokit/graphql-schema brings: make validators.
func TestEveryRequestIsValidInGitHubsOwnSchema(t *testing.T) {
	text, err := os.ReadFile("../../.ci/validators/node_modules/@octokit/graphql-schema/schema.graphql")
	if err != nil && os.Getenv("MIDSPAN_TEST_STRICT") == "" {
		t.Skip("GitHub's schema is not here: make validators")
	}
	if err != nil {
		t.Fatalf("%v: make validators", err)
	}
	document, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "GitHub", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, definition := range document.Definitions { // some versions have a field twice
		seen := map[string]bool{}
		definition.Fields = slices.DeleteFunc(definition.Fields, func(f *ast.FieldDefinition) bool {
			twice := seen[f.Name]
			seen[f.Name] = true
			return twice
		})
	}
	schema, err := validator.ValidateSchemaDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	if _, errs := gqlparser.LoadQueryWithRules(schema, `query{repository(owner:"a",name:"b"){isForgotten}}`, rules.NewDefaultRules()); len(errs) == 0 {
		t.Fatal("a field that does not exist is valid: nothing is tested")
	}
	server := newGitHubServer(t)
	for i := range 3 {
		place := fmt.Sprintf("coast/tool-%d", i)
		server.repos[place] = busy(place, 120*(i+1), 50)
	}
	server.slowFrom = 1500 // so that pages are halved, and cursors used
	tr := newTrial(t, server)
	tr.ask("https://github.com/coast/tool-0", "https://github.com/coast/tool-1", "https://github.com/coast/tool-2")
	if len(server.queries) < 6 || !strings.Contains(strings.Join(server.queries, "\n"), "after:") {
		t.Errorf("only %d requests were tried", len(server.queries))
	}
	for _, query := range server.queries {
		if _, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules()); len(errs) > 0 {
			t.Errorf("GitHub's schema refuses %.200s: %v", query, errs)
		}
	}
}
