package pipeline

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// hostile is a repository that somebody made to do harm, and what the report
// says of it: "scanned", "partial", or the cause for which it was not read.
type hostile struct {
	name string
	make func(*ground, *gittest.Repository)
	want string
}

// ground is where hostile repositories stand, and what lies around them.
type ground struct {
	t      testing.TB
	root   string // of the repositories, as o+<name>/repo
	victim string // a folder that no repository has a right to
	trap   string // a file that is there once anything was executed
	server string // a server that nobody asked for
	asked  *atomic.Int32
}

const (
	secret = "TOP-SECRET-OF-THE-VICTIM"
	dev    = "Dev <dev@team.example> 1780272000 +0000"
)

func newGround(t testing.TB) *ground {
	t.Helper()
	g := &ground{t: t, root: t.TempDir(), victim: t.TempDir(), asked: &atomic.Int32{}}
	g.trap = filepath.Join(t.TempDir(), "sprung")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		g.asked.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	g.server = server.URL
	private := gittest.Init(t, filepath.Join(g.victim, "private.git"))
	private.Commit(private.Tree(gittest.Entry{Mode: "100644", Name: "LICENSE", OID: private.Blob(secret)}), dev, secret)
	private.File("../secret", secret)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("TMPDIR", t.TempDir())
	gittest.Init(t, home).File(".gitconfig", g.traps())
	for _, name := range []string{"GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_PAGER", "GIT_EDITOR"} {
		t.Setenv(name, g.spring())
	}
	return g
}

// spring is a command that springs the trap.
func (g *ground) spring() string { return "touch " + g.trap + "; true" }

// traps is a configuration in which all that git can execute springs the trap.
func (g *ground) traps() string {
	do := `"` + g.spring() + `"`
	hooks := filepath.Join(filepath.Dir(g.trap), "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		g.t.Fatal(err)
	}
	for _, hook := range []string{"post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change"} {
		if err := os.WriteFile(filepath.Join(hooks, hook), []byte("#!/bin/sh\n"+g.spring()+"\n"), 0o755); err != nil {
			g.t.Fatal(err)
		}
	}
	return "[core]\n\thooksPath = " + hooks + "\n\tfsmonitor = " + do + "\n\tsshCommand = " + do + "\n\tpager = " + do + "\n\teditor = " + do +
		"\n\taskPass = " + do + "\n\tgitProxy = " + do + "\n\talternateRefsCommand = " + do +
		"\n[alias]\n\tlog = !" + g.spring() + "\n\tls-tree = !" + g.spring() + "\n[credential]\n\thelper = !" + g.spring() +
		"\n[diff]\n\texternal = " + do + "\n[diff \"x\"]\n\ttextconv = " + do + "\n\tcommand = " + do +
		"\n[filter \"x\"]\n\tsmudge = " + do + "\n\tclean = " + do + "\n\tprocess = " + do + "\n\trequired = true" +
		"\n[gpg]\n\tprogram = " + do + "\n[log]\n\tshowSignature = true\n[pager]\n\tlog = " + do + "\n\tls-tree = " + do +
		"\n[uploadpack]\n\tpackObjectsHook = " + do + "\n[trailer \"x\"]\n\tcommand = " + do + "\n"
}

// promisor is the configuration of a partial clone whose missing objects git
// would fetch while it reads.
func (g *ground) promisor() string {
	return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = " + g.server +
		"/origin.git\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\tuploadpack = \"" + g.spring() + "\"\n\tproxy = " + g.server + "\n"
}

// plain makes a repository that lists one package with an advisory, beside what
// else its tree holds, and returns the commit.
func plain(r *gittest.Repository, more ...gittest.Entry) string {
	entries := append([]gittest.Entry{
		{Mode: "100644", Name: "LICENSE", OID: r.Blob("MIT License\n")},
		{Mode: "100644", Name: "requirements.txt", OID: r.Blob(requirements)},
	}, more...)
	return r.Commit(r.Tree(entries...), dev, "one")
}

func file(r *gittest.Repository, name, text string) gittest.Entry {
	return gittest.Entry{Mode: "100644", Name: name, OID: r.Blob(text)}
}

