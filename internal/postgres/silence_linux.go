package postgres

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// silence is how long sent bytes may stay without an answer of the other machine, in
// milliseconds. The system's own bound is a quarter of an hour.
const silence = 20_000

// boundSilence sets the bound on a new connection.
func boundSilence(_, _ string, connection syscall.RawConn) error {
	var set error
	err := connection.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, silence) })
	if errors.Is(set, unix.ENOPROTOOPT) || errors.Is(set, unix.EOPNOTSUPP) {
		set = nil // a socket of this machine
	}
	return errors.Join(err, set)
}
