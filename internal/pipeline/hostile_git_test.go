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

// hostileCase is a repository made to do harm, and its expected outcome in the report:
// "scanned", "partial", or the cause of its failure.
type hostileCase struct {
	name string
	make func(*hostileEnv, *gittest.Repository)
	want string
}

// hostileEnv holds the hostile repositories and what they must not reach.
type hostileEnv struct {
	t        testing.TB
	root     string // of the repositories, as o+<name>/repo
	victim   string // a folder that no repository may read
	marker   string // a file that exists once anything was executed
	server   string // a server that must get no request
	requests *atomic.Int32
}

const (
	secret = "TOP-SECRET-OF-THE-VICTIM"
	dev    = "Dev <dev@team.example> 1780272000 +0000"
)

func newHostileEnv(t testing.TB) *hostileEnv {
	t.Helper()
	g := &hostileEnv{t: t, root: t.TempDir(), victim: t.TempDir(), requests: &atomic.Int32{}}
	g.marker = filepath.Join(t.TempDir(), "sprung")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		g.requests.Add(1)
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
	gittest.Init(t, home).File(".gitconfig", g.markerConfig())
	for _, name := range []string{"GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_PAGER", "GIT_EDITOR"} {
		t.Setenv(name, g.markerCommand())
	}
	return g
}

// markerCommand is a command that makes the marker.
func (g *hostileEnv) markerCommand() string { return "touch " + g.marker + "; true" }

// markerConfig is a configuration in which everything that git can execute makes the
// marker.
func (g *hostileEnv) markerConfig() string {
	do := `"` + g.markerCommand() + `"`
	hooks := filepath.Join(filepath.Dir(g.marker), "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		g.t.Fatal(err)
	}
	for _, hook := range []string{"post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change"} {
		if err := os.WriteFile(filepath.Join(hooks, hook), []byte("#!/bin/sh\n"+g.markerCommand()+"\n"), 0o755); err != nil {
			g.t.Fatal(err)
		}
	}
	return "[core]\n\thooksPath = " + hooks + "\n\tfsmonitor = " + do + "\n\tsshCommand = " + do + "\n\tpager = " + do + "\n\teditor = " + do +
		"\n\taskPass = " + do + "\n\tgitProxy = " + do + "\n\talternateRefsCommand = " + do +
		"\n[alias]\n\tlog = !" + g.markerCommand() + "\n\tls-tree = !" + g.markerCommand() + "\n[credential]\n\thelper = !" + g.markerCommand() +
		"\n[diff]\n\texternal = " + do + "\n[diff \"x\"]\n\ttextconv = " + do + "\n\tcommand = " + do +
		"\n[filter \"x\"]\n\tsmudge = " + do + "\n\tclean = " + do + "\n\tprocess = " + do + "\n\trequired = true" +
		"\n[gpg]\n\tprogram = " + do + "\n[log]\n\tshowSignature = true\n[pager]\n\tlog = " + do + "\n\tls-tree = " + do +
		"\n[uploadpack]\n\tpackObjectsHook = " + do + "\n[trailer \"x\"]\n\tcommand = " + do + "\n"
}

// promisor is the configuration of a partial clone whose missing objects git
// would fetch while it reads.
func (g *hostileEnv) promisor() string {
	return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = " + g.server +
		"/origin.git\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\tuploadpack = \"" + g.markerCommand() + "\"\n\tproxy = " + g.server + "\n"
}

// plainRepository writes a repository that lists one package with an advisory, with
// further entries in its tree, and returns the commit.
func plainRepository(r *gittest.Repository, more ...gittest.Entry) string {
	entries := append([]gittest.Entry{
		{Mode: "100644", Name: "LICENSE", OID: r.Blob("MIT License\n")},
		{Mode: "100644", Name: "requirements.txt", OID: r.Blob(requirements)},
	}, more...)
	return r.Commit(r.Tree(entries...), dev, "one")
}

