// Package redact removes secrets from addresses before they are shown or stored.
//
// It does not look for secrets, which may be anything. It keeps what it understands of an
// address (scheme, host, port, path) and cuts all else: user and password, query and
// fragment, and in an address that does not parse everything but the scheme.
package redact

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// cut stands for what was removed.
const cut = "…"

// URL is an address without the parts that may hold secrets. What is no address, such
// as the path of a folder, is returned as it is.
func URL(address string) string { return Mask(address, "") }

var (
	schemed     = lazy.Pattern(`(?s)^([A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$`)
	schemeOnly  = lazy.Pattern(`^[A-Za-z][A-Za-z0-9+.-]+:/*`)
	authority   = lazy.Pattern(`^(?:\[[0-9A-Fa-f:.]+\]|[\pL\pN\pM][\pL\pN\pM._-]*)(?::[0-9]{1,5})?$`)
	hostAndPath = lazy.Pattern(`^[\pL\pN\pM][\pL\pN\pM_-]*(?:\.[\pL\pN\pM_-]+)+(?::[0-9]{1,5})?(?:[/:][^\s@?#;&]*)?$`)
	folder      = lazy.Pattern(`^(?:[/~]|\.\.?[/\\]|[A-Za-z]:[/\\])`)
	// hidden begins what a path does not consist of: parameters, also in their escapes.
	hidden = lazy.Pattern(`(?i)[;&\s\\"<>^{|}` + "`" + `]|%(?:3f|23|3b|26|40)`)
	// inner is an "@" that does not begin a name of a path: what stands before it may be
	// a password with a slash.
	inner = lazy.Pattern(`[^/]@`)
)

// Mask is URL with a mask in the place of what is removed.
func Mask(address, mask string) string {
	if parts := schemed().FindStringSubmatch(address); parts != nil {
		return maskSchemed(address, parts, mask)
	}
	switch before, after, found := cutLast(address, "@"); {
	case schemeOnly().MatchString(address) && strings.Contains(address, ":/"): // one slash
		return schemeOnly().FindString(address) + cmp.Or(mask, cut)
	case folder().MatchString(address):
		return address
	case found && before != "" && (!strings.Contains(before, "/") || strings.Contains(before, ":")):
		if !hostAndPath().MatchString(after) {
			return cmp.Or(mask, cut)
		}
		if before == "git" { // as everybody is called at such a server
			return address
		}
		if mask != "" {
			return mask + "@" + after
		}
		return after
	}
	if at := strings.IndexAny(address, "?#"); at >= 0 && strings.ContainsAny(address[at:], "=?") {
		return address[:at+1] + cmp.Or(mask, cut)
	}
	return address
}

// maskSchemed masks scheme://authority/path?query#fragment, given in its parts.
func maskSchemed(address string, parts []string, mask string) string {
	scheme, user, host, path := parts[1], "", parts[2], parts[3]
	if before, after, found := cutLast(host, "@"); found {
		user, host = before, after
	}
	rest := path + parts[4] + parts[5]
	_, err := url.Parse(address)
	if user != "" && err != nil { // the user may hold anything
		_, err = url.Parse(scheme + "//" + host + rest)
	}
	dotted := strings.Contains(host, ".") && !strings.Contains(host, ":")
	ambiguous := inner().MatchString(rest) || strings.Contains(rest, "@") && !dotted || strings.Contains(parts[4]+parts[5], "@")
	if err != nil || ambiguous || !authority().MatchString(host) {
		return scheme + "//" + cmp.Or(mask, cut)
	}
	var shown strings.Builder
	shown.WriteString(scheme + "//")
	if user != "" && mask != "" {
		shown.WriteString(mask + "@")
	}
	shown.WriteString(host)
	if at := hidden().FindStringIndex(path); at != nil {
		return shown.String() + path[:at[0]] + cmp.Or(mask, cut)
	}
	shown.WriteString(path)
	if len(parts[4]) > 1 && mask != "" {
		shown.WriteString("?" + mask)
	}
	if len(parts[5]) > 1 && mask != "" {
		shown.WriteString("#" + mask)
	}
	return shown.String()
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+len(separator):], true
}

// Error is an error whose message is without what may be secret in addresses: errors of
// libraries repeat the address that they failed at.
func Error(err error) error {
	if err == nil {
		return nil
	}
	message := Text(err.Error())
	if message == err.Error() {
		return err
	}
	return &redactedError{message, err}
}

type redactedError struct {
	message string
	err     error
}

func (e *redactedError) Error() string { return e.message }
func (e *redactedError) Unwrap() error { return e.err }
