package observation_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// source parses the package without its tests.
func source(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// constants returns the values of the constants that are declared with a type.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	var values []string
	for _, file := range source(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); ok && name.Name == typ && len(spec.Values) == 1 {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	return values
}

func texts[T ~string](list []T) []string {
	var all []string
	for _, item := range list {
		all = append(all, string(item))
	}
	return all
}

func TestClosedListsHoldEveryConstant(t *testing.T) {
	for typ, list := range map[string][]string{
		"Cause":    texts(observation.Causes()),
		"Severity": texts(observation.Severities()),
		"Unit":     append([]string{""}, texts(observation.Units())...),
	} {
		if want := constants(t, typ); !slices.Equal(list, want) {
			t.Errorf("the list of %s is %q, its constants are %q", typ, list, want)
		}
	}
	if observation.Cause("").Valid() || observation.Severity("").Valid() || observation.Unit("hours").Valid() {
		t.Error("a value outside its list is valid")
	}
	if !observation.CauseStale.Valid() || !observation.SeverityLow.Valid() || !observation.UnitNone.Valid() || !observation.UnitDays.Valid() {
		t.Error("a value of its list is not valid")
	}
}

func TestSeveritiesAreOrderedWorstFirst(t *testing.T) {
	list := []observation.Severity{"", observation.SeverityUnknown, observation.SeverityLow, observation.SeverityCritical, observation.SeverityHigh}
	slices.SortFunc(list, observation.Severity.Compare)
	if want := []observation.Severity{"critical", "high", "low", "unknown", ""}; !slices.Equal(list, want) {
		t.Errorf("severities are ordered %q, want %q", list, want)
	}
}

// Measures, definitions and coordinates can be moved to a package for others
// only as long as they need nothing of Midspan.
func TestThePackageImportsNothingOfMidspan(t *testing.T) {
	for _, file := range source(t) {
		for _, spec := range file.Imports {
			if strings.Contains(spec.Path.Value, "midspan") {
				t.Errorf("%s imports %s", file.Name.Name, spec.Path.Value)
			}
		}
	}
}
