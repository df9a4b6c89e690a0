package forge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// gitHubServer speaks GitHub's GraphQL API on this machine, as far as its documentation
// tells: it reads the request itself, answers what is selected, counts points and nodes
// by the published formula, and refuses what GitHub refuses. The repositories are tables.
type gitHubServer struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	repos map[string]row // by "owner/name" in small letters

	calls, points int
	tokens        []string                                  // of the requests, in order
	queries       []string                                  // their texts
	slowFrom      int                                       // so many nodes and more end in 502; 0 for none
	headers       func() http.Header                        // of an answer; nil for none
	status        func() (int, http.Header, string)         // in place of an answer, where the status is not 0
	also          []map[string]any                          // errors beside the data
	missing       []string                                  // fields that are not in the schema
	change        func(alias string, answer map[string]any) // changes what is sent of a repository
	body          string                                    // in place of any answer
	rest          *restServer                               // what is answered over REST, below its own paths
}

// row is an object: a field is a value, a row or a connection.
type row map[string]any

// connection is a list of rows that is read page by page.
type connection []row

func newGitHubServer(t *testing.T) *gitHubServer {
	s := &gitHubServer{t: t, repos: map[string]row{}, rest: newRESTServer(t, 100)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *gitHubServer) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.rest.serve(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.tokens = append(s.tokens, r.Header.Get("Authorization"))
	if s.headers != nil {
		for name, values := range s.headers() {
			w.Header()[name] = values
		}
	}
	if s.status != nil {
		if code, header, body := s.status(); code != 0 {
			for name, values := range header {
				w.Header()[name] = values
			}
			w.WriteHeader(code)
			fmt.Fprint(w, body)
			return
		}
	}
	if s.body != "" {
		fmt.Fprint(w, s.body)
		return
	}
	var request struct {
		Query     string
		Variables map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.Method != http.MethodPost {
		s.t.Errorf("the request is no GraphQL: %v", err)
	}
	s.queries = append(s.queries, request.Query)
	document, err := parser.ParseQuery(&ast.Source{Input: request.Query})
	if err != nil {
		s.t.Errorf("the request does not parse: %v", err)
		return
	}
	s.answer(w, document.Operations[0].SelectionSet, request.Variables)
}

func (s *gitHubServer) answer(w http.ResponseWriter, set ast.SelectionSet, variables map[string]any) {
	requests, nodes := cost(s.t, set, 1)
	if nodes > 500_000 {
		s.send(w, nil, []map[string]any{{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many nodes"}})
		return
	}
	points := max(1, (requests+50)/100)
	s.points += points
	if s.slowFrom > 0 && nodes >= s.slowFrom {
		http.Error(w, "<html>Unicorn!</html>", http.StatusBadGateway)
		return
	}
	if undefined := s.undefined(set); len(undefined) > 0 {
		s.send(w, nil, undefined)
		return
	}
	data, errs := map[string]any{}, slices.Clone(s.also)
	for _, one := range set {
		field := one.(*ast.Field)
		if field.Name == "rateLimit" {
			data[field.Alias] = map[string]any{"cost": points}
			continue
		}
		name := fmt.Sprintf("%s/%s", argument(field, "owner", variables), argument(field, "name", variables))
		repository := s.repos[strings.ToLower(name)]
		data[field.Alias] = nil
		if repository == nil {
			errs = append(errs, map[string]any{"type": "NOT_FOUND", "path": []any{field.Alias},
				"message": "Could not resolve to a Repository with the name '" + name + "'."})
			continue
		}
		found := object(s.t, repository, field.SelectionSet)
		if s.change != nil {
			s.change(field.Alias, found)
		}
		data[field.Alias] = found
	}
	s.send(w, data, errs)
}

func (s *gitHubServer) send(w http.ResponseWriter, data map[string]any, errs []map[string]any) {
	body := map[string]any{"data": data}
	if data == nil {
		delete(body, "data")
	}
	if len(errs) > 0 {
		body["errors"] = errs
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.t.Error(err)
	}
}

// undefined is what GitHub answers to fields that its schema does not have.
func (s *gitHubServer) undefined(set ast.SelectionSet) (errs []map[string]any) {
	walk(set, func(field *ast.Field) {
		if slices.Contains(s.missing, field.Name) {
			errs = append(errs, map[string]any{"message": fmt.Sprintf("Field '%s' doesn't exist on type 'Repository'", field.Name),
				"extensions": map[string]any{"code": "undefinedField", "typeName": "Repository", "fieldName": field.Name}})
		}
	})
	return errs
}

func walk(set ast.SelectionSet, visit func(*ast.Field)) {
	for _, one := range set {
		switch one := one.(type) {
		case *ast.Field:
			visit(one)
			walk(one.SelectionSet, visit)
		case *ast.InlineFragment:
			walk(one.SelectionSet, visit)
		}
	}
}

// cost counts the requests and the nodes of a selection as GitHub publishes it: each
// connection is a request for every node above it, and has as many nodes as its first
// argument says, which must be from 1 to 100.
func cost(t *testing.T, set ast.SelectionSet, times int) (requests, nodes int) {
	for _, one := range set {
		switch one := one.(type) {
		case *ast.InlineFragment:
			r, n := cost(t, one.SelectionSet, times)
			requests, nodes = requests+r, nodes+n
		case *ast.Field:
			below := times
			if isConnection(one) {
				first, err := strconv.Atoi(argument(one, "first", nil))
				if err != nil || first < 1 || first > 100 {
					t.Errorf("%s asks for %d at once: GitHub wants 1 to 100", one.Name, first)
				}
				requests, below = requests+times, times*first
				nodes += below
			}
			r, n := cost(t, one.SelectionSet, below)
			requests, nodes = requests+r, nodes+n
		}
	}
	return requests, nodes
}

func isConnection(field *ast.Field) bool {
	return slices.Contains([]string{"issues", "pullRequests", "releases", "releaseAssets", "timelineItems"}, field.Name)
}

func argument(field *ast.Field, name string, variables map[string]any) string {
	given := field.Arguments.ForName(name)
	if given == nil {
		return ""
	}
	if given.Value.Kind == ast.Variable {
		return fmt.Sprint(variables[given.Value.Raw])
	}
	return given.Value.Raw
}

// object answers what is selected of a row.
func object(t *testing.T, from row, set ast.SelectionSet) map[string]any {
	made := map[string]any{}
	for _, one := range set {
		if fragment, is := one.(*ast.InlineFragment); is {
			if fragment.TypeCondition == from["__typename"] {
				for name, value := range object(t, from, fragment.SelectionSet) {
					made[name] = value
				}
			}
			continue
		}
		field := one.(*ast.Field)
		value, known := from[field.Name]
		switch value := value.(type) {
		case row:
			made[field.Alias] = object(t, value, field.SelectionSet)
		case connection:
			made[field.Alias] = page(t, value, field)
		default:
			if !known && !slices.Contains([]string{"archivedAt", "parent", "licenseInfo", "defaultBranchRef", "closedAt", "author", "actor", "endCursor"}, field.Name) {
				t.Errorf("the table has no %s in %v", field.Name, from)
			}
			made[field.Alias] = value
		}
	}
	return made
}

// page answers a page of a connection, in the order and of the states that are asked for.
func page(t *testing.T, all connection, field *ast.Field) map[string]any {
	all = slices.Clone(all)
	if states := field.Arguments.ForName("states"); states != nil {
		all = slices.DeleteFunc(all, func(r row) bool { return r["closedAt"] == nil })
	}
	if order := field.Arguments.ForName("orderBy"); order != nil {
		by := map[string]string{"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt"}[order.Value.Children.ForName("field").Raw]
		slices.SortStableFunc(all, func(a, b row) int { return cmp.Compare(b[by].(string), a[by].(string)) })
	}
	total := len(all)
	if after := argument(field, "after", nil); after != "" {
		from, err := strconv.Atoi(after)
		if err != nil || from > total {
			t.Errorf("the cursor %q was never given", after)
		}
		all = all[from:]
	}
	first, _ := strconv.Atoi(argument(field, "first", nil))
	more := len(all) > first
	all = all[:min(first, len(all))]
	end := total - len(all)
	if more {
		from, _ := strconv.Atoi(cmp.Or(argument(field, "after", nil), "0"))
		end = from + len(all)
	}
	cursor := any(nil)
	if len(all) > 0 {
		cursor = strconv.Itoa(end)
	}
	result := row{"totalCount": total, "pageInfo": row{"hasNextPage": more, "endCursor": cursor}}
	answer := object(t, result, slices.DeleteFunc(slices.Clone(field.SelectionSet), func(s ast.Selection) bool { return s.(*ast.Field).Name == "nodes" }))
	for _, one := range field.SelectionSet {
		if nodes := one.(*ast.Field); nodes.Name == "nodes" {
			list := []any{}
			for _, r := range all {
				list = append(list, object(t, r, nodes.SelectionSet))
			}
			answer["nodes"] = list
		}
	}
	return answer
}

// stamp is a time as GitHub writes it.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// repository is a row with every fact, of a repository that nobody asks anything.
func repository(place string) row {
	return row{
		"__typename": "Repository", "nameWithOwner": place, "isArchived": false, "archivedAt": nil, "isDisabled": false, "isEmpty": false, "isFork": false,
		"hasIssuesEnabled": true, "stargazerCount": 7, "forkCount": 2, "isSecurityPolicyEnabled": true, "parent": nil,
		"defaultBranchRef": row{"name": "main"}, "licenseInfo": row{"spdxId": "EUPL-1.2"},
		"owner":  row{"__typename": "Organization", "hasSponsorsListing": true},
		"issues": connection{}, "pullRequests": connection{}, "releases": connection{},
	}
}

func actor(login string) any {
	switch {
	case login == "":
		return nil
	case strings.HasSuffix(login, "[bot]"):
		return row{"__typename": "Bot", "login": login}
	}
	return row{"__typename": "User", "login": login}
}

// asked is an issue or a change, opened so many days ago.
func asked(daysAgo float64, author, association string, events ...row) row {
	at := today.Add(-days(daysAgo))
	made := row{"createdAt": stamp(at), "updatedAt": stamp(at), "closedAt": nil, "authorAssociation": association, "author": actor(author)}
	for _, event := range events {
		made["updatedAt"] = event["createdAt"]
		if kind := event["__typename"]; kind == "ClosedEvent" || kind == "MergedEvent" {
			made["closedAt"] = event["createdAt"]
		}
	}
	made["timelineItems"] = connection(events)
	return made
}

func event(kind string, daysAgo float64, by string) row {
	return row{"__typename": kind, "createdAt": stamp(today.Add(-days(daysAgo))), "author": actor(by), "actor": actor(by)}
}

func release(daysAgo float64, assets int, draft bool) row {
	return row{"createdAt": stamp(today.Add(-days(daysAgo))), "isDraft": draft, "releaseAssets": make(connection, assets)}
}

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }
