package forge

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// kindOf names requests of GraphQL by what they ask for.
func kindOf(r *http.Request, body string) string {
	key := r.Method + " " + r.URL.Path
	for _, list := range []string{"pullRequests(", "mergeRequests(", "issues(", "releases("} {
		if r.Method == http.MethodPost && strings.Contains(body, list) {
			key += " " + strings.TrimSuffix(list, "(")
		}
	}
	return key
}

// TestEveryMeasureOfGitHubIsPresentAbsentOrUnknownWithItsCause drives each measure through
// what GitHub may answer.
func TestEveryMeasureOfGitHubIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	quiet := map[string]string{
		observation.ForgeArchived: "false", observation.ForgeDisabled: "false", observation.ForgeGone: "false", observation.ForgeMovedTo: "none",
		observation.ForgeDefaultBranch: "none", observation.ForgeForkOf: "none", observation.ForgeIssuesOpened12m: "0", observation.ForgeIssuesClosed12m: "0",
		observation.ForgeIssuesOutside12m: "0", observation.ForgeIssueResponseDays: "none", observation.ForgeIssueCloseDays: "none",
		observation.ForgeIssuesUnanswered: "none", observation.ForgeChangesOpened12m: "0", observation.ForgeChangesClosed12m: "0",
		observation.ForgeChangeResponseDays: "none", observation.ForgeChangeCloseDays: "none", observation.ForgeChangesUnanswered: "none",
		observation.ForgeResponders12m: "0", observation.ForgeReleasesWithAssets12m: "0", observation.ForgeLicense: "unknown: no-source",
		observation.ForgeSecurityPolicy: "false", observation.ForgePrivateReporting: "false", observation.ForgeAdvisories: "0",
		observation.ForgeSponsors: "false", observation.ForgeStars: "0", observation.ForgeForks: "0",
	}
	off := maps.Clone(quiet)
	for id := range off {
		if strings.Contains(id, "issue") {
			off[id] = "none"
		}
	}
	scannertest.States{
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			server, tr := securityTrial(t)
			one := repository("coast/tool")
			server.repos["coast/tool"] = one
			if state == scannertest.Present {
				knowsEverything(one)
				for _, path := range []string{reportingPath, advisoriesPath} { // it moved
					server.rest.answers[strings.Replace(path, "coast", "harbour", 1)] = server.rest.answers[path]
				}
			} else {
				one["defaultBranchRef"], one["licenseInfo"], one["isSecurityPolicyEnabled"], one["stargazerCount"], one["forkCount"] = nil, nil, false, 0, 0
				one["isEmpty"] = true
				one["owner"] = row{"__typename": "Organization", "hasSponsorsListing": false}
				one["hasIssuesEnabled"] = state != "switched off"
				server.rest.answers[reportingPath], server.rest.answers[advisoriesPath] = map[string]any{"enabled": false}, []map[string]any{}
			}
			faults.Key = kindOf
			faults.Before(server.Server)
			return tr.source(), tool, scanners.Question{}
		},
		Tables: map[string]map[string]string{
			scannertest.Present: {
				observation.ForgeArchived: "true", observation.ForgeDisabled: "true", observation.ForgeGone: "false", observation.ForgeMovedTo: "https://github.com/harbour/tool",
				observation.ForgeDefaultBranch: "main", observation.ForgeForkOf: "https://github.com/sea/tool", observation.ForgeIssuesOpened12m: "1",
				observation.ForgeIssuesClosed12m: "1", observation.ForgeIssuesOutside12m: "1", observation.ForgeIssueResponseDays: "10",
				observation.ForgeIssueCloseDays: "20", observation.ForgeIssuesUnanswered: "0", observation.ForgeChangesOpened12m: "1",
				observation.ForgeChangesClosed12m: "1", observation.ForgeChangeResponseDays: "3", observation.ForgeChangeCloseDays: "4",
				observation.ForgeChangesUnanswered: "0", observation.ForgeResponders12m: "2", observation.ForgeReleasesWithAssets12m: "1",
				observation.ForgeLicense: "EUPL-1.2", observation.ForgeSecurityPolicy: "true", observation.ForgePrivateReporting: "true",
				observation.ForgeAdvisories: "2", observation.ForgeSponsors: "true", observation.ForgeStars: "7", observation.ForgeForks: "2",
			},
			"absent": quiet, "switched off": off,
		},
	}.Drive(t, today)
}

