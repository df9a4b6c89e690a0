package forge

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/service"
)

// HostsVariable is the variable of the environment with tokens of any host.
const HostsVariable = "MIDSPAN_FORGE_TOKENS"

// TokensFrom reads the tokens of hosts from the environment: MIDSPAN_GITHUB_TOKEN,
// GITHUB_TOKEN and GH_TOKEN for github.com, MIDSPAN_GITLAB_TOKEN and GITLAB_TOKEN for
// gitlab.com, and MIDSPAN_FORGE_TOKENS for any host, as "host=token host=token". Each
// variable may hold several, between blanks or commas.
func TokensFrom(getenv func(string) string) map[string][]string {
	tokens := map[string][]string{}
	add := func(host, token string) {
		host = strings.ToLower(host)
		if host != "" && service.IsToken(token) && !slices.Contains(tokens[host], token) {
			tokens[host] = append(tokens[host], token)
		}
	}
	words := func(name string) []string {
		return strings.FieldsFunc(getenv(name), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	}
	for host, names := range map[string][]string{
		hostGitHub: {"MIDSPAN_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"}, "gitlab.com": {"MIDSPAN_GITLAB_TOKEN", "GITLAB_TOKEN"},
	} {
		for _, name := range names {
			for _, token := range words(name) {
				add(host, token)
			}
		}
	}
	for _, pair := range words(HostsVariable) {
		host, token, _ := strings.Cut(pair, "=")
		add(host, token)
	}
	return tokens
}

// tokens are those of one host, with what its answers said of their limits. A host
// without any is asked without.
type tokens struct {
	now  func() time.Time
	list []*token
	last *token // that was used
}

type token struct {
	value     string
	refused   bool
	remaining int // as the last answer said; -1 where none did
	until     time.Time
}

func newTokens(values []string, now func() time.Time) *tokens {
	t := &tokens{now: now}
	for _, value := range values {
		t.list = append(t.list, &token{value: value, remaining: -1})
	}
	if len(values) == 0 {
		t.list = []*token{{remaining: -1}}
	}
	return t
}

// errRefused means that the host refused every token.
var errRefused = errors.New("every token was refused")

// next is the token with most left. It waits for a limit that ends within maxWait.
func (t *tokens) next(ctx context.Context, host string, maxWait time.Duration) (*token, error) {
	usable := slices.DeleteFunc(slices.Clone(t.list), func(one *token) bool { return one.refused })
	if len(usable) == 0 {
		return nil, errRefused
	}
	now := t.now()
	free := slices.DeleteFunc(slices.Clone(usable), func(one *token) bool { return one.until.After(now) })
	if len(free) > 0 {
		t.last = slices.MaxFunc(free, func(a, b *token) int { return cmp.Compare(uint(a.remaining), uint(b.remaining)) }) // -1 is the most
		return t.last, nil
	}
	first := slices.MinFunc(usable, func(a, b *token) int { return a.until.Compare(b.until) })
	wait := first.until.Sub(now)
	if wait > maxWait {
		return nil, &service.LimitError{Name: host, Until: first.until}
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(wait):
	}
	first.until, t.last = time.Time{}, first
	return first, nil
}

// minute is how long a limit lasts that comes without a time, as GitHub asks for it.
const minute = time.Minute

// learn notes what an answer says of the limit of a token, and reports whether the
// request was refused for it. GitHub's headers are X-RateLimit-*, GitLab's RateLimit-*.
func (t *tokens) learn(used *token, response *http.Response) (limited bool) {
	header := func(name string) string {
		return cmp.Or(response.Header.Get("X-RateLimit-"+name), response.Header.Get("RateLimit-"+name))
	}
	if n, err := strconv.Atoi(header("Remaining")); err == nil && n >= 0 {
		used.remaining = n
	}
	after, said := fetch.RetryAfter(response.Header)
	if reset, err := strconv.ParseInt(header("Reset"), 10, 64); err == nil && !said && used.remaining == 0 {
		date, err := http.ParseTime(response.Header.Get("Date"))
		if err != nil {
			date = t.now()
		}
		after, said = max(0, time.Unix(reset, 0).Sub(date)), true
	}
	refused := response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusForbidden && said
	switch {
	case said && (refused || used.remaining == 0):
		used.until = t.now().Add(max(after, time.Millisecond))
	case refused:
		used.until = t.now().Add(minute)
	}
	return refused
}

// exhaust notes that an answer called the limit of the last token met, where its headers
// did not. It returns how long that lasts.
func (t *tokens) exhaust() time.Time {
	if !t.last.until.After(t.now()) {
		t.last.until = t.now().Add(minute)
	}
	return t.last.until
}
