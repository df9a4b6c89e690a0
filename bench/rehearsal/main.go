// Command rehearsal has a queue, a store and workers carry a number of synthetic
// repositories, without fetching or reading any: a unit waits as long as its setting says and
// stores an observation of two kilobytes. So it measures what several machines cost beside
// the work itself. docs/scale.md has the results.
//
//	go run ./bench/rehearsal -database postgres://… -units 50000 -workers 2
//
// The database should be empty, and on this machine: its CPU time is read from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/store"
)

type options struct {
	database, cache      string
	units, workers, jobs int
	cost                 time.Duration
	worker               bool
	from, to             string
}

func main() {
	var o options
	flag.StringVar(&o.database, "database", "", "`address` of an empty PostgreSQL database")
	flag.StringVar(&o.cache, "cache", "cache", "`name` of a worker's folder of mirrors")
	flag.IntVar(&o.units, "units", 50_000, "`number` of repositories")
	flag.IntVar(&o.workers, "workers", 2, "`number` of worker processes")
	flag.IntVar(&o.jobs, "jobs", 1, "`number` of repositories that a worker reads at once")
	flag.DurationVar(&o.cost, "cost", 0, "`time` that a unit waits in place of being read")
	flag.BoolVar(&o.worker, "worker", false, "be a worker")
	flag.StringVar(&o.from, "from", "", "`folder` of a store with an assessed run, whose results as many goods as -units get; see multiply")
	flag.StringVar(&o.to, "to", "", "`store` that they are written to: a folder, or an address of PostgreSQL")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	do := rehearse
	if o.worker {
		do = work
	}
	if o.from != "" {
		do = multiply
	}
	if err := do(ctx, o); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "rehearsal:", err)
		os.Exit(1)
	}
}

// asOf is the day of the rehearsal's run.
var asOf = time.Date(2026, 1, 1, 23, 59, 59, 0, time.UTC)

func open(ctx context.Context, o options) (*store.Store, error) {
	return store.OpenPostgres(ctx, o.database, 10+o.jobs)
}

// work does units: each waits, and stores what a scan would.
func work(ctx context.Context, o options) error {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	reading := make(chan struct{}, o.jobs)
	do := func(ctx context.Context, unit queue.Unit, _ *queue.Hosts) error {
		url := unit.Repository.URL
		if last, err := s.Scan(ctx, unit.Run, url); err == nil && last.Failure == nil {
			return nil
		}
		if err := read(ctx, s, reading, url, o.cost); err != nil {
			return err
		}
		scan := store.Scan{URL: url, Commit: url, At: asOf, ObservedUntil: asOf, Committed: asOf, Keys: []string{url}, Inventory: url, MirrorState: "x"}
		return errors.Join(queue.Keep(ctx, s.Pool(), url, o.cache, 1<<20), s.PutScan(ctx, unit.Run, scan))
	}
	defer func() { fmt.Printf("worker: %.1f MB at most, %.2f s of CPU\n", peak(), ownCPU()) }()
	return queue.Serve(ctx, s.Pool(), queue.Worker{
		Program: "rehearsal", Cache: o.cache, Host: "here", Jobs: o.jobs, Drain: time.Minute, Pause: time.Second,
		Timing: queue.DefaultTiming(), Now: time.Now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Do: do, PerHost: 4,
	})
}

// read stands for the reading of a repository: it waits, and stores what a scanner would
// have found. As many at once as reading has room for.
func read(ctx context.Context, s *store.Store, reading chan struct{}, url string, cost time.Duration) error {
	reading <- struct{}{}
	defer func() { <-reading }()
	if cost > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(cost):
		}
	}
	return s.PutObservation(ctx, url, observed(url), cost)
}

// observed is an observation of some two kilobytes, with a few packages.
func observed(url string) observation.Observation {
	seen := observation.Observation{Scanner: "rehearsal", Version: "1"}
	for i := range 14 {
		seen.Measures = append(seen.Measures, observation.Measure{
			ID: fmt.Sprintf("rehearsal.measure-%d", i), State: observation.Measured, Value: float64(len(url) * i), Source: url,
		})
	}
	for i := range 5 {
		seen.Packages = append(seen.Packages, observation.Package{
			Ecosystem: "npm", Name: fmt.Sprintf("package-%d", (len(url)*i)%977), Version: "1.0.0", Path: "package-lock.json",
		})
	}
	return seen
}

// rehearse begins a run, has its units done and prints what that took.
func rehearse(ctx context.Context, o options) error {
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	goods, units := synthetic(o.units)
	step := newStep(ctx, s)
	sources := []store.Source{{Name: "csv", Location: "rehearsal.csv", Goods: len(goods)}}
	run, err := s.Begin(ctx, store.Run{AsOf: asOf, CatalogID: "rehearsal", Sources: sources}, goods)
	if err != nil {
		return err
	}
	step.end("catalog stored", o.units)
	for i := range units {
		units[i].Run = run
	}
	stop, err := startWorkers(o)
	if err != nil {
		return err
	}
	q, err := queue.NewRun(ctx, s.Pool(), "rehearsal", queue.DefaultTiming())
	if err != nil {
		return err
	}
	step = newStep(ctx, s)
	done := 0
	err = q.Do(ctx, run, units, func(queue.Result) error {
		if done++; done%10_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d done\n", done)
		}
		return nil
	})
	step.end("units carried", o.units)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	if err := s.Advance(ctx, run, store.Scanned); err != nil {
		return err
	}
	var rows, size int64
	err = s.Pool().QueryRow(ctx, "SELECT (SELECT count(*) FROM scans WHERE run_id = $1), pg_database_size(current_database())", run).Scan(&rows, &size)
	fmt.Printf("scans: %d of %d; database: %.1f MB, %.0f bytes a repository\n", rows, o.units, float64(size)/1e6, float64(size)/float64(o.units))
	fmt.Printf("run: %.1f MB at most\n", peak())
	return err
}

func synthetic(n int) ([]catalog.Good, []queue.Unit) {
	goods, units := make([]catalog.Good, n), make([]queue.Unit, n)
	for i := range n {
		host := fmt.Sprintf("forge%d.example", i%50)
		r := catalog.Repository{URL: fmt.Sprintf("https://%s/o/r%07d", host, i), Host: host, Owner: "o", Path: fmt.Sprintf("r%07d", i)}
		goods[i] = catalog.Good{
			ID: fmt.Sprintf("good-%07d", i), Name: fmt.Sprintf("Good %d", i), Description: strings.Repeat("x", 300), Repositories: []catalog.Repository{r},
		}
		units[i] = queue.Unit{AsOf: asOf, Repository: r, Several: true, Bytes: int64(i%7) << 20}
	}
	return goods, units
}

// startWorkers starts worker processes and returns what ends them.
func startWorkers(o options) (stop func() error, err error) {
	var all []*exec.Cmd
	for i := range o.workers {
		cmd := exec.Command(os.Args[0], "-worker", "-database", o.database, "-cache", "cache"+strconv.Itoa(i), "-jobs", strconv.Itoa(o.jobs),
			"-cost", o.cost.String())
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		all = append(all, cmd)
	}
	return func() error {
		var errs []error
		for _, cmd := range all {
			errs = append(errs, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
		}
		return errors.Join(errs...)
	}, nil
}
