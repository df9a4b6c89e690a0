package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/observation"
)

const (
	maxYAMLNodes = 10_000 // aliases counted wherever they stand
	maxYAMLDepth = 100
)

// yamlFile is the first document of a YAML file.
type yamlFile struct {
	fields map[string]any // in the types that a record reads
	root   *position
	twice  []*position // keys that stand twice in one object
	second int         // the line on which a second document begins, 0 where there is none
}

// position is where a value stands in a file.
type position struct {
	line     int    // of its key or, in a list, of the value itself
	path     string // of its keys: "maintenance.contractors[0].until"
	children map[string]*position
}

// at returns the position of the value to which the tokens lead: keys, and
// numbers of items. Where there is none, it is the nearest around it.
func (f *yamlFile) at(tokens []string) *position {
	p := f.root
	for _, token := range tokens {
		p = p.child(token)
	}
	return p
}

// child is the position of a key or an item, or p itself where there is none.
func (p *position) child(token string) *position {
	if child := p.children[token]; child != nil {
		return child
	}
	return p
}

func (p *position) add(token string, child *position) *position {
	if p.children == nil {
		p.children = map[string]*position{}
	}
	p.children[token] = child
	return child
}

// readYAML decodes the first document, and says where a second one begins. Anchors are
// followed, each time they are used: the limits hold for what comes out.
func readYAML(data []byte) (*yamlFile, error) {
	if len(data) > maxPubliccode {
		return nil, fmt.Errorf("it is larger than %d KiB", maxPubliccode>>10)
	}
	value, file, err := decodeYAML(data, maxYAMLNodes)
	if err != nil {
		return nil, err
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("it is YAML, but not a list of named fields: it must begin with publiccodeYmlVersion")
	}
	file.fields = fields
	return file, nil
}

func decodeYAML(data []byte, nodes int) (any, *yamlFile, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, errors.New("it is empty")
		}
		return nil, nil, fmt.Errorf("it is not YAML (%s): correct it", observation.RedactQuoted(err.Error()))
	}
	reader := &yamlReader{left: nodes}
	file := &yamlFile{root: &position{line: 1}}
	value, err := reader.value(&document, file.root, 0)
	if err != nil {
		return nil, nil, err
	}
	file.twice = reader.twice
	if err := decoder.Decode(&second); err == nil && len(second.Content) > 0 && second.Content[0].Tag != "!!null" {
		file.second = second.Content[0].Line
	}
	return value, file, nil
}

// yamlReader turns YAML into the types of JSON. Scalars stay as they were
// written: a version "1.10" is not the number 1.1, a date stays a date.
type yamlReader struct {
	left  int
	twice []*position
}

func (y *yamlReader) value(node *yaml.Node, at *position, depth int) (any, error) {
	if y.left--; y.left < 0 || depth > maxYAMLDepth {
		return nil, errors.New("it is nested too deeply or has too many fields: no publiccode.yml does")
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return y.value(node.Content[0], at, depth+1)
	case yaml.AliasNode:
		return y.value(node.Alias, at, depth+1)
	case yaml.MappingNode:
		return y.mapping(node, at, depth)
	case yaml.SequenceNode:
		return y.sequence(node, at, depth)
	}
	return scalar(node), nil
}

func (y *yamlReader) sequence(node *yaml.Node, at *position, depth int) (any, error) {
	items := make([]any, 0, len(node.Content))
	for i, child := range node.Content {
		there := at.add(strconv.Itoa(i), &position{line: child.Line, path: fmt.Sprintf("%s[%d]", at.path, i)})
		item, err := y.value(child, there, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (y *yamlReader) mapping(node *yaml.Node, at *position, depth int) (any, error) {
	fields := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		there := &position{line: key.Line, path: under(at.path, key.Value)}
		value, err := y.value(node.Content[i+1], there, depth+1)
		if err != nil {
			return nil, err
		}
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if _, ok := fields[key.Value]; ok {
			y.twice = append(y.twice, there)
		}
		fields[key.Value] = value
		at.add(key.Value, there)
	}
	return fields, nil
}

var ordinaryKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// under is the path of a key in an object. A key that is no ordinary one may be
// anything, a name or an address too, and is not repeated.
func under(path, key string) string {
	if !ordinaryKey.MatchString(key) {
		key = "…"
	}
	return strings.TrimPrefix(path+"."+key, ".")
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
