package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Shown is an address without what may be secret in it: its user, its password
// and its query; of one that cannot be read, the scheme alone. What is no
// address of a host, such as a folder, is shown as it is.
func Shown(address string) string {
	u, err := url.Parse(address)
	if scheme, _, ok := strings.Cut(address, "://"); ok && err != nil {
		return scheme + "://…"
	}
	if err != nil || u.Host == "" {
		return address
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// Plain is what went wrong with a request without its address, which an error
// of net/http repeats with its user and its query.
func Plain(err error) error {
	if e, ok := err.(*url.Error); ok { // the outermost only: others have their own words around it
		return e.Err
	}
	return err
}

// maxRedirects is the number of times that one request is sent on.
const maxRedirects = 10

// leave takes from a request that was sent on to another place what is meant for
// the first one, and from any what says where it came from: the address before
// may hold a token. net/http itself tells hosts by their names alone, whatever
// the port and the protocol.
func leave(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects) // in these words no other try follows
	}
	r.Header.Del("Referer")
	if first := via[0].URL; r.URL.Scheme != first.Scheme || r.URL.Host != first.Host {
		r.Header.Del("Authorization")
		r.Header.Del("Cookie")
	}
	return nil
}
