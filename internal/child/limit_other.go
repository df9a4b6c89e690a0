//go:build !linux

package child

// limits bound the child as the system can.
type limits struct{}

// setLimits bounds this process: the system has no limit that fits, so the child looks
// at its memory itself.
func setLimits(memory, _ int64) *limits {
	go watchMemory(memory)
	return &limits{}
}

// extend does nothing.
func (*limits) extend() {}
