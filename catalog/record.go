package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/observation"
)

// record reads the fields of one entry by name, whatever their types: a text
// where a list belongs, a number where a text belongs, a null. What was
// converted is noted; what cannot be read is noted and left out. An entry is never
// lost for one field.
type record struct {
	*entryNotes
	fields map[string]any // of JSON or YAML: nil, bool, json.Number, string, []any, map[string]any
	path   string         // of the record inside its entry, for notes: "organizations[1]."
}

// find returns the first of the named fields that is there and not null.
func (r record) find(names ...string) (any, string) {
	for _, name := range names {
		if value := r.fields[name]; value != nil {
			return value, r.path + name
		}
	}
	return nil, r.path + names[0]
}

// has reports whether one of the fields is there and not null.
func (r record) has(names ...string) bool {
	value, _ := r.find(names...)
	return value != nil
}

// text returns a text, empty where there is none.
func (r record) text(names ...string) string {
	value, field := r.find(names...)
	return r.asText(value, field)
}

func (r record) asText(value any, field string) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return r.clean(v, field)
	case json.Number:
		r.add(observation.CauseRemark, "", "%s is a number: read as a text", field)
		return r.clean(v.String(), field)
	case bool:
		r.add(observation.CauseRemark, "", "%s is %t: read as a text", field, v)
		return fmt.Sprint(v)
	case []any:
		if len(v) == 1 {
			r.add(observation.CauseRemark, "", "%s is a list of one: its item was read", field)
			return r.asText(v[0], field)
		}
		if len(v) == 0 {
			return ""
		}
	}
	r.add(observation.CauseBroken, "", "%s is not a text: left out; correct it in the catalog", field)
	return ""
}

// list returns the items of a list; a single value counts as a list of one.
// Nil means that the field is not there.
func (r record) list(names ...string) ([]any, string) {
	value, field := r.find(names...)
	switch v := value.(type) {
	case nil:
		return nil, field
	case []any:
		if len(v) > maxItems {
			r.add(observation.CauseOverLimit, "", "%s has %d items: only the first %d were read", field, len(v), maxItems)
			v = v[:maxItems]
		}
		return v, field
	case map[string]any: // some formats leave the brackets out around one
		return []any{v}, field
	case string:
		if strings.TrimSpace(v) == "" { // forms write "" for an empty list
			return []any{}, field
		}
	}
	r.add(observation.CauseRemark, "", "%s is not a list: read as a list of one", field)
	return []any{value}, field
}

// joined returns a text, or the texts of a list with sep between them.
func (r record) joined(sep, name string) string {
	if value, _ := r.find(name); value != nil {
		if _, ok := value.([]any); ok {
			return strings.Join(r.texts(name), sep)
		}
	}
	return r.text(name)
}

// texts returns the texts of a list, each once, without empty ones. Nil means
// that the field is not there, an empty list that it names nothing.
func (r record) texts(names ...string) []string {
	items, field := r.list(names...)
	if items == nil {
		return nil
	}
	texts := make([]string, 0, len(items))
	var once distinct[string]
	for i, item := range items {
		if text := r.asText(item, fmt.Sprintf("%s[%d]", field, i)); text != "" {
			texts = once.add(texts, text)
		}
	}
	return texts
}

// records returns the objects of a list. An item that is a bare text counts as
// an object that has only the field bare.
func (r record) records(bare string, names ...string) []record {
	items, field := r.list(names...)
	var records []record
	for i, item := range items {
		path := fmt.Sprintf("%s[%d]", field, i)
		switch v := item.(type) {
		case nil:
		case map[string]any:
			records = append(records, record{r.entryNotes, v, path + "."})
		case string, json.Number:
			r.add(observation.CauseRemark, "", "%s is not an object: read as its %s", path, bare)
			records = append(records, record{r.entryNotes, map[string]any{bare: v}, path + "."})
		default:
			r.add(observation.CauseBroken, "", "%s is not an object: left out; correct it in the catalog", path)
		}
	}
	return records
}

// object returns the object of a field, without fields where there is none.
func (r record) object(name string) record {
	value, field := r.find(name)
	fields, ok := value.(map[string]any)
	if value != nil && !ok {
		r.add(observation.CauseBroken, "", "%s is not an object: left out; correct it in the catalog", field)
	}
	return record{r.entryNotes, fields, field + "."}
}

// personFields are the fields in which a record says what kind of body it is of.
var personFields = []string{"org_type", "orgType", "organization_type", "entity_type", "entityType", "type", "kind"}

// isPerson reports whether a record that stands in the place of an organization says that
// it is a person's: {"name": …, "type": "individual"}.
func (r record) isPerson() bool {
	if name, _ := r.find("name"); slices.ContainsFunc(scalars(name), namesPerson) {
		return true
	}
	return slices.ContainsFunc(personFields, func(field string) bool {
		value, _ := r.find(field)
		return slices.ContainsFunc(scalars(value), func(text string) bool {
			return slices.ContainsFunc(strings.Split(text, ","), isPersonWord)
		})
	})
}

// namesPerson reports a name with a word behind it that says that it is a person's: "A B
// (individual)", "A B, independent developer".
func namesPerson(name string) bool {
	at := strings.LastIndexAny(name, "([,–—")
	if at < 0 {
		return false
	}
	_, size := utf8.DecodeRuneInString(name[at:])
	return isPersonWord(strings.Trim(name[at+size:], " )]."))
}

// isPersonWord reports whether a word is one for a person.
func isPersonWord(word string) bool {
	word = strings.Join(strings.FieldsFunc(strings.ToLower(word), func(c rune) bool { return c == ' ' || c == '_' || c == '-' }), " ")
	return slices.Contains([]string{"person", "individual", "natural person", "private person", "private individual", "individual person", "user",
		"individual contributor", "individual developer", "independent developer", "freelancer", "freelance developer", "volunteer"}, word)
}