func fileEntry(r *gittest.Repository, name, text string) gittest.Entry {
	return gittest.Entry{Mode: "100644", Name: name, OID: r.Blob(text)}
}

func linkEntry(r *gittest.Repository, name, target string) gittest.Entry {
	return gittest.Entry{Mode: "120000", Name: name, OID: r.Blob(target)}
}

// withName is a repository with a file of an unusual name.
func withName(name string) func(*hostileEnv, *gittest.Repository) {
	return func(_ *hostileEnv, r *gittest.Repository) { plainRepository(r, fileEntry(r, name, requirements)) }
}

// withFile is a repository in which one of git's own files is replaced.
func withFile(name, text string) func(*hostileEnv, *gittest.Repository) {
	return func(_ *hostileEnv, r *gittest.Repository) { plainRepository(r); r.File(name, text) }
}

// withIdentity is a repository whose commit has an unusual name or date.
func withIdentity(who string) func(*hostileEnv, *gittest.Repository) {
	return func(_ *hostileEnv, r *gittest.Repository) {
		plainRepository(r)
		r.Commit(r.Tree(fileEntry(r, "requirements.txt", requirements)), who, "two", plainRepository(r))
	}
}

// withCommit is a repository whose newest commit is given as text; %s is its tree.
func withCommit(text string) func(*hostileEnv, *gittest.Repository) {
	return func(_ *hostileEnv, r *gittest.Repository) {
		tree := r.Tree(fileEntry(r, "requirements.txt", requirements))
		r.Main(r.Object("commit", strings.ReplaceAll(text, "%s", tree)))
	}
}

var missingOID = strings.Repeat("1", 40) // an object that does not exist

func hostileReferences() []hostileCase {
	return []hostileCase{
		{"tag-control", withFile("packed-refs", missingOID+" refs/tags/a\x01\x1b[31mb\n"), "scanned"},
		{"tag-dots", withFile("refs/tags/a..b", missingOID+"\n"), "scanned"},
		{"tag-climbs", withFile("packed-refs", missingOID+" refs/tags/../../../secret\n"), "scanned"},
		{"tag-dash", func(g *hostileEnv, r *gittest.Repository) {
			r.File("refs/tags/--upload-pack=touch "+filepath.Base(g.marker), plainRepository(r)+"\n")
			r.File("refs/tags/-x", plainRepository(r)+"\n")
		}, "scanned"},
		{"tag-of-nothing", withFile("refs/tags/v1", missingOID+"\n"), "scanned"},
		{"tag-garbage", withFile("refs/tags/v1", strings.Repeat("\x00\xff", 5000)), "scanned"},
		{"tag-chain", func(_ *hostileEnv, r *gittest.Repository) {
			oid, kind := plainRepository(r), "commit"
			for i := range 1000 {
				oid, kind = r.Object("tag", fmt.Sprintf("object %s\ntype %s\ntag t%d\ntagger %s\n\nx", oid, kind, i, dev)), "tag"
			}
			r.File("refs/tags/v1", oid+"\n")
		}, "scanned"},
		{"tag-of-itself", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			text := fmt.Sprintf("object %s\ntype tag\ntag t\ntagger %s\n\nx", missingOID, dev)
			r.WriteLoose(missingOID, fmt.Sprintf("tag %d\x00%s", len(text), text))
			r.File("refs/tags/v1", missingOID+"\n")
		}, "scanned"},
		{"tag-long", func(_ *hostileEnv, r *gittest.Repository) {
			text := fmt.Sprintf("object %s\ntype commit\ntag t\ntagger Dev <d@team.example> 99999999999999999999 +9999\n\n%s", plainRepository(r), strings.Repeat("x", 1<<20))
			r.File("refs/tags/v1", r.Object("tag", text)+"\n")
		}, "scanned"},
		{"tags-many", func(_ *hostileEnv, r *gittest.Repository) {
			commit := plainRepository(r)
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
		{"head-option", func(_ *hostileEnv, r *gittest.Repository) {
			r.File("refs/heads/--help", plainRepository(r)+"\n")
			r.File("HEAD", "ref: refs/heads/--help\n")
		}, "scanned"},
		{"head-missing", withFile("HEAD", missingOID+"\n"), "missing-objects"},
		{"head-long", withFile("HEAD", "ref: refs/heads/"+strings.Repeat("a/", 1<<20)), "no-default-branch"},
		{"head-is-a-folder", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.Link("HEAD", "refs")
		}, "corrupt"},
		{"head-is-a-link", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.Link("HEAD", filepath.Join(g.victim, "secret"))
		}, "corrupt"},
		{"head-is-endless", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.Link("HEAD", "/dev/zero")
		}, "corrupt"},
		{"branch-is-endless", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.Link("refs/heads/main", "/dev/zero")
		}, "over-limit"},
		{"references-in-a-circle", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("refs/heads/main", "ref: refs/heads/a\n")
			r.File("refs/heads/a", "ref: refs/heads/main\n")
		}, "corrupt"},
		{"shallow-garbage", withFile("shallow", "garbage\x00\xff\n"), "corrupt"},
		{"grafts", func(_ *hostileEnv, r *gittest.Repository) {
			r.File("info/grafts", plainRepository(r)+" "+missingOID+"\n")
		}, "scanned"},
		{"replaced", func(_ *hostileEnv, r *gittest.Repository) {
			lie := r.Object("commit", "tree "+r.Tree(fileEntry(r, "LICENSE", secret))+"\nauthor "+dev+"\ncommitter "+dev+"\n\nx")
			r.File("refs/replace/"+plainRepository(r), lie+"\n")
		}, "scanned"},
	}
}

