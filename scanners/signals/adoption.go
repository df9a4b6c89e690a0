package signals

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// scanAdoption measures what the files tell of use: who is named in a list of adopters, how
// many languages the program speaks, and whether it is made for others to install.
func scanAdoption(out *measureSet, files *tree, all []gitrepo.File) {
	scanAdopters(out, files)
	languages := map[string]bool{}
	deployable := ""
	for _, file := range all {
		folders := strings.Split(strings.ToLower(path.Dir(file.Path)), "/")
		if slices.ContainsFunc(folders, isOthers) {
			continue
		}
		if code := languageOf(file.Path); code != "" {
			languages[code] = true
		}
		if deployable == "" && len(folders) <= 3 && deploys(path.Base(file.Path)) {
			deployable = file.Path
		}
	}
	out.measured(observation.AdoptionLanguages, len(languages), files.source)
	setPresence(out.measured(observation.AdoptionDeployable, false, files.source), deployable)
}

// isOthers reports a folder of others' files, or of files for tests.
func isOthers(folder string) bool {
	return slices.Contains(foreignFolders, folder) && folder != "docs" && folder != "doc" && folder != "website"
}

// adoptersKind are lists of those who use a program. A file USERS counts in the root alone:
// elsewhere it is a manual.
var (
	adoptersKind = fileKind{conventionalFolders, document("adopters", "adoption", "who_uses", "who-uses", "whouses", "used_by", "used-by", "usedby",
		"in_the_wild", "in-the-wild", "inthewild")}
	usersKind = fileKind{root, document("users")}
)

func scanAdopters(out *measureSet, files *tree) {
	const id = observation.AdoptionAdopters
	found := append(files.of(adoptersKind), files.of(usersKind)...)
	if len(found) == 0 {
		out.measured(id, 0, files.source).Detail = "there is no ADOPTERS or USERS file"
		return
	}
	most := 0
	for _, file := range found[:min(len(found), maxGovernance)] {
		data, err := files.read(file)
		if err != nil {
			out.unreadable(id, err)
			return
		}
		most = max(most, countEntries(string(data)))
	}
	out.measured(id, most, found[0])
}

// entryPattern is an entry of a list or a row of a table that begins with a name: a link,
// bold letters or a capital.
var entryPattern = lazy.Pattern(`^\s{0,3}(?:[-*+]|\d{1,3}[.)]|\|)\s*(?:\[[^\]]|\*\*|<a |!\[|\p{Lu})`)

// countEntries counts them. The head of a table is none.
func countEntries(text string) int {
	entries, last := 0, ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimLeft(line, " |:"), "--") && strings.Contains(line, "|") && strings.HasPrefix(strings.TrimSpace(last), "|") {
			entries-- // the line before was the head
		}
		if entryPattern().MatchString(line) {
			entries++
		}
		last = line
	}
	return max(entries, 0)
}

// translationFolders hold a file or a folder for each language.
var translationFolders = strings.Fields("locale locales _locales i18n l10n lang langs languages translations translation po messages intl")

// Names of files that carry their language: gettext, Java's bundles, Android's resources,
// Apple's and XLIFF.
var (
	languageName   = lazy.Pattern(`^[a-z]{2,3}(?:[_-][a-z]{2,4})?$`)
	bundleName     = lazy.Pattern(`^[a-z0-9.-]*(?:messages|labels|strings|bundle|translations?|resources?|app|intl)[a-z0-9.-]*?[_.-]([a-z]{2,3}(?:[_-][a-z]{2,4})?)\.(?:properties|xlf|xliff|arb|json|yml|yaml|po|ts|resx)$`)
	androidFolder  = lazy.Pattern(`(?:^|/)values-([a-z]{2,3})(?:-r[a-z]{2})?/strings\.xml$`)
	appleFolder    = lazy.Pattern(`(?:^|/)([a-z]{2,3}(?:-[a-z]{2,4})?)\.lproj/`)
	translationEnd = strings.Fields(".json .yml .yaml .po .properties .php .js .ts .xml .xlf .xliff .arb .ini .toml .csv .ftl .resx .mo .strings")
)

// codeIn is the language that a pattern finds in the name of a file, "" where the name lacks
// the part, as nearly all names of a tree do.
func codeIn(file, part string, pattern func() *regexp.Regexp) string {
	if !strings.Contains(file, part) {
		return ""
	}
	if m := pattern().FindStringSubmatch(file); m != nil {
		return baseLanguage(m[1])
	}
	return ""
}

// languageOf is the language for which a file holds texts ("fr"), "" where it is none.
func languageOf(file string) string {
	file = strings.ToLower(file)
	if code := cmp.Or(codeIn(file, "/strings.xml", androidFolder), codeIn(file, ".lproj/", appleFolder)); code != "" {
		return code
	}
	base := path.Base(file)
	ending := path.Ext(base)
	if !slices.Contains(translationEnd, ending) {
		return ""
	}
	if m := bundleName().FindStringSubmatch(base); m != nil {
		return baseLanguage(m[1])
	}
	if stem := strings.TrimSuffix(base, ending); ending == ".po" && languageName().MatchString(stem) {
		return baseLanguage(stem)
	}
	parts := append(strings.Split(path.Dir(file), "/"), strings.TrimSuffix(base, ending))
	for i, folder := range parts[:len(parts)-1] {
		if slices.Contains(translationFolders, folder) && languageName().MatchString(parts[i+1]) {
			return baseLanguage(parts[i+1])
		}
	}
	return ""
}

// notesForTranslators is MediaWiki's word in the place of a language.
const notesForTranslators = "qqq"

// baseLanguage is the language of a tag without its region, "" of what is none.
func baseLanguage(tag string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	base, err := language.ParseBase(first)
	if err != nil || first == notesForTranslators {
		return ""
	}
	return base.String()
}

// deploys reports a file by which others install or run a program: an image, a chart, a
// recipe of a platform or of a shop.
func deploys(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "dockerfile", "containerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "chart.yaml", "helmfile.yaml",
		"procfile", "app.json", "fly.toml", "snapcraft.yaml", "kustomization.yaml", "kustomization.yml", "fastfile", "charmcraft.yaml":
		return true
	}
	return strings.HasPrefix(name, "dockerfile.") || strings.HasSuffix(name, ".dockerfile") || strings.HasSuffix(name, ".flatpak.yml")
}

// publishing are the ecosystems in which a manifest with a name, and not private, is made
// for a registry. A go.mod and a pom.xml name every program.
var publishing = []string{"npm", "PyPI", "Packagist", "crates.io", "RubyGems"}

// writeOffered counts the packages that are made for a registry.
func writeOffered(out *measureSet, named *observation.Measure) {
	names, known := named.List()
	if !known {
		out.unknown(observation.AdoptionPackages, named.Cause, named.Detail)
		return
	}
	offered := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		ecosystem, _, _ := strings.Cut(name, ":")
		return !slices.Contains(publishing, ecosystem)
	})
	m := out.measured(observation.AdoptionPackages, len(offered), named.Source)
	m.Bound = named.Bound
	if len(offered) > 0 {
		m.Detail = fmt.Sprintf("the first is %s", offered[0])
	}
}
