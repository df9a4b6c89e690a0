package locks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/pnpmlock"
	"github.com/google/osv-scalibr/inventory"
	"github.com/google/osv-scalibr/purl"
	"go.yaml.in/yaml/v3"
)

// pnpmExtractor reads a pnpm-lock.yaml in place of osv-scalibr's extractor, which reads
// the first document only and no groups of version 9.
type pnpmExtractor struct{ filesystem.Extractor }

// NewPnpm prepares the extractor.
func NewPnpm(config *cpb.PluginConfig) (filesystem.Extractor, error) {
	inner, err := pnpmlock.New(config)
	return pnpmExtractor{inner}, err
}

// pnpmLock is a pnpm-lock.yaml. Up to version 6 a project that is no workspace stands at
// the top.
type pnpmLock struct {
	Version     string                 `yaml:"lockfileVersion"`
	Importers   map[string]pnpmProject `yaml:"importers"`
	pnpmProject `yaml:",inline"`
	Packages    map[string]pnpmPackage  `yaml:"packages"`
	Snapshots   map[string]pnpmSnapshot `yaml:"snapshots"` // since version 9
}

type pnpmProject struct {
	Dependencies map[string]pnpmReference `yaml:"dependencies"`
	Optional     map[string]pnpmReference `yaml:"optionalDependencies"`
	Dev          map[string]pnpmReference `yaml:"devDependencies"`
}

// pnpmReference is the version to which a project's dependency was resolved.
type pnpmReference string

// UnmarshalYAML reads "1.0.0", and {specifier: ^1, version: 1.0.0}.
func (r *pnpmReference) UnmarshalYAML(value *yaml.Node) error {
	if value.Kind == yaml.ScalarNode {
		*r = pnpmReference(value.Value)
		return nil
	}
	var both struct{ Version string }
	err := value.Decode(&both)
	*r = pnpmReference(both.Version)
	return err
}

type pnpmPackage struct {
	Resolution struct {
		Commit string `yaml:"commit"`
		Type   string `yaml:"type"`
	} `yaml:"resolution"`
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	Dev     bool   `yaml:"dev"`
}

type pnpmSnapshot struct {
	Dependencies map[string]string `yaml:"dependencies"`
	Optional     map[string]string `yaml:"optionalDependencies"`
}

// Extract implements filesystem.Extractor.
func (e pnpmExtractor) Extract(_ context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	lock, err := lastYAML[pnpmLock](input.Reader)
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("could not extract: %w", err)
	}
	number := 0.0
	if lock.Version != "" || len(lock.Packages) > 0 {
		if number, err = strconv.ParseFloat(lock.Version, 64); err != nil {
			return inventory.Inventory{}, fmt.Errorf("could not extract: %w", err)
		}
	}
	found := lock.uses(number)
	var packages []*extractor.Package
	var broken []error
	for key, entry := range lock.Packages {
		name, version, err := pnpmNameVersion(key, number)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		name, version = cmp.Or(entry.Name, name), cmp.Or(entry.Version, version)
		if name == "" || version == "" {
			continue
		}
		says := Stated{relation: found.relation(pnpmNode(key))}
		switch {
		case len(found.named) == 0:
			says.relation = unstated
		case number < 9: // each package says itself whether it is for development
			says.relation &= direct | transitive
		}
		if entry.Dev {
			says.groups = []string{developmentGroup}
		}
		if entry.Resolution.Type == "directory" {
			says.relation = own
		}
		packages = append(packages, &extractor.Package{
			Name: name, Version: version, PURLType: purl.TypeNPM, Locations: []string{input.Path}, Metadata: says,
			SourceCode: &extractor.SourceCodeIdentifier{Commit: entry.Resolution.Commit},
		})
	}
	return inventory.Inventory{Packages: packages}, errors.Join(broken...)
}

// lastYAML reads the last document that is not empty: the one before it, which pnpm 11
// writes, is about the package manager itself.
func lastYAML[T any](text io.Reader) (last T, err error) {
	for decoder := yaml.NewDecoder(text); ; {
		var next *T
		switch err := decoder.Decode(&next); {
		case errors.Is(err, io.EOF):
			return last, nil
		case err != nil:
			return *new(T), err
		case next != nil:
			last = *next
		}
	}
}

// pnpmNode is a key of packages without what is no part of it in snapshots and importers:
// the peers, and the slash of version 6.
func pnpmNode(key string) string {
	key, _, _ = strings.Cut(key, "(")
	return strings.TrimPrefix(key, "/")
}

// uses are those of the packages, by pnpmNode.
func (l pnpmLock) uses(version float64) uses {
	graph := dependencyGraph{}
	for key, s := range l.Snapshots {
		node := pnpmNode(key)
		for _, list := range []map[string]string{s.Dependencies, s.Optional} {
			for name, reference := range list {
				graph[node] = append(graph[node], pnpmTargets(name, reference, version)...)
			}
		}
	}
	var from roots
	for _, project := range append(slices.Collect(maps.Values(l.Importers)), l.pnpmProject) {
		for name, reference := range project.Dependencies {
			from.add("", pnpmTargets(name, string(reference), version)...)
		}
		for name, reference := range project.Optional {
			from.add("", pnpmTargets(name, string(reference), version)...)
		}
		for name, reference := range project.Dev {
			from.add(developmentGroup, pnpmTargets(name, string(reference), version)...)
		}
	}
	return graph.usesOf(from)
}

// pnpmTargets are the nodes that a reference may mean: a version, or the key of another
// name.
func pnpmTargets(name, reference string, version float64) []string {
	reference = pnpmNode(reference)
	if version < 6 {
		plain, _, _ := strings.Cut(reference, "_")
		return []string{name + "/" + reference, name + "/" + plain, reference}
	}
	return []string{name + "@" + reference, reference}
}

// pnpmNameVersion takes name and version from a key of packages, as osv-scalibr does:
// "/name/1.0.0_peer", "/name@1.0.0(peer)", "name@1.0.0". Keys of folders hold neither.
func pnpmNameVersion(key string, lockVersion float64) (name, version string, err error) {
	if strings.HasPrefix(key, "file:") {
		return "", "", nil
	}
	if lockVersion >= 9 {
		name, version = cutNpmSpec(strings.Trim(key, "'"))
		return name, version, nil
	}
	if lockVersion >= 6 { // a peer may have a scope, whose slash is none of the key
		key, _, _ = strings.Cut(key, "(")
	}
	parts := strings.Split(key, "/")
	if len(parts) < 2 {
		return "", "", fmt.Errorf("invalid dependency path: %v", key)
	}
	parts = parts[1:]
	if name = parts[0]; strings.HasPrefix(name, "@") {
		scoped := min(2, len(parts))
		name, parts = path.Join(parts[:scoped]...), parts[scoped-1:]
	}
	if parts = parts[1:]; len(parts) > 0 {
		version = parts[0]
	}
	if version == "" {
		name, version = cutNpmSpec(name)
	}
	if version == "" || version[0] < '0' || version[0] > '9' {
		return "", "", nil
	}
	version, _, _ = strings.Cut(version, "_")
	return name, version, nil
}
