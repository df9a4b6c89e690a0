package catalog

import (
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

func TestParseRepositoriesReadsAddressesAsPeopleWriteThem(t *testing.T) {
	tests := []struct {
		kind   string
		raw    string
		origin Origin
		want   string // URLs, separated by spaces
		causes string // of the notes, separated by spaces
	}{
		{"canonical", "https://github.com/dhis2/dhis2-core", Claimed, "https://github.com/dhis2/dhis2-core", ""},
		{"trailing slash", "https://github.com/farmOS/farmOS/", Claimed, "https://github.com/farmOS/farmOS", ""},
		{"several slashes", "https://github.com//a///b//", Claimed, "https://github.com/a/b", ""},
		{".git", "https://github.com/a/b.git", Claimed, "https://github.com/a/b", ""},
		{".git and slash", "https://github.com/a/b.git/", Claimed, "https://github.com/a/b", ""},
		{"space around", " \t https://github.com/a/b \r\n", Claimed, "https://github.com/a/b", ""},
		{"no-break and zero-width space around", "\u00a0https://github.com/a/b\u200b", Claimed, "https://github.com/a/b", ""},
		{"http", "http://github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"www", "https://www.github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"case of scheme and host", "HTTPS://GitHub.COM/A/b", Claimed, "https://github.com/A/b", ""},
		{"no scheme", "github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"no scheme but slashes", "//github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"scheme twice", "https://https://github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"default port", "https://github.com:443/a/b", Claimed, "https://github.com/a/b", ""},
		{"dot after the host", "https://github.com./a/b", Claimed, "https://github.com/a/b", ""},
		{"query and fragment", "https://github.com/a/b?tab=readme-ov-file#install", Claimed, "https://github.com/a/b", ""},
		{"full stop of a sentence", "https://github.com/a/b.", Claimed, "https://github.com/a/b", ""},
		{"angle brackets", "<https://github.com/a/b>", Claimed, "https://github.com/a/b", ""},
		{"a file", "https://github.com/a/b/blob/master/LICENSE", Claimed, "https://github.com/a/b", "remark"},
		{"a folder", "https://github.com/a/b/tree/main/server", Claimed, "https://github.com/a/b", "remark"},
		{"a raw file", "https://raw.githubusercontent.com/a/b/main/README.md", Claimed, "https://github.com/a/b", "remark"},
		{"issues", "https://github.com/a/b/issues", Claimed, "https://github.com/a/b", "remark"},
		{"name of a pages site", "https://github.com/a/a.github.io", Claimed, "https://github.com/a/a.github.io", ""},

		{"bare organisation", "https://github.com/Sunbird-Lern", Claimed, "", "bad-url"},
		{"bare organisation, command line", "https://github.com/Sunbird-Lern", Typed, "", "bad-url"},
		{"organisation page", "https://github.com/orgs/a/repositories", Claimed, "", "bad-url"},
		{"page of the forge", "https://github.com/topics/health", Claimed, "", "bad-url"},
		{"the forge itself", "https://github.com/", Claimed, "", "bad-url"},
		{"bad characters", "https://github.com/a/b%20c", Claimed, "", "bad-url"},
		{"only .git", "https://github.com/a/.git", Claimed, "", "bad-url"},

		{"GitLab", "https://gitlab.com/pcmt/pcmt", Claimed, "https://gitlab.com/pcmt/pcmt", ""},
		{"GitLab subgroup", "https://gitlab.com/our-sci/software/surveystack/", Claimed, "https://gitlab.com/our-sci/software/surveystack", ""},
		{"GitLab tree", "https://gitlab.com/g/s/p/-/tree/main/docs", Claimed, "https://gitlab.com/g/s/p", "remark"},
		{"GitLab old tree", "https://gitlab.com/g/p/blob/master/README", Claimed, "https://gitlab.com/g/p", "remark"},
		{"GitLab group", "https://gitlab.com/statwig-public", Claimed, "", "bad-url"},
		{"GitLab group page", "https://gitlab.com/groups/a/b", Claimed, "", "bad-url"},
		{"own GitLab", "https://gitlab.example.org/g/p.git", Claimed, "https://gitlab.example.org/g/p", ""},
		{"own GitLab, group", "https://gitlab.example.org/g", Claimed, "", "bad-url"},
		{"Bitbucket", "https://bitbucket.org/a/b/src/master/", Claimed, "https://bitbucket.org/a/b", "remark"},
		{"Codeberg", "https://codeberg.org/a/b/src/branch/main", Claimed, "https://codeberg.org/a/b", "remark"},
		{"SourceHut", "https://git.sr.ht/~a/b/tree", Claimed, "https://git.sr.ht/~a/b", "remark"},
		{"SourceHut Mercurial", "https://hg.sr.ht/~a/b", Claimed, "", "unsupported"},
		{"Hugging Face model", "https://huggingface.co/a/b/tree/main", Claimed, "https://huggingface.co/a/b", "remark"},
		{"Hugging Face data", "https://huggingface.co/datasets/a/b", Claimed, "https://huggingface.co/datasets/a/b", ""},
		{"Hugging Face data, owner only", "https://huggingface.co/datasets/a", Claimed, "", "bad-url"},
		{"Hugging Face page", "https://huggingface.co/docs/hub", Claimed, "", "bad-url"},
		{"Azure DevOps", "https://dev.azure.com/org/project/_git/repo?path=/x", Claimed, "https://dev.azure.com/org/project/_git/repo", ""},
		{"own Gitea", "https://gitea.example.org/a/b/src/branch/main/x", Claimed, "https://gitea.example.org/a/b", "remark"},

		{"a forge's own name for its host", "https://source.example.org/a/b", Claimed, "https://source.example.org/a/b", ""},
		{"a word beside it", "https://forge-lab.example.org/a/b", Claimed, "https://forge-lab.example.org/a/b", ""},
		{"a word that begins with it", "https://gitlabext.example.org/a/b", Claimed, "https://gitlabext.example.org/a/b", ""},
		{"a word that holds it", "https://digital.example.org/a/b", Claimed, "", "bad-url"},
		{"a site named code", "https://code.example/learn/more", Claimed, "", "bad-url"},
		{"GitLab at a host of any name", "https://software.example.org/g/sub/b/-/tree/main", Claimed, "https://software.example.org/g/sub/b", "remark"},
		{"Gitea at a host of any name", "https://software.example.org/a/b/src/branch/main/x", Claimed, "https://software.example.org/a/b", "remark"},
		{"GitLab in a folder", "https://www.example.org/gitlab/a/b", Claimed, "https://www.example.org/gitlab/a/b", ""},
		{"cgit", "https://www.example.org/cgit/b/tree/README", Claimed, "https://www.example.org/cgit/b", "remark"},
		{"cgit with .git", "https://www.example.org/cgit/b.git/log/", Claimed, "https://www.example.org/cgit/b.git", "remark"},
		{"Savannah's pages", "https://git.savannah.gnu.org/cgit/b.git/tree/x", Claimed, "https://git.savannah.gnu.org/git/b.git", "remark"},
		{"Gerrit", "https://gerrit.example.org/r/a/b", Claimed, "https://gerrit.example.org/r/a/b", ""},
		{"SourceForge's pages", "https://sourceforge.net/p/a/git/ci/default/tree/", Declared, "https://git.code.sf.net/p/a/git", "remark"},
		{"SourceForge's wiki", "https://sourceforge.net/p/a/wiki/Home/", Declared, "", "bad-url"},
		{"SourceForge's project", "https://sourceforge.net/projects/a/files/", Claimed, "https://git.code.sf.net/p/a/code", "remark"},
		{"SourceForge's project, short", "https://sf.net/projects/a", Claimed, "https://git.code.sf.net/p/a/code", "remark"},
		{"SourceForge's tools", "https://sourceforge.net/p/a/", Claimed, "https://git.code.sf.net/p/a/code", "remark"},
		{"SourceForge's Subversion", "https://sourceforge.net/p/a/svn/HEAD/tree/", Claimed, "", "unsupported"},
		{"SourceForge's own site of a project", "https://a.sourceforge.io/", Claimed, "", "bad-url"},
		{"Allura at its own host", "https://tools.example.org/p/a/code/", Claimed, "https://tools.example.org/p/a/code", ""},
		{"Pagure", "https://pagure.io/a", Claimed, "https://pagure.io/a.git", ""},
		{"Pagure's pages", "https://pagure.io/a/issues", Claimed, "https://pagure.io/a.git", "remark"},
		{"Pagure with a namespace", "https://pagure.io/n/a/blob/main/f/x", Claimed, "https://pagure.io/n/a.git", "remark"},
		{"a fork at Pagure", "https://pagure.io/fork/u/a", Claimed, "https://pagure.io/fork/u/a.git", ""},
		{"a group at Pagure", "https://pagure.io/group/a", Claimed, "", "bad-url"},
		{"Pagure at its own host", "https://pagure.example.org/a.git", Claimed, "https://pagure.example.org/a.git", ""},
		{"SourceHut at its own host", "https://sourcehut.example.org/~u/a", Claimed, "https://sourcehut.example.org/~u/a", ""},
		{"cgit at its own host", "https://cgit.example.org/a/tree/", Claimed, "https://cgit.example.org/a", "remark"},
		{"cgit's script", "https://www.example.org/cgit.cgi/a.git/log", Claimed, "https://www.example.org/cgit.cgi/a.git", "remark"},
		{"GitLab called lab", "https://lab.example.org/a/b/issues", Claimed, "https://lab.example.org/a/b", "remark"},
		{"a forge called www", "https://www.git.example.org/a/b", Claimed, "https://www.git.example.org/a/b", ""},
		{"a name that ends in git", "https://ourgit.example.org/a/b", Claimed, "https://ourgit.example.org/a/b", ""},
		{"Bitbucket's own server", "https://bitbucket.example.org/projects/P/repos/a/browse", Claimed, "https://bitbucket.example.org/scm/p/a.git", "remark"},
		{"Gitiles", "https://gerrit.example.org/r/plugins/gitiles/a/b/+/main", Claimed, "https://gerrit.example.org/r/a/b", "remark"},
		{"Google's Gitiles", "https://code.googlesource.com/a/b/+/main/x", Claimed, "https://code.googlesource.com/a/b", "remark"},
		{"Tuleap", "https://alm.example.org/plugins/git/p/a", Claimed, "https://alm.example.org/plugins/git/p/a", ""},
		{"GitHub's API", "https://api.github.com/repos/a/b/releases", Declared, "https://github.com/a/b", "remark"},
		{"GitHub's archives", "https://codeload.github.com/a/b/tar.gz/v1", Claimed, "https://github.com/a/b", "remark"},
		{"Bitbucket's workspace", "https://bitbucket.org/a/workspace/projects/B", Claimed, "", "bad-url"},
		{"a package in a list", "https://www.npmjs.com/package/@a/b", Declared, "", "bad-url"},
		{"a paper in a list", "https://doi.org/10.1/a.b", Declared, "", "bad-url"},
		{"a page of documents in a list", "https://a.readthedocs.io/en/latest", Declared, "", "bad-url"},
		{"an archived page", "https://web.archive.org/web/20200101/https://github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"one slash", "https:/github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"no colon", "https//github.com/a/b", Claimed, "https://github.com/a/b", ""},
		{"git@ with a slash", "git@github.com/a/b.git", Claimed, "https://github.com/a/b", "remark"},
		{"an archived local file", "https://web.archive.org/web/2020/file:///etc/passwd", Claimed, "", "bad-url"},

		{"ssh", "ssh://git@github.com/a/b.git", Claimed, "https://github.com/a/b", "remark"},
		{"ssh with port", "ssh://git@gitlab.example.org:2222/a/b.git", Claimed, "https://gitlab.example.org/a/b", "remark"},
		{"scp-like", "git@github.com:a/b.git", Claimed, "https://github.com/a/b", "remark"},
		{"scp-like, digits", "git@github.com:18f/b", Claimed, "https://github.com/18f/b", "remark"},
		{"git", "git://github.com/a/b.git", Claimed, "https://github.com/a/b", ""},
		{"git on an unknown host", "git://git.example.org/b.git", Claimed, "git://git.example.org/b.git", ""},
		{"git+https", "git+https://github.com/a/b.git", Claimed, "https://github.com/a/b", ""},
		{"scm", "scm:git:https://github.com/a/b.git", Claimed, "https://github.com/a/b", ""},

		{"credentials", "https://user:hunter2@github.com/a/b", Claimed, "https://github.com/a/b", "remark"},
		{"a token alone", "https://hunter2@gitlab.example.org/a/b", Claimed, "https://gitlab.example.org/a/b", "remark"},
		{"credentials and no repository", "https://user:hunter2@example.org/a", Claimed, "", "bad-url"},
		{"a token in the query", "https://example.org/a?private_token=hunter2", Claimed, "", "bad-url"},

		{"empty", "", Claimed, "", "no-repository"},
		{"blank", " \n\u200b", Claimed, "", "no-repository"},
		{"web page", "https://www.example.org/about/", Claimed, "", "bad-url"},
		{"home page", "https://example.org", Claimed, "", "bad-url"},
		{"home page, command line", "https://example.org/", Typed, "", "bad-url"},
		{"documentation", "https://docs.example.org/use/installation", Claimed, "", "bad-url"},
		{"documentation of a forge", "https://docs.github.com/en/rest", Claimed, "", "bad-url"},
		{"gist", "https://gist.github.com/a/0123456789", Claimed, "https://gist.github.com/a/0123456789", ""},
		{"pages site", "https://a.github.io/b", Claimed, "", "bad-url"},
		{"GitWeb host", "https://gitweb.example.org", Claimed, "", "bad-url"},
		{"GitWeb page", "https://example.org/gitweb/?p=b.git;a=summary", Claimed, "", "bad-url"},
		{"Mercurial", "https://hg.example.org/hgweb/health/", Claimed, "", "unsupported"},
		{"Subversion", "svn://example.org/trunk", Claimed, "", "unsupported"},
		{"archive of a repository", "https://web.example.org/2020/https://github.com/a/b", Claimed, "", "bad-url"},

		{"unknown host with .git", "https://example.org/code/b.git", Claimed, "https://example.org/code/b.git", ""},
		{"host that looks like a forge", "https://git.example.org/a/b", Claimed, "https://git.example.org/a/b", ""},
		{"the same without a name", "https://git.example.org/a", Claimed, "https://git.example.org/a", ""},
		{"unknown host in a list of repositories", "https://example.org/a/b", Declared, "https://example.org/a/b", ""},
		{"unknown host with a port", "http://127.0.0.1:8080/a/b.git", Declared, "http://127.0.0.1:8080/a/b.git", ""},
		{"international host", "https://git.bücher.example/a/b", Claimed, "https://git.xn--bcher-kva.example/a/b", ""},

		{"remote helper", "ext::sh -c touch% /tmp/x", Typed, "", "bad-url"},
		{"remote helper of another name", "fd::17", Typed, "", "bad-url"},
		{"option", "--upload-pack=touch", Typed, "", "bad-url"},
		{"host that is an option", "ssh://-oProxyCommand=touch/a/b", Typed, "", "bad-url"},
		{"file address", "file:///srv/git/b.git", Typed, "", "bad-url"},
		{"local path in a catalog", "/srv/git/b.git", Claimed, "", "bad-url"},
		{"local path in a list", "/srv/git/b.git", Declared, "", "bad-url"},
		{"local path on the command line", "/srv/git/b.git", Typed, "/srv/git/b.git", ""},
		{"local path with dots", "/srv/git/../b, c.git/", Typed, "/srv/b, c.git", ""},
		{"script", "javascript:alert(1)", Declared, "", "bad-url"},
		{"mail", "mailto:a@example.org", Declared, "", "bad-url"},
		{"ftp", "ftp://example.org/b.git", Declared, "", "bad-url"},
		{"path that climbs", "https://example.org/a/../../b.git", Declared, "", "bad-url"},
		{"path that climbs behind a space", "https://example.org/%20../b.git", Declared, "", "bad-url"},
		{"path that climbs before a space", "https://example.org/..%20/b.git", Declared, "", "bad-url"},
		{"path that climbs behind a space that does not break", "https://example.org/%C2%A0../b.git", Declared, "", "bad-url"},
		{"path that climbs beside a wide space", "https://gitlab.example.org/%E3%80%80..%E2%80%83/o/b", Declared, "", "bad-url"},
		{"path that climbs behind a next line", "https://example.org/%C2%85../b.git", Declared, "", "bad-url"},
		{"name that climbs without .git", "https://example.org/a/...git", Declared, "", "bad-url"},
		{"name that climbs without a space and .git", "https://example.org/a/%20...git%20", Declared, "", "bad-url"},
		{"name that is a space and .git", "https://example.org/a/..%20.git", Declared, "", "bad-url"},
		{"name that is a point without .git", "https://example.org/a/..git", Declared, "", "bad-url"},
		{"name that ends with a space before .git", "https://example.org/a/b%20.git", Declared, "", "bad-url"},
		{"three points", "https://example.org/.../b", Declared, "", "bad-url"},
		{"owner .GIT", "https://example.org/.GIT/b", Declared, "", "bad-url"},
		{"spaces around names", "https://example.org/%20a%20/b%20", Declared, "https://example.org/a/b", ""},
		{"NUL", "https://github.com/a/b\x00c", Claimed, "", "bad-url"},
		{"escaped newline", "https://github.com/a/b%0ac", Claimed, "", "bad-url"},
		{"right-to-left override", "https://github.com/a/\u202eb", Claimed, "", "bad-url"},
		{"broken escape", "https://github.com/a/%zz", Claimed, "", "bad-url"},
		{"a word", "repository", Claimed, "", "bad-url"},
		{"prose", "will be published soon", Claimed, "", "no-repository"},
		{"shorthand", "dhis2/dhis2-core", Declared, "", "bad-url"},

		{"the same twice", "https://github.com/a/b https://github.com/A/B/", Claimed, "https://github.com/a/b", "remark"},
		{"two with a comma", "https://github.com/a/b,https://github.com/a/c", Claimed, "https://github.com/a/b https://github.com/a/c", ""},
		{"two without a space", "https://github.com/a/bhttps://github.com/a/c", Claimed, "https://github.com/a/b https://github.com/a/c", ""},
		{"lines", "https://github.com/a/b\r\nhttps://github.com/a/c\r\n", Claimed, "https://github.com/a/b https://github.com/a/c", ""},
		{"prose around two", "Server: https://github.com/a/b (the app is at github.com/a/c, docs on https://docs.example.org/x).", Claimed,
			"https://github.com/a/b https://github.com/a/c", "bad-url remark"},
		{"list with dashes", "- https://github.com/a/b\n- https://github.com/a/c", Claimed, "https://github.com/a/b https://github.com/a/c", "remark"},
		{"Markdown", "[our code](https://github.com/a/b)", Claimed, "https://github.com/a/b", "remark"},
		{"very long", "https://github.com/a/" + strings.Repeat("b", 3000), Claimed, "", "over-limit"},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			found, notes := ParseRepositories(tt.raw, tt.origin)
			var urls, causes []string
			for _, r := range found {
				urls = append(urls, r.URL)
			}
			for _, n := range notes {
				causes = append(causes, string(n.Cause))
				if strings.Contains(n.Message+n.Subject, "hunter2") {
					t.Errorf("a note repeats a secret: %+v", n)
				}
			}
			if got := strings.Join(urls, " "); got != tt.want {
				t.Errorf("repositories %q, want %q (notes %v)", got, tt.want, notes)
			}
			if got := strings.Join(causes, " "); got != tt.causes {
				t.Errorf("causes %q, want %q (notes %v)", got, tt.causes, notes)
			}
		})
	}
}

func TestParseRepositoryGivesTheParts(t *testing.T) {
	tests := map[string]Repository{
		"https://gitlab.com/g/s/p.git":     {URL: "https://gitlab.com/g/s/p", Host: "gitlab.com", Owner: "g/s", Path: "p"},
		"https://example.org/b.git":        {URL: "https://example.org/b.git", Host: "example.org", Path: "b"},
		"http://example.org:8080/a/b":      {URL: "http://example.org:8080/a/b", Host: "example.org:8080", Owner: "a", Path: "b"},
		"https://example.org/a%20b/c.git/": {URL: "https://example.org/a%20b/c.git", Host: "example.org", Owner: "a b", Path: "c"},
	}
	for raw, want := range tests {
		if got, _, err := ParseRepository(raw, Declared); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", raw, got, err, want)
		}
	}
	if r, _, err := ParseRepository("https://github.com/a/b https://github.com/a/c", Typed); err == nil {
		t.Errorf("two repositories were taken for one: %+v", r)
	}
	if _, _, err := ParseRepository("https://github.com/a", Typed); err == nil || !strings.Contains(err.Error(), "organisation") {
		t.Errorf("the error must say why: %v", err)
	}
}

