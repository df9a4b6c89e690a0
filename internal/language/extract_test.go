package language_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"go.yaml.in/yaml/v4"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report/site"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/registry"
)

var update = flag.Bool("update", false, "write the catalogs with every pattern of the program, keeping translations")

// patterns are the English patterns of the program, each with the first place that uses it.
type patterns map[string]string

func (p patterns) add(pattern, place string) {
	if _, known := p[pattern]; !known && pattern != "" {
		p[pattern] = place
	}
}

// all gathers the patterns of the site and of verdicts.
func all(t *testing.T) patterns {
	t.Helper()
	p := patterns{}
	for _, folder := range []string{".", "../wording", "../assess", "../remark", "../report", "../report/carried", "../report/criteria", "../report/served", "../report/drawing", "../report/site", "../report/timeline", "../report/speed", "../report/blocks"} {
		p.fromGo(t, folder)
	}
	p.fromTemplates(t, "../report/site/templates")
	p.fromRules(t, "../assess/rules.yaml")
	p.fromDefinitions(t)
	scripts, err := site.ScriptPatterns()
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range scripts {
		p.add(pattern, "the scripts of the site")
	}
	return p
}

// patternFields are fields that hold patterns, which are gathered where they are
// written: in the rules, and in the definitions of measures.
var patternFields = []string{"Question", "Name", "Means", "Holds", "Fails", "Clears", "Because"}

// fromGo takes the first argument of every Translate, translateText, translateHTML and M. A pattern that is not written
// there could not be found, so it is an error, except where it is handed on.
func (p patterns) fromGo(t *testing.T, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources in %s (%v)", folder, err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || !isTranslation(call) {
				return true
			}
			place := set.Position(call.Pos())
			switch pattern, err := literal(call.Args[0]); {
			case err == nil:
				p.add(pattern, fmt.Sprintf("%s:%d", filepath.Base(name), place.Line))
			case !handedOn(call.Args[0]):
				t.Errorf("%s: the pattern is not a literal", place)
			}
			return true
		})
	}
}

// isTranslation reports whether a call translates a pattern into the language of a reader.
// Calls of the variable english are always English.
func isTranslation(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "M"
	case *ast.SelectorExpr:
		from, _ := f.X.(*ast.Ident)
		return slices.Contains([]string{"Translate", "M", "translateHTML", "translateText"}, f.Sel.Name) && (from == nil || from.Name != "english")
	}
	return false
}

// literal is the text of an expression that is one.
func literal(e ast.Expr) (string, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return strconv.Unquote(e.Value)
	case *ast.BinaryExpr:
		left, err := literal(e.X)
		right, failed := literal(e.Y)
		return left + right, errors.Join(err, failed)
	}
	return "", errors.New("no literal")
}

// handedOn reports whether an expression is a pattern that was gathered elsewhere: a
// variable of that name or a title, a field that holds one, a word of a list.
func handedOn(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "pattern" || e.Name == "title"
	case *ast.SelectorExpr:
		return slices.Contains(patternFields, e.Sel.Name)
	}
	return false
}

// fromTemplates takes the patterns of the pages.
func (p patterns) fromTemplates(t *testing.T, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates in %s (%v)", folder, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		trees := map[string]*parse.Tree{}
		if _, err := tree.Parse(string(text), "", "", trees); err != nil {
			t.Fatal(err)
		}
		for _, tree := range trees {
			p.fromNode(t, filepath.Base(name), tree.Root)
		}
	}
}

func (p patterns) fromNode(t *testing.T, file string, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				p.fromNode(t, file, child)
			}
		}
	case *parse.ActionNode:
		p.fromNode(t, file, n.Pipe)
	case *parse.TemplateNode:
		p.fromNode(t, file, n.Pipe)
	case *parse.IfNode:
		p.fromBranch(t, file, n.BranchNode)
	case *parse.WithNode:
		p.fromBranch(t, file, n.BranchNode)
	case *parse.RangeNode:
		p.fromBranch(t, file, n.BranchNode)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				p.fromCommand(t, file, command)
			}
		}
	}
}

func (p patterns) fromBranch(t *testing.T, file string, n parse.BranchNode) {
	p.fromNode(t, file, n.Pipe)
	p.fromNode(t, file, n.List)
	p.fromNode(t, file, n.ElseList)
}

func (p patterns) fromCommand(t *testing.T, file string, command *parse.CommandNode) {
	for _, arg := range command.Args {
		p.fromNode(t, file, arg)
	}
	name, _ := command.Args[0].(*parse.IdentifierNode)
	if name == nil || name.Ident != "translate" && name.Ident != "translateHTML" {
		return
	}
	if field, is := command.Args[1].(*parse.FieldNode); is && slices.Contains(patternFields, field.Ident[len(field.Ident)-1]) {
		return
	}
	pattern, is := command.Args[1].(*parse.StringNode)
	if !is {
		t.Errorf("%s: the pattern of %s is not a literal", file, command)
		return
	}
	p.add(pattern.Text, file)
}

