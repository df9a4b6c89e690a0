package queue_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/postgres/postgrestest"
	"github.com/midspan/midspan/internal/queue"
	"github.com/midspan/midspan/internal/store"
)

// workerVariable makes the test's program a worker: its value is the address of the store.
const workerVariable = "MIDSPAN_TEST_QUEUE_WORKER"

func TestMain(m *testing.M) {
	if address := os.Getenv(workerVariable); address != "" {
		if err := beWorker(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	postgrestest.Main(m)
}

// quick is a timing for tests: a worker is dead after two seconds.
var quick = queue.Timing{Beat: 300 * time.Millisecond, Silence: 2 * time.Second, Follow: 50 * time.Millisecond, Look: 700 * time.Millisecond}

var day = time.Date(2026, 1, 2, 23, 59, 59, 0, time.UTC)

// beWorker does units as their addresses say: "poison" ends the process, "down" fails at
// the first try, "never" fails at each.
func beWorker(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := store.OpenPostgres(ctx, address, 12)
	if err != nil {
		return err
	}
	defer s.Close()
	skew, _ := time.ParseDuration(os.Getenv("SKEW"))
	cost, _ := time.ParseDuration(os.Getenv("COST"))
	drain, err := time.ParseDuration(os.Getenv("DRAIN"))
	if err != nil {
		drain = 20 * time.Second
	}
	do := func(ctx context.Context, unit queue.Unit, hosts *queue.Hosts) error {
		url := unit.Repository.URL
		if last, err := s.Scan(ctx, unit.Run, url); err == nil && last.Failure == nil {
			return nil
		}
		if os.Getenv("DISK") == "full" {
			return &queue.EndError{Err: syscall.ENOSPC}
		}
		if strings.Contains(url, "poison") {
			os.Exit(3)
		}
		release, err := hosts.Take(ctx, unit.Repository.Host)
		if err != nil {
			return err
		}
		_, _ = s.Pool().Exec(ctx, "INSERT INTO fetching (host, begun) VALUES ($1, 1)", unit.Repository.Host)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(cost):
		}
		_, _ = s.Pool().Exec(ctx, "INSERT INTO fetching (host, begun) VALUES ($1, -1)", unit.Repository.Host)
		release()
		if strings.Contains(url, "down") && unit.Try == 1 || strings.Contains(url, "never") {
			return errors.New("it is down")
		}
		result := observation.Observation{Scanner: "s", Measures: []observation.Measure{{ID: "n", State: observation.Measured, Value: float64(len(url))}}}
		return errors.Join(s.PutObservation(ctx, url, result, 0), queue.Keep(ctx, s.Pool(), url, os.Getenv("CACHE"), 10),
			s.PutScan(ctx, unit.Run, store.Scan{URL: url, At: unit.AsOf, ObservedUntil: unit.AsOf, Committed: unit.AsOf, Keys: []string{url}, Commit: unit.Repository.OwnerHosts}))
	}
	return queue.Serve(ctx, s.Pool(), queue.Worker{
		Program: "p", Cache: os.Getenv("CACHE"), Host: "h", Jobs: 2, Drain: drain, Pause: 100 * time.Millisecond, Timing: quick,
		Now: func() time.Time { return time.Now().Add(skew) }, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Do: do, PerHost: 3,
	})
}

// cluster is a store with its workers.
type cluster struct {
	t       *testing.T
	server  *postgrestest.Server
	address string
	store   *store.Store
	workers []*exec.Cmd
}

func newCluster(t *testing.T, server *postgrestest.Server) *cluster {
	t.Helper()
	c := &cluster{t: t, server: server, address: server.Database(t)}
	var err error
	if c.store, err = store.OpenPostgres(t.Context(), c.address, 10); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.store.Close() })
	if _, err := c.store.Pool().Exec(t.Context(), "CREATE TABLE fetching (id BIGSERIAL, host TEXT, begun INT)"); err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts workers with variables of their own.
func (c *cluster) start(n int, variables ...string) {
	c.t.Helper()
	for range n {
		c.command(exec.Command(os.Args[0]), c.address, variables...)
	}
}

