package live

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ossf/scorecard/v5/checks"

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
	// answers stand in for what the server knows, by path.
	answers map[string]any
	many    int // changes and contributors, where more than one
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
	answer, given := g.answers[r.URL.Path]
	switch query := string(body); {
	case given:
	case r.URL.Path == "/repos/coast/tool":
		answer = object{"name": "tool", "default_branch": "main", "owner": object{"login": "coast"}, "created_at": "2020-01-01T00:00:00Z"}
	case r.URL.Path == "/repos/coast/tool/releases":
		assets := []any{object{"name": "tool.tar.gz", "browser_download_url": "x"}}
		if g.signed {
			assets = append(assets, object{"name": "tool.tar.gz.sig"})
		}
		answer = []any{object{"tag_name": "v1", "target_commitish": "main", "assets": assets}}
	case r.URL.Path == "/repos/coast/tool/languages":
		answer = object{"Go": 9000, "Shell": 10}
	case r.URL.Path == "/repos/coast/tool/license":
		answer = object{"name": "LICENSE", "license": object{"key": "mit", "name": "MIT License", "spdx_id": "MIT"}}
	case r.URL.Path == "/repos/coast/tool/hooks":
		answer = []any{object{"id": 1, "config": object{"secret": "********"}}}
	case r.URL.Path == "/repos/coast/tool/contributors":
		answer = g.contributors()
	case strings.HasPrefix(r.URL.Path, "/users/") && strings.HasSuffix(r.URL.Path, "/orgs"):
		answer = []any{}
	case strings.HasPrefix(r.URL.Path, "/users/"):
		answer = object{"login": "ann", "company": "@company-of-" + path.Base(r.URL.Path)}
	case r.URL.Path == "/search/commits":
		answer = object{"items": []any{object{"author": object{"id": 49699333}}}}
	case r.URL.Path == "/repos/coast/tool/actions/workflows/publish.yml/runs":
		answer = object{"workflow_runs": []any{object{"head_sha": "c1", "html_url": "x"}}}
	case r.URL.Path == "/repos/coast/tool/actions/workflows/never.yml/runs":
		answer = object{"workflow_runs": []any{}}
	case r.URL.Path == "/repos/coast/tool/actions/workflows/wrapper.yml/runs":
		answer = object{"workflow_runs": []any{object{"head_sha": "c1"}}}
	case r.URL.Path == "/repos/coast/.github/contents/":
		answer = []any{object{"name": "SECURITY.md", "type": "file"}}
	case r.URL.Path == "/repos/coast/.github/contents/SECURITY.md":
		answer = object{"encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte("Report a vulnerability at https://coast.example/report within 90 days of disclosure.\n"))}
	case r.URL.Path == "/status.json":
		answer = object{"projects": []any{object{"main_repo": "https://github.com/Coast/Tool.git"}}}
	case r.URL.Path == "/projects.json":
		answer = []any{object{"badge_level": "silver"}}
	case r.URL.Path == "/graphql" && strings.Contains(query, "checkSuites("):
		suites := object{"nodes": []any{object{"app": object{"slug": "github-actions"}, "conclusion": "SUCCESS", "status": "COMPLETED"}}}
		var nodes []any
		for i := range max(1, g.many) {
			nodes = append(nodes, object{"associatedPullRequests": object{"nodes": []any{object{"headRefOid": fmt.Sprintf("head%d", i+1),
				"commits": object{"nodes": []any{object{"commit": object{"checkSuites": suites}}}}}}}})
		}
		answer = object{"data": object{"repository": object{"object": object{"history": object{"nodes": nodes}}}}}
	case strings.HasPrefix(r.URL.Path, "/repos/coast/tool/commits/head"):
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
	all := []any{commit}
	for i := 1; i < g.many; i++ {
		text, _ := json.Marshal(commit)
		all = append(all, json.RawMessage(strings.ReplaceAll(strings.ReplaceAll(string(text), `"c1"`, fmt.Sprintf(`"c%d"`, i+1)), "head1", fmt.Sprintf("head%d", i+1))))
	}
	return object{"isArchived": false, "issues": object{"nodes": []any{}},
		"object": object{"history": object{"nodes": all, "pageInfo": object{"hasNextPage": false}}}}
}

// contributors are six people of as many companies, with enough commits each to count.
func (g *gitHub) contributors() []any {
	var all []any
	for i := range max(6, g.many) {
		all = append(all, object{"login": fmt.Sprintf("person%d", i), "contributions": 5 + i})
	}
	return all
}

func (g *gitHub) source() *Source {
	return New(Options{Tokens: []string{"secret"}, Address: g.URL, Fuzz: g.URL, Badges: g.URL})
}

// scanned is what a scan found in the files: of each check that reads files alone a score, and
// the facts.
func scanned(facts *observation.PostureFacts) func(context.Context) (scanners.Found, error) {
	found := scanners.Found{Posture: facts}
	for check, score := range map[string]int{"dangerous-workflow": 10, "pinned-dependencies": 3, "token-permissions": 0, "license": 9, "security-policy": 4,
		"dependency-update-tool": 0} {
		found.Measures = append(found.Measures, observation.Measure{ID: observation.PosturePrefix + check, State: observation.Measured, Value: float64(score), Detail: "of files"})
	}
	found.Measures = append(found.Measures, observation.Measure{ID: "posture.sast", State: observation.Unknown, Cause: observation.CauseUnsupported, Detail: "another analyser"})
	return func(context.Context) (scanners.Found, error) { return found, nil }
}

// whole are the facts of files that need all of what GitHub tells.
func whole() *observation.PostureFacts {
	return &observation.PostureFacts{Binaries: 3, Wrappers: 2, WrapperWorkflow: "wrapper.yml", Packaging: []string{"never.yml", "publish.yml"},
		Analysers: []string{"CodeQL"}, Owners: []string{".github/CODEOWNERS"}, SBOMs: []string{"tool.spdx.json"}}
}

func TestEveryCheckOfTheLibraryIsAsked(t *testing.T) {
	library := checks.GetAllWithExperimental()
	for _, c := range every() {
		if library[c.name].Fn == nil {
			t.Errorf("the library has no check %s", c.name)
		}
		delete(library, c.name)
	}
	if len(library) > 0 {
		t.Errorf("not asked: %v", slices.Sorted(maps.Keys(library)))
	}
}

func TestAllChecksAreAnsweredOfFilesAndGitHubTogether(t *testing.T) {
	g := newGitHub(t)
	reply, tried := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{Found: scanned(whole())})
	if reply.Answer == nil || reply.Answer.Partial {
		t.Fatalf("%+v %s, tried %q", reply.Failure, reply.Answer.Document, tried)
	}
	got := scannertest.MeasuresOf(t, g.source(), reply.Answer, today)
	scannertest.WantShort(t, got, map[string]string{
		"posture-full.binary-artifacts": "9", "posture-full.branch-protection": "6", "posture-full.cii-best-practices": "7", "posture-full.ci-tests": "10",
		"posture-full.code-review": "10", "posture-full.contributors": "10", "posture-full.dangerous-workflow": "10", "posture-full.dependency-update-tool": "10",
		"posture-full.fuzzing": "10", "posture-full.license": "10", "posture-full.maintained": "0", "posture-full.packaging": "10",
		"posture-full.pinned-dependencies": "3", "posture-full.sast": "7", "posture-full.sbom": "5", "posture-full.security-policy": "10",
		"posture-full.signed-releases": "8", "posture-full.token-permissions": "0", "posture-full.vulnerabilities": "unknown: unsupported",
		"posture-full.webhooks": "10",
	})
	for i, call := range g.calls {
		if strings.Contains(call, "tarball") {
			t.Errorf("asked %s: no archive is asked for", call)
		}
		outside := strings.HasSuffix(call, ".json")
		if (g.tokens[i] == "") != outside || g.tokens[i] != "" && g.tokens[i] != "Bearer secret" {
			t.Errorf("%s was sent %q", call, g.tokens[i])
		}
	}
	if text := string(reply.Answer.Document); strings.Contains(text, "person") || strings.Contains(text, "company-of") || strings.Contains(text, "coast.example") {
		t.Errorf("kept: %s", text)
	}
}

