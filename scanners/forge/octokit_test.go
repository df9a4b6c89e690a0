package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// octokit reads a file of npm's @octokit packages, which make validators brings.
func octokit(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../.ci/validators/node_modules/@octokit", name))
	if err != nil && os.Getenv("MIDSPAN_TEST_STRICT") == "" {
		t.Skipf("@octokit/%s is not here: make validators", name)
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%v: make validators", err)
	}
}

// openAPI is as much of an OpenAPI document as is read here.
type openAPI struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas    map[string]schema
		Parameters map[string]parameter
		Examples   map[string]struct{ Value json.RawMessage }
	}
}

type operation struct {
	Parameters []parameter
	Responses  map[string]struct {
		Content map[string]struct {
			Schema   schema
			Examples map[string]struct {
				Ref   string `json:"$ref"`
				Value json.RawMessage
			}
		}
	}
}

type parameter struct {
	Ref      string `json:"$ref"`
	Name, In string
	Schema   struct{ Enum []any }
}

type schema struct {
	Ref        string `json:"$ref"`
	Items      *schema
	Properties map[string]struct{ Type any }
}

func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// find is the operation that answers a request; nil where none does, or where it knows a
// parameter of the query not, or not with that value.
func (d openAPI) find(call string) *operation {
	u, err := url.Parse(call)
	if err != nil {
		return nil
	}
	for template, operations := range d.Paths {
		pattern := regexp.MustCompile(`\\\{[a-z_]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		get, there := operations["get"]
		if !there || !regexp.MustCompile("^"+pattern+"$").MatchString(u.Path) || strings.Contains(template, "{path}") {
			continue
		}
		for name, values := range u.Query() {
			i := slices.IndexFunc(get.Parameters, func(p parameter) bool { return d.of(p).Name == name && d.of(p).In == "query" })
			if i < 0 || len(d.of(get.Parameters[i]).Schema.Enum) > 0 && !slices.Contains(d.of(get.Parameters[i]).Schema.Enum, any(values[0])) {
				return nil
			}
		}
		return &get
	}
	return nil
}

func (d openAPI) of(p parameter) parameter {
	if p.Ref != "" {
		return d.Components.Parameters[last(p.Ref)]
	}
	return p
}

// properties are the fields of an answer, or of each of its entries.
func (d openAPI) properties(o *operation) []string {
	s := o.Responses["200"].Content["application/json"].Schema
	if s.Items != nil {
		s = *s.Items
	}
	if s.Ref != "" {
		s = d.Components.Schemas[last(s.Ref)]
	}
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	return names
}

// TestEveryRESTRequestIsInGitHubsOwnOpenAPI holds what is asked, and the fields that are
// read, against the description that GitHub publishes.
func TestEveryRESTRequestIsInGitHubsOwnOpenAPI(t *testing.T) {
	var document, enterprise openAPI
	octokit(t, "openapi/generated/api.github.com.json", &document)
	octokit(t, "openapi/generated/ghes-3.19.json", &enterprise)
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("coast/tool")
	newTrial(t, server).ask(tool)
	if len(server.rest.calls) != 2 {
		t.Fatalf("asked %q", server.rest.calls)
	}
	for call, read := range map[string]any{server.rest.calls[0]: gitHubReporting{}, server.rest.calls[1]: gitHubAdvisory{}} {
		o := document.find(call)
		if o == nil {
			t.Errorf("GitHub does not know %s", call)
			continue
		}
		told := document.properties(o)
		for _, field := range reflect.VisibleFields(reflect.TypeOf(read)) {
			if name := field.Tag.Get("json"); !slices.Contains(told, name) {
				t.Errorf("GitHub's answer to %s has no %s; it has %q", call, name, told)
			}
		}
	}
	if o := enterprise.find("/meta"); o == nil || !slices.Contains(enterprise.properties(o), "installed_version") {
		t.Error("a GitHub Enterprise Server does not tell its version under /meta")
	}
	for _, wrong := range []string{"/repos/a/b/private-vulnerability", "/repos/a/b/security-advisories?status=published", "/repos/a/b/security-advisories?state=public"} {
		if document.find(wrong) != nil {
			t.Errorf("GitHub knows %s: nothing is tested", wrong)
		}
	}
}

// TestGitHubsOwnExamplesAreRead answers with the examples of that description.
func TestGitHubsOwnExamplesAreRead(t *testing.T) {
	var document openAPI
	octokit(t, "openapi/generated/api.github.com.json", &document)
	server := newGitHubServer(t)
	server.repos["coast/tool"] = repository("coast/tool")
	for _, path := range []string{"/repos/coast/tool/private-vulnerability-reporting", "/repos/coast/tool/security-advisories"} {
		example := document.find(path).Responses["200"].Content["application/json"].Examples["default"]
		if example.Ref != "" {
			example.Value = document.Components.Examples[last(example.Ref)].Value
		}
		server.rest.answers[path] = string(example.Value)
	}
	tr := newTrial(t, server)
	tr.ask(tool)
	tr.want(tool, map[string]string{observation.ForgePrivateReporting: "true", observation.ForgeAdvisories: "2"})
}

// recorded is an answer that GitHub gave.
type recorded struct {
	Method, Path string
	Status       int
	Response     json.RawMessage
	Headers      map[string]any
	RawHeaders   []string
}

// recordedServer answers as GitHub did, and leads to itself where GitHub led to itself.
func recordedServer(t *testing.T, scenario string) *httptest.Server {
	var all []recorded
	octokit(t, "fixtures/scenarios/api.github.com/"+scenario+"/normalized-fixture.json", &all)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(all, func(one recorded) bool { return one.Method == "get" && one.Path == r.URL.RequestURI() })
		if i < 0 {
			t.Errorf("GitHub was never asked for %s", r.URL)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		for name, value := range all[i].Headers {
			if !strings.EqualFold(name, "content-length") && !strings.EqualFold(name, "transfer-encoding") && !strings.EqualFold(name, "content-encoding") {
				w.Header().Set(name, strings.ReplaceAll(fmt.Sprint(value), "https://api.github.com", "http://"+r.Host))
			}
		}
		w.WriteHeader(all[i].Status)
		_, _ = w.Write(all[i].Response)
	}))
	t.Cleanup(server.Close)
	return server
}

// recordedSession asks such a server over REST.
func recordedSession(t *testing.T, server *httptest.Server) *session {
	return &session{host: hostGitHub, base: server.URL, in: scanners.Asking{Client: fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "midspan/test"})}, tokens: newTokens([]string{"one"}, func() time.Time { return today })}
}

func TestGitHubRecordedMovesAreFollowed(t *testing.T) {
	s := recordedSession(t, recordedServer(t, "rename-repository"))
	var told struct {
		Place string `json:"full_name"`
	}
	if _, err := s.get(t.Context(), "/repos/octokit-fixture-org/rename-repository", &told); err != nil || !gitHubPlace().MatchString(told.Place) ||
		told.Place == "octokit-fixture-org/rename-repository" {
		t.Errorf("led to %+v, %v", told, err)
	}
}

func TestGitHubRecordedPagesTellWhetherThereAreMore(t *testing.T) {
	s := recordedSession(t, recordedServer(t, "paginate-issues"))
	for path, more := range map[string]bool{"/repos/octokit-fixture-org/paginate-issues/issues?per_page=3": true, "/repositories/1000/issues?per_page=3&page=5": false} {
		var list []json.RawMessage
		header, err := s.get(t.Context(), path, &list)
		if err != nil || len(list) == 0 || hasNextPage(header) != more {
			t.Errorf("%s: %d entries, more %t, %v", path, len(list), hasNextPage(header), err)
		}
	}
}

// TestGitHubRecordedLimitsAreRead learns from the headers of an answer as it came.
func TestGitHubRecordedLimitsAreRead(t *testing.T) {
	var all []recorded
	octokit(t, "fixtures/scenarios/api.github.com/get-repository/raw-fixture.json", &all)
	header := http.Header{}
	for pair := range slices.Chunk(all[0].RawHeaders, 2) {
		header.Add(pair[0], pair[1])
	}
	tokens := newTokens([]string{"one"}, func() time.Time { return today })
	if tokens.learn(tokens.list[0], &http.Response{StatusCode: all[0].Status, Header: header}) || tokens.list[0].remaining < 1 || tokens.list[0].until.After(today) {
		t.Errorf("learnt %+v", tokens.list[0])
	}
	header.Set("X-RateLimit-Remaining", "0")
	if !tokens.learn(tokens.list[0], &http.Response{StatusCode: http.StatusTooManyRequests, Header: header}) || !tokens.list[0].until.After(today) {
		t.Errorf("at its limit: %+v", tokens.list[0])
	}
}
