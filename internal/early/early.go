// Package early has garbage collected seldom before the libraries of the program are
// initialized: they allocate 14 MB, and the collector, which begins at 4 MB, took a third
// of the start of the program. It imports nothing but what the runtime brings, so that it
// is initialized before nearly all of them.
package early

import (
	"os"
	"runtime/debug"
)

// percent is how much the heap grows over what lives before garbage is collected, at the
// start. With the 4 MB that Go takes for the least heap that is 8 MB; more would be kept
// later on, by two processes.
const percent = 200

func init() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(percent)
	}
}