func (c *cluster) command(cmd *exec.Cmd, address string, variables ...string) {
	c.t.Helper()
	cache := "cache" + strconv.Itoa(len(c.workers))
	cmd.Env = append(append(os.Environ(), workerVariable+"="+address, "CACHE="+cache, "COST=10ms"), variables...)
	if testing.Verbose() {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.workers = append(c.workers, cmd)
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// begin stores a run and returns its units.
func (c *cluster) begin(urls ...string) []queue.Unit {
	c.t.Helper()
	run, err := c.store.Begin(c.t.Context(), store.Run{AsOf: day, CatalogID: "c"}, []catalog.Good{{ID: "x"}})
	if err != nil {
		c.t.Fatal(err)
	}
	var units []queue.Unit
	for i, url := range urls {
		host := fmt.Sprintf("host%d", i%3)
		units = append(units, queue.Unit{Run: run, AsOf: day, Repository: catalog.Repository{URL: "https://" + host + "/" + url, Host: host, Name: "a\x00b", OwnerHosts: "o.example"}})
	}
	return units
}

// do has the units done and returns the results by address. meanwhile is called when a
// third is done.
func (c *cluster) do(units []queue.Unit, meanwhile func()) map[string]queue.Result {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 4*time.Minute)
	defer cancel()
	run, err := queue.NewRun(ctx, c.store.Pool(), "p", quick)
	if err != nil {
		c.t.Fatal(err)
	}
	results := map[string]queue.Result{}
	err = run.Do(ctx, units[0].Run, units, func(result queue.Result) error {
		if _, twice := results[result.URL]; twice {
			c.t.Errorf("%s is done twice", result.URL)
		}
		results[result.URL] = result
		if meanwhile != nil && len(results) >= len(units)/3 {
			meanwhile()
			meanwhile = nil
		}
		return nil
	})
	if err != nil || len(results) != len(units) {
		c.t.Fatalf("%d of %d units: %v", len(results), len(units), err)
	}
	return results
}

// check looks that the store has each unit exactly once, as it should be.
func (c *cluster) check(units []queue.Unit) {
	c.t.Helper()
	var rows, distinct int
	err := c.store.Pool().QueryRow(c.t.Context(), "SELECT count(*), count(DISTINCT url) FROM scans WHERE run_id = $1", units[0].Run).Scan(&rows, &distinct)
	if err != nil || rows != len(units) || distinct != len(units) {
		c.t.Errorf("%d scans of %d addresses, want %d: %v", rows, distinct, len(units), err)
	}
	for _, unit := range units {
		scan, err := c.store.Scan(c.t.Context(), unit.Run, unit.Repository.URL)
		if err != nil || scan.Failure != nil || scan.Commit != "o.example" {
			c.t.Errorf("%s: %+v, %v", unit.Repository.URL, scan, err)
		}
	}
}

func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("r%d", i))
	}
	return all
}

// endAndReplace tells all workers to end, and starts two.
func endAndReplace(c *cluster) {
	for _, worker := range c.workers {
		_ = worker.Process.Signal(syscall.SIGTERM)
	}
	c.start(2)
}