func link(r *gittest.Repository, name, target string) gittest.Entry {
	return gittest.Entry{Mode: "120000", Name: name, OID: r.Blob(target)}
}

// withName is a repository whose tree holds one file of an odd name.
func withName(name string) func(*ground, *gittest.Repository) {
	return func(_ *ground, r *gittest.Repository) { plain(r, file(r, name, requirements)) }
}

// withFile is a repository in which one file of git's own is another.
func withFile(name, text string) func(*ground, *gittest.Repository) {
	return func(_ *ground, r *gittest.Repository) { plain(r); r.File(name, text) }
}

// withWho is a repository whose commit bears an odd name or date.
func withWho(who string) func(*ground, *gittest.Repository) {
	return func(_ *ground, r *gittest.Repository) {
		plain(r)
		r.Commit(r.Tree(file(r, "requirements.txt", requirements)), who, "two", plain(r))
	}
}

// withCommit is a repository whose newest commit is written by hand; %s is its
// tree.
func withCommit(text string) func(*ground, *gittest.Repository) {
	return func(_ *ground, r *gittest.Repository) {
		tree := r.Tree(file(r, "requirements.txt", requirements))
		r.Main(r.Object("commit", strings.ReplaceAll(text, "%s", tree)))
	}
}

var odd = strings.Repeat("1", 40) // an object that is nowhere

func hostileReferences() []hostile {
	return []hostile{
		{"tag-control", withFile("packed-refs", odd+" refs/tags/a\x01\x1b[31mb\n"), "scanned"},
		{"tag-dots", withFile("refs/tags/a..b", odd+"\n"), "scanned"},
		{"tag-climbs", withFile("packed-refs", odd+" refs/tags/../../../secret\n"), "scanned"},
		{"tag-dash", func(g *ground, r *gittest.Repository) {
			r.File("refs/tags/--upload-pack=touch "+filepath.Base(g.trap), plain(r)+"\n")
			r.File("refs/tags/-x", plain(r)+"\n")
		}, "scanned"},
		{"tag-of-nothing", withFile("refs/tags/v1", odd+"\n"), "scanned"},
		{"tag-garbage", withFile("refs/tags/v1", strings.Repeat("\x00\xff", 5000)), "scanned"},
		{"tag-chain", func(_ *ground, r *gittest.Repository) {
			oid, kind := plain(r), "commit"
			for i := range 1000 {
				oid, kind = r.Object("tag", fmt.Sprintf("object %s\ntype %s\ntag t%d\ntagger %s\n\nx", oid, kind, i, dev)), "tag"
			}
			r.File("refs/tags/v1", oid+"\n")
		}, "scanned"},
		{"tag-of-itself", func(_ *ground, r *gittest.Repository) {
			plain(r)
			text := fmt.Sprintf("object %s\ntype tag\ntag t\ntagger %s\n\nx", odd, dev)
			r.WriteLoose(odd, fmt.Sprintf("tag %d\x00%s", len(text), text))
			r.File("refs/tags/v1", odd+"\n")
		}, "scanned"},
		{"tag-long", func(_ *ground, r *gittest.Repository) {
			text := fmt.Sprintf("object %s\ntype commit\ntag t\ntagger Dev <d@team.example> 99999999999999999999 +9999\n\n%s", plain(r), strings.Repeat("x", 1<<20))
			r.File("refs/tags/v1", r.Object("tag", text)+"\n")
		}, "scanned"},
		{"tags-many", func(_ *ground, r *gittest.Repository) {
			commit := plain(r)
			var refs strings.Builder
			refs.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
			for i := range 100_000 {
				fmt.Fprintf(&refs, "%s refs/tags/t%06d\n", commit, i)
			}
			r.File("packed-refs", refs.String())
		}, "scanned"},
		{"packed-garbage", withFile("packed-refs", strings.Repeat("\x00\xffgarbage\n", 1000)), "corrupt"},
		{"head-climbs", withFile("HEAD", "ref: ../../../secret\n"), "corrupt"},
		{"head-outside-refs", withFile("HEAD", "ref: refs/heads/../../../secret\n"), "no-default-branch"},
		{"head-elsewhere", withFile("HEAD", "ref: config\n"), "corrupt"},
		{"head-option", func(_ *ground, r *gittest.Repository) {
			r.File("refs/heads/--help", plain(r)+"\n")
			r.File("HEAD", "ref: refs/heads/--help\n")
		}, "scanned"},
		{"head-missing", withFile("HEAD", odd+"\n"), "missing-objects"},
		{"head-long", withFile("HEAD", "ref: refs/heads/"+strings.Repeat("a/", 1<<20)), "no-default-branch"},
		{"head-is-a-folder", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.Link("HEAD", "refs")
		}, "corrupt"},
		{"head-is-a-link", func(g *ground, r *gittest.Repository) {
			plain(r)
			r.Link("HEAD", filepath.Join(g.victim, "secret"))
		}, "corrupt"},
		{"head-is-endless", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.Link("HEAD", "/dev/zero")
		}, "corrupt"},
		{"branch-is-endless", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.Link("refs/heads/main", "/dev/zero")
		}, "over-limit"},
		{"references-in-a-circle", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.File("refs/heads/main", "ref: refs/heads/a\n")
			r.File("refs/heads/a", "ref: refs/heads/main\n")
		}, "corrupt"},
		{"shallow-garbage", withFile("shallow", "garbage\x00\xff\n"), "corrupt"},
		{"grafts", func(_ *ground, r *gittest.Repository) { r.File("info/grafts", plain(r)+" "+odd+"\n") }, "scanned"},
		{"replaced", func(_ *ground, r *gittest.Repository) {
			lie := r.Object("commit", "tree "+r.Tree(file(r, "LICENSE", secret))+"\nauthor "+dev+"\ncommitter "+dev+"\n\nx")
			r.File("refs/replace/"+plain(r), lie+"\n")
		}, "scanned"},
	}
}

