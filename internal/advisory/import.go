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

// Import copies advisories that were carried to a machine without a network
// into dir, in the layout that Build reads. from is a folder in that layout,
// or one zip file of such a folder. Build reads such a folder in place too:
// Import is for those who want to keep a copy, or carry one file.
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
	found, err := parts(from)
	if err != nil {
		return err
	}
	for _, p := range found {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := importPart(p, filepath.Join(dir, p.ecosystem)); err != nil {
			return err
		}
	}
	err = copyFile(filepath.Join(from, kevFile), filepath.Join(dir, kevFile), checkKEV)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func importPart(p part, target string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if p.archive != "" {
		return copyFile(p.archive, filepath.Join(target, archiveName), checkArchive)
	}
	for _, name := range p.files {
		if err := copyFile(filepath.Join(p.folder, name), filepath.Join(target, name), nil); err != nil {
			return err
		}
	}
	return nil
}

// importZip takes <Ecosystem>/all.zip, <Ecosystem>/*.json and kev.json out of
// an archive, at any depth of folders around them. Everything else stays in.
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
		name, ok := wanted(member.Name)
		if !ok {
			continue
		}
		if err := unpack(member, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("%s: %w", member.Name, err)
		}
		taken++
	}
	if taken == 0 {
		return fmt.Errorf("it holds no <Ecosystem>/%s", archiveName)
	}
	return nil
}

// wanted gives the place of a member below the target folder: two levels at
// most, whatever the member's name says.
func wanted(member string) (string, bool) {
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

func unpack(member *zip.File, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	contents, err := member.Open()
	if err != nil {
		return err
	}
	defer contents.Close()
	return replace(target, contents, nil)
}
