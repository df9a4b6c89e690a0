// Package automaton finds licences in texts as licensecheck does, with the same results,
// without building its automaton of all licences first.
//
// licensecheck builds the automaton at the first text of a process, which takes a second
// and 300 MB of allocation, and has no way to keep it. So it is kept here: automaton.bin
// holds what the library builds of its own licences, and a test builds it anew and
// compares. Matching is the library's own.
//
// The tables are put in place through a struct of the same shape as the library's, which is
// the one use of unsafe in the program. Where the shape or the licences of the library are
// others than those that the file was made of, the library builds its own.
package automaton

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"sync"
	"unsafe"

	"github.com/google/licensecheck"
	"github.com/klauspost/compress/flate"

	"github.com/midspan/midspan/internal/varint"
)

//go:embed automaton.bin
var file []byte

// Scan is licensecheck.Scan.
func Scan(text []byte) licensecheck.Coverage {
	if s := prepared(); s != nil {
		return s.Scan(text)
	}
	return licensecheck.Scan(text)
}

// prepared is nil where the file does not fit the library.
var prepared = sync.OnceValue(func() *licensecheck.Scanner {
	s, err := load(file, licensecheck.BuiltinLicenses())
	if err != nil {
		return nil
	}
	return s
})

// library has the shape of licensecheck.Scanner, v0.3.1.
type library struct {
	licenses []licensecheck.License          // those with a text
	urls     map[string]licensecheck.License // by address
	re       *automaton
}

// automaton has the shape of its match.MultiLRE: dfa holds a state after the other, each a
// header of twice the number of its transitions, plus one where it accepts; then the licence
// that it accepts, if so; then for each transition the word and the place of the next state.
type automaton struct {
	dict  *dictionary
	dfa   []int32
	start map[[2]int32]struct{} // pairs of words with which a match can begin
}

type dictionary struct {
	dict map[string]int32 // places in list
	list []string
}

// load makes a scanner of a file and the licences that it was made of.
func load(file []byte, licenses []licensecheck.License) (*licensecheck.Scanner, error) {
	if !sameShape(reflect.TypeFor[licensecheck.Scanner](), reflect.TypeFor[library]()) {
		return nil, errors.New("the library's scanner has another shape")
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(file)))
	if err != nil {
		return nil, err
	}
	l := newLibrary(licenses)
	if l.re, err = decode(data, signature(licenses)); err != nil {
		return nil, err
	}
	return (*licensecheck.Scanner)(unsafe.Pointer(l)), nil
}

// newLibrary is a scanner without an automaton.
func newLibrary(licenses []licensecheck.License) *library {
	l := &library{urls: map[string]licensecheck.License{}}
	for _, license := range licenses {
		if license.URL != "" {
			l.urls[license.URL] = license
		}
		if license.LRE != "" {
			l.licenses = append(l.licenses, license)
		}
	}
	return l
}

// signature tells whether the licences are those that a file was made of: ids, kinds and
// lengths of the patterns. A hash of the patterns would cost as much as reading the file.
func signature(licenses []licensecheck.License) string {
	var b []byte
	for _, l := range licenses {
		b = varint.AppendText(b, l.ID)
		b = binary.AppendUvarint(b, uint64(l.Type))
		b = binary.AppendUvarint(b, uint64(len(l.LRE)))
		b = varint.AppendText(b, l.URL)
	}
	return string(b)
}

// sameShape reports whether values of the two types lie in memory alike, field by field of
// the same names.
func sameShape(a, b reflect.Type) bool {
	if a == b {
		return true
	}
	if a.Kind() != b.Kind() || a.Size() != b.Size() {
		return false
	}
	switch a.Kind() {
	case reflect.Int32:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return sameShape(a.Elem(), b.Elem())
	case reflect.Map:
		return sameShape(a.Key(), b.Key()) && sameShape(a.Elem(), b.Elem())
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return false
		}
		for i := range a.NumField() {
			if f, g := a.Field(i), b.Field(i); f.Name != g.Name || f.Offset != g.Offset || !sameShape(f.Type, g.Type) {
				return false
			}
		}
		return true
	}
	return false
}
