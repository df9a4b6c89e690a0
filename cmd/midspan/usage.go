package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/midspan/midspan/internal/config"
)

// globalFlags is what the help of a command says in place of the flags that all have.
const globalFlags = `

Settings of every command, as flags: midspan help settings`

// foldGlobalFlags takes the flags that every command has out of the help of each, and of
// midspan itself.
func foldGlobalFlags(root *cobra.Command) {
	text := strings.Replace(root.UsageTemplate(), "{{if .HasAvailableLocalFlags}}", "{{if and .HasAvailableLocalFlags .HasParent}}", 1)
	before, rest, found := strings.Cut(text, "{{if .HasAvailableInheritedFlags}}")
	_, after, ended := strings.Cut(rest, "{{end}}")
	if found && ended {
		root.SetUsageTemplate(before + "{{if or .HasAvailableInheritedFlags (not .HasParent)}}" + globalFlags + "{{end}}" + after)
	}
}

// settingsHelp is the topic of the help that lists the flags of every command.
func settingsHelp(flags *pflag.FlagSet) *cobra.Command {
	topic := &cobra.Command{
		Use:   "settings",
		Short: "All settings: flags of every command, variables and keys of midspan.yaml",
		Long: `A setting has one name everywhere: the flag --as-of, the variable MIDSPAN_AS_OF and
the key as-of of midspan.yaml are the same. A flag counts before a variable, a
variable before the file. midspan config shows what is in force.

` + flags.FlagUsagesWrapped(100),
	}
	topic.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), cmd.Long) })
	return topic
}

// environmentHelp is the topic of the help that lists the variables that are read.
func environmentHelp() *cobra.Command {
	topic := &cobra.Command{
		Use:   "environment",
		Short: "Variables that are read: settings, proxies, certificates, colour, the day",
		Long: `MIDSPAN_*          a setting each, but for those below: MIDSPAN_AS_OF is --as-of
                   (midspan help settings)
MIDSPAN_CONFIG     the settings file
MIDSPAN_GITHUB_TOKEN, GITHUB_TOKEN, GH_TOKEN
                   asks GitHub whether a repository was archived, and who answers there
MIDSPAN_GITLAB_TOKEN, GITLAB_TOKEN
                   the same of gitlab.com
MIDSPAN_FORGE_TOKENS
                   the same of other hosts: host=token host=token
MIDSPAN_OPENCOLLECTIVE_TOKEN, OPENCOLLECTIVE_TOKEN
                   more requests at Open Collective
MIDSPAN_SOFTWAREHERITAGE_TOKEN
                   more requests at Software Heritage
PGPASSWORD, PGPASSFILE, ...
                   of a store in PostgreSQL what its address leaves out, as libpq takes them
HTTPS_PROXY, HTTP_PROXY, NO_PROXY
                   the proxy of your institution, for all that is fetched; also in small
                   letters. NO_PROXY lists hosts that are asked without it
SSL_CERT_FILE, SSL_CERT_DIR
                   certificates of authorities that you trust: a file, or folders. On
                   Windows and macOS those of the system count
SSH_AUTH_SOCK      the agent that git asks for a key, for addresses of ssh
SOURCE_DATE_EPOCH  seconds since 1970: the day to speak of where as-of names none, and the
                   date of the manual
NO_COLOR           not empty: no colour
TERM=dumb          no colour, and lines in the place of bars
OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, ...
                   the collector of OpenTelemetry to which spans are sent; none: no traces
CHROME             the browser with which midspan brief prints
GOMEMLIMIT, GOGC   limits of memory, for the runtime of Go
`,
	}
	topic.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), cmd.Long) })
	return topic
}

// knownCommand is the error of a command that is not there; it names those of a like name.
func knownCommand(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	parent.SuggestionsMinimumDistance = 2
	of := ""
	if parent.HasParent() {
		of = " of " + parent.CommandPath()
	}
	return usageError{orLike(fmt.Errorf("there is no command %q%s", args[0], of), "", parent.SuggestionsFor(args[0]))}
}

// orLike adds the names that may have been meant to an error.
func orLike(err error, prefix string, names []string) error {
	if len(names) == 0 {
		return err
	}
	return fmt.Errorf("%w; did you mean %s?", err, prefix+strings.Join(names, " or "+prefix))
}

// sayMisspelt names variables of the environment that are almost a setting: they would be
// passed over in silence. One letter may differ: Kubernetes sets variables such as MIDSPAN_PORT
// of its own. environ is as os.Environ returns it.
func (a *app) sayMisspelt(environ []string) {
	known := config.Variables()
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" || !strings.HasPrefix(name, "MIDSPAN_") || slices.Contains(known, name) {
			continue
		}
		if names := alikeBy(1, name, known); len(names) > 0 {
			a.say(orLike(fmt.Errorf("the variable %s is no setting", name), "", names).Error())
		}
	}
}

// flagError is the error of a flag that cannot be read; of one that is not there it names
// those of a like name.
func flagError(cmd *cobra.Command, err error) error {
	missing, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usageError{err}
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return usageError{orLike(err, "--", alike(missing.GetSpecifiedName(), names))}
}
