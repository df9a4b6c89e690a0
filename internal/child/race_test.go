//go:build race

package child

// underRace is true in a test binary with the race detector.
const underRace = true
