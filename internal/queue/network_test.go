package queue_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/postgres/postgrestest"
)

// TestTheCableOfAWorkerIsPulled has a worker in a network namespace of its own, as on
// another machine. In the middle of a run its link goes down, and is up again for the next.
func TestTheCableOfAWorkerIsPulled(t *testing.T) {
	space := newNamespace(t)
	server := postgrestest.Shared(t)
	c := newCluster(t, server)
	units := c.begin(names(60)...)
	relay := newRelay(t, space.address, server.Port())
	away := strings.Replace(c.address, "127.0.0.1:"+strconv.Itoa(server.Port()), space.address+":"+strconv.Itoa(relay.port), 1)
	c.command(exec.Command("ip", "netns", "exec", space.name, os.Args[0]), away)
	c.start(1)
	c.do(units, func() { space.link("down") })
	c.check(units)
	space.link("up")
	second := c.begin(names(20)...)
	c.do(second, nil)
	c.check(second)
}

// namespace is a network namespace that a pair of interfaces joins with this one, whose
// end has an address.
type namespace struct {
	t                   *testing.T
	name, near, address string
}

// newNamespace makes a namespace. That needs root and the program ip; without root the
// test is skipped.
func newNamespace(t *testing.T) namespace {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		if os.Getenv("MIDSPAN_TEST_STRICT") != "" {
			t.Fatal("ip is not installed (Debian: iproute2)")
		}
		t.Skip("ip is not installed (Debian: iproute2)")
	}
	id := os.Getpid() % 16384
	s := namespace{t, fmt.Sprintf("midspan-%d", id), fmt.Sprintf("midspan%d", id), fmt.Sprintf("198.18.%d.%d", id/64, id%64*4+1)} // RFC 2544
	far := strings.TrimSuffix(s.address, strconv.Itoa(id%64*4+1)) + strconv.Itoa(id%64*4+2)
	t.Cleanup(func() {
		_ = exec.Command("ip", "link", "delete", s.near).Run()
		_ = exec.Command("ip", "netns", "delete", s.name).Run()
	})
	for _, arguments := range []string{
		"netns add " + s.name,
		"link add " + s.near + " type veth peer name far netns " + s.name,
		"address add " + s.address + "/30 dev " + s.near,
		"link set " + s.near + " up",
		"-n " + s.name + " address add " + far + "/30 dev far",
		"-n " + s.name + " link set far up",
	} {
		if output, err := exec.Command("ip", strings.Fields(arguments)...).CombinedOutput(); err != nil {
			t.Skipf("this machine gives no network namespace: ip %s: %v: %s", arguments, err, output)
		}
	}
	return s
}

// link sets the near end "up" or "down".
func (s namespace) link(state string) {
	if output, err := exec.Command("ip", "link", "set", s.near, state).CombinedOutput(); err != nil {
		s.t.Errorf("set the link %s: %v: %s", state, err, output)
	}
}
