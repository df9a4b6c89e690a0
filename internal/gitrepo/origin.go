package gitrepo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// maxConfig bounds the configuration of a repository that is read without git, in bytes.
const maxConfig = 64 << 10

// Remotes lists the addresses of a repository's remotes by name, those of each in the order
// of its configuration. Files that the configuration includes are not read.
func (g *Git) Remotes(ctx context.Context, dir string) (map[string][]string, error) {
	if data, err := readShort(filepath.Join(gitFolder(dir), "config"), maxConfig); err == nil && bytes.IndexByte(data, 0) < 0 {
		if remotes, err := parseRemotes(data); err == nil {
			return remotes, nil
		}
	}
	// A linked work tree, or more than the parser reads.
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	ceiling := "GIT_CEILING_DIRECTORIES=" + filepath.Dir(abs)
	out, err := g.run(ctx, abs, []string{ceiling, "GIT_ALLOW_PROTOCOL="}, nil, "config", "--local", "--null", "--get-regexp", `^remote\..*\.url$|^core\.bare$`)
	if err != nil {
		return nil, err
	}
	remotes := map[string][]string{}
	for setting := range strings.SplitSeq(string(out), "\x00") {
		key, value, _ := strings.Cut(setting, "\n")
		if name, ok := strings.CutPrefix(key, "remote."); ok {
			name = strings.TrimSuffix(name, ".url")
			remotes[name] = append(remotes[name], value)
		}
	}
	return remotes, nil
}

// parseRemotes reads the remotes of a configuration. A panic of the parser, which reads a
// text from outside, is an error.
func parseRemotes(data []byte) (remotes map[string][]string, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("read the configuration of the repository: %v", broken)
		}
	}()
	parsed := config.New()
	if err := config.NewDecoder(bytes.NewReader(data)).Decode(parsed); err != nil {
		return nil, err
	}
	remotes = map[string][]string{}
	for _, remote := range parsed.Section("remote").Subsections {
		remotes[remote.Name] = remote.OptionAll("url")
	}
	return remotes, nil
}

// gitFolder is where git keeps what it knows of a repository: the folder itself, or the
// .git in it. As git does, it looks for .git first: in a work tree, anything else is
// what somebody committed.
func gitFolder(dir string) string {
	inner := filepath.Join(dir, ".git")
	if _, err := os.Lstat(inner); err == nil {
		return inner
	}
	return dir
}

// hasOrigin reports whether a mirror was cloned from this address and no other. It is
// asked before each update: an update fetches what the mirror calls its origin.
func (g *Git) hasOrigin(ctx context.Context, dir, address string) bool {
	remotes, err := g.Remotes(ctx, dir)
	return err == nil && slices.Equal(remotes["origin"], []string{address})
}

// Target is the address from which an address is fetched, after Options.Rewrite.
func (g *Git) Target(address string) string {
	target, _ := g.rewrite(address)
	return target
}

// isSame reports whether an open file is still the one at its path.
func isSame(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(file.Name())
	return err == nil && os.SameFile(open, there)
}
