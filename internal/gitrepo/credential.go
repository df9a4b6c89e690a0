package gitrepo

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// helper answers git's question for a user and a password out of git's own
// environment: the process list shows the names of the variables alone. Nobody
// else is asked, and nothing is stored.
const helper = `!f() { test "$1" = get && printf 'username=%%s\npassword=%%s\n' "$MIDSPAN_GIT_USER_%[1]d" "$MIDSPAN_GIT_PASSWORD_%[1]d"; }; f`

// rewriting is the part of git's environment that tells it Options.Rewrite,
// without users and passwords in the addresses. On a command line every user of
// the machine could read them, and git would pass them on to the command lines
// of its own programs. git is told them where the server of that address demands
// them, and after a redirect to another one is not.
func (g *Git) rewriting() []string {
	settings := [][2]string{{"credential.helper", ""}} // none of the user's
	var secrets []string
	for i, prefix := range slices.Sorted(maps.Keys(g.opts.Rewrite)) {
		base, user, password, named := apart(g.opts.Rewrite[prefix])
		settings = append(settings, [2]string{"url." + base + ".insteadOf", prefix})
		if named {
			settings = append(settings, [2]string{"credential." + base + ".helper", fmt.Sprintf(helper, i)})
			secrets = append(secrets, fmt.Sprintf("MIDSPAN_GIT_USER_%d=%s", i, user), fmt.Sprintf("MIDSPAN_GIT_PASSWORD_%d=%s", i, password))
		}
	}
	env := []string{fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	return append(env, secrets...)
}

// apart takes user and password out of an address of http or https; of any
// other, the password alone, which ssh would not take.
func apart(address string) (base, user, password string, named bool) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address, "", "", false
	}
	user = u.User.Username()
	password, _ = u.User.Password()
	web := u.Scheme == "http" || u.Scheme == "https"
	// Only the user part is cut: git compares what is left letter by letter.
	scheme, rest, _ := strings.Cut(address, "://")
	host, path, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndex(host, "@")+1:]
	if !web && user != "" {
		host = u.User.Username() + "@" + host
	}
	if slash {
		host += "/" + path
	}
	return scheme + "://" + host, user, password, web
}