func hostileTrees() []hostile {
	cases := []hostile{
		{"symlinks", func(g *ground, r *gittest.Repository) {
			plain(r, link(r, "COPYING", "/etc/passwd"), link(r, "README.md", g.victim+"/secret"), link(r, "SECURITY.md", "../../../../../../secret"),
				link(r, "loop", "loop"), link(r, "a", "b"), link(r, "b", "a"), link(r, "c", "c/c/c/c"), link(r, "long", strings.Repeat("x/", 5000)),
				link(r, "up", ".."), link(r, "empty", ""), link(r, "package.json", "/dev/zero"), link(r, "nul", "a\x00b"))
		}, "scanned"},
		{"submodules", func(g *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "160000", Name: "sub", OID: odd}, gittest.Entry{Mode: "160000", Name: "-u", OID: odd},
				file(r, ".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::"+g.spring()+"\n\tupdate = !"+g.spring()+
					"\n[submodule \"-u\"]\n\tpath = -u\n\turl = "+g.server+"/sub.git\n[submodule \"../../x\"]\n\tpath = ../x\n\turl = --upload-pack="+g.spring()+"\n"))
		}, "partial"},
		{"attributes", func(_ *ground, r *gittest.Repository) {
			plain(r, file(r, ".gitattributes", "* filter=x diff=x text eol=crlf working-tree-encoding=utf-16 ident export-subst\n"))
		}, "scanned"},
		{"own-configuration", func(g *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "40000", Name: ".git", OID: r.Tree(file(r, "config", g.traps()), file(r, "HEAD", "ref: refs/heads/main\n"))})
		}, "scanned"},
		{"duplicates", func(_ *ground, r *gittest.Repository) {
			plain(r, file(r, "requirements.txt", ""), gittest.Entry{Mode: "40000", Name: "LICENSE", OID: r.Tree(file(r, "x", "y"))})
		}, "partial"},
		{"mode-of-a-tree", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "x.txt", OID: r.Tree()})
		}, "scanned"},
		{"mode-of-a-file", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "40000", Name: "x", OID: r.Blob("x")})
		}, "missing-objects"},
		{"mode-garbage", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "zz", Name: "x", OID: r.Blob("x")})
		}, "corrupt"},
		{"mode-of-a-device", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "60000", Name: "x", OID: r.Blob("x")})
		}, "partial"},
		{"mode-huge", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "7777777777777777777777", Name: "x", OID: r.Blob("x")})
		}, "partial"},
		{"names-a-commit", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "x.txt", OID: plain(r)})
		}, "scanned"},
		{"name-empty", withName(""), "corrupt"},
		{"tree-cut", func(_ *ground, r *gittest.Repository) {
			r.Commit(r.Object("tree", gittest.TreeData(file(r, "requirements.txt", requirements))[:20]), dev, "x")
		}, "corrupt"},
		{"tree-of-itself", func(_ *ground, r *gittest.Repository) {
			text := gittest.TreeData(file(r, "a", "x"), gittest.Entry{Mode: "40000", Name: "b", OID: odd})
			r.WriteLoose(odd, fmt.Sprintf("tree %d\x00%s", len(text), text))
			plain(r, gittest.Entry{Mode: "40000", Name: "t", OID: odd})
		}, "over-limit"},
		{"tree-of-itself-without-files", func(_ *ground, r *gittest.Repository) {
			text := gittest.TreeData(gittest.Entry{Mode: "40000", Name: "b", OID: odd})
			r.WriteLoose(odd, fmt.Sprintf("tree %d\x00%s", len(text), text))
			plain(r, gittest.Entry{Mode: "40000", Name: "t", OID: odd})
		}, "corrupt"},
		{"tree-bomb", func(_ *ground, r *gittest.Repository) { // 20^12 files out of 13 objects
			tree := r.Tree(file(r, "f", "x"))
			for range 12 {
				var entries []gittest.Entry
				for i := range 20 {
					entries = append(entries, gittest.Entry{Mode: "40000", Name: fmt.Sprintf("%02d", i), OID: tree})
				}
				tree = r.Tree(entries...)
			}
			r.Commit(tree, dev, "x")
		}, "over-limit"},
		{"folder-bomb", func(_ *ground, r *gittest.Repository) { // few files behind far too many folders
			tree := r.Tree(file(r, "f", "x"))
			for range 60 {
				tree = r.Tree(gittest.Entry{Mode: "40000", Name: "d", OID: tree})
			}
			var entries []gittest.Entry
			for i := range 5000 {
				entries = append(entries, gittest.Entry{Mode: "40000", Name: fmt.Sprintf("%04d", i), OID: tree})
			}
			r.Commit(r.Tree(entries...), dev, "x")
		}, "over-limit"},
		{"files-many", func(_ *ground, r *gittest.Repository) {
			blob := r.Blob("x")
			var entries []gittest.Entry
			for i := range 100_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("%06d.txt", i), OID: blob})
			}
			plain(r, entries...)
		}, "scanned"},
		{"tree-deep", func(_ *ground, r *gittest.Repository) {
			tree := r.Tree(file(r, "requirements.txt", requirements))
			for range 5000 {
				tree = r.Tree(gittest.Entry{Mode: "40000", Name: "d", OID: tree})
			}
			plain(r, gittest.Entry{Mode: "40000", Name: "d", OID: tree})
		}, "partial"},
		{"names-odd-many", func(_ *ground, r *gittest.Repository) {
			blob := r.Blob("x")
			var entries []gittest.Entry
			for i := range 20_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("\xff%06d", i), OID: blob})
			}
			plain(r, entries...)
		}, "partial"},
		{"licences-many", func(_ *ground, r *gittest.Repository) {
			blob := r.Blob("MIT License\n")
			var entries []gittest.Entry
			for i := range 20_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("LICENSE.%06d%s", i, strings.Repeat("x", 200)), OID: blob})
			}
			plain(r, entries...)
		}, "scanned"},
		{"mailmap", func(g *ground, r *gittest.Repository) {
			plain(r, file(r, ".mailmap", strings.Repeat("A <a@x.example> <b@y.example>\n\x00\xff<", 10_000)))
		}, "scanned"},
		{"mailmap-is-a-link", func(g *ground, r *gittest.Repository) { plain(r, link(r, ".mailmap", g.victim+"/secret")) }, "scanned"},
		{"mailmap-is-a-folder", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "40000", Name: ".mailmap", OID: r.Tree()})
		}, "scanned"},
	}
	for _, name := range []string{"..", ".", "/etc/passwd", "../secret", "a/../../secret", "a//b", "/", "\xff\xfe.txt", strings.Repeat("n", 5000) + ".txt"} {
		cases = append(cases, hostile{fmt.Sprintf("name-%x", sha256.Sum256([]byte(name)))[:14], withName(name), "partial"})
	}
	for _, name := range []string{".git", ".GIT", "git~1", ".g\u200cit", ".git ", ".git...", ".git::$INDEX_ALLOCATION", `..\secret`, `c:\x`, "con", "aux.txt",
		"a\x01\x1b[31mb", "a\nb", "a\u202eb", "-x", "--help", "$(touch x)", "%s%n", strings.Repeat("n", 300), "<script>alert(1)</script>", "=cmd()", "*"} {
		cases = append(cases, hostile{fmt.Sprintf("name-%x", sha256.Sum256([]byte(name)))[:14], withName(name), "scanned"})
	}
	return append(cases, hostile{"name-too-long", withName(strings.Repeat("n", 2<<20)), "over-limit"})
}

