// Package midspan holds what is true of the whole tree: which room may import which,
// and how large a file, a function, a line and a room may be. docs/architecture.md
// describes the rooms.
package midspan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

const module = "github.com/midspan/midspan"

const (
	maxLine         = 160 // characters, outside tests: rows of a table stay one line there
	maxFile         = 450 // lines, outside tests
	maxFunction     = 60  // lines, outside tests
	maxDeclarations = 300 // at the top level of a package, outside tests
)

// tooLarge are what is larger than it may be and waits to be cut: a package with its
// declarations, a file or a function with its lines. Nothing may grow beyond what stands
// here, and what has been cut is taken out.
var tooLarge = map[string]int{
	"scanners/maintenance/definitions.go measures": 65,
	"scanners/signals/definitions.go definitions":  65,
}

// longLines are the lines over maxLine that wait to be wrapped, in all files together.
const longLines = 0

// rule forbids imports outside tests. Own packages are named below the module
// ("internal/store"), others in full. Patterns match whole names.
type rule struct {
	from, to string
	except   string // of to
	spared   string // of from
	why      string
}

var rules = []rule{
	{from: `.*`, to: `cmd/.*|bench.*`, why: "commands are the top: nothing is built on them"},
	{from: `github\.com/midspan/midspan`, to: `internal/.*`, except: `internal/(config|pipeline)`, why: "the public API starts a run and gives its result: it does no work"},
	{from: `docs/site`, to: `(catalog|scanners|internal)(/.*)?`, why: "the documentation is rendered from its files alone"},
	{from: `(catalog|scanners|internal)(/.*)?`, to: `internal/pipeline`, why: "the stages call the rooms, not the rooms the stages"},
	{from: `bench`, to: `internal/.*`, except: `internal/gitrepo`, why: "a benchmark measures the program from outside"},

	{from: `internal/(observation|kleene|lazy|nesting|purl|language|licenselist|redact|files|institution|varint|gitrepo/gittest)`, to: `(catalog|scanners|internal)(/.*)?`,
		except: `internal/lazy`, why: "words, logic and helpers that all share stand below all"},
	{from: `internal/license(terms|expr|file)`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(lazy|nesting|licenseexpr)`,
		why: "what files say of licences is read without knowing who asks"},
	{from: `internal/sqlite`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/files`, why: "words, logic and helpers that all share stand below all"},
	{from: `internal/config`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(files|language|observation|wording)`,
		why: "settings know names and values, not who uses them"},
	{from: `internal/fetch`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(observation|redact)`,
		why: "the one HTTP policy serves all rooms and knows none"},
	{from: `internal/service`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(fetch|observation|redact)`,
		why: "how a service is asked does not depend on what it is asked"},
	{from: `internal/egress`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(fetch|redact)`,
		why: "the way out of git knows addresses, and nothing of repositories"},
	{from: `catalog(/.*)?`, to: `(scanners|internal)(/.*)?`, except: `internal/(files|observation|nesting|redact)`,
		why: "whoever adds a catalog format writes one file and knows no stage"},
	{from: `internal/(gitrepo|advisory|osvdb|store)`, to: `scanners(/.*)?|internal/(assess|portfolio|policy|backtest|forecast|report)(/.*)?`,
		why: "what is read and stored does not know what is made of it"},
	{from: `internal/mirror`, to: `(scanners|internal)(/.*)?`, except: `internal/observation`, why: "a place follows from an address alone"},
	{from: `internal/(gitrepo|advisory|osvdb)`, to: `internal/store|catalog(/.*)?`,
		why: "mirrors and advisories stand beside the store: the pipeline brings them together"},
	{from: `catalog/(country|inventory)`, to: `(catalog|scanners|internal)(/.*)?`, why: "forms and names are read for the catalog, and know no good"},
	{from: `internal/(download|epss|feeds|catalogs)`, to: `scanners(/.*)?|internal/.*`, except: `internal/(download|endoflife|epss|fetch|files|observation|redact)`,
		why: "what is fetched is kept as it came: the pipeline makes something of it"},
	{from: `internal/endoflife`, to: `(catalog|scanners|internal)(/.*)?`, except: `internal/(files|lazy|observation)`,
		why: "the ends of support are data and runtimes: the pipeline brings them together"},
	{from: `internal/store`, to: `internal/(gitrepo|advisory|osvdb|fetch)`,
		why: "the store keeps what it is given and brings nothing itself"},
	{from: `internal/early`, to: `.*`, except: `os|runtime/debug`, why: "whatever it imports is initialized before it"},
	{from: `internal/postgres`, to: `(catalog|scanners|internal)(/.*)?`, why: "words, logic and helpers that all share stand below all"},
	{from: `internal/queue`, to: `scanners(/.*)?|internal/.*`, except: `internal/postgres`, why: "the queue carries units and knows neither stages nor what a unit does"},
	{from: `internal/(mirrorcap|monitor|tracing)`, to: `(catalog|scanners|internal)(/.*)?`, why: "a worker's mirrors are folders, and what it tells are numbers"},
	{from: `internal/osvdb`, to: `internal/advisory`, why: "the database of advisories does not know who matches against it"},

	{from: `catalog(/.*)?|scanners(/.*)?|internal/(gitrepo|store|report|assess|portfolio|policy|advisory|osvdb|fetch|config)(/.*)?`, to: `internal/child`,
		why: "the pipeline alone decides where repositories are read"},
	{from: `internal/child`, to: `internal/(store|advisory|osvdb|fetch|report|assess|portfolio|policy|backtest|forecast|config)(/.*)?`,
		why: "the child reads repositories, and knows neither store nor network"},
	{from: `scanners(/.*)?`, to: `internal/(store|report|assess|portfolio|policy|backtest|forecast|wording)(/.*)?`,
		why: "a scanner says what it reads; it neither stores, judges nor shows it"},
	{from: `scanners`, to: `scanners/.*`, why: "the contract knows no scanner, or there is a circle"},
	{from: `internal/(assess|merge|remark|portfolio|policy|backtest|forecast|succession)`, to: `scanners(/.*)?|internal/(gitrepo|advisory|osvdb|store|fetch|report)(/.*)?`,
		why: "a verdict rests on observations alone, wherever they come from"},
	{from: `internal/(assess|merge)`, to: `internal/(portfolio|policy|backtest|forecast)`, why: "a verdict is on one good; what looks at many comes after it"},
	{from: `internal/backtest`, to: `internal/forecast`, why: "the past is asked with the rules alone, and not with what runs foretold"},
	{from: `internal/report(/.*)?`, to: `scanners(/.*)?|internal/(gitrepo|advisory|osvdb|store|fetch)(/.*)?`,
		why: "a report is written from its document, and reads nothing itself"},
	{from: `internal/report`, to: `internal/report/.*`, why: "the document does not know the forms in which it is shown"},
	{from: `internal/report/(site|export|terminal)`, to: `internal/report/(site|export|terminal|publish)`,
		why: "each form is written from the document alone"},
	{from: `internal/report/.*`, to: `internal/report/reporttest`, why: "the fixtures of tests are not in the program"},

	{from: `(catalog|scanners|internal)(/.*)?`, to: `github\.com/(spf13/cobra|vbauerster/.*)`, why: "the command line and its bars are those of cmd"},
	{from: `cmd/.*|catalog(/.*)?|scanners(/.*)?|internal/(assess|backtest|forecast|config|fetch|language|nesting|observation|pipeline|policy|report|store).*`,
		to: `os/exec`, why: "every process is one of git and starts in gitrepo, or the child that reads repositories"},
	{from: `cmd/.*|catalog(/.*)?|internal/(assess|backtest|forecast|config|language|nesting|observation|policy|report|store).*`,
		to: `net/http`, why: "requests go through fetch, which retries, breaks circuits and keeps to its limits"},
	{from: `cmd/.*|catalog(/.*)?|scanners(/.*)?|internal/(assess|backtest|forecast|fetch|gitrepo|pipeline|policy|report).*`,
		to: `database/sql|modernc\.org/.*|github\.com/jmoiron/sqlx`, why: "databases are opened in store and for advisories"},
	{from: `.*`, to: `log`, why: "what happens is returned or noted; the standard logger is global"},
	{from: `.*`, to: `unsafe|C`, spared: `scanners/signals/automaton`, why: "what is read is hostile, and the program is built without cgo"},
}

