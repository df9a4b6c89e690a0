package catalog

import (
	"fmt"
	"regexp"
	"strings"
)

// asciiDocItem is an item of a list: "* address[Name] - description".
var asciiDocItem = regexp.MustCompile(`^[-*] (\S+)\[([^\]]+)\](?: - (.*))?$`)

// isAsciiDoc goes by the file's name: a list of links has no mark of its own.
func isAsciiDoc(_ []byte, extension string) bool { return extension == ".adoc" }

// readAsciiDoc reads a list of links. Other lines are left out.
func readAsciiDoc(data []byte, _ string) (Catalog, error) {
	c := Catalog{Name: "asciidoc"}
	for i, line := range strings.Split(string(data), "\n") {
		parts := asciiDocItem.FindStringSubmatch(strings.TrimSpace(line))
		if parts == nil {
			continue
		}
		entry := fmt.Sprintf("line %d", i+1)
		notes := &entryNotes{subject: entry}
		good := Good{
			Name:        notes.clean(parts[2], "name"),
			Description: notes.clean(parts[3], "description"),
			Sources:     []Source{{Catalog: c.Name, Entry: entry}},
		}
		good.addRepositories(notes, parts[1], "", Claimed)
		c.add(good, good.finish(notes, ""))
	}
	return c, nil
}

// Example_newFormat is the walk of docs/new-catalog.md.
func Example_newFormat() {
	text := `= Health goods
* https://github.com/example/clinic-ledger[Clinic ledger] - records of visits
* https://www.example.org/wells[Well map]
`
	list := append([]format{{matches: isAsciiDoc, read: readAsciiDoc}}, formats()...)
	c, err := read([]byte(text), "health.adoc", list)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, good := range c.Goods {
		fmt.Printf("%s (%s): %d repositories\n", good.Name, good.Sources[0].Entry, len(good.Repositories))
		for _, note := range good.Notes {
			fmt.Printf("  %s: %s\n", note.Cause, note.Message)
		}
	}
	// Output:
	// Clinic ledger (line 2): 1 repositories
	// Well map (line 3): 0 repositories
	//   bad-url: "https://www.example.org/wells" is a web page, not a repository
}
