package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// together is the peers' best use: one osv-scanner over all checkouts, which reads the
// database once.
type together struct {
	usage
	found int
	// loop is the share of its time, from 0 to 1, that goes into one loop: as it reads the
	// database, each record's packages are looked for in a list of all packages, where a set
	// would do. Negative where there is no profile.
	loop float64
}

// loopFunction is the end of the name of the function with that loop.
const loopFunction = "osvlocal.mightAffectPackages"

// mended is the best use of the peers without the loop, by the profile.
func (p peersUsage) mended() usage {
	left := p.together.usage
	left.cpu -= time.Duration(p.together.loop * float64(left.cpu))
	return left.plus(p.scorecard).plus(p.gitLog)
}

func (p peers) allAtOnce(ctx context.Context, repositories []repository, trees string) (together, error) {
	var out bytes.Buffer
	used, err := p.run(ctx, p.scan(&out, trees))
	t := together{usage: used, loop: -1}
	if err != nil {
		return t, fmt.Errorf("osv-scanner over all checkouts: %w", err)
	}
	found := findings{}
	if err := found.addOSVScanner(byFolder(trees, repositories), out.Bytes()); err != nil {
		return t, err
	}
	t.found = len(found)
	if _, err := exec.LookPath("perf"); err == nil {
		t.loop, err = p.profile(ctx, trees)
		return t, err
	}
	return t, nil
}

// byFolder names the repository of a file below the folder of all checkouts: these are named
// by their places in the list.
func byFolder(trees string, repositories []repository) func(string) string {
	return func(path string) string {
		inside, err := filepath.Rel(trees, path)
		place, _, _ := strings.Cut(filepath.ToSlash(inside), "/")
		if i, err2 := strconv.Atoi(place); err == nil && err2 == nil && i >= 0 && i < len(repositories) {
			return repositories[i].url
		}
		return path
	}
}

// profile runs the same under perf, and returns the share of the loop.
func (p peers) profile(ctx context.Context, trees string) (float64, error) {
	data := filepath.Join(p.dir, "perf.data")
	defer os.Remove(data)
	scan := p.scan(nil, trees)
	args := append([]string{"record", "--quiet", "--event=cpu-clock", "--freq=99", "-g", "--output=" + data, "--", scan.program}, scan.args...)
	if _, err := p.run(ctx, command{program: "perf", args: args, exits: scan.exits}); err != nil {
		return -1, err
	}
	var stacks bytes.Buffer
	if _, err := p.run(ctx, command{program: "perf", args: []string{"script", "--input=" + data, "--fields=comm,ip,sym"}, stdout: &stacks}); err != nil {
		return -1, err
	}
	return shareOf(&stacks, loopFunction), nil
}

// shareOf is the share of the stacks, as perf script prints them, in which a function stands
// whose name has an end.
func shareOf(stacks io.Reader, end string) float64 {
	all, with, seen := 0, 0, false
	lines := bufio.NewScanner(stacks)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), " ")
		switch {
		case line == "":
		case line[0] != '\t' && line[0] != ' ':
			all++
			seen = false
		case !seen && strings.HasSuffix(line, end):
			with++
			seen = true
		}
	}
	if all == 0 {
		return 0
	}
	return float64(with) / float64(all)
}