// knowsEverything fills a row of GitHub's.
func knowsEverything(one row) {
	one["nameWithOwner"] = "harbour/tool"
	one["isArchived"], one["archivedAt"], one["isDisabled"] = true, "2026-05-01T10:00:00Z", true
	one["isFork"], one["parent"] = true, row{"nameWithOwner": "sea/tool"}
	one["releases"] = connection{release(10, 3, false)}
	one["issues"] = connection{asked(300, "ann", "NONE", event("IssueComment", 290, "bo"), event("ClosedEvent", 280, "bo"))}
	one["pullRequests"] = connection{asked(100, "ann", "NONE", event("PullRequestReview", 97, "ed"), event("MergedEvent", 96, "bo"))}
}

// ofOthers is what GitLab, and Gitea and Forgejo, know at most.
func ofOthers(changed map[string]string) map[string]string {
	all := map[string]string{
		observation.ForgeArchived: "false", observation.ForgeDisabled: "none", observation.ForgeGone: "false", observation.ForgeMovedTo: "none",
		observation.ForgeDefaultBranch: "main", observation.ForgeForkOf: "none", observation.ForgeIssuesOpened12m: "1", observation.ForgeIssuesClosed12m: "1",
		observation.ForgeIssuesOutside12m: "1", observation.ForgeIssueResponseDays: "3", observation.ForgeIssueCloseDays: "5",
		observation.ForgeIssuesUnanswered: "0", observation.ForgeChangesOpened12m: "1", observation.ForgeChangesClosed12m: "1",
		observation.ForgeChangeResponseDays: "2", observation.ForgeChangeCloseDays: "4", observation.ForgeChangesUnanswered: "0",
		observation.ForgeResponders12m: "1", observation.ForgeReleasesWithAssets12m: "1", observation.ForgeLicense: "MIT", observation.ForgeSecurityPolicy: "none",
		observation.ForgePrivateReporting: "none", observation.ForgeAdvisories: "none", observation.ForgeSponsors: "none", observation.ForgeStars: "4", observation.ForgeForks: "1",
	}
	maps.Copy(all, changed)
	return all
}

func nobodyAsks(changed map[string]string) map[string]string {
	all := ofOthers(map[string]string{
		observation.ForgeIssuesOpened12m: "0", observation.ForgeIssuesClosed12m: "0", observation.ForgeIssuesOutside12m: "0",
		observation.ForgeIssueResponseDays: "none", observation.ForgeIssueCloseDays: "none", observation.ForgeIssuesUnanswered: "none",
		observation.ForgeChangesOpened12m: "0", observation.ForgeChangesClosed12m: "0", observation.ForgeChangeResponseDays: "none",
		observation.ForgeChangeCloseDays: "none", observation.ForgeChangesUnanswered: "none", observation.ForgeResponders12m: "0",
		observation.ForgeReleasesWithAssets12m: "0", observation.ForgeForkOf: "none", observation.ForgeStars: "0", observation.ForgeForks: "0",
		observation.ForgeDefaultBranch: "none", observation.ForgeLicense: "unknown: no-source",
	})
	maps.Copy(all, changed)
	return all
}

