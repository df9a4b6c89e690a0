package ziparchive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// unpackAll reads every file of an archive, as a build does.
func unpackAll(data []byte, yield func(entry Entry, contents []byte, err error)) error {
	const limit = 16 << 20
	file := bytes.NewReader(data)
	reader := NewReader(file)
	directory, err := FindDirectory(file, int64(len(data)))
	if err != nil {
		return err
	}
	return directory.Read(file, func(e Entry) error {
		if e.Size > limit || e.Packed > limit {
			return nil
		}
		_, contents, err := reader.Read(e)
		yield(e, contents, err)
		return nil
	})
}

func FuzzReadZip(f *testing.F) {
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	if member, err := w.Create("A.json"); err == nil {
		member.Write([]byte(`{"id":"A"}`))
	}
	if member, err := w.CreateHeader(&zip.FileHeader{Name: "B/B.json", Comment: "stored"}); err == nil {
		member.Write([]byte(`{"id":"B"}`))
	}
	w.SetComment("a comment")
	w.Close()
	f.Add(buffer.Bytes())
	f.Add(append([]byte("something before"), buffer.Bytes()...))
	f.Add(buffer.Bytes()[:buffer.Len()/2])
	f.Add(fileAt(math.MaxInt64))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		unpackAll(data, func(e Entry, contents []byte, err error) {
			if err == nil && uint64(len(contents)) != e.Size {
				t.Fatalf("%d bytes came through, not %d", len(contents), e.Size)
			}
		})
	})
}

// fileAt is an archive of one file whose directory says that it begins at an offset.
func fileAt(offset uint64) []byte {
	const name = "A.json"
	entry := make([]byte, directoryLength)
	copy(entry, "PK\x01\x02")
	binary.LittleEndian.PutUint16(entry[28:], uint16(len(name)))
	binary.LittleEndian.PutUint16(entry[30:], 12)
	binary.LittleEndian.PutUint32(entry[42:], math.MaxUint32) // it stands in the extra field
	entry = append(entry, name...)
	entry = binary.LittleEndian.AppendUint64(append(entry, 1, 0, 8, 0), offset)
	end := make([]byte, endLength)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[10:], 1)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(entry)))
	return append(entry, end...)
}

func TestAFileBehindTheDirectoryIsRefused(t *testing.T) {
	for _, offset := range []uint64{1, 1 << 40, math.MaxInt64, math.MaxUint64} {
		err := unpackAll(fileAt(offset), func(Entry, []byte, error) {})
		if !errors.Is(err, ErrNotZip) {
			t.Errorf("a file at %d: got %v", offset, err)
		}
	}
	if _, err := NewReader(bytes.NewReader(nil)).peek(math.MaxInt64, localLength); err == nil {
		t.Error("what lies behind the end is read")
	}
}

func TestArchivesAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	sameAsStandard(t, manyFiles(t, 70_000)) // more than 65,535 need the larger directory
	sameAsStandard(t, append([]byte("something that stands before"), manyFiles(t, 100)...))
}

func manyFiles(t *testing.T, n int) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for i := range n {
		method := []uint16{zip.Deflate, zip.Store}[i%2]
		member, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("folder/%d.json", i), Method: method, Comment: "x", Modified: time.Unix(int64(i), 0)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(member, "%d %s", i, strings.Repeat("ab", i%300))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func sameAsStandard(t *testing.T, data []byte) {
	t.Helper()
	want, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	err = unpackAll(data, func(e Entry, contents []byte, err error) {
		file := want.File[i]
		if i++; i%997 != 0 && err == nil && string(e.Name) == file.Name {
			return // the contents have the checksum that the directory lists
		}
		reader, failed := file.Open()
		if failed != nil {
			t.Fatal(failed)
		}
		text, failed := io.ReadAll(reader)
		if failed != nil || err != nil || !bytes.Equal(contents, text) || string(e.Name) != file.Name {
			t.Fatalf("%s: got %d bytes of %s, %v", file.Name, len(contents), e.Name, err)
		}
	})
	if err != nil || i != len(want.File) {
		t.Errorf("read %d of %d files: %v", i, len(want.File), err)
	}
}
