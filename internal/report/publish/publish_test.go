package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

func mustWrite(t testing.TB, dir string, doc report.Document) Files {
	t.Helper()
	files, err := Write(context.Background(), dir, doc)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWriteReturnsWhatItWrote(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "out")
	files := mustWrite(t, dir, reporttest.EveryState())
	for _, path := range []string{files.Index, files.Report, files.Schema, files.Goods, files.Findings} {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if files.Pages != 10 || files.Dir != dir {
		t.Errorf("it says %d pages in %s", files.Pages, files.Dir)
	}
}

func TestPagesOfGoodsThatAreGoneAreRemoved(t *testing.T) {
	dir := t.TempDir()
	doc := reporttest.EveryState()
	mustWrite(t, dir, doc)
	doc.Goods = doc.Goods[:2]
	mustWrite(t, dir, doc)
	files := readAll(t, dir)
	if _, there := files["goods/school-meals.html"]; there {
		t.Error("the page of a good that is gone is still there")
	}
	for _, name := range []string{"goods/clinic-ledger.html", "index.html", "report.json"} {
		if _, there := files[name]; !there {
			t.Errorf("%s is gone", name)
		}
	}
}

func TestFilesOfOthersAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	notes, own := filepath.Join(dir, "notes.txt"), filepath.Join(dir, "goods", "mine.html")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{notes, own} {
		if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	doc := reporttest.EveryState()
	mustWrite(t, dir, doc)
	doc.Goods = nil
	mustWrite(t, dir, doc)
	for _, path := range []string{notes, own} {
		if data, _ := os.ReadFile(path); string(data) != "mine" {
			t.Errorf("%s is %q now", path, data)
		}
	}
}

func TestAFileOfAnotherInTheWayIsAnErrorAndStays(t *testing.T) {
	dir := t.TempDir()
	index := filepath.Join(dir, "index.html")
	if err := os.WriteFile(index, []byte("my home page"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Write(context.Background(), dir, reporttest.EveryState())
	if err == nil || !strings.Contains(err.Error(), "index.html") || !strings.Contains(err.Error(), "another folder") {
		t.Errorf("the error is %v", err)
	}
	if files := readAll(t, dir); len(files) != 1 || files["index.html"] != "my home page" {
		t.Errorf("the folder holds %d files now", len(files))
	}
}

func TestWhatACrashLeftIsSetRightByTheNextWrite(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, reporttest.EveryState())
	want := readAll(t, dir)
	// A crash in the middle: staged files left over, one page already replaced
	// by a newer one, a page of a good that is gone still listed.
	for name, content := range map[string]string{
		stagingName + "/index.html": "half", "goods/clinic-ledger.html": "newer", "goods/old-good.html": "old",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list := strings.Replace(want[manifestName], `"findings.csv"`, `"findings.csv", "goods/old-good.html"`, 1)
	list = strings.Replace(list, `"digests": {`, fmt.Sprintf(`"digests": {"goods/old-good.html": ["%x", "of another"],`, sha256.Sum256([]byte("old"))), 1)
	if err := os.WriteFile(filepath.Join(dir, manifestName), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, dir, reporttest.EveryState())
	got := readAll(t, dir)
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is not as it was", name)
		}
	}
}

func TestAManifestCannotReachOutOfItsFolder(t *testing.T) {
	parent := t.TempDir()
	dir, outside := filepath.Join(parent, "out"), filepath.Join(parent, "precious.txt")
	mustWrite(t, dir, reporttest.EveryState())
	if err := os.WriteFile(outside, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, manifestName), []byte(`{"written":["../precious.txt"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), dir, reporttest.EveryState()); err == nil {
		t.Error("a manifest that names a file outside was obeyed")
	}
	if data, _ := os.ReadFile(outside); string(data) != "precious" {
		t.Error("a file outside the folder was touched")
	}
}

// TestAManifestOfAnotherDeletesNothing names files of the user as if they were of a report.
func TestAManifestOfAnotherDeletesNothing(t *testing.T) {
	for name, sums := range map[string]string{"without digests": "", "with false ones": `,"digests":{"thesis.txt":["` + strings.Repeat("0", 64) + `"],"src/main.go":[""]}`} {
		dir := t.TempDir()
		for path, text := range map[string]string{"thesis.txt": "mine", "src/main.go": "mine", manifestName: `{"written":["thesis.txt","src/main.go","src","none"]` + sums + "}"} {
			if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755), os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		mustWrite(t, dir, reporttest.EveryState())
		mustWrite(t, dir, reporttest.EveryState())
		files := readAll(t, dir)
		if files["thesis.txt"] != "mine" || files["src/main.go"] != "mine" || files["index.html"] == "" {
			t.Errorf("%s: the user's files are %q and %q", name, files["thesis.txt"], files["src/main.go"])
		}
	}
}

// TestAPageThatSomebodyChangedIsNotDeleted holds for pages of goods that are gone.
func TestAPageThatSomebodyChangedIsNotDeleted(t *testing.T) {
	dir, doc := t.TempDir(), reporttest.EveryState()
	mustWrite(t, dir, doc)
	page := filepath.Join(dir, "goods", "school-meals.html")
	if err := os.WriteFile(page, []byte("my notes"), 0o644); err != nil {
		t.Fatal(err)
	}
	all := doc.Goods
	doc.Goods = all[:2]
	mustWrite(t, dir, doc)
	if data, _ := os.ReadFile(page); string(data) != "my notes" {
		t.Errorf("the page is %q now", data)
	}
	doc.Goods = all
	mustWrite(t, dir, doc) // the good is back, and its page is Midspan's
}

func TestALinkInTheReportIsNotFollowed(t *testing.T) {
	for _, target := range []string{"elsewhere", ".."} {
		dir := t.TempDir()
		if err := errors.Join(os.Mkdir(filepath.Join(dir, "elsewhere"), 0o755), os.Symlink(target, filepath.Join(dir, "goods"))); err != nil {
			t.Fatal(err)
		}
		if _, err := Write(context.Background(), dir, reporttest.EveryState()); err == nil || !strings.Contains(err.Error(), "goods is a link") {
			t.Errorf("a link to %s: %v", target, err)
		}
		if entries, _ := os.ReadDir(filepath.Join(dir, "elsewhere")); len(entries) != 0 {
			t.Errorf("a link to %s was followed: %v", target, entries)
		}
	}
}

// TestManyWritersToOneFolderLeaveAWholeReport begins with a folder that is not there.
func TestManyWritersToOneFolderLeaveAWholeReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	docs := []report.Document{reporttest.EveryState(), reporttest.ManyGoods(30), reporttest.ManyGoods(3)}
	var group sync.WaitGroup
	for i := range 9 {
		group.Go(func() {
			if _, err := Write(context.Background(), dir, docs[i%3]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := readAll(t, dir)
	for _, doc := range docs {
		alone := filepath.Join(t.TempDir(), "alone")
		mustWrite(t, alone, doc)
		if want := readAll(t, alone); got["report.json"] == want["report.json"] && maps.Equal(got, want) {
			return
		}
	}
	t.Error("the folder holds the report of none of the writers, whole")
}

func TestAWriteThatIsCancelledLeavesTheReportAsItWas(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, reporttest.EveryState())
	want := readAll(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Write(ctx, dir, reporttest.ManyGoods(20)); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	got := readAll(t, dir)
	if len(got) != len(want) || got["index.html"] != want["index.html"] {
		t.Error("the report changed")
	}
}

func TestTwoGoodsOfOneIDAreAnError(t *testing.T) {
	doc := reporttest.EveryState()
	doc.Goods = append(doc.Goods, doc.Goods[0])
	if _, err := Write(context.Background(), filepath.Join(t.TempDir(), "out"), doc); err == nil || !strings.Contains(err.Error(), "not unique") {
		t.Errorf("the error is %v", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			doc, dir := reporttest.ManyGoods(n), b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Write(context.Background(), dir, doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