func hostileCommits() []hostile {
	head := "tree %s\nauthor " + dev + "\ncommitter " + dev + "\n"
	return []hostile{
		{"message-long", withCommit(head + "\n" + strings.Repeat("message ", 1<<17)), "scanned"},
		{"message-nul", withCommit(head + "\na\x00b\x00c"), "scanned"},
		{"date-negative", withWho("Dev <dev@team.example> -86400 +0000"), "scanned"},
		{"date-zero", withWho("Dev <dev@team.example> 0 +0000"), "scanned"},
		{"date-far", withWho("Dev <dev@team.example> 9223372036854775807 +0000"), "scanned"},
		{"date-beyond", withWho("Dev <dev@team.example> 99999999999999999999999 +0000"), "scanned"},
		{"date-year-10000", withWho("Dev <dev@team.example> 253402300800 +0000"), "scanned"},
		{"date-words", withWho("Dev <dev@team.example> yesterday"), "scanned"},
		{"zone-impossible", withWho("Dev <dev@team.example> 1780272000 +9999"), "scanned"},
		{"zone-words", withWho("Dev <dev@team.example> 1780272000 Mars/Olympus"), "scanned"},
		{"name-nul", withWho("D\x00ev <dev@team.example> 1780272000 +0000"), "scanned"},
		{"name-empty-person", withWho(" <> 1780272000 +0000"), "scanned"},
		{"name-brackets", withWho("<<<>>> <><<dev>> 1780272000 +0000"), "scanned"},
		{"name-long", withWho(strings.Repeat("D", 2<<20) + " <dev@team.example> 1780272000 +0000"), "partial"},
		{"no-author", withCommit("tree %s\ncommitter " + dev + "\n\nx"), "scanned"},
		{"no-committer", withCommit("tree %s\nauthor " + dev + "\n\nx"), "corrupt"},
		{"no-tree", withCommit("author " + dev + "\ncommitter " + dev + "\n\nx"), "corrupt"},
		{"two-trees", withCommit("tree %s\ntree " + odd + "\nauthor " + dev + "\ncommitter " + dev + "\n\nx"), "scanned"},
		{"empty-commit", withCommit(""), "corrupt"},
		{"encoding-utf7", withCommit("tree %s\nauthor A+AAo-B+AAA-C <d@team.example> 1780272000 +0000\ncommitter " + dev + "\nencoding UTF-7\n\nx"), "scanned"},
		{"encoding-utf16", withCommit(head + "encoding UTF-16\n\nx"), "scanned"},
		{"encoding-none", withCommit(head + "encoding no-such\n\n\xff\xfe"), "scanned"},
		{"signature-garbage", withCommit(head + "gpgsig -----BEGIN PGP SIGNATURE-----\n \x00\n -----END\n\nx"), "scanned"},
		{"parents-many", func(_ *ground, r *gittest.Repository) {
			tree := r.Tree(file(r, "requirements.txt", requirements))
			var parents []string
			for i := range 500 {
				parents = append(parents, r.Commit(tree, dev, fmt.Sprint(i)))
			}
			r.Commit(tree, dev, "octopus", parents...)
		}, "scanned"},
		{"parent-of-itself", func(_ *ground, r *gittest.Repository) {
			text := fmt.Sprintf("tree %s\nparent %s\nauthor %s\ncommitter %s\n\nx", r.Tree(file(r, "requirements.txt", requirements)), odd, dev, dev)
			r.WriteLoose(odd, fmt.Sprintf("commit %d\x00%s", len(text), text))
			r.Main(odd)
		}, "corrupt"},
		{"parent-missing", func(_ *ground, r *gittest.Repository) {
			r.Commit(r.Tree(file(r, "requirements.txt", requirements)), dev, "x", odd)
		}, "partial"},
		{"parent-is-a-file", func(_ *ground, r *gittest.Repository) {
			r.Commit(r.Tree(file(r, "requirements.txt", requirements)), dev, "x", r.Blob("x"))
		}, "partial"},
	}
}

