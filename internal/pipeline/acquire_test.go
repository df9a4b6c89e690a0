package pipeline

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// recordObjects puts a program before git that records which objects are requested, and
// returns a function that reads the record.
func recordObjects(t *testing.T) (objects func() []string) {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	log := filepath.Join(folder, "asked")
	script := fmt.Sprintf("#!/bin/sh\ncase \" $* \" in *' cat-file '*) tee -a %q | %q \"$@\";; *) exec %q \"$@\";; esac\n", log, git, git)
	if err := os.WriteFile(filepath.Join(folder, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() []string {
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(data))
	}
}

func TestNoFileIsReadTwiceAndNoneThatNobodyWants(t *testing.T) {
	cfg := testConfig(t)
	files := map[string]string{
		"README.md": "# Good", "LICENSE": "MIT License", "SECURITY.md": "write to us", "requirements.txt": requirements,
		"package.json": `{"dependencies":{"x":"1"}}`, ".github/FUNDING.yml": "github: x", ".github/workflows/ci.yml": "on: push",
		"Dockerfile": "FROM x", "run.sh": "make", "bin/tool": "#!/bin/sh\nmake", "src/app.py": "import atheris", "pom.xml": "<project/>",
		"docs/tour.gif": "gif", "docs/guide.md": "text", "data/rows.csv": "1,2",
	}
	template, _ := writeMirrors(t, map[string]string{"good": commitStream(files)})
	cfg.Mirror, cfg.Advisories = template, writeAdvisories(t)
	objects := recordObjects(t)
	run(t, cfg, "https://forge.example/o/good")
	oid := func(text string) string {
		return strings.TrimSpace(gittest.Run(t, t.TempDir(), []byte(text), "hash-object", "--stdin"))
	}
	got := objects()
	for _, path := range sortedKeys(files) {
		times := 0
		for _, object := range got {
			if object == oid(files[path]) {
				times++
			}
		}
		want := 1
		if slices.Contains([]string{"docs/tour.gif", "docs/guide.md", "data/rows.csv"}, path) {
			want = 0
		}
		if times != want {
			t.Errorf("%s was asked for %d times, want %d", path, times, want)
		}
	}
}

func TestLargestMirrorsComeFirstAndUnknownOnesBeforeThem(t *testing.T) {
	cfg := testConfig(t)
	root := t.TempDir()
	cfg.Mirror, cfg.Store = filepath.Join(root, "given", "{name}"), filepath.Join(root, "store")
	pack := func(size int, folder ...string) {
		dir := filepath.Join(append([]string{root}, append(folder, "objects", "pack")...)...)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "a.pack"), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pack(10, "given", "small")
	pack(30, "given", "large")
	pack(20, "given", "middle")
	pack(5, "store", "mirrors", "forge.example", "o", "kept.git")
	var repositories []catalog.Repository
	for _, name := range []string{"small", "kept", "large", "new", "middle"} {
		repositories = append(repositories, catalog.Repository{URL: "https://forge.example/o/" + name, Host: "forge.example", Owner: "o", Path: name})
	}
	p := newPipeline(t, cfg)
	atHand, remote := p.schedule(t.Context(), repositories)
	var order []string
	for a := range atHand {
		order = append(order, a.repository.Path)
	}
	order = append(order, "|")
	for _, a := range remote {
		order = append(order, a.repository.Path)
	}
	if got := strings.Join(order, " "); got != "large middle small | new kept" {
		t.Errorf("order %s", got)
	}
}

func TestAHostIsAskedForFewRepositoriesAtOnce(t *testing.T) {
	const perHost = 4 // of the test's settings
	const many = 3 * perHost
	streams := map[string]string{}
	var urls []string
	for i := range many {
		streams[fmt.Sprint(i)] = commitStream(map[string]string{"README": fmt.Sprint(i)})
	}
	_, root := writeMirrors(t, streams)
	origin, err := url.Parse(gittest.Serve(t, root))
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	running, most := map[string]int{}, 0
	proxy := httputil.NewSingleHostReverseProxy(origin)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		mutex.Lock()
		running[repository]++
		most = max(most, len(running))
		mutex.Unlock()
		proxy.ServeHTTP(w, r)
		mutex.Lock()
		defer mutex.Unlock()
		if running[repository]--; running[repository] == 0 {
			delete(running, repository)
		}
	}))
	t.Cleanup(server.Close)
	for i := range many {
		urls = append(urls, fmt.Sprintf("%s/o+%d/repo", server.URL, i))
	}
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate, cfg.Jobs = false, true, 2
	published := run(t, cfg, urls...)
	if published.Summary.Scanned != many {
		t.Errorf("%d of %d repositories were read: %+v", published.Summary.Scanned, many, published.Gaps)
	}
	if most > perHost {
		t.Errorf("%d repositories of one host at once", most)
	}
}

func TestRepositoryOverALimitIsUnknownAndSaysSo(t *testing.T) {
	cfg := testConfig(t)
	template, _ := writeMirrors(t, map[string]string{
		"many":  commitStream(map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"}),
		"bytes": commitStream(map[string]string{"requirements.txt": requirements, "LICENSE": strings.Repeat("MIT ", 300)}),
		"small": commitStream(map[string]string{"requirements.txt": requirements}),
	})
	cfg.Mirror, cfg.Advisories, cfg.MaxFiles, cfg.MaxBytes = template, writeAdvisories(t), 3, 1000
	published := run(t, cfg, "https://forge.example/o/many", "https://forge.example/o/bytes", "https://forge.example/o/small")
	for _, good := range published.Document.Goods {
		scan := good.Scans[0]
		var over []string
		for _, measure := range scan.Measures {
			if measure.Cause == "over-limit" {
				over = append(over, measure.ID)
			}
		}
		switch name := scan.Repository.Path; {
		case name == "small" && len(over) != 0:
			t.Errorf("%s: over the limit are %v", name, over)
		case name == "bytes" && !slices.Contains(over, "license.spdx"):
			t.Errorf("%s: over the limit are %v", name, over)
		case name == "many" && (scan.Failure == nil || !strings.Contains(scan.Failure.Message, "4 files, over the limit of 3")):
			t.Errorf("%s: failure %+v", name, scan.Failure)
		}
	}
	cfg.MaxBytes = 0 // the default, which is more
	for _, good := range run(t, cfg, "https://forge.example/o/many", "https://forge.example/o/bytes", "https://forge.example/o/small").Document.Goods {
		if m := measureOf(good, "license.spdx"); strings.HasSuffix(good.ID, "bytes") && m.Cause != observation.CauseUnsupported {
			t.Errorf("with a higher limit the file of the same commit is read, and is no licence: %+v", m)
		}
	}
}

func TestWantsAreThoseOfAllScanners(t *testing.T) {
	p := newPipeline(t, testConfig(t))
	all := scanners.CombinedWants(p.scanners)
	for path, want := range map[string]gitrepo.Want{
		"LICENSE": gitrepo.Needed, "a/package-lock.json": gitrepo.Needed, "bin/tool": gitrepo.Needed, "lib/x.jar": gitrepo.Needed,
		"src/main.go": gitrepo.IfThere, "docs/picture.png": gitrepo.Unwanted, "src/page.php": gitrepo.IfThere, "docs/page.css": gitrepo.Unwanted,
	} {
		if got := all.Contents(gitrepo.File{Path: path, Mode: gitrepo.ModeFile}); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if past := all.Past([]gitrepo.File{{Path: "LICENSE"}}); !slices.Contains(past, "LICENSE") {
		t.Errorf("past %v", past)
	}
}
