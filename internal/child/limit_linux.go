package child

import (
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// limits bound the child as the system can.
type limits struct {
	cpu int64 // seconds from one opening on; 0 for no limit
	mu  sync.Mutex
}

// setLimits bounds this process. RLIMIT_DATA counts what is mapped to be written.
// RLIMIT_AS would count what Go's runtime only reserves, too, which is more than most
// repositories need.
func setLimits(memory, cpu int64) *limits {
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &now); err == nil && uint64(memory) < now.Cur {
		_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(memory), Max: now.Max})
	}
	go watchMemory(memory)
	over := make(chan os.Signal, 1)
	signal.Notify(over, unix.SIGXCPU)
	go func() {
		<-over
		os.Exit(exitCPU)
	}()
	return &limits{cpu: cpu}
}

// extend lets the process take its share of CPU time again, from now on.
func (l *limits) extend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var used unix.Rusage
	var now unix.Rlimit
	if l.cpu <= 0 || unix.Getrusage(unix.RUSAGE_SELF, &used) != nil || unix.Getrlimit(unix.RLIMIT_CPU, &now) != nil {
		return
	}
	until := uint64(used.Utime.Sec+used.Stime.Sec+l.cpu) + 1
	if until < now.Max { // the hard limit stays: it could not be raised again
		_ = unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: until, Max: now.Max})
	}
}
