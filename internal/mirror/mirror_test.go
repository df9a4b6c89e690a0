package mirror

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/catalog"
)

// checkPlaces fails where a repository's mirror lies outside the folder of its host, or
// where another repository's does. seen are the repositories by their places.
func checkPlaces(t *testing.T, address string, seen map[string]catalog.Repository) {
	t.Helper()
	for _, origin := range []catalog.Origin{catalog.Claimed, catalog.Declared, catalog.Typed} {
		found, _ := catalog.ParseRepositories(address, origin)
		for _, repository := range found {
			if repository.Host == "" {
				continue // a path from the command line is read where it is
			}
			checkPlace(t, address, repository, seen)
		}
	}
}

func checkPlace(t *testing.T, address string, repository catalog.Repository, seen map[string]catalog.Repository) {
	t.Helper()
	host, below, err := Place(repository)
	if err != nil {
		t.Fatalf("%q is read as %+v and has no place: %v", address, repository, err)
	}
	root := filepath.FromSlash("/store/mirrors")
	home := filepath.Join(root, host)
	place := filepath.Join(home, below)
	if filepath.Dir(home) != root || host == "." || !strings.HasPrefix(place, home+string(filepath.Separator)) {
		t.Fatalf("%q has its mirror at %s, which is not below the folder of %s", address, place, repository.Host)
	}
	for _, part := range strings.Split(below, string(filepath.Separator)) {
		if len(part) > 255-len(unfinished) || strings.HasPrefix(part, unfinished) {
			t.Fatalf("%q has its mirror in a folder called %q", address, part)
		}
	}
	key := strings.ToLower(repository.Host) + "|" + repository.Owner + "|" + repository.Path
	if other, ok := seen[place]; ok && key != other.Host+"|"+other.Owner+"|"+other.Path {
		t.Fatalf("%q and %q have one mirror, %s", address, other.URL, place)
	}
	for _, other := range seen { // nor does one mirror lie inside another
		if theirs, inner, err := Place(other); err == nil && theirs == host && inner != below && strings.HasPrefix(below+"/", inner+string(filepath.Separator)) {
			t.Fatalf("the mirror of %q lies inside that of %s", address, other.URL)
		}
	}
	seen[place] = repository
	checkTemplates(t, address, repository)
}

// checkTemplates fails where a given mirror lies outside what its template spans.
func checkTemplates(t *testing.T, address string, repository catalog.Repository) {
	t.Helper()
	for _, template := range []string{"/m/{host}/{owner}/{name}", "/m/{owner}+{name}", "/m/.{owner}/.{name}", "/m/.{owner}./{name}.", "/m/{owner}/{name}/repo", "/m/{host}{owner}{name}"} {
		path, _ := Templates{Any: template}.Path(repository)
		if path != "" && (!strings.HasPrefix(filepath.Clean(path), filepath.FromSlash("/m/")) || slices.Contains(strings.Split(path, "/"), "..")) {
			t.Fatalf("%q with %s is read at %s", address, template, path)
		}
	}
}

// pieces are what addresses are made of that want to climb or to meet another.
var pieces = []string{"a", "b", "A", "o", "..", ".", "...", "%20", "%C2%A0", "%E2%80%83", "%C2%85", "%09", "%2e", "%2f", "%5c", "%00", "%25", "%252e", "%2525", "/", "/", "/", ".git",
	".GIT", "+", "~", "-", "_git", "src", "tree", ".making-", "%2Emaking-", "HEAD", "objects", "{host}", "{owner}", "{name}", " ", ";", "é", "e\u0301", ":", "@", "[", "*", strings.Repeat("x", 239), strings.Repeat("%25", 100)}

func randomAddress(random *rand.Rand) string {
	hosts := []string{"forge.example", "other.example", "gitlab.com", "github.com", "huggingface.co", "git.sr.ht", "forge.example:8080", "[::1]:80", "127.0.0.1", "a..b"}
	var address strings.Builder
	address.WriteString([]string{"https://", "http://", "git://", "ssh://git@", "//", ""}[random.IntN(6)])
	address.WriteString(hosts[random.IntN(len(hosts))])
	for range 1 + random.IntN(9) {
		if random.IntN(3) == 0 {
			address.WriteByte('/')
		}
		address.WriteString(pieces[random.IntN(len(pieces))])
	}
	return address.String()
}

