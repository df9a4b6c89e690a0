package pipeline

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

// TestABillIsThatOfTheCommitThatWasScanned: the mirror went on, and then went away.
func TestABillIsThatOfTheCommitThatWasScanned(t *testing.T) {
	lock := func(license string) map[string]string {
		return map[string]string{"package-lock.json": `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "1"}},
			"node_modules/left": {"version": "1.0.0", "license": "` + license + `"}}}`}
	}
	cfg := testConfig(t)
	template, root := writeMirrors(t, map[string]string{"one": commitStream(lock("MIT"))})
	cfg.Mirror = template
	run(t, cfg, "https://forge.example/o/one")
	_, other := writeMirrors(t, map[string]string{"one": commitStream(lock("ISC"))})
	mirror := filepath.Join(root, "o+one", "repo")
	for _, args := range [][]string{{"fetch", "-q", filepath.Join(other, "o+one", "repo"), "main:later"}, {"symbolic-ref", "HEAD", "refs/heads/later"}} {
		if out, err := exec.Command("git", append([]string{"--git-dir", mirror}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if text, said := bill(t, cfg); !strings.Contains(text, `"id": "MIT"`) || said != "" {
		t.Errorf("the bill is\n%s\nand it is said: %s", text, said)
	}
	if err := os.RemoveAll(mirror); err != nil {
		t.Fatal(err)
	}
	text, said := bill(t, cfg)
	if strings.Contains(text, "MIT") || !strings.Contains(text, "The lockfiles were not read again") || strings.Contains(text, root) {
		t.Errorf("without the mirror the bill is\n%s", text)
	}
	if !strings.Contains(said, "its mirror is no longer there") {
		t.Errorf("it is said: %s", said)
	}
}

// bill writes the bill of the only good of the newest run, with what is announced.
func bill(t *testing.T, cfg config.Config) (text, said string) {
	t.Helper()
	p, err := New(t.Context(), cfg, "test", time.Now, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.announce = func(line string) { said += line }
	last, err := p.Resume(t.Context(), "midspan run", store.Assessed)
	if err != nil {
		t.Fatal(err)
	}
	said = ""
	var out bytes.Buffer
	if err := p.Bills(t.Context(), last, nil, func(head report.Document, good report.Good, lists []export.Listing) error {
		return export.WriteSBOM(&out, head, good, lists)
	}); err != nil {
		t.Fatal(err)
	}
	return out.String(), said
}
