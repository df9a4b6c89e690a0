package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
)

// Files says what Write wrote and where.
type Files struct {
	Dir      string // the folder given
	Index    string // the portfolio page
	Report   string // report.json
	Schema   string // schema.json
	Goods    string // goods.csv
	Findings string // findings.csv
	Pages    int    // pages of goods
}

const (
	// manifestName is the file that lists what Write wrote into a folder. It is
	// the only ground on which Write removes or replaces a file.
	manifestName = ".midspan-report.json"
	// stagingName is the folder in which a report is made. It belongs to Write:
	// one left by a crash is removed.
	stagingName = ".midspan-staging"
)

// Write publishes the document into dir: report.json and its schema, CSV, and
// the site. dir is made where it is missing.
//
// Everything is made in a folder aside and moved into place when it is whole. A
// new dir appears at once. In one that exists each file is replaced whole, the
// portfolio page last, and pages of goods that are gone are removed after it:
// stopped at any point, every link still leads to a whole page, and the next
// Write sets the rest right. Write touches no file that it did not write: one
// that is in its way is an error. Two writes to one dir at a time are not safe.
func Write(ctx context.Context, dir string, doc Document) (Files, error) {
	dir = filepath.Clean(dir)
	staging := filepath.Join(dir, stagingName)
	_, err := os.Stat(dir)
	fresh := errors.Is(err, fs.ErrNotExist)
	if fresh {
		staging = filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+stagingName)
	}
	if err := os.RemoveAll(staging); err != nil {
		return Files{}, fmt.Errorf("remove what an earlier write of the report left: %w", err)
	}
	defer os.RemoveAll(staging)
	names, err := stage(ctx, staging, doc)
	if err != nil {
		return Files{}, fmt.Errorf("make the report for %s: %w", dir, err)
	}
	if fresh {
		err = publishNew(staging, dir, names)
	} else {
		err = publishOver(dir, names)
	}
	if err != nil {
		return Files{}, fmt.Errorf("publish the report in %s: %w", dir, err)
	}
	return Files{
		Dir: dir, Index: filepath.Join(dir, "index.html"), Report: filepath.Join(dir, "report.json"),
		Schema: filepath.Join(dir, "schema.json"), Goods: filepath.Join(dir, "goods.csv"),
		Findings: filepath.Join(dir, "findings.csv"), Pages: len(doc.Goods),
	}, nil
}

// stage writes all files of the report below dir and returns their names,
// slash-separated, in the order in which they are to be published.
func stage(ctx context.Context, dir string, doc Document) ([]string, error) {
	if err := os.MkdirAll(filepath.Join(dir, "goods"), 0o755); err != nil {
		return nil, err
	}
	doc = complete(doc)
	s, err := newSite(doc)
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	write := func(name string, content func(io.Writer) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("two goods would be written to %s: their ids are not unique", name)
		}
		names, seen[name] = append(names, name), true
		return writeFile(filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	for _, good := range s.doc.Goods {
		view := s.dossier(good)
		err := write(pagePath(good.ID), func(w io.Writer) error {
			return s.render(w, "dossier", view.Name+" · Midspan", "../", view)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, file := range []struct {
		name    string
		content func(io.Writer) error
	}{
		{"schema.json", func(w io.Writer) error { _, err := w.Write(schema); return err }},
		{"report.json", func(w io.Writer) error { return Encode(w, doc) }},
		{"goods.csv", func(w io.Writer) error { return WriteGoods(w, doc) }},
		{"findings.csv", func(w io.Writer) error { return WriteFindings(w, doc) }},
		{"index.html", func(w io.Writer) error { return s.render(w, "portfolio", "Portfolio · Midspan", "", s.portfolio()) }},
	} {
		if err := write(file.name, file.content); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func writeFile(path string, content func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := content(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// publishNew turns the staging folder into dir with one rename.
func publishNew(staging, dir string, names []string) error {
	root, err := os.OpenRoot(staging)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := writeManifest(root, names); err != nil {
		return err
	}
	return os.Rename(staging, dir)
}

// publishOver moves the staged files into dir, which exists. It works within
// an os.Root, so that neither a link in dir nor a name in its manifest can lead
// out of it.
func publishOver(dir string, names []string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	before, err := readManifest(root)
	if err != nil {
		return err
	}
	if err := refuseForeign(root, before, names); err != nil {
		return err
	}
	if err := root.MkdirAll("goods", 0o755); err != nil {
		return err
	}
	// Until all is done the manifest lists both: whatever happens now, nothing
	// that was written here is forgotten.
	if err := writeManifest(root, append(slices.Clone(before), names...)); err != nil {
		return err
	}
	for _, name := range names {
		if err := root.Rename(stagingName+"/"+name, name); err != nil {
			return err
		}
	}
	written := set(names)
	for _, name := range before {
		if !written[name] {
			if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return writeManifest(root, names)
}

// refuseForeign returns an error where a file that Write did not write stands
// in the way of one that it would.
func refuseForeign(root *os.Root, before, names []string) error {
	ours := set(before)
	for _, name := range names {
		if ours[name] {
			continue
		}
		if _, err := root.Lstat(name); err == nil {
			return fmt.Errorf("%s is there and was not written by Midspan: move it away, or choose another folder", name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func set(names []string) map[string]bool {
	in := make(map[string]bool, len(names))
	for _, name := range names {
		in[name] = true
	}
	return in
}

// manifest lists the files of a report.
type manifest struct {
	Written []string `json:"written"`
}

func readManifest(root *os.Root) ([]string, error) {
	data, err := root.ReadFile(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s does not parse (%w): remove the report by hand, or choose another folder", manifestName, err)
	}
	return m.Written, nil
}

// Stamp names the report that stands in dir by the sizes and times of its
// files: it changes when any of them is written, changed or removed. Empty
// where no report stands.
func Stamp(dir string) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	names, err := readManifest(root)
	if err != nil || len(names) == 0 {
		return ""
	}
	hash := sha256.New()
	for _, name := range names {
		info, err := root.Stat(filepath.FromSlash(name))
		if err != nil {
			return ""
		}
		fmt.Fprintf(hash, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// writeManifest replaces the manifest whole.
func writeManifest(root *os.Root, names []string) error {
	names = slices.Clone(names)
	sort.Strings(names)
	data, err := json.MarshalIndent(manifest{slices.Compact(names)}, "", " ")
	if err != nil {
		return err
	}
	const next = manifestName + ".next"
	if err := root.WriteFile(next, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return root.Rename(next, manifestName)
}
