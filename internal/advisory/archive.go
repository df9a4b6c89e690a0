package advisory

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"

	"github.com/klauspost/compress/flate"
)

// archive/zip keeps some 300 bytes for each file of an archive: 60 MB for npm's.
// This file reads the archive's directory as a stream, so that the caller keeps only
// what it needs to read the files. The format is that of APPNOTE.TXT 6.3.10, chapters
// 4.3 and 4.4.

var (
	errNotZip    = errors.New("not a zip archive")
	errChecksum  = errors.New("the contents do not have the checksum that the archive lists")
	errZipMethod = errors.New("compressed or encrypted in a way that OSV's archives are not")
)

const (
	endLength       = 22 // of the end of the directory, without its comment
	end64Length     = 56
	locatorLength   = 20
	directoryLength = 46 // of a directory entry, without name, extra and comment
	localLength     = 30 // of the header before a file's contents, likewise
	maxEntry        = directoryLength + 3*math.MaxUint16

	zipStored, zipDeflated = 0, 8
)

// zipEntry is an entry in the directory of an archive. It describes one file.
type zipEntry struct {
	name         []byte // valid until the next entry is read
	method       uint16 // any other than stored and deflated cannot be read
	checksum     uint32 // CRC-32
	packed, size uint64 // bytes
	offset       int64  // of the local header
}

// zipDirectory is the position of an archive's directory in the archive.
type zipDirectory struct {
	start, size int64
	shift       int64 // added to all offsets: the number of bytes before the archive
	entries     uint64
}

func openDirectory(file *os.File) (zipDirectory, error) {
	info, err := file.Stat()
	if err != nil {
		return zipDirectory{}, err
	}
	return findDirectory(file, info.Size())
}

func findDirectory(file io.ReaderAt, size int64) (zipDirectory, error) {
	tail := make([]byte, min(size, 65*1024))
	if err := readAt(file, tail, size-int64(len(tail))); err != nil {
		return zipDirectory{}, err
	}
	for i := len(tail) - endLength; i >= 0; i-- {
		if !bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) || i+endLength+int(binary.LittleEndian.Uint16(tail[i+20:])) > len(tail) {
			continue
		}
		end, at := tail[i:], size-int64(len(tail)-i)
		d := zipDirectory{
			entries: uint64(binary.LittleEndian.Uint16(end[10:])),
			size:    int64(binary.LittleEndian.Uint32(end[12:])),
		}
		offset := int64(binary.LittleEndian.Uint32(end[16:]))
		if d.entries == math.MaxUint16 || d.size == math.MaxUint32 || offset == math.MaxUint32 {
			return findDirectory64(file, at, d, offset)
		}
		return d.locate(at, offset)
	}
	return zipDirectory{}, errNotZip
}

// findDirectory64 reads the zip64 end of directory, which comes before the end at an
// offset.
func findDirectory64(file io.ReaderAt, at int64, small zipDirectory, smallOffset int64) (zipDirectory, error) {
	locator := make([]byte, locatorLength)
	if at < locatorLength || readAt(file, locator, at-locatorLength) != nil || !bytes.HasPrefix(locator, []byte("PK\x06\x07")) {
		return small.locate(at, smallOffset) // 65,535 files, by chance
	}
	place := binary.LittleEndian.Uint64(locator[8:])
	end := make([]byte, end64Length)
	if place > uint64(at) || readAt(file, end, int64(place)) != nil || !bytes.HasPrefix(end, []byte("PK\x06\x06")) {
		return zipDirectory{}, errNotZip
	}
	d := zipDirectory{entries: binary.LittleEndian.Uint64(end[32:]), size: int64(binary.LittleEndian.Uint64(end[40:]))}
	return d.locate(int64(place), int64(binary.LittleEndian.Uint64(end[48:])))
}

// locate sets the directory's position: right before its end.
func (d zipDirectory) locate(end, offset int64) (zipDirectory, error) {
	d.start = end - d.size
	d.shift = d.start - offset
	if d.size < 0 || offset < 0 || d.start < 0 || d.shift < 0 || d.entries > uint64(d.size)/directoryLength {
		return zipDirectory{}, errNotZip
	}
	return d, nil
}

// read yields every file of an archive, in the order of its directory.
func (d zipDirectory) read(file io.ReaderAt, yield func(zipEntry) error) error {
	from := bufio.NewReaderSize(io.NewSectionReader(file, d.start, d.size), maxEntry)
	var entries uint64
	for ; ; entries++ {
		entry, err := nextEntry(from)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errNotZip, err)
		}
		entry.offset += d.shift
		if err := yield(entry); err != nil {
			return err
		}
	}
	if entries != d.entries {
		return fmt.Errorf("%w: its directory lists %d files, and should %d", errNotZip, entries, d.entries)
	}
	return nil
}

