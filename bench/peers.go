package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
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
	together                      together
	incomplete                    int // repositories whose mirrors lack files
	findings                      findings
	failed                        []string // errors of programs, by repository
}

// all is the usage of the loop without the export.
func (p peersUsage) all() usage { return p.osvScanner.plus(p.scorecard).plus(p.gitLog) }

// best is the least that the peers take: osv-scanner over all checkouts at once.
func (p peersUsage) best() usage { return p.together.plus(p.scorecard).plus(p.gitLog) }

// loop runs the peers over each repository, and osv-scanner once more over all checkouts,
// which stand in a folder until then.
func (p peers) loop(ctx context.Context, repositories []repository, trees string, logf func(string, ...any)) (peersUsage, error) {
	total := peersUsage{findings: findings{}}
	defer os.RemoveAll(trees)
	for i, r := range repositories {
		before := total.all().cpu
		if err := p.one(ctx, r, filepath.Join(trees, strconv.Itoa(i)), &total); err != nil {
			return total, fmt.Errorf("the peers' loop over %s: %w", r.url, err)
		}
		logf("  %s: %.1f s of CPU", r.url, (total.all().cpu - before).Seconds())
	}
	var err error
	total.together, err = p.allAtOnce(ctx, repositories, trees)
	logf("  osv-scanner over all at once: %.1f s of CPU", total.together.cpu.Seconds())
	return total, err
}

// one runs the programs over one repository. Errors of a program are noted, and its time
// counts.
func (p peers) one(ctx context.Context, r repository, tree string, total *peersUsage) error {
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
		{&total.osvScanner, p.scan(&found, tree)},
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
	if err := total.findings.addOSVScanner(func(string) string { return r.url }, found.Bytes()); err != nil {
		total.failed = append(total.failed, fmt.Sprintf("%s: %v", r.url, err))
	}
	return nil
}

// scan is osv-scanner over a folder.
func (p peers) scan(out io.Writer, folder string) command {
	return command{program: p.osvScanner, stdout: out, exits: []int{1, 128}, // vulnerabilities found; no packages found
		args: []string{"scan", "source", "--offline", "--recursive", "--format=json", "--local-db-path=" + p.database, folder}}
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
