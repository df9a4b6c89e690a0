package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// checks are the Scorecard checks that only read files and need no network. Fuzzing
// reads files too, but its command queries OSS-Fuzz first and gives up without a reply.
// So the peer does not run it, while Midspan does.
var checks = []string{
	"Binary-Artifacts", "Dangerous-Workflow", "Dependency-Update-Tool", "License", "Packaging",
	"Pinned-Dependencies", "SAST", "Security-Policy", "Token-Permissions",
}

// peers are the programs that a person would use, one after the other.
type peers struct {
	isolation
	osvScanner, scorecard string
	database              string // folder in osv-scanner's layout
}

// peersUsage is the usage of the loop over all repositories.
type peersUsage struct {
	export                        usage // writing the files at HEAD into a folder; not counted in all
	osvScanner, scorecard, gitLog usage
	incomplete                    int // repositories whose mirrors lack files
	findings                      findings
	failed                        []string // errors of programs, by repository
}

// all is the usage of the loop without the export.
func (p peersUsage) all() usage { return p.osvScanner.plus(p.scorecard).plus(p.gitLog) }

func (p peers) loop(ctx context.Context, repositories []repository, tree string, logf func(string, ...any)) (peersUsage, error) {
	total := peersUsage{findings: findings{}}
	for _, r := range repositories {
		before := total.all().cpu
		if err := p.one(ctx, r, tree, &total); err != nil {
			return total, fmt.Errorf("the peers' loop over %s: %w", r.url, err)
		}
		logf("  %s: %.1f s of CPU", r.url, (total.all().cpu - before).Seconds())
	}
	return total, nil
}

// one runs the programs over one repository. Errors of a program are noted, and its time
// counts.
func (p peers) one(ctx context.Context, r repository, tree string, total *peersUsage) error {
	defer os.RemoveAll(tree)
	export, err := p.export(ctx, r, tree)
	total.export = total.export.plus(export)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil { // the files that the mirror has are written anyway
		total.incomplete++
	}
	var found bytes.Buffer
	steps := []struct {
		into *usage
		command
	}{
		{&total.osvScanner, command{program: p.osvScanner, stdout: &found, exits: []int{1, 128}, // vulnerabilities found; no packages found
			args: []string{"scan", "source", "--offline", "--recursive", "--format=json", "--local-db-path=" + p.database, tree}}},
		{&total.scorecard, command{program: p.scorecard,
			args: []string{"--local=" + tree, "--checks=" + strings.Join(checks, ","), "--format=json"}}},
		{&total.gitLog, command{program: "git",
			args: []string{"--git-dir=" + r.mirror, "log", "--use-mailmap", "--format=%H%x00%P%x00%at%x00%ct%x00%aN%x00%aE"}}},
	}
	for _, step := range steps {
		used, err := p.run(ctx, step.command)
		*step.into = step.into.plus(used)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			total.failed = append(total.failed, fmt.Sprintf("%s: %v", r.url, err))
		}
	}
	if err := total.findings.addOSVScanner(r.url, found.Bytes()); err != nil {
		total.failed = append(total.failed, fmt.Sprintf("%s: %v", r.url, err))
	}
	return nil
}

// export writes the files at HEAD into a folder, without a repository in it.
func (p peers) export(ctx context.Context, r repository, tree string) (usage, error) {
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return usage{}, err
	}
	index := filepath.Join(p.dir, "index")
	defer os.Remove(index)
	var total usage
	for _, args := range [][]string{{"read-tree", "HEAD"}, {"checkout-index", "--all", "--force", "--quiet"}} {
		used, err := p.run(ctx, command{program: "git", env: []string{"GIT_INDEX_FILE=" + index},
			args: append([]string{"--git-dir=" + r.mirror, "--work-tree=" + tree, "-c", "core.bare=false"}, args...)})
		total = total.plus(used)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
