//go:build unix

package files

import "syscall"

const (
	// nonBlock keeps an open from waiting at a pipe.
	nonBlock = syscall.O_NONBLOCK
	// noFollow makes an open fail at a link.
	noFollow = syscall.O_NOFOLLOW
	// schemeLength is how often a letter of a scheme may be repeated after the first.
	schemeLength = "*"
)
