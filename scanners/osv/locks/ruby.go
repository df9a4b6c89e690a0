package locks

import (
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// rubyRelations reads the sections DEPENDENCIES and PATH of a Gemfile.lock. It names no
// groups: those are in the Gemfile. What stands in PATH is a folder of the repository.
func rubyRelations(dir folder, manifest string) relations {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	lock := strings.ReplaceAll(string(data), "\r\n", "\n")
	_, section, found := strings.Cut(lock, "\nDEPENDENCIES\n")
	named := map[string]bool{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		named[strings.TrimSuffix(name, "!")] = true
	}
	local := gemFolders(lock)
	program := "Gemfile"
	if manifest == "gems.locked" {
		program = "gems.rb"
	}
	gemfile, _ := dir.read(program)
	tools := gemTools(string(gemfile))
	return func(name, version string) relation {
		switch {
		case local[nameVersion{name, version}]:
			return own
		case !found:
			return unstated
		case named[name] && tools[name]:
			return directForDevelopment
		case named[name]:
			return direct
		}
		return transitive
	}
}

// gemFolders are the gems in the sections PATH.
func gemFolders(lock string) map[nameVersion]bool {
	local, inPath := map[nameVersion]bool{}, false
	for line := range strings.Lines(lock) {
		line = strings.TrimRight(line, "\n")
		if line != "" && line[0] != ' ' {
			inPath = line == "PATH"
			continue
		}
		spec, ok := strings.CutPrefix(line, "    ")
		if !ok || !inPath || strings.HasPrefix(spec, " ") {
			continue
		}
		name, version, _ := gemSpec(spec)
		local[nameVersion{name, version}] = true
	}
	return local
}

var (
	gemLine   = lazy.Pattern(`^gem[ (]+["']([^"']+)["']`)
	gemGroups = lazy.Pattern(`(?:^groups?[ (]|[ ,(]:?groups?(?::| *=>))(.*)`)
	gemSymbol = lazy.Pattern(`:["']?(\w+)|["'](\w+)["']`)
	gemBlock  = lazy.Pattern(`^(?:if|unless|case|begin|def|while)\b|\bdo(?: *\|.*\|)?$`)
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
		if list := gemGroups().FindStringSubmatch(text); list != nil {
			for _, symbol := range gemSymbol().FindAllStringSubmatch(list[1], -1) {
				groups = append(groups, symbol[1]+symbol[2])
			}
		}
		switch gem := gemLine().FindStringSubmatch(text); {
		case gem != nil:
			in := observation.Package{Groups: slices.Concat(append(blocks, groups)...)}
			if in.Use() == observation.ForDevelopment {
				tools[gem[1]] = true
			} else {
				needed[gem[1]] = true
			}
		case strings.HasPrefix(text, "#"):
		case gemBlock().MatchString(text):
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
