package pipeline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// A catalog reads what the user's template spans, and nothing beside it.
func TestNoAddressLeadsOutOfAMirrorTemplate(t *testing.T) {
	g := newHostileEnv(t)
	private := gittest.Init(t, filepath.Join(g.root, "private", "o", "secret"))
	private.Commit(private.Tree(fileEntry(private, "LICENSE", secret)), dev, secret)
	gittest.Init(t, filepath.Join(g.root, "mirrors", "o", "r"))
	climbing := []string{"%20..", "..%20", "%C2%A0..", "..%C2%A0", "%E2%80%83..", "%09..", "...git", "..%20.git", "%2e%2e", "%20%2e%2e%20", "..", "x/..", "..%2f", "%3000.."}
	for _, template := range []string{"{owner}/{name}", "{owner}+{name}", "{host}/{owner}/{name}", ".{owner}./{name}", "{name}/{owner}"} {
		cfg := testConfig(t)
		cfg.Mirror = filepath.Join(g.root, "mirrors") + "/" + template
		var addresses []string
		for _, up := range climbing {
			addresses = append(addresses, "https://gitlab.com/"+up+"/private/o/secret", "https://forge.example/"+up+"/"+up+"/private/o/secret",
				"https://forge.example/o/"+up, "https://forge.example/"+up, "https://forge.example/private/o/secret/"+up)
		}
		for i, good := range g.runCatalog(cfg, addresses) {
			if got := causeOfGood(good); got == "scanned" || got == "partial" {
				t.Errorf("%s with %s is read", addresses[i], template)
			}
		}
		g.findSecret(cfg.Out, cfg.Store)
	}
}

// twoForges are two servers with a repository o/r each: the first holds nothing that has
// an advisory, the second lists a package with one.
func twoForges(t *testing.T) (clean, vulnerable string) {
	t.Helper()
	serve := func(files map[string]string) string {
		root := t.TempDir()
		dir := filepath.Join(root, "o", "r.git")
		gittest.Run(t, root, nil, "init", "-q", "--bare", "--initial-branch=main", dir)
		gittest.Run(t, dir, []byte(commitStream(files)), "fast-import", "--quiet", "--date-format=raw")
		return gittest.Serve(t, root)
	}
	return serve(map[string]string{"README.md": "x"}), serve(map[string]string{"requirements.txt": requirements})
}

// The mirror that another address left in the place of a repository is never reported as
// that repository: neither what an address that climbs made, nor a changed configuration.
func TestAMirrorOfAnotherOriginIsNeverReportedAsTheRepository(t *testing.T) {
	clean, vulnerable := twoForges(t)
	cfg := testConfig(t)
	cfg.Advisories, cfg.Offline, cfg.AllowPrivate = writeAdvisories(t), false, true
	host := strings.TrimPrefix(vulnerable, "http://")
	run(t, cfg, clean+"/%20../"+host+"/o/r.git")
	place := filepath.Join(cfg.Store, "mirrors", host, "o", "r.git")
	if _, err := os.Stat(place); err == nil {
		t.Error("an address made a mirror in the folder of another host")
	}
	findings := func(published runResult) observation.Measure {
		return measureOf(published.Document.Goods[0], "advisories.findings")
	}
	address := vulnerable + "/o/r.git"
	want := findings(run(t, cfg, address))
	if want.Value != 1.0 {
		t.Fatalf("findings %+v", want)
	}
	// As an earlier version left it: a mirror of the first server in the place of the second.
	for _, config := range []string{"origin", "origin-and-objects"} {
		if config == "origin-and-objects" {
			if err := os.RemoveAll(place); err != nil {
				t.Fatal(err)
			}
			gittest.Run(t, t.TempDir(), nil, "clone", "-q", "--bare", clean+"/o/r.git", place)
		}
		gittest.Run(t, place, nil, "config", "remote.origin.url", clean+"/o/r.git")
		offline := cfg
		offline.Offline, offline.Out = true, t.TempDir()
		if got := run(t, offline, address); got.Document.Goods[0].Scans[0].Failure == nil {
			t.Errorf("%s: offline, the mirror of another address is read", config)
		}
		if got := findings(run(t, cfg, address)); got.Value != want.Value || got.State != want.State {
			t.Errorf("%s: findings %+v, want %+v", config, got, want)
		}
		if origin := gittest.Run(t, place, nil, "config", "remote.origin.url"); strings.TrimSpace(origin) != address {
			t.Errorf("%s: the origin is still %s", config, origin)
		}
	}
}

// mirrorsOfTwoHosts are mirrors under {owner}+{name}: one was cloned from github.com, one
// has no origin.
func mirrorsOfTwoHosts(t *testing.T) (template string) {
	t.Helper()
	template, root := writeMirrors(t, map[string]string{
		"hub": commitStream(map[string]string{"README.md": secret}), "bare": commitStream(map[string]string{"README.md": secret})})
	gittest.Run(t, filepath.Join(root, "o+hub", "repo"), nil, "config", "remote.origin.url", "git@github.com:o/hub.git")
	return template
}

