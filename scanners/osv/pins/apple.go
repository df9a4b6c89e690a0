package pins

import (
	"cmp"
	"encoding/json"
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"go.yaml.in/yaml/v3"
)

// OSV names packages of Swift and Objective-C by the addresses of their repositories.
const swift = "SwiftURL"

func appleNames() map[string]reader {
	return map[string]reader{
		"package.swift": readSwift, "project.swift": readSwift, "dependencies.swift": readSwift, "project.pbxproj": readXcode, "mintfile": readMint,
		"project.yml": readXcodeGen, "project.yaml": readXcodeGen,
		"cartfile": readCartfile, "cartfile.resolved": readCartfile, "cartfile.private": readCartfile, "podfile": readPodfile, "podfile.lock": readPodfileLock,
		"manifest.lock": readPodfileLock, "conanfile.txt": readConan, "conanfile.py": readConanPython,
	}
}

func applePattern(_, base string) reader {
	switch {
	case strings.HasSuffix(base, ".package.resolved"):
		return readResolved
	case strings.HasPrefix(base, "package@swift-") && path.Ext(base) == ".swift":
		return readSwift
	}
	return nil
}

// readXcodeGen reads the packages of a specification of XcodeGen (its ProjectSpec, "Swift
// Package").
func readXcodeGen(m Manifest, l *list) {
	var project struct {
		Packages map[string]struct {
			URL     string `yaml:"url"`
			GitHub  string `yaml:"github"`
			Exact   string `yaml:"exactVersion"`
			Version string `yaml:"version"`
		} `yaml:"packages"`
	}
	if yaml.Unmarshal(m.Text, &project) != nil {
		return
	}
	for _, p := range project.Packages {
		if p.GitHub != "" {
			p.URL = "https://github.com/" + p.GitHub
		}
		if p.URL != "" {
			l.addSwift(p.URL, wholeVersion(cmp.Or(p.Exact, p.Version)))
		}
	}
}

// addSwift adds the package in a repository, at a tag.
func (l *list) addSwift(address, version string) {
	version = strings.TrimPrefix(strings.TrimSpace(version), "v")
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		address = address[:at] // it may hold a token
	}
	if !whole().MatchString(version) && !swiftVersion().MatchString(version) {
		version = ""
	}
	if name := observation.SwiftName(address); strings.Contains(name, "/") && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, ".") {
		l.add(swift, name, version, "")
	}
}

var (
	swiftVersion = lazy.Pattern(`^\d+\.\d+(?:\.\d+)?$`)
	swiftCall    = lazy.Pattern(`\.(?:package|remote)\s*\(`)
	swiftURL     = lazy.Pattern(`\burl\s*:\s*"([^"\n]+)"`)
	swiftExact   = lazy.Pattern(`(?:\bexact\s*:\s*|\.exact\s*\(\s*|\bexactVersion\s*:\s*)"([^"\n]+)"`)
)

// readSwift reads the packages of a Package.swift, or of Tuist's files.
func readSwift(m Manifest, l *list) {
	text := likeC.blank(m.Text)
	for _, at := range swiftCall().FindAllIndex(text, mostBlocks) {
		call := likeC.enclosed(text[at[1]-1:])
		if address := swiftURL().FindSubmatch(call); address != nil {
			version := ""
			if exact := swiftExact().FindSubmatch(call); exact != nil {
				version = string(exact[1])
			}
			l.addSwift(string(address[1]), version)
		}
	}
}

var (
	xcodePackage = lazy.Pattern(`(?s)isa = XCRemoteSwiftPackageReference;(.*?)\n\t\t\};`)
	xcodeURL     = lazy.Pattern(`repositoryURL = "?([^";]+)"?;`)
	xcodeVersion = lazy.Pattern(`(?s)kind = exactVersion;\s*version = "?([^";]+)"?;`)
)

func readXcode(m Manifest, l *list) {
	for _, match := range xcodePackage().FindAllSubmatch(m.Text, -1) {
		address, exact := xcodeURL().FindSubmatch(match[1]), xcodeVersion().FindSubmatch(match[1])
		switch {
		case address == nil:
		case exact == nil:
			l.addSwift(string(address[1]), "")
		default:
			l.addSwift(string(address[1]), string(exact[1]))
		}
	}
}

// readMint reads "owner/name@tag" a line.
func readMint(m Manifest, l *list) {
	for line := range strings.Lines(string(likePython.blank(m.Text))) {
		name, tag, _ := strings.Cut(strings.TrimSpace(line), "@")
		if strings.Count(name, "/") == 1 {
			name = "github.com/" + name
		}
		l.addSwift(name, tag)
	}
}

var cartLine = lazy.Pattern(`^\s*(github|git)\s+"([^"\n]+)"\s*(==)?\s*(?:"([^"\n]+)"|(\d[\w.+-]*))?`)

