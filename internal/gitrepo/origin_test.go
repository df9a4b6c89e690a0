package gitrepo

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

func TestUserAndPasswordAreCutOutOfAnAddress(t *testing.T) {
	for _, test := range []struct {
		address, base, user, password string
		web                           bool
	}{
		{"https://host.example/a", "https://host.example/a", "", "", false},
		{"https://token@host.example/a/b", "https://host.example/a/b", "token", "", true},
		{"https://user:p%40ss@host.example", "https://host.example", "user", "p@ss", true},
		{"http://user:secret@host.example:8080/x@y/", "http://host.example:8080/x@y/", "user", "secret", true},
		{"ssh://git:secret@host.example/a", "ssh://git@host.example/a", "git", "secret", false},
		{"ssh://:secret@host.example/a", "ssh://host.example/a", "", "secret", false},
		{"/srv/mirrors", "/srv/mirrors", "", "", false},
		{"https://user:a%zz@host.example/", "https://user:a%zz@host.example/", "", "", false}, // no address at all
	} {
		base, user, password, web := splitCredentials(test.address)
		if base != test.base || user != test.user || password != test.password || web != test.web {
			t.Errorf("%s: %q, %q, %q, %t", test.address, base, user, password, web)
		}
	}
}

func TestPasswordsOfRewrittenAddressesStandInNoArgument(t *testing.T) {
	g := newGit(t, Options{Rewrite: map[string]string{"https://a.example/": "https://user:secret@mirror.example/"}})
	for _, variable := range g.rewriteEnvironment() {
		name, value, _ := strings.Cut(variable, "=")
		if strings.Contains(value, "secret") != strings.HasPrefix(name, "MIDSPAN_GIT_PASSWORD_") {
			t.Errorf("%s holds %q", name, value)
		}
	}
	if target := g.WithRewrite(map[string]string{"https://a.example/b/": "/srv/b/"}).Target("https://a.example/b/c"); target != "/srv/b/c" {
		t.Errorf("the longest prefix does not count: %s", target)
	}
	if target := g.Target("https://a.example/b/c"); target != "https://user:secret@mirror.example/b/c" {
		t.Errorf("what another was given is known to the first: %s", target)
	}
}

func TestRemotesAreThoseOfTheConfigurationItself(t *testing.T) {
	g := newGit(t, Options{})
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("[remote \"included\"]\n\turl = https://other.example/\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, config string
		want         map[string][]string
	}{
		{"none", "[core]\n\tbare = true\n", map[string][]string{}},
		{"two addresses", "[remote \"origin\"]\n\turl = https://a.example/\n\turl = https://b.example/\n", map[string][]string{"origin": {"https://a.example/", "https://b.example/"}}},
		{"included", "[include]\n\tpath = " + other + "\n[remote \"origin\"]\n\turl = https://a.example/\n", map[string][]string{"origin": {"https://a.example/"}}},
		{"more than is read without git", strings.Repeat("# x\n", maxConfig/4) + "[core]\n\tbare = true\n[remote \"origin\"]\n\turl = https://a.example/\n",
			map[string][]string{"origin": {"https://a.example/"}}},
		{"odd names", "[remote \"a.b \\\"c\\\"\"]\n\turl = x\n", map[string][]string{`a.b "c"`: {"x"}}},
	} {
		dir := importRepo(t, g, twoCommits()...)
		write(t, filepath.Join(dir, "config"), "[core]\n\trepositoryformatversion = 0\n"+test.config)
		remotes, err := g.Remotes(t.Context(), dir)
		if err != nil || !maps.EqualFunc(remotes, test.want, slices.Equal) {
			t.Errorf("%s: %q, %v", test.name, remotes, err)
		}
	}
}

func TestALinkedWorkTreeHasTheRemotesOfItsRepository(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, twoCommits()...)
	gittest.Run(t, dir, nil, "remote", "add", "origin", "https://a.example/")
	tree := filepath.Join(t.TempDir(), "tree")
	gittest.Run(t, dir, nil, "worktree", "add", "-q", "--detach", tree, "main")
	remotes, err := g.Remotes(t.Context(), tree)
	if err != nil || !slices.Equal(remotes["origin"], []string{"https://a.example/"}) {
		t.Errorf("%q, %v", remotes, err)
	}
}
