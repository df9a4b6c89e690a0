package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/midspan/midspan/internal/observation"
)

// newestStandard is the version against which a file is held that names none or
// an unknown one.
const newestStandard = "0.7"

// remark says where a file does not follow the standard.
type remark struct {
	line       int
	path, text string
}

// publiccodeRemarks says where a file does not follow the version of the
// standard that it names, in the order of its lines: a remark each, for the file
// was read whatever it says. What its values say is not repeated, because they
// may name persons.
func publiccodeRemarks(file *yamlFile, path string) (notes []observation.Note) {
	defer func() {
		if p := recover(); p != nil { // a library on hostile input
			notes = []observation.Note{{Cause: observation.CauseBroken, Subject: path,
				Message: "publiccode.yml: this file could not be held against the standard: correct its values"}}
		}
	}()
	version := standardVersion(file.fields)
	remarks := []remark{{file.root.line, "publiccodeYmlVersion", "is older than what is checked here, 0.2 to " + newestStandard}}
	if version != "0.1" {
		remarks = standardRemarks(file, version)
	}
	for _, r := range remarks {
		notes = append(notes, observation.Note{Cause: observation.CauseRemark, Subject: path,
			Message: fmt.Sprintf("publiccode.yml %s, line %d: %s %s", version, r.line, r.path, r.text)})
	}
	return notes
}

// standardVersion is the version of the standard by which a file is read, as
// "0.5". A "0" is the newest.
func standardVersion(fields map[string]any) string {
	parts := strings.SplitN(fmt.Sprint(fields["publiccodeYmlVersion"]), ".", 3)
	if len(parts) < 2 || parts[0] != "0" || len(parts[1]) != 1 || parts[1] < "1" || parts[1] > newestStandard[2:] {
		return newestStandard
	}
	return parts[0] + "." + parts[1]
}

func standardRemarks(file *yamlFile, version string) []remark {
	standard, err := loadStandard()
	if err != nil {
		return nil // a test compiles the schema
	}
	var remarks []remark
	for _, key := range file.twice {
		remarks = append(remarks, remark{key.line, key.path, "stands twice: the last one counts"})
	}
	if file.second > 0 {
		remarks = append(remarks, remark{file.second, "the file", "holds a second document: only the first is read"})
	}
	for _, problem := range standard.problems(file.fields) {
		at := file.at(problem.InstanceLocation)
		if keys := keyRemarks(problem.ErrorKind, at); keys != nil {
			remarks = append(remarks, keys...)
			continue
		}
		text := valueRemark(problem.ErrorKind)
		switch p := problem.ErrorKind.(type) {
		case *kind.Type:
		case *kind.PropertyNames: // its location is overwritten while the library goes on
			at = file.root.child("description").child(p.Property) // the names of no other object are checked
			text = standard.remark(problem.SchemaURL)
		default:
			text = cmp.Or(standard.remark(problem.SchemaURL), text)
		}
		remarks = append(remarks, remark{at.line, at.path, text})
	}
	slices.SortFunc(remarks, func(a, b remark) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.path, b.path), cmp.Compare(a.text, b.text))
	})
	return slices.Compact(remarks)
}

// keyRemarks are about keys of an object: those that it lacks and those that the
// standard does not know. Nil is a problem of another kind.
func keyRemarks(problem jsonschema.ErrorKind, object *position) []remark {
	var remarks []remark
	switch p := problem.(type) {
	case *kind.Required:
		for _, key := range p.Missing {
			remarks = append(remarks, remark{object.line, under(object.path, key), "is missing"})
		}
	case *kind.DependentRequired:
		for _, key := range p.Missing {
			remarks = append(remarks, remark{object.line, under(object.path, key), "is missing, although " + p.Prop + " is given"})
		}
	case *kind.AdditionalProperties:
		for _, key := range p.Properties {
			unknown := object.child(key)
			remarks = append(remarks, remark{unknown.line, unknown.path, "is no key of the standard"})
		}
	}
	return remarks
}

// valueRemark says what is wrong with a value, where the schema has no remark of
// its own.
func valueRemark(problem jsonschema.ErrorKind) string {
	switch p := problem.(type) {
	case *kind.Type:
		switch {
		case p.Got == "null":
			return "is empty"
		case p.Got == "number" && slices.Contains(p.Want, "string"):
			return "is a number, not a text: put it in quotes"
		}
		return "is " + typeName(p.Got) + ", not " + strings.Join(typeNames(p.Want), " or ")
	case *kind.Enum:
		return "is none of " + strings.Join(texts(p.Want), ", ")
	case *kind.MinLength:
		return fmt.Sprintf("has %d characters, fewer than %d", p.Got, p.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("has %d characters, more than %d", p.Got, p.Want)
	case *kind.MinItems:
		return "is an empty list"
	}
	return "does not follow the standard"
}

func typeNames(types []string) []string {
	names := make([]string, len(types))
	for i, name := range types {
		names[i] = typeName(name)
	}
	return names
}

// typeName says a type of JSON in words that an author of YAML knows.
func typeName(name string) string {
	switch name {
	case "string":
		return "a text"
	case "boolean":
		return "true or false"
	case "array":
		return "a list"
	case "object":
		return "a group of keys"
	}
	return "a " + name
}

func texts(values []any) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return texts
}
