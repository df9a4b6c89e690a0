package forge

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

// published is an advisory in the form of GitHub's REST API.
func published(state string, withdrawn bool) map[string]any {
	one := map[string]any{"ghsa_id": "GHSA-0000-0000-0000", "state": state, "published_at": stamp(today), "withdrawn_at": nil,
		"publisher": map[string]any{"login": "login-ann"}}
	if withdrawn {
		one["withdrawn_at"] = stamp(today)
	}
	return one
}

const (
	reportingPath  = "/repos/coast/tool/private-vulnerability-reporting"
	advisoriesPath = "/repos/coast/tool/security-advisories"
)

// securityTrial is of a repository that offers reporting and published two advisories.
func securityTrial(t *testing.T) (*gitHubServer, *trial) {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("coast/tool")
	server.rest.answers[reportingPath] = map[string]any{"enabled": true}
	server.rest.answers[advisoriesPath] = []map[string]any{published("published", false), published("published", false), published("published", true)}
	return server, newTrial(t, server)
}

func TestGitHubTellsHowVulnerabilitiesAreReported(t *testing.T) {
	const reporting, advisories = observation.ForgePrivateReporting, observation.ForgeAdvisories
	for name, c := range map[string]struct {
		change func(*gitHubServer)
		want   map[string]string
	}{
		"told":         {func(*gitHubServer) {}, map[string]string{reporting: "true", advisories: "2"}},
		"switched off": {func(s *gitHubServer) { s.rest.answers[reportingPath] = map[string]any{"enabled": false} }, map[string]string{reporting: "false"}},
		"none":         {func(s *gitHubServer) { s.rest.answers[advisoriesPath] = []map[string]any{} }, map[string]string{advisories: "0"}},
		"more than are read": {func(s *gitHubServer) {
			s.rest.header = http.Header{"Link": {`<https://api.example/x?after=y>; rel="next"`}}
		},
			map[string]string{advisories: "≥ 2"}},
		"not shown": {func(s *gitHubServer) { delete(s.rest.answers, reportingPath); delete(s.rest.answers, advisoriesPath) },
			map[string]string{reporting: "unknown: unsupported", advisories: "unknown: unsupported"}},
		"refused":         {func(s *gitHubServer) { s.rest.status[advisoriesPath] = http.StatusForbidden }, map[string]string{reporting: "true", advisories: "unknown: no-token"}},
		"malformed":       {func(s *gitHubServer) { s.rest.answers[advisoriesPath] = "<html>" }, map[string]string{reporting: "true", advisories: "unknown: broken-input"}},
		"another type":    {func(s *gitHubServer) { s.rest.answers[reportingPath] = `{"enabled":"yes"}` }, map[string]string{reporting: "unknown: broken-input"}},
		"nothing in it":   {func(s *gitHubServer) { s.rest.answers[reportingPath] = `{}`; s.rest.answers[advisoriesPath] = "null" }, map[string]string{reporting: "unknown: unsupported", advisories: "unknown: unsupported"}},
		"renamed":         {func(s *gitHubServer) { s.rest.answers[advisoriesPath] = `[{"status":"published"}]` }, map[string]string{advisories: "unknown: unsupported"}},
		"enormous":        {func(s *gitHubServer) { s.rest.answers[advisoriesPath] = `"` + strings.Repeat("x", maxAnswer) + `"` }, map[string]string{reporting: "true", advisories: "unknown: unreachable"}},
		"no answer":       {func(s *gitHubServer) { s.rest.status[reportingPath] = http.StatusBadGateway }, map[string]string{reporting: "unknown: unreachable", advisories: "2"}},
		"a limit on REST": {func(s *gitHubServer) { s.rest.status[reportingPath] = http.StatusTooManyRequests }, map[string]string{reporting: "unknown: over-limit", advisories: "unknown: over-limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			server, tr := securityTrial(t)
			c.change(server)
			tr.ask(tool)
			c.want[observation.ForgeStars] = "7" // what GraphQL tells stands
			tr.want(tool, c.want)
			if strings.Contains(string(tr.replies[tool].Answer.Document), "login-") {
				t.Error("a login is kept")
			}
		})
	}
}

func TestReportingIsAskedOnceAWeekAndAgainWhereItFailed(t *testing.T) {
	server, tr := securityTrial(t)
	server.rest.status[advisoriesPath] = http.StatusTooManyRequests
	tr.ask(tool)
	if !tr.replies[tool].Answer.Partial || !strings.Contains(tr.tried[0], "limit") {
		t.Errorf("the next run would not ask again, or it is not said: %q", tr.tried)
	}
	delete(server.rest.status, advisoriesPath)
	for _, c := range []struct {
		day, calls int
		status     int
		want       string
		asked      int // day of the answer
	}{{1, 2, 0, "2", 1}, {2, 0, 0, "2", 1}, {7, 0, 0, "2", 1}, {8, 2, 0, "2", 8}, {16, 2, http.StatusForbidden, "unknown: no-token", 0}} {
		server.rest.calls, server.rest.status[advisoriesPath] = nil, c.status
		tr.now = today.AddDate(0, 0, c.day)
		tr.ask(tool)
		m := tr.measures(tool)[observation.ForgeAdvisories]
		if len(server.rest.calls) != c.calls || scannertest.Short(m) != c.want || c.asked > 0 && !m.At.Equal(today.AddDate(0, 0, c.asked).Truncate(24*time.Hour)) {
			t.Errorf("day %d: %q, %s of %s", c.day, server.rest.calls, scannertest.Short(m), m.At)
		}
	}
}