// fromRules takes the sentences of the rules.
func (p patterns) fromRules(t *testing.T, name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rules yaml.Node
	if err := yaml.Unmarshal(data, &rules); err != nil {
		t.Fatal(err)
	}
	p.fromYAML(&rules)
}

func (p patterns) fromYAML(n *yaml.Node) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.ScalarNode {
			if key := n.Content[i-1].Value; slices.Contains([]string{"question", "holds", "none", "fails", "clears", "because", "means"}, key) {
				p.add(child.Value, fmt.Sprintf("rules.yaml:%d", child.Line))
			}
		}
		p.fromYAML(child)
	}
}

// fromDefinitions takes what the scanners call their measures.
func (p patterns) fromDefinitions(t *testing.T) {
	known, err := registry.Every()
	if err != nil {
		t.Fatal(err)
	}
	take := func(from string, definitions []observation.Definition) {
		for _, def := range definitions {
			p.add(def.Name, "the measure "+def.ID+" of "+from)
			p.add(def.Means, "the measure "+def.ID+" of "+from)
		}
	}
	for _, scanner := range known {
		take(scanner.Name(), scanner.Definitions())
		if reader, is := scanner.(scanners.CatalogScanner); is {
			take(scanner.Name(), reader.CatalogDefinitions())
		}
	}
	for _, source := range slices.Concat(registry.Sources(nil), registry.OptionalSources(nil)) {
		take(source.Name(), source.Definitions())
	}
	take("the advisories", advisory.Definitions())
	take("the ends of support", endoflife.Definitions())
	take("the replay", exposure.Definitions())
}

// complete are the languages that must have every translation.
var complete = []string{"fr"}

// TestAnOfferedLanguageIsWhole fails where a language that was offered falls below the
// share from which it is; make lint runs it.
func TestAnOfferedLanguageIsWhole(t *testing.T) {
	for _, tag := range complete {
		l, err := language.Find(tag)
		if err != nil {
			t.Fatal(err)
		}
		if l.IsPartial() {
			t.Errorf("%s: %.1f %% of the sentences are translated, under %.0f %%", tag, 100*l.Share(), 100*language.WholeFrom)
		}
	}
	for _, tag := range append([]string{"en"}, complete...) {
		if !slices.Contains(language.Offered(), tag) {
			t.Errorf("%s is not offered", tag)
		}
	}
}

func TestCatalogsHoldEveryPatternAndNoOther(t *testing.T) {
	wanted := all(t)
	for _, tag := range language.Tags() {
		if tag == language.English().Tag() {
			continue
		}
		t.Run(tag, func(t *testing.T) {
			file := filepath.Join("catalogs", tag+".json")
			have := readCatalog(t, file, tag)
			if *update {
				writeCatalog(t, file, tag, wanted, have)
				return
			}
			missing, empty := 0, 0
			for pattern, place := range wanted {
				switch entry, known := have[pattern]; {
				case !known:
					missing++
					t.Logf("missing: %q (%s)", pattern, place)
				case slices.Contains(complete, tag) && (entry.Translation == "" || entry.Fuzzy):
					empty++
					t.Logf("not translated: %q (%s)", pattern, place)
				}
			}
			obsolete := 0
			for pattern := range have {
				if _, known := wanted[pattern]; !known {
					obsolete++
					t.Logf("no longer used: %q", pattern)
				}
			}
			if missing+obsolete > 0 {
				t.Errorf("%d patterns are missing, %d are no longer used: run go test ./internal/language -update", missing, obsolete)
			}
			if empty > 0 {
				t.Errorf("%d patterns have no translation", empty)
			}
		})
	}
}

func readCatalog(t *testing.T, name, tag string) map[string]language.Entry {
	t.Helper()
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var file language.File
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if file.Language != tag {
		t.Errorf("%s has the language %q", name, file.Language)
	}
	entries := make(map[string]language.Entry, len(file.Messages))
	for _, entry := range file.Messages {
		if _, twice := entries[entry.ID]; twice {
			t.Errorf("%s has %q twice", name, entry.ID)
		}
		entries[entry.ID] = entry
	}
	return entries
}

func writeCatalog(t *testing.T, name, tag string, wanted patterns, have map[string]language.Entry) {
	t.Helper()
	file := language.File{Language: tag}
	for _, pattern := range slices.Sorted(maps.Keys(wanted)) {
		entry := have[pattern]
		entry.ID = pattern
		file.Messages = append(file.Messages, entry)
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// argument matches an argument of a pattern.
var argument = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)`)

// What a translation leaves out of a sentence a reader never sees.
func TestTranslationsKeepEveryArgument(t *testing.T) {
	for _, tag := range language.Tags() {
		for pattern, entry := range readCatalog(t, filepath.Join("catalogs", tag+".json"), tag) {
			if entry.Translation == "" {
				continue
			}
			for _, match := range argument.FindAllStringSubmatch(pattern, -1) {
				word := strings.Contains(pattern, "{"+match[1]+"!") // the word alone may be the same for all numbers
				if !strings.Contains(entry.Translation, "{"+match[1]) && !word {
					t.Errorf("%s: the translation of %q leaves out {%s}", tag, pattern, match[1])
				}
			}
		}
	}
}
