package pins

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// maxXMLDepth bounds how deep elements may be nested.
const maxXMLDepth = 100

// xmlItems are the elements of some names with their attributes and the texts of their
// children, by names in lower case; under "/" stands the element's own name. What stands in a
// management of versions or in exclusions is no dependency.
func xmlItems(text []byte, names ...string) []map[string]string {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.Strict = false
	decoder.CharsetReader = charset.NewReaderLabel
	var items []map[string]string
	var open []string
	var item map[string]string
	depth, value := 0, ""
	for len(items) < mostPins {
		token, err := decoder.Token()
		if err != nil {
			return items
		}
		switch token := token.(type) {
		case xml.StartElement:
			if open, value = append(open, token.Name.Local), ""; len(open) > maxXMLDepth {
				return items
			}
			if item == nil && slices.Contains(names, token.Name.Local) && !slices.Contains(open, "dependencyManagement") {
				item, depth = map[string]string{"/": token.Name.Local}, len(open)
				for _, a := range token.Attr {
					item[strings.ToLower(a.Name.Local)] = strings.TrimSpace(a.Value)
				}
			}
		case xml.CharData:
			if item != nil && len(value) < 1000 {
				value += string(token)
			}
		case xml.EndElement:
			if len(open) == 0 {
				return items
			}
			switch {
			case item == nil:
			case len(open) == depth+1:
				item[strings.ToLower(token.Name.Local)] = strings.TrimSpace(value)
			case len(open) == depth:
				items = append(items, item)
				item = nil
			}
			open, value = open[:len(open)-1], ""
		}
	}
	return items
}
