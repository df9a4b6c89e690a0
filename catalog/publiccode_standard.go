package catalog

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/midspan/midspan/internal/nesting"
)

// publiccodeSchema is our own reading of the standard's text; it says which
// version asks for what.
//
//go:embed publiccode.schema.json
var publiccodeSchema []byte

// standard is the publiccode.yml standard, ready to hold files against.
type standard struct {
	schema   *jsonschema.Schema
	document any // the same as JSON, for its remarks
}

var loadStandard = sync.OnceValues(func() (*standard, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(publiccodeSchema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertVocabs()
	c.RegisterVocabulary(&jsonschema.Vocabulary{URL: "deprecated", Compile: compileDeprecated})
	c.RegisterFormat(&jsonschema.Format{Name: "bcp47", Validate: ofText(isLanguage)})
	c.RegisterFormat(&jsonschema.Format{Name: "iso-3166-1-alpha-2", Validate: ofText(isCountry)})
	c.RegisterFormat(&jsonschema.Format{Name: "spdx-expression", Validate: ofText(isLicence)})
	const name = "https://github.com/midspan/midspan/blob/main/catalog/publiccode.schema.json" // its $id; nothing is fetched
	if err := c.AddResource(name, document); err != nil {
		return nil, err
	}
	schema, err := c.Compile(name)
	return &standard{schema, document}, err
})

// problems holds the fields of a file against its version of the standard. Each
// error is about one place.
func (s *standard) problems(fields map[string]any) []*jsonschema.ValidationError {
	failure, ok := errors.AsType[*jsonschema.ValidationError](s.schema.Validate(bounded(fields)))
	if !ok {
		return nil
	}
	var found []*jsonschema.ValidationError
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) { // no deeper than the schema
		if _, ok := e.ErrorKind.(*kind.PropertyNames); ok || len(e.Causes) == 0 {
			found = append(found, e)
			return
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(failure)
	return found
}

// bounded makes numbers that the schema's library may compare: it would write
// out 1e999999999, and it knows no .inf.
func bounded(value any) any {
	switch v := value.(type) {
	case map[string]any:
		fields := make(map[string]any, len(v))
		for name, field := range v {
			fields[name] = bounded(field)
		}
		return fields
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = bounded(item)
		}
		return items
	case json.Number:
		number, err := v.Float64()
		if err != nil || number-number != 0 {
			return 0.0
		}
		return number
	}
	return value
}

// remark returns what the schema says itself of a part of it that does not hold.
func (s *standard) remark(schemaURL string) string {
	_, fragment, _ := strings.Cut(schemaURL, "#")
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return ""
	}
	part := s.document
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := part.(type) {
		case map[string]any:
			part = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return ""
			}
			part = v[i]
		}
	}
	fields, _ := part.(map[string]any)
	text, _ := fields["remark"].(string)
	return text
}

// deprecated makes a problem of JSON Schema's annotation of that name.
type deprecated struct{}

func compileDeprecated(_ *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
	if schema["deprecated"] != true {
		return nil, nil
	}
	return deprecated{}, nil
}

func (d deprecated) Validate(ctx *jsonschema.ValidatorContext, _ any) { ctx.AddError(d) }

func (deprecated) KeywordPath() []string { return []string{"deprecated"} }

func (deprecated) LocalizedString(*message.Printer) string { return "is deprecated" }

// maxStandardText bounds the texts that are parsed by libraries: no licence
// expression and no tag is longer.
const maxStandardText = 500

var errFormat = errors.New("not in the format")

// ofText makes a format of a test of texts; other types pass.
func ofText(is func(string) bool) func(any) error {
	return func(v any) error {
		if text, ok := v.(string); ok && (len(text) > maxStandardText || !is(text)) {
			return errFormat
		}
		return nil
	}
}

// isLanguage tells tags of BCP 47 that begin with a language, in two letters where it has a
// code of two (RFC 5646, 2.2.1).
func isLanguage(text string) bool {
	if strings.Contains(text, "_") || strings.HasPrefix(strings.ToLower(text), "x-") {
		return false // the library takes them
	}
	tag, err := language.Parse(text)
	if err != nil {
		return false
	}
	code, _, _ := strings.Cut(text, "-")
	base, _ := tag.Base()
	return len(code) == 2 || len(base.String()) != 2
}

// isCountry tells the codes of ISO 3166-1 in two letters, upper or lower case.
func isCountry(text string) bool {
	region, err := language.ParseRegion(strings.ToUpper(text))
	return err == nil && len(text) == 2 && region.IsCountry() && region.Canonicalize() == region // UK is none
}

func isLicence(text string) bool {
	ok := false
	err := nesting.SPDX(text, func() error {
		ok, _ = spdxexp.ValidateLicenses([]string{text})
		return nil
	})
	return ok && err == nil
}
