package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// credentialTimeout is how long a helper may take: it may ask a person to unlock a keyring.
const credentialTimeout = time.Minute

// Credential asks git's credential helpers for the password or token of a host: those that
// the user configured, such as the keyring of macOS, Windows or a desktop. It is the one
// command that reads the user's configuration of git, and starts what that names. It reads
// no repository and prompts nobody itself. The error is without anything that a helper wrote.
func Credential(ctx context.Context, host string) (string, error) {
	if host == "" || strings.ContainsAny(host, "\n\r\x00/@ ") {
		return "", fmt.Errorf("%q is no host", host)
	}
	program, err := exec.LookPath("git")
	if err != nil {
		return "", fmt.Errorf("git's credential helpers: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, credentialTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-c", "core.askPass=", "credential", "fill")
	cmd.Dir = os.TempDir()
	// No repository is found there, whose configuration is not the user's.
	cmd.Env = append(os.Environ(), "GIT_DIR="+filepath.Join(os.DevNull, "none"), "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never")
	cmd.Stdin = strings.NewReader("protocol=https\nhost=" + host + "\n\n")
	cmd.WaitDelay = 2 * time.Second
	killGroupOnCancel(cmd)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git's credential helpers have nothing for %s", host)
	}
	for line := range bytes.Lines(out) {
		if token, is := strings.CutPrefix(strings.TrimRight(string(line), "\r\n"), "password="); is && token != "" {
			return token, nil
		}
	}
	return "", errors.New("git's credential helpers gave no password for " + host)
}
