package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/midspan/midspan/internal/store"
)

// step measures a step: time, the CPU time of this process and that of the database.
type step struct {
	started       time.Time
	postmaster    int
	own, database float64
}

func newStep(ctx context.Context, s *store.Store) step {
	var backend int
	if err := s.Pool().QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		backend = 0
	}
	one := step{started: time.Now(), own: ownCPU()}
	if fields := statOf(backend); len(fields) > 1 {
		one.postmaster, _ = strconv.Atoi(fields[1])
	}
	one.database = databaseCPU(one.postmaster)
	return one
}

func (s step) end(what string, n int) {
	took, own, database := time.Since(s.started).Seconds(), ownCPU()-s.own, databaseCPU(s.postmaster)-s.database
	fmt.Printf("%s: %d in %.1f s (%.0f a second); CPU: %.2f s here (%.3f ms each), %.2f s of the database (%.3f ms each)\n",
		what, n, took, float64(n)/took, own, 1000*own/float64(n), database, 1000*database/float64(n))
}

func ownCPU() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// peak is the largest memory of this process in MB. That of getrusage would be the memory
// of whoever started it.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, _ := strconv.ParseFloat(fields[0], 64)
	return kilobytes / 1000
}

// statOf are the fields of /proc/N/stat behind the name of the program: state, parent, …
func statOf(process int) []string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(process), "stat"))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}

// ticks are the units of /proc in a second.
const ticks = 100

// databaseCPU is the CPU time of a server: of its processes, and of those that ended.
func databaseCPU(postmaster int) float64 {
	sum := func(fields []string, columns ...int) float64 {
		total := 0
		for _, column := range columns {
			if column < len(fields) {
				n, _ := strconv.Atoi(fields[column])
				total += n
			}
		}
		return float64(total) / ticks
	}
	total := sum(statOf(postmaster), 11, 12, 13, 14) // its own, and of children that ended
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		process, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if fields := statOf(process); len(fields) > 14 && fields[1] == strconv.Itoa(postmaster) {
			total += sum(fields, 11, 12)
		}
	}
	return total
}