func TestWithoutTheScanWhatNoSnapshotShowsIsAskedAllTheSame(t *testing.T) {
	g := newGitHub(t)
	reply, tried := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{})
	if reply.Answer == nil || !reply.Answer.Partial || len(tried) != 1 {
		t.Fatalf("%+v %s, tried %q", reply.Failure, reply.Answer.Document, tried)
	}
	reply.Answer.Partial = false // as with the files
	scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), map[string]string{
		"posture-full.code-review": "10", "posture-full.ci-tests": "10", "posture-full.signed-releases": "8",
		"posture-full.branch-protection": "≥ 6", "posture-full.sast": "unknown: scanner-failed", "posture-full.binary-artifacts": "unknown: scanner-failed",
	})
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
		"posture-full.code-review": "0", "posture-full.signed-releases": "0"})
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
		"releases refused": {status(http.StatusForbidden, nil, "/repos/coast/tool/releases"), "", map[string]string{"posture-full.signed-releases": "unknown: no-token", "posture-full.code-review": "10"}},
		"GraphQL is broken": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/graphql" {
				fmt.Fprint(w, `{"data":7}`)
			}
			return r.URL.Path == "/graphql"
		}, "", map[string]string{"posture-full.code-review": "unknown: broken-input", "posture-full.signed-releases": "8"}},
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

