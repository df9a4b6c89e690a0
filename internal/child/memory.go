package child

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// minHeap is the size in bytes up to which the child's heap grows without garbage
// collection: most repositories need less.
const minHeap = 80 << 20

// liveHeap returns the bytes that the last garbage collection left in the heap.
func liveHeap() int64 { return metric("/gc/heap/live:bytes") }

func metric(name string) int64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64())
}

// watchMemory starts garbage collection at minHeap, or where the heap grew by three
// quarters where that is more, and earlier near the limit. It ends the process where its memory exceeds the
// limit: where the system has none of its own, this is the only one.
func watchMemory(limit int64) {
	own := os.Getenv("GOMEMLIMIT") == "" && os.Getenv("GOGC") == ""
	soft := func() int64 { return min(max(minHeap, liveHeap()/4*7), limit/10*8) }
	if own {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(soft())
	}
	for range time.Tick(100 * time.Millisecond) {
		if metric("/memory/classes/total:bytes")-metric("/memory/classes/heap/released:bytes") > limit {
			os.Exit(exitMemory)
		}
		if own {
			debug.SetMemoryLimit(soft())
		}
	}
}
