// Package ziparchive reads zip archives of hundreds of thousands of files in little
// memory. archive/zip keeps some 300 bytes for each file: 60 MB for OSV's export of
// npm. This package reads the archive's directory as a stream, so that the caller keeps
// only what it needs to read the files. The format is that of APPNOTE.TXT 6.3.10,
// chapters 4.3 and 4.4.
package ziparchive

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

// ErrNotZip marks a file that is not a zip archive, or a damaged one.
var ErrNotZip = errors.New("not a zip archive")

var (
	errChecksum = errors.New("the contents do not have the checksum that the archive lists")
	errNowhere  = errors.New("a file of it lies nowhere")
	errMethod   = errors.New("compressed or encrypted in a way that OSV's archives are not")
)

const (
	endLength       = 22 // of the end of the directory, without its comment
	end64Length     = 56
	locatorLength   = 20
	directoryLength = 46 // of a directory entry, without name, extra and comment
	localLength     = 30 // of the header before a file's contents, likewise
	maxEntry        = directoryLength + 3*math.MaxUint16

	stored, deflated = 0, 8
)

// Entry is an entry in the directory of an archive. It describes one file.
type Entry struct {
	Name         []byte // valid until the next entry is read
	Method       uint16 // any other than stored and deflated cannot be read
	Checksum     uint32 // CRC-32
	Packed, Size uint64 // bytes
	Offset       int64  // of the local header
}

// Directory is the position of an archive's directory in the archive.
type Directory struct {
	start, size int64
	shift       int64 // added to all offsets: the number of bytes before the archive
	// Entries is the number of files that the archive claims to hold.
	Entries uint64
}

// OpenDirectory finds the directory of an archive.
func OpenDirectory(file *os.File) (Directory, error) {
	info, err := file.Stat()
	if err != nil {
		return Directory{}, err
	}
	return FindDirectory(file, info.Size())
}

// FindDirectory finds the directory of an archive of a size in bytes.
func FindDirectory(file io.ReaderAt, size int64) (Directory, error) {
	tail := make([]byte, min(size, 65*1024))
	if err := readAt(file, tail, size-int64(len(tail))); err != nil {
		return Directory{}, err
	}
	for i := len(tail) - endLength; i >= 0; i-- {
		if !bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) || i+endLength+int(binary.LittleEndian.Uint16(tail[i+20:])) > len(tail) {
			continue
		}
		end, at := tail[i:], size-int64(len(tail)-i)
		d := Directory{
			Entries: uint64(binary.LittleEndian.Uint16(end[10:])),
			size:    int64(binary.LittleEndian.Uint32(end[12:])),
		}
		offset := int64(binary.LittleEndian.Uint32(end[16:]))
		if d.Entries == math.MaxUint16 || d.size == math.MaxUint32 || offset == math.MaxUint32 {
			return findDirectory64(file, at, d, offset)
		}
		return d.locate(at, offset)
	}
	return Directory{}, ErrNotZip
}

// findDirectory64 reads the zip64 end of directory, which comes before the end at an
// offset.
func findDirectory64(file io.ReaderAt, at int64, small Directory, smallOffset int64) (Directory, error) {
	locator := make([]byte, locatorLength)
	if at < locatorLength || readAt(file, locator, at-locatorLength) != nil || !bytes.HasPrefix(locator, []byte("PK\x06\x07")) {
		return small.locate(at, smallOffset) // 65,535 files, by chance
	}
	position := binary.LittleEndian.Uint64(locator[8:])
	end := make([]byte, end64Length)
	if position > uint64(at) || readAt(file, end, int64(position)) != nil || !bytes.HasPrefix(end, []byte("PK\x06\x06")) {
		return Directory{}, ErrNotZip
	}
	d := Directory{Entries: binary.LittleEndian.Uint64(end[32:]), size: int64(binary.LittleEndian.Uint64(end[40:]))}
	return d.locate(int64(position), int64(binary.LittleEndian.Uint64(end[48:])))
}

// locate sets the directory's position: right before its end.
func (d Directory) locate(end, offset int64) (Directory, error) {
	d.start = end - d.size
	d.shift = d.start - offset
	if d.size < 0 || offset < 0 || d.start < 0 || d.shift < 0 || d.Entries > uint64(d.size)/directoryLength {
		return Directory{}, ErrNotZip
	}
	return d, nil
}

// Read yields every file of an archive, in the order of its directory.
func (d Directory) Read(file io.ReaderAt, yield func(Entry) error) error {
	from := bufio.NewReaderSize(io.NewSectionReader(file, d.start, d.size), maxEntry)
	var entries uint64
	for ; ; entries++ {
		entry, err := nextEntry(from)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotZip, err)
		}
		if entry.Offset > d.start-d.shift {
			return fmt.Errorf("%w: %w", ErrNotZip, errNowhere)
		}
		entry.Offset += d.shift
		if err := yield(entry); err != nil {
			return err
		}
	}
	if entries != d.Entries {
		return fmt.Errorf("%w: its directory lists %d files, and should %d", ErrNotZip, entries, d.Entries)
	}
	return nil
}

