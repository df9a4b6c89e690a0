package catalog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/midspan/midspan/catalog/inventory"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// Limits on a whole catalog. The DPG registry has some 5 MB.
const (
	maxCatalog = 256 << 20 // bytes of a file or a response
	maxEntry   = 8 << 20   // bytes of a file that is one entry
	maxDepth   = 8         // folders below the one that is searched
	maxFiles   = 100_000   // entries of a folder that is searched
)

// maxEntries bounds the entries of a catalog, each of which takes a kilobyte and more. Tests
// set it lower.
var maxEntries = 1_000_000

func errTooMany() error {
	return fmt.Errorf("it has more than %d entries: give it in parts", maxEntries)
}

// Fetch opens an http or https address. The caller decides about time limits,
// redirects and private hosts; Load decides how much it reads, and closes.
type Fetch func(ctx context.Context, address string) (io.ReadCloser, error)

// Load reads a catalog from a file, a folder or an http(s) address. The format
// is found by looking at the contents:
//
//   - dpga: JSON of the DPG registry, present or old, or a folder with
//     nominees/*.json and digitalpublicgoods/*.json
//   - publiccode: a publiccode.yml, or a folder in which they are searched
//   - forge: JSON or YAML of the API of a forge, of an API of publiccode.yml files, or a
//     list of addresses
//   - code.json: an agency's inventory (US federal, 2.0 and 1.0), or of one repository
//   - sill: France's list of free software of its public sector
//   - markdown: a list of links, as "awesome" lists are
//   - cyclonedx, spdx: a bill of materials: each component is an entry
//   - csv: a table with a column of addresses, or a plain list of them
//
// Every entry becomes a good of its own, with an id that is unique in the
// catalog; Merge puts together what belongs together. A nil fetch refuses
// addresses, as an offline run does. An error means that there is no catalog
// to work on: what could not be read of single entries is in the notes.
//
// Formats of the caller's are tried before these, on files and addresses. What they return
// is checked as every entry is.
func Load(ctx context.Context, location string, fetch Fetch, more ...Format) (Catalog, error) {
	c, err := load(ctx, location, fetch, checked(more))
	shown := quote(location)
	if withScheme.MatchString(location) {
		shown = quoteAddress(location, "")
	}
	if err != nil {
		return Catalog{}, fmt.Errorf("read catalog %s: %w", shown, redact.Error(err))
	}
	c.redact()
	c.Location = shown
	if len(c.Goods) == 0 {
		return Catalog{}, fmt.Errorf("read catalog %s: %w", shown, emptyError(c))
	}
	assignIDs(c.Goods)
	for _, g := range c.Goods {
		for i := range g.Sources {
			g.Sources[i].Location = shown
		}
	}
	return c, nil
}

func emptyError(c Catalog) error {
	if len(c.Notes) == 0 {
		return fmt.Errorf("it holds no entries, read as %s: give one that names at least one good", c.Name)
	}
	return fmt.Errorf("none of its %d entries could be read; the first: %s", len(c.Notes), c.Notes[0].Message)
}

func load(ctx context.Context, location string, fetch Fetch, own []Format) (Catalog, error) {
	if location == "" {
		return Catalog{}, errors.New("no location: give a file, a folder or an https address")
	}
	if withScheme.MatchString(location) {
		data, err := download(ctx, location, fetch)
		if err != nil {
			return Catalog{}, err
		}
		return read(data, path.Base(redact.URL(location)), own...)
	}
	if location == files.StandardInput {
		return loadFile(location, own)
	}
	if err := files.CheckPath(location); err != nil {
		return Catalog{}, err
	}
	info, err := os.Stat(location)
	if errors.Is(err, fs.ErrNotExist) {
		return Catalog{}, errors.New("there is no such file or folder: give a file, a folder or an https address")
	}
	if err != nil {
		return Catalog{}, err
	}
	if info.IsDir() {
		return readFolder(ctx, location)
	}
	return loadFile(location, own)
}

