package redact_test

import (
	"testing"

	"github.com/midspan/midspan/internal/redact"
)

func TestURLRemovesSecrets(t *testing.T) {
	for address, want := range map[string]string{
		"https://user:word@host.example/a/b.csv?token=x#y": "https://host.example/a/b.csv",
		"https://token@host.example":                       "https://host.example",
		"https://user:wo/rd@host.example/":                 "https://…",
		"https://user:word@host.example:80x/":              "https://…",
		"/srv/osv":                                         "/srv/osv",
		"osv.dev":                                          "osv.dev",
	} {
		if got := redact.URL(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}

func TestMaskShowsWhereASecretWas(t *testing.T) {
	for address, want := range map[string]string{
		"https://user:word@host.example/a?token=x#y": "https://***@host.example/a?***#***",
		"https://host.example/a":                     "https://host.example/a",
		"https://user:wo/rd@host.example/":           "https://***",
	} {
		if got := redact.Mask(address, "***"); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}