func TestKeyIgnoresSpellingButNotCaseOfUnknownHosts(t *testing.T) {
	same := [][2]string{
		{"https://github.com/A/B", "git@github.com:a/b.git"},
		{"https://example.org/a/b.git", "http://example.org/a/b"},
	}
	for _, pair := range same {
		a, _, errA := ParseRepository(pair[0], Typed)
		b, _, errB := ParseRepository(pair[1], Typed)
		if errA != nil || errB != nil || a.Key() != b.Key() {
			t.Errorf("%v: keys %q and %q, errors %v, %v", pair, a.Key(), b.Key(), errA, errB)
		}
	}
	a, _, _ := ParseRepository("https://example.org/A/b", Typed)
	b, _, _ := ParseRepository("https://example.org/a/b", Typed)
	if a.Key() == b.Key() {
		t.Error("a plain server may keep A/b and a/b apart")
	}
}

// A field of megabytes must cost what its first part costs.
func TestHugeAddressFieldIsCut(t *testing.T) {
	for _, unit := range []string{"x", "https://", "https://github.com/a/b ", "[](", "::", "a.b/", "\u202e"} {
		raw := strings.Repeat(unit, 10<<20/len(unit))
		start := time.Now()
		found, notes := ParseRepositories(raw, Claimed)
		if len(found) > maxAddresses || len(notes) > maxNotes+1 {
			t.Errorf("%q: %d repositories, %d notes", unit, len(found), len(notes))
		}
		if notes[0].Cause != observation.CauseOverLimit {
			t.Errorf("%q: the first note is %+v, want one that says what was cut", unit, notes[0])
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q took %v", unit, took)
		}
	}
}