// ownScanner is the folder of a scanner; no other may import it but the registry and
// the pipeline, which ask for its settings.
var ownScanner = regexp.MustCompile(`^scanners/([a-z0-9]+)`)

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range listPackages(t) {
		from := own(p.ImportPath)
		for _, imported := range p.Imports {
			to := own(imported)
			for _, r := range rules {
				if whole(r.from, from) && whole(r.to, to) && from != to && !(r.except != "" && whole(r.except, to)) && !(r.spared != "" && whole(r.spared, from)) {
					t.Errorf("%s imports %s: %s", from, to, r.why)
				}
			}
			a, b := ownScanner.FindStringSubmatch(from), ownScanner.FindStringSubmatch(to)
			if a != nil && b != nil && a[1] != b[1] && a[1] != "registry" {
				t.Errorf("%s imports %s: a scanner knows no other scanner", from, to)
			}
		}
	}
}

func TestRulesNameRoomsThatExist(t *testing.T) {
	packages := listPackages(t)
	for _, r := range rules {
		if !slices.ContainsFunc(packages, func(p listed) bool { return whole(r.from, own(p.ImportPath)) }) {
			t.Errorf("no package matches %q: the rule holds nothing", r.from)
		}
	}
}

// listed is a package as go list describes it.
type listed struct {
	ImportPath, Dir  string
	Imports, GoFiles []string
}

