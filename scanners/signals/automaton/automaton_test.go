package automaton

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/licensecheck"
	"github.com/klauspost/compress/flate"
)

var update = flag.Bool("update", false, "write automaton.bin anew")

// built is what the library makes of its licences.
func built(t *testing.T) *automaton {
	t.Helper()
	scanner, err := licensecheck.NewScanner(licensecheck.BuiltinLicenses())
	if err != nil {
		t.Fatal(err)
	}
	return (*library)(unsafe.Pointer(scanner)).re
}

func TestTheFileHoldsWhatTheLibraryBuilds(t *testing.T) {
	if !sameShape(reflect.TypeFor[licensecheck.Scanner](), reflect.TypeFor[library]()) {
		t.Fatal("the library's scanner has another shape: compare library with it")
	}
	licenses, want := licensecheck.BuiltinLicenses(), built(t)
	if *update {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(want.encode(signature(licenses))); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("automaton.bin", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		file = b.Bytes()
	}
	scanner, err := load(file, licenses)
	if err != nil {
		t.Fatalf("%v: go test -update writes it anew", err)
	}
	got := (*library)(unsafe.Pointer(scanner)).re
	if !slices.Equal(got.dfa, want.dfa) || !maps.Equal(got.start, want.start) ||
		!slices.Equal(got.dict.list, want.dict.list) || !maps.Equal(got.dict.dict, want.dict.dict) {
		t.Error("the file is of other licences: go test -update writes it anew")
	}
}

func TestTextsAreFoundAsTheLibraryFindsThem(t *testing.T) {
	if prepared() == nil {
		t.Fatal("the file is not used")
	}
	licenses := licensecheck.BuiltinLicenses()
	marks := strings.NewReplacer("((", " ", "))??", " ", "))", " ", "||", " ", "__20__", "an organization", "//**", "", "**//", "")
	for _, text := range []string{
		"", "all rights reserved", "Copyright (c) 2020\nsee https://www.apache.org/licenses/LICENSE-2.0 and\n", "\xff\xfe",
		marks.Replace(licenses[0].LRE), marks.Replace(licenses[100].LRE) + "\n---\n" + marks.Replace(licenses[200].LRE),
	} {
		if got, want := Scan([]byte(text)), licensecheck.Scan([]byte(text)); !reflect.DeepEqual(got, want) {
			t.Errorf("%.60q: %+v, want %+v", text, got, want)
		}
	}
}

// A library with other licences builds its own automaton.
func TestAFileOfOtherLicencesIsNotUsed(t *testing.T) {
	licenses := licensecheck.BuiltinLicenses()
	for name, change := range map[string]func([]licensecheck.License) []licensecheck.License{
		"one less":        func(l []licensecheck.License) []licensecheck.License { return l[1:] },
		"another order":   func(l []licensecheck.License) []licensecheck.License { l[0], l[1] = l[1], l[0]; return l },
		"another pattern": func(l []licensecheck.License) []licensecheck.License { l[5].LRE += " more"; return l },
		"another address": func(l []licensecheck.License) []licensecheck.License { l[len(l)-1].URL += "x"; return l },
	} {
		if _, err := load(file, change(slices.Clone(licenses))); err == nil {
			t.Errorf("%s: the file is used", name)
		}
	}
	for _, broken := range [][]byte{nil, file[:len(file)/2], []byte("text")} {
		if _, err := load(broken, licenses); err == nil {
			t.Errorf("%d bytes are used", len(broken))
		}
	}
}

func TestTypesOfOtherShapesAreToldApart(t *testing.T) {
	type inner struct{ List []string }
	type a struct {
		In   *inner
		Data []int32
	}
	type renamed struct {
		In    *inner
		Other []int32
	}
	type reordered struct {
		Data []int32
		In   *inner
	}
	type wider struct {
		In   *inner
		Data []int64
	}
	for _, other := range []reflect.Type{reflect.TypeFor[renamed](), reflect.TypeFor[reordered](), reflect.TypeFor[wider](), reflect.TypeFor[int]()} {
		if sameShape(reflect.TypeFor[a](), other) {
			t.Errorf("%v has the shape of another", other)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(file, licensecheck.BuiltinLicenses()); err != nil {
			b.Fatal(err)
		}
	}
}
