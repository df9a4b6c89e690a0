// Command midspan tells which digital public goods carry real load on too few
// supports. This package parses, calls and prints; the work is done elsewhere.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { exitAfterGrace(stop) })
	limitMemory(ctx)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now)
	stop()
	os.Exit(code)
}

// grace is how long what cannot be interrupted may go on after Ctrl-C.
const grace = 1500 * time.Millisecond

// exitAfterGrace ends the process when it was interrupted and does not come to its end:
// whatever it was at, the next run takes up what was finished. A second Ctrl-C
// ends it at once.
func exitAfterGrace(stop func()) {
	stop()
	time.Sleep(grace)
	fmt.Fprintln(os.Stderr, interruptedText)
	os.Exit(exitError)
}
