package gittest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Repository is a bare repository written file by file, so that it can hold
// what git itself refuses to make. Every method ends the test where it fails.
type Repository struct {
	T      testing.TB
	Dir    string
	packer *zlib.Writer // reused, because it is expensive to make
}

// Entry is one entry of a tree.
type Entry struct{ Mode, Name, OID string }

// Init makes an empty bare repository at dir, whose branch is main.
func Init(t testing.TB, dir string) *Repository {
	t.Helper()
	packer, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	r := &Repository{t, dir, packer}
	for _, folder := range []string{"objects/pack", "objects/info", "refs/heads", "refs/tags", "info"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.File("HEAD", "ref: refs/heads/main\n")
	r.File("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
	return r
}

// File writes a file of the repository, in the place of any that is there.
func (r *Repository) File(name, text string) {
	r.T.Helper()
	path := filepath.Join(r.Dir, name)
	_ = os.Remove(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.T.Fatal(err)
	}
}

// Object writes a loose object of any kind and contents, and returns its id.
func (r *Repository) Object(kind, data string) string {
	r.T.Helper()
	object := fmt.Sprintf("%s %d\x00%s", kind, len(data), data)
	sum := sha1.Sum([]byte(object))
	oid := hex.EncodeToString(sum[:])
	r.WriteLoose(oid, object)
	return oid
}

// WriteLoose writes a loose object under an id that need not be its own.
func (r *Repository) WriteLoose(oid, object string) {
	r.T.Helper()
	r.File(Loose(oid), string(r.deflate([]byte(object))))
}

// Loose is the path of a loose object in a repository.
func Loose(oid string) string { return "objects/" + oid[:2] + "/" + oid[2:] }

func (r *Repository) deflate(data []byte) []byte {
	var packed bytes.Buffer
	r.packer.Reset(&packed)
	_, _ = r.packer.Write(data) // a buffer takes all
	_ = r.packer.Close()
	return packed.Bytes()
}

// Blob writes a file's contents.
func (r *Repository) Blob(text string) string { r.T.Helper(); return r.Object("blob", text) }

// Tree writes a tree with the entries in the given order, valid or not.
func (r *Repository) Tree(entries ...Entry) string {
	r.T.Helper()
	return r.Object("tree", TreeData(entries...))
}

// TreeData is the contents of a tree object.
func TreeData(entries ...Entry) string {
	var b strings.Builder
	for _, e := range entries {
		oid, _ := hex.DecodeString(e.OID) // an invalid id is what the caller wants
		fmt.Fprintf(&b, "%s %s\x00%s", e.Mode, e.Name, oid)
	}
	return b.String()
}

// Commit writes a commit of a tree, by one person at one time ("Dev <dev@team.example> 1780272000 +0000"),
// and makes it the tip of main.
func (r *Repository) Commit(tree, who, message string, parents ...string) string {
	r.T.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, parent := range parents {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", who, who, message)
	oid := r.Object("commit", b.String())
	r.Main(oid)
	return oid
}

// Main sets the tip of main.
func (r *Repository) Main(oid string) { r.T.Helper(); r.File("refs/heads/main", oid+"\n") }

// Link puts a symbolic link in the place of a file of the repository.
func (r *Repository) Link(name, target string) {
	r.T.Helper()
	path := filepath.Join(r.Dir, name)
	_ = os.Remove(path)
	if err := os.Symlink(target, path); err != nil {
		r.T.Fatal(err)
	}
}