func hostileObjects() []hostile {
	const base = 8 << 20
	zeros := gittest.Packed{OID: strings.Repeat("a", 40), Kind: gittest.KindBlob, Data: make([]byte, base)}
	bomb := gittest.Packed{OID: strings.Repeat("b", 40), Kind: gittest.KindDelta, Base: zeros.OID, Data: gittest.Delta(base, base-1, 1000, "")} // 8 GB
	packed := func(r *gittest.Repository, damage func([]byte) []byte) {
		r.Pack(gittest.Packed{OID: r.Blob("big\n"), Kind: gittest.KindBlob, Data: []byte("big\n")}, zeros)
		files, err := filepath.Glob(filepath.Join(r.Dir, "objects", "pack", "*.pack"))
		if err != nil || len(files) != 1 {
			r.T.Fatal(files, err)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			r.T.Fatal(err)
		}
		if err := os.WriteFile(files[0], damage(data), 0o644); err != nil {
			r.T.Fatal(err)
		}
	}
	return []hostile{
		{"blob-of-a-gigabyte", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: r.Zeros(1 << 30)})
		}, "partial"},
		{"blob-that-lies", func(_ *ground, r *gittest.Repository) {
			r.WriteLoose(odd, "blob 9999999999999\x00short")
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
		}, "partial"},
		{"blob-negative", func(_ *ground, r *gittest.Repository) {
			r.WriteLoose(odd, "blob -1\x00short")
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
		}, "partial"},
		{"delta-bomb", func(_ *ground, r *gittest.Repository) {
			r.Pack(zeros, bomb)
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: bomb.OID})
		}, "partial"},
		{"delta-bomb-behind-a-small-file", func(_ *ground, r *gittest.Repository) {
			small := gittest.Packed{OID: strings.Repeat("c", 40), Kind: gittest.KindDelta, Base: bomb.OID, Data: gittest.Delta((base-1)*1000, 1, 1, "{}")}
			r.Pack(zeros, bomb, small)
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: small.OID})
		}, "partial"},
		{"delta-chain", func(_ *ground, r *gittest.Repository) {
			chain := []gittest.Packed{{OID: fmt.Sprintf("%040x", 1), Kind: gittest.KindBlob, Data: []byte(requirements)}}
			for i := range 5000 {
				last := chain[len(chain)-1]
				chain = append(chain, gittest.Packed{OID: fmt.Sprintf("%040x", i+2), Kind: gittest.KindDelta, Base: last.OID, Data: gittest.Delta(len(requirements), len(requirements), 1, "")})
			}
			r.Pack(chain...)
			plain(r, gittest.Entry{Mode: "100644", Name: "requirements-dev.txt", OID: chain[len(chain)-1].OID})
		}, "scanned"},
		{"delta-of-itself", func(_ *ground, r *gittest.Repository) {
			r.Pack(gittest.Packed{OID: odd, Kind: gittest.KindDelta, Base: odd, Data: gittest.Delta(5, 5, 1, "")})
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
		}, "over-limit"},
		{"pack-cut", func(_ *ground, r *gittest.Repository) {
			packed(r, func(data []byte) []byte { return data[:len(data)/2] })
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: zeros.OID})
		}, "partial"},
		{"pack-flipped", func(_ *ground, r *gittest.Repository) {
			packed(r, func(data []byte) []byte { data[len(data)/2] ^= 0xff; return data })
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: zeros.OID})
		}, "partial"},
		{"index-garbage", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.File("objects/pack/pack-"+odd+".idx", strings.Repeat("\xff", 2000))
			r.File("objects/pack/pack-"+odd+".pack", "PACK")
		}, "scanned"},
		{"object-empty", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
			r.File(gittest.Loose(odd), "")
		}, "partial"},
		{"object-garbage", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
			r.File(gittest.Loose(odd), "garbage")
		}, "partial"},
		{"object-of-no-kind", func(_ *ground, r *gittest.Repository) {
			r.WriteLoose(odd, "bomb 2\x00{}")
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
		}, "corrupt"},
		{"blob-missing", func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
		}, "partial"},
		{"tree-missing", func(_ *ground, r *gittest.Repository) { plain(r, gittest.Entry{Mode: "40000", Name: "t", OID: odd}) }, "missing-objects"},
		{"root-missing", func(_ *ground, r *gittest.Repository) { r.Commit(odd, dev, "x") }, "missing-objects"},
		{"head-is-a-blob", func(_ *ground, r *gittest.Repository) { r.Main(r.Blob("x")) }, "corrupt"},
	}
}

