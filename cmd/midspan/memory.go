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

// limitMemory starts garbage collection at minHeap, or at twice the live heap where that
// is more, or at one and a half times a large one. Go's default is twice the live heap at any
// size. So small heaps are collected seldom, and the largest repository does not double the
// memory of a run. GOGC and
// GOMEMLIMIT, where set, take precedence.
func limitMemory(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	percent := collectAt(0)
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
				if sample[0].Value.Kind() != metrics.KindUint64 {
					continue
				}
				if live := int64(sample[0].Value.Uint64()); growth(live) != percent {
					percent = collectAt(live)
				}
			}
		}
	}()
}

// growth is by how many percent the heap grows over so many bytes that live before garbage
// is collected.
func growth(live int64) int {
	switch {
	case live <= minHeap/2:
		return 400 // as far as minHeap lets it
	case live <= 2*minHeap:
		return 100
	}
	return 50
}

// collectAt sets when garbage is collected, by the bytes that live, and returns the growth
// until then. minHeap is a limit on memory, which counts what lies beside the heap, too: as
// twice of what lives such a limit had a heap of 41 MB collected each time that it grew by
// three. So it holds for small heaps alone.
func collectAt(live int64) (percent int) {
	limit := int64(math.MaxInt64)
	if percent = growth(live); live <= minHeap/2 {
		limit = minHeap
	}
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(limit)
	return percent
}
