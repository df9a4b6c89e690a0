// Package pipeline runs the stages: catalog, ask, acquire and scan, follow, match, assess,
// publish. Each reads what the one before stored and stores its own result, so
// each can run alone, resume after a crash and skip what has not changed.
//
// It contains no rule, no format and no git command: it calls the packages that do.
package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/epss"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/internal/vex"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/registry"
)

// Pipeline holds what the stages share. It must be closed.
type Pipeline struct {
	cfg          config.Config
	version      string
	build        string           // identifies the program: two builds may have the same version
	now          func() time.Time // for durations, and the day on which forecasts are made; results depend on as-of
	progress     Progress
	store        *store.Store
	git          *gitrepo.Git
	retry        fetch.RetryPolicy // policy for fetching repositories
	breakers     *fetch.HostBreakers
	givenMirrors map[string]string // by address: the sample's mirrors that are read in place
	rules        *assess.Rules
	// rulesText is the user's part of the rules.
	rulesText string
	scanners  []scanners.Scanner
	unasked   []scanners.Scanner // that nothing asked for
	formats   []catalog.Format   // of catalogs, beside those of the package
	sources   []scanners.Source  // whose measures are declared
	mayAsk    bool               // whether they are asked at all
	policies  []*policy.Policy   // that a report is asked
	source    advisory.Source    // nil until openAdvisories has run
	ends      endoflife.Source   // of runtimes, read beside the source
	scores    epss.Data          // of vulnerabilities, read beside it too
	service   advisory.Matcher   // sends requests to OSV's online service
	inChild   bool               // repositories are read in child processes
	memory    int64              // that a child may use, in bytes; 0 for the default
	answers   *vex.Answers       // of maintainers to findings; nil has none
	placed    placedAnswers
	// queueReady is set once the tables of the queue are known to be up to date.
	queueReady atomic.Bool
	announce   func(string) // says what is taken from an earlier run; nil says nothing
	notTaken   string       // why the advisories of an earlier run are not taken, or empty
}

// Progress receives the progress of the stages. Its methods are called from several
// goroutines, but never at the same time.
type Progress interface {
	// Stage begins a stage with this number of units; 0 means unknown.
	Stage(name string, units int)
	// Done ends a unit of the stage, with its outcome: "scanned", "partial", "failed: not-found".
	Done(unit, outcome string)
	// End ends the stage.
	End()
}

// Silent is a Progress that discards everything.
type Silent struct{}

// Stage does nothing.
func (Silent) Stage(string, int) {}

// Done does nothing.
func (Silent) Done(string, string) {}

// End does nothing.
func (Silent) End() {}

// Option changes how a pipeline works, and not what it finds.
type Option func(*Pipeline)

// InChild makes the stages read repositories in child processes of this program, whose
// main function must begin with child.Main where child.Requested says so. Without it they
// are read in this process.
func InChild() Option { return func(p *Pipeline) { p.inChild = true } }

// WithAnswers shows the answers of maintainers beside the findings. No stage and no level
// depends on them.
func WithAnswers(answers *vex.Answers) Option { return func(p *Pipeline) { p.answers = answers } }

// WithScanners adds scanners of a program that uses the pipeline as a library. A child
// process knows only those of the registry: such a program reads in its own process.
func WithScanners(more ...scanners.Scanner) Option {
	return func(p *Pipeline) { p.scanners = append(slices.Clip(p.scanners), more...) }
}

// WithFormats adds formats of catalogs.
func WithFormats(more ...catalog.Format) Option { return func(p *Pipeline) { p.formats = more } }

