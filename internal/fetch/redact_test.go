package fetch_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/fetch"
)

func TestRedactURLRemovesSecrets(t *testing.T) {
	for address, want := range map[string]string{
		"https://user:word@host.example/a/b.csv?token=x#y": "https://host.example/a/b.csv",
		"https://token@host.example":                       "https://host.example",
		"https://user:wo/rd@host.example/":                 "https://…",
		"https://user:word@host.example:80x/":              "https://…",
		"/srv/osv":                                         "/srv/osv",
		"osv.dev":                                          "osv.dev",
	} {
		if got := fetch.RedactURL(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}

func TestMaskURLShowsWhereASecretWas(t *testing.T) {
	for address, want := range map[string]string{
		"https://user:word@host.example/a?token=x#y": "https://***@host.example/a?***#***",
		"https://host.example/a":                     "https://host.example/a",
		"https://user:wo/rd@host.example/":           "https://***",
	} {
		if got := fetch.MaskURL(address, "***"); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}

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
