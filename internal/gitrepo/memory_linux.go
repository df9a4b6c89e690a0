package gitrepo

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memoryOf is how much memory a process and those that it started use now, in bytes; 0
// where that is not known.
func memoryOf(pid int) int64 {
	var total int64
	pending := []int{pid}
	for looked := 0; len(pending) > 0 && looked < 100; looked++ {
		pid, pending = pending[0], pending[1:]
		if statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
			if fields := strings.Fields(string(statm)); len(fields) > 1 {
				pages, _ := strconv.ParseInt(fields[1], 10, 64)
				total += pages * int64(os.Getpagesize())
			}
		}
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		for _, child := range strings.Fields(string(children)) {
			if pid, err := strconv.Atoi(child); err == nil {
				pending = append(pending, pid)
			}
		}
	}
	return total
}
