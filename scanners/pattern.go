package scanners

import (
	"fmt"
	"regexp"
	"sync"
)

// Pattern compiles a regular expression when it is first used: commands that read no
// repository do not wait for it.
func Pattern(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// Count is a number of things in words: "1 file", "3 files".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
