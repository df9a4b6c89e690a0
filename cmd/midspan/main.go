// Command midspan tells which digital public goods carry real load on too few
// supports. This package parses, calls and prints; the work is done elsewhere.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	boundMemory(ctx)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now)
	stop()
	os.Exit(code)
}
