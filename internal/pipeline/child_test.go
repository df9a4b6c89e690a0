package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// newChildPipeline is newPipeline with a child process.
func newChildPipeline(t *testing.T, cfg config.Config, memory int64) *Pipeline {
	t.Helper()
	p, err := New(t.Context(), cfg, "test", time.Now, Silent{}, InChild())
	if err != nil {
		t.Fatal(err)
	}
	p.memory = memory
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestReadInAChildTheReportIsTheSame(t *testing.T) {
	_, want := sampleRun()
	published, err := newChildPipeline(t, testConfig(t), 0).Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(published.Files.Report)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the report of a run with a child process is another: " + firstDifference(got, want))
	}
}

// A repository that needs more than its process may take costs itself what its files would
// have said, by name, and costs no run after that anything, until something changes.
func TestARepositoryThatNeedsTooMuchCostsItselfAndOnce(t *testing.T) {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector needs more memory than the limit of this test")
	}
	// Each component of three bytes becomes one of hundreds.
	bill := `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + strings.Repeat(`{},`, 2_000_000) + `{}]}`
	template, root := writeMirrors(t, map[string]string{
		"greedy": commitStream(map[string]string{"bom.json": bill, "SECURITY.md": "x"}),
		"plain":  commitStream(map[string]string{"go.mod": "module m\n\ngo 1.20\n\nrequire example.org/a v1.0.0\n"}),
	})
	cfg := testConfig(t)
	cfg.Mirror = template
	urls := []string{"https://forge.example/o/greedy", "https://forge.example/o/plain"}
	p := newChildPipeline(t, cfg, 300<<20)
	r := runWith(t, p, urls...)
	for _, good := range r.Document.Goods {
		greedy := strings.HasSuffix(good.ID, "greedy")
		switch manifests := measureOf(good, observation.InventoryManifests); {
		case greedy && (manifests.State != observation.Unknown || manifests.Cause != observation.CauseOverLimit || !strings.Contains(manifests.Detail, "memory")):
			t.Errorf("%s: its manifests are %+v, want unknown for a limit", good.ID, manifests)
		case !greedy && manifests.State != observation.Measured:
			t.Errorf("%s: its manifests are %+v", good.ID, manifests)
		}
		if m := measureOf(good, observation.GovernanceReadme); m.State != observation.Measured {
			t.Errorf("%s: what another scanner reads is %+v", good.ID, m)
		}
	}
	mirror, ok := gitrepo.ReadMirrorState(filepath.Join(root, "o+greedy", "repo"))
	if !ok {
		t.Fatal("no mirror")
	}
	next, err := p.Begin(t.Context(), urls)
	if err != nil {
		t.Fatal(err)
	}
	repositories, err := p.repositories(t.Context(), next)
	if err != nil {
		t.Fatal(err)
	}
	for _, repository := range repositories {
		if !strings.HasSuffix(repository.URL, "greedy") {
			continue
		}
		if _, same := p.unchanged(t.Context(), next, repository, mirror); !same {
			t.Error("the next run would read it again")
		}
		p.cfg.Timeout *= 2
		if _, same := p.unchanged(t.Context(), next, repository, mirror); same {
			t.Error("a run with another limit would not read it again")
		}
	}
}
