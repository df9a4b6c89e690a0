//go:build unix

package pipeline

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

func TestHostileFilesThatNeverEndMeetTheTimeout(t *testing.T) {
	pipe := func(name string) func(*ground, *gittest.Repository) {
		return func(_ *ground, r *gittest.Repository) {
			plain(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: odd})
			path := filepath.Join(r.Dir, name)
			_ = os.Remove(path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				r.T.Fatal(err)
			}
			if err := syscall.Mkfifo(path, 0o644); err != nil {
				r.T.Fatal(err)
			}
		}
	}
	cases := []hostile{
		{"pipe-head", pipe("HEAD"), "over-limit"},
		{"pipe-branch", pipe("refs/heads/main"), "over-limit"},
		{"pipe-config", pipe("config"), "over-limit"},
		{"pipe-object", pipe(gittest.Loose(odd)), "over-limit"},
		{"pipe-packed-refs", pipe("packed-refs"), "over-limit"},
		{"pipe-shallow", pipe("shallow"), "over-limit"},
		{"pipe-alternates", pipe("objects/info/alternates"), "over-limit"},
		{"pipe-index", pipe("objects/pack/pack-" + odd + ".idx"), "partial"},
	}
	g := newGround(t)
	cfg := settings(t)
	cfg.Timeout = time.Second
	g.judge(cases, g.passed(cfg, cases))
}
