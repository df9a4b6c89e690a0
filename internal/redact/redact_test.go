package redact_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"time"

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
		"C:\\osv\\a@b":                                     "C:\\osv\\a@b",
		"/srv/team:a@b/x?y=z":                              "/srv/team:a@b/x?y=z",
		"data/a@b.csv":                                     "data/a@b.csv",
		"https://host.example:8443/a/b.csv":                "https://host.example:8443/a/b.csv",
		"https://host.example/@team/b":                     "https://host.example/@team/b",
		"https://[::1]:80/a":                               "https://[::1]:80/a",
		"https://bücher.example/straße":                    "https://bücher.example/straße",
		"ssh://git:word@host.example:22/a/b":               "ssh://host.example:22/a/b",
		"git@host.example:a/b.git":                         "git@host.example:a/b.git",
		"token@host.example:a/b.git":                       "host.example:a/b.git",
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

// secret stands in each address where a user, a password or a parameter may be.
const secret = "hunter2secret"

// addresses are what people and programs write, right and wrong.
var addresses = []string{
	"https://u:S@h.example/a", "https://S@h.example/a", "https://S:x@h.example", "https://u:S:S@h.example/a", "https://u:p@S@h.example/a", "https://u:%zzS@h.example/a",
	"https://u:S%zz@h.example/a", "u:S@github.com/a/b", "S@github.com/a/b", "u:p@S@github.com/a/b", "//u:S@h.example/a", "//S@h.example/a", "git@u:S@h.example:a/b", "u:S@h.example:a/b",
	"https:/u:S@h.example/a", "https:u:S@h.example/a", "https:///u:S@h.example/a", "https://u:pa S@h.example/a", "https://u:S word@h.example/a", "https://u:a\tS@h.example/a", "https://u:1 S@h.example/a",
	"https://u:a/S@h.example/a", "https://u:1/S@h.example/a", "https://u:a?S@h.example/a", "https://u:a#S@h.example/a", "https://u:a\\S@h.example/a", "https://u:S\"x@h.example/a", "https://u:x\"S@h.example/a",
	"https://u:<S>@h.example/a", "u:S word@github.com/a/b", "u:a S@github.com/a/b", "https://h.example:S/a", "https://u:S", "https://u:80S@h", "https://h.example:80S/a",
	"https://h.example/a?jwt=S", "https://h.example/a?pwd=S", "https://h.example/a?access=S&x=y", "https://h.example/a?x=y&S=z", "https://h.example/a?S", "https://h.example/?S#x", "https://h.example/a#S", "https://h.example/a#access_token=S",
	"https://h.example?S", "https://h.example/a;sid=S", "https://h.example/a&t=S", "https://h.example/a%3Fjwt=S", "https://h.example/a%3fjwt%3dS", "https://h.example/%zz?jwt=S", "https://h .example/a?jwt=S", "http://[::1/a?x=S", "https://h.example:port/a?x=S",
	"github.com/a/b?jwt=S", "github.com/a/b?S", "github.com/a/b#t=S", "//h.example/a?S", "HttpX+x://u:S@h.example", "git+https://u:S@h.example/a.git", "scm:git:https://u:S@h.example/a", "postgres://u:S@db.example/x", "ssh://u:S@h.example:22/a",
	"https://https://u:S@h.example/a", "https://\u0085u:S@h.example/a", "https://u:S@h.example:99999999/a", "https://u:S@-h/a", "https://u:S@/a", "https://:S@h.example/a", "https://u:S@", "ftp://u:S@h.example/", "x://u:S@h",
}

func TestNoSecretOfAnAddressIsShownWhateverItsShape(t *testing.T) {
	for _, address := range addresses {
		address := strings.ReplaceAll(address, "S", secret)
		for name, got := range map[string]string{"URL": redact.URL(address), "Mask": redact.Mask(address, "***"), "Text": redact.Text(address), "quoted": redact.Text(`parse "` + address + `": it is wrong`),
			"among words": redact.Text("fetch " + address + " from there."), "beside another": redact.Text(address + ", https://other.example/x"), "twice": redact.Text(redact.Text(address))} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: %s is shown as %s", name, address, got)
			}
		}
	}
}

