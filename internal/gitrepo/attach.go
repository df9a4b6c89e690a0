package gitrepo

import (
	"fmt"
	"os"
	"os/exec"
)

// Scratch is the folder of the empty repositories through which objects are read. A
// process that this one starts can Attach to it.
func (g *Git) Scratch() string { return g.home }

// Attach returns a Git that reads mirrors through the scratch folder of the process that
// started this one and outlives it. It fetches nothing, and needs no Close.
func Attach(scratch string, opts Options) (*Git, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("git is needed and was not found in PATH: %w", err)
	}
	g := &Git{opts: opts.withDefaults(), program: program, home: scratch}
	g.opts.Offline = true
	if _, err := os.Stat(g.reader("sha1")); err != nil {
		return nil, fmt.Errorf("no scratch folder of git: %w", err)
	}
	return g, nil
}
