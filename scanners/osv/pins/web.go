package pins

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
)

const (
	npm       = "npm"
	packagist = "Packagist"
	pub       = "Pub"
)

func webNames() map[string]reader {
	return map[string]reader{
		"package.json": readPackageJSON, "package.json5": readPackageJSON, "bower.json": readBower, "component.json": readBower,
		"shrinkwrap.yaml": readShrinkwrap, "deno.lock": readDenoLock, "jspm.config.js": readAddresses, "jspm.json": readAddresses,
		"deno.json": readAddresses, "deno.jsonc": readAddresses, "import_map.json": readAddresses, "importmap.json": readAddresses,
		"importmap.rb": readImportmapRuby, "libman.json": readLibman, "package.js": readMeteor,
		"composer.json": readComposer, "pubspec.yaml": readPubspec, "pubspec_overrides.yaml": readPubspec,
		"pnpm-workspace.yaml": readCatalogs, "package.yaml": readPackageYAML, "package.yml": readPackageYAML,
	}
}

// readCatalogs reads the versions that members of a workspace of pnpm share (pnpm.io,
// catalogs).
func readCatalogs(m Manifest, l *list) {
	var workspace struct {
		Catalog  map[string]string            `yaml:"catalog"`
		Catalogs map[string]map[string]string `yaml:"catalogs"`
	}
	if yaml.Unmarshal(m.Text, &workspace) != nil {
		return
	}
	for _, catalog := range append(slices.Collect(maps.Values(workspace.Catalogs)), workspace.Catalog) {
		for name, constraint := range catalog {
			l.add("npm", name, wholeVersion(constraint), "")
		}
	}
}

func webPattern(_, base string) reader {
	if strings.HasSuffix(base, ".min.js") {
		return readScript
	}
	return nil
}

// sections reads the objects of a manifest in JSON, or in JSON with comments, that map names
// to constraints.
func sections(text []byte, into any) bool {
	if json.Unmarshal(text, into) == nil {
		return true
	}
	// JSON5 without its comments is YAML, for what a manifest holds.
	return yaml.Unmarshal(bytes.ReplaceAll(likeC.blank(text), []byte("\t"), []byte("  ")), into) == nil
}

// groupOf tells what a section of npm, Composer or Pub is for.
func groupOf(section string) string {
	switch section {
	case "devDependencies", "require-dev", "dev_dependencies", "development_dependencies":
		return "dev"
	case "optionalDependencies":
		return "optional"
	}
	return ""
}

func readPackageJSON(m Manifest, l *list) {
	var manifest map[string]any
	if !sections(m.Text, &manifest) {
		return
	}
	for _, section := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
		table, _ := manifest[section].(map[string]any)
		for name, value := range table {
			constraint, _ := value.(string)
			l.addNPM(name, constraint, groupOf(section))
		}
	}
}

// addNPM adds a package of npm by its constraint, or the one that stands behind an alias.
func (l *list) addNPM(name, constraint, group string) {
	for _, local := range []string{"file:", "link:", "workspace:", "portal:", "./", "../", "~/"} {
		if strings.HasPrefix(constraint, local) {
			return
		}
	}
	if target, found := strings.CutPrefix(constraint, "npm:"); found {
		if at := strings.LastIndexByte(target, '@'); at > 0 {
			name, constraint = target[:at], target[at+1:]
		} else if strings.Contains(target, "/") || target != "" && !strings.ContainsAny(target[:1], "0123456789^~=<>*") {
			name, constraint = target, ""
		} else {
			constraint = target
		}
	}
	l.add(npm, name, wholeVersion(constraint), group)
}

// wellKnown are libraries that bear one name in npm, Bower and on the hosts of scripts, by
// other names that they have there.
var wellKnown = strings.Fields(`angular axios backbone bootstrap bootstrap-select chart.js ckeditor d3 dompurify ember handlebars highlight.js jquery jquery-migrate
jquery-mobile jquery-ui jquery-validation jszip knockout lodash marked mathjax moment mustache pdfjs-dist prismjs react react-dom requirejs select2 sweetalert2
three tinymce toastr underscore video.js vue`)

var otherNamesOf = map[string]string{
	"twitter-bootstrap": "bootstrap", "angular.js": "angular", "angularjs": "angular", "lodash.js": "lodash", "moment.js": "moment",
	"underscore.js": "underscore", "backbone.js": "backbone", "handlebars.js": "handlebars", "mustache.js": "mustache", "ember.js": "ember",
	"jquery.ui": "jquery-ui", "jqueryui": "jquery-ui", "jquery.migrate": "jquery-migrate", "jquery.validate": "jquery-validation", "d3.js": "d3",
	"jquery-validate": "jquery-validation", "vue.js": "vue", "three.js": "three", "require.js": "requirejs", "chart": "chart.js", "highlight": "highlight.js",
}

