package main

import (
	"regexp"
	"strings"

	"github.com/midspan/midspan/catalog"
)

// item is an item of a list in AsciiDoc: "* address[Name]".
var item = regexp.MustCompile(`^\* (.+)\[([^\]]+)\]`)

// links reads lists of links in AsciiDoc. What it returns is checked by package catalog:
// texts are bounded, and an address that is no repository becomes a note.
var links = catalog.Format{
	Matches: func(_ []byte, extension string) bool { return extension == ".adoc" },
	Read: func(data []byte, _ string) (catalog.Catalog, error) {
		c := catalog.Catalog{Name: "links"}
		for line := range strings.Lines(string(data)) {
			if parts := item.FindStringSubmatch(strings.TrimSpace(line)); parts != nil {
				c.Goods = append(c.Goods, catalog.Good{Name: parts[2], Repositories: []catalog.Repository{{URL: parts[1]}}})
			}
		}
		return c, nil
	},
}
