package gitrepo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/midspan/midspan/internal/egress"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// outside is the one address of this machine that these tests take for a public
// one; all others are private, as they are.
var outside = netip.MustParseAddr("127.0.0.2")

// listen serves at an address of this machine.
func listen(t *testing.T, ip string, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Fatalf("these tests need the loopback addresses 127.0.0.1 and 127.0.0.2: %v", err)
	}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// newGuardedGit is a Git that refuses private addresses, but for outside, and resolves
// names by lookup; nil is the resolver of this machine.
func newGuardedGit(t *testing.T, lookup lookupFunc) *Git {
	t.Helper()
	g, err := New(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	g.egress = egress.New(egress.Options{Public: func(ip netip.Addr) bool { return ip == outside }, Lookup: lookup})
	return g
}

type lookupFunc = func(ctx context.Context, network, host string) ([]netip.Addr, error)

// network is a public server with a good repository and hostile responses, and a
// private one that counts its requests.
type network struct {
	root, public, private string
	privateRequests       atomic.Int32
}

func newNetwork(t *testing.T, g *Git) *network {
	t.Helper()
	n := &network{}
	origin := importRepo(t, g, twoCommits()...)
	n.root = filepath.Dir(origin)
	repositories := gittest.Handler(t, n.root)
	n.private = listen(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.privateRequests.Add(1)
		repositories.ServeHTTP(w, r) // a good repository, so that only a refusal keeps it out
	}))
	n.public = listen(t, outside.String(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, hostile := strings.CutPrefix(r.URL.Path, "/redirect/")
		if !hostile {
			repositories.ServeHTTP(w, r)
			return
		}
		kind, rest, _ := strings.Cut(to, "/")
		n.redirect(w, r, repositories, kind, rest)
	}))
	return n
}

// redirect handles a request for /redirect/<kind>/<rest>.
func (n *network) redirect(w http.ResponseWriter, r *http.Request, repositories http.Handler, kind, rest string) {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(n.private, "http://"))
	query := "?" + r.URL.RawQuery
	to := map[string]string{
		"public":   n.public + "/" + rest + query,
		"private":  n.private + "/" + rest + query,
		"name":     "http://localhost:" + port + "/" + rest + query,
		"decimal":  "http://2130706433:" + port + "/" + rest + query,
		"hex":      "http://0x7f000001:" + port + "/" + rest + query,
		"octal":    "http://0177.0.0.1:" + port + "/" + rest + query,
		"short":    "http://127.1:" + port + "/" + rest + query,
		"zero":     "http://0.0.0.0:" + port + "/" + rest + query,
		"mapped":   "http://[::ffff:127.0.0.1]:" + port + "/" + rest + query,
		"six":      "http://[::1]:" + port + "/" + rest + query,
		"metadata": "http://169.254.169.254/" + rest + query,
		"userinfo": strings.Replace(n.private, "http://", "http://github.com@", 1) + "/" + rest + query,
		"file":     "file://" + n.root + "/origin.git",
		"ext":      "ext::sh -c touch% " + n.root + "/sprung",
		"ftp":      strings.Replace(n.private, "http://", "ftp://", 1) + "/" + rest,
		"git":      strings.Replace(n.private, "http://", "git://", 1) + "/" + rest,
		"ssh":      "ssh://-oProxyCommand=touch/" + rest,
		"loop":     n.public + r.URL.Path + query,
	}[kind]
	if kind == "late" { // the first response is good, the second redirects to a private address
		if r.Method == http.MethodGet {
			r.URL.Path = "/" + rest
			repositories.ServeHTTP(w, r)
			return
		}
		to = n.private + "/" + rest
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

func TestNoRedirectLeadsToAPrivateAddressOrToAnotherProtocol(t *testing.T) {
	g := newGuardedGit(t, nil)
	n := newNetwork(t, g)
	for kind, want := range map[string]observation.Cause{
		"public": "", "private": observation.CauseBadURL, "name": observation.CauseBadURL, "mapped": observation.CauseBadURL,
		"zero": observation.CauseBadURL, "metadata": observation.CauseBadURL, "userinfo": observation.CauseBadURL,
		"short": observation.CauseBadURL, "six": observation.CauseBadURL,
		"decimal": "refused", "hex": "refused", "octal": "refused", // by name or by address, as the resolver reads them
		"late": observation.CauseUnreachable, "loop": observation.CauseUnreachable, "file": observation.CauseUnreachable,
		"ext": observation.CauseUnreachable, "ftp": observation.CauseUnreachable, "git": observation.CauseUnreachable, "ssh": observation.CauseUnreachable,
	} {
		t.Run(kind, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "mirror.git")
			err := g.Mirror(t.Context(), n.public+"/redirect/"+kind+"/origin.git", dir)
			got := observation.Cause("")
			if err != nil {
				got = CauseOf(err)
			}
			if want == "refused" && (got == observation.CauseBadURL || got == observation.CauseUnreachable) {
				want = got
			}
			if got != want {
				t.Errorf("cause %q, want %q (%v)", got, want, err)
			}
			if _, stat := os.Stat(dir); (stat == nil) != (want == "") {
				t.Errorf("a mirror is there: %v", stat == nil)
			}
			if n.privateRequests.Load() != 0 {
				t.Error("the private server got a request")
			}
		})
	}
	if _, err := os.Stat(filepath.Join(n.root, "sprung")); err == nil {
		t.Error("a redirect ran a program")
	}
}

