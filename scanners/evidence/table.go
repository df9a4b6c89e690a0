package evidence

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// tableText is the table of evidence, as a reader can see and extend it.
//
//go:embed table.yaml
var tableText []byte

// pattern is a regular expression of the table; case does not matter.
type pattern struct{ *regexp.Regexp }

// UnmarshalYAML compiles it.
func (p *pattern) UnmarshalYAML(n *yaml.Node) error {
	var err error
	p.Regexp, err = regexp.Compile("(?i)" + n.Value)
	return err
}

func (p pattern) matches(text string) bool { return p.Regexp != nil && p.MatchString(text) }

type document struct {
	Names    []string `yaml:"names"`
	Files    []string `yaml:"files"`
	Folders  []string `yaml:"folders"`
	Headings pattern  `yaml:"headings"`
	Of       []string `yaml:"of"`
	Text     pattern  `yaml:"text"`
}

type standard struct {
	Files   []string `yaml:"files"`
	Folders []string `yaml:"folders"`
}

type service struct {
	Text pattern `yaml:"text"`
}

// table says which evidence there is to find.
type table struct {
	Documents  map[string]document `yaml:"documents"`
	Interfaces map[string]standard `yaml:"interfaces"`
	Services   map[string]service  `yaml:"services"`
}

func parseTable(text []byte) (*table, error) {
	var t table
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&t); err != nil {
		return nil, fmt.Errorf("the table of evidence: %w", err)
	}
	var globs []string
	for _, d := range t.Documents {
		globs = append(globs, d.Files...)
	}
	for _, s := range t.Interfaces {
		globs = append(globs, s.Files...)
	}
	for _, g := range globs {
		if _, err := path.Match(g, "x"); err != nil {
			return nil, fmt.Errorf("the table of evidence: %q: %w", g, err)
		}
	}
	return &t, nil
}

// maxDepth is in how many folders a document lies at most.
const maxDepth = 2

// look finds what the name of a file tells.
func (t *table) look(p place, f *found) {
	if len(p.folders) <= maxDepth {
		for kind, d := range t.Documents {
			inFolder := len(p.folders) > 0 && slices.Contains(d.Folders, p.folders[len(p.folders)-1])
			if inFolder || p.stem != "" && slices.Contains(d.Names, p.stem) || anyGlob(d.Files, p.name) {
				note(f.documents, kind, p.path)
			}
		}
	}
	for name, s := range t.Interfaces {
		if anyGlob(s.Files, p.name) || slices.ContainsFunc(s.Folders, func(folder string) bool { return hasFolder(p.folders, folder) }) {
			note(f.interfaces, name, p.path)
		}
	}
	if scanners.HoldsData(p.name) && !p.link {
		f.dataFiles++
	}
	if p.role == ofDeployment {
		f.deployment++
	}
}

// note keeps the first place of something.
func note(in map[string]string, name, place string) {
	if _, known := in[name]; !known {
		in[name] = observation.RedactQuoted(place)
	}
}

func anyGlob(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, _ := path.Match(strings.ToLower(g), name) // checked when the table was read
		return ok
	})
}

// hasFolder reports whether a folder, or several one in the other, is among those of a file.
func hasFolder(folders []string, want string) bool {
	return strings.Contains("/"+strings.Join(folders, "/")+"/", "/"+want+"/")
}

// read finds what the contents of a file tell. A note says what could not be read.
func (t *table) read(p place, text []byte, f *found) *observation.Note {
	switch p.role {
	case ofInsights:
		return f.readInsights(p.path, text)
	case ofPackage:
		f.readPackage(p.path, text)
	case ofDeployment:
		bare := withoutComments(text)
		for name, s := range t.Services {
			if _, known := f.services[name]; !known && s.Text.matches(bare) {
				note(f.services, name, p.path)
			}
		}
	default:
		t.readDocument(p, string(text), f)
	}
	return nil
}

// withoutComments drops the lines that begin with one.
func withoutComments(text []byte) string {
	var kept strings.Builder
	for line := range strings.Lines(string(text)) {
		if bare := strings.TrimSpace(line); !strings.HasPrefix(bare, "#") && !strings.HasPrefix(bare, "//") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func (t *table) readDocument(p place, text string, f *found) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if p.kind == "card" || p.kind == "readme" {
		f.readCard(p, text)
	}
	heads := headings(text)
	for kind, d := range t.Documents {
		if len(d.Of) > 0 && !slices.Contains(d.Of, p.kind) {
			continue
		}
		if d.Text.matches(text) || slices.ContainsFunc(heads, d.Headings.matches) {
			note(f.documents, kind, p.path)
		}
	}
}

// maxHeadings bounds the headings of a document that are looked at.
const maxHeadings = 500

// headings are those of Markdown, AsciiDoc and reStructuredText: a line after signs, or one
// over a rule of signs.
func headings(text string) []string {
	var all []string
	last, inCode := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		bare := strings.TrimLeft(line, "#=")
		switch {
		case strings.HasPrefix(line, "```"):
			inCode = !inCode
		case inCode:
		case len(bare) < len(line) && strings.HasPrefix(bare, " "):
			all = append(all, strings.TrimSpace(bare))
		case len(line) > 2 && last != "" && strings.Trim(line, line[:1]) == "" && strings.ContainsAny(line[:1], "=-~^*"):
			all = append(all, last)
		}
		if last = line; len(all) == maxHeadings {
			return all
		}
	}
	return all
}
