package advisory

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Limits on what a source folder may hold. Real records stay under 1 MiB, and
// the whole export under 10 GiB unpacked.
const (
	maxRecord  = 16 << 20 // bytes of one record
	maxRecords = 5_000_000
	maxTotal   = 64 << 30 // bytes of one ecosystem, unpacked
)

// archiveName is the file in which OSV publishes an ecosystem.
const archiveName = "all.zip"

// part is one ecosystem's folder in a source.
type part struct {
	ecosystem string
	folder    string
	archive   string   // path of all.zip, or empty
	files     []string // names of the *.json files where there is no archive
}

// parts lists the ecosystems of a source folder, by name.
func parts(folder string) ([]part, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the advisory folder: %w; give a folder that holds <Ecosystem>/%s", err, archiveName)
	}
	var found []part
	for _, e := range entries {
		p := part{ecosystem: e.Name(), folder: filepath.Join(folder, e.Name())}
		if info, err := os.Stat(p.folder); err != nil || !info.IsDir() {
			continue
		}
		if err := p.look(); err != nil {
			return nil, err
		}
		if p.archive != "" || len(p.files) > 0 {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the advisory folder %s holds no ecosystem; want folders such as %s", folder, path.Join("npm", archiveName))
	}
	return found, nil
}

func (p *part) look() error {
	archive := filepath.Join(p.folder, archiveName)
	if _, err := os.Stat(archive); err == nil {
		p.archive = archive
		return nil
	}
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		return fmt.Errorf("read the advisories of %s: %w", p.ecosystem, err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") && e.Type().IsRegular() {
			p.files = append(p.files, e.Name())
		}
	}
	return nil
}

// stamp changes whenever a file of the part is written. It is cheap.
func (p part) stamp() (string, error) {
	names := p.files
	if p.archive != "" {
		names = []string{archiveName}
	}
	sum := sha256.New()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(p.folder, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// digest changes only where the contents do.
func (p part) digest(ctx context.Context) (string, error) {
	sum := sha256.New()
	if p.archive != "" {
		if err := hashFile(ctx, sum, p.archive); err != nil {
			return "", err
		}
		return hex.EncodeToString(sum.Sum(nil)), nil
	}
	for _, name := range p.files {
		fmt.Fprintf(sum, "\x00%s\x00", name)
		if err := hashFile(ctx, sum, filepath.Join(p.folder, name)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashFile(ctx context.Context, sum io.Writer, name string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(sum, file)
	return err
}

// blob is the contents of one record file, or why it could not be read.
type blob struct {
	name string
	data []byte
	err  error
}

// errTooLarge marks what goes over a limit of this file.
var errTooLarge = errors.New("over the limit")

// read yields every record file of the part until yield returns false. An
// error means that the rest could not be read at all.
func (p part) read(ctx context.Context, total func(int), yield func(blob) bool) error {
	if p.archive == "" {
		return p.readFiles(ctx, total, yield)
	}
	reader, err := zip.OpenReader(p.archive)
	if err != nil {
		return fmt.Errorf("open %s: %w; fetch it again with `midspan advisories update`", p.archive, err)
	}
	defer reader.Close()
	return readZip(ctx, &reader.Reader, total, yield)
}

// readZip yields the *.json members of an archive. Member names are used in
// messages only, never as paths.
func readZip(ctx context.Context, archive *zip.Reader, total func(int), yield func(blob) bool) error {
	if len(archive.File) > maxRecords {
		return fmt.Errorf("the archive lists %d files: %w of %d", len(archive.File), errTooLarge, maxRecords)
	}
	total(len(archive.File))
	var unpacked int64
	for _, member := range archive.File {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !strings.HasSuffix(member.Name, ".json") {
			continue
		}
		data, err := readMember(member)
		if unpacked += int64(len(data)); unpacked > maxTotal {
			return fmt.Errorf("the archive unpacks to more than %d bytes: %w", int64(maxTotal), errTooLarge)
		}
		if !yield(blob{path.Base(member.Name), data, err}) {
			return nil
		}
	}
	return nil
}

// readMember unpacks at most maxRecord bytes, whatever the archive declares.
func readMember(member *zip.File) ([]byte, error) {
	if member.UncompressedSize64 > maxRecord {
		return nil, fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
	}
	reader, err := member.Open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return readRecord(reader, int(member.UncompressedSize64))
}

func (p part) readFiles(ctx context.Context, total func(int), yield func(blob) bool) error {
	total(len(p.files))
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range slices.Sorted(slices.Values(p.files)) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		data, err := readFile(root, name)
		if !yield(blob{name, data, err}) {
			return nil
		}
	}
	return nil
}

func readFile(root *os.Root, name string) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	return readRecord(file, int(min(info.Size(), maxRecord)))
}

func readRecord(reader io.Reader, size int) ([]byte, error) {
	buffer := make([]byte, 0, size+1)
	limited := io.LimitReader(reader, maxRecord+1)
	for {
		n, err := limited.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if len(buffer) > maxRecord {
			return nil, fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
		}
		if errors.Is(err, io.EOF) {
			return buffer, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buffer) == cap(buffer) {
			buffer = slices.Grow(buffer, 4096)
		}
	}
}