// TestEveryMeasureOfGitLabIsPresentAbsentOrUnknownWithItsCause does it with a token of a
// member, whom GitLab tells all.
func TestEveryMeasureOfGitLabIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	const project = "/api/v4/projects/coast%2Ftools%2Ftide"
	scannertest.States{
		Partly: true,
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			s := gitLabServer(t)
			facts := s.answers[project].(map[string]any)
			s.answers[project+"/members/all"] = []map[string]any{with(user("bo"), map[string]any{"access_level": 30})}
			s.answers[project+"/issues"], s.answers[project+"/merge_requests"] = []map[string]any{numbered(1, 50, 45, "ann")}, []map[string]any{numbered(101, 50, 46, "ann")}
			s.answers[project+"/releases"] = s.answers[project+"/releases"].([]map[string]any)[:1]
			facts["license"], facts["forked_from_project"] = map[string]any{"key": "mit"}, nil // a parent's address has the server's port
			var said1 []said
			if state == scannertest.Present {
				said1 = []said{{1, 47, "bo", ""}, {101, 48, "bo", ""}}
			} else {
				s.answers[project+"/issues"], s.answers[project+"/merge_requests"], s.answers[project+"/releases"] = []map[string]any{}, []map[string]any{}, []map[string]any{}
				facts["empty_repo"], facts["star_count"], facts["forks_count"], facts["license"], facts["default_branch"] = true, 0, 0, nil, nil
			}
			gitLabConversations(t, s, 0, said1...)
			faults.Key = kindOf
			faults.Before(s.Server)
			tr := restTrial(t, map[string][]string{strings.TrimPrefix(s.URL, "http://"): {"one"}})
			return tr.source(), s.URL + "/coast/tools/tide", scanners.Question{}
		},
		Tables: map[string]map[string]string{
			scannertest.Present: ofOthers(map[string]string{observation.ForgePrivateReporting: "unknown: unsupported"}),
			"absent":            nobodyAsks(map[string]string{observation.ForgePrivateReporting: "unknown: unsupported"}),
		},
		Except: noForge("GET /api/v1/version", "GET /api/v4/projects", "GET "+project+"/releases"),
	}.Drive(t, today)
}

// noForge are the causes where a server does not say which forge it is, and where one does not
// show releases, which may be switched off.
func noForge(keys ...string) map[string][]observation.Cause {
	all := map[string][]observation.Cause{}
	for _, key := range append(keys, "*") {
		key, _ = url.PathUnescape(key)
		for _, fault := range []string{"malformed", "of another type", "refused"} {
			all[key+" "+fault] = []observation.Cause{observation.CauseUnsupported}
		}
	}
	return all
}

// TestEveryMeasureOfGiteaIsPresentAbsentOrUnknownWithItsCause does it with Gitea.
func TestEveryMeasureOfGiteaIsPresentAbsentOrUnknownWithItsCause(t *testing.T) {
	const path = "/api/v1/repos/coast/tide"
	scannertest.States{
		Partly: true,
		Of: func(t *testing.T, state string, faults *scannertest.Faults) (scanners.Source, string, scanners.Question) {
			s := giteaServer(t)
			facts := s.answers[path].(map[string]any)
			facts["archived"], facts["default_branch"] = false, "main"
			s.answers[path+"/assignees"] = []map[string]any{user("bo")}
			change := with(numbered(101, 50, 46, "ann"), map[string]any{"pull_request": map[string]any{"merged": false}})
			s.byType = map[string][]map[string]any{path + "/issues?issues": {numbered(1, 50, 45, "ann")}, path + "/issues?pulls": {change}}
			said1 := []said{{1, 47, "bo", ""}, {101, 48, "bo", ""}}
			if state != scannertest.Present {
				s.byType, said1 = map[string][]map[string]any{path + "/issues?issues": {}, path + "/issues?pulls": {}}, nil
				s.answers[path+"/releases"] = []map[string]any{}
				facts["stars_count"], facts["forks_count"], facts["licenses"], facts["default_branch"], facts["empty"] = 0, 0, []string{}, "", true
			}
			giteaConversations(s, said1...)
			faults.Key = func(r *http.Request, _ string) string {
				return r.Method + " " + r.URL.Path + " " + r.URL.Query().Get("type")
			}
			faults.Before(s.Server)
			tr := restTrial(t, map[string][]string{strings.TrimPrefix(s.URL, "http://"): {"one"}})
			return tr.source(), s.URL + "/coast/tide", scanners.Question{}
		},
		Tables: map[string]map[string]string{scannertest.Present: ofOthers(nil), "absent": nobodyAsks(nil)},
		Except: noForge("GET /api/v1/version ", "GET "+path+"/releases "),
	}.Drive(t, today)
}