func hostileTrees() []hostileCase {
	cases := []hostileCase{
		{"symlinks", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, linkEntry(r, "COPYING", "/etc/passwd"), linkEntry(r, "README.md", g.victim+"/secret"), linkEntry(r, "SECURITY.md", "../../../../../../secret"),
				linkEntry(r, "loop", "loop"), linkEntry(r, "a", "b"), linkEntry(r, "b", "a"), linkEntry(r, "c", "c/c/c/c"), linkEntry(r, "long", strings.Repeat("x/", 5000)),
				linkEntry(r, "up", ".."), linkEntry(r, "empty", ""), linkEntry(r, "package.json", "/dev/zero"), linkEntry(r, "nul", "a\x00b"))
		}, "partial"}, // package.json leads nowhere
		{"submodules", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "160000", Name: "sub", OID: missingOID}, gittest.Entry{Mode: "160000", Name: "-u", OID: missingOID},
				fileEntry(r, ".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::"+g.markerCommand()+"\n\tupdate = !"+g.markerCommand()+
					"\n[submodule \"-u\"]\n\tpath = -u\n\turl = "+g.server+"/sub.git\n[submodule \"../../x\"]\n\tpath = ../x\n\turl = --upload-pack="+g.markerCommand()+"\n"))
		}, "partial"},
		{"attributes", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, fileEntry(r, ".gitattributes", "* filter=x diff=x text eol=crlf working-tree-encoding=utf-16 ident export-subst\n"))
		}, "scanned"},
		{"own-configuration", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "40000", Name: ".git", OID: r.Tree(fileEntry(r, "config", g.markerConfig()), fileEntry(r, "HEAD", "ref: refs/heads/main\n"))})
		}, "scanned"},
		{"duplicates", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, fileEntry(r, "requirements.txt", ""), gittest.Entry{Mode: "40000", Name: "LICENSE", OID: r.Tree(fileEntry(r, "x", "y"))})
		}, "partial"},
		{"mode-of-a-tree", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "x.txt", OID: r.Tree()})
		}, "scanned"},
		{"mode-of-a-file", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "40000", Name: "x", OID: r.Blob("x")})
		}, "missing-objects"},
		{"mode-garbage", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "zz", Name: "x", OID: r.Blob("x")})
		}, "corrupt"},
		{"mode-of-a-device", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "60000", Name: "x", OID: r.Blob("x")})
		}, "partial"},
		{"mode-huge", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "7777777777777777777777", Name: "x", OID: r.Blob("x")})
		}, "partial"},
		{"names-a-commit", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "x.txt", OID: plainRepository(r)})
		}, "scanned"},
		{"name-empty", withName(""), "corrupt"},
		{"tree-cut", func(_ *hostileEnv, r *gittest.Repository) {
			r.Commit(r.Object("tree", gittest.TreeData(fileEntry(r, "requirements.txt", requirements))[:20]), dev, "x")
		}, "corrupt"},
		{"tree-of-itself", func(_ *hostileEnv, r *gittest.Repository) {
			text := gittest.TreeData(fileEntry(r, "a", "x"), gittest.Entry{Mode: "40000", Name: "b", OID: missingOID})
			r.WriteLoose(missingOID, fmt.Sprintf("tree %d\x00%s", len(text), text))
			plainRepository(r, gittest.Entry{Mode: "40000", Name: "t", OID: missingOID})
		}, "over-limit"},
		{"tree-of-itself-without-files", func(_ *hostileEnv, r *gittest.Repository) {
			text := gittest.TreeData(gittest.Entry{Mode: "40000", Name: "b", OID: missingOID})
			r.WriteLoose(missingOID, fmt.Sprintf("tree %d\x00%s", len(text), text))
			plainRepository(r, gittest.Entry{Mode: "40000", Name: "t", OID: missingOID})
		}, "corrupt"},
		{"tree-bomb", func(_ *hostileEnv, r *gittest.Repository) { // 20^12 files out of 13 objects
			tree := r.Tree(fileEntry(r, "f", "x"))
			for range 12 {
				var entries []gittest.Entry
				for i := range 20 {
					entries = append(entries, gittest.Entry{Mode: "40000", Name: fmt.Sprintf("%02d", i), OID: tree})
				}
				tree = r.Tree(entries...)
			}
			r.Commit(tree, dev, "x")
		}, "over-limit"},
		{"folder-bomb", func(_ *hostileEnv, r *gittest.Repository) { // few files behind far too many folders
			tree := r.Tree(fileEntry(r, "f", "x"))
			for range 60 {
				tree = r.Tree(gittest.Entry{Mode: "40000", Name: "d", OID: tree})
			}
			var entries []gittest.Entry
			for i := range 5000 {
				entries = append(entries, gittest.Entry{Mode: "40000", Name: fmt.Sprintf("%04d", i), OID: tree})
			}
			r.Commit(r.Tree(entries...), dev, "x")
		}, "over-limit"},
		{"files-many", func(_ *hostileEnv, r *gittest.Repository) {
			blob := r.Blob("x")
			var entries []gittest.Entry
			for i := range 100_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("%06d.txt", i), OID: blob})
			}
			plainRepository(r, entries...)
		}, "scanned"},
		{"tree-deep", func(_ *hostileEnv, r *gittest.Repository) {
			tree := r.Tree(fileEntry(r, "requirements.txt", requirements))
			for range 5000 {
				tree = r.Tree(gittest.Entry{Mode: "40000", Name: "d", OID: tree})
			}
			plainRepository(r, gittest.Entry{Mode: "40000", Name: "d", OID: tree})
		}, "partial"},
		{"names-odd-many", func(_ *hostileEnv, r *gittest.Repository) {
			blob := r.Blob("x")
			var entries []gittest.Entry
			for i := range 20_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("\xff%06d", i), OID: blob})
			}
			plainRepository(r, entries...)
		}, "partial"},
		{"licences-many", func(_ *hostileEnv, r *gittest.Repository) {
			blob := r.Blob("MIT License\n")
			var entries []gittest.Entry
			for i := range 20_000 {
				entries = append(entries, gittest.Entry{Mode: "100644", Name: fmt.Sprintf("LICENSE.%06d%s", i, strings.Repeat("x", 200)), OID: blob})
			}
			plainRepository(r, entries...)
		}, "scanned"},
		{"mailmap", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, fileEntry(r, ".mailmap", strings.Repeat("A <a@x.example> <b@y.example>\n\x00\xff<", 10_000)))
		}, "scanned"},
		{"mailmap-is-a-link", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, linkEntry(r, ".mailmap", g.victim+"/secret"))
		}, "scanned"},
		{"mailmap-is-a-folder", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "40000", Name: ".mailmap", OID: r.Tree()})
		}, "scanned"},
	}
	for _, name := range []string{"..", ".", "/etc/passwd", "../secret", "a/../../secret", "a//b", "/", "\xff\xfe.txt", strings.Repeat("n", 5000) + ".txt"} {
		cases = append(cases, hostileCase{fmt.Sprintf("name-%x", sha256.Sum256([]byte(name)))[:14], withName(name), "partial"})
	}
	for _, name := range []string{".git", ".GIT", "git~1", ".g\u200cit", ".git ", ".git...", ".git::$INDEX_ALLOCATION", `..\secret`, `c:\x`, "con", "aux.txt",
		"a\x01\x1b[31mb", "a\nb", "a\u202eb", "-x", "--help", "$(touch x)", "%s%n", strings.Repeat("n", 300), "<script>alert(1)</script>", "=cmd()", "*"} {
		cases = append(cases, hostileCase{fmt.Sprintf("name-%x", sha256.Sum256([]byte(name)))[:14], withName(name), "scanned"})
	}
	return append(cases, hostileCase{"name-too-long", withName(strings.Repeat("n", 2<<20)), "over-limit"})
}

