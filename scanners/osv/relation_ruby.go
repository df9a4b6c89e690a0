package osv

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// rubyRelations reads the section DEPENDENCIES of a Gemfile.lock. It names no
// groups: those are in the Gemfile.
func rubyRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	_, section, found := strings.Cut(string(data), "\nDEPENDENCIES\n")
	if !ok || !found {
		return nil
	}
	named := map[string]bool{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		named[strings.TrimSuffix(name, "!")] = true
	}
	gemfile, _ := dir.read("Gemfile")
	tools := gemTools(string(gemfile))
	return func(name, _ string) relation {
		switch {
		case named[name] && tools[name]:
			return directForDevelopment
		case named[name]:
			return direct
		}
		return transitive
	}
}

var (
	gemLine   = regexp.MustCompile(`^gem[ (]+["']([^"']+)["']`)
	gemGroups = regexp.MustCompile(`(?:^groups?[ (]|[ ,(]:?groups?(?::| *=>))(.*)`)
	gemSymbol = regexp.MustCompile(`:["']?(\w+)|["'](\w+)["']`)
	gemBlock  = regexp.MustCompile(`^(?:if|unless|case|begin|def|while)\b|\bdo(?: *\|.*\|)?$`)
)

// gemTools are the gems that a Gemfile names in groups of development only. A
// Gemfile is a program: its lines are read, nothing is run, and one whose blocks
// do not close gives no tools.
func gemTools(gemfile string) map[string]bool {
	tools, needed := map[string]bool{}, map[string]bool{}
	var blocks [][]string // the groups of each open block
	for line := range strings.Lines(gemfile) {
		text, _, _ := strings.Cut(strings.TrimSpace(line), " #")
		text = strings.TrimSpace(text)
		var groups []string
		if list := gemGroups.FindStringSubmatch(text); list != nil {
			for _, symbol := range gemSymbol.FindAllStringSubmatch(list[1], -1) {
				groups = append(groups, symbol[1]+symbol[2])
			}
		}
		switch gem := gemLine.FindStringSubmatch(text); {
		case gem != nil:
			in := observation.Package{Groups: slices.Concat(append(blocks, groups)...)}
			if in.Use() == observation.ForDevelopment {
				tools[gem[1]] = true
			} else {
				needed[gem[1]] = true
			}
		case strings.HasPrefix(text, "#"):
		case gemBlock.MatchString(text):
			blocks = append(blocks, groups)
		case text == "end" && len(blocks) == 0:
			return nil
		case text == "end":
			blocks = blocks[:len(blocks)-1]
		}
	}
	if len(blocks) > 0 {
		return nil
	}
	maps.DeleteFunc(tools, func(name string, _ bool) bool { return needed[name] })
	return tools
}