// TestUnitsAreDoneOnceInEffect has faults in the middle of a run. Others are added by a
// line.
func TestUnitsAreDoneOnceInEffect(t *testing.T) {
	for _, test := range []struct {
		name      string
		workers   int
		variables []string
		meanwhile func(c *cluster)
	}{
		{name: "two workers", workers: 2},
		{name: "four workers", workers: 4},
		{name: "half of two are killed", workers: 2, meanwhile: func(c *cluster) { _ = c.workers[0].Process.Kill() }},
		{name: "half of four are killed", workers: 4, meanwhile: func(c *cluster) {
			_ = c.workers[0].Process.Kill()
			_ = c.workers[1].Process.Kill()
		}},
		{name: "half are stopped for longer than a dead one is silent, and go on", workers: 2, meanwhile: func(c *cluster) {
			_ = c.workers[0].Process.Signal(syscall.SIGSTOP)
			time.AfterFunc(2*quick.Silence, func() { _ = c.workers[0].Process.Signal(syscall.SIGCONT) })
		}},
		{name: "all are told to end, and others come", workers: 2, meanwhile: endAndReplace},
		{name: "units in hand are given back at the end, by clocks three hours before", workers: 2, variables: []string{"SKEW=3h", "DRAIN=10ms", "COST=500ms"},
			meanwhile: endAndReplace},
		{name: "units in hand are given back at the end, by clocks three hours behind", workers: 2, variables: []string{"SKEW=-3h", "DRAIN=10ms", "COST=500ms"},
			meanwhile: endAndReplace},
		{name: "clocks are three hours behind", workers: 2, variables: []string{"SKEW=-3h"}},
		{name: "clocks are three hours before", workers: 2, variables: []string{"SKEW=3h"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCluster(t, postgrestest.Shared(t))
			units := c.begin(append(names(60), "down1", "down2")...)
			c.start(test.workers, test.variables...)
			var meanwhile func()
			if test.meanwhile != nil {
				meanwhile = func() { test.meanwhile(c) }
			}
			c.do(units, meanwhile)
			c.check(units)
		})
	}
}

func TestARestartOfTheDatabaseInTheMiddleOfARunLosesNothing(t *testing.T) {
	server := postgrestest.Start(t)
	defer server.Close()
	c := newCluster(t, server)
	units := c.begin(names(80)...)
	c.start(2)
	c.do(units, func() {
		if err := errors.Join(server.Stop(), server.Resume()); err != nil {
			t.Error(err)
		}
	})
	c.check(units)
}

func TestAUnitThatEndsEveryWorkerIsGivenUp(t *testing.T) {
	c := newCluster(t, postgrestest.Shared(t))
	units := c.begin("a", "poison", "never", "b")
	c.start(1)
	done := make(chan struct{})
	defer close(done)
	go func() { // as a supervisor does
		for {
			select {
			case <-done:
				return
			case <-time.After(300 * time.Millisecond):
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), workerVariable+"="+c.address, "CACHE=again", "COST=1ms")
				_ = cmd.Start()
				ended := make(chan struct{})
				go func() { _ = cmd.Wait(); close(ended) }()
				select {
				case <-ended:
				case <-done:
					_ = cmd.Process.Kill()
					return
				}
			}
		}
	}()
	results := c.do(units, nil)
	for _, unit := range units {
		result := results[unit.Repository.URL]
		if given := strings.Contains(unit.Repository.URL, "poison") || strings.Contains(unit.Repository.URL, "never"); given != (result.GivenUp != "") {
			t.Errorf("%s: %q", unit.Repository.URL, result.GivenUp)
		}
	}
}

// TestAFullDiskOfAWorkerIsNoFaultOfItsUnits has a worker with a full disk that has the
// mirrors of all, and that its supervisor starts more often than a unit is tried. The run
// does not look after what the worker leaves.
func TestAFullDiskOfAWorkerIsNoFaultOfItsUnits(t *testing.T) {
	c := newCluster(t, postgrestest.Shared(t))
	units := c.begin(names(6)...)
	if err := queue.Migrate(t.Context(), c.store.Pool()); err != nil {
		t.Fatal(err)
	}
	for _, unit := range units {
		if err := queue.Keep(t.Context(), c.store.Pool(), unit.Repository.URL, "full", 1); err != nil {
			t.Fatal(err)
		}
	}
	count := func(query string, args ...any) (n int) {
		if err := c.store.Pool().QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	c.start(1, "CACHE=full", "DISK=full")
	for deadline := time.Now().Add(30 * time.Second); count("SELECT count(*) FROM workers") == 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	timing := quick
	timing.Look = time.Hour
	run, err := queue.NewRun(t.Context(), c.store.Pool(), "p", timing)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- run.Do(t.Context(), units[0].Run, units, func(queue.Result) error { return nil }) }()
	for i := range 3 {
		if i > 0 {
			c.start(1, "CACHE=full", "DISK=full")
		}
		if err := c.workers[i].Wait(); err == nil {
			t.Error("a worker with a full disk ended without an error")
		}
		if n := count("SELECT count(*) FROM river_job WHERE attempt > 0 OR array_length(errors, 1) > 0 OR queue LIKE '%-full'"); n > 0 {
			t.Errorf("after start %d, %d units have a try, or wait for this worker alone", i+1, n)
		}
	}
	c.start(1)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	c.check(units)
}

