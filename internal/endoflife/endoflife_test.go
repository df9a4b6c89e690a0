package endoflife

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// The fixtures are written by hand in the published shapes; dates of products that exist
// are those of their projects.
const full = `{"schema_version": "1.2.1", "generated_at": "2026-11-20T08:00:00+00:00", "total": 7, "result": [
 {"name": "python", "aliases": [], "label": "Python", "releases": [
  {"name": "3.14", "codename": null, "isEol": false, "eolFrom": "2030-10-31", "latest": {"name": "3.14.1", "date": "2026-11-02", "link": null}},
  {"name": "3.10", "isEol": true, "eolFrom": "2026-10-31", "latest": null},
  {"name": "3.7", "isEol": true, "eolFrom": "2023-06-27"}, {"name": "3.6", "isEol": true, "eolFrom": "2021-12-23"},
  {"name": "2.7", "isEol": true, "eolFrom": "2020-01-01"}]},
 {"name": "nodejs", "releases": [{"name": "24", "isEol": false, "eolFrom": "2028-04-30"}, {"name": "14", "isEol": true, "eolFrom": "2023-04-30"},
  {"name": "12", "isEol": true, "eolFrom": "2022-04-30"}, {"name": "10", "isEol": true, "eolFrom": "2021-04-30"}, {"name": "3", "isEol": true, "eolFrom": null}]},
 {"name": "go", "releases": [{"name": "1.27", "isEol": false, "eolFrom": null}, {"name": "1.26", "isEol": false}, {"name": "1.15", "isEol": true, "eolFrom": "2021-08-16"},
  {"name": "1.1", "isEol": true, "eolFrom": "2014-12-10"}]},
 {"name": "php", "releases": [{"name": "8.5", "isEol": false, "eolFrom": "2029-12-31"}, {"name": "7.4", "isEol": true, "eolFrom": "2022-11-28"},
  {"name": "7.3", "isEol": true, "eolFrom": "2021-12-06"}]},
 {"name": "debian", "releases": [{"name": "13", "codename": "Trixie", "isEol": false, "eolFrom": "2028-08-09"}, {"name": "10", "codename": "Buster", "isEol": true, "eolFrom": "2022-09-10"}]},
 {"name": "eclipse-temurin", "releases": [{"name": "21", "isEol": false, "eolFrom": "2029-12-31"}, {"name": "8", "isEol": false, "eolFrom": "2030-12-31"}]},
 {"name": "oracle-jdk", "releases": [{"name": "8", "isEol": true, "eolFrom": "2022-03-31"}, {"name": "7", "isEol": true, "eolFrom": "2019-07-31"}]},
 {"name": "odd", "releases": [{"name": "1"}]}
]}`

