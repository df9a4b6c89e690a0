package pipeline

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/report"
)

// password is in the addresses of these tests, and must not be in anything written.
const password = "hunter2"

// runCatalog runs a catalog of these addresses and returns its goods in the order of the
// addresses. No address may lead to the server of the test, execute anything or leave a
// mirror.
func (g *hostileEnv) runCatalog(cfg config.Config, addresses []string) []report.Good {
	g.t.Helper()
	path := filepath.Join(g.t.TempDir(), "catalog.csv")
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	rows := [][]string{{"name", "url"}}
	for i, address := range addresses {
		rows = append(rows, []string{fmt.Sprintf("good %04d", i), address})
	}
	if err := w.WriteAll(rows); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		g.t.Fatal(err)
	}
	cfg.Catalog = []string{path}
	watched := []string{g.victim, os.Getenv("HOME"), filepath.Dir(g.marker)}
	before := listFiles(g.t, watched...)
	published := run(g.t, cfg)
	if after := listFiles(g.t, watched...); len(after) != len(before) {
		g.t.Errorf("something was written: %v", sortedKeys(after))
	}
	if requests := g.requests.Load(); requests != 0 {
		g.t.Errorf("a server inside was asked %d times", requests)
	}
	goods := make([]report.Good, len(addresses))
	for i := range addresses {
		name := fmt.Sprintf("good %04d", i)
		at := slices.IndexFunc(published.Document.Goods, func(good report.Good) bool {
			return good.Name == name || slices.Contains(good.Aliases, name) // addresses of one place are one good
		})
		if at < 0 {
			g.t.Fatalf("%q is not in the report", addresses[i])
		}
		goods[i] = published.Document.Goods[at]
	}
	return goods
}

// causeOfGood is why the repository of a good was not read, or "scanned".
func causeOfGood(good report.Good) string {
	if len(good.Scans) > 0 {
		cause, _ := outcomeAndReason(good)
		return cause
	}
	for _, note := range good.Notes {
		if note.Cause != "remark" && note.Message != "" {
			return string(note.Cause)
		}
	}
	return "nothing is said"
}

