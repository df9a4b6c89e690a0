// Command midspan tells which digital public goods carry real load on too few supports.
// This package parses, calls and prints; other packages do the work.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/midspan/midspan/internal/child"
	_ "github.com/midspan/midspan/internal/early" // before the libraries
)

func main() {
	if child.Requested(os.Args) {
		os.Exit(child.Main())
	}
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	ctx, draining := withDraining(ctx)
	context.AfterFunc(ctx, func() { exitAfterGrace(stop, draining.Load) })
	limitMemory(ctx)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now)
	stop()
	os.Exit(code)
}

// endingSignals are those that end a run as Ctrl-C does. That a terminal was closed is
// ignored where the user asked for that (nohup).
func endingSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// grace is how long the process may go on after Ctrl-C before it is ended.
const grace = 1500 * time.Millisecond

// exitAfterGrace ends a process that was interrupted and has not ended by itself. The
// next run continues after the last finished unit of work. A second Ctrl-C ends the
// process at once. A worker drains, and ends by itself.
func exitAfterGrace(stop func(), draining func() bool) {
	stop()
	if draining() {
		return
	}
	time.Sleep(grace)
	fmt.Fprintln(os.Stderr, interruptedText)
	os.Exit(exitError)
}
