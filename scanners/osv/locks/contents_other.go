package locks

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/nesting"
	"github.com/midspan/midspan/internal/observation"
)

// cargoContents reads a Cargo.lock: "name" where there is one version of it, or
// "name version". Its first version has checksums in a table of their own.
func cargoContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Package []struct {
			Name, Version, Source, Checksum string
			Dependencies                    []string
		} `toml:"package"`
		Metadata map[string]any `toml:"metadata"`
	}
	if !dir.decode(manifest, nesting.DecodeTOML, &lock) {
		return nil
	}
	index := oneOf{}
	for _, p := range lock.Package {
		at := observation.NameVersion{Name: p.Name, Version: p.Version}
		index.add(p.Name, at)
		index.add(p.Name+" "+p.Version, at)
	}
	var packages []observation.Locked
	for _, entry := range lock.Package {
		if entry.Source == "" {
			continue // it is the repository's own
		}
		p := observation.Locked{Name: entry.Name, Version: entry.Version}
		if entry.Checksum == "" {
			entry.Checksum, _ = lock.Metadata["checksum "+entry.Name+" "+entry.Version+" ("+entry.Source+")"].(string)
		}
		p.Files = fileOf("", string(observation.SHA256), entry.Checksum)
		n := newNeeder()
		for _, need := range entry.Dependencies {
			fields := strings.Fields(need)
			n.add(index.find(strings.Join(fields[:min(2, len(fields))], " ")))
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}

// composerPackage is a package of a composer.lock.
type composerPackage struct {
	Name, Version             string
	Require, Provide, Replace composerTable
	Dist                      struct{ Type, Shasum string }
	License                   composerLicenses
}

// composerTable is a table of names; PHP writes an empty one as a list.
type composerTable map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (t *composerTable) UnmarshalJSON(data []byte) error {
	var table map[string]string
	if json.Unmarshal(data, &table) == nil {
		*t = table
	}
	return nil
}

// composerLicenses is one licence, or a list from which the user may choose
// (https://getcomposer.org/doc/04-schema.md#license).
type composerLicenses []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *composerLicenses) UnmarshalJSON(data []byte) error {
	var one string
	var list []string
	if json.Unmarshal(data, &list) == nil {
		*l = list
	} else if json.Unmarshal(data, &one) == nil && one != "" {
		*l = []string{one}
	}
	return nil
}

// composerContents reads a composer.lock. A package may stand for others that it provides
// or replaces. Names without a slash are those of PHP itself and its extensions.
func composerContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Packages    []composerPackage `json:"packages"`
		PackagesDev []composerPackage `json:"packages-dev"`
	}
	if !dir.decode(manifest, json.Unmarshal, &lock) {
		return nil
	}
	all := append(lock.Packages, lock.PackagesDev...)
	names, instead := oneOf{}, oneOf{}
	for _, p := range all {
		at := observation.NameVersion{Name: p.Name, Version: p.Version}
		names.add(strings.ToLower(p.Name), at)
		for _, table := range []composerTable{p.Provide, p.Replace} {
			for name := range table {
				instead.add(strings.ToLower(name), at)
			}
		}
	}
	var packages []observation.Locked
	for _, entry := range all {
		p := observation.Locked{Name: entry.Name, Version: entry.Version, Licenses: entry.License,
			Files: fileOf("", string(observation.SHA1), entry.Dist.Shasum)}
		n := newNeeder()
		for need := range entry.Require {
			if need = strings.ToLower(need); !strings.Contains(need, "/") {
				continue
			}
			found, ok := names.find(need)
			if !ok {
				found, ok = instead.find(need)
			}
			n.add(found, ok)
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}

// goContents reads the go.sum beside a go.mod. What it holds is a hash of the names and
// hashes of all files of a module (golang.org/x/mod/sumdb/dirhash), and of no file.
func goContents(dir folder, _ string) []observation.Locked {
	data, ok := dir.read("go.sum")
	if !ok {
		return nil
	}
	var packages []observation.Locked
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || strings.HasSuffix(fields[1], "/go.mod") || !strings.HasPrefix(fields[2], "h1:") {
			continue
		}
		packages = append(packages, observation.Locked{Name: fields[0], Version: strings.TrimPrefix(fields[1], "v"), Digest: "go.sum " + fields[2]})
	}
	return packages
}