// loadFile reads a file, or standard input where the location is "-".
func loadFile(location string, own []Format) (Catalog, error) {
	file, err := files.OpenInput(location)
	if err != nil {
		return Catalog{}, err
	}
	defer file.Close()
	data, err := readAll(file, maxCatalog)
	if err != nil {
		return Catalog{}, err
	}
	return read(data, filepath.Base(location), own...)
}

func download(ctx context.Context, address string, fetch Fetch) ([]byte, error) {
	lower := strings.ToLower(address)
	if !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
		return nil, errors.New("only https and http addresses can be read; a local catalog is named by its path")
	}
	if fetch == nil {
		return nil, errors.New("offline: save it to a file and name the file")
	}
	body, err := fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := readAll(body, maxCatalog)
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w; try again", err)
	}
	return data, nil
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return data, err
}

// readFile reads one file of a folder; its size is bounded.
func readFile(root fs.FS, name string) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	data, err := readAll(file, maxEntry)
	if err != nil {
		return nil, err
	}
	return decodeText(data)
}

// decodeText takes the byte order mark off and brings UTF-16, which
// spreadsheets write, to UTF-8.
func decodeText(data []byte) ([]byte, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	return text, err
}

var publiccodeKey = regexp.MustCompile(`(?m)^["']?publiccodeYmlVersion["']?[ \t]*:`)

// yamlListStart begins a list in YAML, after comments and the mark of a document.
var yamlListStart = regexp.MustCompile(`^(?:(?:#.*|---)?[ \t]*\r?\n)*-[ \t]`)

// Format is a kind of catalog file. A new one adds a line to formats, or is given to Load.
type Format struct {
	// Matches reports whether a file is of this format. The text is in UTF-8,
	// without space around it and not empty; the extension is in lower case, with
	// its dot.
	Matches func(text []byte, extension string) bool
	// Read turns the entries of a file into goods. The name is the file's own,
	// without its folder. An error means that the file holds no catalog; entries
	// that cannot be read become notes.
	Read func(data []byte, name string) (Catalog, error)
}

// checked makes formats of others return what those of this package do: bounded texts,
// addresses that are repositories, a name for each good.
func checked(formats []Format) []Format {
	var all []Format
	for _, f := range formats {
		all = append(all, Format{Matches: f.Matches, Read: func(data []byte, name string) (Catalog, error) {
			found, err := f.Read(data, name)
			if err != nil {
				return Catalog{}, err
			}
			c := Catalog{Name: found.Name, Notes: found.Notes}
			for i, good := range found.Goods {
				c.addChecked(good, fmt.Sprintf("entry %d", i+1))
			}
			return c, nil
		}})
	}
	return all
}

// addChecked adds a good of a format of others, with its lists as far as they are bounded.
func (c *Catalog) addChecked(good Good, entry string) {
	notes := &entryNotes{subject: entry}
	notes.append(good.Notes...)
	good.Name, good.Description, good.Website = notes.clean(good.Name, "name"), notes.clean(good.Description, "description"), notes.clean(good.Website, "website")
	repositories := good.Repositories
	good.Repositories = nil
	for _, r := range repositories[:min(len(repositories), maxItems)] {
		good.addRepositories(notes, r.URL, notes.clean(r.Name, "the name of a repository"), Declared)
	}
	for _, list := range []*[]string{&good.Aliases, &good.Types, &good.Licenses, &good.Sectors, &good.DevelopmentCountries, &good.DeploymentCountries,
		&good.UsedBy, &good.FundedBy} {
		*list = (*list)[:min(len(*list), maxItems)]
		for i, text := range *list {
			(*list)[i] = notes.clean(text, "an item of a list")
		}
	}
	good.Organizations = good.Organizations[:min(len(good.Organizations), maxItems)]
	if len(good.Sources) == 0 {
		good.Sources = []Source{{Catalog: c.Name, Entry: entry}}
	}
	c.add(good, good.finish(notes, ""))
}

// formats lists the formats in the order in which they are tried.
func formats() []Format {
	return []Format{
		{Matches: isYAMLList, Read: readYAMLList},
		{Matches: isPubliccode, Read: readPubliccodeFile},
		{Matches: isJSON, Read: readDPGA},
		{Matches: isAnyFile, Read: readTableFile},
	}
}

