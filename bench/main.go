// Command bench runs Midspan and the programs that a person would use in its
// place over the same mirrors and the same advisory database, in one go, and
// prints what each took and the ratios. It is started by "make bench", which
// builds the programs first; docs/performance.md has the results.
//
// The peers are used as they would be by hand, repository by repository:
// osv-scanner offline over a folder of the files at HEAD, Scorecard's file
// checks over the same folder, and one "git log". No network is used by
// anything here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags; empty paths choose the embedded sample.
type options struct {
	midspan, osvScanner, scorecard string // programs
	catalog, mirrors, advisories   string
	source                         string // checkout, for its Go benchmarks
	pad, runs, wire                int
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.midspan, "midspan", "bin/midspan", "the Midspan `program`")
	flags.StringVar(&o.osvScanner, "osv-scanner", "bin/osv-scanner", "the osv-scanner `program`")
	flags.StringVar(&o.scorecard, "scorecard", "bin/scorecard", "the Scorecard `program`")
	flags.StringVar(&o.catalog, "catalog", "", "catalog `file` or folder (default: the sample's repositories)")
	flags.StringVar(&o.mirrors, "mirrors", "", "where its mirrors are: a `path` with {host}, {owner} and {name}")
	flags.StringVar(&o.advisories, "advisories", "", "`folder` with <Ecosystem>/all.zip, as OSV publishes them (default: the sample's)")
	flags.StringVar(&o.source, "source", ".", "`folder` of Midspan's source, whose Go benchmarks are run; empty: none")
	flags.IntVar(&o.pad, "pad", 200_000, "fill npm up to this `number` of records with generated ones; 0: do not")
	flags.IntVar(&o.wire, "wire", 5, "`number` of repositories, from small to large, that are cloned from a git server on this machine; 0: none")
	flags.IntVar(&o.runs, "runs", 1, "`times` to run everything; the lowest CPU time of each stands")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if (o.catalog == "") != (o.mirrors == "") {
		return o, errors.New("a catalog needs the path of its mirrors, and mirrors need a catalog: set CATALOG and MIRRORS both, or neither for the sample")
	}
	return o, o.absolute()
}

// absolute makes all paths absolute, because programs run in folders of their own.
func (o *options) absolute() error {
	for _, path := range []*string{&o.midspan, &o.osvScanner, &o.scorecard, &o.catalog, &o.mirrors, &o.advisories, &o.source} {
		if *path == "" {
			continue
		}
		full, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = full
	}
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == archiveCommand {
		return archiveMain(args[1:], stdout)
	}
	if len(args) > 0 && args[0] == soakCommand {
		return soakMain(ctx, args[1:], stdout, stderr)
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "midspan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	logf := func(format string, a ...any) { fmt.Fprintf(stderr, format+"\n", a...) }
	logf("preparing mirrors and database in %s", work)
	corpus, err := prepareCorpus(ctx, o, work)
	if err != nil {
		return err
	}
	database, err := prepareDatabase(ctx, o, work)
	if err != nil {
		return err
	}
	comparison, err := compare(ctx, o, work, corpus, database, logf)
	if err != nil {
		return err
	}
	var network wire
	if o.wire > 0 {
		logf("clones from a git server on this machine")
		if network, err = measureWire(ctx, o, work, corpus); err != nil {
			return err
		}
	}
	growth, err := runGoBenchmarks(ctx, o, corpus, logf)
	if err != nil {
		return err
	}
	return report{machine: machine(), options: o, corpus: corpus, database: database, comparison: comparison, wire: network, growth: growth}.print(stdout)
}

// compare runs everything as often as the flag runs says, and keeps the cheapest of
// each.
func compare(ctx context.Context, o options, work string, corpus corpus, database database, logf func(string, ...any)) (comparison, error) {
	programs, err := newIsolation(work)
	if err != nil {
		return comparison{}, err
	}
	var cheapest comparison
	for i := range o.runs {
		start := time.Now()
		logf("run %d of %d: the peers, %d repositories one after the other", i+1, o.runs, len(corpus.repositories))
		peers, err := peers{programs, o.osvScanner, o.scorecard, database.peers}.loop(ctx, corpus.repositories, filepath.Join(work, "trees"), logf)
		if err != nil {
			return comparison{}, err
		}
		logf("run %d of %d: Midspan", i+1, o.runs)
		ours, err := midspan{programs, o.midspan, corpus, database, start}.all(ctx, filepath.Join(work, fmt.Sprint("run", i)))
		if err != nil {
			return comparison{}, err
		}
		cheapest = cheapest.merge(comparison{peers: peers, ours: ours})
	}
	return cheapest, nil
}
