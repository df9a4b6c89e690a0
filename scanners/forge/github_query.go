package forge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// This file writes what GitHub is asked, in GraphQL. A request asks about several
// repositories, each under an alias r0, r1, …; their names are variables.

// Bounds of one request. GitHub ends one after ten seconds.
const (
	factsAtOnce   = 25  // repositories whose facts are asked at once
	itemsAtOnce   = 200 // issues and changes, of all repositories of a request
	eventsOfItem  = 10  // of each issue and change
	smallestPage  = 3
	commonPageMax = 100 // GitHub's own limit
)

// facts are the fields of a repository that stand alone. Should GitHub drop one, it is
// left out, and what it tells is unknown.
var facts = []string{
	"nameWithOwner", "isArchived", "archivedAt", "isDisabled", "isEmpty", "isFork", "hasIssuesEnabled", "stargazerCount", "forkCount",
	"isSecurityPolicyEnabled", "parent{nameWithOwner}", "defaultBranchRef{name}", "licenseInfo{spdxId}",
	"owner{... on Organization{hasSponsorsListing} ... on User{hasSponsorsListing}}",
	"issues(first:1,orderBy:{field:UPDATED_AT,direction:DESC}){totalCount nodes{updatedAt}}",
	"pullRequests(first:1,orderBy:{field:UPDATED_AT,direction:DESC}){totalCount nodes{updatedAt}}",
	fmt.Sprintf("releases(first:%d,orderBy:{field:CREATED_AT,direction:DESC}){totalCount nodes{createdAt isDraft releaseAssets(first:1){totalCount}}}", newestReleases),
}

// fieldName is the name of a field with arguments and a selection.
func fieldName(field string) string {
	if end := strings.IndexAny(field, "({"); end > 0 {
		return field[:end]
	}
	return field
}

// selected is the repository of an alias with what is asked of it.
type selected struct {
	owner, name string
	fields      []string
}

// queryOf writes a request and its variables.
func queryOf(all []selected) (string, map[string]string) {
	var declared, body strings.Builder
	variables := map[string]string{}
	for i, one := range all {
		fmt.Fprintf(&declared, "$o%d:String!,$n%d:String!,", i, i)
		fmt.Fprintf(&body, "r%d:repository(owner:$o%d,name:$n%d){%s}", i, i, i, strings.Join(one.fields, " "))
		variables[fmt.Sprintf("o%d", i)], variables[fmt.Sprintf("n%d", i)] = one.owner, one.name
	}
	return fmt.Sprintf("query(%s){%s rateLimit{cost}}", strings.TrimSuffix(declared.String(), ","), body.String()), variables
}

// list is one of the lists of a repository that are read page by page.
type list struct {
	alias string // in the answer
	text  string // with the place of the page's size and, behind it, of its cursor
}

// who tells a person from a program, and one from another.
const who = "{__typename login}"

// The lists. An event is an answer where somebody else than the author made it.
var (
	openedIssues = list{"opened", "opened:issues(first:%d%s,orderBy:{field:CREATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor} " +
		"nodes{createdAt closedAt authorAssociation author" + who + " timelineItems(first:" + fmt.Sprint(eventsOfItem) +
		",itemTypes:[ISSUE_COMMENT,CLOSED_EVENT]){pageInfo{hasNextPage} nodes{__typename ... on IssueComment{createdAt author" + who +
		"} ... on ClosedEvent{createdAt actor" + who + "}}}}}"}
	closedIssues = list{"closed", "closed:issues(first:%d%s,states:[CLOSED],orderBy:{field:UPDATED_AT,direction:DESC})" +
		"{pageInfo{hasNextPage endCursor} nodes{closedAt updatedAt author" + who + "}}"}
	openedChanges = list{"openedChanges", "openedChanges:pullRequests(first:%d%s,orderBy:{field:CREATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor} " +
		"nodes{createdAt closedAt authorAssociation author" + who + " timelineItems(first:" + fmt.Sprint(eventsOfItem) +
		",itemTypes:[ISSUE_COMMENT,PULL_REQUEST_REVIEW,MERGED_EVENT,CLOSED_EVENT]){pageInfo{hasNextPage} nodes{__typename ... on IssueComment{createdAt author" + who +
		"} ... on PullRequestReview{createdAt author" + who + "} ... on MergedEvent{createdAt actor" + who + "} ... on ClosedEvent{createdAt actor" + who + "}}}}}"}
	closedChanges = list{"closedChanges", "closedChanges:pullRequests(first:%d%s,states:[CLOSED,MERGED],orderBy:{field:UPDATED_AT,direction:DESC})" +
		"{pageInfo{hasNextPage endCursor} nodes{closedAt updatedAt author" + who + "}}"}
)

// page is the text of one page of a list, behind a cursor where one is given.
func (l list) page(size int, cursor string) string {
	behind := ""
	if cursor != "" {
		quoted, _ := json.Marshal(cursor) // a text of GraphQL is quoted like one of JSON
		behind = ",after:" + string(quoted)
	}
	return fmt.Sprintf(l.text, size, behind)
}

// without are the facts but for those that GitHub no longer has.
func without(dropped []string) []string {
	return slices.DeleteFunc(slices.Clone(facts), func(field string) bool { return slices.Contains(dropped, fieldName(field)) })
}