// hostileAddresses are addresses with the expected cause of their failure.
func hostileAddresses(g *hostileEnv) [][2]string {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(g.server, "http://"))
	list := [][2]string{
		{"ext::sh -c " + strings.ReplaceAll(g.markerCommand(), " ", "% "), "bad-url"}, {"EXT::sh", "bad-url"}, {"fd::0/x", "bad-url"}, {"fd::17,18", "bad-url"},
		{"transport::" + g.server + "/o/r.git", "bad-url"}, {"https::" + g.server + "/o/r.git", "bad-url"}, {"::x", "bad-url"},
		{"ext://sh -c touch/x", "bad-url"}, {"file://" + g.victim + "/private.git", "bad-url"}, {"FILE:///" + g.victim, "bad-url"}, {"file:" + g.victim, "bad-url"},
		{"file://localhost" + g.victim + "/private.git", "bad-url"}, {g.victim + "/private.git", "bad-url"}, {"../../private.git", "bad-url"}, {"~/private.git", "bad-url"},
		{`\\\\127.0.0.1\share\private.git`, "bad-url"}, {`C:\private.git`, "bad-url"},
		{"--upload-pack=" + g.markerCommand(), "no-repository"}, {"--upload-pack=touch", "bad-url"}, {"-oProxyCommand=touch", "bad-url"}, {"-", "bad-url"},
		{"ssh://-oProxyCommand=" + g.marker + "/o/r", "bad-url"}, {"-oProxyCommand=touch:o/r", "bad-url"}, {"git@-oProxyCommand=touch:o/r", "bad-url"},
		{"https://-x/o/r.git", "bad-url"}, {"ssh://git@-x:22/o/r.git", "bad-url"},
		{"gopher://127.0.0.1:" + port + "/o/r.git", "bad-url"}, {"ftp://127.0.0.1:" + port + "/o/r.git", "bad-url"}, {"dict://127.0.0.1:" + port + "/", "bad-url"},
		{"javascript:fetch('" + g.server + "')", "bad-url"}, {"data:text/plain,x", "no-repository"}, {"bundle://" + g.victim, "bad-url"},
		{"http://github.com\\@127.0.0.1:" + port + "/o/r.git", "bad-url"}, {"http:\\\\127.0.0.1:" + port + "\\o\\r.git", "bad-url"},
		{"http://127.0.0.1:" + port + "\\@github.com/o/r.git", "bad-url"},
		{"https://forge.example/o/r%00.git", "bad-url"}, {"https://forge.example/o/r%0d%0aHost:%20x.git", "bad-url"},
		{"https://forge.example/o/\x1b[2Jr.git", "bad-url"}, {"https://forge.example/o/%1b[2Jr.git", "bad-url"}, {"https://forge.example/o/\u202er.git", "bad-url"},
		{"https://forge.example/../../r.git", "bad-url"}, {"https://forge.example/o/..%2f..%2fr.git", "bad-url"}, {"https://forge.example/%2e%2e/%2e%2e/r.git", "bad-url"},
		{"https://forge.example/o/.%2e/r.git", "bad-url"}, {"https://forge.example/o%5c..%5cr.git", "bad-url"}, {"https://../o/r.git", "bad-url"}, {"https://./o/r.git", "bad-url"},
		{"https:///o/r.git", "bad-url"}, {"https://:80/o/r.git", "bad-url"}, {"https://forge.example:port/o/r.git", "bad-url"}, {"https://forge.example:99999999/o/r.git", "bad-url"},
		{"https://forge.example/o/" + strings.Repeat("r", 300) + ".git", "over-limit"}, {"https://forge.example/" + strings.Repeat("r/", 2000) + "r.git", "over-limit"},
		{"https://" + strings.Repeat("a.", 200) + "example/o/r.git", "bad-url"}, {strings.Repeat("https://", 500), "over-limit"},
	}
	// Ways to write a private address, each with the port of a listening server.
	for _, host := range []string{"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
		"127.0.0.01", "127.000.000.001", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]", "[0:0:0:0:0:0:0:1]",
		"localhost", "LOCALHOST", "localhost.", "\uff11\uff12\uff17.0.0.1", "127\u3002 0.0.1", "\u24de.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "[fd00::1]", "255.255.255.255", "224.0.0.1"} {
		list = append(list, [2]string{"http://" + host + ":" + port + "/o/r.git", "bad-url"})
	}
	for _, user := range []string{"github.com@", "github.com:443@", "x:" + password + "@", password + "@", "github.com%2f@", "%00@", ":@", "-oProxyCommand=x@"} {
		list = append(list, [2]string{"http://" + user + "127.0.0.1:" + port + "/o/r.git", "bad-url"})
	}
	for _, scheme := range []string{"https", "git", "ssh", "git+http", "HTTP"} {
		list = append(list, [2]string{scheme + "://127.0.0.1:" + port + "/o/r.git", "bad-url"})
	}
	return append(list, [2]string{"git@127.0.0.1:o/r.git", "bad-url"})
}

func TestHostileAddressesAreRefusedByNameAndLeadNowhere(t *testing.T) {
	g := newHostileEnv(t)
	cases := hostileAddresses(g)
	var addresses []string
	for _, c := range cases {
		addresses = append(addresses, c[0])
	}
	cfg := testConfig(t)
	cfg.Offline = false
	goods := g.runCatalog(cfg, addresses)
	for i, c := range cases {
		if got := causeOfGood(goods[i]); got != c[1] {
			t.Errorf("%.120q is %s, want %s: %.300v", c[0], got, c[1], goods[i].Notes)
		}
	}
	for path := range listFiles(t, cfg.Out, cfg.Store) {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(password)) {
			t.Errorf("%s holds a password of an address", path)
		}
		if strings.HasSuffix(path, ".git") || filepath.Base(path) == "HEAD" {
			t.Errorf("a mirror was made: %s", path)
		}
	}
}