// nextEntry returns io.EOF where the directory ends between two entries.
func nextEntry(from *bufio.Reader) (zipEntry, error) {
	head, err := from.Peek(directoryLength)
	if len(head) == 0 {
		return zipEntry{}, io.EOF
	}
	if err != nil || !bytes.HasPrefix(head, []byte("PK\x01\x02")) {
		return zipEntry{}, errors.New("its directory is cut or damaged")
	}
	entry := zipEntry{
		method:   binary.LittleEndian.Uint16(head[10:]),
		checksum: binary.LittleEndian.Uint32(head[16:]),
		packed:   uint64(binary.LittleEndian.Uint32(head[20:])),
		size:     uint64(binary.LittleEndian.Uint32(head[24:])),
		offset:   int64(binary.LittleEndian.Uint32(head[42:])),
	}
	if encrypted := head[8]&1 != 0; encrypted {
		entry.method = math.MaxUint16
	}
	name, extra, comment := int(binary.LittleEndian.Uint16(head[28:])), int(binary.LittleEndian.Uint16(head[30:])), int(binary.LittleEndian.Uint16(head[32:]))
	whole, err := from.Peek(directoryLength + name + extra + comment)
	if err != nil {
		return zipEntry{}, errors.New("its directory is cut")
	}
	if _, err := from.Discard(len(whole)); err != nil {
		return zipEntry{}, err
	}
	text := whole[directoryLength:]
	entry.name = text[:name]
	return entry, entry.readZip64(text[name : name+extra])
}

// readZip64 reads 64-bit values from the extra field of an entry whose own fields are
// too small for them.
func (e *zipEntry) readZip64(extra []byte) error {
	size, packed, offset := e.size == math.MaxUint32, e.packed == math.MaxUint32, e.offset == math.MaxUint32
	for len(extra) >= 4 {
		tag, length := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; length > len(extra) {
			break
		}
		field := extra[:length]
		extra = extra[length:]
		if tag != 1 {
			continue
		}
		next := func() (v uint64) {
			if len(field) >= 8 {
				v, field = binary.LittleEndian.Uint64(field), field[8:]
			}
			return v
		}
		if size {
			e.size = next()
		}
		if packed {
			e.packed = next()
		}
		if offset {
			e.offset = int64(next())
		}
		break
	}
	if e.offset < 0 {
		return errors.New("a file of it lies nowhere")
	}
	return nil
}

func readAt(file io.ReaderAt, data []byte, at int64) error {
	n, err := file.ReadAt(data, at)
	if n == len(data) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// zipReader reads files of one archive. It reads the archive in windows, so that
// neighbouring files need one read from the disk. What it returns is valid until the
// next call.
type zipReader struct {
	file     io.ReaderAt
	window   []byte // of the archive, from at on
	at       int64
	inflater io.ReadCloser
	packed   bytes.Reader
	text     []byte
}

// windowSize is how much of an archive is read at a time, in bytes.
const windowSize = 1 << 17

// peek returns n bytes of the archive.
func (u *zipReader) peek(at int64, n int) ([]byte, error) {
	if at < u.at || at+int64(n) > u.at+int64(len(u.window)) {
		size := max(n, windowSize)
		if cap(u.window) < size {
			u.window = make([]byte, size)
		}
		read, err := u.file.ReadAt(u.window[:size], at)
		u.window, u.at = u.window[:read], at
		if read < n {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return u.window[at-u.at:][:n], nil
}

// read unpacks a file. Its offset, sizes and checksum are those of the directory, and
// the sizes must have been checked. The name is that of the local header.
func (u *zipReader) read(m member) (name, data []byte, err error) {
	head, err := u.peek(m.offset, localLength)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return nil, nil, fmt.Errorf("%w: the directory points to something else", errNotZip)
	}
	before := int(binary.LittleEndian.Uint16(head[26:]))
	skip := before + int(binary.LittleEndian.Uint16(head[28:]))
	rest, err := u.peek(m.offset+localLength, skip+int(m.packed))
	if err != nil {
		return nil, nil, err
	}
	name, rest = rest[:before], rest[skip:]
	switch m.method {
	case zipStored:
		data = rest
	case zipDeflated:
		data, err = u.inflate(rest, m.size())
	default:
		err = errZipMethod
	}
	if err == nil && (len(data) != m.size() || crc32.ChecksumIEEE(data) != m.checksum()) {
		err = errChecksum
	}
	return name, data, err
}

// inflate reads one byte more than it should find, to see whether there is one.
func (u *zipReader) inflate(packed []byte, size int) ([]byte, error) {
	u.packed.Reset(packed)
	if u.inflater == nil {
		u.inflater = flate.NewReader(&u.packed)
	} else if err := u.inflater.(flate.Resetter).Reset(&u.packed, nil); err != nil {
		return nil, err
	}
	if cap(u.text) <= size {
		u.text = make([]byte, size+1+size/4)
	}
	n, err := io.ReadFull(u.inflater, u.text[:size+1])
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // the caller checks the length
	}
	return u.text[:n], err
}
