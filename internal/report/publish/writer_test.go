package publish

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// digested writes a document whose goods come with their names as digests, and
// returns the ids of those that were made.
func digested(t *testing.T, dir string, doc report.Document) []string {
	t.Helper()
	w, err := NewWriter(context.Background(), dir, doc)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var made []string
	for _, good := range report.Complete(doc).Goods {
		err := w.Add(good, "of "+good.Name, func() (report.Good, error) {
			made = append(made, good.ID)
			return good, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Publish(doc); err != nil {
		t.Fatal(err)
	}
	return made
}

// sameFiles holds all files but the manifest against those of a new folder.
func sameFiles(t *testing.T, dir string, doc report.Document) {
	t.Helper()
	other := filepath.Join(t.TempDir(), "new")
	digested(t, other, doc)
	got, want := readAll(t, dir), readAll(t, other)
	delete(got, manifestName)
	delete(want, manifestName)
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is not what a new folder holds", name)
		}
	}
}

func TestWhatHasItsDigestIsNotMadeAgain(t *testing.T) {
	dir, doc := t.TempDir(), reporttest.EveryState()
	if made := digested(t, dir, doc); len(made) != len(doc.Goods) {
		t.Errorf("made %v at first", made)
	}
	page, err := os.Stat(filepath.Join(dir, "goods", "clinic-ledger.html"))
	if err != nil {
		t.Fatal(err)
	}
	if made := digested(t, dir, doc); len(made) != 0 {
		t.Errorf("made %v though nothing changed", made)
	}
	again, err := os.Stat(filepath.Join(dir, "goods", "clinic-ledger.html"))
	if err != nil || !os.SameFile(page, again) {
		t.Errorf("a page that did not change was replaced (%v)", err)
	}
	sameFiles(t, dir, doc)

	i := slices.IndexFunc(doc.Goods, func(g report.Good) bool { return g.ID == "clinic-ledger" })
	doc.Goods[i].Name = "Clinic ledger, renamed to something much longer"
	doc.Summary.Borderline++ // what speaks of all goods is always new
	if made := digested(t, dir, doc); !slices.Equal(made, []string{"clinic-ledger"}) {
		t.Errorf("made %v, want the one that changed", made)
	}
	sameFiles(t, dir, doc)

	doc.Goods = slices.Delete(doc.Goods, i, i+1)
	if made := digested(t, dir, doc); len(made) != 0 {
		t.Errorf("made %v after another one went", made)
	}
	sameFiles(t, dir, doc)
}

func TestAReportThatWasTouchedIsMadeAnew(t *testing.T) {
	for name, touch := range map[string]func(dir string, doc *report.Document) error{
		"a page is gone": func(dir string, _ *report.Document) error {
			return os.Remove(filepath.Join(dir, "goods", "clinic-ledger.html"))
		},
		"report.json is longer": func(dir string, _ *report.Document) error {
			return os.WriteFile(filepath.Join(dir, "report.json"), []byte("{}"), 0o644)
		},
		"a file has another time": func(dir string, _ *report.Document) error {
			return os.Chtimes(filepath.Join(dir, "findings.csv"), time.Time{}, time.Unix(1, 0))
		},
		"another day":     func(_ string, doc *report.Document) error { doc.AsOf = doc.AsOf.AddDate(0, 0, 1); return nil },
		"another version": func(_ string, doc *report.Document) error { doc.Generator.Version += "x"; return nil },
		"another name for a measure": func(_ string, doc *report.Document) error {
			doc.Definitions = slices.Clone(doc.Definitions)
			doc.Definitions[0].Name += "x"
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, doc := t.TempDir(), reporttest.EveryState()
			digested(t, dir, doc)
			if err := touch(dir, &doc); err != nil {
				t.Fatal(err)
			}
			if made := digested(t, dir, doc); len(made) != len(doc.Goods) {
				t.Errorf("made %d of %d", len(made), len(doc.Goods))
			}
			sameFiles(t, dir, doc)
		})
	}
}

func TestGoodThatCannotBeReadLeavesTheReportAsItWas(t *testing.T) {
	dir, doc := t.TempDir(), reporttest.EveryState()
	digested(t, dir, doc)
	want := readAll(t, dir)
	w, err := NewWriter(context.Background(), dir, doc)
	if err != nil {
		t.Fatal(err)
	}
	failed := fmt.Errorf("the store is gone")
	if err := w.Add(doc.Goods[0], "new", func() (report.Good, error) { return report.Good{}, failed }); err == nil {
		t.Error("nobody said so")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	got := readAll(t, dir)
	if len(got) != len(want) || got["report.json"] != want["report.json"] {
		t.Error("the report changed")
	}
}

func TestTheFileOfAGoodStaysWhereItsPageDoes(t *testing.T) {
	dir, doc := t.TempDir(), reporttest.EveryState()
	digested(t, dir, doc)
	name := filepath.Join(dir, "goods", "clinic-ledger.js")
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	digested(t, dir, doc)
	after, err := os.Stat(name)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again though nothing changed (%v)", err)
	}
	doc.Goods = slices.DeleteFunc(doc.Goods, func(g report.Good) bool { return g.ID == "clinic-ledger" })
	digested(t, dir, doc)
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("it stands though the good is gone (%v)", err)
	}
}