func hostileMirrors() []hostile {
	return []hostile{
		{"configuration", func(g *ground, r *gittest.Repository) { plain(r); r.File("config", g.traps()) }, "scanned"},
		{"configuration-promises", func(g *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
			r.File("config", g.promisor())
		}, "partial"},
		{"configuration-promises-all", func(g *ground, r *gittest.Repository) {
			r.Commit(odd, dev, "x")
			r.File("refs/tags/v1", strings.Repeat("2", 40)+"\n")
			r.File("config", g.promisor())
		}, "missing-objects"},
		{"configuration-promises-head", func(g *ground, r *gittest.Repository) { r.Main(odd); r.File("config", g.promisor()) }, "missing-objects"},
		{"configuration-includes", func(g *ground, r *gittest.Repository) {
			plain(r)
			r.File("evil", g.traps())
			r.File("config", "[core]\n\tbare = true\n[include]\n\tpath = evil\n\tpath = "+filepath.Join(g.victim, "secret")+"\n")
		}, "scanned"},
		{"configuration-garbage", withFile("config", "\x00\xff["), "corrupt"},
		{"configuration-of-the-future", withFile("config", "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tevil = true\n"), "corrupt"},
		{"configuration-names-a-work-tree", func(g *ground, r *gittest.Repository) {
			plain(r)
			r.File("config", "[core]\n\tbare = false\n\tworktree = "+g.victim+"\n")
		}, "scanned"},
		{"hooks", func(g *ground, r *gittest.Repository) {
			plain(r)
			for _, hook := range []string{"post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman", "post-index-change"} {
				r.File("hooks/"+hook, "#!/bin/sh\n"+g.spring()+"\n")
				if err := os.Chmod(filepath.Join(r.Dir, "hooks", hook), 0o755); err != nil {
					r.T.Fatal(err)
				}
			}
		}, "scanned"},
		{"attributes-of-the-mirror", withFile("info/attributes", "* filter=x diff=x\n"), "scanned"},
		{"alternates-garbage", withFile("objects/info/alternates", "\x00\xff\n-x\n\"\\000\n/dev/zero\n/etc\n../../../../../..\n"), "scanned"},
		{"alternates-to-itself", func(_ *ground, r *gittest.Repository) {
			plain(r)
			r.File("objects/info/alternates", filepath.Join(r.Dir, "objects")+"\n")
		}, "scanned"},
		{"alternates-over-http", func(g *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
			r.File("objects/info/http-alternates", g.server+"/objects\n")
			r.File("objects/info/alternates", g.server+"/objects\n")
		}, "partial"},
		{"commondir", func(g *ground, r *gittest.Repository) { plain(r); r.File("commondir", "../../../nowhere\n") }, "corrupt"},
		{"not-a-repository", func(_ *ground, r *gittest.Repository) {
			for _, name := range []string{"HEAD", "objects", "refs"} {
				if err := os.RemoveAll(filepath.Join(r.Dir, name)); err != nil {
					r.T.Fatal(err)
				}
			}
		}, "corrupt"},
	}
}

