package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/pipeline"
)

const reference = "../../docs/reference/"

// The reference is made of what the program itself knows: go test ./cmd/midspan -run
// Reference -update writes it anew.
func TestReferenceSaysWhatTheProgramHas(t *testing.T) {
	root := (&app{stdout: io.Discard, stderr: io.Discard, now: time.Now, endProgress: func() {}}).root()
	definitions, err := pipeline.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"commands.md": commandsReference(root), "settings.md": settingsReference(root), "measures.md": measuresReference(definitions),
	} {
		path := filepath.FromSlash(reference + name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || string(have) != text {
			t.Errorf("%s differs from the program (%v): go test ./cmd/midspan -run Reference -update", path, err)
		}
	}
}

func commandsReference(root *cobra.Command) string {
	var w strings.Builder
	fmt.Fprintf(&w, "# Commands\n\nWritten by `go test ./cmd/midspan -run Reference -update`. Every command also takes the\nflags of [Settings](settings.md).\n\n%s\n", exitHelpAsTable)
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, c := range cmd.Commands() {
			if !c.IsAvailableCommand() && !c.Hidden || c.Name() == "help" || c.Name() == "completion" || c.RunE == nil && !c.HasSubCommands() {
				continue
			}
			describe(&w, c)
			visit(c)
		}
	}
	visit(root)
	return w.String()
}

const exitHelpAsTable = `| exit code | meaning | with a policy |
|---:|---|---|
| 0 | done | it passes |
| 1 | could not start, or ended by an error | the same |
| 2 | wrong usage | the same |
| 3 | done, with gaps: something could not be read, and the report says what | something that it asks is unknown or cannot be seen |
| 4 | | it fails |

` + "`--exit-zero` makes 3 and 4 a 0. `--exit-zero=gaps` does so for gaps alone: a policy keeps its codes.\n"

func describe(w *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(w, "\n## %s\n\n%s.\n\n", c.CommandPath(), cell(c.Short))
	if long := strings.TrimSpace(strings.Replace(c.Long, exitHelp, "", 1)); long != "" {
		fmt.Fprintf(w, "%s\n\n", cell(long))
	}
	fmt.Fprintf(w, "    %s\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n\n    %s\n", strings.ReplaceAll(strings.TrimSpace(c.Example), "\n  ", "\n    "))
	}
	var rows strings.Builder
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		fmt.Fprintf(&rows, "| %s | %s |\n", name, cell(f.Usage))
	})
	if rows.Len() > 0 {
		fmt.Fprintf(w, "\n| flag | |\n|---|---|\n%s", rows.String())
	}
}

// cell is a text in Markdown, also in a table.
func cell(text string) string { return strings.NewReplacer("|", `\|`, "<", `\<`).Replace(text) }

const settingsHead = `# Settings

Written by ` + "`go test ./cmd/midspan -run Reference -update`" + `.

A setting has one name everywhere: the flag ` + "`--as-of`, the variable `MIDSPAN_AS_OF`" + ` and the
key ` + "`as-of`" + ` of a settings file are the same. A flag counts before a variable, a variable before
the file. ` + "`midspan config`" + ` shows what is in force.

The file is the one that ` + "`--config` or `MIDSPAN_CONFIG`" + ` names, or ` + "`midspan.yaml`" + ` in this folder,
or ` + "`midspan/midspan.yaml`" + ` in your configuration folder (` + "`~/.config`" + `). The first that is there is
the only one that is read, and is named on standard error. ` + "`midspan check`" + ` reads none in this
folder: nothing in the work tree that it checks steers it.

| setting | variable | default | meaning |
|---|---|---|---|
`