func FuzzParseRepositories(f *testing.F) {
	for _, seed := range []string{
		"https://github.com/a/b.git", "git@host.org:a/b", "ssh://u:p@h:1/a/-/tree", "ext::x", "http://[::1]:80/a/b.git",
		"[x](https://gitlab.com/a/b/c) and https://x.org/?p=a.git", "//a.b/c", "-x", "/a/../b", "https://ü.example/a/b", "",
	} {
		f.Add(seed, 0)
		f.Add(seed, 1)
		f.Add(seed, 2)
	}
	f.Fuzz(func(t *testing.T, raw string, origin int) {
		if origin < int(Claimed) || origin > int(Typed) {
			return
		}
		found, notes := ParseRepositories(raw, Origin(origin))
		if len(found) == 0 && len(notes) == 0 {
			t.Fatal("no repository and no note that says why")
		}
		for _, r := range found {
			if r.Host == "" {
				if Origin(origin) != Typed {
					t.Fatalf("a local path from outside: %+v", r)
				}
				continue
			}
			if !r.HasPlainParts() {
				t.Fatalf("%q gives a name that is none: %+v", raw, r)
			}
			if strings.HasPrefix(r.URL, "-") || remoteHelper.MatchString(r.URL) || strings.ContainsAny(r.URL, "\x00\n ") {
				t.Fatalf("unsafe URL %q from %q", r.URL, raw)
			}
			again, _, err := ParseRepository(r.URL, Declared)
			if err != nil || again.Key() != r.Key() || again.URL != r.URL {
				t.Fatalf("%q is not canonical: read again it gives %q, %v", r.URL, again.URL, err)
			}
		}
	})
}
