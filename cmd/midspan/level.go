package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/redact"
)

// levelOf is the level of messages on standard error: that of -q or -v, or else the setting.
func (a *app) levelOf(setting string) string {
	switch {
	case a.quiet:
		return config.LevelWarn
	case a.verbose:
		return config.LevelDebug
	}
	return setting
}

// say prints a line on what a command works with.
func (a *app) say(text string) {
	if a.level != config.LevelError {
		fmt.Fprintf(a.stderr, "midspan: %s\n", printable(redact.Text(text)))
	}
}

// sayWhatIsInForce says with -v what the command works with, which is asked first where
// something surprises. kept is set where it keeps a run.
func (a *app) sayWhatIsInForce(cfg config.Config, kept bool) {
	if a.level != config.LevelDebug || a.logs {
		return
	}
	a.say("version " + version())
	if kept {
		a.say(fmt.Sprintf("store %s; report %s", cfg.Store, cfg.Out))
	}
	a.say(fmt.Sprintf("as of %s; cache %s; %d jobs; offline %t", cfg.AsOf, cmp.Or(cfg.Cache, "none"), cfg.Jobs, cfg.Offline))
	a.say(fmt.Sprintf("catalog %s; advisories %s", cmp.Or(strings.Join(cfg.Catalog, ", "), "none named"), cmp.Or(cfg.Advisories, "those of the cache")))
}

// timedProgress is progress for those who look for what takes long: each line has the
// seconds since the beginning, and each stage its own.
type timedProgress struct {
	lineProgress
	now         func() time.Time
	begun, last time.Time
}

func (t *timedProgress) stamp() { fmt.Fprintf(t.out, "%8.2fs ", t.now().Sub(t.begun).Seconds()) }

func (t *timedProgress) Stage(name string, units int) {
	t.last = t.now()
	t.stamp()
	fmt.Fprintf(t.out, "%s: %d to do\n", name, units)
	t.stage, t.done, t.units = name, 0, max(units, 1) // of a stage of an unknown number each unit is printed too
}

func (t *timedProgress) Done(unit, outcome string) {
	t.stamp()
	t.lineProgress.Done(unit, outcome)
}

func (t *timedProgress) End() {
	t.stamp()
	fmt.Fprintf(t.out, "%s took %.2fs\n", t.stage, t.now().Sub(t.last).Seconds())
}