// TestAnEarlierAnswerStandsInUntilItIsTooOld lets the REST API be down for longer and longer.
func TestAnEarlierAnswerStandsInUntilItIsTooOld(t *testing.T) {
	server, tr := securityTrial(t)
	tr.ask(tool)
	server.rest.status[reportingPath], server.rest.status[advisoriesPath] = http.StatusBadGateway, http.StatusBadGateway
	for day, want := range map[int]string{20: "true", 40: "unknown: stale"} {
		_, again := securityTrial(t)
		again.kept, again.options.GitHub = tr.kept, server.URL
		again.now = today.AddDate(0, 0, day)
		again.ask(tool)
		again.want(tool, map[string]string{observation.ForgePrivateReporting: want, observation.ForgeStars: "7"})
	}
}

// enterprise is a GitHub Enterprise Server with one repository, at its own address.
func enterprise(t *testing.T) *gitHubServer {
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("Coast/tool-2")
	server.rest.answers["/api/v3/meta"] = map[string]any{"installed_version": "3.19.0"}
	server.rest.answers["/api/v3/repos/Coast/tool-2/private-vulnerability-reporting"] = map[string]any{"enabled": true}
	return server
}

func TestAGitHubEnterpriseIsKnownByWhatItAnswers(t *testing.T) {
	server := enterprise(t)
	server.missing = []string{"hasSponsorsListing"}
	address, host := server.URL+"/coast/tool", strings.TrimPrefix(server.URL, "http://")
	tr := newTrial(t, newGitHubServer(t))
	tr.options.Tokens = map[string][]string{hostGitHub: {"other"}, host: {"one"}}
	tr.ask(address)
	tr.want(address, map[string]string{observation.ForgeArchived: "false", observation.ForgeMovedTo: server.URL + "/Coast/tool-2", observation.ForgeStars: "7",
		observation.ForgePrivateReporting: "true", observation.ForgeAdvisories: "unknown: unsupported", observation.ForgeSponsors: "unknown: unsupported"})
	for _, sent := range slices.Concat(server.tokens, server.rest.tokens) {
		if !strings.EqualFold(sent, "bearer one") {
			t.Errorf("sent %q", sent)
		}
	}
	server.rest.calls = nil
	tr.now = today.Add(24 * time.Hour)
	tr.ask(address)
	if len(server.rest.calls) != 0 {
		t.Errorf("a host that is known was asked what it is: %q", server.rest.calls)
	}
}

func TestAGitHubEnterpriseWithoutATokenSaysWhichIsMissing(t *testing.T) {
	for name, change := range map[string]func(*restServer){
		"open": func(*restServer) {},
		"behind a sign-in": func(s *restServer) {
			s.status["/api/v3/meta"] = http.StatusUnauthorized
			s.header = http.Header{"X-Github-Enterprise-Version": {"enterprise-server@3.19.0"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := enterprise(t)
			change(server.rest)
			tr := newTrial(t, newGitHubServer(t))
			tr.ask(server.URL + "/coast/tool")
			for _, reply := range tr.replies {
				if reply.Failure == nil || reply.Failure.Cause != observation.CauseNoToken || !strings.Contains(reply.Failure.Message, "MIDSPAN_FORGE_TOKENS") {
					t.Errorf("got %+v", reply.Failure)
				}
			}
			if server.calls != 0 {
				t.Errorf("%d requests without a token", server.calls)
			}
		})
	}
}

func TestAForgeThatIsNotSpokenIsNotAskedAndNamed(t *testing.T) {
	for address, want := range map[string]string{"https://bitbucket.org/coast/tool": "Bitbucket", "https://git.sr.ht/~coast/tool": "SourceHut"} {
		refused := New(Options{}).Refuses(parse(t, address))
		if refused == nil || refused.Cause != observation.CauseUnsupported || !strings.Contains(refused.Message, want) {
			t.Errorf("%s: %+v", address, refused)
		}
	}
	refused := New(Options{Tokens: map[string][]string{hostGitHub: {"one"}}}).Refuses(catalog.Repository{URL: "https://coast.ghe.com/a/b", Host: "coast.ghe.com"})
	if refused == nil || refused.Cause != observation.CauseNoToken || !strings.Contains(refused.Message, "coast.ghe.com=TOKEN") {
		t.Errorf("a host with data in a region: %+v", refused)
	}
}