// surroundings lists every file below the folders with all that tells whether
// it was touched.
func surroundings(t testing.TB, folders ...string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			seen[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime().UnixNano())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return seen
}

// passed runs the pipeline over hostile repositories and returns the goods by
// the names of their cases. It fails where anything was executed, written
// outside, asked of a server or left behind.
func (g *ground) passed(cfg config.Config, cases []hostile) map[string]report.Good {
	g.t.Helper()
	var urls []string
	for _, c := range cases {
		dir := filepath.Join(g.root, "o+"+c.name, "repo")
		c.make(g, gittest.Init(g.t, dir))
		urls = append(urls, "https://forge.example/o/"+c.name)
	}
	around := []string{g.root, g.victim, os.Getenv("HOME"), filepath.Dir(g.trap)}
	before := surroundings(g.t, around...)
	cfg.Mirror, cfg.Advisories = filepath.Join(g.root, "{owner}+{name}", "repo"), advisories(g.t)
	cfg.Offline, cfg.AllowPrivate = false, true // so that nothing but the defence keeps a request from its server
	p := newPipeline(g.t, cfg)
	published := runWith(g.t, p, urls...)
	after := surroundings(g.t, around...)
	for _, path := range sortedKeys(after) {
		if before[path] != after[path] {
			g.t.Errorf("%s was written: %s, before %q", path, after[path], before[path])
		}
	}
	if len(before) > len(after) {
		g.t.Errorf("of %d files around, %d are left", len(before), len(after))
	}
	if asked := g.asked.Load(); asked != 0 {
		g.t.Errorf("a server that nobody named was asked %d times", asked)
	}
	g.findSecret(cfg.Out, cfg.Store)
	goods := map[string]report.Good{}
	for _, good := range published.Document.Goods {
		goods[good.Scans[0].Repository.Path] = good
	}
	if len(goods) != len(cases) {
		g.t.Errorf("%d goods in the report, %d repositories", len(goods), len(cases))
	}
	return goods
}

