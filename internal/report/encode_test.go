package report_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// generic returns the document as a validator and an editor of JSON see it.
func generic(t *testing.T, doc report.Document) map[string]any {
	t.Helper()
	var out bytes.Buffer
	if err := report.Encode(&out, doc); err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

func TestDocumentsValidateAgainstTheirSchema(t *testing.T) {
	s := reporttest.Compiled(t)
	for name, doc := range map[string]report.Document{
		"every state": reporttest.EveryState(), "empty": {Generator: report.Generator{Name: "Midspan"}}, "hostile text in every field": reporttest.HostileDocument(), "many": reporttest.ManyGoods(40),
	} {
		if err := s.Validate(generic(t, doc)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// dig walks into decoded JSON by keys and indices.
func dig(v any, way ...any) map[string]any {
	for _, step := range way {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v.(map[string]any)
}

func TestABrokenDocumentDoesNotValidate(t *testing.T) {
	s := reporttest.Compiled(t)
	for name, spoil := range map[string]func(map[string]any){
		"a state that is none":             func(d map[string]any) { dig(d, "goods", 1, "measures", 0)["state"] = "clean" },
		"measured without a value":         func(d map[string]any) { delete(dig(d, "goods", 1, "measures", 0), "value") },
		"unknown with a value":             func(d map[string]any) { dig(d, "goods", 1, "measures", 4)["value"] = 0 },
		"unknown without a cause":          func(d map[string]any) { delete(dig(d, "goods", 1, "measures", 4), "cause") },
		"a cause that is none":             func(d map[string]any) { dig(d, "goods", 1, "measures", 4)["cause"] = "bad luck" },
		"a stage that is none":             func(d map[string]any) { dig(d, "goods", 1, "verdict")["stage"] = "fine" },
		"a level that is none":             func(d map[string]any) { dig(d, "goods", 1, "verdict", "load")["level"] = "ok" },
		"a score above 100":                func(d map[string]any) { dig(d, "goods", 1, "verdict", "score")["score"] = 101 },
		"a check above 10":                 func(d map[string]any) { dig(d, "goods", 1, "scans", 0, "checks", 0)["score"] = 11 },
		"an unknown check with a score":    func(d map[string]any) { dig(d, "goods", 1, "scans", 0, "checks", 2)["score"] = 4 },
		"a failed scan without a message":  func(d map[string]any) { dig(d, "goods", 1, "scans", 0)["outcome"] = "failed" },
		"a goal that is none":              func(d map[string]any) { dig(d, "goods", 1)["sdgs"] = []any{json.Number("18")} },
		"a field that is none":             func(d map[string]any) { dig(d, "goods", 1)["email"] = "a@b.example" },
		"a time that is none":              func(d map[string]any) { d["asOf"] = "yesterday" },
		"no goods":                         func(d map[string]any) { delete(d, "goods") },
		"null for a list":                  func(d map[string]any) { d["goods"] = nil },
		"another version":                  func(d map[string]any) { d["schemaVersion"] = "3.0" },
		"a failure class that is none":     func(d map[string]any) { dig(d, "summary", "failed")["oops"] = json.Number("1") },
		"a severity that is none":          func(d map[string]any) { dig(d, "goods", 1, "scans", 0, "findings", 0)["severity"] = "" },
		"fewer than no packages of a kind": func(d map[string]any) { dig(d, "goods", 1, "scans", 0, "inventory", 0)["packages"] = json.Number("-1") },
	} {
		t.Run(name, func(t *testing.T) {
			doc := reporttest.EveryState()
			doc.Goods = report.Complete(doc).Goods
			d := generic(t, doc)
			// Goods are ordered by id: 0 is bare, 1 clinic-ledger.
			spoil(d)
			if s.Validate(d) == nil {
				t.Error("it validates")
			}
		})
	}
}

// schemaNames are the definitions of the schema whose names differ from those of their
// types: the schema is published.
var schemaNames = map[string]string{"conditionText": "joined"}

// TestTheSchemaHasTheFieldsOfTheTypes fails when a field is added to one and
// not to the other.
func TestTheSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	var s struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(report.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	have := map[string]map[string]json.RawMessage{"document": s.Properties}
	for name, def := range s.Defs {
		have[name] = def.Properties
	}
	for name, fields := range structs(reflect.TypeFor[report.Document](), map[string][]string{}) {
		if name == "generator" || name == "seen" || name == "facts" {
			continue // it stands inline; they are what a portfolio keeps, and no part of the JSON
		}
		if published, differs := schemaNames[name]; differs {
			name = published
		}
		var keys []string
		for key := range have[name] {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		slices.Sort(fields)
		if !slices.Equal(keys, fields) {
			t.Errorf("%s: the schema has %v, the type %v", name, keys, fields)
		}
	}
}

// structs returns the JSON names of the fields of every struct that t holds.
// catalog.Good is part of report.Good, and catalog.Catalog is not in a report.
func structs(t reflect.Type, into map[string][]string) map[string][]string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return structs(t.Elem(), into)
	case reflect.Struct:
	default:
		return into
	}
	name := strings.ToLower(t.Name()[:1]) + t.Name()[1:]
	if t == reflect.TypeFor[time.Time]() || into[name] != nil {
		return into
	}
	into[name] = fieldNames(t)
	for i := range t.NumField() {
		if field := t.Field(i); field.Anonymous {
			for j := range field.Type.NumField() {
				structs(field.Type.Field(j).Type, into)
			}
		} else {
			structs(field.Type, into)
		}
	}
	return into
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if t.Field(i).Anonymous {
			names = append(names, fieldNames(t.Field(i).Type)...)
			continue
		}
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" { // no part of the JSON
			names = append(names, name)
		}
	}
	return names
}

// TestTheSchemaHasTheConstantsOfTheCode fails when a stage, level, state, bound or
// cause is added to one and not to the other.
func TestTheSchemaHasTheConstantsOfTheCode(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Enum []string `json:"enum"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(report.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for def, at := range map[string][2]string{
		"cause": {"../observation/cause.go", "Cause"}, "state": {"../observation/measure.go", "State"},
		"bound": {"../observation/measure.go", "Bound"}, "stage": {"../assess/verdict.go", "Stage"}, "level": {"../assess/verdict.go", "Level"},
		"outcome":  {"../policy/policy.go", "Outcome"},
		"evidence": {"../assess/backing.go", "Evidence"},
	} {
		words, enum := constants(t, at[0], at[1]), slices.Clone(s.Defs[def].Enum)
		slices.Sort(words)
		slices.Sort(enum)
		if !slices.Equal(words, enum) {
			t.Errorf("%s: the schema has %v, the code %v", def, enum, words)
		}
	}
}

// constants returns the values of the constants of a type that a file declares,
// without the empty one.
func constants(t *testing.T, file, typeName string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == typeName && len(spec.Values) == 1 {
			if value := strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`); value != "" {
				values = append(values, value)
			}
		}
		return true
	})
	return values
}

func TestADocumentSurvivesBeingWrittenAndRead(t *testing.T) {
	want := report.Complete(reporttest.EveryState())
	var out bytes.Buffer
	if err := report.Encode(&out, want); err != nil {
		t.Fatal(err)
	}
	got, err := report.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []*report.Document{&got, &want} {
		fillNil(reflect.ValueOf(doc).Elem()) // an empty list is written for a nil one
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the document that was read is not the one that was written")
	}
}

// fillNil sets nil lists and maps to empty ones.
func fillNil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillNil(v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillNil(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fillNil(v.Field(i))
			}
		}
	}
}

func TestAReportOfAnotherSchemaIsRefused(t *testing.T) {
	if _, err := report.Decode(strings.NewReader(`{"schemaVersion":"9.9"}`)); err == nil {
		t.Error("it was read")
	}
}
