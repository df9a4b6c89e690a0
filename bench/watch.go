package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// interval is the time between two samples of memory.
const interval = 50 * time.Millisecond

// watch samples the memory of a process and its descendants until the returned function
// is called. That function returns the peak in bytes: zero where there is no /proc.
// Shared pages are counted once.
func watch(pid int) (stop func() int64) {
	end, peak := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				most = max(most, memoryOf(pid, children()))
			case <-end:
				peak <- most
				return
			}
		}
	}()
	return func() int64 { close(end); return <-peak }
}

// memoryOf is the memory of a process and its descendants, in bytes.
func memoryOf(pid int, children map[int][]int) int64 {
	total := proportionalMemory(pid)
	for _, child := range children[pid] {
		total += memoryOf(child, children)
	}
	return total
}

// children lists the processes of this machine by parent.
func children() map[int][]int {
	below := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is valid
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // it ended
		}
		if pid, parent, ok := parseStat(string(data)); ok {
			below[parent] = append(below[parent], pid)
		}
	}
	return below
}

// forkedOnly is the kernel's flag of a process that has forked but not executed its
// program yet: it still shares the memory of its parent.
const forkedOnly = 0x40

// parseStat parses "12 (a name) S 1 …", where the name may have spaces and brackets. It
// is not ok for a process without memory of its own.
func parseStat(text string) (pid, parent int, ok bool) {
	head, _, _ := strings.Cut(text, " ")
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 7 {
		return 0, 0, false
	}
	pid, err := strconv.Atoi(head)
	parent, err2 := strconv.Atoi(fields[1])
	flags, err3 := strconv.Atoi(fields[6])
	return pid, parent, err == nil && err2 == nil && err3 == nil && flags&forkedOnly == 0
}

// proportionalMemory is the memory of one process, with its share of shared pages.
func proportionalMemory(pid int) int64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
