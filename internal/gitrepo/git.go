// Package gitrepo keeps bare mirrors and reads them without a checkout: a tree
// as an fs.FS, its history, its tags. Every git process of Midspan starts
// here, with hooks, filters, submodules, prompts and user configuration off.
//
// It knows nothing of goods, measures' meaning or reports.
package gitrepo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/egress"
	"github.com/midspan/midspan/internal/observation"
)

// Options configure a Git. The zero value is the safe default.
type Options struct {
	// Offline refuses every remote operation.
	Offline bool
	// AllowPrivate permits remotes whose host resolves to a loopback, link
	// local or private address.
	AllowPrivate bool
	// Rewrite maps URL prefixes to others, like git's url.<base>.insteadOf:
	// {"https://example.org/": "/srv/git/"}. A rewritten address may be a
	// local path and may be private, because the user named it.
	Rewrite map[string]string
	// MaxBlob is the size in bytes above which a blob is not read; 0 means 64 MiB.
	MaxBlob int64
	// CacheBytes bounds the blobs that one snapshot keeps in memory; 0 means 32 MiB.
	CacheBytes int64
	// MaxFiles is the number of files above which a tree is not read; 0 means
	// half a million.
	MaxFiles int
	// MaxBytes bounds the contents that are read of one snapshot; what would
	// go beyond is over the limit. 0 means 2 GiB.
	MaxBytes int64
	// MaxMemory bounds the address space of one git process, in bytes, where
	// the system can do that (Linux): a small pack may unfold to any size. 0
	// means 2 GiB.
	MaxMemory int64
	// MaxTogether bounds the memory that all transfers use at once, in bytes, where the
	// system tells (Linux). 0 means 4 GiB.
	MaxTogether int64
	// MaxPack bounds one file that git writes, in bytes, where the system can
	// do that (Linux): a server may send without end. 0 means 16 GiB.
	MaxPack int64
	// LowSpeedTime is how long a transfer may run at less than 1 kB/s before git
	// ends it (http.lowSpeedTime), in whole seconds; 0 means a minute.
	LowSpeedTime time.Duration
	// Wants selects the contents that are read. The zero value needs every file at HEAD.
	Wants Wants
}

// Wants selects what is read of a repository in addition to its commits and trees.
// Both functions are called from several goroutines.
type Wants struct {
	// Name identifies the selection. Where it changes, mirrors that were made for
	// another selection are completed.
	Name string
	// Contents classifies a file at HEAD; nil needs the contents of all.
	Contents func(File) Want
	// Past lists the files in the root folder of which older versions are read
	// too; nil lists none.
	Past func([]File) []string
	// Earlier is what is wanted of earlier commits beside their root trees; nil wants nothing.
	Earlier Earlier
}

// Earlier tells what a mirror lacks of earlier commits, so that it can be fetched in a request
// each. The snapshot it is given has a commit, and no files yet.
type Earlier interface {
	// MissingTrees lists the topmost trees that the mirror lacks.
	MissingTrees(context.Context, *Snapshot) ([]string, error)
	// MissingFiles lists the contents that it lacks once it has these trees.
	MissingFiles(context.Context, *Snapshot) ([]string, error)
}

// Want classifies the contents of a file.
type Want int

const (
	// Unwanted contents are read by nobody.
	Unwanted Want = iota
	// IfThere contents are read where the mirror holds them, and not fetched.
	IfThere
	// Needed contents are fetched with a clone, and reported as missing otherwise.
	Needed
)

// want classifies one file. The target of a symbolic link and .mailmap are always
// needed: without them, other paths and people cannot be resolved.
func (w Wants) want(file File) Want {
	switch {
	case file.Mode == ModeGitlink:
		return Unwanted
	case w.Contents == nil || file.Mode == ModeSymlink || file.Path == ".mailmap":
		return Needed
	}
	return w.Contents(file)
}

// Git runs the git program. It is safe for concurrent use.
type Git struct {
	opts    Options
	program string
	home    string        // scratch: an empty HOME and the reader repositories
	lock    *os.File      // of the scratch folder, held while this process runs
	egress  *egress.Proxy // for http and https, unless private addresses are allowed
	guard   *guard        // ends transfers when this process dies
	memory  *together     // of all transfers
}

