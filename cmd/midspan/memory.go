package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// minHeap is the size in bytes up to which the heap grows without garbage collection: a
// run over hundreds of goods needs some 50 MB. While it scans, a child process needs
// memory beside it.
const minHeap = 56 << 20

// limitMemory starts garbage collection at minHeap, or at twice the live heap where that
// is more. Go's default is twice the live heap at any size. So small heaps are collected
// seldom, and the largest repository does not double the memory of a run. GOGC and
// GOMEMLIMIT, where set, take precedence.
func limitMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(minHeap)
	go func() {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		ticks := time.NewTicker(200 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				metrics.Read(sample)
				if sample[0].Value.Kind() == metrics.KindUint64 {
					debug.SetMemoryLimit(max(minHeap, 2*int64(sample[0].Value.Uint64())))
				}
			}
		}
	}()
}