func hostileCommits() []hostileCase {
	head := "tree %s\nauthor " + dev + "\ncommitter " + dev + "\n"
	return []hostileCase{
		{"message-long", withCommit(head + "\n" + strings.Repeat("message ", 1<<17)), "scanned"},
		{"message-nul", withCommit(head + "\na\x00b\x00c"), "scanned"},
		{"date-negative", withIdentity("Dev <dev@team.example> -86400 +0000"), "scanned"},
		{"date-zero", withIdentity("Dev <dev@team.example> 0 +0000"), "scanned"},
		{"date-far", withIdentity("Dev <dev@team.example> 9223372036854775807 +0000"), "scanned"},
		{"date-beyond", withIdentity("Dev <dev@team.example> 99999999999999999999999 +0000"), "scanned"},
		{"date-year-10000", withIdentity("Dev <dev@team.example> 253402300800 +0000"), "scanned"},
		{"date-words", withIdentity("Dev <dev@team.example> yesterday"), "scanned"},
		{"zone-impossible", withIdentity("Dev <dev@team.example> 1780272000 +9999"), "scanned"},
		{"zone-words", withIdentity("Dev <dev@team.example> 1780272000 Mars/Olympus"), "scanned"},
		{"name-nul", withIdentity("D\x00ev <dev@team.example> 1780272000 +0000"), "scanned"},
		{"name-empty-person", withIdentity(" <> 1780272000 +0000"), "scanned"},
		{"name-brackets", withIdentity("<<<>>> <><<dev>> 1780272000 +0000"), "scanned"},
		{"name-long", withIdentity(strings.Repeat("D", 2<<20) + " <dev@team.example> 1780272000 +0000"), "partial"},
		{"no-author", withCommit("tree %s\ncommitter " + dev + "\n\nx"), "scanned"},
		{"no-committer", withCommit("tree %s\nauthor " + dev + "\n\nx"), "corrupt"},
		{"no-tree", withCommit("author " + dev + "\ncommitter " + dev + "\n\nx"), "corrupt"},
		{"two-trees", withCommit("tree %s\ntree " + missingOID + "\nauthor " + dev + "\ncommitter " + dev + "\n\nx"), "scanned"},
		{"empty-commit", withCommit(""), "corrupt"},
		{"encoding-utf7", withCommit("tree %s\nauthor A+AAo-B+AAA-C <d@team.example> 1780272000 +0000\ncommitter " + dev + "\nencoding UTF-7\n\nx"), "scanned"},
		{"encoding-utf16", withCommit(head + "encoding UTF-16\n\nx"), "scanned"},
		{"encoding-none", withCommit(head + "encoding no-such\n\n\xff\xfe"), "scanned"},
		{"signature-garbage", withCommit(head + "gpgsig -----BEGIN PGP SIGNATURE-----\n \x00\n -----END\n\nx"), "scanned"},
		{"parents-many", func(_ *hostileEnv, r *gittest.Repository) {
			tree := r.Tree(fileEntry(r, "requirements.txt", requirements))
			var parents []string
			for i := range 500 {
				parents = append(parents, r.Commit(tree, dev, fmt.Sprint(i)))
			}
			r.Commit(tree, dev, "octopus", parents...)
		}, "scanned"},
		{"parent-of-itself", func(_ *hostileEnv, r *gittest.Repository) {
			text := fmt.Sprintf("tree %s\nparent %s\nauthor %s\ncommitter %s\n\nx", r.Tree(fileEntry(r, "requirements.txt", requirements)), missingOID, dev, dev)
			r.WriteLoose(missingOID, fmt.Sprintf("commit %d\x00%s", len(text), text))
			r.Main(missingOID)
		}, "corrupt"},
		{"parent-missing", func(_ *hostileEnv, r *gittest.Repository) {
			r.Commit(r.Tree(fileEntry(r, "requirements.txt", requirements)), dev, "x", missingOID)
		}, "partial"},
		{"parent-is-a-file", func(_ *hostileEnv, r *gittest.Repository) {
			r.Commit(r.Tree(fileEntry(r, "requirements.txt", requirements)), dev, "x", r.Blob("x"))
		}, "partial"},
	}
}

