package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// checkoutOf makes a work tree with one commit below a folder and returns its path.
func checkoutOf(t *testing.T, dir, name string) string {
	t.Helper()
	bare, tree := filepath.Join(dir, name+".git"), filepath.Join(dir, name)
	gittest.Import(t, bare, gittest.Commit{When: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Files: gittest.Files(map[string]string{
		"README.md": "# " + name, "requirements.txt": "requests==2.19.0\n"})})
	gittest.Run(t, dir, nil, "clone", "-q", bare, tree)
	return tree
}

func TestACheckKeepsNothingInTheRepositoryAndInTheStore(t *testing.T) {
	dir := t.TempDir()
	tree := checkoutOf(t, dir, "tool")
	before := names(t, tree)
	t.Chdir(tree)
	cfg := configIn(dir)
	cfg.Cache = filepath.Join(dir, "cache")
	if _, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, "."); err != nil {
		t.Fatal(err)
	}
	if after := names(t, tree); after != before {
		t.Errorf("the repository holds\n%s\nwant\n%s", after, before)
	}
	if _, err := os.Stat(cfg.Store); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a check made a store: %v", err)
	}
}

// names lists all paths below a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all.WriteString(strings.TrimPrefix(path, dir) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestARepositoryDoesNotNameAnotherToBeCheckedInItsPlace holds a bare repository that
// came with a clone and says where its work tree is.
func TestARepositoryDoesNotNameAnotherToBeCheckedInItsPlace(t *testing.T) {
	dir := t.TempDir()
	tree, other := checkoutOf(t, dir, "tool"), checkoutOf(t, dir, "secret")
	gittest.Run(t, tree, nil, "config", "core.worktree", other)
	inner := filepath.Join(tree, "inner")
	gittest.Import(t, inner, gittest.Commit{When: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)})
	gittest.Run(t, inner, nil, "config", "core.bare", "false")
	gittest.Run(t, inner, nil, "config", "core.worktree", other)
	cfg := configIn(dir)
	for _, target := range []string{tree, inner, filepath.Join(inner, "refs")} {
		document, _, err := Check(t.Context(), cfg, "test", time.Now, Silent{}, target)
		if err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		if url := document.Goods[0].Repositories[0].URL; !strings.HasPrefix(target, url) {
			t.Errorf("%s: %s was read", target, url)
		}
	}
}

// TestNothingInAGivenMirrorSteersItsOwnScan holds for what is read in place besides
// arguments: mirrors by a template.
func TestNothingInAGivenMirrorSteersItsOwnScan(t *testing.T) {
	dir := t.TempDir()
	tree := checkoutOf(t, dir, "tool")
	for key, set := range map[string]func(*config.Config){
		"config":     func(c *config.Config) { c.Origin.File = filepath.Join(tree, "midspan.yaml") },
		"store":      func(c *config.Config) { c.Store = filepath.Join(tree, "store") },
		"cache":      func(c *config.Config) { c.Cache = filepath.Join(tree, ".git", "cache") },
		"advisories": func(c *config.Config) { c.Advisories = filepath.Join(tree, "advdb") },
		"out":        func(c *config.Config) { c.Out = filepath.Join(tree, "report") },
		"out: ":      func(c *config.Config) { c.Out = dir },
	} {
		cfg := configIn(t.TempDir())
		cfg.Mirror = filepath.Join(dir, "{name}")
		set(&cfg)
		_, err := newPipeline(t, cfg).Run(t.Context(), []string{"https://forge.example/o/tool"})
		if err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestProcessesShareACacheUnderOneLock holds what one process makes against another that
// would tidy up.
func TestProcessesShareACacheUnderOneLock(t *testing.T) {
	dir := t.TempDir()
	cfg := configIn(dir)
	cfg.Cache = filepath.Join(dir, "cache")
	osv := filepath.Join(dir, "osv")
	writeFile(t, filepath.Join(osv, "PyPI", "TEST-1.json"), `{"id":"TEST-1","modified":"2026-01-01T00:00:00Z",
		"affected":[{"package":{"ecosystem":"PyPI","name":"requests"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}`)
	drafts := []string{".advisories-1/index", "osv/.fetching-1", "osv/PyPI/.fetching-1", "osv-abc/PyPI/.fetching-1"}
	old := importTime.Add(-48 * time.Hour)
	for _, draft := range drafts {
		path := filepath.Join(cfg.Cache, draft)
		writeFile(t, path, "x")
		for ; path != cfg.Cache; path = filepath.Dir(path) {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	present := func() (n int) {
		for _, draft := range drafts {
			if _, err := os.Stat(filepath.Join(cfg.Cache, draft)); err == nil {
				n++
			}
		}
		return n
	}
	// Another process is at work, since before yesterday.
	release, err := files.Lock(t.Context(), filepath.Join(cfg.Cache, "advisories.lock"))
	if err != nil {
		t.Fatal(err)
	}
	p := newPipeline(t, cfg)
	if err := p.lockStore(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := ImportAdvisories(short, cfg, osv, importTime, Silent{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside another process: %v", err)
	}
	if n := present(); n != len(drafts) {
		t.Errorf("%d drafts of %d are left beside the process that makes them", n, len(drafts))
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := ImportAdvisories(t.Context(), cfg, osv, importTime, Silent{}); err != nil {
		t.Errorf("after it: %v", err)
	}
	if n := present(); n != 0 {
		t.Errorf("%d drafts of a dead process are left", n)
	}
}

func TestWhatOneProjectFetchesIsNotTakenForOSVs(t *testing.T) {
	cfg := config.Config{Cache: t.TempDir()}
	seen := map[string]string{}
	for _, address := range []string{"https://osv-vulnerabilities.storage.googleapis.com", "https://a.example/osv", "https://b.example/osv", "https://a.example/osv?x=1"} {
		folder := downloadDir(cfg, address)
		index, err := indexPath(cfg, folder)
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[folder] + seen[index]; other != "" {
			t.Errorf("%s shares a place with %s", address, other)
		}
		if strings.Contains(address, "googleapis") != (index == defaultIndexPath(cfg)) {
			t.Errorf("%s is indexed in %s", address, index)
		}
		seen[folder], seen[index] = address, address
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}