// findSecret fails where the victim's secret stands in what was written.
func (g *ground) findSecret(folders ...string) {
	g.t.Helper()
	for path := range surroundings(g.t, folders...) {
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(secret)) {
			g.t.Errorf("%s holds what no repository may read", path)
		}
	}
}

func told(good report.Good) (string, string) {
	scan := good.Scans[0]
	if scan.Failure != nil {
		return string(scan.Failure.Cause), scan.Failure.Message
	}
	return scan.Outcome, fmt.Sprint(scan.Notes)
}

// judge compares what the report says with what a case expects.
func (g *ground) judge(cases []hostile, goods map[string]report.Good) {
	for _, c := range cases {
		good, ok := goods[c.name]
		if !ok {
			g.t.Errorf("%s is not in the report", c.name)
			continue
		}
		got, why := told(good)
		if got != c.want {
			g.t.Errorf("%s is %s, want %s: %.600s", c.name, got, c.want, why)
		}
		if why == "" {
			g.t.Errorf("%s: the failure says nothing", c.name)
		}
		findings := measureOf(good, "advisories.findings")
		if findings.State == observation.Measured && findings.Value == 0.0 && findings.Bound == observation.Exact {
			g.t.Errorf("%s is clean, and lists a package with an advisory: %+v", c.name, findings)
		}
	}
}

func TestHostileRepositoriesAreReadOrFailByName(t *testing.T) {
	for group, cases := range map[string][]hostile{
		"references": hostileReferences(), "trees": hostileTrees(), "commits": hostileCommits(), "objects": hostileObjects(), "mirrors": hostileMirrors(),
	} {
		t.Run(group, func(t *testing.T) {
			g := newGround(t)
			cfg := settings(t)
			cfg.MaxFiles = 110_000
			g.judge(cases, g.passed(cfg, cases))
		})
	}
}

func TestHostileScratchIsEmptyAfterwards(t *testing.T) {
	g := newGround(t)
	p, err := New(t.Context(), settings(t), "test", time.Now, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(g.root, "o+x", "repo")
	plain(gittest.Init(t, dir))
	if _, err := p.Run(t.Context(), []string{dir}); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if left := sortedKeys(surroundings(t, os.Getenv("TMPDIR"))); !slices.Equal(left, []string{os.Getenv("TMPDIR")}) {
		t.Errorf("left behind: %v", left)
	}
}
