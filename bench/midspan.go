package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
)

// midspan is the program under measurement.
type midspan struct {
	isolation
	program  string
	corpus   corpus
	database database
	day      time.Time // the same as-of for all runs, even past midnight
}

// midspanUsage is the usage of its runs.
type midspanUsage struct {
	cold         usage // empty store: index, scan, match, assess, publish
	again        usage // the same once more: nothing changed
	smallChanged usage // one record of the smallest ecosystem changed
	largeChanged usage // one record of the largest ecosystem changed
	index        usage // index build alone
	ready        usage // empty store beside that index
	scanned      int   // repositories
	findings     findings
}

func (m midspan) all(ctx context.Context, folder string) (midspanUsage, error) {
	var u midspanUsage
	change := func(ecosystem string) error { return m.database.change(ctx, ecosystem) }
	store, ready := filepath.Join(folder, "cold"), filepath.Join(folder, "ready")
	steps := []struct {
		into   *usage
		before func() error
		store  string
		args   []string
	}{
		{&u.cold, nil, store, m.runArgs("--advisories=" + m.database.folder)},
		{&u.again, nil, store, m.runArgs("--advisories=" + m.database.folder)},
		{&u.smallChanged, func() error { return change(m.database.smallest().name) }, store, m.runArgs("--advisories=" + m.database.folder)},
		{&u.largeChanged, func() error { return change(m.database.largest().name) }, store, m.runArgs("--advisories=" + m.database.folder)},
		{&u.index, nil, ready, []string{"advisories", "import", m.database.folder}},
		{&u.ready, nil, ready, m.runArgs()},
	}
	for _, step := range steps {
		if step.before != nil {
			if err := step.before(); err != nil {
				return u, err
			}
		}
		used, output, err := m.start(ctx, step.store, step.args)
		if err != nil {
			return u, err
		}
		*step.into = used
		u.scanned = max(u.scanned, output.Summary.Scanned) // the index build reports none
	}
	var err error
	u.findings, err = readReport(filepath.Join(ready, "report", "report.json"))
	return u, err
}

func (m midspan) runArgs(more ...string) []string {
	return append([]string{"run", "--offline", "--catalog=" + m.corpus.catalog, "--mirror=" + m.corpus.mirrors, "--as-of=" + m.day.UTC().Format(time.DateOnly)},
		more...)
}

// runOutput is the part of a run's JSON that is used.
type runOutput struct {
	Summary struct {
		Scanned int
	}
}

func (m midspan) start(ctx context.Context, store string, args []string) (usage, runOutput, error) {
	var out bytes.Buffer
	var output runOutput
	args = append(args, "--quiet", "--json", "--store="+store, "--out="+filepath.Join(store, "report"))
	used, err := m.run(ctx, command{program: m.program, args: args, stdout: &out, exits: []int{3}}) // 3: done, with gaps
	if err != nil {
		return used, output, err
	}
	if err := json.Unmarshal(out.Bytes(), &output); err != nil {
		return used, output, fmt.Errorf("midspan %s: its answer: %w", args[0], err)
	}
	return used, output, nil
}

// comparison is one round, or the cheapest of several.
type comparison struct {
	peers peersUsage
	ours  midspanUsage
}

// merge takes the cheaper usage of each step; the findings are those of the last round.
func (c comparison) merge(next comparison) comparison {
	for _, pair := range [][2]*usage{
		{&next.peers.export, &c.peers.export}, {&next.peers.osvScanner, &c.peers.osvScanner},
		{&next.peers.scorecard, &c.peers.scorecard}, {&next.peers.gitLog, &c.peers.gitLog},
		{&next.ours.cold, &c.ours.cold}, {&next.ours.again, &c.ours.again}, {&next.ours.index, &c.ours.index}, {&next.ours.ready, &c.ours.ready},
		{&next.ours.smallChanged, &c.ours.smallChanged}, {&next.ours.largeChanged, &c.ours.largeChanged},
	} {
		*pair[0] = cheaper(*pair[1], *pair[0])
	}
	next.peers.together.usage = cheaper(c.peers.together.usage, next.peers.together.usage)
	return next
}
