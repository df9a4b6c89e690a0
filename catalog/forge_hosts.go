package catalog

import (
	"regexp"
	"slices"
	"strings"
)

// pageHosts serve pages on packages, papers, data and people, and no repository. A host
// that begins with a dot stands for all below it.
var pageHosts = []string{
	"apps.apple.com", "arxiv.org", "code.launchpad.net", "crates.io", "data.humdata.org", "docs.google.com", "doi.org", "drive.google.com",
	"drupal.org", "dx.doi.org", "f-droid.org", "figshare.com", "hub.docker.com", "kaggle.com", "npmjs.com", "osf.io", "packagist.org", "play.google.com",
	"pypi.org", "rubygems.org", "savannah.gnu.org", "savannah.nongnu.org", "sites.google.com", "sr.ht", "zenodo.org",
	".github.io", ".gitlab.io", ".medium.com", ".readthedocs.io", ".wikipedia.org",
}

func isPageHost(host string) bool {
	host = strings.TrimPrefix(host, "www.")
	return slices.ContainsFunc(pageHosts, func(known string) bool {
		return host == known || known[0] == '.' && strings.HasSuffix(host, known)
	})
}

// forgeWords are the names that people give to a server of repositories, alone or beside
// other words ("forge-mi"). Words that begin with "git" or "forge" are such too.
var forgeWords = []string{"allura", "bitbucket", "cgit", "code", "codebase", "codeberg", "codes", "foss", "gerrit", "gogs", "onedev", "opensource",
	"oss", "pagure",
	"repo", "repos", "rhodecode", "scm", "source", "sourceforge", "sourcehut", "sources", "sr", "src", "srht", "tuleap", "vcs"}

// looksLikeForge reports whether the first label of a host is such a name.
func looksLikeForge(host string) bool {
	host = strings.TrimPrefix(host, "www.")
	label, rest, _ := strings.Cut(host, ".")
	if !strings.Contains(rest, ".") && !slices.Contains(generalForgeNames, label) {
		return false // "code.example" is a site of its own
	}
	return rest != "" && slices.ContainsFunc(strings.Split(label, "-"), func(word string) bool {
		return slices.Contains(forgeWords, word) || strings.HasPrefix(word, "git") || strings.HasSuffix(word, "git") || strings.HasPrefix(word, "forge")
	})
}

// hasFlatNames reports whether a host is called as servers are whose repositories have no
// owner, as those of cgit and GitWeb: "git.example.org/name".
func hasFlatNames(host string) bool {
	label, rest, _ := strings.Cut(strings.TrimPrefix(host, "www."), ".")
	return strings.Contains(rest, ".") && (label == "git" || label == "cgit")
}

// generalForgeNames are taken for a forge below any domain.
var generalForgeNames = []string{"git", "gitea", "forgejo", "gogs", "codeberg", "github", "bitbucket", "forge", "scm"}

// pagesInRepositories are the names of pages that a forge puts behind a repository's
// address, with a branch or a file behind them.
var pagesInRepositories = []string{"tree", "blob", "raw", "blame", "commits"}

// looksLikeForgePath reports whether a path is built as those of a forge are, whatever the
// host: a page in a repository, or a folder that is named after the forge's program.
func looksLikeForgePath(segments []string) bool {
	if len(segments) > 1 && slices.Contains([]string{"cgit", "git", "gitea", "gitlab", "forgejo", "gogs"}, strings.ToLower(segments[0])) {
		return len(segments) > 2 || slices.Contains([]string{"cgit", "git"}, strings.ToLower(segments[0]))
	}
	switch {
	case len(segments) > 3 && segments[0] == "plugins" && segments[1] == "git": // Tuleap
		return true
	case len(segments) > 2 && segments[0] == "p" && (segments[2] == "code" || segments[2] == "git"): // Allura
		return true
	}
	if len(segments) == 3 && slices.Contains([]string{"releases", "issues", "pulls", "merge_requests"}, segments[2]) {
		return true
	}
	for i := 2; i+1 < len(segments); i++ {
		switch {
		case segments[i] == "-", slices.Contains(pagesInRepositories, segments[i]):
			return true
		case segments[i] == "src" && slices.Contains([]string{"branch", "commit", "tag"}, segments[i+1]):
			return true
		}
	}
	return false
}

// toolPages are the tools of a SourceForge project that are no repository.
var toolPages = []string{"activity", "blog", "bugs", "discussion", "donate", "feature-requests", "mailman", "news", "patches", "reviews", "stats", "support",
	"support-requests", "tasks", "tickets", "todo", "wiki"}

