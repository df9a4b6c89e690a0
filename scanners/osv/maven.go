package osv

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/nesting"
)

// maxExpansion bounds what the properties of a pom.xml and of its parents become where
// they are used, in bytes and in steps, both counted together. Ordinary files need some
// thousands.
const maxExpansion = 1 << 20

// maxParents bounds the parents of a pom.xml, as the extractor does.
const maxParents = 100

// checkExpansion refuses a pom.xml whose properties would expand to more than
// maxExpansion. A property may name another one twice, and that one the next, so that a
// file of a kilobyte becomes gigabytes. It expands every text that names a property, as
// the extractor does, but counts only. What it cannot read the extractor cannot either.
func checkExpansion(tree fs.FS, name string, text []byte) error {
	poms := pomTexts{values: map[string][]string{}}
	visited := map[string]bool{}
	for range maxParents {
		visited[name] = true
		parent := poms.add(text)
		if parent == "" {
			break
		}
		if name = parentPath(tree, name, parent); name == "" || visited[name] {
			break
		}
		var err error
		if text, err = fs.ReadFile(tree, name); err != nil {
			break // the extractor's own error says it
		}
	}
	budget := maxExpansion
	resolving := map[string]bool{}
	for _, use := range poms.uses {
		if !poms.expand(use, resolving, &budget) {
			return fmt.Errorf("%w: its properties expand to more than %d bytes", errTooLarge, maxExpansion)
		}
	}
	return nil
}

// parentPath finds the parent as the extractor does, or "".
func parentPath(tree fs.FS, name, relative string) string {
	found := path.Join(path.Dir(name), relative)
	info, err := fs.Stat(tree, found)
	if err == nil && info.IsDir() {
		found = path.Join(found, "pom.xml")
		info, err = fs.Stat(tree, found)
	}
	if err != nil || info.IsDir() {
		return ""
	}
	return found
}

// pomTexts are the texts of a pom.xml and its parents that can name properties.
type pomTexts struct {
	values map[string][]string // of properties, by name: a parent or a profile may give another
	uses   []string
}

// add reads the texts of one file and returns the path of its parent; "" where it has
// none, or is no XML.
func (p *pomTexts) add(text []byte) (parent string) {
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	decoder.Strict, decoder.Entity = false, xml.HTMLEntity
	decoder.CharsetReader = charset.NewReaderLabel
	var open []string
	var inside strings.Builder
	property := 0 // the depth of the property that is open
	for {
		token, err := decoder.Token()
		if err != nil {
			return parent
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			if n := len(open); property == 0 {
				inside.Reset()
				if n > 1 && open[n-2] == "properties" {
					property = n
				}
			}
			if slices.Equal(open, []string{"project", "parent"}) {
				parent = "../pom.xml"
			}
		case xml.CharData:
			inside.Write(token)
		case xml.EndElement:
			if len(open) == 0 {
				return parent
			}
			value := strings.TrimSpace(inside.String())
			switch names := builtIn(open); {
			case property == len(open):
				p.set(value, open[len(open)-1])
				property = 0
			case property == 0 && names != nil:
				p.set(value, names...)
				p.use(value)
			case property == 0 && slices.Equal(open, []string{"project", "parent", "relativePath"}) && value != "":
				parent = value
			case property == 0:
				p.use(value)
			}
			if property == 0 {
				inside.Reset()
			}
			open = open[:len(open)-1]
		}
	}
}

// builtIn are the properties that an element of a project makes.
func builtIn(open []string) []string {
	if len(open) > 3 {
		return nil
	}
	last := strings.TrimPrefix(strings.Join(open, "."), "project.")
	switch last {
	case "groupId", "version", "parent.groupId", "parent.version":
		return []string{last, "pom." + last, "project." + last}
	}
	return nil
}

func (p *pomTexts) set(value string, names ...string) {
	for _, name := range names {
		if value != "" && !slices.Contains(p.values[name], value) {
			p.values[name] = append(p.values[name], value)
		}
	}
}

func (p *pomTexts) use(value string) {
	if strings.Contains(value, "${") {
		p.uses = append(p.uses, value)
	}
}

// expand counts what a text becomes. It is false once the budget is used up.
func (p *pomTexts) expand(text string, resolving map[string]bool, budget *int) bool {
	for {
		before, rest, found := strings.Cut(text, "${")
		name, after, ends := strings.Cut(rest, "}")
		if !found || !ends {
			*budget -= len(text)
			return *budget >= 0
		}
		if *budget -= len(before) + 1; *budget < 0 {
			return false
		}
		if resolving[name] {
			return true // the extractor stops at a circle, too
		}
		resolving[name] = true
		for _, value := range p.values[name] {
			if !p.expand(value, resolving, budget) {
				return false
			}
		}
		resolving[name] = false
		text = after
	}
}

// isPOM reports a file that the extractor of pom.xml reads.
func isPOM(base string) bool { return base == "pom.xml" || path.Ext(base) == ".pom" }

// overLimit reports an error of a bound of this package or of package nesting.
func overLimit(err error) bool { return errors.Is(err, nesting.ErrDeep) || errors.Is(err, errTooLarge) }
