// Package redact removes secrets from addresses before they are shown or stored.
package redact

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
)

// URL is an address without the parts that may hold secrets: user, password,
// query and fragment. Of one that cannot be parsed only the scheme is left. What
// has no host, such as the path of a folder, is returned as it is.
func URL(address string) string { return Mask(address, "") }

// Mask is URL with a mask in the place of what is removed.
func Mask(address, mask string) string {
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

// Text removes users, passwords and secret parameters from every address in a
// text.
func Text(text string) string {
	return secretParameter.ReplaceAllString(userInfo.ReplaceAllString(text, "$1"), "$1…")
}
