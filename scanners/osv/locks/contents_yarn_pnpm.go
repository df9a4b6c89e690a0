package locks

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// yarnContents reads a yarn.lock of any version. Later ones than Yarn 1 hold checksums of
// the archives of Yarn's own cache, which no registry has.
func yarnContents(dir folder, manifest string) []observation.Locked {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	entries := yarnEntries(string(data))
	bySpec := map[string]observation.NameVersion{}
	for _, e := range entries {
		for _, spec := range e.specs {
			bySpec[plainYarnSpec(spec)] = observation.NameVersion{Name: e.key().name, Version: e.version}
		}
	}
	var packages []observation.Locked
	for _, e := range entries {
		if e.isFolder() {
			continue
		}
		p := observation.Locked{Name: e.key().name, Version: e.version, Files: integrityFile(e.integrity)}
		if _, digits, found := strings.Cut(e.resolved, "#"); found && len(p.Files) == 0 {
			p.Files = fileOf("", string(observation.SHA1), digits)
		}
		if e.checksum != "" {
			p.Digest = "yarn.lock checksum " + e.checksum
		}
		n := newNeeder()
		for _, need := range e.needs {
			found, ok := bySpec[plainYarnSpec(need)]
			n.add(found, ok)
		}
		n.set(&p)
		packages = append(packages, p)
	}
	return packages
}

// pnpmLocked is a pnpm-lock.yaml. Before version 9 packages name what they need, since
// then snapshots.
type pnpmLocked struct {
	Version  string `yaml:"lockfileVersion"`
	Packages map[string]struct {
		Resolution struct {
			Integrity string `yaml:"integrity"`
		} `yaml:"resolution"`
		Name         string `yaml:"name"`
		Version      string `yaml:"version"`
		pnpmSnapshot `yaml:",inline"`
	} `yaml:"packages"`
	Snapshots map[string]pnpmSnapshot `yaml:"snapshots"`
}

// pnpmContents reads a pnpm-lock.yaml.
func pnpmContents(dir folder, manifest string) []observation.Locked {
	data, ok := dir.read(manifest)
	if !ok {
		return nil
	}
	lock, err := lastYAML[pnpmLocked](bytes.NewReader(data))
	number, numberErr := strconv.ParseFloat(lock.Version, 64)
	if err != nil || numberErr != nil {
		return nil
	}
	byNode, needs := map[string]observation.NameVersion{}, map[string][]pnpmSnapshot{}
	for key, entry := range lock.Packages {
		name, version, err := pnpmNameVersion(key, number)
		name, version = cmp.Or(entry.Name, name), cmp.Or(entry.Version, version)
		if err == nil && name != "" && version != "" {
			byNode[pnpmNode(key)] = observation.NameVersion{Name: name, Version: version}
		}
		if number < 9 {
			needs[pnpmNode(key)] = append(needs[pnpmNode(key)], entry.pnpmSnapshot)
		}
	}
	for key, s := range lock.Snapshots {
		needs[pnpmNode(key)] = append(needs[pnpmNode(key)], s)
	}
	var packages []observation.Locked
	for key, entry := range lock.Packages {
		found, ok := byNode[pnpmNode(key)]
		if !ok {
			continue
		}
		p := observation.Locked{Name: found.Name, Version: found.Version, Files: integrityFile(entry.Resolution.Integrity)}
		if listed, known := needs[pnpmNode(key)]; known {
			pnpmNeeds(listed, byNode, number).set(&p)
		}
		packages = append(packages, p)
	}
	return packages
}

func pnpmNeeds(listed []pnpmSnapshot, byNode map[string]observation.NameVersion, version float64) *needer {
	n := newNeeder()
	for _, s := range listed {
		for _, table := range []map[string]string{s.Dependencies, s.Optional} {
			for name, reference := range table {
				var found observation.NameVersion
				ok := false
				for _, target := range pnpmTargets(name, reference, version) {
					if !ok {
						found, ok = byNode[target]
					}
				}
				n.add(found, ok)
			}
		}
	}
	return n
}
