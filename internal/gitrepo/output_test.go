package gitrepo

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestWhatGitSaysIsKeptInItsLastLinesAndHarmsNoTerminal(t *testing.T) {
	said := &tail{}
	for range 1000 {
		if _, err := said.Write([]byte(strings.Repeat("remote: noise\n", 1000))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := said.Write([]byte("remote: \x1b[2Jboo\rfatal: the end\n")); err != nil {
		t.Fatal(err)
	}
	if len(said.kept) > maxSaid {
		t.Errorf("%d bytes are kept", len(said.kept))
	}
	if got := said.lines(2); got != "remote: [2Jboo; fatal: the end" {
		t.Errorf("said %q", got)
	}
}

func TestAnAnswerWithoutEndEnds(t *testing.T) {
	g := newGit(t, Options{})
	cmd := g.command(t.Context(), "", nil)
	cmd.Path, cmd.Args = "/bin/cat", []string{"cat", "/dev/zero"}
	_, err := g.finish(t.Context(), cmd, nil)
	if !errors.Is(err, errTooMuch) || causeOf(err, "") != observation.CauseOverLimit {
		t.Errorf("err = %v", err)
	}
}

func TestAServerThatSendsWithoutEndMeetsALimit(t *testing.T) {
	g := newGit(t, Options{})
	o := serve(t, g, func(w *strings.Builder) {
		text := make([]byte, 0, 1<<20) // what does not pack
		for i, x := 0, uint32(1); i < 1<<20; i++ {
			x = x*1664525 + 1013904223
			text = append(text, byte(x>>24))
		}
		commitStream(w, t0, ada, "x", entry{"100644", "small.sh", "x"})
		commitStream(w, t0, ada, "x", entry{"100644", "large.sh", string(text)})
	})
	err := newGit(t, Options{MaxPack: 64 << 10}).Mirror(t.Context(), o.url, filepath.Join(t.TempDir(), "m.git"))
	if CauseOf(err) != observation.CauseOverLimit {
		t.Errorf("err = %v", err)
	}
}
