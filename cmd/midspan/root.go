package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel/trace"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/vex"
)

// Exit codes are an interface for scripts.
const (
	exitDone  = 0 // done, and everything was read
	exitError = 1 // could not start, or ended by an error
	exitUsage = 2 // the command line is wrong
	exitGaps  = 3 // done, with gaps that the report shows
	exitFail  = 4 // done, and a policy failed
)

const exitHelp = `Exit codes:
  0  done
  1  could not start, or ended by an error
  2  wrong usage
  3  done, with gaps: something could not be read, and the report says what
With a policy the exit code speaks of the policy alone:
  0  it passes    3  something that it asks is unknown or cannot be seen    4  it fails
--exit-zero makes 3 and 4 a 0; --exit-zero=gaps does so for the gaps of a run alone.`

const interruptedText = "midspan: interrupted; what was finished is kept, and the next run goes on from there"

// app is what the commands share.
type app struct {
	stdout, stderr io.Writer
	now            func() time.Time
	configFile     string
	json           bool
	format         string   // that the command prints in
	vex            []string // files of answers to findings, named on the command line
	quiet, verbose bool
	level          string // of messages on standard error
	logs           bool   // the command writes a log, and no progress
	exitZero       string // which codes become zero
	gaps           int
	outcome        policy.Outcome // of the policies; empty without a policy
	endProgress    func()
	traces         trace.Tracer // of the command, once its pipeline is open
}

// usageError is an error in the command line.
type usageError struct{ error }

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time) int {
	a := &app{stdout: stdout, stderr: stderr, now: now, endProgress: func() {}}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	a.endProgress()
	if isUsage(err) {
		fmt.Fprintf(stderr, "midspan: %s\nmidspan --help lists the commands.\n", printable(redact.Text(err.Error())))
		return exitUsage
	}
	if err != nil && ctx.Err() != nil {
		fmt.Fprintln(stderr, interruptedText)
		return exitError
	}
	if err != nil {
		fmt.Fprintf(stderr, "midspan: %s\n", printable(redact.Text(err.Error())))
		return exitError
	}
	return a.exitCode()
}

// isUsage reports an error that another command line would not have.
func isUsage(err error) bool {
	_, wrong := errors.AsType[usageError](err)
	_, ambiguous := errors.AsType[*catalog.AmbiguousError](err)
	return wrong || ambiguous
}

// exitCode is the exit code of a command that ended without an error, as the user wants it.
func (a *app) exitCode() int {
	code := a.strictCode()
	if a.exitZero == config.ZeroAll || a.exitZero == config.ZeroGaps && code == exitGaps && a.outcome == "" {
		return exitDone
	}
	return code
}

// strictCode is the exit code that tells scripts everything.
func (a *app) strictCode() int {
	switch {
	case a.outcome == policy.Pass:
		return exitDone
	case a.outcome == policy.Fail:
		return exitFail
	case a.outcome == policy.Unknown, a.outcome == policy.Partial, a.gaps > 0:
		return exitGaps
	}
	return exitDone
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "midspan",
		Short: "Which digital public goods carry real load on too few supports",
		Long: `Midspan reads a catalog of digital public goods, scans the repositories behind
them, and says which carry real load on too few supports, and why. midspan --version
prints its version, midspan help environment the variables that it reads.

` + exitHelp,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("midspan {{.Version}}\n")
	flags := root.PersistentFlags()
	config.AddFlags(flags)
	flags.Lookup(config.ExitZeroKey).NoOptDefVal = config.ZeroAll
	flags.StringVar(&a.configFile, "config", "", "settings file (default: MIDSPAN_CONFIG; or midspan.yaml in this folder, which check "+
		"does not read; or midspan/midspan.yaml in your configuration folder)")
	flags.BoolVar(&a.json, "json", false, "print JSON for a script")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print no progress (as --log-level warn)")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "print what is worked with, and a line with the time for each unit of work (as --log-level debug)")
	root.AddCommand(a.runCommand(), a.catalogCommand(), a.scanCommand(), a.assessCommand(), a.reportCommand(),
		a.diffCommand(), a.checkCommand(), a.advisoriesCommand(), a.configCommand(), a.backtestCommand(), a.forecastsCommand(),
		a.policyCommand(), a.sourcesCommand(), a.sbomCommand(), a.vexCommand(), a.briefCommand(), a.workerCommand(), a.statusCommand(),
		a.versionCommand(), a.manualCommand(), settingsHelp(flags), environmentHelp())
	a.addFormats(root)
	completeFlags(root)
	foldGlobalFlags(root)
	return root
}

