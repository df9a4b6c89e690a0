package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
)

// guardScript reads "+ GROUP" and "- GROUP" from its standard input. At its end, which
// comes when the process at the other end has died, it kills the groups that are left. It
// starts no program: kill is part of the shell.
const guardScript = `g=' '
while read -r a p; do
	case $a in
	+) g="$g$p " ;;
	-) case $g in *" $p "*) g="${g%%" $p "*} ${g#*" $p "}" ;; esac ;;
	esac
done
for p in $g; do kill -9 "-$p" 2>/dev/null; done`

// guard is a shell that ends the process groups of git when this process dies, even by a
// signal that no process can handle. git starts programs for a transfer, and these go on
// when only git itself is killed. Without a shell nothing is guarded.
type guard struct {
	mu      sync.Mutex
	started bool
	cmd     *exec.Cmd
	in      io.WriteCloser
}

// watch adds the process group of a git process. The guard starts with the first.
func (g *guard) watch(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.started {
		g.started = true
		g.start()
	}
	g.tell("+", group)
}

// forget takes out a process group that has ended.
func (g *guard) forget(group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tell("-", group)
}

func (g *guard) tell(what string, group int) {
	if g.in != nil {
		_, _ = fmt.Fprintf(g.in, "%s %d\n", what, group) // the guard may have been killed
	}
}

func (g *guard) start() {
	shell, err := exec.LookPath("sh")
	if err != nil || !canGuard {
		return
	}
	cmd := exec.Command(shell, "-c", guardScript)
	cmd.Env, cmd.Dir = []string{}, "/"
	ownSession(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	if err := cmd.Start(); err != nil {
		_ = in.Close()
		return
	}
	g.cmd, g.in = cmd, in
}

// close ends the guard. No process group may be left.
func (g *guard) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in == nil {
		return nil
	}
	err := g.in.Close()
	if _, killed := errors.AsType[*exec.ExitError](g.cmd.Wait()); killed {
		err = nil // by somebody else; it was of no use any more
	}
	g.in = nil
	return err
}