func TestHostileNamesAreShownAsWhatTheyAre(t *testing.T) {
	g := newHostileEnv(t)
	for address, want := range map[string]string{
		"https://g\u0456thub.com/o/r.git":                      "https://xn--gthub-n2e.com/o/r.git", // a Cyrillic letter
		"https://xn--gthub-n2e.com/o/r.git":                    "https://xn--gthub-n2e.com/o/r.git",
		"https://\uff47\uff49\uff54\uff48\uff55\uff42.com/o/r": "https://github.com/o/r", // wide letters are the letters
		"https://github.com@evil.example/o/r.git":              "https://evil.example/o/r.git",
		"https://github.com:x@evil.example/o/r.git":            "https://evil.example/o/r.git",
		"https://github.com.evil.example/o/r.git":              "https://github.com.evil.example/o/r.git",
		"https://evil.example/https://github.com/r.git":        "https://evil.example/https:/github.com/r.git",
		"https://evil.example/#@github.com/o/r.git":            "",
		"https://evil.example/o/r.git?@github.com/":            "https://evil.example/o/r.git",
	} {
		cfg := testConfig(t) // offline: only the shown address matters
		good := g.runCatalog(cfg, []string{address})[0]
		got := ""
		if len(good.Scans) > 0 {
			got = good.Scans[0].Repository.URL
		}
		if got != want {
			t.Errorf("%q is shown as %q, want %q (%v)", address, got, want, good.Notes)
		}
	}
}

func TestHostileCatalogCannotReachBesideItsMirrors(t *testing.T) {
	g := newHostileEnv(t)
	gittest.Init(t, filepath.Join(g.root, "secret")).Commit(missingOID, dev, secret)
	cfg := testConfig(t)
	cfg.Mirror = filepath.Join(g.root, "mirrors", "{host}", "{owner}", "{name}")
	addresses := []string{"https://forge.example/../../secret", "https://../../secret", "https://forge.example/..%2f..%2f..%2fsecret/x",
		"https://forge.example/o/../../../../secret", "https://forge.example//../secret.git", "https://forge.example/{host}/..", "https://{owner}/o/r", "https://forge.example/o/{name}"}
	for i, good := range g.runCatalog(cfg, addresses) {
		if got := causeOfGood(good); got != "bad-url" && got != "not-found" {
			t.Errorf("%s is %s", addresses[i], got)
		}
	}
	g.findSecret(cfg.Out, cfg.Store)
}

// Whatever the shape of an address, no user, password or parameter of it is in the report,
// the store or an error.
func TestNoSecretOfAnAddressIsWrittenAnywhere(t *testing.T) {
	g := newHostileEnv(t)
	var addresses []string
	for _, shape := range []string{
		"https://u:%zzS@forge.example/o/r", "u:S@github.com/a/b", "//u:S@forge.example/o/r", "git@u:S@forge.example:o/r", "https:/u:S@forge.example/o/r", "https://u:S x@forge.example/o/r",
		"https://u:x S@forge.example/o/r", "https://forge.example/o/r?jwt=S", "https://forge.example/o/page?pwd=S", "https://forge.example/?access=S", "https://forge.example/o/r#S", "https://S@/o/r",
		"https://u:S@forge.example:port/o/r", "https://u:S", "https://forge.example:S/o/r", "postgres://u:S@db.example/x", "file://u:S@forge.example/r", "git://u:S@forge.example/o/r", "ssh://git:S@forge.example/o/r",
	} {
		addresses = append(addresses, strings.ReplaceAll(shape, "S", password+"secret"))
	}
	for _, offline := range []bool{true, false} {
		cfg := testConfig(t)
		cfg.Offline = offline
		cfg.Advisories = "https:/u:" + password + "secret@osv.example/x"
		g.runCatalog(cfg, addresses)
		published := run(t, cfg, addresses...)
		for path := range listFiles(t, cfg.Out, cfg.Store) {
			if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(password+"secret")) || strings.Contains(path, password+"secret") {
				t.Errorf("%s holds a secret of an address", path)
			}
		}
		if len(published.Document.Goods) < 10 {
			t.Errorf("%d goods", len(published.Document.Goods))
		}
	}
}