const settingsFoot = `
Two settings have no flag, and stand in a settings file alone. ` + "`mirror`" + ` may be a map of a path for
each host; ` + "`rewrite`" + ` maps the beginning of an address to another one:

    mirror:
      github.com: /srv/hub/{owner}+{name}
      gitlab.com: /srv/lab/{owner}+{name}
    rewrite:
      https://github.com/: https://mirror.example/github/

A run keeps in its store what commands on its results need: ` + "`mirror`, `advisories`, `ecosystems`,\n`rules`, `offline`, `cache`, `out`, `languages` and `site-address`" + `, and never an address that may
hold a secret. ` + "`assess`, `report`, `policy`, `sbom` and `diff`" + ` take them where you name none, and say
so in one line.

## Variables of the environment

`

func settingsReference(root *cobra.Command) string {
	var w strings.Builder
	w.WriteString(settingsHead)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains([]string{"config", "json", "quiet", "verbose"}, f.Name) {
			return
		}
		standard := strings.Trim(f.DefValue, "[]")
		if f.Name == "jobs" && standard == fmt.Sprint(runtime.GOMAXPROCS(0)) {
			standard = "the number of processors"
		}
		fmt.Fprintf(&w, "| `%s` | `MIDSPAN_%s` | %s | %s |\n", f.Name, strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")), cell(standard), cell(f.Usage))
	})
	w.WriteString("\nFlags of every command that are no settings:\n\n| flag | |\n|---|---|\n")
	for _, name := range []string{"config", "json", "quiet", "verbose"} {
		f := root.PersistentFlags().Lookup(name)
		short := ""
		if f.Shorthand != "" {
			short = "`-" + f.Shorthand + "`, "
		}
		fmt.Fprintf(&w, "| %s`--%s` | %s |\n", short, name, cell(f.Usage))
	}
	w.WriteString(settingsFoot)
	for line := range strings.Lines(environmentHelp().Long) {
		w.WriteString("    " + line)
	}
	return w.String()
}

func measuresReference(definitions []observation.Definition) string {
	var w strings.Builder
	fmt.Fprintf(&w, `# Measures

Written by `+"`go test ./cmd/midspan -run Reference -update`"+`. Each measure is *measured*, *unknown*
with a cause, or *not applicable*. Rules read them by their id ([method](../method.md)), and so do
policies ([policies](../policy.md)). There are %d.
`, len(definitions))
	room := ""
	byID := func(a, b observation.Definition) int { return strings.Compare(a.ID, b.ID) }
	for _, d := range slices.SortedFunc(slices.Values(definitions), byID) {
		if first, _, _ := strings.Cut(d.ID, "."); first != room {
			room = first
			fmt.Fprintf(&w, "\n## %s\n\n| id | name | value | meaning | definition |\n|---|---|---|---|---|\n", room)
		}
		value := string(d.Kind)
		if d.Unit != "" {
			value += ", " + string(d.Unit)
		}
		source := ""
		if d.Reference != "" {
			source = "[published](" + d.Reference + ")"
			if !strings.HasPrefix(d.Reference, "http") {
				source = d.Reference
			}
		}
		fmt.Fprintf(&w, "| `%s` | %s | %s | %s | %s |\n", d.ID, cell(d.Name), value, cell(strings.Join(strings.Fields(d.Means), " ")), cell(source))
	}
	return w.String()
}

// Every variable of Midspan's own that the code reads, and every token, stands in the help.
func TestEveryVariableThatIsReadIsInTheHelp(t *testing.T) {
	name := regexp.MustCompile(`"(MIDSPAN_[A-Z_]*[A-Z]|[A-Z]+_TOKEN)"`)
	read := 0
	for _, folder := range []string{".", "../../internal", "../../scanners"} {
		err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range name.FindAllSubmatch(text, -1) {
				if variable := string(found[1]); !strings.HasPrefix(variable, "MIDSPAN_TEST_") {
					read++
					if !slices.Contains(strings.FieldsFunc(environmentHelp().Long, func(r rune) bool { return strings.ContainsRune(" ,\n", r) }), variable) {
						t.Errorf("%s reads %s, which midspan help environment does not name", path, variable)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 8 {
		t.Errorf("only %d variables were found", read)
	}
}
