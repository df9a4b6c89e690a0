package osv

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/packagesconfig"
	"github.com/google/osv-scalibr/extractor/filesystem/language/golang/gomod"
	"github.com/google/osv-scalibr/extractor/filesystem/language/haskell/cabal"
	"github.com/google/osv-scalibr/extractor/filesystem/language/haskell/stacklock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/gradlelockfile"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/pomxml"
	"github.com/google/osv-scalibr/extractor/filesystem/language/ruby/gemfilelock"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/cdx"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/spdx"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

// alias lets an extractor read manifests under other names that their ecosystem uses.
type alias struct {
	filesystem.Extractor
	as       string // the name for which the extractor asks
	sign     string // what stands in such a file, where its name is not enough
	patterns []manifest.Pattern
}

// FileRequired implements filesystem.Extractor.
func (a alias) FileRequired(api filesystem.FileAPI) bool {
	name := strings.ToLower(api.Path())
	return !hasOwnReader(path.Base(name)) && slices.ContainsFunc(a.patterns, func(m manifest.Pattern) bool { return m.Matches(name) })
}

// hasOwnReader reports a name, in lower case, that an extractor takes as it is.
func hasOwnReader(base string) bool {
	return isSBOMName(base) || strings.HasSuffix(base, "buildscript-gradle.lockfile")
}

// underAlias gives the input under the name for which an extractor asks. It is false for a
// file that only bears a name like one.
func underAlias(e filesystem.Extractor, input *filesystem.ScanInput, text []byte) (*filesystem.ScanInput, bool) {
	a, ok := e.(alias)
	if !ok {
		return input, true
	}
	copied := *input
	copied.Path = path.Join(path.Dir(input.Path), a.as)
	return &copied, a.sign == "" || bytes.Contains(text, []byte(a.sign))
}

// oldGradleLock gives a lockfile of one configuration, as Gradle wrote them before 7, the
// form of later ones: each line says by which configurations it is used.
func oldGradleLock(name string, text []byte) []byte {
	if path.Base(path.Dir(name)) != "dependency-locks" {
		return text
	}
	var whole []byte
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && !bytes.ContainsRune(line, '=') {
			line = append(bytes.Clone(line), '=')
		}
		whole = append(append(whole, line...), '\n')
	}
	return whole
}

// underOwnName says of packages where they stand, whatever location their extractor was given.
func underOwnName(found inventory.Inventory, given, name string) {
	for _, p := range found.Packages {
		for i, location := range p.Locations {
			if location == given {
				p.Locations[i] = name
			}
		}
	}
}

// aliasRow is an extractor, the name for which it asks, and other names.
type aliasRow struct {
	create             func(*cpb.PluginConfig) (filesystem.Extractor, error)
	as, sign, patterns string
}

// aliasRows are the names under which manifests are read beside those that extractors know.
func aliasRows() []aliasRow {
	return []aliasRow{
		{gemfilelock.New, "Gemfile.lock", "", "*.gemfile.lock gemfile.*.lock gemfile-*.lock gemfile_*.lock"},
		{gomod.New, "go.mod", "module ", "tools.mod *.tools.mod *.go.mod go.*.mod"},
		{gradlelockfile.New, "gradle.lockfile", "", "dependency-locks/*.lockfile *-gradle.lockfile"},
		{packagesconfig.New, "packages.config", "", "packages.*.config"},
		{pomxml.New, "pom.xml", "", "pom-*.xml pom_*.xml *-pom.xml *.pom.xml"},
		{pomxml.New, "pom.xml", "<project", "pom.*.xml"},
		{locks.NewPnpm, "pnpm-lock.yaml", "", "pnpm-lock.*.yaml"},
		{cabal.New, "cabal.project.freeze", "", "cabal.*.freeze cabal-*.freeze"},
		{stacklock.New, "stack.yaml.lock", "", "stack-*.yaml.lock stack_*.yaml.lock"},
		{cdx.New, "alias.cdx.json", `"bomFormat"`, "*sbom*.json *cyclonedx*.json *bom.json *cdx*.json *bill*materials*.json"},
		{cdx.New, "alias.cdx.xml", "cyclonedx.org/schema/bom", "*sbom*.xml *cyclonedx*.xml *bom.xml"},
		{spdx.New, "alias.spdx.json", `"spdxVersion"`, "*sbom*.json *spdx*.json *bill*materials*.json"},
		{spdx.New, "alias.spdx.yml", "spdxVersion:", "*sbom*.yml *sbom*.yaml"},
		{spdx.New, "alias.spdx", "SPDXVersion:", "*sbom*.txt"},
	}
}

func aliases() ([]filesystem.Extractor, error) {
	var list []filesystem.Extractor
	for _, row := range aliasRows() {
		extractor, err := row.create(&cpb.PluginConfig{})
		if err != nil {
			return nil, fmt.Errorf("prepare an extractor of osv-scalibr: %w", err)
		}
		a := alias{extractor, row.as, row.sign, nil}
		for pattern := range strings.FieldsSeq(row.patterns) {
			a.patterns = append(a.patterns, manifest.NewPattern(pattern, 0))
		}
		list = append(list, a)
	}
	return list, nil
}

// mayBeAlias reports a path that may be a manifest under another name: it spares nearly all
// files the patterns.
func (s *Scanner) mayBeAlias(name string) bool {
	lower := strings.ToLower(name)
	return !hasOwnReader(path.Base(lower)) && slices.ContainsFunc(s.aliases[path.Ext(lower)], func(m manifest.Pattern) bool { return m.Matches(lower) })
}

// aliasesByEnding are the patterns of all aliases.
func aliasesByEnding() map[string][]manifest.Pattern {
	byEnding := map[string][]manifest.Pattern{}
	for _, row := range aliasRows() {
		for pattern := range strings.FieldsSeq(row.patterns) {
			byEnding[path.Ext(pattern)] = append(byEnding[path.Ext(pattern)], manifest.NewPattern(pattern, 0))
		}
	}
	return byEnding
}