// New opens the store and what else the stages need. version is Midspan's own; now is
// the clock for durations, and for the day on which forecasts are made.
func New(ctx context.Context, cfg config.Config, version string, now func() time.Time, progress Progress, options ...Option) (*Pipeline, error) {
	all, err := registry.All()
	if err != nil {
		return nil, err
	}
	if err := resolveFolders(&cfg); err != nil {
		return nil, err
	}
	retry := fetch.DefaultRetryPolicy()
	p := &Pipeline{cfg: cfg, version: version, build: buildOf(version), now: now, progress: progress, retry: retry, breakers: retry.NewHostBreakers(),
		scanners: all, sources: registry.Sources(nil), service: osv.Matcher{Client: httpClient(cfg, version)}}
	for _, option := range options {
		option(p)
	}
	p.addOptional()
	if p.rules, p.rulesText, err = loadRules(cfg.Rules, p.nameable()); err != nil {
		return nil, err
	}
	git, err := gitrepo.New(ctx, gitrepo.Options{
		Offline: cfg.Offline, AllowPrivate: cfg.AllowPrivate, Rewrite: cfg.Rewrite,
		MaxFiles: cfg.MaxFiles, MaxBytes: int64(cfg.MaxBytes), Wants: scanners.CombinedWants(p.scanners),
	})
	if err != nil {
		return nil, err
	}
	db, err := openStore(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, git.Close())
	}
	p.store, p.git = db, git
	return p, nil
}

// openStore opens the configured store.
func openStore(ctx context.Context, cfg config.Config) (*store.Store, error) {
	if cfg.Database != "" {
		return store.OpenPostgres(ctx, cfg.Database, storeConnections+cfg.Jobs)
	}
	return store.Open(ctx, filepath.Join(cfg.Store, "midspan.db"))
}

const (
	// storeConnections are those to PostgreSQL that a process has beside one for each unit of
	// work: for the lock, the queue and what it reads in between.
	storeConnections = 10
	// maxRules bounds a file of rules, in bytes.
	maxRules = 8 << 20
)

// httpClient returns a client under the HTTP policy of this run.
func httpClient(cfg config.Config, version string) *http.Client {
	return fetch.Client(httpOptions(cfg, version))
}

// httpOptions are that policy, and how Midspan introduces itself to servers.
func httpOptions(cfg config.Config, version string) fetch.Options {
	contact := cmp.Or(cfg.Contact, "https://github.com/midspan/midspan")
	if !strings.Contains(contact, "://") {
		contact = "mailto:" + contact // by which ecosyste.ms knows those who can be reached
	}
	return fetch.Options{Offline: cfg.Offline, AllowPrivate: cfg.AllowPrivate, UserAgent: fmt.Sprintf("midspan/%s (+%s)", version, contact)}
}

// loadRules merges the user's rules into the embedded ones. It returns the user's text
// too.
func loadRules(path string, definitions []observation.Definition) (*assess.Rules, string, error) {
	if path == "" {
		rules, err := assess.LoadRules(nil, definitions)
		return rules, "", err
	}
	data, err := files.ReadInput(path, maxRules)
	if err != nil {
		return nil, "", fmt.Errorf("read the rules: %w", err)
	}
	rules, err := assess.LoadRules(data, definitions)
	if err != nil {
		return nil, "", fmt.Errorf("rules %s: %w", path, err)
	}
	return rules, string(data), nil
}

// Close closes the store and removes git's temporary folders.
func (p *Pipeline) Close() error {
	err := errors.Join(p.store.Close(), p.git.Close())
	if p.source != nil {
		err = errors.Join(err, p.source.Close())
	}
	return err
}

// Run runs all stages and returns what was published.
func (p *Pipeline) Run(ctx context.Context, urls []string) (_ Published, err error) {
	defer func() { err = errors.Join(err, p.store.Unlock()) }()
	run, err := p.Begin(ctx, urls)
	if err != nil {
		return Published{}, err
	}
	if run, err = p.assessRun(ctx, run); err != nil {
		return Published{}, err
	}
	if err := p.openPolicies(); err != nil {
		return Published{}, err
	}
	if published, current, err := p.upToDate(ctx, run); err != nil || current {
		return published, err
	}
	return p.Publish(ctx, run)
}