// TestHalvesOfChecksAreHeldTogether takes from the files, or from GitHub, what it is that
// decides each check.
func TestHalvesOfChecksAreHeldTogether(t *testing.T) {
	runs := func(sha string) object { return object{"workflow_runs": []any{object{"head_sha": sha}}} }
	for name, c := range map[string]struct {
		facts   observation.PostureFacts
		answers map[string]any
		status  map[string]int
		want    map[string]string
	}{
		"wrappers checked on another commit": {*whole(), map[string]any{"/repos/coast/tool/actions/workflows/wrapper.yml/runs": runs("other")}, nil, map[string]string{"binary-artifacts": "7"}},
		"wrappers without a workflow":        {observation.PostureFacts{Binaries: 30, Wrappers: 1}, nil, nil, map[string]string{"binary-artifacts": "0"}},
		"nothing compiled":                   {observation.PostureFacts{}, nil, nil, map[string]string{"binary-artifacts": "10"}},
		"a workflow that never ran":          {observation.PostureFacts{Packaging: []string{"never.yml"}}, nil, nil, map[string]string{"packaging": "unknown: no-source"}},
		"an odd name of a workflow":          {observation.PostureFacts{Packaging: []string{"a?b#c%2e.yml"}}, map[string]any{"/repos/coast/tool/actions/workflows/a?b#c%2e.yml/runs": runs("c1")}, nil, map[string]string{"packaging": "10"}},
		"a fuzzer of a prominent language":   {observation.PostureFacts{Fuzzers: []string{"GoBuiltInFuzzer"}}, nil, map[string]int{"/status.json": 404}, map[string]string{"fuzzing": "10"}},
		"one of another language":            {observation.PostureFacts{Fuzzers: []string{"RustCargoFuzzer"}}, map[string]any{"/status.json": object{"projects": []any{object{"main_repo": "https://github.com/a/b"}}}}, nil, map[string]string{"fuzzing": "0"}},
		"ClusterFuzzLite":                    {observation.PostureFacts{Fuzzers: []string{"ClusterFuzzLite"}}, nil, map[string]int{"/status.json": 404}, map[string]string{"fuzzing": "10"}},
		"OSS-Fuzz gone":                      {observation.PostureFacts{}, nil, map[string]int{"/status.json": 404}, map[string]string{"fuzzing": "unknown: not-found"}},
		"OSS-Fuzz empty":                     {observation.PostureFacts{}, map[string]any{"/status.json": object{}}, nil, map[string]string{"fuzzing": "unknown: broken-input"}},
		"no badge":                           {observation.PostureFacts{}, map[string]any{"/projects.json": []any{}}, nil, map[string]string{"cii-best-practices": "0"}},
		"a badge of no name":                 {observation.PostureFacts{}, map[string]any{"/projects.json": []any{object{"badge_level": "tin"}}}, nil, map[string]string{"cii-best-practices": "unknown: broken-input"}},
		"badges down":                        {observation.PostureFacts{}, nil, map[string]int{"/projects.json": 500}, map[string]string{"cii-best-practices": "unknown: unreachable", "fuzzing": "10"}},
		"badges over their limit":            {observation.PostureFacts{}, nil, map[string]int{"/projects.json": 429}, map[string]string{"cii-best-practices": "unknown: over-limit"}},
		"a policy of its own":                {observation.PostureFacts{Policy: true}, nil, nil, map[string]string{"security-policy": "4"}},
		"no policy anywhere":                 {observation.PostureFacts{}, nil, map[string]int{"/repos/coast/.github/contents/": 404}, map[string]string{"security-policy": "0"}},
		"the policy is refused":              {observation.PostureFacts{}, nil, map[string]int{"/repos/coast/.github/contents/SECURITY.md": 403}, map[string]string{"security-policy": "unknown: no-token"}},
		"no licence at GitHub":               {observation.PostureFacts{}, nil, map[string]int{"/repos/coast/tool/license": 404}, map[string]string{"license": "9"}},
		"the search is refused":              {observation.PostureFacts{}, nil, map[string]int{"/search/commits": 403}, map[string]string{"dependency-update-tool": "unknown: no-token"}},
		"nobody updates":                     {observation.PostureFacts{}, map[string]any{"/search/commits": object{"items": []any{}}}, nil, map[string]string{"dependency-update-tool": "0"}},
		"hooks hidden":                       {observation.PostureFacts{}, nil, map[string]int{"/repos/coast/tool/hooks": 404}, map[string]string{"webhooks": "unknown: no-token"}},
		"no hook":                            {observation.PostureFacts{}, map[string]any{"/repos/coast/tool/hooks": []any{}}, nil, map[string]string{"webhooks": "10"}},
		"an analyser that Scorecard misses":  {observation.PostureFacts{}, nil, nil, map[string]string{"sast": "unknown: unsupported"}},
		"Sonar":                              {observation.PostureFacts{Analysers: []string{"Sonar"}}, nil, nil, map[string]string{"sast": "10"}},
		"a bill in a release": {*whole(), map[string]any{"/repos/coast/tool/releases": []any{object{"tag_name": "v1", "target_commitish": "main", "assets": []any{object{"name": "tool.spdx.json"}}}}}, nil,
			map[string]string{"sbom": "10", "signed-releases": "0"}},
		"no release":         {observation.PostureFacts{}, map[string]any{"/repos/coast/tool/releases": []any{}}, nil, map[string]string{"sbom": "0", "signed-releases": "none"}},
		"files missing":      {observation.PostureFacts{Unread: map[string]observation.Cause{"SAST": observation.CauseMissingObjects}}, nil, nil, map[string]string{"sast": "unknown: missing-objects", "ci-tests": "10"}},
		"contributors alone": {observation.PostureFacts{}, map[string]any{"/repos/coast/tool/contributors": []any{}}, nil, map[string]string{"contributors": "0"}},
		"profiles refused": {observation.PostureFacts{}, nil, map[string]int{"/users/person0": 403, "/users/person1": 403, "/users/person2": 403, "/users/person3": 403},
			map[string]string{"contributors": "≥ 6"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGitHub(t)
			g.answers = c.answers
			g.change = func(w http.ResponseWriter, r *http.Request) bool {
				status := c.status[r.URL.Path]
				if status != 0 {
					w.WriteHeader(status)
					fmt.Fprint(w, `{"message":"no"}`)
				}
				return status != 0
			}
			reply, _ := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{Found: scanned(&c.facts)})
			want := map[string]string{}
			for check, value := range c.want {
				want[observation.PostureFullPrefix+check] = value
			}
			scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), want)
		})
	}
}