// usageArgs wraps cobra's check of the number of arguments, so that a wrong number is a
// usage error.
func usageArgs(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := args(cmd, given); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// load reads the effective configuration and says which settings file is in force. Where
// own is set, midspan.yaml of this folder may be it. trees are the work trees that the
// command reads.
func (a *app) load(cmd *cobra.Command, own bool, trees []string) (config.Config, error) {
	cfg, err := config.Load(cmd.Flags(), config.Search{File: a.configFile, Folder: own, Trees: trees}, a.now())
	if unknown, ok := errors.AsType[*config.UnknownKeyError](err); ok {
		return cfg, usageError{orLike(err, "", alike(unknown.Key, unknown.Known))}
	}
	if err != nil {
		return cfg, usageError{err}
	}
	if a.quiet && a.verbose {
		return cfg, usageError{errors.New("--quiet and --verbose exclude each other")}
	}
	a.exitZero, a.level = cfg.ExitZero, a.levelOf(cfg.LogLevel)
	a.sayMisspelt(os.Environ())
	for _, file := range cfg.Origin.Ignored {
		a.say(file + " is not read: who is checked does not steer the check")
	}
	if cfg.Origin.NoCache != "" {
		a.say("you have no folder for a cache (" + cfg.Origin.NoCache + "): name one with --cache")
	}
	if cfg.Origin.File != "" {
		a.say("settings of " + cfg.Origin.File)
	}
	a.sayWhatIsInForce(cfg, own)
	return cfg, nil
}

// treesOf lists the work trees among the arguments of a command.
func treesOf(arguments []string) []string {
	var trees []string
	for _, argument := range arguments {
		trees = append(trees, files.Trees(argument)...)
	}
	return trees
}

// withPipeline runs do with an open pipeline. urls are the repositories that the command
// reads beside those of the catalogs.
func (a *app) withPipeline(cmd *cobra.Command, urls []string, do func(context.Context, *pipeline.Pipeline, config.Config) error) (err error) {
	trees := treesOf(urls)
	cfg, err := a.load(cmd, true, trees)
	if err != nil {
		return err
	}
	if err := errors.Join(cfg.CheckDefaults(), cfg.CheckOutside(trees)); err != nil {
		return usageError{err}
	}
	answers, err := vex.Open(a.vex)
	if err != nil {
		return usageError{err}
	}
	traces, err := a.openTraces(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer traces.Close(cmd.Context())
	ctx, span := traces.Start(cmd.Context(), cmd.CommandPath())
	defer span.End()
	a.traces = traces
	p, err := pipeline.New(ctx, cfg, version(), a.now, &tracedProgress{Progress: a.progress(), ctx: ctx, tracer: traces},
		pipeline.InChild(), pipeline.Announce(a.say), pipeline.WithAnswers(answers), pipeline.WithSources(a.sourcesFor(ctx, cfg)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return do(ctx, p, cfg)
}

// printResult writes JSON with --json, and otherwise calls text.
func (a *app) printResult(value any, text func(io.Writer) error) error {
	a.endProgress()
	if !a.json {
		return text(a.stdout)
	}
	encoder := json.NewEncoder(&jsonOutput{w: a.stdout})
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// printable removes control characters from text of others, because they could drive the
// terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}
