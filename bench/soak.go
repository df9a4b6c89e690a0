package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// soakCommand is the first argument of "bench soak": one run of Midspan over thousands
// of generated repositories, watched for memory that grows and files that are left.
// "make soak" starts it; docs/reliability.md has the results.
const soakCommand = "soak"

func soakMain(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	program := flags.String("midspan", "bin/midspan", "the Midspan `program`")
	goods := flags.Int("goods", 5000, "`number` of repositories to generate and read")
	jobs := flags.Int("jobs", 2, "`number` of repositories to work on at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	midspan, err := filepath.Abs(*program)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "midspan-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	fmt.Fprintf(stderr, "making %d repositories in %s\n", *goods, work)
	if err := writeSoakMirrors(ctx, work, *goods, *jobs); err != nil {
		return err
	}
	fmt.Fprintln(stderr, "running Midspan over them")
	result, err := soakRun(ctx, midspan, work, *goods, *jobs)
	if err != nil {
		return err
	}
	return result.print(stdout)
}

// writeSoakMirrors writes the mirrors, a catalog of them and a few advisories.
func writeSoakMirrors(ctx context.Context, work string, goods, jobs int) error {
	catalog := []byte("name,url\n")
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i := range goods {
		catalog = fmt.Appendf(catalog, "good %05d,https://forge.example/soak%d/good%05d\n", i, i%40, i)
		group.Go(func() error {
			return writeSoakMirror(groupCtx, filepath.Join(work, "mirrors", fmt.Sprintf("soak%d+good%05d", i%40, i)), i)
		})
	}
	advisories := filepath.Join(work, "osv", "npm")
	err := errors.Join(group.Wait(), os.MkdirAll(advisories, 0o755), os.MkdirAll(filepath.Join(work, "tmp"), 0o755),
		os.WriteFile(filepath.Join(work, "goods.csv"), catalog, 0o644))
	for i := range 100 {
		name, text := generate(25 * i)
		err = errors.Join(err, os.WriteFile(filepath.Join(advisories, name), []byte(text), 0o644))
	}
	return err
}

// writeSoakMirror writes a bare mirror with a history of its own.
func writeSoakMirror(ctx context.Context, dir string, i int) error {
	for _, folder := range []string{"objects", "refs"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return err
		}
	}
	err := errors.Join(os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "config"), []byte("[core]\n\trepositoryformatversion = 0\n\tbare = true\n"), 0o644))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "git", "fast-import", "--quiet")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_DIR=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull}
	cmd.Stdin = bytes.NewReader(soakHistory(i))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make a mirror: %w: %s", err, out)
	}
	return nil
}

// soakHistory is the input of fast-import: eight commits of up to four people, one
// release, a lockfile and other files that a repository of a good has.
func soakHistory(i int) []byte {
	var w bytes.Buffer
	data := func(text string) { fmt.Fprintf(&w, "data %d\n%s\n", len(text), text) }
	for c := range 8 {
		who, when := (i+c*(1+i%4))%4, 1_740_000_000+(i%97)*86_400+c*86_400*(20+i%30)
		fmt.Fprintf(&w, "commit refs/heads/main\nmark :%d\ncommitter Dev %d <dev%d@team%d.example> %d +0000\n", c+1, who, who, i, when)
		data(fmt.Sprintf("Change %d of %d", c, i))
		files := map[string]string{"README.md": fmt.Sprintf("# Good %d\n\nStep %d\n", i, c)}
		if c == 0 {
			files["LICENSE"], files["package.json"] = "MIT License\n", fmt.Sprintf(`{"name":"good-%d","version":"1.0.0"}`, i)
			files["package-lock.json"], files["src/main.js"] = soakLock(i), fmt.Sprintf("module.exports = %d\n", i)
			files[".github/workflows/ci.yml"] = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n"
		}
		for path, text := range files {
			fmt.Fprintf(&w, "M 100644 inline %s\n", path)
			data(text)
		}
	}
	fmt.Fprintf(&w, "tag v1.0.%d\nfrom :4\ntagger Dev 0 <dev0@team%d.example> %d +0000\n", i, i, 1_745_000_000+i)
	data("release")
	return w.Bytes()
}

