package locks

import (
	"encoding/json"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// npmPlace is what a package-lock.json says of one folder of node_modules.
type npmPlace struct {
	npmEntry
	Integrity string
	License   npmLicense
	dependencies
	PeerMeta map[string]struct{ Optional bool } `json:"peerDependenciesMeta"`
}

// npmLicense is the licence of a package.json: a text, or an object with a type, as older
// packages have it.
type npmLicense string

// UnmarshalJSON implements json.Unmarshaler. What is neither is left empty.
func (l *npmLicense) UnmarshalJSON(data []byte) error {
	var text string
	var object struct{ Type string }
	if json.Unmarshal(data, &text) == nil {
		*l = npmLicense(text)
	} else if json.Unmarshal(data, &object) == nil {
		*l = npmLicense(object.Type)
	}
	return nil
}

// npmContents reads lockfiles of npm of version 1 to 3.
func npmContents(dir folder, manifest string) []observation.Locked {
	var lock npmLock
	if !dir.decode(manifest, json.Unmarshal, &lock) {
		return nil
	}
	if len(lock.Packages) == 0 {
		return npmOldContents(lock.Dependencies)
	}
	places := map[string]npmPlace{}
	for name, raw := range lock.Packages {
		var place npmPlace
		if json.Unmarshal(raw, &place) != nil {
			continue
		}
		if place.Name == "" {
			place.Name = npmPlaceName(name)
		}
		places[name] = place
	}
	var packages []observation.Locked
	for name, place := range places {
		if !strings.Contains(name, "node_modules/") || place.Link {
			continue
		}
		p := observation.Locked{Name: place.Name, Version: place.Version, Files: integrityFile(place.Integrity)}
		if place.License != "" {
			p.Licenses = []string{string(place.License)}
		}
		npmNeeds(places, name).set(&p)
		packages = append(packages, p)
	}
	return packages
}

// npmNeeds finds what the package in a folder needs, as Node finds it: in its own
// node_modules, or else in that of a folder above.
func npmNeeds(places map[string]npmPlace, at string) *needer {
	of, n := places[at], newNeeder()
	for name := range of.all() {
		_, optional := of.OptionalDependencies[name]
		_, develops := of.DevDependencies[name]
		found, ok := npmFind(places, at, name)
		if !ok && (optional || develops || of.PeerMeta[name].Optional) {
			continue // it is not installed, and need not be
		}
		n.add(observation.NameVersion{Name: found.Name, Version: found.Version}, ok)
	}
	return n
}

func npmFind(places map[string]npmPlace, at, name string) (npmPlace, bool) {
	for {
		if found, ok := places[at+"/node_modules/"+name]; ok {
			return found, true
		}
		above := strings.LastIndex(at, "/node_modules/")
		if above < 0 {
			break
		}
		at = at[:above]
	}
	found, ok := places["node_modules/"+name]
	return found, ok
}

// npmOldPlace is an entry of a lock of version 1.
type npmOldPlace struct {
	Version, Integrity string
	Requires           npmRequires
	Dependencies       map[string]json.RawMessage
}

// npmRequires are the names that an entry of a lock of version 1 needs. Some locks have
// true in their place.
type npmRequires map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (r *npmRequires) UnmarshalJSON(data []byte) error {
	var table map[string]string
	if json.Unmarshal(data, &table) == nil {
		*r = table
	}
	return nil
}

// npmOld reads a lock of version 1. Its entries are nested as folders are.
type npmOld struct{ packages []observation.Locked }

func npmOldContents(entries map[string]json.RawMessage) []observation.Locked {
	var o npmOld
	o.level(entries, nil)
	return o.packages
}

// level reads the entries of one folder. above are the packages of the folders above it.
func (o *npmOld) level(entries map[string]json.RawMessage, above []map[string]observation.NameVersion) {
	if len(entries) == 0 || len(above) > maxNpmDepth {
		return
	}
	here, places := map[string]observation.NameVersion{}, map[string]npmOldPlace{}
	for name, raw := range entries {
		var place npmOldPlace
		if json.Unmarshal(raw, &place) != nil {
			continue
		}
		here[name], places[name] = npmOldName(name, place.Version), place
	}
	all := append(above[:len(above):len(above)], here)
	for name, place := range places {
		inner := map[string]observation.NameVersion{}
		for other, raw := range place.Dependencies {
			var nested struct{ Version string }
			if json.Unmarshal(raw, &nested) == nil {
				inner[other] = npmOldName(other, nested.Version)
			}
		}
		n := newNeeder()
		for other := range place.Requires {
			found, ok := inner[other]
			for i := len(all) - 1; i >= 0 && !ok; i-- {
				found, ok = all[i][other]
			}
			n.add(found, ok)
		}
		p := observation.Locked{Name: here[name].Name, Version: here[name].Version, Files: integrityFile(place.Integrity)}
		n.set(&p)
		o.packages = append(o.packages, p)
		o.level(place.Dependencies, all)
	}
}

// npmOldName reads "npm:other@1.0.0", with which version 1 writes an alias.
func npmOldName(name, version string) observation.NameVersion {
	if other, ok := strings.CutPrefix(version, "npm:"); ok {
		name, version = cutNpmSpec(other)
	}
	return observation.NameVersion{Name: name, Version: version}
}
