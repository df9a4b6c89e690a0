package catalogs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/redact"
)

// Limits on what one address may bring.
const (
	maxPages = 20_000
	maxBytes = 256 << 20 // of all pages together, as of a file
)

// pages fetches an address and the pages that follow it, one JSON value behind the other.
type pages struct {
	client  *http.Client
	address string
	// etag and modified are sent, and then those of an answer of one page; of several none
	// is kept, for no page tells of the others.
	etag, modified string
	unchanged      bool
}

// errUnchanged ends the reading of a catalog that did not change.
var errUnchanged = errors.New("unchanged")

// open fetches all pages. The Link header names the next page (RFC 8288), by
// "links.next" (JSON:API, which developers.italia.it speaks) or by "next". A next page lies
// at the same host.
func (p *pages) open(ctx context.Context) (io.ReadCloser, error) {
	var all bytes.Buffer
	seen := map[string]bool{}
	for address, count := p.address, 1; address != ""; count++ {
		if seen[address] || count > maxPages {
			return nil, fmt.Errorf("the pages of the catalog do not end: %s came twice, or there are more than %d", redact.URL(address), maxPages)
		}
		seen[address] = true
		next, err := p.page(ctx, address, count == 1, &all)
		if err != nil {
			return nil, err
		}
		if address = next; address != "" {
			p.etag, p.modified = "", ""
		}
	}
	return io.NopCloser(&all), nil
}

// page appends one page, and returns the address of the next.
func (p *pages) page(ctx context.Context, address string, first bool, all *bytes.Buffer) (string, error) {
	var etag, modified string
	if first {
		etag, modified = p.etag, p.modified
	}
	request, err := fetch.IfChanged(ctx, address, etag, modified)
	if err != nil {
		return "", redact.Error(err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", redact.URL(address), redact.Error(fetch.UnwrapURLError(err)))
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified && etag+modified != "" {
		p.unchanged = true
		return "", errUnchanged
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("fetch %s: the server answered %s", redact.URL(address), response.Status)
	}
	if first {
		p.etag, p.modified = response.Header.Get("ETag"), response.Header.Get("Last-Modified")
	}
	start := all.Len()
	if _, err := io.Copy(all, io.LimitReader(response.Body, int64(maxBytes-start)+1)); err != nil {
		return "", fmt.Errorf("fetch %s: the answer broke off: %w; try again", redact.URL(address), err)
	}
	if all.Len() > maxBytes {
		return "", fmt.Errorf("fetch %s: it is larger than %d MiB", redact.URL(p.address), maxBytes>>20)
	}
	next, err := nextPage(response, all.Bytes()[start:])
	if next != "" {
		all.WriteByte('\n')
	}
	return next, err
}

var nextLink = regexp.MustCompile(`<([^>]*)>\s*;[^,]*\brel="?next"?`)

// nextPage is the address of the page after an answer; empty where it is the last.
func nextPage(response *http.Response, body []byte) (string, error) {
	next := ""
	if link := nextLink.FindStringSubmatch(strings.Join(response.Header.Values("Link"), ", ")); link != nil {
		next = link[1]
	} else if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '{' {
		next = nextInBody(body)
	}
	if next == "" {
		return "", nil
	}
	here := response.Request.URL
	address, err := here.Parse(next)
	if err != nil || address.Host != here.Host || address.Scheme != here.Scheme {
		return "", fmt.Errorf("the next page of %s lies elsewhere (%s): it is not followed", redact.URL(here.String()), redact.URL(next))
	}
	return keepQuery(here, address).String(), nil
}

// keepQuery adds the parameters of a page that the next lacks: some servers name the cursor
// alone.
func keepQuery(here, next *url.URL) *url.URL {
	query := next.Query()
	for name, values := range here.Query() {
		if !query.Has(name) && name != "page[after]" && name != "page[before]" && next.Path == here.Path {
			query[name] = values
		}
	}
	next.RawQuery = query.Encode()
	return next
}

func nextInBody(body []byte) string {
	var envelope struct {
		Links json.RawMessage `json:"links"`
		Next  json.RawMessage `json:"next"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return ""
	}
	var links struct {
		Next json.RawMessage `json:"next"`
	}
	_ = json.Unmarshal(envelope.Links, &links) // a list, or none
	for _, raw := range []json.RawMessage{links.Next, envelope.Next} {
		var text string
		var object struct {
			Href string `json:"href"`
		}
		switch {
		case json.Unmarshal(raw, &text) == nil && text != "":
			return text
		case json.Unmarshal(raw, &object) == nil && object.Href != "":
			return object.Href
		}
	}
	return ""
}