// nameInNPM is the name of a well-known library in npm, "" of others.
func nameInNPM(name string) string {
	name = strings.ToLower(name)
	if other := otherNamesOf[name]; other != "" {
		return other
	}
	for _, known := range wellKnown {
		if known == name {
			return known
		}
	}
	return ""
}

// readBower reads a bower.json. Bower has a registry of its own; libraries that everybody
// knows are the same in npm.
func readBower(m Manifest, l *list) {
	var manifest map[string]any
	if !sections(m.Text, &manifest) {
		return
	}
	for _, section := range []string{"dependencies", "devDependencies"} {
		table, _ := manifest[section].(map[string]any)
		for name, value := range table {
			constraint, _ := value.(string)
			if from, tag, found := strings.Cut(constraint, "#"); found { // "jquery#1.8.3"
				name, constraint = path.Base(from), tag
			}
			if known := nameInNPM(name); known != "" {
				l.add(npm, known, wholeVersion(constraint), groupOf(section))
			}
		}
	}
}

// readShrinkwrap reads the lockfile of pnpm before its version 3.
func readShrinkwrap(m Manifest, l *list) {
	var lock struct {
		Packages map[string]any `yaml:"packages"`
	}
	if yaml.Unmarshal(m.Text, &lock) != nil {
		return
	}
	for key := range lock.Packages {
		if name, version, ok := cutLast(strings.TrimPrefix(key, "/"), "/"); ok && strings.HasPrefix(key, "/") {
			version, _, _ = strings.Cut(version, "_")
			l.add(npm, name, wholeVersion(version), "")
		}
	}
}

func cutLast(text, sep string) (before, after string, found bool) {
	at := strings.LastIndex(text, sep)
	if at <= 0 {
		return "", "", false
	}
	return text[:at], text[at+len(sep):], true
}

// readDenoLock reads the packages of npm that a deno.lock lists, in the forms that it had.
func readDenoLock(m Manifest, l *list) {
	type entries map[string]json.RawMessage
	var lock struct {
		NPM      entries `json:"npm"`
		Packages struct {
			NPM entries `json:"npm"`
		} `json:"packages"`
		Remote map[string]any `json:"remote"`
	}
	if json.Unmarshal(m.Text, &lock) != nil {
		return
	}
	all := []entries{lock.NPM, lock.Packages.NPM}
	var inner entries
	if json.Unmarshal(lock.NPM["packages"], &inner) == nil {
		all = append(all, inner)
	}
	for _, group := range all {
		for key := range group {
			if at := strings.IndexByte(key[min(1, len(key)):], '@'); at >= 0 {
				version, _, _ := strings.Cut(key[at+2:], "_")
				l.add(npm, key[:at+1], wholeVersion(version), "")
			}
		}
	}
	for address := range lock.Remote {
		l.addAddresses([]byte(address))
	}
}

// npmAddress is a package of npm in an address: "npm:lodash@4.17.20", "https://esm.sh/lodash@4.17.20".
var npmAddress = lazy.Pattern(`(?:\bnpm:/?|//(?:esm\.sh|esm\.run|unpkg\.com|cdn\.skypack\.dev|[\w.-]+/npm)/(?:v\d+/)?)((?:@[\w.-]+/)?[\w][\w.-]*)@([^"'\s/?#,]+)`)

// addAddresses adds the packages of npm that are named by addresses.
func (l *list) addAddresses(text []byte) {
	for _, match := range npmAddress().FindAllSubmatch(text, -1) {
		l.add(npm, string(match[1]), wholeVersion(string(match[2])), "")
	}
	for _, match := range cdnjs().FindAllSubmatch(text, -1) {
		l.add(npm, nameInNPM(string(match[1])), wholeVersion(string(match[2])), "")
	}
}

// cdnjs is a library at a version on a host that has names of its own.
var cdnjs = lazy.Pattern(`/ajax/libs/([\w.-]+)/(\d+\.\d+\.\d+[\w.-]*)/`)

// readAddresses reads import maps, and configurations that hold one.
func readAddresses(m Manifest, l *list) { l.addAddresses(likeC.blank(m.Text)) }

var importmapPin = lazy.Pattern(`(?m)^\s*pin\s*\(?\s*["']([^"']+)["'](.*)$`)
var importmapVersion = lazy.Pattern(`#\s*@(\d+\.\d+\.\d+[\w.+-]*)`)

// readImportmapRuby reads the pins of Rails: an address, or a copied package whose version
// stands behind it.
func readImportmapRuby(m Manifest, l *list) {
	l.addAddresses(likeRuby.blank(m.Text))
	for _, match := range importmapPin().FindAllSubmatch(m.Text, -1) {
		if version := importmapVersion().FindSubmatch(match[2]); version != nil && !bytes.Contains(match[2], []byte("://")) {
			l.add(npm, string(match[1]), string(version[1]), "")
		}
	}
}