func TestTheSameRedirectIsFollowedWherePrivateAddressesAreAllowed(t *testing.T) {
	g := newGit(t, Options{})
	n := newNetwork(t, g)
	if err := g.Mirror(t.Context(), n.public+"/redirect/private/origin.git", filepath.Join(t.TempDir(), "m.git")); err != nil || n.privateRequests.Load() == 0 {
		t.Errorf("%v; %d private requests", err, n.privateRequests.Load())
	}
}

func TestAServerWithoutGitCannotNameAnotherServersObjects(t *testing.T) {
	g := newGuardedGit(t, nil)
	n := newNetwork(t, g)
	dumb := t.TempDir()
	gittest.Run(t, "", nil, "clone", "-q", "--mirror", filepath.Join(n.root, "origin.git"), filepath.Join(dumb, "d.git"))
	gittest.Run(t, "", nil, "-C", filepath.Join(dumb, "d.git"), "update-server-info")
	objects, err := filepath.Glob(filepath.Join(dumb, "d.git", "objects", "[0-9a-f][0-9a-f]"))
	if err != nil || len(objects) == 0 {
		t.Fatal("no objects to take away", err)
	}
	for _, folder := range objects { // what is missing could be elsewhere
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"http-alternates", "alternates"} {
		if err := os.WriteFile(filepath.Join(dumb, "d.git", "objects", "info", name), []byte(n.private+"/origin.git/objects\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	address := listen(t, outside.String(), http.FileServer(http.Dir(dumb)))
	err = g.Mirror(t.Context(), address+"/d.git", filepath.Join(t.TempDir(), "m.git"))
	if err == nil || n.privateRequests.Load() != 0 {
		t.Errorf("%v; the private server got %d requests", err, n.privateRequests.Load())
	}
}

func TestANameIsCheckedWhenTheConnectionIsMade(t *testing.T) {
	// A lookup beforehand returns a public address; the name resolves to
	// another one when the connection is made.
	g := newGuardedGit(t, func(context.Context, string, string) ([]netip.Addr, error) { return []netip.Addr{outside}, nil })
	n := newNetwork(t, g)
	address := strings.Replace(n.private, "127.0.0.1", "localhost", 1) + "/origin.git"
	err := g.Mirror(t.Context(), address, filepath.Join(t.TempDir(), "m.git"))
	if CauseOf(err) != observation.CauseBadURL || n.privateRequests.Load() != 0 {
		t.Errorf("%v; %d private requests", err, n.privateRequests.Load())
	}
}

func TestGitsOwnProtocolConnectsToTheAddressThatWasChecked(t *testing.T) {
	g := newGuardedGit(t, func(_ context.Context, _, host string) ([]netip.Addr, error) {
		if host == "inside.example" {
			return []netip.Addr{outside, netip.MustParseAddr("10.0.0.1")}, nil
		}
		return []netip.Addr{outside}, nil // no resolver knows this name: only a pinned address leads there
	})
	listener, err := net.Listen("tcp", outside.String()+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	received := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		line := make([]byte, 200)
		count, _ := io.ReadAtLeast(conn, line, 5) // the length comes by itself
		more, _ := strconv.ParseInt(string(line[:4]), 16, 32)
		rest, _ := io.ReadFull(conn, line[count:max(count, int(more))])
		received <- string(line[:count+rest])
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if err := g.Mirror(t.Context(), "git://forge.example:"+port+"/o/r.git", filepath.Join(t.TempDir(), "m.git")); err == nil {
		t.Error("a server without a response gave a mirror")
	}
	if line := <-received; !strings.Contains(line, "/o/r.git") || !strings.Contains(line, "host=forge.example:"+port) {
		t.Errorf("the server received %q", line)
	}
	err = g.Mirror(t.Context(), "git://inside.example/o/r.git", filepath.Join(t.TempDir(), "m.git"))
	if CauseOf(err) != observation.CauseBadURL {
		t.Errorf("one private address among several: %v", err)
	}
}

func TestTheEgressProxyServesNobodyElse(t *testing.T) {
	g := newGuardedGit(t, nil)
	n := newNetwork(t, g)
	session, err := g.egress.Open()
	if err != nil {
		t.Fatal(err)
	}
	address := egressAddress(t, session)
	secret, _ := address.User.Password()
	for name, user := range map[string]*url.Userinfo{"no secret": nil, "a wrong one": url.UserPassword(address.User.Username(), "guess"), "no session": url.UserPassword("17", secret)} {
		proxy := &url.URL{Scheme: "http", Host: address.Host, User: user}
		client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), DisableKeepAlives: true}}
		response, err := client.Get(n.public + "/origin.git/info/refs?service=git-upload-pack")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusProxyAuthRequired {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
	to, err := g.prepareRemote(t.Context(), "https://forge.example/o/r")
	if err != nil || strings.Contains(fmt.Sprint(to.args), secret) || !strings.Contains(fmt.Sprint(to.env), secret) {
		t.Errorf("the secret is on the command line, which all users can read: %v, %v", to.args, err)
	}
}

// egressAddress is the address of the egress proxy as git is told it, with its secret.
func egressAddress(t *testing.T, session *egress.Session) *url.URL {
	t.Helper()
	for _, variable := range session.Environment() {
		if value, ok := strings.CutPrefix(variable, "HTTPS_PROXY="); ok {
			u, err := url.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
	t.Fatal("git is told no proxy")
	return nil
}

// userProxy is the proxy of an institution: only it reaches public servers, and
// resolves names that nobody else knows.
func userProxy(t *testing.T, behind string) (address string, requested func() string) {
	t.Helper()
	var mutex sync.Mutex
	var hosts []string
	address = listen(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		hosts = append(hosts, r.Host+" "+r.Header.Get("Proxy-Authorization"))
		mutex.Unlock()
		far, err := net.Dial("tcp", strings.TrimPrefix(behind, "http://"))
		if r.Method != http.MethodConnect || err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, bufio.NewReader(near)); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	return address, func() string {
		mutex.Lock()
		defer mutex.Unlock()
		return strings.Join(hosts, ", ")
	}
}

func TestTheUsersOwnProxyIsUsedButNotForPrivateAddresses(t *testing.T) {
	n := newNetwork(t, newGuardedGit(t, nil))
	proxy, requested := userProxy(t, n.public)
	t.Setenv("HTTP_PROXY", strings.Replace(proxy, "http://", "http://me:word@", 1))
	t.Setenv("NO_PROXY", "")
	g := newGuardedGit(t, func(_ context.Context, _, host string) ([]netip.Addr, error) {
		if host == "inside.example" {
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	})
	if err := g.Mirror(t.Context(), "http://forge.example/origin.git", filepath.Join(t.TempDir(), "m.git")); err != nil {
		t.Errorf("through the user's proxy: %v", err)
	}
	if got := requested(); !strings.HasPrefix(got, "forge.example:80 Basic bWU6d29yZA==") {
		t.Errorf("the proxy got a request for %q", got)
	}
	before := requested()
	if err := g.Mirror(t.Context(), "http://inside.example/origin.git", filepath.Join(t.TempDir(), "m.git")); CauseOf(err) != observation.CauseBadURL {
		t.Errorf("a name that is private here: %v", err)
	}
	if requested() != before {
		t.Errorf("the proxy got a request for %q", requested())
	}
}

func TestBehindAProxyThatGitAsksItselfNamesOfPrivateAddressesAreRefused(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	g := newGuardedGit(t, func(_ context.Context, _, host string) ([]netip.Addr, error) {
		if host == "inside.example" {
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true} // only the proxy knows it
	})
	if _, err := g.prepareRemote(t.Context(), "https://inside.example/a.git"); CauseOf(err) != observation.CauseBadURL {
		t.Errorf("a name that is private here: %v", err)
	}
	to, err := g.prepareRemote(t.Context(), "https://forge.example/a.git")
	if err != nil || to.session != nil || !slices.Contains(to.args, "http.followRedirects=false") {
		t.Errorf("a name that nobody knows here is fetched with %q, %v", to.args, err)
	}
}