func TestAMirrorWithoutTheHostInItsPathServesItsOriginOnly(t *testing.T) {
	for _, one := range []struct{ addresses, want string }{
		{"https://github.com/o/hub https://gitlab.com/o/none", "scanned not-found"},
		{"https://gitlab.com/o/hub https://github.com/o/none", "not-found not-found"},
		{"https://gitlab.com/o/bare https://github.com/o/hub", "scanned scanned"}, // no origin speaks against it
		{"https://gitlab.com/o/hub https://github.com/o/hub", "not-found scanned"},
		{"https://gitlab.com/o/bare https://github.com/o/bare", "bad-url bad-url"},
		{"https://gitlab.com/o/hub", "scanned"}, // a catalog of one host
	} {
		cfg := testConfig(t)
		cfg.Mirror = mirrorsOfTwoHosts(t)
		addresses := strings.Fields(one.addresses)
		document := run(t, cfg, addresses...).Document
		var got []string
		for _, address := range addresses {
			got = append(got, causeOfGood(goodAt(t, document, address)))
		}
		if text := strings.ReplaceAll(strings.Join(got, " "), "partial", "scanned"); text != one.want {
			t.Errorf("%s: %s, want %s", one.addresses, text, one.want)
		}
	}
}

func goodAt(t *testing.T, document report.Document, address string) report.Good {
	t.Helper()
	for _, good := range document.Goods {
		for _, scan := range good.Scans {
			if scan.Repository.URL == address {
				return good
			}
		}
	}
	t.Fatalf("%s is not in the report", address)
	return report.Good{}
}

func TestTwoAddressesWithOneMirrorAreRefusedAndBothNamed(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror = mirrorsOfTwoHosts(t)
	pair := []string{"https://gitlab.com/o/bare", "https://github.com/o/bare"}
	document := run(t, cfg, pair...).Document
	for i, address := range pair {
		failure := goodAt(t, document, address).Scans[0].Failure
		if failure == nil || !strings.Contains(failure.Message, pair[0]) || !strings.Contains(failure.Message, pair[1]) {
			t.Errorf("%d: %+v", i, failure)
		}
	}
	// By a template of their own, each has its own.
	cfg.MirrorOf, cfg.Mirror = map[string]string{"gitlab.com": cfg.Mirror}, ""
	cfg.Out = t.TempDir()
	document = run(t, cfg, pair...).Document
	if got := fmt.Sprint(causeOfGood(goodAt(t, document, pair[0])), " ", causeOfGood(goodAt(t, document, pair[1]))); !strings.HasSuffix(got, " offline") || strings.HasPrefix(got, "bad-url") {
		t.Errorf("bound to their hosts: %s", got)
	}
}

// What somebody committed in a work tree does not say where it was cloned from.
func TestACommittedConfigurationIsNoOrigin(t *testing.T) {
	template, root := writeMirrors(t, map[string]string{"x": commitStream(map[string]string{"README.md": "x"})})
	tree := filepath.Join(root, "o+tree", "repo")
	gittest.Run(t, root, nil, "clone", "-q", filepath.Join(root, "o+x", "repo"), tree)
	gittest.Run(t, tree, nil, "config", "remote.origin.url", "https://github.com/o/tree")
	for name, text := range map[string]string{"config": "[remote \"origin\"]\n\turl = https://gitlab.com/o/tree\n", "HEAD": "ref: refs/heads/main\n"} {
		if err := os.WriteFile(filepath.Join(tree, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := testConfig(t)
	cfg.Mirror = template
	document := run(t, cfg, "https://gitlab.com/o/tree", "https://github.com/o/other").Document
	if good := goodAt(t, document, "https://gitlab.com/o/tree"); good.Scans[0].Failure == nil || !bytes.Contains([]byte(good.Scans[0].Failure.Message), []byte("github.com/o/tree")) {
		t.Errorf("%+v", good.Scans[0])
	}
}

// The folders of drafts are cleaned at the start of each run.
func TestARepositoryCalledAsADraftKeepsItsMirror(t *testing.T) {
	root := t.TempDir()
	var urls []string
	base := gittest.Serve(t, root)
	for _, name := range []string{"o/x", "o/.making-x", "o/.Making-y.git", ".making-o/x", "%2Emaking-o/x"} {
		dir := filepath.Join(root, strings.TrimSuffix(name, ".git")+".git")
		gittest.Run(t, root, nil, "init", "-q", "--bare", "--initial-branch=main", dir)
		gittest.Run(t, dir, []byte(commitStream(map[string]string{"README.md": name})), "fast-import", "--quiet", "--date-format=raw")
		urls = append(urls, base+"/"+strings.ReplaceAll(strings.TrimSuffix(name, ".git"), "%", "%25")+".git")
	}
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate = false, true
	for range 2 {
		document := run(t, cfg, urls...).Document
		for _, good := range document.Goods {
			if got := causeOfGood(good); got != "scanned" && got != "partial" {
				t.Errorf("%s: %+v", good.Name, good.Scans)
			}
		}
	}
	cfg.Offline = true
	for _, good := range run(t, cfg, urls...).Document.Goods {
		if got := causeOfGood(good); got != "scanned" && got != "partial" {
			t.Errorf("the mirror of %s is lost: %+v", good.Name, good.Scans)
		}
	}
}