// Error is a failure of git with the class under which a report counts it.
type Error struct {
	Cause   observation.Cause
	Op      string // what was being done: "clone", "read"
	Subject string // to what: a URL or a folder
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Subject, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// CauseOf returns the class of an error of this package, or
// observation.CauseCorrupt where it has none.
func CauseOf(err error) observation.Cause {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Cause
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return observation.CauseOverLimit
	}
	return observation.CauseCorrupt
}

// withDefaults fills in what is not set.
func (opts Options) withDefaults() Options {
	opts.MaxBlob = cmp.Or(opts.MaxBlob, 64<<20)
	opts.CacheBytes = cmp.Or(opts.CacheBytes, 32<<20)
	opts.MaxFiles = cmp.Or(opts.MaxFiles, 500_000)
	opts.MaxBytes = cmp.Or(opts.MaxBytes, 2<<30)
	opts.MaxMemory = cmp.Or(opts.MaxMemory, 2<<30)
	opts.MaxTogether = cmp.Or(opts.MaxTogether, 4<<30)
	opts.MaxPack = cmp.Or(opts.MaxPack, 16<<30)
	opts.LowSpeedTime = cmp.Or(opts.LowSpeedTime, time.Minute)
	return opts
}

// New finds the git program and prepares a scratch folder, which Close removes.
func New(ctx context.Context, opts Options) (*Git, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("git is needed and was not found in PATH: %w", err)
	}
	opts = opts.withDefaults()
	home, lock, err := newScratch(ctx)
	if err != nil {
		return nil, err
	}
	g := &Git{opts: opts, program: program, home: home, lock: lock, egress: egress.New(egress.Options{}), guard: &guard{},
		memory: &together{limit: opts.MaxTogether, memory: memoryOf}}
	for _, format := range []string{"sha1", "sha256"} {
		if _, err := g.run(ctx, "", nil, nil, "init", "-q", "--bare", "--template=", "--object-format="+format, g.reader(format)); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare git: %w", err), os.RemoveAll(home))
		}
	}
	return g, nil
}

// Close removes the scratch folder and stops the egress proxy.
func (g *Git) Close() error {
	return errors.Join(g.egress.Close(), g.guard.close(), os.RemoveAll(g.home), ignoreClosed(g.lock.Close()))
}

// ignoreClosed allows a second Close.
func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// WithRewrite returns a Git that also maps these addresses. It shares the
// scratch folder: close one of the two.
func (g *Git) WithRewrite(more map[string]string) *Git {
	other := *g
	other.opts.Rewrite = maps.Clone(g.opts.Rewrite)
	if other.opts.Rewrite == nil {
		other.opts.Rewrite = map[string]string{}
	}
	maps.Copy(other.opts.Rewrite, more)
	return &other
}

// reader is an empty bare repository through which the objects of a mirror are
// read. Because it has no configuration of the mirror's, git neither fetches
// missing objects one by one nor runs anything that the mirror configures.
func (g *Git) reader(format string) string { return filepath.Join(g.home, "reader-"+format) }

// settings precede every command. Those of the command line win over any file.
func (g *Git) settings() []string {
	return []string{
		"-c", "safe.directory=*",
		"-c", "core.hooksPath=/dev/null",
		"-c", "core.fsmonitor=false",
		"-c", "core.symlinks=false",
		"-c", "core.quotePath=false",
		"-c", "submodule.recurse=false",
		"-c", "fetch.recurseSubmodules=false",
		"-c", "fetch.writeCommitGraph=false",
		// Indexes over packs and commits may be damaged or lie; the objects cannot.
		"-c", "core.multiPackIndex=false",
		"-c", "core.commitGraph=false",
		"-c", "gc.auto=0",
		// By default git maps whole packs. Less costs no time that could be measured,
		// but less than the 96 MB of objects that it keeps to build others on does.
		"-c", "core.packedGitWindowSize=1m",
		"-c", "core.packedGitLimit=8m",
		"-c", "core.deltaBaseCacheLimit=96m",
		"-c", "maintenance.auto=false",
		"-c", "advice.detachedHead=false",
		"-c", "protocol.allow=never",
		"-c", "protocol.https.allow=always",
		"-c", "protocol.http.allow=always",
		"-c", "protocol.ssh.allow=always",
		"-c", "protocol.git.allow=always",
		"-c", "http.lowSpeedLimit=1000",
		"-c", fmt.Sprintf("http.lowSpeedTime=%d", int(g.opts.LowSpeedTime.Seconds())),
		// A repository that moved is followed, other sources that a server
		// names are not.
		"-c", "http.followRedirects=initial",
		"-c", "transfer.bundleURI=false",
		"-c", "fetch.uriProtocols=",
	}
}

