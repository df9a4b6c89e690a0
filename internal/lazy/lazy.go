// Package lazy makes what is costly to make when it is first used, and not at the start of
// every command.
package lazy

import (
	"regexp"
	"sync"
)

// Pattern compiles a regular expression when it is first used: commands that read no
// repository do not wait for it.
func Pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