func soakLock(i int) string {
	packages := `"":{"name":"good"}`
	for p := range 12 {
		packages += fmt.Sprintf(`,"node_modules/part-%d-%d":{"version":"1.%d.%d"}`, p, (i*7+p)%300, p, i%9)
	}
	return `{"name":"good","lockfileVersion":3,"packages":{` + packages + `}}`
}

// memorySample is the state of the run at one time.
type memorySample struct {
	stage string
	done  int // units of the stage
	// Resident memory in bytes: of the process, and with its children. files is the
	// number of its open descriptors.
	process, withChildren int64
	files                 int
	cpu                   time.Duration // user and system, with the children that ended
}

// soakResult is the result of a run.
type soakResult struct {
	goods, scanned int
	used           usage
	samples        []memorySample
	leftovers      []string
}

// soakRun runs Midspan in a folder of its own and samples it.
func soakRun(ctx context.Context, program, work string, goods, jobs int) (soakResult, error) {
	cmd := exec.CommandContext(ctx, program, "run", "--offline", "--as-of=2026-06-30", "--jobs="+strconv.Itoa(jobs), "--catalog="+filepath.Join(work, "goods.csv"),
		"--mirror="+filepath.Join(work, "mirrors", "{owner}+{name}"), "--advisories="+filepath.Join(work, "osv"), "--store="+filepath.Join(work, "store"),
		"--out="+filepath.Join(work, "out"))
	cmd.Dir, cmd.Env = work, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + work, "TMPDIR=" + filepath.Join(work, "tmp")}
	progress, err := cmd.StderrPipe()
	if err != nil {
		return soakResult{}, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return soakResult{}, err
	}
	s := soakResult{goods: goods}
	last := s.follow(progress, cmd.Process.Pid)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 { // gaps: the database knows one ecosystem
		err = nil
	}
	if err != nil {
		return s, fmt.Errorf("midspan: %w: %s", err, last)
	}
	s.used = usage{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), largestProcess: peakMemory(cmd.ProcessState)}
	s.leftovers, err = findLeftovers(work)
	return s, err
}

// follow reads the progress and takes a sample at each tick, until the run ends. It
// returns the last line.
func (s *soakResult) follow(progress io.Reader, pid int) string {
	var mu sync.Mutex
	current, last := memorySample{}, ""
	ended := make(chan struct{})
	var sampling sync.WaitGroup
	sampling.Go(func() {
		ticks := time.NewTicker(200 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticks.C:
				mu.Lock()
				next := current
				mu.Unlock()
				next.process, next.withChildren, next.files, next.cpu = residentMemory(pid), 0, openFiles(pid), processorTime(pid)
				if next.withChildren = next.process; next.process > 0 && next.files > 0 {
					for _, child := range children()[pid] {
						next.withChildren += residentMemory(child)
					}
					s.samples = append(s.samples, next)
				}
			}
		}
	})
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		mu.Lock()
		if len(fields) > 0 {
			current.stage, last = fields[0], lines.Text()
		}
		if len(fields) > 1 {
			done, _, _ := strings.Cut(fields[1], "/")
			current.done, _ = strconv.Atoi(done)
		}
		if current.stage == "scan" && strings.HasSuffix(last, ": scanned") {
			s.scanned++
		}
		mu.Unlock()
	}
	close(ended)
	sampling.Wait()
	return last
}

