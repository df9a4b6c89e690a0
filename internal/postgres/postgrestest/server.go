// Package postgrestest starts a PostgreSQL server for tests: Debian's, in a temporary
// folder, on the loopback alone. It needs no root, and gives root up where it has it,
// because the server refuses to run as root.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running server. A crash of it loses nothing, one of the machine may: it is
// for tests.
type Server struct {
	folder, bin string
	port        int
	databases   atomic.Int64
}

var (
	mu     sync.Mutex
	shared *Server
)

// Shared returns the server of this test process, which is started when it is first asked
// for. Main ends it. Without PostgreSQL the test is skipped, or fails where
// MIDSPAN_TEST_STRICT is set.
func Shared(t testing.TB) *Server {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if shared == nil {
		shared = Start(t)
	}
	return shared
}

// Main runs the tests of a package and ends the shared server. TestMain calls it.
func Main(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.Close()
	}
	os.Exit(code)
}

// Start starts a server of its own, which Close ends.
func Start(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		if os.Getenv("MIDSPAN_TEST_STRICT") != "" {
			t.Fatal("PostgreSQL is not installed (Debian: postgresql)")
		}
		t.Skip("PostgreSQL is not installed (Debian: postgresql)")
	}
	s := &Server{bin: bin}
	if err := s.initialise(); err != nil {
		s.Close()
		t.Fatal(err)
	}
	return s
}

// programs is the folder of the server's programs, the newest that is installed.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(slices.Max(found))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	return ""
}

func (s *Server) initialise() error {
	var err error
	if s.folder, err = os.MkdirTemp("", "midspan-postgres-"); err != nil {
		return err
	}
	if attributes := unprivileged(); attributes.Credential != nil {
		if err := os.Chown(s.folder, int(attributes.Credential.Uid), int(attributes.Credential.Gid)); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	if err := errors.Join(listener.Close(), s.command("initdb", "-D", s.data(), "-U", "midspan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")); err != nil {
		return err
	}
	settings := fmt.Sprintf("port = %d\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\nfsync = off\n"+
		"shared_buffers = 64MB\nmax_connections = 200\n", s.port, s.folder)
	file, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(settings)
	return errors.Join(err, file.Close(), s.Resume())
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// Resume starts the server again after Stop.
func (s *Server) Resume() error {
	return s.command("pg_ctl", "-D", s.data(), "-l", filepath.Join(s.folder, "log"), "-w", "-t", "60", "start")
}

// Stop stops the server at once, as a crash would. Its data stay.
func (s *Server) Stop() error {
	return s.command("pg_ctl", "-D", s.data(), "-m", "immediate", "-w", "stop")
}

// Close ends the server and removes its data.
func (s *Server) Close() {
	_ = s.Stop() // it may have been stopped
	_ = os.RemoveAll(s.folder)
}

// command runs a program of PostgreSQL, as another user where this one is root.
func (s *Server) command(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.folder, unprivileged()
	cmd.Env = []string{"LC_ALL=C", "PATH=" + s.bin + ":" + os.Getenv("PATH")}
	// The server keeps what pg_ctl gave it: a pipe would be waited for until it ends.
	log, err := os.Create(filepath.Join(s.folder, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		output, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(output)))
	}
	return nil
}

// unprivileged makes a process one of the user postgres, or nobody, where this one is root.
func unprivileged() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() != 0 {
		return attributes
	}
	attributes.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	if found, err := user.Lookup("postgres"); err == nil {
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return attributes
}

// Port is the port of the server on the loopback.
func (s *Server) Port() int { return s.port }

// address is that of a database.
func (s *Server) address(database string) string {
	return fmt.Sprintf("postgres://midspan@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// Database makes an empty database and returns its address.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("d%d", s.databases.Add(1))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.address(name)
}