// assessRun runs the stages from ask to assess. Where an earlier run read the same
// inputs, it returns that run: nothing is assessed or published twice.
func (p *Pipeline) assessRun(ctx context.Context, run store.Run) (store.Run, error) {
	if err := p.Ask(ctx, run); err != nil {
		return run, err
	}
	if err := p.Scan(ctx, run); err != nil {
		return run, err
	}
	if err := p.Follow(ctx, run); err != nil {
		return run, err
	}
	if err := p.Match(ctx, run); err != nil {
		return run, err
	}
	inputs, err := p.inputsDigest(ctx, run)
	if err != nil {
		return run, err
	}
	earlier, err := p.store.ReplaceByIdentical(ctx, run, inputs)
	if err != nil {
		return earlier, err
	}
	if earlier.ID != run.ID {
		p.say(fmt.Sprintf("nothing changed: the results of run %d, as of %s, are kept", earlier.ID, earlier.AsOf.Format(time.DateOnly)))
		return earlier, p.keep(ctx, earlier)
	}
	return run, p.assess(ctx, run, inputs)
}

// inputsDigest returns a digest of everything that the verdicts of a matched run depend
// on.
func (p *Pipeline) inputsDigest(ctx context.Context, run store.Run) (string, error) {
	digest, err := p.store.RunDigest(ctx, run.ID)
	if err != nil {
		return "", fmt.Errorf("compare with earlier runs: %w", err)
	}
	record, err := p.store.LastSeal(ctx, run.CatalogID, run.AsOf)
	if err != nil {
		return "", fmt.Errorf("look for earlier forecasts: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%v\n%s", digest, p.source.Fingerprint(), p.settingsKey(run), p.source.Notes(), record))
	return hex.EncodeToString(sum[:]), nil
}

// settingsKey names what the verdicts of a run depend on besides the scans and the
// advisories: the day, the program with its scanners, the rules, the ends of runtimes, and the
// scores of EPSS.
func (p *Pipeline) settingsKey(run store.Run) string {
	key := fmt.Sprintf("%s\n%s\n%q\n%q %q\n%s %d\n", run.AsOf, p.build, p.rulesText, p.ends.Digest(), p.ends.Problem,
		p.scores.Day.Format(time.DateOnly), p.scores.Len())
	for _, scanner := range p.scanners {
		key += fmt.Sprintf("%q %q %q\n", scanner.Name(), scanner.Version(), scanner.Configuration())
	}
	for _, source := range p.sources {
		key += fmt.Sprintf("%q %q\n", source.Name(), source.Version())
	}
	return key
}

// buildOf identifies the running program.
func buildOf(version string) string {
	if program, err := os.Executable(); err == nil {
		if info, err := os.Stat(program); err == nil {
			return fmt.Sprintf("%s %d %d", version, info.Size(), info.ModTime().UnixNano())
		}
	}
	return version
}

// Resume returns the newest run in one of the states, whose settings it takes where the user
// names none. Where there is no run, the error names the command to run first. Where the run
// may be one that is not assessed, it locks the store: another process may be at work on it.
func (p *Pipeline) Resume(ctx context.Context, command string, states ...store.State) (store.Run, error) {
	if slices.ContainsFunc(states, func(state store.State) bool { return state != store.Assessed }) {
		if err := p.store.Lock(); err != nil {
			return store.Run{}, err
		}
	}
	run, err := p.store.Latest(ctx, states...)
	if errors.Is(err, store.ErrNotFound) {
		return store.Run{}, fmt.Errorf("the store %s holds no run to work on: use %s first", p.store.Name(), command)
	}
	if err != nil {
		return run, err
	}
	return run, p.recall(ctx, run)
}

// measuredAt is the time of a snapshot's measures: the day of the run, or the day of the
// mirror's last fetch, whichever is earlier.
func measuredAt(asOf, observedUntil time.Time) time.Time {
	if observed := config.EndOfDay(observedUntil); observed.Before(asOf) {
		return observed
	}
	return asOf
}
