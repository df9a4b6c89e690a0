// Package pipeline runs the stages: catalog, acquire and scan, match, assess,
// publish. Each reads what the one before stored and stores its own result, so
// each can run alone, resume after a crash and skip what has not changed.
//
// It holds no rule, no format and no git command: it calls those who do.
package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/osv"
	"github.com/midspan/midspan/scanners/registry"
)

// Pipeline holds what the stages share. Close it.
type Pipeline struct {
	cfg      config.Config
	version  string
	build    string           // names the program: two builds may bear one version
	now      func() time.Time // for durations only: results depend on as-of
	progress Progress
	store    *store.Store
	git      *gitrepo.Git
	patience fetch.Patience // with servers of repositories
	hosts    *fetch.Hosts
	given    map[string]string // the sample's mirrors that are read where they are
	rules    *assess.Rules
	// rulesText is the user's part of the rules.
	rulesText string
	scanners  []scanners.Scanner
	source    advisory.Source  // nil until openAdvisories
	service   advisory.Matcher // sends requests to OSV's service
}

// Progress hears what the pipeline does. Its methods are called from several
// goroutines, but never at once.
type Progress interface {
	// Stage says that a stage with so many units begins.
	Stage(name string, units int)
	// Done says that a unit of the stage ended: "scanned", "partial", "failed: not-found".
	Done(unit, outcome string)
	// End says that the stage is over.
	End()
}

// Silent is a Progress that says nothing.
type Silent struct{}

// Stage does nothing.
func (Silent) Stage(string, int) {}

// Done does nothing.
func (Silent) Done(string, string) {}

// End does nothing.
func (Silent) End() {}

// New opens the store and all that the stages need. version is Midspan's own;
// now is the clock that durations are taken with.
func New(ctx context.Context, cfg config.Config, version string, now func() time.Time, progress Progress) (*Pipeline, error) {
	return open(ctx, cfg, filepath.Join(cfg.Store, "midspan.db"), version, now, progress)
}

// open is New with the runs in a file of their own.
func open(ctx context.Context, cfg config.Config, runs, version string, now func() time.Time, progress Progress) (*Pipeline, error) {
	rules, rulesText, err := loadRules(cfg.Rules)
	if err != nil {
		return nil, err
	}
	// Folders are named to git, which runs elsewhere.
	if cfg.Store, err = filepath.Abs(cfg.Store); err != nil {
		return nil, err
	}
	all, err := registry.All()
	if err != nil {
		return nil, err
	}
	git, err := gitrepo.New(ctx, gitrepo.Options{
		Offline: cfg.Offline, AllowPrivate: cfg.AllowPrivate, Rewrite: cfg.Rewrite,
		MaxFiles: cfg.MaxFiles, MaxBytes: int64(cfg.MaxBytes), Wants: wants(all),
	})
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, runs)
	if err != nil {
		return nil, errors.Join(err, git.Close())
	}
	service := osv.Matcher{Client: httpClient(cfg, version)}
	patience := fetch.DefaultPatience()
	return &Pipeline{cfg: cfg, version: version, build: buildOf(version), now: now, progress: progress, store: db, git: git, patience: patience, hosts: patience.Hosts(), rules: rules, rulesText: rulesText, scanners: all, service: service}, nil
}

// httpClient is the one policy under which this run talks HTTP.
func httpClient(cfg config.Config, version string) *http.Client {
	return fetch.Client(fetch.Options{Offline: cfg.Offline, AllowPrivate: cfg.AllowPrivate, UserAgent: "midspan/" + version})
}

// loadRules lays the user's rules over the embedded ones, and returns his text.
func loadRules(path string) (*assess.Rules, string, error) {
	if path == "" {
		rules, err := assess.LoadRules(nil)
		return rules, "", err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fmt.Errorf("read the rules: %w", err)
	}
	rules, err := assess.LoadRules(data)
	if err != nil {
		return nil, "", fmt.Errorf("rules %s: %w", path, err)
	}
	return rules, string(data), nil
}

// Close releases the store and what git left in temporary folders.
func (p *Pipeline) Close() error {
	err := errors.Join(p.store.Close(), p.git.Close())
	if p.source != nil {
		err = errors.Join(err, p.source.Close())
	}
	return err
}

// Run passes through all stages and returns what was published.
func (p *Pipeline) Run(ctx context.Context, urls []string) (_ Published, err error) {
	defer func() { err = errors.Join(err, p.store.Release()) }()
	run, err := p.Begin(ctx, urls)
	if err != nil {
		return Published{}, err
	}
	if run, err = p.judge(ctx, run); err != nil {
		return Published{}, err
	}
	if published, stands, err := p.standing(ctx, run); err != nil || stands {
		return published, err
	}
	return p.Publish(ctx, run)
}

// judge passes a run through the stages from its goods to their verdicts. Where
// an earlier run read the very same, it returns that one: nothing is judged or
// published twice.
func (p *Pipeline) judge(ctx context.Context, run store.Run) (store.Run, error) {
	if err := p.Scan(ctx, run); err != nil {
		return run, err
	}
	if err := p.Match(ctx, run); err != nil {
		return run, err
	}
	inputs, err := p.inputs(ctx, run)
	if err != nil {
		return run, err
	}
	judged, err := p.store.Adopt(ctx, run, inputs)
	if err != nil || judged.ID != run.ID {
		return judged, err
	}
	return run, p.assess(ctx, run, inputs)
}

// inputs names all that the verdicts of a matched run rest on.
func (p *Pipeline) inputs(ctx context.Context, run store.Run) (string, error) {
	digest, err := p.store.Digest(ctx, run.ID)
	if err != nil {
		return "", fmt.Errorf("compare with earlier runs: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%v", digest, p.source.Fingerprint(), p.basis(run), p.source.Notes()))
	return hex.EncodeToString(sum[:]), nil
}

// basis names what the verdicts of a run rest on beside what was read: the day,
// the program with its scanners, and the rules.
func (p *Pipeline) basis(run store.Run) string {
	basis := fmt.Sprintf("%s\n%s\n%q\n", run.AsOf, p.build, p.rulesText)
	for _, scanner := range p.scanners {
		basis += fmt.Sprintf("%q %q %q\n", scanner.Name(), scanner.Version(), scanner.Configuration())
	}
	return basis
}

// buildOf names the running program.
func buildOf(version string) string {
	if program, err := os.Executable(); err == nil {
		if info, err := os.Stat(program); err == nil {
			return fmt.Sprintf("%s %d %d", version, info.Size(), info.ModTime().UnixNano())
		}
	}
	return version
}

// Resume returns the newest run that a stage can work on, or an error that
// says which command comes first.
func (p *Pipeline) Resume(ctx context.Context, command string, states ...store.State) (store.Run, error) {
	if err := p.store.Claim(); err != nil {
		return store.Run{}, err
	}
	run, err := p.store.Latest(ctx, states...)
	if errors.Is(err, store.ErrNone) {
		return store.Run{}, fmt.Errorf("the store %s holds no run to work on: use %s first", p.cfg.Store, command)
	}
	return run, err
}

// at is the time of which a snapshot's measures speak: the day of the run, or
// the day on which the mirror was last fetched, whichever is earlier.
func at(asOf, observedUntil time.Time) time.Time {
	if seen := config.EndOfDay(observedUntil); seen.Before(asOf) {
		return seen
	}
	return asOf
}
