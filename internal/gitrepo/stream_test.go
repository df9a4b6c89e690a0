package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// seenObject is what a callback of EachBlob saw.
type seenObject struct {
	oid, data string
	cause     observation.Cause
}

func collect(t *testing.T, s *Snapshot, oids []string) []seenObject {
	t.Helper()
	var seen []seenObject
	err := s.EachBlob(t.Context(), oids, func(o Object) error {
		entry := seenObject{oid: o.OID}
		if o.Err != nil {
			entry.cause = CauseOf(o.Err)
			if o.Size != -1 || o.Reader != nil {
				t.Errorf("%s has an error, and size %d", o.OID, o.Size)
			}
		} else {
			data, err := io.ReadAll(o)
			if err != nil || int64(len(data)) != o.Size {
				t.Errorf("%s: %d of %d bytes, %v", o.OID, len(data), o.Size, err)
			}
			entry.data = string(data)
		}
		seen = append(seen, entry)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func fourFiles() []gittest.Commit {
	return []gittest.Commit{commit(t0, ada, "one", entry("100644", "a", "alpha\n"), entry("100644", "b", "no newline"),
		entry("100644", "c", ""), entry("100644", "d", strings.Repeat("delta\x00", 100_000)))}
}

func TestEachBlobReadsInTheOrderAskedAndGoesOnBehindWhatItCannotRead(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, fourFiles()...))
	gone := strings.Repeat("1", 40)
	a, b, c, d := oidOf(t, s, "a"), oidOf(t, s, "b"), oidOf(t, s, "c"), oidOf(t, s, "d")
	want := []seenObject{
		{oid: d, data: strings.Repeat("delta\x00", 100_000)}, {oid: gone, cause: observation.CauseMissingObjects},
		{oid: b, data: "no newline"}, {oid: s.Commit(), cause: observation.CauseCorrupt},
		{oid: c}, {oid: a, data: "alpha\n"}, {oid: b, data: "no newline"},
	}
	if got := collect(t, s, []string{d, gone, b, s.Commit(), c, a, b}); !slices.Equal(got, want) {
		t.Errorf("%.300v\nwant %.300v", got, want)
	}
}

func TestEachBlobSkipsWhatTheCallbackLeavesUnread(t *testing.T) {
	g := newGit(t, Options{MaxBlob: 10}) // a limit for ReadBlob, not for a pass
	s := open(t, g, importRepo(t, g, fourFiles()...))
	var heads []string
	err := s.EachBlob(t.Context(), []string{oidOf(t, s, "d"), oidOf(t, s, "a"), oidOf(t, s, "b")}, func(o Object) error {
		head := make([]byte, 3)
		_, err := io.ReadFull(o, head)
		heads = append(heads, string(head))
		return err
	})
	if err != nil || !slices.Equal(heads, []string{"del", "alp", "no "}) {
		t.Errorf("heads %q, %v", heads, err)
	}
}

func TestEachBlobEndsWithTheErrorOfItsCallback(t *testing.T) {
	g := newGit(t, Options{})
	s := open(t, g, importRepo(t, g, fourFiles()...))
	enough, calls := errors.New("enough"), 0
	err := s.EachBlob(t.Context(), []string{oidOf(t, s, "d"), oidOf(t, s, "a")}, func(Object) error {
		calls++
		return enough
	})
	if err != enough || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestEachBlobGoesOnBehindADamagedObject(t *testing.T) {
	g := newGit(t, Options{})
	dir := importRepo(t, g, fourFiles()...)
	s := open(t, g, dir)
	a, b, d := oidOf(t, s, "a"), oidOf(t, s, "b"), oidOf(t, s, "d")
	object := filepath.Join(dir, "objects", d[:2], d[2:])
	whole, err := os.ReadFile(object)
	if err != nil {
		t.Fatal(err) // fast-import keeps so few objects loose
	}
	for name, damage := range map[string][]byte{"not zlib": []byte("none"), "cut": whole[:len(whole)/2], "empty": nil} {
		if err := errors.Join(os.Chmod(object, 0o644), os.WriteFile(object, damage, 0o644)); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			var got []string
			err := s.EachBlob(t.Context(), []string{a, d, b}, func(o Object) error {
				var data bytes.Buffer
				if o.Err == nil {
					_, _ = io.Copy(&data, o)
				}
				got = append(got, fmt.Sprint(o.OID == d, o.Err != nil, data.Len() == int(o.Size)))
				return nil
			})
			last := len(got) - 1
			if err != nil || got[0] != "false false true" || got[last] != "false false true" || got[last-1] != "true true false" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