var day = time.Date(2026, 11, 28, 23, 59, 59, 0, time.UTC)

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func data(t *testing.T) Data {
	t.Helper()
	d, err := Read(written(t, "full.json", full))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsPinnedRunsAndWhatIsARangeAllows(t *testing.T) {
	d := data(t)
	for _, c := range []struct {
		product, version string
		reading          observation.RuntimeRange
		want             kind
		cycle            string
	}{
		{"python", "3.6.9", observation.RuntimePinned, ended, "python 3.6"},
		{"python", "3.10", observation.RuntimePinned, ended, "python 3.10"}, // and not 3.1
		{"python", "3", observation.RuntimePinned, supported, ""},           // the newest 3
		{"python", "2", observation.RuntimePinned, ended, "python 2.7"},
		{"python", "3.99", observation.RuntimePinned, undecided, ""},
		{"python", "", observation.RuntimePinned, undecided, ""},
		{"cobol", "85", observation.RuntimePinned, undecided, ""},
		{"odd", "1", observation.RuntimePinned, undecided, ""},
		{"debian", "buster", observation.RuntimePinned, ended, "debian 10"},
		{"debian", "trixie", observation.RuntimePinned, supported, ""},
		{"debian", "woody", observation.RuntimePinned, undecided, ""},
		{"nodejs", "3.1", observation.RuntimePinned, ended, "nodejs 3"}, // without a date, and long over
		{"java", "8", observation.RuntimePinned, supported, ""},         // Temurin's, not Oracle's
		{"go", "1.15", observation.RuntimeMinimum, allowed, "go 1.15"},
		{"go", "1.26.3", observation.RuntimeMinimum, supported, ""},
		{"go", "1.99", observation.RuntimeMinimum, undecided, ""},
		{"java", "7", observation.RuntimeMinimum, allowed, "java 7"},
		{"java", "8", observation.RuntimeMinimum, supported, ""},
		{"nodejs", ">=10 <13", observation.RuntimeNPM, ended, "nodejs 12"},
		{"nodejs", ">=10", observation.RuntimeNPM, allowed, "nodejs 10"},
		{"nodejs", "14.17.x", observation.RuntimeNPM, ended, "nodejs 14"},
		{"nodejs", "^12.20.0 || >=24", observation.RuntimeNPM, allowed, "nodejs 12"},
		{"nodejs", ">=24", observation.RuntimeNPM, supported, ""},
		{"nodejs", "newest, please", observation.RuntimeNPM, undecided, ""},
		{"python", ">=3.6", observation.RuntimePyPI, allowed, "python 3.6"},
		{"python", ">=3.6,<3.8", observation.RuntimePyPI, ended, "python 3.7"},
		{"python", ">=3.6.*", observation.RuntimePyPI, allowed, "python 3.6"},
		{"python", ">=2.7,<3.6", observation.RuntimePyPI, ended, "python 2.7"},
		{"python", "~=3.14", observation.RuntimePyPI, supported, ""},
		{"python", "^3.6", observation.RuntimePoetry, allowed, "python 3.6"},
		{"python", "~3.6", observation.RuntimePoetry, ended, "python 3.6"},
		{"python", "3.6.9", observation.RuntimePoetry, ended, "python 3.6"},
		{"python", "^2.7 || ^3.14", observation.RuntimePoetry, allowed, "python 2.7"},
		{"php", "^7.3", observation.RuntimeComposer, ended, "php 7.4"},
		{"php", "^7.4|^8.0", observation.RuntimeComposer, allowed, "php 7.4"},
		{"php", ">=8.5", observation.RuntimeComposer, supported, ""},
		{"php", "~7.3", observation.RuntimeComposer, ended, "php 7.4"},
		{"php", "~7.3.0", observation.RuntimeComposer, ended, "php 7.3"},
		{"php", ">=7.3,<8.0", observation.RuntimeComposer, ended, "php 7.4"},
	} {
		r := observation.Runtime{Product: c.product, Version: c.version, Reading: c.reading}
		if got := d.answer(r, day); got.kind != c.want || got.cycle != c.cycle {
			t.Errorf("%s (%s) is %d %q (%s), want %d %q", r, c.reading, got.kind, got.cycle, got.why, c.want, c.cycle)
		}
	}
}

func TestTheLastDayOfSupportIsSupported(t *testing.T) {
	d, r := data(t), observation.Runtime{Product: "python", Version: "3.6"}
	for at, want := range map[string]kind{"2021-12-23T23:59:59Z": supported, "2021-12-24T00:00:00Z": ended} {
		at, _ := time.Parse(time.RFC3339, at)
		if got := d.answer(r, at); got.kind != want {
			t.Errorf("on %s it is %d, want %d", at, got.kind, want)
		}
	}
}

func TestWithoutADateDataSayNothingOfOtherDays(t *testing.T) {
	d := data(t)
	for _, c := range []struct {
		product, version, at string
		want                 kind
	}{
		{"go", "1.27", "2026-12-15", supported},
		{"go", "1.27", "2027-02-01", undecided},  // it may have ended since
		{"nodejs", "3", "2026-11-19", undecided}, // it may not have ended by then
		{"nodejs", "3", "2026-11-20", ended},
	} {
		at, _ := time.Parse(time.DateOnly, c.at)
		if got := d.answer(observation.Runtime{Product: c.product, Version: c.version}, at); got.kind != c.want {
			t.Errorf("%s %s on %s is %d, want %d", c.product, c.version, c.at, got.kind, c.want)
		}
	}
}

func TestTheOldAPIAndAFolderOfItsFilesAreRead(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"endoflife/python.json": `[{"cycle": "3.14", "releaseDate": "2025-10-07", "eol": "2030-10-31", "latest": "3.14.1", "latestReleaseDate": "2026-11-02", "lts": false},
			{"cycle": 3.6, "eol": "2021-12-23", "latestReleaseDate": "2021-09-03"}]`,
		"endoflife/go.json":     `[{"cycle": "1.27", "eol": false, "latestReleaseDate": "2026-11-05"}, {"cycle": "1.0", "eol": true}]`,
		"endoflife/debian.json": `[{"cycle": "10", "codename": "Buster", "eol": "2022-09-10"}]`,
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Read(Find(folder))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Info(); got.Products != 3 || got.Day.Format(time.DateOnly) != "2026-11-05" {
		t.Errorf("the data are %+v, want 3 products known until the newest release", got)
	}
	for r, want := range map[observation.Runtime]kind{
		{Product: "python", Version: "3.6"}: ended, {Product: "go", Version: "1.27"}: supported, {Product: "go", Version: "1.0"}: ended,
		{Product: "debian", Version: "buster"}: ended,
	} {
		if got := d.answer(r, day); got.kind != want {
			t.Errorf("%s is %d, want %d", r, got.kind, want)
		}
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	d := data(t)
	path := filepath.Join(t.TempDir(), FileName)
	if err := d.Write(path); err != nil {
		t.Fatal(err)
	}
	again, err := Read(path)
	if err != nil || again.Digest() != d.Digest() || !again.Day.Equal(d.Day) {
		t.Errorf("read again they are %+v (%v), want %+v", again.Info(), err, d.Info())
	}
	d.products["python"][0].ends = day
	if again.Digest() == d.Digest() {
		t.Error("another date has the same digest")
	}
}

func TestWhatIsNoSuchDocumentIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"text": "hello", "another list": `[1, 2]`, "no cycle": `[{"eol": true}]`, "no products": `{"result": []}`, "another object": `{"a": 1}`,
		"no day": `{"result": [{"name": "a", "releases": [{"name": "1", "eolFrom": "soon"}]}]}`,
	} {
		if d, err := Read(written(t, "a.json", text)); err == nil {
			t.Errorf("%s is read as %+v", name, d.Info())
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "a.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there gives %v", err)
	}
}

