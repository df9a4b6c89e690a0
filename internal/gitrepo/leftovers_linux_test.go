package gitrepo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A process is a leftover where its home is a scratch folder that nobody holds. Others,
// with whatever home, are left alone.
func TestLeftoversOfADeadProcessAreEndedAtTheNextStart(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	alive := newGit(t, Options{})
	dead := filepath.Join(os.TempDir(), scratchPrefix+"dead")
	if err := errors.Join(os.Mkdir(dead, 0o755), os.WriteFile(filepath.Join(dead, lockFileName), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	start := func(home string) *exec.Cmd {
		cmd := exec.Command("sleep", "600")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
		return cmd
	}
	leftovers := []*exec.Cmd{start(dead), start(filepath.Join(os.TempDir(), scratchPrefix+"removed"))}
	others := []*exec.Cmd{start(alive.home), start(os.TempDir()), start("/nowhere"), start(scratchPrefix + "relative")}
	newGit(t, Options{})
	for _, cmd := range leftovers {
		if err := cmd.Wait(); cmd.ProcessState.Success() {
			t.Errorf("%s ended by itself: %v", cmd.Env[1], err)
		}
	}
	for _, cmd := range others {
		if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("%s was ended: %v", cmd.Env[1], err)
		}
	}
}

// What the guard was told to watch ends when its input ends; what it was told to forget
// goes on.
func TestGuardEndsTheGroupsThatAreLeft(t *testing.T) {
	start := func() *exec.Cmd {
		cmd := exec.Command("sh", "-c", "sleep 600 & wait")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL), cmd.Wait() })
		return cmd
	}
	first, second, third := start(), start(), start()
	g := &guard{}
	for _, cmd := range []*exec.Cmd{first, second, third} {
		g.watch(cmd.Process.Pid)
	}
	g.forget(second.Process.Pid)
	if err := g.close(); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []*exec.Cmd{first, third} {
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("process %d goes on", cmd.Process.Pid)
		}
	}
	if err := second.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("what was forgotten was ended: %v", err)
	}
}
