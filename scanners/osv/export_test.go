package osv

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/osv-scalibr/extractor/filesystem"

	"github.com/midspan/midspan/internal/gitrepo"
)

// MissedNames lists the paths that an extractor requires and mayBeManifest rejects.
func MissedNames(t *testing.T, paths []string) []string {
	t.Helper()
	list, err := extractors()
	if err != nil {
		t.Fatal(err)
	}
	var missed []string
	for _, name := range paths {
		api := fileAPI{path: path.Join(mount, name), info: fileInfo{gitrepo.File{Path: name, Mode: gitrepo.ModeFile}}}
		required := slices.ContainsFunc(list, func(e filesystem.Extractor) bool { return e.FileRequired(api) })
		if required && !New().mayBeRead(name, path.Base(name)) {
			missed = append(missed, name)
		}
	}
	return missed
}

// ExtractBoth returns what the extractor of a lockfile finds in its text, and in
// what trim leaves of it.
func ExtractBoth(t *testing.T, name, text string) (shortened, whole string) {
	t.Helper()
	list, err := extractors()
	if err != nil {
		t.Fatal(err)
	}
	files, err := newTree(fstest.MapFS{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !e.FileRequired(fileAPI{path: name, info: fileInfo{gitrepo.File{Path: name}}}) {
			continue
		}
		input := &filesystem.ScanInput{FS: files, Path: name, Reader: strings.NewReader(text)}
		whole = extracted(t.Context(), e, input)
		input.Reader = strings.NewReader(text)
		shorter, _, err := trim(input)
		if err != nil {
			t.Fatal(err)
		}
		shortened = extracted(t.Context(), e, shorter)
	}
	return shortened, whole
}

func extracted(ctx context.Context, e filesystem.Extractor, input *filesystem.ScanInput) string {
	found, err := e.Extract(ctx, input)
	return fmt.Sprint(inventoryOf(found.Packages), err)
}
