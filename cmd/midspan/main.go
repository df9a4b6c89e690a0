// Command midspan tells which digital public goods carry real load on too few
// supports. This package parses, calls and prints; the work is done elsewhere.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// heap is the size in bytes above which the collector works harder. A run lives
// on some 50 MB; without this, the largest repository would let the heap grow to
// twice what it needs. GOMEMLIMIT sets another.
const heap = 120 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heap)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now)
	stop()
	os.Exit(code)
}
