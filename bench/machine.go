package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// Modules whose version a report names.
const (
	// The modules whose versions a report names.
	ownModule       = "github.com/midspan/midspan"
	osvModule       = "github.com/google/osv-scanner/v2"
	scorecardModule = "github.com/ossf/scorecard/v5"
)

// moduleVersion returns the version of a module in a program, as recorded by its build.
func moduleVersion(program, module string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "(unknown)"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" {
			return m.Version
		}
	}
	return "(unknown)"
}

var (
	model  = regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`)
	memory = regexp.MustCompile(`(?m)^MemTotal:\s*(\d+) kB$`)
)

// machine describes the machine, as far as the system tells.
func machine() string {
	parts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	if found := first(model, "/proc/cpuinfo"); found != "" {
		parts[0] += " (" + found + ")"
	}
	if kilobytes, err := strconv.Atoi(first(memory, "/proc/meminfo")); err == nil {
		parts = append(parts, fmt.Sprintf("%d GB of memory", kilobytes/1e6))
	}
	parts = append(parts, runtime.GOOS+"/"+runtime.GOARCH, runtime.Version())
	if out, err := exec.Command("git", "version").Output(); err == nil {
		parts = append(parts, strings.TrimSpace(string(out)))
	}
	return strings.Join(parts, ", ")
}

// first returns the first match of a pattern in a file, or an empty string.
func first(pattern *regexp.Regexp, file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	if found := pattern.FindSubmatch(data); found != nil {
		return string(found[1])
	}
	return ""
}
