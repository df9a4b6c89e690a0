package catalogs

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzNextPage wants no page at another host, whatever a server says.
func FuzzNextPage(f *testing.F) {
	f.Add("", `{"links": {"next": "?page[after]=x"}}`)
	f.Add(`<https://a.example/2>; rel="next"`, `[]`)
	f.Add("", `{"next": {"href": "//other.example"}, "links": []}`)
	f.Fuzz(func(t *testing.T, link, body string) {
		here := &url.URL{Scheme: "https", Host: "a.example", Path: "/v1", RawQuery: "q=1"}
		response := &http.Response{Header: http.Header{"Link": {link}}, Request: &http.Request{URL: here}}
		next, err := nextPage(response, []byte(body))
		if err == nil && next != "" && !strings.HasPrefix(next, "https://a.example") {
			t.Errorf("%q is followed", next)
		}
	})
}
