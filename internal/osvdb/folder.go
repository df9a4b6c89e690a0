package osvdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/osvdb/record"
	"github.com/midspan/midspan/internal/osvdb/ziparchive"
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

// endsFolder may lie beside the ecosystems, with the ends of support of runtimes: it holds
// files of endoflife.date and no advisories.
const endsFolder = "endoflife"

// ecosystemFolder is one ecosystem's folder in a source.
type ecosystemFolder struct {
	ecosystem string
	path      string
	archive   string   // path of all.zip, or empty
	files     []string // names of the *.json files where there is no archive
}

// findEcosystems lists the ecosystems of a source folder, by name.
func findEcosystems(folder string) ([]ecosystemFolder, error) {
	if err := files.CheckPath(folder); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the advisory folder: %w; give a folder that holds <Ecosystem>/%s", err, archiveName)
	}
	var found []ecosystemFolder
	for _, e := range entries {
		f := ecosystemFolder{ecosystem: e.Name(), path: filepath.Join(folder, e.Name())}
		if info, err := os.Stat(f.path); err != nil || !info.IsDir() || e.Name() == endsFolder {
			continue
		}
		if err := f.findFiles(); err != nil {
			return nil, err
		}
		if f.archive != "" || len(f.files) > 0 {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the advisory folder %s holds no ecosystem; want folders such as %s", folder, path.Join("npm", archiveName))
	}
	return found, nil
}

func (f *ecosystemFolder) findFiles() error {
	archive := filepath.Join(f.path, archiveName)
	if _, err := os.Stat(archive); err == nil {
		f.archive = archive
		return nil
	}
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return fmt.Errorf("read the advisories of %s: %w", f.ecosystem, err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") && e.Type().IsRegular() {
			f.files = append(f.files, e.Name())
		}
	}
	return nil
}

// stamp changes whenever a file of the folder is written. It reads no file.
func (f ecosystemFolder) stamp() (string, error) {
	names := f.files
	if f.archive != "" {
		names = []string{archiveName}
	}
	sum := sha256.New()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(f.path, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// ecosystemReader reads an ecosystem's folder whose files are open. A file that is
// replaced in the meantime is left to the next build.
type ecosystemReader struct {
	ecosystemFolder
	archiveFile *os.File
	root        *os.Root // where there is no archive
}

func (f ecosystemFolder) open() (*ecosystemReader, error) {
	r := &ecosystemReader{ecosystemFolder: f}
	var err error
	if f.archive != "" {
		r.archiveFile, err = files.Open(f.archive)
	} else {
		r.root, err = files.OpenRoot(f.path)
	}
	return r, err
}

func (r *ecosystemReader) close() {
	if r.archiveFile != nil {
		r.archiveFile.Close()
	}
	if r.root != nil {
		r.root.Close()
	}
}

// list finds the record files and the sums of their contents.
func (r *ecosystemReader) list(ctx context.Context) (*listing, error) {
	l := &listing{}
	sum := sha256.New()
	add := func(name []byte, m member) error {
		if len(l.members) == maxRecords {
			return fmt.Errorf("more than %d records: %w", maxRecords, errTooLarge)
		}
		m.name = hash(string(name))
		if bytes.HasPrefix(name, []byte(record.MalwarePrefix)) {
			l.malware++
		}
		l.members = append(l.members, m)
		var head [12]byte
		binary.LittleEndian.PutUint32(head[:], uint32(len(name)))
		binary.LittleEndian.PutUint64(head[4:], m.sum)
		sum.Write(head[:])
		sum.Write(name)
		return ctx.Err()
	}
	var err error
	if r.archiveFile != nil {
		err = r.listArchive(l, add)
	} else {
		err = r.listFiles(add)
	}
	l.digest = hex.EncodeToString(sum.Sum(nil))
	return l, err
}

func (r *ecosystemReader) listArchive(l *listing, add func([]byte, member) error) error {
	directory, err := ziparchive.OpenDirectory(r.archiveFile)
	if err != nil {
		return r.explainNotZip(err)
	}
	l.members = make([]member, 0, min(directory.Entries, maxRecords))
	var unpacked uint64
	err = directory.Read(r.archiveFile, func(e ziparchive.Entry) error {
		if !bytes.HasSuffix(e.Name, []byte(".json")) {
			return nil
		}
		if unpacked += min(e.Size, maxRecord); unpacked > maxTotal {
			return fmt.Errorf("the archive unpacks to more than %d bytes: %w", int64(maxTotal), errTooLarge)
		}
		m := member{
			sum:    uint64(e.Checksum)<<32 | min(e.Size, maxRecord+1),
			offset: e.Offset,
			packed: uint32(min(e.Packed, maxRecord+1)),
			method: e.Method,
		}
		return add(e.Name, m)
	})
	return r.explainNotZip(err)
}

func (r *ecosystemReader) explainNotZip(err error) error {
	if errors.Is(err, ziparchive.ErrNotZip) {
		return fmt.Errorf("open %s: %w; fetch it again with `midspan advisories update`", r.archive, err)
	}
	return err
}

// listFiles reads the files to hash them. Folders hold few records.
func (r *ecosystemReader) listFiles(add func([]byte, member) error) error {
	for i, name := range r.files {
		m := member{offset: int64(i)}
		if data, err := readFile(r.root, name); err == nil {
			m.sum = hash(string(data))
		}
		if err := add([]byte(name), m); err != nil {
			return err
		}
	}
	return nil
}

// errTooLarge marks what exceeds a limit of this package.
var errTooLarge = errors.New("over the limit")

// memberReader reads the members of an ecosystem. Each goroutine has one of its own.
type memberReader struct {
	*ecosystemReader
	zip *ziparchive.Reader
}

func (r *ecosystemReader) reader() *memberReader {
	return &memberReader{ecosystemReader: r, zip: ziparchive.NewReader(r.archiveFile)}
}

// read returns the name and the contents of a member, valid until the next call.
// Names are for messages, and never used as paths.
func (r *memberReader) read(m member) (name, data []byte, err error) {
	if r.root != nil {
		data, err = readFile(r.root, r.files[m.offset])
		return []byte(r.files[m.offset]), data, err
	}
	if m.size() > maxRecord || m.packed > maxRecord {
		err = fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
		m.packed, m.method = 0, 0 // only its name is wanted
	}
	name, data, failed := r.zip.Read(ziparchive.Entry{
		Method: m.method, Checksum: m.checksum(), Packed: uint64(m.packed), Size: uint64(m.size()), Offset: m.offset,
	})
	if err == nil {
		err = failed
	}
	return name, data, err
}

func readFile(root *os.Root, name string) ([]byte, error) {
	file, err := files.OpenIn(root, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxRecord+1))
	if len(data) > maxRecord {
		return nil, fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
	}
	return data, err
}
