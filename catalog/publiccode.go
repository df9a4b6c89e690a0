package catalog

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

const (
	formatPubliccode = "publiccode"
	maxPubliccode    = 512 << 10 // bytes; real files have some 5 kB
)

// ReadPubliccode reads one publiccode.yml. The path names it in notes and as
// the good's source. It reads what it can, whatever the standard asks for; the
// notes are what was bent, what could not be read, and where the file does not
// follow its version of the standard. An error means that nothing could be read
// at all. It asks no network. Contacts are personal data and are not read.
//
// The good has no id. Its DeploymentCountries are nil: the file's
// intendedAudience.countries says for whom the software is meant, not where it
// runs. Its organisation is the owner; contractors may be persons and are not
// listed.
func ReadPubliccode(data []byte, path string) (Good, []observation.Note, error) {
	g, notes, err := decodePubliccode(data, path)
	if err != nil {
		return Good{}, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return g, notes, nil
}

func decodePubliccode(data []byte, path string) (Good, []observation.Note, error) {
	notes := &entryNotes{subject: path}
	file, err := readYAML(data)
	if err != nil {
		return Good{}, nil, err
	}
	r := record{notes, file.fields, ""}
	g := Good{
		Name:        r.text("name"),
		Website:     notes.webAddress(r.text("landingURL"), "landingURL"),
		Types:       []string{"software"},
		Licenses:    licenses([]string{redact.Text(r.object("legal").text("license"))}),
		Status:      strings.ToLower(r.text("developmentStatus")),
		UsedBy:      r.texts("usedBy"),
		FundedBy:    publiccodeFunders(r),
		Maintenance: publiccodeMaintenance(r.object("maintenance")),
		Sources:     []Source{{Catalog: formatPubliccode, Entry: quote(path)}},
	}
	publiccodeDescription(r, &g)
	if r.object("organisation").isPerson() {
		g.Organizations = []Organization{{Name: Person, Role: "owner"}}
	} else if name := r.object("organisation").text("name"); name != "" {
		owner := Organization{Name: name, Role: "owner"}
		if uri := r.object("organisation").text("uri"); strings.HasPrefix(uri, "http") {
			owner.Website = notes.webAddress(uri, "organisation.uri")
		}
		g.Organizations = []Organization{owner}
	}
	if r.has("url") {
		g.addRepositories(notes, r.text("url"), "", Declared)
	}
	if len(g.Repositories) == 1 {
		g.MainRepository = g.Repositories[0].URL
	}
	notes.append(publiccodeRemarks(file, path)...)
	return g, notes.list(), nil
}

// publiccodeDescription takes the English texts, else those of the first
// language in alphabetical order. Other names become aliases.
func publiccodeDescription(r record, g *Good) {
	descriptions := r.object("description")
	languages := slices.Sorted(maps.Keys(descriptions.fields))
	if i := slices.IndexFunc(languages, func(l string) bool { return l == "en" || strings.HasPrefix(l, "en-") }); i > 0 {
		languages[0], languages[i] = languages[i], languages[0]
	}
	for _, language := range languages {
		texts := descriptions.object(language)
		if name := texts.text("localisedName"); name != "" && name != g.Name && !slices.Contains(g.Aliases, name) {
			g.Aliases = append(g.Aliases, name)
		}
		for _, field := range []string{"shortDescription", "longDescription"} {
			if g.Description == "" {
				g.Description = texts.text(field)
			}
		}
	}
}

func publiccodeFunders(r record) []string {
	if !r.has("fundedBy") {
		return nil
	}
	funders := []string{}
	for _, funder := range r.records("name", "fundedBy") {
		name := Person
		if !funder.isPerson() {
			name = cmp.Or(funder.text("name"), funder.text("uri"))
		}
		if name != "" && !slices.Contains(funders, name) {
			funders = append(funders, name)
		}
	}
	return funders
}

// publiccodeMaintenance is nil where the file does not say how the software is
// kept up.
func publiccodeMaintenance(r record) *Maintenance {
	m := Maintenance{Type: strings.ToLower(r.text("type"))}
	if m.Type != "" && !slices.Contains([]string{"internal", "contract", "community", "none"}, m.Type) {
		r.add(observation.CauseBroken, "", "maintenance.type %q is none of internal, contract, community, none: left out", quote(m.Type))
		m.Type = ""
	}
	for _, contractor := range r.records("name", "contractors") {
		until := contractor.text("until")
		day, ok := readDay(until)
		if until != "" && !ok {
			r.add(observation.CauseBroken, "", "%suntil %q is not a date like 2026-01-31: left out", contractor.path, quote(until))
		}
		m.ContractUntil = max(m.ContractUntil, day) // ISO dates sort as texts
	}
	if m == (Maintenance{}) {
		return nil
	}
	return &m
}

func readDay(text string) (string, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02 15:04:05", "2006-1-2"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

func readPubliccodeFile(data []byte, name string) (Catalog, error) {
	c := Catalog{Name: formatPubliccode}
	good, notes, err := decodePubliccode(data, name)
	if err != nil {
		return c, err
	}
	c.Goods = []Good{named(good, notes, name)}
	return c, nil
}

// named finishes a good of a file: without a name it is called after its
// repository or the file.
func named(g Good, found []observation.Note, file string) Good {
	notes := &entryNotes{subject: file, notes: found}
	g.finish(notes, file)
	return g
}

// readPubliccodeFolder searches a folder for files called publiccode.yml, and
// for other *.yml that say that they are one.
func readPubliccodeFolder(ctx context.Context, root fs.FS) (Catalog, error) {
	c := Catalog{Name: formatPubliccode}
	seen := 0
	err := fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		if seen++; seen > maxFiles {
			return fmt.Errorf("the folder has more than %d files: name the folder that holds the publiccode.yml files", maxFiles)
		}
		if err != nil {
			c.drop(file, "cannot be read: %v", err)
			return nil
		}
		if entry.IsDir() {
			if file != "." && (strings.HasPrefix(entry.Name(), ".") || strings.Count(file, "/") >= maxDepth) {
				return fs.SkipDir
			}
			return ctx.Err()
		}
		c.addPubliccode(root, file)
		return nil
	})
	return c, err
}

func (c *Catalog) addPubliccode(root fs.FS, file string) {
	extension := strings.ToLower(path.Ext(file))
	if extension != ".yml" && extension != ".yaml" {
		return
	}
	data, err := readFile(root, file)
	certain := strings.EqualFold(strings.TrimSuffix(path.Base(file), path.Ext(file)), "publiccode")
	if !certain && (err != nil || !publiccodeKey.Match(data)) {
		return // some other YAML
	}
	if err != nil {
		c.drop(file, "was left out: %v", err)
		return
	}
	good, notes, err := decodePubliccode(data, file)
	if err != nil {
		c.drop(file, "was left out: %v", err)
		return
	}
	c.Goods = append(c.Goods, named(good, notes, file))
}
