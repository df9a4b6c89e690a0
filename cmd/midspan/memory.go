package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// minHeap is the size in bytes up to which the heap may grow before the collector
// works: a run over a catalog of hundreds lives on some 50 MB.
const minHeap = 80 << 20

// limitMemory lets the collector begin at heap, or at twice what lives where
// that is more, instead of at twice what lives at any time: small heaps are
// collected seldom, and the largest repository does not double what a run
// needs. GOGC or GOMEMLIMIT, where set, decide instead.
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