func TestEveryMirrorLiesBelowItsHostAndNoTwoRepositoriesShareOne(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 1))
	seen := map[string]catalog.Repository{}
	for range 20_000 {
		if len(seen) > 400 {
			clear(seen) // all are compared with all
		}
		checkPlaces(t, randomAddress(random), seen)
	}
	clear(seen)
	for _, owner := range []string{"a", "a/b", "%", "%25", ".making-x", "%2Emaking-x"} {
		for _, name := range []string{"b", "a/b", "%", "%25", ".making-x", "%2Emaking-x", ".Making-x", "b.git", strings.Repeat("%", 240), strings.Repeat("%", 239) + "x"} {
			checkPlaces(t, "https://forge.example/"+strings.ReplaceAll(owner+"/"+name, "%", "%25"), seen)
		}
	}
}

func FuzzMirrorOfAnAddress(f *testing.F) {
	for _, seed := range []string{"https://forge.example/%20../o/r", "https://forge.example/o/...git", "https://h/%C2%A0../other.example/o/r", "git@h.example:o/r", "https://h.example/.making-x", "//h.example/a/%25"} {
		f.Add(seed, "https://other.example/o/r")
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		seen := map[string]catalog.Repository{}
		checkPlaces(t, one, seen)
		checkPlaces(t, other, seen)
	})
}

// What is not made by ParseRepositories, such as what a store holds, is looked at again.
func TestPlaceRefusesWhatIsNoName(t *testing.T) {
	for _, repository := range []catalog.Repository{
		{Host: "h.example", Owner: "..", Path: "r"}, {Host: "h.example", Owner: " ..", Path: "r"}, {Host: "h.example", Owner: "a//b", Path: "r"},
		{Host: "..", Owner: "o", Path: "r"}, {Host: "", Owner: "o", Path: "r"}, {Host: "a/b", Owner: "o", Path: "r"}, {Host: "h.example", Owner: "o", Path: ".."},
		{Host: "h.example", Owner: "o", Path: ""}, {Host: "h.example", Owner: "o", Path: "a/b"}, {Host: "h.example", Owner: `a\..\b`, Path: "r"}, {Host: ".", Path: "r"},
	} {
		if host, below, err := Place(repository); err == nil {
			t.Errorf("%+v lies at %s/%s", repository, host, below)
		}
	}
}

func TestCheckRefusesALinkOutOfTheFolderOfItsHost(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"a.example/o/r.git", "b.example"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"b.example/o": "../a.example/o", "c.example": "a.example", "a.example/inside": "o"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	for place, want := range map[string]bool{"a.example|o/r.git": true, "a.example|new/r.git": true, "new.example|o/r.git": true, "a.example|inside/r.git": true,
		"b.example|o/r.git": false, "c.example|o/r.git": false} {
		host, below, _ := strings.Cut(place, "|")
		if err := Check(root, host, below); (err == nil) != want {
			t.Errorf("%s: %v", place, err)
		}
	}
}

func TestTemplatesLeadWhereTheirHostSays(t *testing.T) {
	templates := Templates{Any: "/any/{owner}+{name}", Host: map[string]string{"github.com": "/hub/{owner}/{name}.git"}}
	for address, want := range map[string]string{
		"https://github.com/o/r": "/hub/o/r.git true", "https://gitlab.com/o/r": "/any/o+r false", "https://gitlab.com/g/s/r": "/any/g/s+r false",
	} {
		repository, _, err := catalog.ParseRepository(address, catalog.Declared)
		if err != nil {
			t.Fatal(err)
		}
		path, bound := templates.Path(repository)
		if got := fmt.Sprint(filepath.ToSlash(path), " ", bound); got != want {
			t.Errorf("%s is at %s, want %s", address, got, want)
		}
	}
	if path, bound := (Templates{Any: "/m/{host}/{name}"}).Path(catalog.Repository{Host: "h.example", Path: "r"}); path != "/m/h.example/r" || !bound {
		t.Errorf("%s, %v", path, bound)
	}
}

func TestAnOriginIsComparedAsARepository(t *testing.T) {
	repository, _, err := catalog.ParseRepository("https://github.com/o/r", catalog.Declared)
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]bool{
		"https://github.com/o/r.git": true, "git@github.com:O/R.git": true, "https://x:y@github.com/o/r": true, "ssh://git@github.com:22/o/r": true,
		"https://gitlab.com/o/r": false, "https://github.com/o/other": false, "/srv/r.git": false, "file:///srv/r.git": false, "https://%zz/": false,
		"https://github.com/o/r https://gitlab.com/o/r": false,
	} {
		if got := IsOf(origin, repository); got != want {
			t.Errorf("%s: %v, want %v", origin, got, want)
		}
	}
}
