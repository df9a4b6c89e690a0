package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	publiccode "github.com/italia/publiccode-parser-go/v5"
	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
)

const (
	formatPubliccode = "publiccode"
	maxPubliccode    = 512 << 10 // bytes; real files have some 5 kB
	maxYAMLNodes     = 10_000    // the validator's time grows with their square
	maxYAMLDepth     = 100
)

// ReadPubliccode reads one publiccode.yml. The path names it in notes and as
// the good's source. It reads what it can, whatever the standard's validator
// says; the notes are what was bent, what could not be read, and what the
// validator says. An error means that nothing could be read at all. It asks no
// network. Contacts are personal data and are not read.
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
	fields, plain, err := yamlObject(data)
	if err != nil {
		return Good{}, nil, err
	}
	r := record{notes, fields, ""}
	g := Good{
		Name:        r.text("name"),
		Website:     notes.webAddress(r.text("landingURL"), "landingURL"),
		Types:       []string{"software"},
		Licenses:    licenses([]string{r.object("legal").text("license")}),
		Status:      strings.ToLower(r.text("developmentStatus")),
		UsedBy:      r.texts("usedBy"),
		FundedBy:    publiccodeFunders(r),
		Maintenance: publiccodeMaintenance(r.object("maintenance")),
		Sources:     []Source{{Catalog: formatPubliccode, Entry: quote(path)}},
	}
	publiccodeDescription(r, &g)
	if name := r.object("organisation").text("name"); name != "" {
		owner := Organization{Name: name, Role: "owner"}
		if uri := r.object("organisation").text("uri"); strings.HasPrefix(uri, "http") {
			owner.Website = notes.webAddress(uri, "organisation.uri")
		}
		g.Organizations = []Organization{owner}
	}
	if r.has("url") {
		g.addRepositories(notes, r.text("url"), "", Declared)
	}
	if plain {
		notes.append(validatePubliccode(data, path)...)
	}
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
		if name := cmp.Or(funder.text("name"), funder.text("uri")); name != "" && !slices.Contains(funders, name) {
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

// yamlObject decodes the first document into the types that a record reads.
// Plain is false where the file uses anchors, which the validator must not see:
// it expands them without a limit.
func yamlObject(data []byte) (fields map[string]any, plain bool, err error) {
	if len(data) > maxPubliccode {
		return nil, false, fmt.Errorf("it is larger than %d KiB", maxPubliccode>>10)
	}
	var document yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, false, errors.New("it is empty")
		}
		return nil, false, fmt.Errorf("it is not YAML (%s): correct it", observation.RedactQuoted(err.Error()))
	}
	reader := &yamlReader{left: maxYAMLNodes, plain: true}
	value, err := reader.value(&document, 0)
	if err != nil {
		return nil, false, err
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, false, errors.New("it is YAML, but not a list of named fields: it must begin with publiccodeYmlVersion")
	}
	return fields, reader.plain, nil
}

// yamlReader turns YAML into the types of JSON. Scalars stay as they were
// written: a version "1.10" is not the number 1.1, a date stays a date.
type yamlReader struct {
	left  int
	plain bool
}

func (y *yamlReader) value(node *yaml.Node, depth int) (any, error) {
	if y.left--; y.left < 0 || depth > maxYAMLDepth {
		return nil, errors.New("it is nested too deeply or has too many fields: no publiccode.yml does")
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return y.value(node.Content[0], depth+1)
	case yaml.AliasNode:
		y.plain = false
		return y.value(node.Alias, depth+1)
	case yaml.MappingNode:
		return y.mapping(node, depth)
	case yaml.SequenceNode:
		items := make([]any, 0, len(node.Content))
		for _, child := range node.Content {
			item, err := y.value(child, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	}
	return scalar(node), nil
}

func (y *yamlReader) mapping(node *yaml.Node, depth int) (any, error) {
	fields := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value, err := y.value(node.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if key := node.Content[i]; key.Kind == yaml.ScalarNode {
			fields[key.Value] = value
		}
	}
	return fields, nil
}

func scalar(node *yaml.Node) any {
	switch node.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int", "!!float":
		return json.Number(node.Value)
	}
	return node.Value
}

// newValidator makes the standard's own validator once: making one changes a
// variable of its package, using one changes nothing.
var newValidator = sync.OnceValues(func() (*publiccode.Parser, error) {
	return publiccode.NewParser(publiccode.ParserConfig{DisableNetwork: true, DisableExternalChecks: true})
})

// validatePubliccode returns what the standard's validator says of a file, in
// the order of its lines, as remarks: the file was decoded whatever it says.
// What it asks of contacts is left out: they are
// not read, and it would repeat them.
func validatePubliccode(data []byte, path string) (notes []observation.Note) {
	defer func() {
		if p := recover(); p != nil { // a YAML library on hostile input
			notes = append(notes, observation.Note{Cause: observation.CauseBroken, Subject: path, Message: "the publiccode.yml validator failed on this file: correct its YAML"})
		}
	}()
	validator, err := newValidator()
	if err != nil {
		return nil
	}
	_, err = validator.ParseStream(bytes.NewReader(data))
	results, _ := errors.AsType[publiccode.ValidationResults](err)
	for _, result := range results {
		switch problem := result.(type) {
		case publiccode.ValidationError:
			notes = appendProblem(notes, path, problem)
		case publiccode.ValidationWarning:
			notes = appendProblem(notes, path, publiccode.ValidationError(problem))
		}
	}
	slices.SortStableFunc(notes, func(a, b observation.Note) int { return strings.Compare(a.Message, b.Message) })
	return notes
}

func appendProblem(notes []observation.Note, path string, problem publiccode.ValidationError) []observation.Note {
	if strings.HasPrefix(problem.Key, "maintenance.contacts[") {
		return notes
	}
	where := problem.Key
	if where == "" {
		where = "the file"
	}
	return append(notes, observation.Note{Cause: observation.CauseRemark, Subject: path, Message: quote(fmt.Sprintf("publiccode validator: %s (line %d): %s", where, problem.Line, problem.Description))})
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
func named(g Good, said []observation.Note, file string) Good {
	notes := &entryNotes{subject: file, notes: said}
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
