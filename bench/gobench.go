package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// growth holds the results of Midspan's Go benchmarks; its maps are nil where they were
// not run.
type growth struct {
	historyRatio float64 // CPU time of a history over that of "git log"
	// In seconds, by number of goods.
	assess, portfolio, publish map[int]float64
}

// sizes are the numbers of goods of the benchmarks.
var sizes = []int{100, 1_000, 10_000}

// total is the time from measures to a report of so many goods, in seconds.
func (g growth) total(goods int) float64 {
	return g.assess[goods] + g.portfolio[goods] + g.publish[goods]
}

func runGoBenchmarks(ctx context.Context, o options, corpus corpus, logf func(string, ...any)) (growth, error) {
	var g growth
	if o.source == "" {
		return g, nil
	}
	logf("Go benchmarks")
	history, err := goBenchmark(ctx, o.source, "./scanners/maintenance", "^BenchmarkHistory$", "10x", "MIDSPAN_BENCH_REPOSITORY="+corpus.longest().mirror)
	if err != nil {
		return g, err
	}
	g.historyRatio = history["History"]["x-git-log"]
	assess, err := goBenchmark(ctx, o.source, "./internal/assess", "^BenchmarkAssess$", "3x")
	if err != nil {
		return g, err
	}
	portfolio, err := goBenchmark(ctx, o.source, "./internal/portfolio", "^BenchmarkPortfolio$", "3x")
	if err != nil {
		return g, err
	}
	publish, err := goBenchmark(ctx, o.source, "./internal/report/publish", "^BenchmarkWrite$", "3x")
	if err != nil {
		return g, err
	}
	g.assess, g.portfolio, g.publish = bySize(assess, "Assess"), bySize(portfolio, "Portfolio"), bySize(publish, "Write")
	return g, nil
}

func bySize(found map[string]map[string]float64, name string) map[int]float64 {
	seconds := map[int]float64{}
	for _, n := range sizes {
		seconds[n] = found[fmt.Sprintf("%s/%d", name, n)]["ns/op"] / 1e9
	}
	return seconds
}

// goBenchmark runs benchmarks of a package and returns their results by name and unit.
func goBenchmark(ctx context.Context, source, pkg, pattern, times string, env ...string) (map[string]map[string]float64, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench="+pattern, "-benchtime="+times, pkg)
	cmd.Dir, cmd.Env = source, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmarks of %s: %w: %s", pkg, err, lastLine(string(out)))
	}
	found := parseBenchmarks(out)
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no benchmark %s", pkg, pattern)
	}
	return found, nil
}

// processors matches the suffix that go test adds to a benchmark's name.
var processors = regexp.MustCompile(`-\d+$`)

// parseBenchmarks parses lines such as "BenchmarkWrite/100-2 3 1200 ns/op 2 MB/s".
func parseBenchmarks(out []byte) map[string]map[string]float64 {
	found := map[string]map[string]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		found[name] = map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				found[name][fields[i+1]] = value
			}
		}
	}
	return found
}
