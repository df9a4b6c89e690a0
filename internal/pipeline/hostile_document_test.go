package pipeline

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTest = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	testFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)
)

// testNames lists the tests of the whole module.
func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	existing := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, found := range testFunc.FindAllSubmatch(data, -1) {
			existing[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return existing
}

// threats returns the rows of the document's tables of threats, without their heads.
func threats(document string) []string {
	var rows []string
	inside := false
	for line := range strings.Lines(document) {
		switch {
		case strings.HasPrefix(line, "| threat |"):
			inside = true
		case !strings.HasPrefix(line, "|"):
			inside = false
		case inside && !strings.HasPrefix(line, "|---"):
			rows = append(rows, line)
		}
	}
	return rows
}

func TestEveryTestOfTheThreatModelExists(t *testing.T) {
	root := filepath.Join("..", "..")
	existing := testNames(t, root)
	data, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := namedTest.FindAllStringSubmatch(string(data), -1)
	rows := threats(string(data))
	if len(names) == 0 || len(rows) == 0 {
		t.Fatal("docs/security.md names no test")
	}
	for _, name := range names {
		if !existing[name[1]] {
			t.Errorf("docs/security.md names %s, which does not exist", name[1])
		}
	}
	for _, row := range rows {
		if !namedTest.MatchString(row) {
			t.Errorf("no test holds this row of docs/security.md: %s", row)
		}
	}
}