func TestNoHostHasMoreFetchesThanItMayOverAllWorkers(t *testing.T) {
	c := newCluster(t, postgrestest.Shared(t))
	var urls []string
	for i := range 45 {
		urls = append(urls, fmt.Sprintf("r%d", i))
	}
	units := c.begin(urls...)
	for i := range units {
		units[i].Repository.Host = "one"
	}
	c.start(3, "COST=30ms")
	c.do(units, nil)
	c.check(units)
	var most int
	err := c.store.Pool().QueryRow(t.Context(), "SELECT max(now) FROM (SELECT sum(begun) OVER (ORDER BY id) AS now FROM fetching) AS all_times").Scan(&most)
	if err != nil || most > 3 || most < 2 {
		t.Errorf("%d fetches of one host at once, want up to 3: %v", most, err)
	}
}

// TestARepositoryComesBackToTheWorkerThatHasItsMirror runs twice with the same workers.
func TestARepositoryComesBackToTheWorkerThatHasItsMirror(t *testing.T) {
	c := newCluster(t, postgrestest.Shared(t))
	c.start(2)
	first := c.begin(names(40)...)
	c.do(first, nil)
	places := func() map[string]string {
		all := map[string]string{}
		rows, err := c.store.Pool().Query(t.Context(), "SELECT url, cache FROM places")
		if err != nil {
			t.Fatal(err)
		}
		var url, cache string
		if _, err := pgx.ForEachRow(rows, []any{&url, &cache}, func() error { all[url] = cache; return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := places()
	second := c.begin(names(40)...)
	c.do(second, nil)
	c.check(second)
	came, counts := 0, map[string]int{}
	for url, cache := range places() {
		counts[cache]++
		if before[url] == cache {
			came++
		}
	}
	if came < 30 {
		t.Errorf("%d of 40 came back; %v", came, counts)
	}
}

// TestAWorkerIsCutFromTheDatabase lets bytes through no more, in neither direction and
// without a word, and later again.
func TestAWorkerIsCutFromTheDatabase(t *testing.T) {
	server := postgrestest.Shared(t)
	c := newCluster(t, server)
	units := c.begin(names(60)...)
	relay := newRelay(t, "127.0.0.1", server.Port())
	cut := strings.Replace(c.address, ":"+strconv.Itoa(server.Port()), ":"+strconv.Itoa(relay.port), 1)
	c.command(exec.Command(os.Args[0]), cut)
	c.start(1)
	c.do(units, func() {
		relay.silent.Store(true)
		time.AfterFunc(2*quick.Silence, func() { relay.silent.Store(false) })
	})
	c.check(units)
	second := c.begin(names(20)...)
	c.do(second, nil)
	c.check(second)
}

// relay passes connections at an address on to a port of this machine, unless it is silent.
type relay struct {
	port   int
	silent atomic.Bool
}

func newRelay(t *testing.T, at string, to int) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", at+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	r := &relay{port: listener.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(to))
			if err != nil {
				_ = from.Close()
				continue
			}
			go r.pass(from, server)
			go r.pass(server, from)
		}
	}()
	return r
}

func (r *relay) pass(from io.ReadCloser, to io.WriteCloser) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		for r.silent.Load() {
			time.Sleep(20 * time.Millisecond)
		}
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
	}
}

func TestStatusSaysWhatGoesOn(t *testing.T) {
	c := newCluster(t, postgrestest.Shared(t))
	units := c.begin(names(5)...)
	c.start(1)
	c.do(units, nil)
	state, err := queue.Status(t.Context(), c.store.Pool())
	if err != nil || state.Run != units[0].Run || state.Done != 5 || len(state.Workers) != 1 || !state.Workers[0].Alive || state.Oldest != "2026-01-02T23:59:59Z" {
		t.Errorf("%+v, %v", state, err)
	}
}
