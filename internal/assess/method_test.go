package assess

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/method.md from the rules")

func TestMethodDocumentIsThatOfTheRules(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "method.md")
	want := loaded(t).Method()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/method.md differs from the rules: go test ./internal/assess -run Method -update")
	}
}
