package gitrepo

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

// gate is git's way out over http and https: a proxy inside this process that
// looks at the address of every connection at the moment at which it is made.
// git resolves names by itself, follows redirects, and could be told another
// address the second time it asks: none of that leads past the gate.
//
// It listens on this machine and asks for a secret that only the environment of
// our own git processes holds.
type gate struct {
	public func(netip.Addr) bool
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// upstream names the user's own proxy for an address, or nil.
	upstream func(*url.URL) (*url.URL, error)
	secret   string

	open    sync.Once
	openErr error
	address string
	server  *http.Server

	mu       sync.Mutex
	passages map[string]*passage
	last     int
}

func newGate() *gate {
	return &gate{public: fetch.Public, lookup: net.DefaultResolver.LookupNetIP, upstream: httpproxy.FromEnvironment().ProxyFunc(),
		secret: rand.Text(), passages: map[string]*passage{}}
}

// passage is the use of the gate by one operation on one address.
type passage struct {
	gate *gate
	name string
	err  error // why the last connection was not made
}

// pass opens the gate for one operation. Call done after it.
func (t *gate) pass() (*passage, error) {
	if t.open.Do(t.listen); t.openErr != nil {
		return nil, fmt.Errorf("open the way out for git: %w", t.openErr)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	p := &passage{gate: t, name: strconv.Itoa(t.last)}
	t.passages[p.name] = p
	return p, nil
}

func (t *gate) listen() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.openErr = err
		return
	}
	t.address = listener.Addr().String()
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: time.Minute}
	go func() { _ = t.server.Serve(listener) }() // ends with close
}

func (t *gate) close() error {
	if t.server == nil {
		return nil
	}
	return t.server.Close()
}

// failure is why the last connection was not made, or nil.
func (p *passage) failure() error {
	if p == nil {
		return nil
	}
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	return p.err
}

// done ends the passage.
func (p *passage) done() {
	if p == nil {
		return
	}
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	delete(p.gate.passages, p.name)
}

// environment makes git go through the gate, whatever proxy it would use. The
// secret stands here and not on a command line, which all users can read.
func (p *passage) environment() []string {
	proxy := (&url.URL{Scheme: "http", User: url.UserPassword(p.name, p.gate.secret), Host: p.gate.address}).String()
	env := []string{"GIT_HTTP_PROXY_AUTHMETHOD=basic"}
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		env = append(env, name+"="+proxy)
	}
	return append(env, "NO_PROXY=", "no_proxy=")
}

// admit finds the passage that a request belongs to.
func (t *gate) admit(r *http.Request) *passage {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	plain, err := base64.StdEncoding.DecodeString(encoded)
	name, secret, _ := strings.Cut(string(plain), ":")
	if err != nil || secret != t.secret {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.passages[name]
}

// refuse ends a request whose connection was not made.
func (p *passage) refuse(w http.ResponseWriter, err error) {
	p.gate.mu.Lock()
	p.err = err
	p.gate.mu.Unlock()
	http.Error(w, "not let through", http.StatusBadGateway)
}

// ServeHTTP lets one request of git through.
func (t *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := t.admit(r)
	switch {
	case p == nil:
		w.Header().Set("Proxy-Authenticate", `Basic realm="midspan"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		t.tunnel(w, r, p)
	case r.URL.Scheme == "http":
		t.forward(w, r, p)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// tunnel carries https, which it cannot read.
func (t *gate) tunnel(w http.ResponseWriter, r *http.Request, p *passage) {
	far, err := t.dial(r.Context(), "https", r.Host)
	if err != nil {
		p.refuse(w, err)
		return
	}
	defer far.Close()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.refuse(w, err)
		return
	}
	defer near.Close()
	if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	ended := make(chan struct{}, 2)
	carry := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from) // either side may hang up
		ended <- struct{}{}
	}
	go carry(far, io.MultiReader(io.LimitReader(buffered, int64(buffered.Reader.Buffered())), near))
	go carry(near, far)
	<-ended
}

// forward carries http.
func (t *gate) forward(w http.ResponseWriter, r *http.Request, p *passage) {
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	transport.DialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
		return t.dial(ctx, "http", address)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(*httputil.ProxyRequest) {}, // as git wrote it
		Transport:     transport,
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, err error) { p.refuse(w, err) },
	}
	proxy.ServeHTTP(w, r)
}

// dial connects to an address unless it is private, through the user's own
// proxy where there is one.
func (t *gate) dial(ctx context.Context, scheme, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	proxy, err := t.upstream(&url.URL{Scheme: scheme, Host: address})
	if err != nil {
		return nil, fmt.Errorf("the proxy that the environment names: %w", err)
	}
	if proxy != nil {
		return t.dialThrough(ctx, dialer, proxy, address)
	}
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		ip, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return t.check(ip.Addr())
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// dialThrough asks the user's proxy for a connection. The proxy resolves the
// name, so only what this machine makes of it can be looked at here.
func (t *gate) dialThrough(ctx context.Context, dialer *net.Dialer, proxy *url.URL, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := t.resolve(ctx, host); err != nil && errors.As(err, new(*privateError)) {
		return nil, err
	}
	conn, err := dialer.DialContext(ctx, "tcp", proxyAddress(proxy))
	if err != nil {
		return nil, fmt.Errorf("reach the proxy that the environment names: %w", err)
	}
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, request)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the proxy that the environment names answered %s", response.Status)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &readAhead{conn, reader}, nil
}

func proxyAddress(proxy *url.URL) string {
	port := proxy.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}

// readAhead is a connection of which a reader holds the first bytes.
type readAhead struct {
	net.Conn
	reader io.Reader
}

func (c *readAhead) Read(p []byte) (int, error) { return c.reader.Read(p) }

// resolve returns the addresses of a host where all of them are public.
func (t *gate) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := t.lookup(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if err := t.check(ip); err != nil {
			return nil, err
		}
	}
	return ips, nil
}

func (t *gate) check(ip netip.Addr) error {
	if ip = ip.Unmap(); !t.public(ip) {
		return &privateError{ip}
	}
	return nil
}

// privateError refuses an address inside a network.
type privateError struct{ ip netip.Addr }

func (e *privateError) Error() string {
	return fmt.Sprintf("it leads to the private address %s; --allow-private permits that", e.ip)
}

// gateCause is the class of a connection that was not made.
func gateCause(err error) observation.Cause {
	if errors.As(err, new(*privateError)) {
		return observation.CauseBadURL
	}
	return observation.CauseUnreachable
}
