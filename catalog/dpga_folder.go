package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// The folders of the registry's own repository: what was nominated, and what
// was found out on the way to becoming a digital public good.
const (
	nomineeFolder = "nominees"
	detailsFolder = "digitalpublicgoods"
)

// readDPGAFolder reads a copy of the registry's repository: either folder or
// both, joined by file name, or a folder of entries.
func readDPGAFolder(ctx context.Context, root fs.FS) (Catalog, error) {
	c := Catalog{Name: formatDPGA}
	nominees := &jsonFolder{catalog: &c, root: root, path: nomineeFolder}
	details := &jsonFolder{catalog: &c, root: root, path: detailsFolder}
	if !nominees.exists() && !details.exists() {
		nominees.path, nominees.strict = ".", true
	}
	names := slices.Concat(nominees.names(), details.names())
	slices.SortFunc(names, func(a, b string) int { // "x" before "x-app", though ".json" sorts behind "-"
		return cmp.Or(strings.Compare(entryStem(a), entryStem(b)), strings.Compare(a, b))
	})
	for _, name := range slices.Compact(names) {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		nominee, nomineeFile := nominees.read(name)
		detail, detailFile := details.read(name)
		if nominee == nil && detail == nil {
			continue // read has noted why
		}
		files := slices.DeleteFunc([]string{nomineeFile, detailFile}, func(file string) bool { return file == "" })
		c.add(dpgaGood(joinDPGA(nominee, detail), entryStem(name), files...))
	}
	return c, nil
}

func entryStem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// jsonFolder reads the entries of one folder, a file each.
type jsonFolder struct {
	catalog *Catalog
	root    fs.FS
	path    string
	strict  bool // the folder may hold other JSON: take the registry's only
}

func (f *jsonFolder) exists() bool {
	info, err := fs.Stat(f.root, f.path)
	return err == nil && info.IsDir()
}

func (f *jsonFolder) names() []string {
	entries, err := fs.ReadDir(f.root, f.path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			f.catalog.drop(f.path, "cannot be listed: %v", err)
		}
		return nil
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && strings.EqualFold(path.Ext(entry.Name()), ".json") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// linkText is what a symbolic link becomes where links are not supported: a
// file that holds the name of another.
var linkText = regexp.MustCompile(`^[A-Za-z0-9._-]+\.json\s*$`)

// read returns the fields of a file and its path; nil where there is no such
// file or it cannot be read, which is noted.
func (f *jsonFolder) read(name string) (map[string]any, string) {
	file := path.Join(f.path, name)
	data, err := readFile(f.root, file)
	if err == nil && linkText.Match(data) {
		file = path.Join(f.path, strings.TrimSpace(string(data)))
		data, err = readFile(f.root, file)
	}
	if errors.Is(err, fs.ErrNotExist) && file == path.Join(f.path, name) {
		return nil, ""
	}
	if err == nil && f.strict && !isDPGA(data) {
		err = errors.New("it does not have the fields of the DPG registry")
	}
	var fields map[string]any
	if err == nil {
		fields, err = jsonObject(data)
	}
	if err != nil {
		f.catalog.Notes = append(f.catalog.Notes, observation.Note{
			Cause: observation.CauseBroken, Subject: quote(file),
			Message: fmt.Sprintf("%s was left out: %v; correct it or take it away", quote(file), err),
		})
		return nil, ""
	}
	return maps.Clone(fields), file
}