// listOnce asks go list once for all tests: it looks at every file.
var listOnce = sync.OnceValues(func() ([]listed, error) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "./...").Output()
	if err != nil {
		return nil, err
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
})

func listPackages(t *testing.T) []listed {
	t.Helper()
	packages, err := listOnce()
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func own(importPath string) string { return strings.TrimPrefix(importPath, module+"/") }

func whole(pattern, name string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(name)
}

func TestNoRoomHasTooManyNames(t *testing.T) {
	declaration := regexp.MustCompile(`(?m)^(func|type|var|const) `)
	for _, p := range listPackages(t) {
		count := 0
		for _, file := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			count += len(declaration.FindAll(text, -1))
		}
		if limit := max(maxDeclarations, tooLarge[own(p.ImportPath)]); count > limit {
			t.Errorf("%s declares %d names at its top level, more than %d: it is several rooms", own(p.ImportPath), count, limit)
		}
	}
}

func TestFilesAndLinesStayShort(t *testing.T) {
	var long []string
	for _, file := range goFiles(t) {
		if isTest(file) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts := linesOfText(text)
		count := 0
		for line := range strings.Lines(string(text)) {
			count++
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > maxLine && !texts[count] {
				long = append(long, fmt.Sprintf("%s:%d has %d characters, more than %d", file, count, n, maxLine))
			}
		}
		if limit := max(maxFile, tooLarge[file]); count > limit {
			t.Errorf("%s has %d lines, more than %d", file, count, limit)
		}
	}
	if len(long) > longLines {
		t.Errorf("%d lines are too long, more than %d:\n%s", len(long), longLines, strings.Join(long, "\n"))
	}
}

// linesOfText are the numbers of the lines that are one text and little else. A text is
// not cut into pieces for its length: who searches for it shall find it.
func linesOfText(source []byte) map[int]bool {
	texts := map[int]bool{}
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			return texts
		}
		if kind != token.STRING {
			continue
		}
		first, last := file.Position(pos), file.Position(pos+token.Pos(len(literal)))
		rest, _, _ := bytes.Cut(source[last.Offset:], []byte("\n"))
		if first.Line < last.Line || first.Column <= 60 && len(rest) <= 40 {
			for line := first.Line; line <= last.Line; line++ {
				texts[line] = true
			}
		}
	}
}

// isTest reports whether a file is of tests alone: those of a package, or a package that
// tests share, whose name ends in "test".
func isTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.HasSuffix(path.Base(path.Dir(file)), "test")
}

// Only cmd asks what time it is; a run speaks of the day that it was given.
func TestFunctionsFitAScreenAndKnowNoClock(t *testing.T) {
	for _, file := range goFiles(t) {
		if isTest(file) {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		clock := strings.HasPrefix(file, "cmd/") || strings.HasPrefix(file, "bench/") || strings.HasPrefix(file, "examples/")
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				length := set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1
				if limit := max(maxFunction, tooLarge[file+" "+n.Name.Name]); length > limit {
					t.Errorf("%s: %s has %d lines, more than %d", set.Position(n.Pos()), n.Name.Name, length, limit)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, n.Sel.Name) && !clock {
					t.Errorf("%s asks time.%s: only cmd does, and passes the clock on", set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// goFiles are the Go files of this module and those nested in it.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "bin"):
			return fs.SkipDir
		case path.Ext(file) == ".go":
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
