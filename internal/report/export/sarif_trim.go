package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// ownBag is the member in which SARIF keeps what a tool adds of its own. Nothing is
// left out of it.
const ownBag = "properties"

// sentinels are the members of SARIF 2.1.0 whose value -1 means that they are absent
// (the schema's "default": -1, rule SARIF2004 of Microsoft's validator).
var sentinels = map[string]bool{"index": true, "id": true, "rank": true, "parentIndex": true, "byteOffset": true, "charOffset": true}

// writeTrimmed writes a SARIF log without what its schema says of an absent member: the
// library fills every member in. Members come in the order of their names.
func writeTrimmed(w io.Writer, log any) error {
	data, err := json.Marshal(log)
	if err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	var tree map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	trimDefaults(tree)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(tree); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

func trimDefaults(object map[string]any) {
	for name, value := range object {
		switch value := value.(type) {
		case map[string]any:
			if name != ownBag {
				trimDefaults(value)
			}
		case []any:
			// An empty list of results says that nothing was found; none says nothing.
			if len(value) == 0 && name != "results" {
				delete(object, name)
			}
			for _, item := range value {
				if item, ok := item.(map[string]any); ok {
					trimDefaults(item)
				}
			}
		case json.Number:
			if sentinels[name] && value == "-1" {
				delete(object, name)
			}
		case bool:
			if name == "enabled" && value || name == "isComprehensive" && !value {
				delete(object, name)
			}
		}
	}
}

// numericVersion is a version as SARIF wants one: digits first (rule SARIF2005). A build
// that has no version is 0.0.0-devel.
func numericVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if version == "" || version[0] < '0' || version[0] > '9' {
		return "0.0.0-devel"
	}
	return version
}