func TestMeasuresCountWhatEndedAndSayWhatIsOpen(t *testing.T) {
	declared := observation.Measure{ID: observation.RuntimesDeclared, State: observation.Measured}
	pinned := func(product, version, path string) observation.Runtime {
		return observation.Runtime{Product: product, Version: version, Path: path}
	}
	old := []observation.Runtime{pinned("python", "3.6.9", "Dockerfile"), pinned("python", "3.6", "runtime.txt"), pinned("nodejs", "14", ".nvmrc"),
		{Product: "python", Version: ">=3.6", Reading: observation.RuntimePyPI, Path: "setup.py"}}
	part := declared
	part.Bound, part.Detail = observation.AtLeast, "package.json could not be read"
	for _, c := range []struct {
		name     string
		source   Source
		runtimes []observation.Runtime
		declared observation.Measure
		want     [4]any // of the measures: values, bounds behind a "+", or states
	}{
		{"ended", Source{Data: data(t)}, old, declared, [4]any{2.0, 2, 1801.0, 1.0}},
		{"supported", Source{Data: data(t)}, []observation.Runtime{pinned("python", "3.14", "Dockerfile")}, declared, [4]any{0.0, 0, observation.NotApplicable, 0.0}},
		{"undecided beside", Source{Data: data(t)}, append(old, pinned("cobol", "85", "Dockerfile")), declared, [4]any{"2+", "2+", "1801+", "1+"}},
		{"a file unread", Source{Data: data(t)}, old[:1], part, [4]any{"1+", "1+", "1801+", "0+"}},
		{"all undecided", Source{Data: data(t)}, []observation.Runtime{pinned("cobol", "85", "a")}, declared,
			[4]any{observation.Unknown, observation.Unknown, observation.Unknown, observation.Unknown}},
		{"no data", Source{}, old, declared, [4]any{observation.Unknown, observation.Unknown, observation.Unknown, observation.Unknown}},
		{"broken data", Source{Problem: "x"}, old, declared, [4]any{observation.Unknown, observation.Unknown, observation.Unknown, observation.Unknown}},
		{"none named", Source{}, nil, observation.Measure{State: observation.NotApplicable, Detail: "no file names a runtime"},
			[4]any{observation.NotApplicable, observation.NotApplicable, observation.NotApplicable, observation.NotApplicable}},
	} {
		got := c.source.Measures(c.runtimes, c.declared, day)
		for i, m := range got {
			if shown := show(m); shown != c.want[i] {
				t.Errorf("%s: %s is %v (%s), want %v", c.name, m.ID, shown, m.Detail, c.want[i])
			}
			if m.State == observation.Unknown && (m.Cause == "" || m.Detail == "") {
				t.Errorf("%s: %s is unknown without a reason", c.name, m.ID)
			}
		}
	}
	named, _ := (Source{Data: data(t)}).Measures(old, declared, day)[1].List()
	if got := strings.Join(named, "|"); got != "nodejs 14, ended 2023-04-30 (.nvmrc)|python 3.6, ended 2021-12-23 (Dockerfile and 1 more)" {
		t.Errorf("they are named %q", got)
	}
}

// show is the value of a measure, or its state; a list is its length.
func show(m observation.Measure) any {
	bound := ""
	if m.Bound == observation.AtLeast {
		bound = "+"
	}
	switch v := m.Value.(type) {
	case nil:
		return m.State
	case []string:
		if bound != "" {
			return string(rune('0'+len(v))) + bound
		}
		return len(v)
	case float64:
		if bound != "" {
			return fmt.Sprint(v) + bound
		}
		return v
	}
	return m.Value
}

// FuzzRanges looks for ranges at which reading panics. They come from files of strangers,
// and are read in the process of the run.
func FuzzRanges(f *testing.F) {
	path := filepath.Join(f.TempDir(), "full.json")
	if err := os.WriteFile(path, []byte(full), 0o644); err != nil {
		f.Fatal(err)
	}
	d, err := Read(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"^7.4", ">=3.6,<4", "1.x || >=2", "~", "=", "||", "3.6.*", ">", "v"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 100 {
			return
		}
		for _, reading := range []observation.RuntimeRange{"", "minimum", "npm", "PyPI", "Poetry", "Composer"} {
			for _, product := range []string{"python", "java"} {
				d.answer(observation.Runtime{Product: product, Version: text, Reading: reading}, day)
			}
		}
	})
}