// nugetContents reads a packages.lock.json. Its contentHash is that of a package without
// its signature, which no registry has as a file
// (https://github.com/NuGet/Home/wiki/Enable-repeatable-package-restore-using-lock-file).
func nugetContents(dir folder, manifest string) []observation.Locked {
	type entry struct {
		Type, Resolved, ContentHash string
		Dependencies                map[string]string
	}
	var lock struct{ Dependencies map[string]map[string]entry }
	if !dir.decode(manifest, json.Unmarshal, &lock) {
		return nil
	}
	frameworks := map[string]map[string]observation.NameVersion{}
	for framework, table := range lock.Dependencies {
		frameworks[framework] = map[string]observation.NameVersion{}
		for name, e := range table {
			if e.Type != "Project" {
				frameworks[framework][strings.ToLower(name)] = observation.NameVersion{Name: name, Version: e.Resolved}
			}
		}
	}
	var packages []observation.Locked
	for framework, table := range lock.Dependencies {
		base, _, _ := strings.Cut(framework, "/") // "net8.0/linux-x64" has what differs from "net8.0"
		for name, e := range table {
			if e.Type == "Project" {
				continue
			}
			p := observation.Locked{Name: name, Version: e.Resolved}
			if e.ContentHash != "" {
				p.Digest = "packages.lock.json contentHash " + e.ContentHash
			}
			n := newNeeder()
			for need := range e.Dependencies {
				found, ok := frameworks[framework][strings.ToLower(need)]
				if !ok {
					found, ok = frameworks[base][strings.ToLower(need)]
				}
				n.add(found, ok)
			}
			n.set(&p)
			packages = append(packages, p)
		}
	}
	return packages
}

// pubContents reads a pubspec.lock, which has the hash of each hosted package.
func pubContents(dir folder, manifest string) []observation.Locked {
	var lock struct {
		Packages map[string]struct {
			Version     string    `yaml:"version"`
			Description yaml.Node `yaml:"description"`
		} `yaml:"packages"`
	}
	if !dir.decode(manifest, yaml.Unmarshal, &lock) {
		return nil
	}
	var packages []observation.Locked
	for name, entry := range lock.Packages {
		var hosted struct {
			SHA256 string `yaml:"sha256"`
		}
		if entry.Description.Kind != yaml.MappingNode || entry.Description.Decode(&hosted) != nil {
			continue
		}
		packages = append(packages, observation.Locked{Name: name, Version: entry.Version, Files: fileOf("", string(observation.SHA256), hosted.SHA256)})
	}
	return packages
}

var (
	mixLine = lazy.Pattern(`^\s*"([^"]+)": *\{:hex, *:"?[\w.]+"?, *"([^"]+)", *"[^"]*", *\[[^\]]*\], *\[(.*)\], *"[^"]*"(?:, *"([0-9a-fA-F]+)")?\},?\s*$`)
	mixNeed = lazy.Pattern(`\{:"?([\w.]+)"?, *"[^"]*", *\[([^\]]*)\]\}`)
)

// mixContents reads a mix.lock: of each package the outer checksum, which is that of the
// archive, and what it needs
// (https://github.com/hexpm/hex/blob/main/lib/mix/tasks/hex.ex). What Git brings has neither.
func mixContents(dir folder, manifest string) []observation.Locked {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	names := oneOf{}
	var lines [][]string
	for line := range strings.Lines(string(data)) {
		if found := mixLine().FindStringSubmatch(line); found != nil {
			lines = append(lines, found)
			names.add(found[1], observation.NameVersion{Name: found[1], Version: found[2]})
		}
	}
	var packages []observation.Locked
	for _, line := range lines {
		p := observation.Locked{Name: line[1], Version: line[2], Files: fileOf("", string(observation.SHA256), line[4])}
		n := newNeeder()
		for _, need := range mixNeed().FindAllStringSubmatch(line[3], -1) {
			if found, ok := names.find(need[1]); ok || !strings.Contains(need[2], "optional: true") {
				n.add(found, ok)
			}
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}
