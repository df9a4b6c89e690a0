package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithoutAChromiumItSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(""); err == nil || !strings.Contains(err.Error(), "CHROME") {
		t.Errorf("it says %v", err)
	}
	if _, err := Find("/nowhere/chrome"); err == nil || !strings.Contains(err.Error(), "/nowhere/chrome") {
		t.Errorf("of one that is named it says %v", err)
	}
}

func TestAPageIsPrinted(t *testing.T) {
	program, err := Find("")
	if err != nil && os.Getenv("MIDSPAN_TEST_STRICT") == "" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	page, file := filepath.Join(dir, "a page.html"), filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(page, []byte("<!doctype html><title>t</title><p>One page."), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Print(t.Context(), program, page, t.TempDir(), file); err != nil {
		t.Fatal(err)
	}
	if pdf, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("%d bytes, %v", len(pdf), err)
	}
}
