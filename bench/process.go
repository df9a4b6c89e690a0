package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// usage is what a program used, with all its child processes.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system
	// Peak memory in bytes: largestProcess as the kernel counts it, total over all
	// processes at one time, as sampled.
	largestProcess, total int64
}

// plus adds the usage of a program that ran afterwards.
func (u usage) plus(v usage) usage {
	return usage{wall: u.wall + v.wall, cpu: u.cpu + v.cpu, largestProcess: max(u.largestProcess, v.largestProcess), total: max(u.total, v.total)}
}

// cheaper returns the usage with less CPU time; a zero usage is no measurement.
func cheaper(a, b usage) usage {
	if a.cpu == 0 || b.cpu < a.cpu {
		return b
	}
	return a
}

// isolation runs programs with an environment of their own: no user settings, no tokens,
// and a proxy that refuses connections at once, so that nothing waits for a network.
type isolation struct {
	env []string
	dir string
}

func newIsolation(work string) (isolation, error) {
	home := filepath.Join(work, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return isolation{}, err
	}
	proxy, err := closedPort()
	if err != nil {
		return isolation{}, err
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + os.TempDir(), "LC_ALL=C.UTF-8", "DOCKER_CONFIG=" + home,
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0",
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		env = append(env, name+"=http://"+proxy)
	}
	return isolation{env: env, dir: home}, nil
}

// closedPort returns an address of this machine at which nothing listens.
func closedPort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// command is one start of a program.
type command struct {
	program string
	args    []string
	stdout  io.Writer
	env     []string // in addition to that of the isolation
	exits   []int    // exit codes besides 0 that are no failure
}

// run starts a program, waits for it and returns its usage. An error ends with the last
// line of the program's standard error.
func (i isolation) run(ctx context.Context, c command) (usage, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = slices.Concat(i.env, c.env), i.dir, c.stdout, &stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	stopWatch := watch(cmd.Process.Pid)
	err := cmd.Wait()
	state := cmd.ProcessState
	used := usage{
		wall: time.Since(start), cpu: state.UserTime() + state.SystemTime(),
		largestProcess: peakMemory(state), total: stopWatch(),
	}
	if ctx.Err() != nil {
		return used, ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && slices.Contains(c.exits, exit.ExitCode()) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", filepath.Base(c.program), err, lastLine(stderr.String()))
	}
	return used, err
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
