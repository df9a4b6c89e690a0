package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/osv"
)

// Announce makes the pipeline say in one line what it takes from an earlier run.
func Announce(say func(text string)) Option { return func(p *Pipeline) { p.announce = say } }

func (p *Pipeline) say(text string) {
	if p.announce != nil {
		p.announce(text)
	}
}

// keep stores with a run the settings that commands on its results need again. What a policy
// turned on is among them: another policy may be asked of what was measured.
func (p *Pipeline) keep(ctx context.Context, run store.Run) error {
	// The sample is read in the store, whatever the cache is.
	withCache := !isSample(run)
	cfg := p.cfg
	TurnOn(&cfg, p.policies)
	kept, err := cfg.Keep(redact.URL, withCache)
	if err != nil {
		return fmt.Errorf("keep the settings of the run: %w", err)
	}
	return p.store.PutSettings(ctx, run.ID, kept)
}

// recall takes the settings of a run where the user names none, for a command on its
// results. Nothing of it may lie in a repository that is read where it stands.
func (p *Pipeline) recall(ctx context.Context, run store.Run) error {
	var kept config.Kept
	if err := json.Unmarshal(run.Settings, &kept); err != nil {
		return fmt.Errorf("read the settings of run %d: %w", run.ID, err)
	}
	named := p.cfg.Advisories
	taken, err := p.cfg.Recall(kept)
	if err != nil {
		return fmt.Errorf("settings of run %d: %w", run.ID, err)
	}
	if named == "" {
		p.notTaken = kept.WhyNot("advisories", p.cfg.Store)
	}
	if err := p.checkRepositories(ctx, run); err != nil || len(taken) == 0 {
		return err
	}
	p.say(fmt.Sprintf("settings of run %d: %s", run.ID, strings.Join(taken, " ")))
	return p.applyRecalled(named != p.cfg.Advisories)
}

// applyRecalled opens what depends on the settings again.
func (p *Pipeline) applyRecalled(advisories bool) error {
	// The run was matched with what was fetched then: nothing newer is asked for.
	p.cfg.Offline = p.cfg.Offline || advisories && download.IsURL(p.cfg.Advisories)
	p.service = osv.Matcher{Client: httpClient(p.cfg, p.version)}
	p.addOptional()
	if p.cfg.ScorecardFull {
		p.sources = withOptional(p.sources)
	}
	rules, text, err := loadRules(p.cfg.Rules, p.nameable())
	if err != nil {
		return err
	}
	p.rules, p.rulesText = rules, text
	return resolveFolders(&p.cfg)
}

// checkRepositories returns an error where a setting names something in a repository of a
// run that is read where it stands.
func (p *Pipeline) checkRepositories(ctx context.Context, run store.Run) error {
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	return p.checkOutside(repositories)
}

// errNotMatched says what to do about a run whose packages were matched with other
// advisories than those that are open, or by another version of the program.
func (p *Pipeline) errNotMatched() error {
	if p.notTaken != "" {
		return fmt.Errorf("%s: name it again with --advisories", p.notTaken)
	}
	for _, note := range p.source.Notes() {
		if note.Cause == observation.CauseNoDatabase {
			return fmt.Errorf("the run was matched with advisories, and now: %s", note.Message)
		}
	}
	return errors.New("the run was matched with other advisories than these, or by another version of Midspan: midspan assess matches " +
		"and judges it again, or name those of the run with --advisories")
}
