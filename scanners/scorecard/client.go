package scorecard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ossf/scorecard/v5/clients"
	"github.com/ossf/scorecard/v5/clients/localdir"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// client shows the tree of a snapshot to one check, and remembers which files
// the check opened and could not read. Every other method is that of the
// library's own client of local folders, which returns "unsupported": a tree
// does not hold what they ask for.
type client struct {
	clients.RepoClient // returns "unsupported" only: every method that reads is replaced below

	ctx            context.Context
	repo           repository
	files          *tree
	paths          []string // what the check sees, in the order of a walk
	firstBytesOnly bool
	typeOnly       bool
	unread         []unreadFile
	asked          []string // file names of workflows whose runs the check asked for, each once
	neverRan       bool     // lets a check go on to the next workflow
}

// unreadFile is a file that a check opened in vain.
type unreadFile struct {
	path  string
	cause observation.Cause
	err   error
}

func newClient(ctx context.Context, spec fileCheck, url string, files *tree) *client {
	c := &client{
		RepoClient: localdir.CreateLocalDirClient(ctx, nil),
		ctx:        ctx, repo: repository{url}, files: files, paths: files.paths, firstBytesOnly: spec.firstBytesOnly, typeOnly: spec.typeOnly,
	}
	if spec.candidates != nil {
		c.paths = spec.candidates(files)
	}
	return c
}

// InitRepo implements clients.RepoClient.
func (c *client) InitRepo(clients.Repo, string, int) error { return nil }

// URI implements clients.RepoClient.
func (c *client) URI() string { return c.repo.url }

// LocalPath implements clients.RepoClient: there is no folder.
func (c *client) LocalPath() (string, error) {
	return "", fmt.Errorf("LocalPath: %w", clients.ErrUnsupportedFeature)
}

// Close implements clients.RepoClient.
func (c *client) Close() error { return nil }

// ListFiles implements clients.RepoClient.
func (c *client) ListFiles(predicate func(string) (bool, error)) ([]string, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	var matching []string
	for _, name := range c.paths {
		ok, err := predicate(name)
		if err != nil {
			return nil, err
		}
		if ok {
			matching = append(matching, name)
		}
	}
	return matching, nil
}

// GetFileReader implements clients.RepoClient. Contents are read at the
// first Read: some checks open every file and read only a few.
func (c *client) GetFileReader(name string) (io.ReadCloser, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	file, ok := c.files.byPath[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &lazyFile{client: c, name: name, file: file}, nil
}

// contents returns nothing where the file cannot be read, and notes it: so the
// check goes on and meets all of the files that are missing.
func (c *client) contents(name string, file treeFile) []byte {
	if head := c.files.headOfLarge(file); head != nil && c.typeOnly {
		return head
	}
	data, err := c.files.contents(name, file, c.firstBytesOnly)
	if err == nil && len(data) > maxText && isShell(name, data) {
		err = errTooLarge(int64(len(data)))
	}
	if err != nil {
		c.unread = append(c.unread, unreadFile{path: name, cause: gitrepo.CauseOf(err), err: err})
		return nil
	}
	if isShell(name, data) {
		if err := nesting.Shell(data); err != nil {
			c.unread = append(c.unread, unreadFile{path: name, cause: observation.CauseOverLimit, err: err})
			return nil
		}
	}
	return respelled(name, data)
}

// ListSuccessfulWorkflowRuns implements clients.RepoClient: which runs there were only the
// forge knows. It notes for whom of them it was asked.
func (c *client) ListSuccessfulWorkflowRuns(workflow string) ([]clients.WorkflowRun, error) {
	if !slices.Contains(c.asked, workflow) && len(c.asked) < maxFacts {
		c.asked = append(c.asked, workflow)
	}
	if c.neverRan {
		return nil, nil
	}
	return nil, fmt.Errorf("ListSuccessfulWorkflowRuns: %w", clients.ErrUnsupportedFeature)
}

// isShell reports a file of which a check hands all or a part to a parser of
// shell: the parser has no bound of its own.
func isShell(name string, data []byte) bool {
	name = strings.ToLower(name)
	switch path.Ext(name) {
	case ".sh", ".bash", ".mksh":
		return true
	}
	line, _, _ := bytes.Cut(data[:min(len(data), headSize)], []byte("\n"))
	return strings.HasPrefix(name, ".github/workflows/") || strings.Contains(path.Base(name), "dockerfile") ||
		isScript(line) && bytes.Contains(line, []byte("sh"))
}

// lazyFile is an open file of a tree.
type lazyFile struct {
	client *client
	name   string
	file   treeFile
	reader *bytes.Reader
}

func (f *lazyFile) Read(p []byte) (int, error) {
	if f.reader == nil {
		f.reader = bytes.NewReader(f.client.contents(f.name, f.file))
	}
	return f.reader.Read(p)
}

func (f *lazyFile) Close() error { return nil }

// repository describes a local repository to the library.
type repository struct{ url string }

var _ clients.Repo = repository{}

func (r repository) Path() string             { return r.url }
func (r repository) URI() string              { return r.url }
func (r repository) Host() string             { return "" }
func (r repository) String() string           { return r.url }
func (r repository) IsValid() error           { return nil }
func (r repository) Metadata() []string       { return nil }
func (r repository) AppendMetadata(...string) {}
func (r repository) Type() clients.RepoType   { return clients.RepoTypeLocal }
