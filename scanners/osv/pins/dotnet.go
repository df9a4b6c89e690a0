package pins

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

const nuget = "NuGet"

func dotnetNames() map[string]reader {
	return map[string]reader{
		"paket.dependencies": readPaket, "paket.lock": readPaketLock, "project.json": readProjectJSON, "project.lock.json": readAssets,
		"project.assets.json": readAssets, "global.json": readSDKs, "dotnet-tools.json": readTools,
	}
}

func dotnetPattern(_, base string) reader {
	switch path.Ext(base) {
	case ".vcxproj", ".sqlproj", ".proj", ".xproj", ".nfproj", ".shproj", ".projitems", ".props", ".targets":
		return readReferences
	case ".config":
		return readPackages
	case ".nuspec":
		return readNuspec
	case ".csx", ".fsx", ".cake", ".linq":
		return readDirectives
	}
	return nil
}

// lowest is the version that NuGet installs for a reference: the lowest that it allows.
var lowest = lazy.Pattern(`^\[?\s*v?(\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?)\s*(?:\]|,[^,]*[\])])?$`)

func (l *list) addNuGet(name, version, group string) {
	fixed := ""
	isRange := !strings.HasPrefix(version, "[") && strings.ContainsAny(version, "],)")
	if match := lowest().FindStringSubmatch(strings.TrimSpace(version)); match != nil && !isRange {
		fixed = match[1]
	}
	l.add(nuget, name, fixed, group)
}

// readReferences reads what a file of MSBuild refers to. Versions may be in its properties.
func readReferences(m Manifest, l *list) {
	properties := map[string]string{}
	for _, group := range xmlItems(m.Text, "PropertyGroup") {
		for name, value := range group {
			setOnce(properties, "$("+name+")", value)
		}
	}
	for _, item := range xmlItems(m.Text, "PackageReference", "GlobalPackageReference", "DotNetCliToolReference") {
		version := item["version"]
		if value, ok := properties[strings.ToLower(version)]; ok {
			version = value
		}
		group := ""
		if item["/"] == "DotNetCliToolReference" {
			group = "dev"
		}
		for name := range strings.SplitSeq(item["include"], ";") {
			l.addNuGet(name, version, group)
		}
	}
}

func readPackages(m Manifest, l *list) {
	for _, item := range xmlItems(m.Text, "package") {
		l.addNuGet(item["id"], item["version"], "")
	}
}

func readNuspec(m Manifest, l *list) {
	for _, item := range xmlItems(m.Text, "dependency") {
		l.addNuGet(item["id"], item["version"], "")
	}
}

var (
	paketNuGet  = lazy.Pattern(`(?i)^\s*(?:nuget|clitool)\s+([\w.-]+)(?:\s+(==?|~>|[<>]=?)?\s*(\d[\w.+-]*)\b(.*))?`)
	paketLocked = lazy.Pattern(`^    ([A-Za-z_][\w.-]*) \(([^\s()]+)\)`)
)

// readPaket reads a paket.dependencies, in which a plain version is that one alone.
func readPaket(m Manifest, l *list) {
	group := ""
	for line := range strings.Lines(string(m.Text)) {
		if name, found := strings.CutPrefix(strings.TrimSpace(strings.ToLower(line)), "group "); found {
			group = strings.TrimSpace(name)
		}
		match := paketNuGet().FindStringSubmatch(line)
		if match == nil {
			continue
		}
		version := match[3]
		if more := strings.TrimSpace(match[4]); strings.ContainsAny(match[2], "~<>") || strings.HasPrefix(more, "<") || strings.HasPrefix(more, ">") {
			version = ""
		}
		l.addNuGet(match[1], version, paketGroup(group))
	}
}

func paketGroup(name string) string {
	if name == "main" {
		return ""
	}
	return name
}

// readPaketLock reads a paket.lock: packages stand below NUGET, what they need below them.
func readPaketLock(m Manifest, l *list) {
	group, section := "", ""
	for line := range strings.Lines(string(m.Text)) {
		line = strings.TrimRight(line, " \r\n")
		switch {
		case line == "":
		case line[0] != ' ':
			section = strings.ToLower(line)
			if name, found := strings.CutPrefix(section, "group "); found {
				group = strings.TrimSpace(name)
			}
		case section == "nuget":
			if match := paketLocked().FindStringSubmatch(line); match != nil {
				l.addNuGet(match[1], match[2], paketGroup(group))
			}
		}
	}
}

// readProjectJSON reads the project.json that .NET had for a while.
func readProjectJSON(m Manifest, l *list) {
	type part struct{ Dependencies, Tools map[string]any }
	var project struct {
		part
		Frameworks map[string]part
	}
	if !sections(m.Text, &project) {
		return
	}
	parts := []part{project.part}
	for _, framework := range project.Frameworks {
		parts = append(parts, framework)
	}
	for _, p := range parts {
		for name, value := range p.Dependencies {
			version, _ := value.(string)
			entry, _ := value.(map[string]any)
			if entry["target"] == "project" {
				continue
			}
			if text, ok := entry["version"].(string); ok {
				version = text
			}
			l.addNuGet(name, version, "")
		}
		for name, value := range p.Tools {
			version, _ := value.(string)
			l.addNuGet(name, version, "dev")
		}
	}
}

// readAssets reads what was resolved for a project.
func readAssets(m Manifest, l *list) {
	var assets struct {
		Libraries map[string]struct{ Type string }
	}
	if json.Unmarshal(m.Text, &assets) != nil {
		return
	}
	for key, library := range assets.Libraries {
		if name, version, found := strings.Cut(key, "/"); found && library.Type != "project" {
			l.addNuGet(name, version, "")
		}
	}
}

func readSDKs(m Manifest, l *list) {
	var file struct {
		SDKs map[string]string `json:"msbuild-sdks"`
	}
	if sections(m.Text, &file) {
		for name, version := range file.SDKs {
			l.addNuGet(name, version, "dev")
		}
	}
}

func readTools(m Manifest, l *list) {
	var file struct {
		Tools map[string]struct{ Version string }
	}
	if sections(m.Text, &file) {
		for name, tool := range file.Tools {
			l.addNuGet(name, tool.Version, "dev")
		}
	}
}

var (
	directive = lazy.Pattern(`(?mi)^\s*#(?:r|i)\s+"nuget:\s*([\w.-]+)(?:\s*,\s*([^"\s]+))?\s*"`)
	cakeAddIn = lazy.Pattern(`(?mi)^\s*#(?:addin|tool|module|load)\s+"?nuget:[^"\s?]*\?([^"\s]+)"?`)
	linqQuery = lazy.Pattern(`(?i)<NuGetReference(?:\s+Version="([^"]+)")?[^>]*>([\w.-]+)</NuGetReference>`)
)

// readDirectives reads what scripts of .NET load.
func readDirectives(m Manifest, l *list) {
	for _, match := range directive().FindAllSubmatch(m.Text, -1) {
		l.addNuGet(string(match[1]), string(match[2]), "")
	}
	for _, match := range cakeAddIn().FindAllSubmatch(m.Text, -1) {
		fields := map[string]string{}
		for part := range strings.SplitSeq(string(match[1]), "&") {
			key, value, _ := strings.Cut(part, "=")
			fields[strings.ToLower(key)] = value
		}
		l.addNuGet(fields["package"], fields["version"], "dev")
	}
	for _, match := range linqQuery().FindAllSubmatch(m.Text, -1) {
		l.addNuGet(string(match[2]), string(match[1]), "")
	}
}