// nextEntry returns io.EOF where the directory ends between two entries.
func nextEntry(from *bufio.Reader) (Entry, error) {
	head, err := from.Peek(directoryLength)
	if len(head) == 0 {
		return Entry{}, io.EOF
	}
	if err != nil || !bytes.HasPrefix(head, []byte("PK\x01\x02")) {
		return Entry{}, errors.New("its directory is cut or damaged")
	}
	entry := Entry{
		Method:   binary.LittleEndian.Uint16(head[10:]),
		Checksum: binary.LittleEndian.Uint32(head[16:]),
		Packed:   uint64(binary.LittleEndian.Uint32(head[20:])),
		Size:     uint64(binary.LittleEndian.Uint32(head[24:])),
		Offset:   int64(binary.LittleEndian.Uint32(head[42:])),
	}
	if encrypted := head[8]&1 != 0; encrypted {
		entry.Method = math.MaxUint16
	}
	name, extra, comment := int(binary.LittleEndian.Uint16(head[28:])), int(binary.LittleEndian.Uint16(head[30:])), int(binary.LittleEndian.Uint16(head[32:]))
	whole, err := from.Peek(directoryLength + name + extra + comment)
	if err != nil {
		return Entry{}, errors.New("its directory is cut")
	}
	if _, err := from.Discard(len(whole)); err != nil {
		return Entry{}, err
	}
	text := whole[directoryLength:]
	entry.Name = text[:name]
	return entry, entry.readZip64(text[name : name+extra])
}

// readZip64 reads 64-bit values from the extra field of an entry whose own fields are
// too small for them.
func (e *Entry) readZip64(extra []byte) error {
	size, packed, offset := e.Size == math.MaxUint32, e.Packed == math.MaxUint32, e.Offset == math.MaxUint32
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
			e.Size = next()
		}
		if packed {
			e.Packed = next()
		}
		if offset {
			e.Offset = int64(next())
		}
		break
	}
	if e.Offset < 0 {
		return errNowhere
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

// Reader reads files of one archive. It reads the archive in windows, so that
// neighbouring files need one read from the disk. What it returns is valid until the
// next call.
type Reader struct {
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
func (r *Reader) peek(at int64, n int) ([]byte, error) {
	if at < r.at || at-r.at > int64(len(r.window)-n) {
		size := max(n, windowSize)
		if cap(r.window) < size {
			r.window = make([]byte, size)
		}
		read, err := r.file.ReadAt(r.window[:size], at)
		r.window, r.at = r.window[:read], at
		if read < n {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return r.window[at-r.at:][:n], nil
}

// NewReader returns a reader of an archive's files, for one goroutine.
func NewReader(file io.ReaderAt) *Reader { return &Reader{file: file} }

// Read unpacks a file by its offset, sizes, checksum and method, which are those of the
// directory. The caller must have bounded the sizes. The name is that of the local
// header.
func (r *Reader) Read(e Entry) (name, data []byte, err error) {
	head, err := r.peek(e.Offset, localLength)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return nil, nil, fmt.Errorf("%w: the directory points to something else", ErrNotZip)
	}
	before := int(binary.LittleEndian.Uint16(head[26:]))
	skip := before + int(binary.LittleEndian.Uint16(head[28:]))
	rest, err := r.peek(e.Offset+localLength, skip+int(e.Packed))
	if err != nil {
		return nil, nil, err
	}
	name, rest = rest[:before], rest[skip:]
	switch e.Method {
	case stored:
		data = rest
	case deflated:
		data, err = r.inflate(rest, int(e.Size))
	default:
		err = errMethod
	}
	if err == nil && (len(data) != int(e.Size) || crc32.ChecksumIEEE(data) != e.Checksum) {
		err = errChecksum
	}
	return name, data, err
}

// inflate reads one byte more than it should find, to see whether there is one.
func (r *Reader) inflate(packed []byte, size int) ([]byte, error) {
	r.packed.Reset(packed)
	if r.inflater == nil {
		r.inflater = flate.NewReader(&r.packed)
	} else if err := r.inflater.(flate.Resetter).Reset(&r.packed, nil); err != nil {
		return nil, err
	}
	if cap(r.text) <= size {
		r.text = make([]byte, size+1+size/4)
	}
	n, err := io.ReadFull(r.inflater, r.text[:size+1])
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // the caller checks the length
	}
	return r.text[:n], err
}
