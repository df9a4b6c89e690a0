package fetch

import (
	"fmt"
	"net/http"
	"net/url"
)

// UnwrapURLError is the error of a request without the address that net/http's
// *url.Error adds, which holds user and query.
func UnwrapURLError(err error) error {
	if e, ok := err.(*url.Error); ok { // the outermost only: inner ones are part of a message
		return e.Err
	}
	return err
}

// maxRedirects is the number of redirects that one request follows.
const maxRedirects = 10

var errRedirects = fmt.Errorf("stopped after %d redirects", maxRedirects)

// stripCredentialsOnRedirect removes credentials from a request that is redirected
// to another scheme, host or port, and the Referer from every redirect: the
// address before may hold a token. net/http itself compares the names of hosts
// alone, without port and scheme.
func stripCredentialsOnRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errRedirects
	}
	r.Header.Del("Referer")
	if first := via[0].URL; r.URL.Scheme != first.Scheme || r.URL.Host != first.Host {
		r.Header.Del("Authorization")
		r.Header.Del("Cookie")
		r.Header.Del("Personal-Token") // Open Collective's
	}
	return nil
}
