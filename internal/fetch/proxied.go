package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"golang.org/x/net/http/httpproxy"

	"github.com/midspan/midspan/internal/redact"
)

// proxiedTransport sends a request through the proxy that the environment names for it, and
// connects by itself where it names none.
//
// The proxy is the user's own, so that its address may be a private one, as that of most
// institutions is. What is asked for through it may not: as far as this machine can resolve
// the name. Behind it, the proxy decides.
type proxiedTransport struct {
	direct, through http.RoundTripper
	proxy           func(*url.URL) (*url.URL, error)
	// lookup resolves a name, as net.Resolver.LookupNetIP does.
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// newTransport makes the transport of a client. Both of its ways have the same settings.
func newTransport(dialer net.Dialer, allowPrivate bool, set func(*http.Transport)) http.RoundTripper {
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	way := func(dialer net.Dialer, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DialContext, transport.Proxy = dialer.DialContext, proxy
		set(transport)
		return transport
	}
	through := func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	if allowPrivate {
		return way(dialer, through)
	}
	guarded := dialer
	guarded.Control = refusePrivate
	return proxiedTransport{direct: way(guarded, nil), through: way(dialer, through), proxy: proxy, lookup: net.DefaultResolver.LookupNetIP}
}

func (t proxiedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	proxy, err := t.proxy(r.URL)
	if err != nil {
		return nil, fmt.Errorf("the proxy that the environment names: %w", redact.Error(err))
	}
	if proxy == nil {
		return t.direct.RoundTrip(r)
	}
	ips, _ := t.lookup(r.Context(), "ip", r.URL.Hostname()) // often the proxy alone can resolve a name
	for _, ip := range ips {
		if ip = ip.Unmap(); !Public(ip) {
			return nil, privateError(ip)
		}
	}
	return t.through.RoundTrip(r)
}
