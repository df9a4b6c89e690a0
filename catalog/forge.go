package catalog

import (
	"regexp"
	"slices"
	"strings"
)

// layout is how the addresses of a forge are built.
type layout int

const (
	layoutUnknown     layout = iota
	layoutPairs              // owner/name, then pages: GitHub, Bitbucket, Forgejo
	layoutGroups             // group/…/name, then "/-/" and pages: GitLab
	layoutHuggingFace        // owner/name behind an optional kind: Hugging Face
	layoutSourceHut          // ~owner/name
	layoutPagure             // name, namespace/name or fork/user/name, then pages: Pagure
)

// forgeAt returns the layout of a public forge that is known by its host.
// Known forges compare names without case and serve git with or without
// ".git"; of any other host neither is known.
func forgeAt(host string) layout {
	switch host {
	case "github.com", "gist.github.com", "bitbucket.org", "codeberg.org", "gitea.com", "gitee.com", "notabug.org", "gitcode.com", "opendev.org":
		return layoutPairs
	case "gitlab.com", "framagit.org", "salsa.debian.org", "invent.kde.org", "code.europa.eu", "0xacab.org":
		return layoutGroups
	case "huggingface.co":
		return layoutHuggingFace
	case "git.sr.ht":
		return layoutSourceHut
	}
	switch label, _, _ := strings.Cut(host, "."); label {
	case "gitlab":
		return layoutGroups
	case "pagure":
		return layoutPagure
	}
	return layoutUnknown
}

// otherVCS returns the version control system that an address points to,
// where that is not git.
func otherVCS(host string, segments []string) string {
	label, _, _ := strings.Cut(host, ".")
	for _, system := range []struct {
		name  string
		words []string
	}{
		{"Mercurial", []string{"hg", "hgweb", "hgroot", "mercurial"}},
		{"Subversion", []string{"svn", "viewvc", "websvn", "svnroot"}},
		{"Bazaar", []string{"bzr", "loggerhead"}},
		{"CVS", []string{"cvs", "cvsweb", "cvsroot"}},
	} {
		matches := func(word string) bool { return slices.Contains(system.words, strings.ToLower(word)) }
		if matches(label) || slices.ContainsFunc(segments, matches) {
			return system.name
		}
	}
	return ""
}

// Path segments of forges that are no account and no repository.
var (
	// reservedNames are first segments that no account can have.
	reservedNames = []string{
		"about", "apps", "collections", "contact", "customer-stories", "dashboard", "enterprise", "events",
		"explore", "features", "help", "join", "login", "marketplace", "new", "notifications", "pricing",
		"pulls", "search", "security", "settings", "site", "sponsors", "topics", "trending", "-",
	}
	// huggingFacePages are those of Hugging Face.
	huggingFacePages = []string{"docs", "models", "papers", "blog", "tasks", "posts", "learn"}
	// accountFolders are first segments that an account's name follows.
	accountFolders = []string{"orgs", "users", "groups", "organizations"}
	// pageMarkers end a repository's address where groups may be nested: what
	// follows is a page of the repository.
	pageMarkers = []string{
		"-", "activity", "archive", "blame", "blob", "branches", "commit", "commits", "graphs", "issues",
		"merge_requests", "network", "pipelines", "raw", "releases", "tags", "tree", "wiki", "wikis",
	}
)

var plainName = regexp.MustCompile(`^[A-Za-z0-9_~.+-]+$`)

// repositoryPath is the path of a repository at its host.
type repositoryPath struct {
	owner  []string
	name   string
	isPage bool // more followed: the address of a file or a page
}

// locate finds the repository that the path segments of an address name. The
// error is a *refusal.
func (l layout) locate(segments []string) (repositoryPath, error) {
	if l != layoutUnknown {
		if err := l.firstSegment(segments); err != nil {
			return repositoryPath{}, err
		}
	}
	least, end := 2, repositoryDepth(segments)
	switch {
	case l == layoutUnknown:
		least = 1
	case l == layoutHuggingFace && slices.Contains([]string{"datasets", "spaces"}, segments[0]):
		least, end = 3, min(len(segments), 3)
	case l == layoutPagure:
		least, end = pagureDepth(segments)
	case l != layoutGroups:
		end = min(len(segments), 2)
	}
	if end < least {
		return repositoryPath{}, addressErrorf(causeAddress, "is the page of an organisation or a person, not a repository: name its repositories in the catalog")
	}
	found := repositoryPath{owner: segments[:end-1], name: l.repositoryName(segments[end-1]), isPage: end < len(segments)}
	if found.name == "" || found.name == ".git" {
		return repositoryPath{}, addressErrorf(causeAddress, "names no repository: correct it in the catalog")
	}
	if l == layoutUnknown {
		return found, nil
	}
	if !slices.ContainsFunc(segments[:end], func(s string) bool { return !plainName.MatchString(s) }) {
		return found, nil
	}
	return repositoryPath{}, addressErrorf(causeAddress, "has characters that no repository of this host has: correct it in the catalog")
}

// repositoryName takes off what does not belong to a name: punctuation of the
// sentence around the address and, where the forge is known, ".git".
func (l layout) repositoryName(segment string) string {
	for {
		name := strings.TrimRight(segment, wrapping)
		if l != layoutUnknown {
			name = trimGit(name)
		}
		if name == segment {
			return name
		}
		segment = name
	}
}

func (l layout) firstSegment(segments []string) error {
	first := strings.ToLower(segments[0])
	if slices.Contains(accountFolders, first) {
		return addressErrorf(causeAddress, "is the page of an organisation or a person, not a repository: name its repositories in the catalog")
	}
	if slices.Contains(reservedNames, first) || l == layoutHuggingFace && slices.Contains(huggingFacePages, first) {
		return addressErrorf(causeAddress, "is a web page of the forge, not a repository")
	}
	return nil
}

// repositoryDepth is how many segments make up the repository's address where its
// depth is not fixed.
func repositoryDepth(segments []string) int {
	for i, segment := range segments {
		switch {
		case strings.HasSuffix(segment, ".git") && segment != ".git":
			return i + 1
		case segment == "_git" && i+1 < len(segments): // Azure DevOps
			return i + 2
		case i >= 2 && slices.Contains(pageMarkers, segment):
			return i
		case i >= 2 && segment == "src" && i+1 < len(segments) && slices.Contains([]string{"branch", "commit", "tag"}, segments[i+1]):
			return i
		}
	}
	return len(segments)
}

// pagurePages are the pages that Pagure puts behind a repository's name.
var pagurePages = []string{"issues", "issue", "pull-requests", "pull-request", "c", "commits", "blob", "tree", "raw",
	"branches", "releases", "stats", "roadmap", "tags", "history"}

// pagureDepth is how many segments a repository of Pagure has at least, and has here.
func pagureDepth(segments []string) (least, depth int) {
	least = map[string]int{"fork": 3, "group": 9, "user": 9, "groups": 9, "projects": 9, "users": 9}[segments[0]] // pages are never deep enough
	depth = slices.IndexFunc(segments, func(s string) bool { return slices.Contains(pagurePages, s) })
	if depth < 1 {
		depth = len(segments)
	}
	return max(least, 1), min(depth, max(least, 2)+1)
}

func trimGit(name string) string { return strings.TrimSuffix(name, ".git") }