// readLibman reads a libman.json. cdnjs has names of its own, the other providers npm's.
func readLibman(m Manifest, l *list) {
	var manifest struct {
		DefaultProvider string
		Libraries       []struct{ Library, Name, Version, Provider string }
	}
	if !sections(bytes.TrimPrefix(m.Text, []byte("\ufeff")), &manifest) {
		return
	}
	for _, library := range manifest.Libraries {
		name, version, found := cutLast(library.Library, "@")
		if !found {
			name, version = library.Library+library.Name, library.Version
		}
		provider := library.Provider
		if provider == "" {
			provider = manifest.DefaultProvider
		}
		if provider != "unpkg" && provider != "jsdelivr" {
			name = nameInNPM(name)
		}
		l.add(npm, name, wholeVersion(version), "")
	}
}

var meteorEntry = lazy.Pattern(`["']?((?:@[\w.-]+/)?[\w.-]+)["']?\s*:\s*["'](\d[^"']*)["']`)

// readMeteor reads the packages of npm that a package of Meteor names.
func readMeteor(m Manifest, l *list) {
	text := likeC.blank(m.Text)
	at := bytes.Index(text, []byte("Npm.depends"))
	if at < 0 {
		return
	}
	open := bytes.IndexByte(text[at:], '(')
	if open < 0 {
		return
	}
	for _, match := range meteorEntry().FindAllSubmatch(likeC.enclosed(text[at+open:]), -1) {
		l.add(npm, string(match[1]), wholeVersion(string(match[2])), "")
	}
}

var composerVersion = lazy.Pattern(`^v?\d+(?:\.\d+){0,3}(?:[-.]?(?:alpha|beta|a|b|rc|RC|p|pl|patch)[.-]?\d*)?$`)

func readComposer(m Manifest, l *list) {
	var manifest map[string]any
	if !sections(m.Text, &manifest) {
		return
	}
	for _, section := range []string{"require", "require-dev"} {
		table, _ := manifest[section].(map[string]any)
		for name, value := range table {
			constraint, _ := value.(string)
			constraint, _, _ = strings.Cut(strings.TrimLeft(strings.TrimSpace(constraint), "= "), "@")
			if !composerVersion().MatchString(constraint) {
				constraint = ""
			}
			if strings.Contains(name, "/") { // else it is of the platform
				l.add(packagist, strings.ToLower(name), constraint, groupOf(section))
			}
		}
	}
}

func readPubspec(m Manifest, l *list) {
	var manifest map[string]any
	if yaml.Unmarshal(m.Text, &manifest) != nil {
		return
	}
	for _, section := range []string{"dependencies", "dev_dependencies", "dependency_overrides"} {
		table, _ := manifest[section].(map[string]any)
		for name, value := range table {
			constraint, _ := value.(string)
			entry, isTable := value.(map[string]any)
			if isTable {
				if entry["sdk"] != nil || entry["path"] != nil {
					continue
				}
				constraint, _ = entry["version"].(string)
			}
			l.add(pub, name, wholeVersion(constraint), groupOf(section))
		}
	}
}

// readPackageYAML reads a package.json in YAML, or the one of Haskell's hpack, in which
// dependencies are a list.
func readPackageYAML(m Manifest, l *list) {
	var manifest map[string]any
	if yaml.Unmarshal(m.Text, &manifest) != nil {
		return
	}
	if _, isTable := manifest["dependencies"].(map[string]any); isTable || manifest["devDependencies"] != nil {
		readPackageJSON(m, l)
		return
	}
	l.addHpack(manifest, "", 0)
}

var (
	scriptBanner = lazy.Pattern(`(?i)^[\s;]*/\*[!*]?[\s*]*(?:@(?:license|name|preserve)\s+)?([a-z][a-z.]*(?:[ -](?:ui|migrate|validation|dom|mobile))?)(?:\.js)?` +
		`(?:\s+(?:JavaScript Library|compressed|-))*[\s,(]+v?(\d+\.\d+\.\d+)\b`)
	scriptName = lazy.Pattern(`^([a-z][\w.-]*?)[-.]v?(\d+\.\d+\.\d+)(?:[.-](?:slim|pack|prod|production|development|core|custom))*\.min\.js$`)
)

// readScript tells the library in a minified script by its head or by its name, where
// everybody knows it.
func readScript(m Manifest, l *list) {
	name, version := "", ""
	if match := scriptBanner().FindSubmatch(m.Text[:min(len(m.Text), 500)]); match != nil {
		name, version = nameInNPM(strings.ReplaceAll(string(match[1]), " ", "-")), string(match[2])
	} else if match := scriptName().FindStringSubmatch(strings.ToLower(path.Base(m.Path))); match != nil {
		name, version = nameInNPM(match[1]), match[2]
	}
	l.add(npm, name, version, "")
}