// sshCommand is how git starts ssh: without prompts.
const sshCommand = "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new"

// environment is the whole environment of git: no user configuration, no prompts.
func (g *Git) environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + g.home,
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=true",
		"SSH_ASKPASS=true",
		"GIT_SSH_COMMAND=" + sshCommand,
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_NO_LAZY_FETCH=1", // git 2.44 and later; the reader repository serves the others
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_FLUSH=0",
		"MALLOC_ARENA_MAX=2", // each thread of git would reserve an arena of its own, which counts as memory
	}
	for _, key := range []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK", "TMPDIR"} {
		if value, ok := os.LookupEnv(key); ok {
			env = append(env, key+"="+value)
		}
	}
	return append(env, authorities()...)
}

// authorities names what SSL_CERT_FILE and SSL_CERT_DIR name in git's own variables: curl
// with GnuTLS, as Debian has it, reads only these. Of several folders git takes one, which
// is the first that is there.
func authorities() []string {
	var env []string
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		env = append(env, "GIT_SSL_CAINFO="+file)
	}
	for _, folder := range filepath.SplitList(os.Getenv("SSL_CERT_DIR")) {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return append(env, "GIT_SSL_CAPATH="+folder)
		}
	}
	return env
}

// command prepares one git process. Extra environment comes last and wins.
func (g *Git) command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.program, append(g.settings(), args...)...)
	cmd.Dir = dir
	cmd.Env = append(g.environment(), env...)
	cmd.WaitDelay = 2 * time.Second
	killGroupOnCancel(cmd)
	return cmd
}

// start begins a process and sets its limits.
func (g *Git) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	setLimits(cmd.Process, g.opts.MaxMemory, g.opts.MaxPack)
	return nil
}

// run executes git to its end and returns what it wrote. The error carries the
// last lines that git wrote to standard error.
func (g *Git) run(ctx context.Context, dir string, env []string, stdin io.Reader, args ...string) ([]byte, error) {
	return g.finish(ctx, g.command(ctx, dir, env, args...), stdin)
}

// finish runs a command to its end.
func (g *Git) finish(ctx context.Context, cmd *exec.Cmd, stdin io.Reader) ([]byte, error) {
	return g.finishWith(ctx, cmd, stdin, (*exec.Cmd).Wait)
}

// finishTransfer is finish for a command that connects to a remote and starts others: it
// ends when this process dies, and its memory is bounded together with that of others.
func (g *Git) finishTransfer(ctx context.Context, cmd *exec.Cmd, stdin io.Reader) ([]byte, error) {
	return g.finishWith(ctx, cmd, stdin, func(cmd *exec.Cmd) error {
		pid := cmd.Process.Pid
		g.guard.watch(pid)
		defer g.guard.forget(pid)
		g.memory.add(pid, func() { _ = cmd.Cancel() }) // it may have ended
		err := cmd.Wait()
		if g.memory.remove(pid) && err != nil {
			return errTooMuchTogether
		}
		return err
	})
}

// finishWith runs a command to its end, for which wait waits.
func (g *Git) finishWith(ctx context.Context, cmd *exec.Cmd, stdin io.Reader, wait func(*exec.Cmd) error) ([]byte, error) {
	stdout, stderr := &boundedBuffer{}, &tailBuffer{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	err := g.start(cmd)
	if err == nil {
		err = wait(cmd)
	}
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errTooMuchTogether):
		return nil, &processError{err: err}
	case stdout.exceeded:
		return nil, &processError{err: errOutputTooLarge, stderr: errOutputTooLarge.Error()}
	}
	return stdout.Bytes(), stderr.failure(err)
}

// processError is a git process that failed, with the end of its standard error.
type processError struct {
	err    error
	stderr string
	own    string // what of it git itself wrote, in small letters
}

func (e *processError) Error() string {
	if e.stderr == "" {
		return e.err.Error()
	}
	return e.stderr
}
func (e *processError) Unwrap() error { return e.err }