func hostileObjects() []hostileCase {
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
	return []hostileCase{
		{"blob-of-a-gigabyte", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: r.Zeros(1 << 30)})
		}, "partial"},
		{"blob-that-lies", func(_ *hostileEnv, r *gittest.Repository) {
			r.WriteLoose(missingOID, "blob 9999999999999\x00short")
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
		}, "partial"},
		{"blob-negative", func(_ *hostileEnv, r *gittest.Repository) {
			r.WriteLoose(missingOID, "blob -1\x00short")
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
		}, "partial"},
		{"delta-bomb", func(_ *hostileEnv, r *gittest.Repository) {
			r.Pack(zeros, bomb)
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: bomb.OID})
		}, "partial"},
		{"delta-bomb-behind-a-small-file", func(_ *hostileEnv, r *gittest.Repository) {
			small := gittest.Packed{OID: strings.Repeat("c", 40), Kind: gittest.KindDelta, Base: bomb.OID, Data: gittest.Delta((base-1)*1000, 1, 1, "{}")}
			r.Pack(zeros, bomb, small)
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: small.OID})
		}, "partial"},
		{"delta-chain", func(_ *hostileEnv, r *gittest.Repository) {
			chain := []gittest.Packed{{OID: fmt.Sprintf("%040x", 1), Kind: gittest.KindBlob, Data: []byte(requirements)}}
			for i := range 5000 {
				last := chain[len(chain)-1]
				chain = append(chain, gittest.Packed{OID: fmt.Sprintf("%040x", i+2), Kind: gittest.KindDelta, Base: last.OID, Data: gittest.Delta(len(requirements), len(requirements), 1, "")})
			}
			r.Pack(chain...)
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "requirements-dev.txt", OID: chain[len(chain)-1].OID})
		}, "scanned"},
		{"delta-of-itself", func(_ *hostileEnv, r *gittest.Repository) {
			r.Pack(gittest.Packed{OID: missingOID, Kind: gittest.KindDelta, Base: missingOID, Data: gittest.Delta(5, 5, 1, "")})
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
		}, "over-limit"},
		{"pack-cut", func(_ *hostileEnv, r *gittest.Repository) {
			packed(r, func(data []byte) []byte { return data[:len(data)/2] })
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: zeros.OID})
		}, "partial"},
		{"pack-flipped", func(_ *hostileEnv, r *gittest.Repository) {
			packed(r, func(data []byte) []byte { data[len(data)/2] ^= 0xff; return data })
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: zeros.OID})
		}, "partial"},
		{"index-garbage", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("objects/pack/pack-"+missingOID+".idx", strings.Repeat("\xff", 2000))
			r.File("objects/pack/pack-"+missingOID+".pack", "PACK")
		}, "scanned"},
		{"object-empty", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
			r.File(gittest.Loose(missingOID), "")
		}, "partial"},
		{"object-garbage", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
			r.File(gittest.Loose(missingOID), "garbage")
		}, "partial"},
		{"object-of-no-kind", func(_ *hostileEnv, r *gittest.Repository) {
			r.WriteLoose(missingOID, "bomb 2\x00{}")
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
		}, "corrupt"},
		{"blob-missing", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
		}, "partial"},
		{"tree-missing", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "40000", Name: "t", OID: missingOID})
		}, "missing-objects"},
		{"root-missing", func(_ *hostileEnv, r *gittest.Repository) { r.Commit(missingOID, dev, "x") }, "missing-objects"},
		{"head-is-a-blob", func(_ *hostileEnv, r *gittest.Repository) { r.Main(r.Blob("x")) }, "corrupt"},
	}
}