func isYAMLList(text []byte, _ string) bool {
	return yamlListStart.Match(text) && !publiccodeKey.Match(text)
}

func isPubliccode(text []byte, extension string) bool {
	return publiccodeKey.Match(text) || extension == ".yml" || extension == ".yaml"
}

func isJSON(text []byte, _ string) bool { return text[0] == '{' || text[0] == '[' }

func isAnyFile([]byte, string) bool { return true }

// read reads a file by the first format that matches.
func read(data []byte, name string, own ...Format) (Catalog, error) {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return Catalog{}, errors.New("it is a spreadsheet or an archive: save the table as CSV, or unpack it")
	}
	data, err := decodeText(data)
	if err != nil {
		return Catalog{}, err
	}
	text, extension := bytes.TrimSpace(data), strings.ToLower(path.Ext(name))
	if len(text) == 0 {
		return Catalog{}, errors.New("it is empty: give a file with at least one entry")
	}
	if i := slices.IndexFunc(own, func(f Format) bool { return f.Matches(text, extension) }); i >= 0 {
		return own[i].Read(data, name)
	}
	list, ok, err := inventory.Read(text, extension)
	if err != nil {
		return Catalog{}, err
	}
	if ok {
		return readListed(list)
	}
	all := formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Matches(text, extension) })
	return all[i].Read(data, name)
}

// readFolder reads a copy of the DPG registry or the publiccode.yml files
// below a folder. Links that leave the folder are not followed.
func readFolder(ctx context.Context, location string) (Catalog, error) {
	root, err := files.OpenRoot(location)
	if err != nil {
		return Catalog{}, err
	}
	defer root.Close()
	tree := files.FS(root)
	dpga := slices.ContainsFunc([]string{nomineeFolder, detailsFolder}, func(name string) bool {
		info, err := fs.Stat(tree, name)
		return err == nil && info.IsDir()
	})
	if dpga {
		return readDPGAFolder(ctx, tree)
	}
	c, err := readPubliccodeFolder(ctx, tree)
	if err != nil || len(c.Goods) > 0 || len(c.Notes) > 0 {
		return c, err
	}
	c, err = readDPGAFolder(ctx, tree)
	if err == nil && len(c.Goods) == 0 && len(c.Notes) == 0 {
		err = errors.New(
			"the folder holds neither nominees/*.json, digitalpublicgoods/*.json, *.json of the DPG registry nor a " +
				"publiccode.yml: name a file in it, or another folder")
	}
	return c, err
}

// FromURLs makes a catalog of the addresses and local paths that were given on
// the command line, in their order. An address that names no repository
// becomes a good without one and a note.
func FromURLs(urls []string) Catalog {
	c := Catalog{Name: "url", Location: "command line"}
	for _, raw := range urls {
		c.Goods = append(c.Goods, addressGood(raw, Typed, Source{Catalog: "url", Entry: quoteTyped(raw)}))
	}
	c.redact()
	assignIDs(c.Goods)
	return c
}

// quoteTyped is how an address, or a text with addresses, is called where it has no name.
func quoteTyped(raw string) string {
	if strings.ContainsFunc(raw, isBlank) {
		return quote(raw)
	}
	return quoteAddress(raw, "")
}

// addressGood makes a good of an address alone. That it has no name is no
// fault worth a note.
func addressGood(raw string, origin Origin, source Source) Good {
	notes := &entryNotes{subject: source.Entry}
	g := Good{Sources: []Source{source}}
	g.addRepositories(notes, raw, "", origin)
	g.Name = cmp.Or(g.repositoryName(), quoteTyped(strings.TrimSpace(raw)), "(no address)")
	g.finish(notes, "")
	return g
}

// Dropped returns the notes on entries that became no good, without remarks.
func (c Catalog) Dropped() []observation.Note {
	return slices.DeleteFunc(slices.Clone(c.Notes), func(n observation.Note) bool { return n.Cause == observation.CauseRemark })
}
