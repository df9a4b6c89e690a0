package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/monitor"
	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/redact"
)

// drainKey is the key of a context's value that is set while the process may take longer
// than others to end.
type drainKey struct{}

// withDraining returns a context in which a command can say that it drains.
func withDraining(ctx context.Context) (context.Context, *atomic.Bool) {
	draining := &atomic.Bool{}
	return context.WithValue(ctx, drainKey{}, draining), draining
}

// drains says that the command ends by itself, in its own time.
func drains(ctx context.Context) {
	if draining, ok := ctx.Value(drainKey{}).(*atomic.Bool); ok {
		draining.Store(true)
	}
}

func (a *app) workerCommand() *cobra.Command {
	var listen string
	var mirrorBytes int64
	var drain time.Duration
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Do the work of runs on other machines that share a PostgreSQL store",
		Long: `Worker takes units of work out of the queue of a store that several machines
share, fetches and reads their repositories, and stores what it found. midspan run
on the same store enqueues them, waits for them and publishes. It works until it is
told to end (SIGTERM or Ctrl-C): then it takes no more and ends what it has in hand.
What it cannot end in time others take over. It logs JSON on standard error.`,
		Example: `  midspan worker --store postgres://midspan@db.example/midspan --cache /srv/midspan
  midspan worker --store postgres://midspan@db.example/midspan --listen :9464 --mirror-bytes 200000000000`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if mirrorBytes < 0 || drain < 0 {
				return usageError{fmt.Errorf("mirror-bytes and drain must be 0 or more")}
			}
			a.logs = true
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
				log := slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: logLevels[a.level], ReplaceAttr: redactAttribute}))
				drains(ctx)
				m := monitor.New(version(), func(ctx context.Context) (monitor.Queue, error) {
					state, err := p.QueueStatus(ctx)
					return monitorQueue(state), err
				})
				if listen != "" {
					address, err := m.Listen(ctx, listen)
					if err != nil {
						return fmt.Errorf("listen for looks at the metrics: %w", err)
					}
					log.Info("metrics", "address", address)
				}
				log.Info("the worker begins", "version", version())
				err := p.Serve(ctx, pipeline.WorkerOptions{MirrorBytes: mirrorBytes, Drain: drain, Log: log, Observe: m.Observe, Traces: a.traces})
				log.Info("the worker ended")
				return err
			})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "address at which /metrics and /healthz are answered, such as :9464 (default: none)")
	cmd.Flags().Int64Var(&mirrorBytes, "mirror-bytes", 0, "most bytes of mirrors in the cache; those that were used least recently go (0: no limit)")
	cmd.Flags().DurationVar(&drain, "drain", 30*time.Second, "how long units in hand may take after the worker was told to end")
	return cmd
}

// logLevels are the levels of the log by those of messages; at debug each unit is logged.
var logLevels = map[string]slog.Level{
	config.LevelError: slog.LevelError, config.LevelWarn: slog.LevelWarn, config.LevelInfo: slog.LevelInfo, config.LevelDebug: slog.LevelDebug,
}

// redactAttribute takes out of a log what may be secret in an address.
func redactAttribute(_ []string, attribute slog.Attr) slog.Attr {
	if attribute.Value.Kind() == slog.KindString {
		attribute.Value = slog.StringValue(redact.Text(attribute.Value.String()))
	}
	return attribute
}

func monitorQueue(state queue.State) monitor.Queue {
	q := monitor.Queue{Units: state.Units, Failures: state.Failures, Waits: state.Waits}
	for _, worker := range state.Workers {
		if worker.Alive {
			q.Workers++
		}
	}
	return q
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the queue, the workers and the failures of a store that several machines share",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withPipeline(cmd, nil, func(ctx context.Context, p *pipeline.Pipeline, _ config.Config) error {
				state, err := p.QueueStatus(ctx)
				if err != nil {
					return err
				}
				return a.printResult(state, func(w io.Writer) error { return printState(w, state) })
			})
		},
	}
}

func printState(w io.Writer, state queue.State) error {
	fmt.Fprintf(w, "Run %d: %d repositories done", state.Run, state.Done)
	if state.Oldest != "" {
		fmt.Fprintf(w, ", the oldest observed until %s", state.Oldest[:min(len(state.Oldest), len(time.DateOnly))])
	}
	fmt.Fprintln(w, ".")
	printCounts(w, "Units in the queue", state.Units)
	printCounts(w, "Failures", state.Failures)
	if state.Waits > 0 {
		fmt.Fprintf(w, "The unit that waits for the longest time waits for %s.\n", state.Waits.Round(time.Second))
	}
	if len(state.Workers) == 0 {
		_, err := fmt.Fprintln(w, "No worker in the last day: midspan worker starts one.")
		return err
	}
	fmt.Fprintln(w, "Workers:")
	for _, worker := range state.Workers {
		sign := fmt.Sprintf("%d units in hand", worker.Units)
		if !worker.Alive {
			sign = fmt.Sprintf("gone, silent for %s", worker.Silent.Round(time.Second))
		}
		fmt.Fprintf(w, "  %-20s %d jobs, program %s, %s\n", printable(worker.Host), worker.Jobs, printable(worker.Program), sign)
	}
	return nil
}

func printCounts(w io.Writer, what string, counts map[string]int64) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintf(w, "%s:", what)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, " %s %d", printable(name), counts[name])
	}
	fmt.Fprintln(w)
}
