package scorecard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/ossf/scorecard/v5/clients"
	"github.com/ossf/scorecard/v5/clients/localdir"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// client shows the tree of a snapshot to one check, and remembers which files
// the check wanted and could not have. Every question that a tree cannot
// answer goes to the library's own client of local folders, which says
// "unsupported" to all of them: an answer of ours could only be made up.
type client struct {
	clients.RepoClient // answers "unsupported" only: whatever reads is replaced below

	ctx    context.Context
	repo   repository
	files  *tree
	paths  []string // what the check sees, in the order of a walk
	heads  bool
	unread []unreadFile
	byName []string // missing, and by their names of no weight: see passive
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
		ctx:        ctx, repo: repository{url}, files: files, paths: files.paths, heads: spec.heads,
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

// GetFileReader implements clients.RepoClient. Contents are looked up at the
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
	data, err := c.files.contents(name, file, c.heads)
	switch {
	case err == nil:
		return data
	case c.heads && passive(name) && gitrepo.CauseOf(err) == observation.CauseMissingObjects:
		c.byName = append(c.byName, name)
	default:
		c.unread = append(c.unread, unreadFile{path: name, cause: gitrepo.CauseOf(err), err: err})
	}
	return nil
}

// passive tells by its name a file that holds media, data, a drawing, a trained
// model or an archive: neither a program nor a script nor a recipe, and none of
// the packed formats that Binary-Artifacts counts as programs (jar, whl, …). Mirrors often lack their largest files, and those
// are nearly always of this kind; where nothing else is missing, the checks
// that open every file in search of programs and scripts still give a score,
// with a note of what was judged by name.
func passive(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ico", ".svg", ".psd",
		".mp3", ".mp4", ".m4a", ".m4v", ".wav", ".ogg", ".webm", ".mov", ".avi", ".mkv",
		".ttf", ".otf", ".woff", ".woff2", ".eot",
		".pdf", ".epub", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp",
		".txt", ".md", ".log", ".xml", ".sql", ".po",
		".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".geojson", ".map", ".parquet", ".feather", ".arrow",
		".sqlite", ".sqlite3", ".rds", ".rda", ".rdata", ".npy", ".npz", ".mat", ".sav", ".dta",
		".nc", ".grib", ".shp", ".dbf", ".gpkg", ".mbtiles", ".kml", ".kmz", ".las", ".laz",
		".pt", ".pth", ".onnx", ".h5", ".hdf5", ".ckpt", ".safetensors", ".tflite", ".pkl", ".joblib",
		".ai", ".eps", ".sketch", ".fig", ".xd", ".indd", ".vsdx", ".vpp", ".blend", ".fbx", ".glb", ".stl",
		".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar":
		return true
	}
	return false
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

// repository tells the library that it reads a local repository.
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