// residentMemory is the memory of one process in bytes; zero where there is no /proc.
func residentMemory(pid int) int64 {
	data, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

func openFiles(pid int) int {
	entries, _ := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	return len(entries)
}

// processorTime is the CPU time of a process and of its children that ended. The kernel
// counts in hundredths of a second.
func processorTime(pid int) time.Duration {
	data, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	var ticks int64
	for i := 11; i < 15 && i < len(fields); i++ {
		n, _ := strconv.ParseInt(fields[i], 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// findLeftovers lists files that a run should have removed: temporary files, unfinished
// files, and journals of the database.
func findLeftovers(work string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(work, path)
		top, rest, below := strings.Cut(filepath.ToSlash(name), "/")
		switch {
		case top == "mirrors" || top == "osv":
			return fs.SkipDir
		case below && top == "tmp", below && isDraft(filepath.Base(rest)), strings.HasSuffix(name, "-wal"), strings.HasSuffix(name, "-shm"),
			strings.HasSuffix(name, "-journal"), strings.HasSuffix(name, ".tmp"):
			found = append(found, name)
		}
		return nil
	})
	return found, err
}

// isDraft reports whether a name is that of an unfinished file.
func isDraft(name string) bool {
	return strings.HasPrefix(name, ".") && name != ".midspan-report.json" // state of the report for the next run
}

// samplesOf returns the samples of a stage in a range of units.
func (s soakResult) samplesOf(stage string, from, to int) []memorySample {
	return slices.DeleteFunc(slices.Clone(s.samples), func(x memorySample) bool { return x.stage != stage || x.done < from || x.done > to })
}

// median returns the median and the highest value of the samples.
func median(samples []memorySample, value func(memorySample) int64) (median, highest int64) {
	if len(samples) == 0 {
		return 0, 0
	}
	var values []int64
	for _, x := range samples {
		values = append(values, value(x))
	}
	slices.Sort(values)
	return values[len(values)/2], values[len(values)-1]
}

// unitsPerSecond is the number of units per second of CPU time.
func unitsPerSecond(samples []memorySample) float64 {
	if len(samples) < 2 {
		return 0
	}
	first, last := samples[0], samples[len(samples)-1]
	return float64(last.done-first.done) / max(0.01, (last.cpu-first.cpu).Seconds())
}

func (s soakResult) print(w io.Writer) error {
	tenth := s.goods / 10
	var out strings.Builder
	fmt.Fprintf(&out, "%d goods, %d scanned whole; %.1f CPU s, %.1f s; %.1f goods per CPU s; largest process %d MB.\n\n",
		s.goods, s.scanned, s.used.cpu.Seconds(), s.used.wall.Seconds(), float64(s.goods)/s.used.cpu.Seconds(), s.used.largestProcess>>20)
	out.WriteString("| part of the run | samples | memory, MB (median, most) | with git, MB | open files | goods per CPU s |\n|---|---|---|---|---|---|\n")
	for _, p := range []struct {
		name, stage string
		from, to    int
	}{{"scan, first tenth", "scan", 1, tenth}, {"scan, middle", "scan", tenth, s.goods - tenth}, {"scan, last tenth", "scan", s.goods - tenth, s.goods},
		{"match", "match", 0, s.goods}, {"judge and write", "assess", 0, s.goods}} {
		samples := s.samplesOf(p.stage, p.from, p.to)
		own, mostOwn := median(samples, func(x memorySample) int64 { return x.process >> 20 })
		all, mostAll := median(samples, func(x memorySample) int64 { return x.withChildren >> 20 })
		files, mostFiles := median(samples, func(x memorySample) int64 { return int64(x.files) })
		fmt.Fprintf(&out, "| %s | %d | %d, %d | %d, %d | %d, %d | %.1f |\n", p.name, len(samples), own, mostOwn, all, mostAll, files, mostFiles,
			unitsPerSecond(samples))
	}
	fmt.Fprintf(&out, "\nLeft behind: %d files %v\n", len(s.leftovers), s.leftovers[:min(len(s.leftovers), 10)])
	_, err := io.WriteString(w, out.String())
	return err
}
