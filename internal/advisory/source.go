package advisory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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

// supply is a part whose files are open: what is put in their place meanwhile
// is left to the next build.
type supply struct {
	part
	archiveFile *os.File
	root        *os.Root // where there is no archive
}

func (p part) open() (*supply, error) {
	s := &supply{part: p}
	var err error
	if p.archive != "" {
		s.archiveFile, err = os.Open(p.archive)
	} else {
		s.root, err = os.OpenRoot(p.folder)
	}
	return s, err
}

func (s *supply) close() {
	if s.archiveFile != nil {
		s.archiveFile.Close()
	}
	if s.root != nil {
		s.root.Close()
	}
}

// list finds the record files, and what their contents are known by.
func (s *supply) list(ctx context.Context) (*listing, error) {
	l := &listing{}
	sum := sha256.New()
	add := func(name []byte, m member) error {
		if len(l.members) == maxRecords {
			return fmt.Errorf("more than %d records: %w", maxRecords, errTooLarge)
		}
		m.name = hash(string(name))
		if bytes.HasPrefix(name, []byte(malwarePrefix)) {
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
	if s.archiveFile != nil {
		err = s.listArchive(l, add)
	} else {
		err = s.listFiles(add)
	}
	l.digest = hex.EncodeToString(sum.Sum(nil))
	return l, err
}

func (s *supply) listArchive(l *listing, add func([]byte, member) error) error {
	directory, err := openDirectory(s.archiveFile)
	if err != nil {
		return s.notZip(err)
	}
	l.members = make([]member, 0, min(directory.entries, maxRecords))
	var unpacked uint64
	err = directory.read(s.archiveFile, func(e zipEntry) error {
		if !bytes.HasSuffix(e.name, []byte(".json")) {
			return nil
		}
		if unpacked += min(e.size, maxRecord); unpacked > maxTotal {
			return fmt.Errorf("the archive unpacks to more than %d bytes: %w", int64(maxTotal), errTooLarge)
		}
		m := member{
			sum:    uint64(e.checksum)<<32 | min(e.size, maxRecord+1),
			offset: e.offset,
			packed: uint32(min(e.packed, maxRecord+1)),
			method: e.method,
		}
		return add(e.name, m)
	})
	return s.notZip(err)
}

func (s *supply) notZip(err error) error {
	if errors.Is(err, errNotZip) {
		return fmt.Errorf("open %s: %w; fetch it again with `midspan advisories update`", s.archive, err)
	}
	return err
}

// listFiles reads the files to hash them: folders are for few records.
func (s *supply) listFiles(add func([]byte, member) error) error {
	for i, name := range s.files {
		m := member{offset: int64(i)}
		if data, err := readFile(s.root, name); err == nil {
			m.sum = hash(string(data))
		}
		if err := add([]byte(name), m); err != nil {
			return err
		}
	}
	return nil
}

// errTooLarge marks what goes over a limit of this file.
var errTooLarge = errors.New("over the limit")

// memberReader reads the members of a part. It is for one goroutine.
type memberReader struct {
	*supply
	unpacker unpacker
}

func (s *supply) reader() *memberReader {
	return &memberReader{supply: s, unpacker: unpacker{file: s.archiveFile}}
}

// read returns the name and the contents of a member, valid until the next call.
// Names are for messages, never used as paths.
func (r *memberReader) read(m member) (name, data []byte, err error) {
	if r.root != nil {
		data, err = readFile(r.root, r.files[m.offset])
		return []byte(r.files[m.offset]), data, err
	}
	if m.size() > maxRecord || m.packed > maxRecord {
		err = fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
		m.packed, m.method = 0, zipStored // only its name is wanted
	}
	name, data, failed := r.unpacker.read(m)
	if err == nil {
		err = failed
	}
	return name, data, err
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
	data, err := io.ReadAll(io.LimitReader(file, maxRecord+1))
	if len(data) > maxRecord {
		return nil, fmt.Errorf("%w of %d bytes for a record", errTooLarge, maxRecord)
	}
	return data, err
}
