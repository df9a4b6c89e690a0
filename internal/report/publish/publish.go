// Package publish writes a whole report into a folder: report.json, the site and the
// files of CSV. It replaces what it wrote before and touches nothing else.
package publish

import (
	"cmp"
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
	"strings"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

// Files lists what Write wrote and where.
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

// Write publishes a document that holds its goods; see Writer.
func Write(ctx context.Context, dir string, doc report.Document, languages ...*language.Language) (Files, error) {
	w, err := NewWriter(ctx, dir, doc, languages...)
	if err != nil {
		return Files{}, err
	}
	defer w.Close()
	goods := slices.Clone(doc.Goods)
	slices.SortStableFunc(goods, func(a, b report.Good) int { return cmp.Compare(a.ID, b.ID) })
	for _, good := range goods {
		if err := w.Add(good, "", func() (report.Good, error) { return good, nil }); err != nil {
			return Files{}, err
		}
	}
	return w.Publish(doc)
}

// publishNew turns the staging folder into dir with one rename.
func publishNew(staging, dir, catalog string, names []string, sums files.Digests, made *goodParts) error {
	root, err := files.OpenRoot(staging)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := writeManifest(root, catalog, names, sums, made); err != nil {
		return err
	}
	return os.Rename(staging, dir)
}

// publishOver moves the staged files into dir, which exists; names lists them
// and those that stay. It works within an os.Root, so that neither a link in
// dir nor a name in its manifest can lead out of it.
func publishOver(dir, catalog string, staged, names []string, sums files.Digests, made *goodParts) error {
	root, err := files.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	stood, err := readManifest(root)
	if err != nil {
		return err
	}
	before := stood.Written
	if err := refuseToOverwrite(root, before, names); err != nil {
		return err
	}
	// Until all is done the manifest lists both: whatever happens now, nothing
	// that was written here is forgotten, and nothing is taken for whole.
	if err := writeManifest(root, catalog, append(slices.Clone(before), names...), stood.Digests.With(sums), nil); err != nil {
		return err
	}
	for _, name := range staged {
		if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o755); err != nil {
			return err
		}
		if err := root.Rename(stagingName+"/"+name, name); err != nil {
			return err
		}
	}
	left, err := removeOld(root, stood, names)
	if err != nil {
		return err
	}
	return writeManifest(root, catalog, append(left, names...), stood.Digests.Replace(staged, sums), made)
}

// removeOld removes the files of the report that stood here which are not in the new one.
// A file that is not as it was written, or of which nobody knows how it was written, is
// left, and is listed: the manifest may be of another's making.
func removeOld(root *os.Root, stood manifest, names []string) (left []string, err error) {
	written := set(names)
	for _, name := range stood.Written {
		if written[name] {
			continue
		}
		sum, err := files.DigestIn(root, filepath.FromSlash(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil && !errors.Is(err, files.ErrNotFile):
			return left, err
		case err != nil || !slices.Contains(stood.Digests[name], sum):
			left = append(left, name)
			continue
		default:
			if err := root.Remove(name); err != nil {
				return left, err
			}
		}
		// The folder goes, and those around it, as far as nothing is left in them.
		for folder := filepath.Dir(filepath.FromSlash(name)); folder != "." && root.Remove(folder) == nil; {
			folder = filepath.Dir(folder)
		}
	}
	return left, nil
}

// refuseToOverwrite returns an error where a file that Write did not write has the
// name of one that it would, or a link that of one of its folders.
func refuseToOverwrite(root *os.Root, before, names []string) error {
	ours, folders := set(before), map[string]bool{}
	for _, name := range names {
		for folder := filepath.Dir(filepath.FromSlash(name)); folder != "." && !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
			if info, err := root.Lstat(folder); err == nil && info.Mode()&fs.ModeSymlink != 0 {
				return fmt.Errorf("%s is a link, and was not made by Midspan: move it away, or choose another folder", folder)
			}
		}
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

// manifest lists the files of a report, and where the parts of its goods are in
// them.
type manifest struct {
	// Catalog names what the report is of: the same catalogs with the same choice of goods.
	Catalog string        `json:"catalog,omitempty"`
	Written []string      `json:"written"`
	Digests files.Digests `json:"digests,omitempty"`
	Parts   *goodParts    `json:"parts,omitempty"`
}

// goodParts are those of the goods that came with a digest. They count as long as
// no file of the report was touched.
type goodParts struct {
	Stamp string              `json:"stamp"` // of the files as they were written
	Goods map[string]goodPart `json:"goods"` // by id
}

// goodPart is what a report holds of one good, beside its page.
type goodPart struct {
	Digest   string    `json:"digest"`
	Entry    byteRange `json:"entry"`    // in report.json
	Findings byteRange `json:"findings"` // in findings.csv
}

// byteRange is a place in a file: its offset and its length, in bytes.
type byteRange [2]int64

// Holds counts the goods that a report in a folder has, and names what it is of, as
// Writer.Of does; 0 where there is none.
func Holds(dir string) (n int, catalog string) {
	root, err := files.OpenRoot(dir)
	if err != nil {
		return 0, ""
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil {
		return 0, ""
	}
	for _, name := range m.Written {
		if strings.HasPrefix(name, "goods/") && strings.HasSuffix(name, ".html") {
			n++
		}
	}
	return n, m.Catalog
}

func readManifest(root *os.Root) (manifest, error) {
	var m manifest
	f, err := files.OpenIn(root, manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%s does not parse (%w): remove the report by hand, or choose another folder", manifestName, err)
	}
	for _, name := range m.Written {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return m, fmt.Errorf("%s names %q, which is not in its folder: remove it, or choose another folder", manifestName, name)
		}
	}
	return m, nil
}

// Stamp identifies the report in dir by the sizes and times of its files: it changes
// when any of them is written, changed or removed. Empty where there is no report.
func Stamp(dir string) string {
	root, err := files.OpenRoot(dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil {
		return ""
	}
	return stampOf(root, m.Written)
}

func stampOf(root *os.Root, names []string) string {
	if len(names) == 0 {
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

// writeManifest replaces the manifest in one step. Where parts are given, all the
// files are in place.
func writeManifest(root *os.Root, catalog string, names []string, sums files.Digests, made *goodParts) error {
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	if made != nil && len(made.Goods) > 0 {
		made.Stamp = stampOf(root, names)
	} else {
		made = nil
	}
	data, err := json.MarshalIndent(manifest{catalog, names, sums.Of(names), made}, "", " ")
	if err != nil {
		return err
	}
	return files.WriteIn(root, manifestName, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}