// cloneAddress gives host and path at which a repository is fetched whose pages stand
// elsewhere. The error is a *refusal for pages that belong to no repository.
func cloneAddress(host string, segments []string) (string, []string, error) {
	page := addressErrorf(causeAddress, "is a web page, not a repository")
	if len(segments) == 0 {
		return host, segments, nil
	}
	first, last := strings.ToLower(segments[0]), segments[len(segments)-1]
	if path := pathOfServer(host, segments); path != nil {
		return host, path, nil
	}
	switch {
	case host == "raw.githubusercontent.com":
		return "github.com", segments, nil
	case host == "api.github.com" && first == "repos" && len(segments) > 2:
		return "github.com", segments[1:3], nil
	case host == "codeload.github.com" && len(segments) > 1:
		return "github.com", segments[:2], nil
	case slices.Contains([]string{"sourceforge.net", "sf.net"}, strings.TrimPrefix(host, "www.")):
		switch {
		case (first == "projects" || first == "p" && len(segments) == 2) && len(segments) > 1:
			return sourceForgeGit, []string{"p", segments[1], "code"}, nil // as SourceForge calls the first repository
		case first != "p" || len(segments) < 3 || slices.Contains(toolPages, strings.ToLower(segments[2])):
			return "", nil, page
		}
		return sourceForgeGit, segments[:3], nil
	case first == "cgit" && (host == "git.savannah.gnu.org" || host == "git.savannah.nongnu.org"):
		return host, append([]string{"git"}, cutCgitPage(segments)[1:]...), nil
	case first == "cgit", first == "cgit.cgi", hasFlatNames(host):
		return host, cutCgitPage(segments), nil
	case host == "bitbucket.org" && len(segments) > 2 && segments[1] == "workspace":
		return "", nil, page
	case (isPageHost(host) || strings.HasPrefix(host, "phabricator.")) && !strings.HasSuffix(last, ".git"):
		return "", nil, page
	}
	return host, segments, nil
}

// sourceForgeGit is where SourceForge serves git.
const sourceForgeGit = "git.code.sf.net"

// pathOfServer is the path at which a server clones a repository whose pages it shows
// elsewhere: Bitbucket's own servers, and Gerrit with its Gitiles. Nil for all others.
func pathOfServer(host string, segments []string) []string {
	if plus := slices.Index(segments, "+"); plus > 0 && (strings.HasSuffix(host, ".googlesource.com") || slices.Contains(segments, "gitiles")) {
		segments = segments[:plus]
	}
	n := len(segments)
	switch gitiles := slices.Index(segments, "gitiles"); {
	case n > 3 && (segments[0] == "projects" || segments[0] == "users") && segments[2] == "repos":
		owner := strings.ToLower(segments[1])
		if segments[0] == "users" {
			owner = "~" + owner
		}
		return []string{"scm", owner, segments[3] + ".git"}
	case gitiles > 0 && gitiles+1 < n && segments[gitiles-1] == "plugins":
		return append(slices.Clone(segments[:gitiles-1]), segments[gitiles+1:]...)
	case strings.HasSuffix(host, ".googlesource.com"):
		return segments
	}
	return nil
}

// cgitPages are the pages that cgit puts behind a repository's name.
var cgitPages = []string{"about", "atom", "blame", "commit", "diff", "log", "patch", "plain", "refs", "snapshot", "stats", "summary", "tag", "tree"}

func cutCgitPage(segments []string) []string {
	for i, segment := range segments {
		if i > 0 && slices.Contains(cgitPages, segment) && (i > 1 || !strings.HasPrefix(segments[0], "cgit")) {
			return segments[:i]
		}
	}
	return segments
}

var (
	archived     = regexp.MustCompile(`(?i)^https?://web\.archive\.org/web/[0-9a-z_*]+/(https?:/.*)$`)
	oneSlash     = regexp.MustCompile(`(?i)^(https?):/([^/].*)$`)
	noColon      = regexp.MustCompile(`(?i)^(https?)//([^/].*)$`)
	slashForPort = regexp.MustCompile(`^git@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/([^:]+)$`)
)

// repairAddress corrects slips of the pen, and unpacks the address of an archived page.
func repairAddress(word string) string {
	if parts := archived.FindStringSubmatch(word); parts != nil {
		word = parts[1]
	}
	if parts := oneSlash.FindStringSubmatch(word); parts != nil {
		return parts[1] + "://" + parts[2]
	}
	if parts := noColon.FindStringSubmatch(word); parts != nil {
		return parts[1] + "://" + parts[2]
	}
	if parts := slashForPort.FindStringSubmatch(word); parts != nil {
		return "ssh://git@" + parts[1] + "/" + parts[2]
	}
	return word
}
