// Package egress is the one way out of git over http and https: a proxy inside this process
// that refuses private addresses at the moment of connecting.
package egress

import (
	"bufio"
	"cmp"
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
	"github.com/midspan/midspan/internal/redact"
)

// Options say which addresses are public, and how names are resolved. A nil function is
// that of this machine.
type Options struct {
	// Public reports whether an address may be connected to.
	Public func(netip.Addr) bool
	// Lookup resolves a name, as net.Resolver.LookupNetIP does.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Proxy is an HTTP proxy inside this process that carries all of git's
// connections over http and https. It checks the address of each connection at
// the moment it is made. git resolves names by itself and follows redirects, and
// a second DNS lookup may give another address: each of these connections is
// checked too.
//
// It listens on the loopback address and requires a secret that only the
// environment of our own git processes holds.
type Proxy struct {
	opts     Options
	upstream func(*url.URL) (*url.URL, error)
	secret   string

	startOnce sync.Once
	startErr  error
	address   string
	server    *http.Server

	mu       sync.Mutex
	sessions map[string]*Session
	lastID   int
}

// New prepares a proxy, which listens from its first session on. The user's own proxy is
// the one that the environment names now.
func New(opts Options) *Proxy {
	if opts.Public == nil {
		opts.Public = fetch.Public
	}
	if opts.Lookup == nil {
		opts.Lookup = net.DefaultResolver.LookupNetIP
	}
	return &Proxy{opts: opts, upstream: httpproxy.FromEnvironment().ProxyFunc(), secret: rand.Text(), sessions: map[string]*Session{}}
}

// Upstream names the user's own proxy for an address, or nil.
func (p *Proxy) Upstream(u *url.URL) (*url.URL, error) { return p.upstream(u) }

// Session is the use of the proxy by one operation on one address. A nil session is of an
// operation that connects by itself.
type Session struct {
	proxy *Proxy
	id    string
	err   error // why the last connection was not made
}

// Open starts the proxy if needed and admits one operation. Close the
// session after it.
func (p *Proxy) Open() (*Session, error) {
	if p.startOnce.Do(p.listen); p.startErr != nil {
		return nil, fmt.Errorf("open the way out for git: %w", p.startErr)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastID++
	s := &Session{proxy: p, id: strconv.Itoa(p.lastID)}
	p.sessions[s.id] = s
	return s, nil
}

func (p *Proxy) listen() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.startErr = err
		return
	}
	p.address = listener.Addr().String()
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends with Close
}

// Close stops the proxy.
func (p *Proxy) Close() error {
	if p.server == nil {
		return nil
	}
	return p.server.Close()
}

// Err is why the last connection of the session was not made, or nil.
func (s *Session) Err() error {
	if s == nil {
		return nil
	}
	s.proxy.mu.Lock()
	defer s.proxy.mu.Unlock()
	return s.err
}

// Close ends the session.
func (s *Session) Close() {
	if s == nil {
		return
	}
	s.proxy.mu.Lock()
	defer s.proxy.mu.Unlock()
	delete(s.proxy.sessions, s.id)
}

// Environment makes git use this proxy instead of any other. The secret is in
// the environment and not on a command line, which all users can read.
func (s *Session) Environment() []string {
	proxy := (&url.URL{Scheme: "http", User: url.UserPassword(s.id, s.proxy.secret), Host: s.proxy.address}).String()
	env := []string{"GIT_HTTP_PROXY_AUTHMETHOD=basic"}
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		env = append(env, name+"="+proxy)
	}
	return append(env, "NO_PROXY=", "no_proxy=")
}

// authenticate finds the session that a request belongs to; nil where there is none.
func (p *Proxy) authenticate(r *http.Request) *Session {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	id, secret, _ := strings.Cut(string(decoded), ":")
	if err != nil || secret != p.secret {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions[id]
}

// fail ends a request whose connection was not made.
func (s *Session) fail(w http.ResponseWriter, err error) {
	s.proxy.mu.Lock()
	s.err = err
	s.proxy.mu.Unlock()
	http.Error(w, "not let through", http.StatusBadGateway)
}

// ServeHTTP carries one request of git.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := p.authenticate(r)
	switch {
	case s == nil:
		w.Header().Set("Proxy-Authenticate", `Basic realm="midspan"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r, s)
	case r.URL.Scheme == "http":
		p.forward(w, r, s)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// tunnel copies the bytes of https in both directions; it cannot read them.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request, s *Session) {
	server, err := p.dial(r.Context(), "https", r.Host)
	if err != nil {
		s.fail(w, err)
		return
	}
	defer server.Close()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.fail(w, err)
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	pipe := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from) // either side may close the connection
		done <- struct{}{}
	}
	go pipe(server, io.MultiReader(io.LimitReader(buffered, int64(buffered.Reader.Buffered())), client))
	go pipe(client, server)
	<-done
}

// forward carries one request over http.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, s *Session) {
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	transport.DialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
		return p.dial(ctx, "http", address)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(*httputil.ProxyRequest) {}, // as git wrote it
		Transport:     transport,
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, err error) { s.fail(w, err) },
	}
	proxy.ServeHTTP(w, r)
}

// dial connects to an address unless it is private, through the user's own
// proxy where there is one.
func (p *Proxy) dial(ctx context.Context, scheme, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	proxy, err := p.upstream(&url.URL{Scheme: scheme, Host: address})
	if err != nil {
		return nil, fmt.Errorf("the proxy that the environment names: %w", redact.Error(err))
	}
	if proxy != nil {
		return p.dialThrough(ctx, dialer, proxy, address)
	}
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		ip, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return p.check(ip.Addr())
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// dialThrough opens a connection through the user's proxy. The proxy resolves the
// name, so only what the name resolves to on this machine can be checked here.
func (p *Proxy) dialThrough(ctx context.Context, dialer *net.Dialer, proxy *url.URL, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := p.Resolve(ctx, host); IsPrivate(err) {
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
	return net.JoinHostPort(proxy.Hostname(), cmp.Or(proxy.Port(), "80"))
}

// readAhead is a connection whose first bytes are already in a reader's buffer.
type readAhead struct {
	net.Conn
	reader io.Reader
}

func (c *readAhead) Read(p []byte) (int, error) { return c.reader.Read(p) }

// Resolve returns the addresses of a host where all of them are public.
func (p *Proxy) Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := p.opts.Lookup(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if err := p.check(ip); err != nil {
			return nil, err
		}
	}
	return ips, nil
}

func (p *Proxy) check(ip netip.Addr) error {
	if ip = ip.Unmap(); !p.opts.Public(ip) {
		return &privateError{ip}
	}
	return nil
}

// privateError is the refusal of a private address.
type privateError struct{ ip netip.Addr }

func (e *privateError) Error() string {
	return fmt.Sprintf("it leads to the private address %s; --allow-private permits that", e.ip)
}

// IsPrivate reports whether a connection was not made because it led to a private address.
func IsPrivate(err error) bool { return errors.As(err, new(*privateError)) }