// TestARepositoryTakesBoundedRequests counts those of one with as many changes, contributors
// and workflows as the checks look at.
func TestARepositoryTakesBoundedRequests(t *testing.T) {
	g := newGitHub(t)
	g.many = 30
	reply, tried := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{Found: scanned(whole())})
	byKind := map[string]int{}
	for _, call := range g.calls {
		kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(call, "GET /"), "POST /"), "/")
		byKind[kind]++
	}
	if reply.Answer == nil || len(g.calls) > 130 {
		t.Errorf("%d requests", len(g.calls))
	}
	t.Logf("%d requests: %v; %q", len(g.calls), byKind, tried)
}

// TestTheLimitOfTheSearchStopsTheSearchAlone is GitHub's own counting: 30 a minute.
func TestTheLimitOfTheSearchStopsTheSearchAlone(t *testing.T) {
	g := newGitHub(t)
	g.change = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/search/commits" {
			return false
		}
		w.Header().Set("X-Ratelimit-Remaining", "0")
		w.Header().Set("X-Ratelimit-Reset", fmt.Sprint(time.Now().Add(50*time.Second).Unix()))
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	reply, _ := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{Found: scanned(whole())})
	scannertest.WantShort(t, scannertest.MeasuresOf(t, g.source(), reply.Answer, today), map[string]string{
		"posture-full.dependency-update-tool": "unknown: over-limit", "posture-full.license": "10", "posture-full.contributors": "10"})
	if !reply.Answer.Partial {
		t.Error("it is not asked again")
	}
}

