package gitrepo

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
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// egressProxy is an HTTP proxy inside this process that carries all of git's
// connections over http and https. It checks the address of each connection at
// the moment it is made. git resolves names by itself and follows redirects, and
// a second DNS lookup may give another address: each of these connections is
// checked too.
//
// It listens on the loopback address and requires a secret that only the
// environment of our own git processes holds.
type egressProxy struct {
	public func(netip.Addr) bool
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// upstream names the user's own proxy for an address, or nil.
	upstream func(*url.URL) (*url.URL, error)
	secret   string

	startOnce sync.Once
	startErr  error
	address   string
	server    *http.Server

	mu       sync.Mutex
	sessions map[string]*session
	lastID   int
}

func newEgressProxy() *egressProxy {
	return &egressProxy{public: fetch.Public, lookup: net.DefaultResolver.LookupNetIP, upstream: httpproxy.FromEnvironment().ProxyFunc(),
		secret: rand.Text(), sessions: map[string]*session{}}
}

// session is the use of the proxy by one operation on one address.
type session struct {
	proxy *egressProxy
	id    string
	err   error // why the last connection was not made
}

// openSession starts the proxy if needed and admits one operation. Close the
// session after it.
func (e *egressProxy) openSession() (*session, error) {
	if e.startOnce.Do(e.listen); e.startErr != nil {
		return nil, fmt.Errorf("open the way out for git: %w", e.startErr)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastID++
	s := &session{proxy: e, id: strconv.Itoa(e.lastID)}
	e.sessions[s.id] = s
	return s, nil
}

func (e *egressProxy) listen() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		e.startErr = err
		return
	}
	e.address = listener.Addr().String()
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	go func() { _ = e.server.Serve(listener) }() // ends with close
}

func (e *egressProxy) close() error {
	if e.server == nil {
		return nil
	}
	return e.server.Close()
}

// lastErr is why the last connection of the session was not made, or nil.
func (s *session) lastErr() error {
	if s == nil {
		return nil
	}
	s.proxy.mu.Lock()
	defer s.proxy.mu.Unlock()
	return s.err
}

// close ends the session.
func (s *session) close() {
	if s == nil {
		return
	}
	s.proxy.mu.Lock()
	defer s.proxy.mu.Unlock()
	delete(s.proxy.sessions, s.id)
}

// environment makes git use this proxy instead of any other. The secret is in
// the environment and not on a command line, which all users can read.
func (s *session) environment() []string {
	proxy := (&url.URL{Scheme: "http", User: url.UserPassword(s.id, s.proxy.secret), Host: s.proxy.address}).String()
	env := []string{"GIT_HTTP_PROXY_AUTHMETHOD=basic"}
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		env = append(env, name+"="+proxy)
	}
	return append(env, "NO_PROXY=", "no_proxy=")
}

// authenticate finds the session that a request belongs to; nil where there is none.
func (e *egressProxy) authenticate(r *http.Request) *session {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	id, secret, _ := strings.Cut(string(decoded), ":")
	if err != nil || secret != e.secret {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sessions[id]
}

// fail ends a request whose connection was not made.
func (s *session) fail(w http.ResponseWriter, err error) {
	s.proxy.mu.Lock()
	s.err = err
	s.proxy.mu.Unlock()
	http.Error(w, "not let through", http.StatusBadGateway)
}

// ServeHTTP carries one request of git.
func (e *egressProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.authenticate(r)
	switch {
	case s == nil:
		w.Header().Set("Proxy-Authenticate", `Basic realm="midspan"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		e.tunnel(w, r, s)
	case r.URL.Scheme == "http":
		e.forward(w, r, s)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// tunnel copies the bytes of https in both directions; it cannot read them.
func (e *egressProxy) tunnel(w http.ResponseWriter, r *http.Request, s *session) {
	server, err := e.dial(r.Context(), "https", r.Host)
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
func (e *egressProxy) forward(w http.ResponseWriter, r *http.Request, s *session) {
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	transport.DialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
		return e.dial(ctx, "http", address)
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
func (e *egressProxy) dial(ctx context.Context, scheme, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	proxy, err := e.upstream(&url.URL{Scheme: scheme, Host: address})
	if err != nil {
		return nil, fmt.Errorf("the proxy that the environment names: %w", redact.Error(err))
	}
	if proxy != nil {
		return e.dialThrough(ctx, dialer, proxy, address)
	}
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		ip, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return e.check(ip.Addr())
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// dialThrough opens a connection through the user's proxy. The proxy resolves the
// name, so only what the name resolves to on this machine can be checked here.
func (e *egressProxy) dialThrough(ctx context.Context, dialer *net.Dialer, proxy *url.URL, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, err := e.resolve(ctx, host); err != nil && errors.As(err, new(*privateError)) {
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

// resolve returns the addresses of a host where all of them are public.
func (e *egressProxy) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := e.lookup(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if err := e.check(ip); err != nil {
			return nil, err
		}
	}
	return ips, nil
}

func (e *egressProxy) check(ip netip.Addr) error {
	if ip = ip.Unmap(); !e.public(ip) {
		return &privateError{ip}
	}
	return nil
}

// privateError is the refusal of a private address.
type privateError struct{ ip netip.Addr }

func (e *privateError) Error() string {
	return fmt.Sprintf("it leads to the private address %s; --allow-private permits that", e.ip)
}

// connectionCause is the class of a connection that was not made.
func connectionCause(err error) observation.Cause {
	if errors.As(err, new(*privateError)) {
		return observation.CauseBadURL
	}
	return observation.CauseUnreachable
}
