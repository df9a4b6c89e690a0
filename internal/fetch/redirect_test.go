package fetch_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/fetch"
)

func TestARedirectCarriesNoSecretsToAnotherPlace(t *testing.T) {
	var received http.Header
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { received = r.Header }))
	defer there.Close()
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, there.URL, http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/end", http.StatusFound)
		default:
			received = r.Header
		}
	}))
	defer here.Close()
	client := fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "test"})
	for path, kept := range map[string]bool{"/away": false, "/near": true} {
		received = nil
		body, err := fetch.Get(t.Context(), client, strings.Replace(here.URL, "://", "://user:word@", 1)+path+"?token=x")
		if err != nil {
			t.Fatal(err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if (received.Get("Authorization") != "") != kept || received.Get("Referer") != "" {
			t.Errorf("%s: the other server received %v", path, received)
		}
	}
}

// TestARedirectLosesThePersonalToken sends the header in which Open Collective takes one.
func TestARedirectLosesThePersonalToken(t *testing.T) {
	received := "none"
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { received = r.Header.Get("Personal-Token") }))
	defer there.Close()
	here := httptest.NewServer(http.RedirectHandler(there.URL, http.StatusTemporaryRedirect))
	defer here.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, here.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Personal-Token", "secret")
	response, err := fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "test"}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if received != "" {
		t.Errorf("the other server received %q", received)
	}
}