func TestVulnerabilitiesComeFromTheMatchAndTheScoreIsScorecards(t *testing.T) {
	g := newGitHub(t)
	reply, _ := scannertest.AskOne(t, g.source(), today, tool, scanners.Question{Found: scanned(whole())})
	kept, _ := g.source().Measures(*reply.Answer, today)
	matched := func(state observation.State, bound observation.Bound) []observation.Measure {
		return append(slices.Clone(kept), observation.Measure{ID: observation.AdvisoriesFindings, State: state, Bound: bound, Cause: observation.CauseNoSource, Value: 2, Source: "OSV", At: today})
	}
	finding := func(id, ecosystem, name string) observation.Finding {
		return observation.Finding{Advisory: id, Package: observation.Package{Ecosystem: ecosystem, Name: name, Version: "1"}}
	}
	findings := []observation.Finding{finding("GHSA-1", "npm", "a"), finding("GHSA-2", "npm", "b"), finding("GHSA-1", "npm", "c"), finding("GO-1", "Go", "stdlib")}
	for name, c := range map[string]struct {
		measures []observation.Measure
		want     string
		counted  string
	}{
		"matched":    {matched(observation.Measured, observation.Exact), "8", "18 of the 18"},
		"in part":    {matched(observation.Measured, observation.AtLeast), "≤ 8", "18 of the 18"},
		"unmatched":  {matched(observation.Unknown, ""), "unknown: no-source", "17 of the 18"},
		"no package": {matched(observation.NotApplicable, ""), "none", "17 of the 18"},
	} {
		t.Run(name, func(t *testing.T) {
			got := scannertest.ByID(WithAdvisories(c.measures, findings))
			scannertest.WantShort(t, got, map[string]string{"posture-full.vulnerabilities": c.want})
			if score := got[observation.PostureFullScore]; !strings.HasPrefix(score.Detail, c.counted) || score.State != observation.Measured {
				t.Errorf("the score is %s: %s", scannertest.Short(score), score.Detail)
			}
		})
	}
	without := []observation.Measure{{ID: observation.AdvisoriesFindings, State: observation.Measured, Value: 2}}
	if got := WithAdvisories(without, findings); len(got) != 1 {
		t.Errorf("a run without Scorecard in full has %v", got)
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
