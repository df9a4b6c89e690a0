package gitrepo

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// credentialHelper is a git credential helper that reads user and password from
// git's own environment: the process list shows only the names of the variables.
// It stores nothing, and no other helper is used.
const credentialHelper = `!f() { test "$1" = get && printf 'username=%%s\npassword=%%s\n' "$MIDSPAN_GIT_USER_%[1]d" "$MIDSPAN_GIT_PASSWORD_%[1]d"; }; f`

// rewriteEnvironment is the part of git's environment that sets Options.Rewrite,
// without users and passwords in the addresses. On a command line every user of
// the machine could read them, and git would pass them on to the command lines
// of its own programs. The credential helper gives them to git where the server
// of that address requires them, but not after a redirect to another server.
func (g *Git) rewriteEnvironment() []string {
	settings := [][2]string{{"credential.helper", ""}} // none of the user's
	var secrets []string
	for i, prefix := range slices.Sorted(maps.Keys(g.opts.Rewrite)) {
		base, user, password, web := splitCredentials(g.opts.Rewrite[prefix])
		settings = append(settings, [2]string{"url." + base + ".insteadOf", prefix})
		if web {
			settings = append(settings, [2]string{"credential." + base + ".helper", fmt.Sprintf(credentialHelper, i)})
			secrets = append(secrets, fmt.Sprintf("MIDSPAN_GIT_USER_%d=%s", i, user), fmt.Sprintf("MIDSPAN_GIT_PASSWORD_%d=%s", i, password))
		}
	}
	env := []string{fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	return append(env, secrets...)
}

// splitCredentials takes user and password out of an address of http or https. Of
// any other address it takes the password alone, which ssh would not accept. web
// reports whether there are credentials for http or https.
func splitCredentials(address string) (base, user, password string, web bool) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address, "", "", false
	}
	user = u.User.Username()
	password, _ = u.User.Password()
	web = u.Scheme == "http" || u.Scheme == "https"
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
