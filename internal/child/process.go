package child

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// process is a running child, as its parent sees it.
type process struct {
	cmd    *exec.Cmd
	stderr *head
	done   chan struct{} // closed when it has ended, and ending is set
	ending *EndedError
	killed sync.Once

	writing sync.Mutex
	in      io.WriteCloser

	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan answer // by repository
	live    int64                  // bytes in use in its heap
	open    int                    // repositories
	retired bool                   // no repository is opened in it any more
}

// start begins a child and greets it.
func start(ctx context.Context, o Options, memory int64) (*process, error) {
	cmd := exec.Command(o.Program, argument)
	cmd.Args[0] = os.Args[0]
	cmd.Env = environment()
	cmd.SysProcAttr = ownGroup()
	p := &process{cmd: cmd, stderr: &head{}, done: make(chan struct{}), waiting: map[uint64]chan answer{}}
	cmd.Stderr = p.stderr
	cmd.WaitDelay = time.Second
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a child process to read repositories: %w", err)
	}
	greeted := p.expect(0)
	go p.receive(out)
	p.send(request{Kind: greet, Greeting: &greeting{Scanners: o.Scanners, Scratch: o.Scratch, MaxFiles: o.MaxFiles, MaxBytes: o.MaxBytes,
		Memory: memory, CPU: o.cpuSeconds()}})
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	select {
	case <-greeted:
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("the child process that reads repositories could not begin: %s", p.stderr.firstLine())
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	case <-late.C:
		p.kill()
		return nil, fmt.Errorf("the child process that reads repositories did not begin within %s", startTimeout)
	}
}

// startTimeout is how long a child may take to begin.
const startTimeout = time.Minute

// environment is the whole environment of a child. It holds no token: none of what runs
// there has a use for one.
func environment() []string {
	env := []string{"GOTRACEBACK=none"}
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(key); ok {
			env = append(env, key+"="+value)
		}
	}
	return env
}

// kill ends the child and what it started. It does so once: the child is waited for after
// that, and its number may then be another process's.
func (p *process) kill() { p.killed.Do(p.killGroup) }

// receive passes answers on to those who wait, until the child ends.
func (p *process) receive(out io.Reader) {
	buffered := bufio.NewReaderSize(out, 64<<10)
	for {
		var a answer
		if err := read(buffered, &a, maxAnswer); err != nil {
			break // it ended, or what it writes is no answer
		}
		p.mu.Lock()
		p.live = a.Live
		to := p.waiting[a.ID]
		delete(p.waiting, a.ID)
		p.mu.Unlock()
		if to != nil {
			to <- a
		}
	}
	p.kill()
	err := p.cmd.Wait()
	p.ending = endingOf(err, p.stderr.text())
	close(p.done)
}

// expect makes a channel for the next answer on a repository.
func (p *process) expect(id uint64) <-chan answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	to := make(chan answer, 1)
	p.waiting[id] = to
	return to
}

// send writes a request. An error shows as the end of the child.
func (p *process) send(r request) {
	p.writing.Lock()
	defer p.writing.Unlock()
	if err := write(p.in, r, maxRequest); err != nil {
		p.kill()
	}
}

// ask sends a request and waits for its answer. Where ctx ends first, the child is asked to
// stop; where it does not within the grace, it is killed: errStuck.
func (p *process) ask(ctx context.Context, r request, grace time.Duration) (answer, error) {
	to := p.expect(r.ID)
	p.send(r)
	select {
	case a := <-to:
		return a, nil
	case <-p.done:
		return lastAnswer(to)
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return answer{}, ctx.Err() // the run ends, and the child with it
	}
	p.send(request{ID: r.ID, Kind: cancelWork})
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case a := <-to:
		if a.Failure != nil {
			return answer{}, ctx.Err()
		}
		return a, nil
	case <-p.done:
		return lastAnswer(to)
	case <-late.C:
		p.kill()
		return answer{}, errStuck
	}
}

// lastAnswer is an answer that came just before the end.
func lastAnswer(to <-chan answer) (answer, error) {
	select {
	case a := <-to:
		return a, nil
	default:
		return answer{}, errEnded
	}
}

// errStuck marks work that did not stop when it was asked to.
var errStuck = errors.New("the work did not stop in time")

// stop ends an idle child.
func (p *process) stop() {
	p.writing.Lock()
	_ = p.in.Close()
	p.writing.Unlock()
	late := time.NewTimer(time.Second)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		p.kill()
		<-p.done
	}
}

// outOfMemory are words of Go's runtime where it ends for want of memory or of stack.
var outOfMemory = []string{"out of memory", "cannot allocate memory", "stack exceeds", "cannot map pages", "failed to reserve"}

// outOfThreads are its words where the system gives it no thread, for want of memory or
// because the user has too many.
var outOfThreads = []string{"newosproc", "failed to create new OS thread", "pthread_create failed"}

// endingOf says how a child ended, by its exit and by what Go's runtime wrote.
func endingOf(err error, stderr []byte) *EndedError {
	says := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(stderr, []byte(w)) })
	}
	const memory = "its files need more memory than the limit of the process that reads them"
	exit, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case exit != nil && exit.ExitCode() == exitMemory, says(outOfMemory):
		return &EndedError{Cause: observation.CauseOverLimit, Lasting: true, Text: memory}
	case says(outOfThreads):
		return &EndedError{Cause: observation.CauseOverLimit, Text: memory}
	case exit != nil && exit.ExitCode() == exitCPU:
		return &EndedError{Cause: observation.CauseOverLimit, Lasting: true,
			Text: "its files need more CPU time than the limit of the process that reads them"}
	case err == nil:
		return &EndedError{Cause: observation.CauseScannerFailed, Text: "the process that read it ended"}
	}
	return &EndedError{Cause: observation.CauseScannerFailed, Text: "the process that read it died: " + err.Error()}
}

// maxStderr is what is kept of the beginning of a child's standard error, in bytes: Go's
// runtime first says why it ends, and what follows can be long.
const maxStderr = 8 << 10

// head keeps the beginning of what a child wrote to its standard error.
type head struct {
	mu   sync.Mutex
	kept []byte
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, p[:min(len(p), maxStderr-len(h.kept))]...)
	return len(p), nil
}

func (h *head) text() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.kept)
}

// firstLine is the first line, as text for an error.
func (h *head) firstLine() string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(h.text()), []byte("\n"))
	return observation.OneLine(string(line))
}
