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
var forgeWords = []string{"bitbucket", "cgit", "code", "codeberg", "gerrit", "gogs", "repo", "repos", "scm", "source", "src", "vcs"}

// looksLikeForge reports whether the first label of a host is such a name.
func looksLikeForge(host string) bool {
	label, rest, _ := strings.Cut(host, ".")
	if !strings.Contains(rest, ".") && !slices.Contains(generalForgeNames, label) {
		return false // "code.example" is a site of its own
	}
	return rest != "" && slices.ContainsFunc(strings.Split(label, "-"), func(word string) bool {
		return slices.Contains(forgeWords, word) || strings.HasPrefix(word, "git") || strings.HasPrefix(word, "forge")
	})
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
	switch {
	case host == "raw.githubusercontent.com":
		return "github.com", segments, nil
	case host == "api.github.com" && first == "repos" && len(segments) > 2:
		return "github.com", segments[1:3], nil
	case host == "codeload.github.com" && len(segments) > 1:
		return "github.com", segments[:2], nil
	case strings.TrimPrefix(host, "www.") == "sourceforge.net":
		if first != "p" || len(segments) < 3 || slices.Contains(toolPages, strings.ToLower(segments[2])) {
			return "", nil, page
		}
		return "git.code.sf.net", segments[:3], nil
	case first == "cgit" && (host == "git.savannah.gnu.org" || host == "git.savannah.nongnu.org"):
		return host, append([]string{"git"}, cutCgitPage(segments)[1:]...), nil
	case first == "cgit":
		return host, cutCgitPage(segments), nil
	case host == "bitbucket.org" && len(segments) > 2 && segments[1] == "workspace":
		return "", nil, page
	case (isPageHost(host) || strings.HasPrefix(host, "phabricator.")) && !strings.HasSuffix(last, ".git"):
		return "", nil, page
	}
	return host, segments, nil
}

// cgitPages are the pages that cgit puts behind a repository's name.
var cgitPages = []string{"about", "atom", "blame", "commit", "diff", "log", "patch", "plain", "refs", "snapshot", "stats", "summary", "tag", "tree"}

func cutCgitPage(segments []string) []string {
	for i, segment := range segments {
		if i > 1 && slices.Contains(cgitPages, segment) {
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