func hostileMirrors() []hostileCase {
	return []hostileCase{
		{"configuration", func(g *hostileEnv, r *gittest.Repository) { plainRepository(r); r.File("config", g.markerConfig()) }, "scanned"},
		{"configuration-promises", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
			r.File("config", g.promisor())
		}, "partial"},
		{"configuration-promises-all", func(g *hostileEnv, r *gittest.Repository) {
			r.Commit(missingOID, dev, "x")
			r.File("refs/tags/v1", strings.Repeat("2", 40)+"\n")
			r.File("config", g.promisor())
		}, "missing-objects"},
		{"configuration-promises-head", func(g *hostileEnv, r *gittest.Repository) { r.Main(missingOID); r.File("config", g.promisor()) }, "missing-objects"},
		{"configuration-includes", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("evil", g.markerConfig())
			r.File("config", "[core]\n\tbare = true\n[include]\n\tpath = evil\n\tpath = "+filepath.Join(g.victim, "secret")+"\n")
		}, "scanned"},
		{"configuration-garbage", withFile("config", "\x00\xff["), "corrupt"},
		{"configuration-of-the-future", withFile("config", "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tevil = true\n"), "corrupt"},
		{"configuration-names-a-work-tree", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("config", "[core]\n\tbare = false\n\tworktree = "+g.victim+"\n")
		}, "scanned"},
		{"hooks", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			for _, hook := range []string{"post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman", "post-index-change"} {
				r.File("hooks/"+hook, "#!/bin/sh\n"+g.markerCommand()+"\n")
				if err := os.Chmod(filepath.Join(r.Dir, "hooks", hook), 0o755); err != nil {
					r.T.Fatal(err)
				}
			}
		}, "scanned"},
		{"attributes-of-the-mirror", withFile("info/attributes", "* filter=x diff=x\n"), "scanned"},
		{"alternates-garbage", withFile("objects/info/alternates", "\x00\xff\n-x\n\"\\000\n/dev/zero\n/etc\n../../../../../..\n"), "scanned"},
		{"alternates-to-itself", func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("objects/info/alternates", filepath.Join(r.Dir, "objects")+"\n")
		}, "scanned"},
		{"alternates-over-http", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
			r.File("objects/info/http-alternates", g.server+"/objects\n")
			r.File("objects/info/alternates", g.server+"/objects\n")
		}, "partial"},
		{"commondir", func(g *hostileEnv, r *gittest.Repository) {
			plainRepository(r)
			r.File("commondir", "../../../nowhere\n")
		}, "corrupt"},
		{"not-a-repository", func(_ *hostileEnv, r *gittest.Repository) {
			for _, name := range []string{"HEAD", "objects", "refs"} {
				if err := os.RemoveAll(filepath.Join(r.Dir, name)); err != nil {
					r.T.Fatal(err)
				}
			}
		}, "corrupt"},
	}
}

