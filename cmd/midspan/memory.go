package main

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// minHeap is the size in bytes up to which the heap grows without garbage collection: a
// run over hundreds of goods needs some 50 MB. While it scans, a child process needs
// memory beside it.
const minHeap = 56 << 20

// besideHeap is the memory in bytes that a process takes beside its heap, some of it.
const besideHeap = 16 << 20

// limitMemory starts garbage collection at minHeap, or at twice the live heap where that
// is more, or at one and a half times a large one. Go's default is twice the live heap at any
// size. So small heaps are collected seldom, and the largest repository does not double the
// memory of a run. GOGC and GOMEMLIMIT, where set, take precedence.
func limitMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	collectAt(0)
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
					collectAt(int64(sample[0].Value.Uint64()))
				}
			}
		}
	}()
}

// collectAt sets when garbage is collected, by the bytes that live. A limit on memory counts
// what lies beside the heap, too: as twice of what lives it had a heap of 41 MB collected each
// time that it grew by three.
func collectAt(live int64) {
	if live > 2*minHeap {
		debug.SetGCPercent(50)
		debug.SetMemoryLimit(math.MaxInt64)
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(max(minHeap, 2*live+besideHeap))
}
