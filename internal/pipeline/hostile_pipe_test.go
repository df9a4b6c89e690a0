//go:build unix

package pipeline

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

func TestHostileFilesThatNeverEndMeetTheTimeout(t *testing.T) {
	pipe := func(name string) func(*hostileEnv, *gittest.Repository) {
		return func(_ *hostileEnv, r *gittest.Repository) {
			plainRepository(r, gittest.Entry{Mode: "100644", Name: "package-lock.json", OID: missingOID})
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
	cases := []hostileCase{
		{"pipe-head", pipe("HEAD"), "over-limit"},
		{"pipe-branch", pipe("refs/heads/main"), "over-limit"},
		{"pipe-config", pipe("config"), "over-limit"},
		{"pipe-object", pipe(gittest.Loose(missingOID)), "over-limit"},
		{"pipe-packed-refs", pipe("packed-refs"), "over-limit"},
		{"pipe-shallow", pipe("shallow"), "over-limit"},
		{"pipe-alternates", pipe("objects/info/alternates"), "over-limit"},
		{"pipe-index", pipe("objects/pack/pack-" + missingOID + ".idx"), "partial"},
	}
	g := newHostileEnv(t)
	cfg := testConfig(t)
	cfg.Timeout = time.Second
	g.checkCases(cases, g.runCases(cfg, cases))
}

func TestTheConfigurationOfACheckoutCannotHoldACheckForEver(t *testing.T) {
	dir := t.TempDir()
	tree := checkoutOf(t, dir, "tool")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, tree, nil, "config", "include.path", filepath.Join(dir, "pipe"))
	cfg := configIn(dir)
	cfg.Timeout = time.Second
	document, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, tree)
	if err != nil {
		t.Fatal(err)
	}
	if failure := document.Goods[0].Scans[0].Failure; failure == nil || failure.Cause != observation.CauseOverLimit {
		t.Errorf("failure %+v, want one over the limit", failure)
	}
}
