// Command site renders the documentation as a static site: the documents that
// docs/README.md lists, in its order, and what they link to.
//
//	go run ./docs/site -to bin/site
//
// A link to a document of the site leads to its page, one to another file of the
// repository to the forge. A link that leads nowhere is an error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

func main() {
	to := flag.String("to", "bin/site", "folder to write the site to")
	from := flag.String("from", ".", "folder of the repository")
	flag.Parse()
	if err := build(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

// build writes the site of a repository into a folder.
func build(from, to string) error {
	repository, err := os.OpenRoot(from)
	if err != nil {
		return err
	}
	defer repository.Close()
	s, err := read(repository.FS())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	out, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer out.Close()
	var failures []error
	for _, p := range s.pages {
		html, err := s.render(p)
		failures = append(failures, err)
		failures = append(failures, write(out, p.target, html))
	}
	for name := range s.assets {
		failures = append(failures, copyAsset(repository, out, name))
	}
	return errors.Join(failures...)
}

func write(out *os.Root, name string, data []byte) error {
	if err := out.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
		return err
	}
	return out.WriteFile(filepath.FromSlash(name), data, 0o644)
}

// copyAsset copies a picture to the same place below the site.
func copyAsset(repository, out *os.Root, name string) error {
	in, err := repository.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return write(out, assetTarget(name), data)
}

// isAsset reports whether a file is shown on a page, and so a part of the site.
func isAsset(name string) bool {
	switch path.Ext(name) {
	case ".png", ".svg", ".jpg":
		return true
	}
	return false
}

// exists reports whether the repository holds a file or a folder.
func exists(repository fs.FS, name string) bool {
	_, err := fs.Stat(repository, strings.TrimSuffix(name, "/"))
	return err == nil
}
