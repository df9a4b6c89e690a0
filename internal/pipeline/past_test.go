package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
)

// pastOfTwo is a pipeline and the addresses of a repository that was busy until June 2024, and
// of one that cannot be read.
func pastOfTwo(t *testing.T) (*Pipeline, []string) {
	t.Helper()
	cfg := testConfig(t)
	cfg.Mirror = busyThenSilent(t)
	cfg.AsOf = "2026-06-01"
	return newPipeline(t, cfg), []string{"https://forge.example/o/work", "https://forge.example/o/gone"}
}

func TestABacktestCountsWhatItCouldNotReadAndSaysUntilWhenItSaw(t *testing.T) {
	p, urls := pastOfTwo(t)
	options := BacktestOptions{Step: 3, Seen: 80, Options: backtest.Options{Seed: 1, Draws: 20}}
	risk, err := p.Backtest(t.Context(), urls, options)
	if err != nil {
		t.Fatal(err)
	}
	if n := risk.Numbers; risk.End != "2026-06-01" || n.Repositories != 1 || n.Points == 0 || n.Silent == 0 || n.SilentRepositories != 1 || n.Owners != 1 {
		t.Errorf("until %s it found %+v, want a repository of one owner with points that fell silent", risk.End, n)
	}
	if risk.Unread[observation.CauseNotFound] != 1 || len(risk.Unread) != 1 {
		t.Errorf("unread are %v, want one that was not found", risk.Unread)
	}
	stages, err := p.BacktestStages(t.Context(), urls, options)
	if err != nil {
		t.Fatal(err)
	}
	if stages.Repositories != 1 || stages.UnreadTimes != 0 || len(stages.Tables) == 0 || stages.Unread[observation.CauseNotFound] != 1 {
		t.Errorf("of stages it found %+v", stages)
	}
	if _, err := p.store.Latest(t.Context(), store.Started, store.Assessed); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a backtest stored a run: %v", err)
	}
}

// Without catalogs and addresses it looks at the repositories of the newest run.
func TestABacktestOfTheNewestRunReadsItsRepositories(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror = busyThenSilent(t)
	runOn(t, cfg, asOf)
	p := newPipeline(t, cfg)
	list, err := p.backtestRepositories(t.Context(), nil)
	if err != nil || len(list) != 1 || list[0].URL != "https://forge.example/o/work" {
		t.Errorf("it would read %v (%v)", list, err)
	}
}

func TestABacktestThatCannotBeMadeSaysWhy(t *testing.T) {
	p, urls := pastOfTwo(t)
	if _, err := p.Backtest(t.Context(), urls, BacktestOptions{Step: 3, Seen: 80, Against: "gone.yaml"}); err == nil || !strings.Contains(err.Error(), "read the rules") {
		t.Errorf("rules that are not there: err = %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Backtest(ended, urls, BacktestOptions{Step: 3, Seen: 80}); !errors.Is(err, context.Canceled) {
		t.Errorf("one that is interrupted: err = %v", err)
	}
	if _, err := p.BacktestStages(ended, urls, BacktestOptions{Step: 3, Seen: 80}); !errors.Is(err, context.Canceled) {
		t.Errorf("one of stages that is interrupted: err = %v", err)
	}
	p.cfg.Only = "nothing of that name"
	if _, err := p.Backtest(t.Context(), urls, BacktestOptions{Step: 3, Seen: 80}); err == nil || !strings.Contains(err.Error(), "no goods to look back on") {
		t.Errorf("no goods: err = %v", err)
	}
	empty, err := newPipeline(t, testConfig(t)).Backtest(t.Context(), []string{"https://forge.example/o/gone"}, BacktestOptions{Step: 3, Seen: 80})
	if err != nil || empty.End != "" || empty.Numbers.Points != 0 {
		t.Errorf("where no mirror could be read it says %+v (%v), want no end", empty.Looked, err)
	}
}
