package docs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// publicPackages are those that other programs may import: versioning.md promises what
// reference/api.md lists of them.
var publicPackages = []string{".", "catalog", "scanners"}

// interfaceOf parses a package and returns it with its exported declarations alone. folder
// is seen from the root of the module.
func interfaceOf(t *testing.T, folder string) (*token.FileSet, *doc.Package, []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/midspan/midspan/"+folder)
	if err != nil {
		t.Fatal(err)
	}
	return fset, p, files
}

// declaration is one as it is written, without its body and comments.
func declaration(t *testing.T, fset *token.FileSet, node ast.Decl) string {
	t.Helper()
	if f, ok := node.(*ast.FuncDecl); ok {
		f.Body, f.Doc = nil, nil
	}
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			n.Doc = nil
		case *ast.Field:
			n.Doc, n.Comment = nil, nil
		case *ast.TypeSpec:
			n.Doc, n.Comment = nil, nil
		case *ast.ValueSpec:
			n.Doc, n.Comment = nil, nil
		}
		return true
	})
	var out bytes.Buffer
	if err := format.Node(&out, fset, node); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return strings.TrimRight(strings.Join(lines, ""), "\n")
}

// declarationsOf lists constants, variables, functions and types with their methods; of
// types only those that only holds, where it holds any.
func declarationsOf(t *testing.T, fset *token.FileSet, p *doc.Package, only []string) []string {
	t.Helper()
	var all []string
	add := func(node ast.Decl) { all = append(all, declaration(t, fset, node)) }
	values := func(values []*doc.Value) {
		for _, v := range values {
			add(v.Decl)
		}
	}
	functions := func(functions []*doc.Func) {
		for _, f := range functions {
			add(f.Decl)
		}
	}
	if len(only) == 0 {
		values(p.Consts)
		values(p.Vars)
		functions(p.Funcs)
	}
	for _, typed := range p.Types {
		if len(only) > 0 && !slices.Contains(only, typed.Name) {
			continue
		}
		add(typed.Decl)
		if len(only) == 0 {
			values(typed.Consts)
			values(typed.Vars)
			functions(typed.Funcs)
		}
		functions(typed.Methods)
	}
	return all
}

// aliased are the types of internal packages that stand behind aliases of a package, by the
// folder of theirs.
func aliased(files []*ast.File) map[string][]string {
	found := map[string][]string{}
	for _, file := range files {
		for _, node := range file.Decls {
			group, ok := node.(*ast.GenDecl)
			if !ok || group.Tok != token.TYPE {
				continue
			}
			for _, spec := range group.Specs {
				typed := spec.(*ast.TypeSpec)
				if of, ok := typed.Type.(*ast.SelectorExpr); ok && typed.Assign.IsValid() && typed.Name.IsExported() {
					folder := "internal/" + of.X.(*ast.Ident).Name
					found[folder] = append(found[folder], of.Sel.Name)
				}
			}
		}
	}
	return found
}

// What is exported stands in reference/api.md, so that a change of it is seen where it is
// looked at, and goes with a version (versioning.md).
func TestAPIReferenceIsThatOfTheCode(t *testing.T) {
	var text strings.Builder
	text.WriteString("# Packages for other programs\n\nWritten by `go test ./docs -run API -update`.\n\n" +
		"What other programs may use, as far as [versions](../versioning.md) promise it. [Use Midspan as\n" +
		"a library](../embedding.md) shows how. Packages below these, such as `catalog/country` and\n" +
		"`scanners/osv`, can be imported and are no part of the promise.\n")
	section := func(title string, declarations []string) {
		fmt.Fprintf(&text, "\n## %s\n\n```go\n%s\n```\n", title, strings.Join(declarations, "\n"))
	}
	behind := map[string][]string{}
	for _, folder := range publicPackages {
		fset, p, files := interfaceOf(t, folder)
		for of, names := range aliased(files) {
			behind[of] = append(behind[of], names...)
		}
		section(strings.TrimSuffix("github.com/midspan/midspan/"+folder, "/."), declarationsOf(t, fset, p, nil))
	}
	text.WriteString("\nTypes that stand under another name above are these:\n")
	for _, folder := range slices.Sorted(maps.Keys(behind)) {
		fset, p, _ := interfaceOf(t, folder)
		section(filepath.Base(folder), declarationsOf(t, fset, p, behind[folder]))
	}
	const file = "reference/api.md"
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != text.String() {
		t.Errorf("%s is not what the code exports: look at the difference that -update makes, and say it in CHANGELOG.md (%v)", file, err)
	}
}
