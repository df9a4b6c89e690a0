package gittest

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// Commit is a commit of a test repository, on top of the one before it.
type Commit struct {
	Author    string    // "Name <address>"; "Dev <dev@team.example>" where empty
	Committer string    // Author where empty
	When      time.Time // of author and committer, written in UTC
	Message   string    // "x" where empty
	Encoding  string    // of the message, UTF-8 where empty
	Branch    string    // main where empty
	Files     []File
	Tags      []Tag
}

// File is a change of one file by a commit.
type File struct {
	Mode string // 100644 where empty; "D" removes the file
	Path string // any bytes but line feeds
	Data string // the contents, of a symbolic link the target, of a submodule the commit
}

// Tag is a tag of a commit: an annotated one where it has a tagger.
type Tag struct {
	Name, Tagger, Message string
	When                  time.Time
}

// Files lists plain files by their paths.
func Files(contents map[string]string) []File {
	var files []File
	for _, path := range slices.Sorted(maps.Keys(contents)) {
		files = append(files, File{Path: path, Data: contents[path]})
	}
	return files
}

// Stream is a new history as input of git fast-import, oldest commit first.
func Stream(commits ...Commit) string { return stream("", commits) }

// Import adds commits to the bare repository at dir, which is made where it does
// not exist. Up to a hundred objects stay loose, so that a test can damage one.
func Import(t testing.TB, dir string, commits ...Commit) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		Run(t, "", nil, "init", "-q", "--bare", "--initial-branch=main", dir)
	}
	parent := ""
	if branch := commits[0].ref(); exec.Command("git", "--git-dir="+dir, "rev-parse", "--verify", "--quiet", branch).Run() == nil {
		parent = branch + "^0"
	}
	Run(t, dir, []byte(stream(parent, commits)), "-c", "fastimport.unpackLimit=100", "fast-import", "--quiet")
}

func (c Commit) ref() string { return "refs/heads/" + cmp.Or(c.Branch, "main") }

func stream(parent string, commits []Commit) string {
	var w strings.Builder
	data := func(text string) { fmt.Fprintf(&w, "data %d\n%s\n", len(text), text) }
	for _, c := range commits {
		author := cmp.Or(c.Author, "Dev <dev@team.example>")
		fmt.Fprintf(&w, "commit %s\nauthor %s %d +0000\ncommitter %s %d +0000\n", c.ref(), author, c.When.Unix(), cmp.Or(c.Committer, author), c.When.Unix())
		if c.Encoding != "" {
			fmt.Fprintf(&w, "encoding %s\n", c.Encoding)
		}
		data(cmp.Or(c.Message, "x"))
		if parent != "" {
			fmt.Fprintf(&w, "from %s\n", parent)
			parent = ""
		}
		for _, f := range c.Files {
			switch f.Mode {
			case "D":
				fmt.Fprintf(&w, "D %s\n", f.Path)
			case "160000":
				fmt.Fprintf(&w, "M 160000 %s %s\n", f.Data, f.Path)
			default:
				fmt.Fprintf(&w, "M %s inline %s\n", cmp.Or(f.Mode, "100644"), f.Path)
				data(f.Data)
			}
		}
		for _, tag := range c.Tags {
			if tag.Tagger == "" {
				fmt.Fprintf(&w, "reset refs/tags/%s\nfrom %s\n\n", tag.Name, c.ref())
				continue
			}
			fmt.Fprintf(&w, "tag %s\nfrom %s\ntagger %s %d +0000\n", tag.Name, c.ref(), tag.Tagger, tag.When.Unix())
			data(tag.Message)
		}
	}
	return w.String()
}
