package docs

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
)

var update = flag.Bool("update", false, "write what is generated anew")

var (
	tableTitle = regexp.MustCompile(`^## (\S+\.csv)$`)
	columnName = regexp.MustCompile("`([a-z0-9_]+)`")
)

// The columns that reference/report.md explains are those that the tables have, in their
// order.
func TestEveryColumnOfEveryTableIsExplained(t *testing.T) {
	want := map[string][]string{"goods.csv": export.GoodsHeader, "findings.csv": export.FindingsHeader, "reasons.csv": export.ReasonsHeader,
		"trend.csv": export.TrendRows(report.Trend{})[0]}
	for _, list := range export.CSVLists(report.Document{}, nil) {
		want[list.Name] = list.Rows[0]
	}
	text, err := os.ReadFile("reference/report.md")
	if err != nil {
		t.Fatal(err)
	}
	got, table := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title := tableTitle.FindStringSubmatch(line); title != nil {
			table = title[1]
		}
		if first, _, ok := strings.Cut(strings.TrimPrefix(line, "|"), " | "); ok && table != "" && strings.HasPrefix(line, "| `") {
			for _, name := range columnName.FindAllStringSubmatch(first, -1) {
				got[table] = append(got[table], name[1])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[name], want[name]) {
			t.Errorf("%s has the columns\n%q\nreference/report.md explains\n%q", name, want[name], got[name])
		}
	}
}

// property is a part of a JSON Schema.
type property struct {
	Ref         string              `json:"$ref"`
	Type        any                 `json:"type"`
	Const       any                 `json:"const"`
	Enum        []any               `json:"enum"`
	Description string              `json:"description"`
	Items       *property           `json:"items"`
	Required    []string            `json:"required"`
	Properties  map[string]property `json:"properties"`
}

// kind is the type of a property in words, with a link where it is defined on the page.
func (p property) kind() string {
	switch {
	case p.Ref != "":
		name := strings.TrimPrefix(p.Ref, "#/$defs/")
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case p.Items != nil:
		return "list of " + p.Items.kind()
	case p.Const != nil:
		return fmt.Sprintf("`%v`", p.Const)
	case len(p.Enum) > 0:
		var words []string
		for _, word := range p.Enum {
			words = append(words, fmt.Sprintf("`%v`", word))
		}
		return strings.Join(words, ", ")
	case p.Type == nil:
		return "any"
	}
	return fmt.Sprint(p.Type)
}

func (p property) write(w *strings.Builder) {
	if p.Description != "" {
		fmt.Fprintf(w, "%s\n\n", p.Description)
	}
	if len(p.Properties) == 0 {
		fmt.Fprintf(w, "Type: %s.\n\n", p.kind())
		return
	}
	w.WriteString("| field | type | |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		field := p.Properties[name]
		text := field.Description
		if field.Items != nil {
			text = cmp.Or(text, field.Items.Description)
		}
		if !slices.Contains(p.Required, name) {
			text = strings.TrimSpace("May be left out. " + text)
		}
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", name, field.kind(), strings.ReplaceAll(text, "|", `\|`))
	}
	w.WriteString("\n")
}

// reference/schema.md is the schema of report.json for people.
func TestSchemaReferenceIsThatOfTheSchema(t *testing.T) {
	data, err := os.ReadFile("../internal/report/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		property
		Comment string              `json:"$comment"`
		Defs    map[string]property `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	w.WriteString("# The schema of report.json\n\nWritten by `go test ./docs -run Schema -update` from\n[schema.json](../../internal/report/schema.json), which decides.\n\n")
	w.WriteString(schema.Comment + "\n\n## The document\n\n")
	schema.write(&w)
	for _, name := range slices.Sorted(maps.Keys(schema.Defs)) {
		fmt.Fprintf(&w, "## %s\n\n", name)
		schema.Defs[name].write(&w)
	}
	text := strings.TrimRight(w.String(), "\n") + "\n"
	if *update {
		if err := os.WriteFile("reference/schema.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile("reference/schema.md"); err != nil || string(have) != text {
		t.Errorf("reference/schema.md differs from the schema (%v): go test ./docs -run Schema -update", err)
	}
}