// readCartfile reads a Cartfile, of which "==" fixes a version, or what was resolved of it.
func readCartfile(m Manifest, l *list) {
	resolved := strings.HasSuffix(strings.ToLower(m.Path), ".resolved")
	for line := range strings.Lines(string(likePython.blank(m.Text))) {
		match := cartLine().FindStringSubmatch(line)
		if match == nil {
			continue
		}
		address, version := match[2], match[4]+match[5]
		if match[1] == "github" && strings.Count(address, "/") == 1 {
			address = "github.com/" + address
		}
		if !resolved && match[3] == "" {
			version = ""
		}
		l.addSwift(address, version)
	}
}

var (
	podLine = lazy.Pattern(`(?m)^\s*pod\s.*$`)
	podGit  = lazy.Pattern(`:git\s*=>\s*["']([^"']+)["']|\bgit:\s*["']([^"']+)["']`)
	podTag  = lazy.Pattern(`:tag\s*=>\s*["']([^"']+)["']|\btag:\s*["']([^"']+)["']`)
)

// readPodfile reads the pods that are taken from a repository. OSV knows no others: it has
// no names of CocoaPods.
func readPodfile(m Manifest, l *list) {
	for _, line := range podLine().FindAll(likeRuby.blank(m.Text), -1) {
		address, tag := podGit().FindSubmatch(line), podTag().FindSubmatch(line)
		switch {
		case address == nil:
		case tag == nil:
			l.addSwift(firstGroup(address), "")
		default:
			l.addSwift(firstGroup(address), firstGroup(tag))
		}
	}
}

var (
	podCheckout = lazy.Pattern(`(?m)^CHECKOUT OPTIONS:\r?\n((?:[ \t]+.*\r?\n?)*)`)
	podEntry    = lazy.Pattern(`(?m)^  \S.*:\r?\n((?:    .*\r?\n?)*)`)
	podField    = lazy.Pattern(`(?m)^    :(git|tag): "?([^"\s]+)"?`)
)

// readPodfileLock reads which repositories were checked out, at which tags.
func readPodfileLock(m Manifest, l *list) {
	section := podCheckout().FindSubmatch(m.Text)
	if section == nil {
		return
	}
	for _, entry := range podEntry().FindAllSubmatch(section[1], -1) {
		fields := map[string]string{}
		for _, field := range podField().FindAllSubmatch(entry[1], -1) {
			fields[string(field[1])] = string(field[2])
		}
		l.addSwift(fields["git"], fields["tag"])
	}
}

// readResolved reads a Package.resolved under another name.
func readResolved(m Manifest, l *list) {
	type pin struct {
		Location, RepositoryURL string
		State                   struct{ Version string }
	}
	var file struct {
		Pins   []pin
		Object struct{ Pins []pin }
	}
	if json.Unmarshal(m.Text, &file) == nil {
		for _, p := range append(file.Pins, file.Object.Pins...) {
			l.addSwift(p.Location+p.RepositoryURL, p.State.Version)
		}
	}
}

var (
	conanReference = lazy.Pattern(`^([a-z0-9_][a-z0-9_+.-]*)/([^@#\s\[\]]+|\[[^\]]*\])(?:@\S*)?(?:#\S*)?$`)
	conanRequires  = lazy.Pattern(`\b((?:build_|tool_|test_)?requires)\s*(?:=\s*|\(\s*)`)
)

// addConan adds "name/version". A package of a user's own is not ConanCenter's.
func (l *list) addConan(reference, group string) {
	if match := conanReference().FindStringSubmatch(strings.TrimSpace(reference)); match != nil {
		version := match[2]
		if strings.ContainsAny(version, "[]{}") {
			version = ""
		}
		if _, user, found := strings.Cut(strings.TrimSpace(reference), "@"); found && user != "" && !strings.HasPrefix(user, "_/") && !strings.HasPrefix(user, "#") {
			version = ""
		}
		l.add("ConanCenter", match[1], version, group)
	}
}

func readConan(m Manifest, l *list) {
	section := ""
	for line := range strings.Lines(string(m.Text)) {
		line = strings.TrimSpace(pythonComment().ReplaceAllString(strings.TrimRight(line, "\r\n"), ""))
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			continue
		}
		switch section {
		case "requires":
			l.addConan(line, "")
		case "build_requires", "tool_requires", "test_requires":
			l.addConan(line, "build-requires")
		}
	}
}

func readConanPython(m Manifest, l *list) {
	text := likePython.blank(m.Text)
	for _, at := range conanRequires().FindAllSubmatchIndex(text, mostBlocks) {
		group := ""
		if string(text[at[2]:at[3]]) != "requires" {
			group = "build-requires"
		}
		value := text[at[1]:]
		if inside := likePython.enclosed(value); inside != nil {
			value = inside
		} else if end := strings.IndexAny(string(value), "\n)"); end >= 0 {
			value = value[:end]
		}
		for _, quoted := range setupText().FindAllSubmatch(value, -1) {
			l.addConan(firstGroup(quoted), group)
		}
	}
}
