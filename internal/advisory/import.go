package advisory

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Import copies advisories into dir, in the layout that Build reads, on a machine
// without a network. from is a folder in that layout, or one zip file of such a
// folder. Build can read such a folder in place: Import serves who wants to keep a
// copy, or to carry one file.
func Import(ctx context.Context, from, dir string) error {
	info, err := os.Stat(from)
	if err != nil {
		return fmt.Errorf("import advisories: %w", err)
	}
	if info.IsDir() {
		err = importFolder(ctx, from, dir)
	} else {
		err = importZip(ctx, from, dir)
	}
	if err != nil {
		return fmt.Errorf("import advisories from %s: %w", from, err)
	}
	return nil
}

func importFolder(ctx context.Context, from, dir string) error {
	found, err := findEcosystems(from)
	if err != nil {
		return err
	}
	for _, p := range found {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := importEcosystem(p, filepath.Join(dir, p.ecosystem)); err != nil {
			return err
		}
	}
	err = copyFile(filepath.Join(from, kevFile), filepath.Join(dir, kevFile), checkKEV)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func importEcosystem(p ecosystemFolder, target string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if p.archive != "" {
		return copyFile(p.archive, filepath.Join(target, archiveName), checkArchive)
	}
	for _, name := range p.files {
		if err := copyFile(filepath.Join(p.path, name), filepath.Join(target, name), nil); err != nil {
			return err
		}
	}
	return nil
}

// importZip extracts <Ecosystem>/all.zip, <Ecosystem>/*.json and kev.json from an
// archive, at any depth of folders around them, and nothing else.
func importZip(ctx context.Context, from, dir string) error {
	reader, err := zip.OpenReader(from)
	if err != nil {
		return fmt.Errorf("not a folder and not a zip file: %w", err)
	}
	defer reader.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	taken := 0
	for _, member := range reader.File {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name, ok := targetName(member.Name)
		if !ok {
			continue
		}
		if err := extractFile(member, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("%s: %w", member.Name, err)
		}
		taken++
	}
	if taken == 0 {
		return fmt.Errorf("it holds no <Ecosystem>/%s", archiveName)
	}
	return nil
}

// targetName returns the path of a member below the target folder. It has at most two
// elements, whatever the member's name holds.
func targetName(member string) (string, bool) {
	base, folder := path.Base(member), path.Base(path.Dir(member))
	switch {
	case strings.Contains(member, `\`) || strings.HasSuffix(member, "/"):
		return "", false
	case base == kevFile:
		return kevFile, true
	case folder == "." || folder == ".." || folder == "/":
		return "", false
	case base == archiveName || strings.HasSuffix(base, ".json"):
		return path.Join(folder, base), filepath.IsLocal(path.Join(folder, base))
	}
	return "", false
}

func extractFile(member *zip.File, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	contents, err := member.Open()
	if err != nil {
		return err
	}
	defer contents.Close()
	return replaceFile(target, contents, nil)
}
