package osvdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/osvdb/record"
)

// checksumOffset is the place of the index's checksum: the "application id" in the header
// of SQLite's format, which SQLite keeps and does not read.
const (
	checksumOffset = 68
	checksumLength = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal writes the checksum of a finished draft into it. SQLite itself finds out hardly any
// changed byte of a file, and a lost entry would look like a package without advisories.
func seal(path string) error {
	sum, _, err := checksums(path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(binary.BigEndian.AppendUint32(nil, sum), checksumOffset)
	return errors.Join(err, file.Close())
}

// verify fails for an index of which a byte changed since it was sealed.
func verify(path string) error {
	sum, stored, err := checksums(path)
	if err == nil && sum != stored {
		err = fmt.Errorf("%w: its checksum is %08x, want %08x", record.ErrDamaged, sum, stored)
	}
	return err
}

// Rebuild makes an index anew that Open refuses, from the folder that it names as its
// source. It fails where that can no longer be read.
func Rebuild(ctx context.Context, path string, now time.Time) error {
	f, err := openSQLite(path, "mode=ro&immutable=1")
	if err != nil {
		return err
	}
	var source string
	err = errors.Join(f.GetContext(ctx, &source, "SELECT source FROM about"), f.Close())
	if err == nil && !filepath.IsAbs(source) {
		return fmt.Errorf("the source %q depends on the folder in which the index was built", source)
	}
	if err == nil {
		_, err = Build(ctx, source, path, now)
	}
	return err
}

// checksums returns the checksum of a file, with zeros in the place of the stored one,
// and the stored one.
func checksums(path string) (sum, stored uint32, err error) {
	file, err := files.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	var head [checksumOffset + checksumLength]byte
	if _, err := io.ReadFull(file, head[:]); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", record.ErrDamaged, err)
	}
	stored = binary.BigEndian.Uint32(head[checksumOffset:])
	clear(head[checksumOffset:])
	hasher := crc32.New(castagnoli)
	hasher.Write(head[:])
	_, err = io.CopyBuffer(struct{ io.Writer }{hasher}, struct{ io.Reader }{file}, make([]byte, 1<<20))
	return hasher.Sum32(), stored, err
}