// listFiles lists every file below the folders, with its mode, size and time.
func listFiles(t testing.TB, folders ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			files[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime().UnixNano())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// runCases runs the pipeline over hostile repositories and returns the goods by the
// names of their cases. It fails where anything was executed, written outside, requested
// from a server or left behind.
func (g *hostileEnv) runCases(cfg config.Config, cases []hostileCase) map[string]report.Good {
	g.t.Helper()
	var urls []string
	for _, c := range cases {
		dir := filepath.Join(g.root, "o+"+c.name, "repo")
		c.make(g, gittest.Init(g.t, dir))
		urls = append(urls, "https://forge.example/o/"+c.name)
	}
	watched := []string{g.root, g.victim, os.Getenv("HOME"), filepath.Dir(g.marker)}
	before := listFiles(g.t, watched...)
	cfg.Mirror, cfg.Advisories = filepath.Join(g.root, "{owner}+{name}", "repo"), writeAdvisories(g.t)
	cfg.Offline, cfg.AllowPrivate = false, true // so that only the defences prevent a request
	p := newPipeline(g.t, cfg)
	published := runWith(g.t, p, urls...)
	after := listFiles(g.t, watched...)
	for _, path := range sortedKeys(after) {
		if before[path] != after[path] {
			g.t.Errorf("%s was written: %s, before %q", path, after[path], before[path])
		}
	}
	if len(before) > len(after) {
		g.t.Errorf("of %d files around, %d are left", len(before), len(after))
	}
	if requests := g.requests.Load(); requests != 0 {
		g.t.Errorf("a server that nobody named was asked %d times", requests)
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

// findSecret fails where the victim's secret is in a written file.
func (g *hostileEnv) findSecret(folders ...string) {
	g.t.Helper()
	for path := range listFiles(g.t, folders...) {
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(secret)) {
			g.t.Errorf("%s holds what no repository may read", path)
		}
	}
}

func outcomeAndReason(good report.Good) (string, string) {
	scan := good.Scans[0]
	if scan.Failure != nil {
		return string(scan.Failure.Cause), scan.Failure.Message
	}
	return scan.Outcome, fmt.Sprint(scan.Notes)
}

// checkCases compares the outcomes in the report with those that the cases expect.
func (g *hostileEnv) checkCases(cases []hostileCase, goods map[string]report.Good) {
	for _, c := range cases {
		good, ok := goods[c.name]
		if !ok {
			g.t.Errorf("%s is not in the report", c.name)
			continue
		}
		got, why := outcomeAndReason(good)
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
	for group, cases := range map[string][]hostileCase{
		"references": hostileReferences(), "trees": hostileTrees(), "commits": hostileCommits(), "objects": hostileObjects(), "mirrors": hostileMirrors(),
	} {
		t.Run(group, func(t *testing.T) {
			g := newHostileEnv(t)
			cfg := testConfig(t)
			cfg.MaxFiles = 110_000
			g.checkCases(cases, g.runCases(cfg, cases))
		})
	}
}

func TestHostileScratchIsEmptyAfterwards(t *testing.T) {
	g := newHostileEnv(t)
	p, err := New(t.Context(), testConfig(t), "test", time.Now, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(g.root, "o+x", "repo")
	plainRepository(gittest.Init(t, dir))
	if _, err := p.Run(t.Context(), []string{dir}); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if left := sortedKeys(listFiles(t, os.Getenv("TMPDIR"))); !slices.Equal(left, []string{os.Getenv("TMPDIR")}) {
		t.Errorf("left behind: %v", left)
	}
}
