package fetch

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// RedactURL is an address without the parts that may hold secrets: user, password,
// query and fragment. Of one that cannot be parsed only the scheme is left. What
// has no host, such as the path of a folder, is returned as it is.
func RedactURL(address string) string { return MaskURL(address, "") }

// MaskURL is RedactURL with a mask in the place of what is removed.
func MaskURL(address, mask string) string {
	u, err := url.Parse(address)
	if scheme, _, ok := strings.Cut(address, "://"); ok && err != nil {
		return scheme + "://" + cmp.Or(mask, "…")
	}
	if err != nil || u.Host == "" {
		return address
	}
	if u.User != nil {
		u.User = url.User(mask)
	}
	if mask == "" {
		u.User = nil
	}
	if u.RawQuery != "" {
		u.RawQuery = mask
	}
	if u.Fragment != "" {
		u.Fragment = mask
	}
	return strings.ReplaceAll(u.String(), url.User(mask).String(), mask)
}

var (
	userInfo        = regexp.MustCompile(`(://)(?:[^/?#\s]*|[^/?#\s:]*:[^\s@]*)@`)
	secretParameter = regexp.MustCompile(`(?i)([?&#;][^=&#;\s]*(?:token|secret|passw|key|auth|sig)[^=&#;\s]*=)[^&#;\s]*`)
)

// RedactText removes users, passwords and secret parameters from every address in a
// text.
func RedactText(text string) string {
	return secretParameter.ReplaceAllString(userInfo.ReplaceAllString(text, "$1"), "$1…")
}

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
	}
	return nil
}