func TestTextLeavesWhatIsNoSecret(t *testing.T) {
	for _, text := range []string{
		"plain words", "see https://host.example/a/b.", "write to team@host.example", "@scope/name@1.2.3 and name@1.2.3", "https://host.example/@team/a (here)", "a/b // c", "C:/x and C:\\x", "12:30, 4:5", "it needs https://, a host and a path", `"https://" and ssh://`,
		"git@host.example:a/b", "100 % of #5; a & b", "[x](https://host.example/a)", "https://a.example/x,https://b.example/y", "at 12:30 write to git@host.example:a/b", "and/or",
	} {
		if got := redact.Text(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"see https://u:p@host.example/a?b=c, then": "see https://host.example/a?…, then",
		"token@host.example/a":                     "…@host.example/a",
		"https://u:p q@host.example/a is read":     "https://… is read",
	} {
		if got := redact.Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestErrorIsTheSameErrorWithoutSecrets(t *testing.T) {
	err := redact.Error(fmt.Errorf("open https://u:%s@host.example/a: %w", secret, fs.ErrNotExist))
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "host.example/a") {
		t.Errorf("%v", err)
	}
	if plain := errors.New("x"); redact.Error(plain) != plain || redact.Error(nil) != nil {
		t.Error("an error without an address changes")
	}
}

// A text of a megabyte costs what its length costs.
func TestLongTextsAreRedactedInTime(t *testing.T) {
	for _, unit := range []string{"https://", "https://u:p@h ", "a:b@c ", "x@h.example/a ", "//", "a b", "?a=b", "https://u:p ", "@", "\u00e9"} {
		text := strings.Repeat(unit, (1<<20)/len(unit))
		start := time.Now()
		redact.Text(text)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q took %v", unit, took)
		}
	}
}

// mustNotShow are the parts of an address in which a secret may be: of one that parses,
// user and query; of any other, all before its last "@" and behind its first "?".
func mayHoldSecret(address string) bool {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		user := ""
		if u.User != nil {
			password, _ := u.User.Password()
			user = u.User.Username() + " " + password + " " + u.User.String()
		}
		return strings.Contains(user+" "+u.RawQuery+" "+u.RawFragment+u.Fragment, secret)
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || len(scheme) < 2 || strings.ContainsAny(scheme, "/@?# ") {
		return false
	}
	at := strings.Index(rest, secret)
	return at >= 0 && (at < strings.LastIndex(rest, "@") || strings.Contains(rest[:at], "?"))
}

func FuzzRedactAddress(f *testing.F) {
	for _, address := range addresses {
		before, after, _ := strings.Cut(address, "S")
		f.Add(before, strings.ReplaceAll(after, "S", secret))
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		address := before + secret + after
		if strings.Contains(redact.Mask(address, "***"), secret) && mayHoldSecret(address) {
			t.Fatalf("%q is masked as %q", address, redact.Mask(address, "***"))
		}
		shown := redact.URL(address)
		if strings.Contains(shown, secret) && mayHoldSecret(address) {
			t.Fatalf("%q is shown as %q", address, shown)
		}
		oneWord := !strings.ContainsAny(address, " \t\r\n\"'<>|`\u0085\u00a0\u2028\u2029\v\f")
		if text := redact.Text(address); oneWord && strings.Contains(text, secret) && mayHoldSecret(address) && schemeFirst(address) {
			t.Fatalf("%q becomes %q", address, text)
		}
	})
}

// schemeFirst reports whether an address begins with a scheme, as one in a text does.
func schemeFirst(address string) bool {
	scheme, _, ok := strings.Cut(address, "://")
	return ok && len(scheme) > 1 && !strings.ContainsFunc(scheme, func(r rune) bool { return r < 'a' || r > 'z' })
}
