package locks

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Notices say of which packages a lockfile states that their maintainers gave them up,
// with what replaces them where that is given.
type Notices map[nameVersion]string

// Of is what replaces a package. It is false where the lockfile carries no notice of it.
func (n Notices) Of(name, version string) (instead string, ok bool) {
	instead, ok = n[nameVersion{name, version}]
	return instead, ok
}

// NoticeReader reads the notices of a lockfile, by its base name. It is false for those
// that carry none.
func NoticeReader(base string) (read func(lock []byte) Notices, ok bool) {
	switch base {
	case "package-lock.json", "npm-shrinkwrap.json":
		return npmNotices, true
	case "pnpm-lock.yaml":
		return pnpmNotices, true
	case "composer.lock":
		return composerNotices, true
	}
	return nil, false
}

// npmNotices reads lockfiles of version 2 and 3; those of version 1 carry no notices.
func npmNotices(lock []byte) Notices {
	notices := Notices{}
	var file npmLock
	if !bytes.Contains(lock, []byte(`"deprecated"`)) || json.Unmarshal(lock, &file) != nil {
		return notices
	}
	for place, raw := range file.Packages {
		if !bytes.Contains(raw, []byte(`"deprecated"`)) {
			continue
		}
		var entry struct {
			Name, Version string
			Deprecated    any
		}
		if json.Unmarshal(raw, &entry) != nil || entry.Deprecated == nil || entry.Deprecated == false || entry.Deprecated == "" {
			continue
		}
		if entry.Name == "" {
			entry.Name = npmPlaceName(place)
		}
		notices[nameVersion{entry.Name, entry.Version}] = ""
	}
	return notices
}

// pnpmNotices reads the lines of a pnpm-lock.yaml: a key of packages, and deprecated below
// it. Decoding the whole again would cost more than all else.
func pnpmNotices(lock []byte) Notices {
	notices := Notices{}
	key := ""
	for line := range bytes.Lines(lock) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case strings.HasPrefix(text, "  ") && !strings.HasPrefix(text, "   ") && strings.HasSuffix(text, ":"):
			key = strings.Trim(strings.TrimSuffix(text[2:], ":"), `'"`)
		case strings.HasPrefix(text, "    deprecated: ") && key != "":
			version := 9.0
			if strings.HasPrefix(key, "/") {
				version = 5
				if strings.Contains(strings.TrimPrefix(key, "/@"), "@") {
					version = 6
				}
			}
			if name, at, err := pnpmNameVersion(key, version); err == nil && name != "" {
				notices[nameVersion{name, at}] = ""
			}
		}
	}
	return notices
}

// composerNotices reads "abandoned": true, or the name of what replaces the package.
func composerNotices(lock []byte) Notices {
	type entry struct {
		Name, Version string
		Abandoned     any
	}
	var file struct {
		Packages    []entry `json:"packages"`
		PackagesDev []entry `json:"packages-dev"`
	}
	notices := Notices{}
	if !bytes.Contains(lock, []byte(`"abandoned"`)) || json.Unmarshal(lock, &file) != nil {
		return notices
	}
	for _, p := range append(file.Packages, file.PackagesDev...) {
		switch abandoned := p.Abandoned.(type) {
		case string:
			notices[nameVersion{p.Name, p.Version}] = abandoned
		case bool:
			if abandoned {
				notices[nameVersion{p.Name, p.Version}] = ""
			}
		}
	}
	return notices
}
