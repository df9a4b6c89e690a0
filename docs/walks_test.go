// Package docs checks that the code in these documents is code of the tree.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link is the address in "From [path](../path):", which precedes quoted code.
var link = regexp.MustCompile(`^From .*\]\(([^)]+)\):$`)

// Each block of Go in a document is a part of the file that a "From" line above it
// links to.
func TestCodeInDocumentsIsCodeOfTheTree(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		source, quoted := "", (*strings.Builder)(nil)
		for line := range strings.Lines(string(text)) {
			switch found := link.FindStringSubmatch(strings.TrimSpace(line)); {
			case found != nil:
				source = found[1]
			case strings.HasPrefix(line, "```go"):
				quoted = &strings.Builder{}
			case strings.HasPrefix(line, "```") && quoted != nil:
				checkQuoted(t, document, source, quoted.String())
				quoted = nil
			case quoted != nil:
				quoted.WriteString(line)
			}
		}
	}
}

func checkQuoted(t *testing.T, document, source, quoted string) {
	t.Helper()
	code, err := os.ReadFile(source)
	if err != nil {
		t.Errorf("%s quotes code and names no file of it: %v", document, err)
		return
	}
	if !strings.Contains(string(code), quoted) {
		t.Errorf("%s quotes code that %s does not hold:\n%s", document, source, quoted)
	}
}
