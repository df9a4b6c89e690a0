package gitrepo

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestStderrKeepsItsLastLinesWithoutControlCharacters(t *testing.T) {
	stderr := &tailBuffer{}
	for range 1000 {
		if _, err := stderr.Write([]byte(strings.Repeat("remote: noise\n", 1000))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := stderr.Write([]byte("remote: \x1b[2Jboo\rfatal: the end\n")); err != nil {
		t.Fatal(err)
	}
	if len(stderr.kept) > maxStderr {
		t.Errorf("%d bytes are kept", len(stderr.kept))
	}
	if got := stderr.lastLines(2); got != "remote: [2Jboo; fatal: the end" {
		t.Errorf("last lines %q", got)
	}
}

func TestOutputWithoutEndIsCutOff(t *testing.T) {
	g := newGit(t, Options{})
	cmd := g.command(t.Context(), "", nil)
	cmd.Path, cmd.Args = "/bin/cat", []string{"cat", "/dev/zero"}
	_, err := g.finish(t.Context(), cmd, nil)
	if !errors.Is(err, errOutputTooLarge) || causeOfOutput(err, "") != observation.CauseOverLimit {
		t.Errorf("err = %v", err)
	}
}

func TestAServerThatSendsWithoutEndMeetsALimit(t *testing.T) {
	g := newGit(t, Options{})
	text := make([]byte, 0, 1<<20) // what does not pack
	for i, x := 0, uint32(1); i < 1<<20; i++ {
		x = x*1664525 + 1013904223
		text = append(text, byte(x>>24))
	}
	o := serveOrigin(t, g, commit(t0, ada, "x", entry("100644", "small.sh", "x")), commit(t0, ada, "x", entry("100644", "large.sh", string(text))))
	err := newGit(t, Options{MaxPack: 64 << 10}).Mirror(t.Context(), o.url, filepath.Join(t.TempDir(), "m.git"))
	if CauseOf(err) != observation.CauseOverLimit {
		t.Errorf("err = %v", err)
	}
}

// git says nothing where it dies of a signal: how it ended tells what it met.
func TestASignalThatEndsGitSaysWhatItMet(t *testing.T) {
	for signal, want := range map[string]observation.Cause{"signal: segmentation fault": observation.CauseCorrupt, "signal: file size limit exceeded": observation.CauseOverLimit} {
		if got := causeOfOutput((&tailBuffer{}).failure(errors.New(signal)), ""); got != want {
			t.Errorf("%s: %q, want %s", signal, got, want)
		}
	}
}
