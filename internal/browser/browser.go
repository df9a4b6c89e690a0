// Package browser prints pages of this machine with a Chromium that is there. It knows
// neither reports nor goods.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/files"
)

// Find finds the Chromium that prints: the one named, or the first on the path.
func Find(named string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if named != "" {
		return "", fmt.Errorf("CHROME names %s, which cannot be run: name a Chromium, or leave it unset", named)
	}
	return "", errors.New("no Chromium is on the path to print with: install one, name one with CHROME, or print briefs/GOOD.html of the report in a browser")
}

// printTime is how long a browser may take for one sheet.
const printTime = time.Minute

// Print prints a page of this machine to a file. The browser's own files lie in dir.
func Print(ctx context.Context, program, page, dir, file string) error {
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	printed := filepath.Join(dir, "sheet.pdf")
	args := []string{"--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(dir, "browser"),
		"--print-to-pdf=" + printed}
	if os.Getuid() == 0 { // Chromium has no sandbox for root; the page is our own, and loads nothing
		args = append(args, "--no-sandbox")
	}
	command := exec.CommandContext(ctx, program, append(args, (&url.URL{Scheme: "file", Path: filepath.ToSlash(page)}).String())...)
	command.WaitDelay = 5 * time.Second // processes of its own may hold the pipe
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("print with %s: %w: %.300s", program, err, output)
	}
	pdf, err := os.ReadFile(printed)
	if err != nil {
		return fmt.Errorf("print with %s: it wrote nothing: %.300s", program, output)
	}
	root, err := files.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	return files.WriteIn(root, filepath.Base(file), func(w io.Writer) error { _, err := w.Write(pdf); return err })
}
