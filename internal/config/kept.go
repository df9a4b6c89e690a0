package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/files"
)

// Kept are the settings of a run that commands on its results need again. They hold no
// secret, and every path in them is absolute.
type Kept struct {
	// Store is the folder of the store that they were written to. In a store that lies
	// elsewhere they do not count: it may have come from somebody else.
	Store string `json:"store"`
	// Values are the settings by key.
	Values map[string]json.RawMessage `json:"values"`
	// Withheld are the keys of settings that are not kept, because an address may hold a
	// secret, or because standard input cannot be read twice.
	Withheld []string `json:"withheld,omitempty"`
	// Part is the name of the part of a catalog that the run read; empty for all of it.
	Part string `json:"part,omitempty"`
}

// cacheKey is the setting that is filled where the user names none.
const cacheKey = "cache"

// keptKeys are the settings that are kept. What gives a permission (allow-private), what
// chooses goods, and what only fetching needs are not among them.
var keptKeys = []string{mirrorKey, "advisories", "ecosystems", "rules", "offline", cacheKey, "out", "languages", partialKey, siteAddressKey, "policy",
	"functions", "evidence", "replay", "scorecard-full"}

// pathKeys are those of them that name something on this machine.
var pathKeys = []string{mirrorKey, "advisories", "rules", cacheKey, "out", "policy"}

// Keep returns the settings that a run leaves in its store. mask hides what may be secret
// in an address: an address that it changes is not kept. withCache is unset where the run
// chose the folder of its cache by itself.
func (c Config) Keep(mask func(string) string, withCache bool) (Kept, error) {
	kept := Kept{Values: map[string]json.RawMessage{}, Part: c.Origin.part}
	var err error
	if kept.Store, err = filepath.Abs(c.Store); err != nil {
		return kept, err
	}
	for _, s := range settings(&c) {
		if !slices.Contains(keptKeys, s.key) || s.isStandard() || s.key == cacheKey && !withCache {
			continue
		}
		if err := s.makeAbsolute(); err != nil {
			return kept, fmt.Errorf("%s: %w", s.key, err)
		}
		if s.isSecret(mask) {
			kept.Withheld = append(kept.Withheld, s.key)
			continue
		}
		if kept.Values[s.keptKey()], err = json.Marshal(s.field); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// Recall takes the kept settings of a run where the user names none now, and returns what
// changed by it, as flags are written. Nothing is taken out of a store that lies elsewhere
// than when it was written.
func (c *Config) Recall(kept Kept) (taken []string, err error) {
	if here, err := kept.here(c.Store); err != nil || !here {
		return nil, err
	}
	var free []string // the settings that the user does not name
	for _, key := range keptKeys {
		if !c.names(key) {
			free = append(free, key)
		}
	}
	for _, s := range settings(c) {
		text, has := kept.Values[s.keptKey()]
		if !has || !slices.Contains(free, s.key) {
			continue
		}
		if err := s.makeAbsolute(); err != nil {
			return nil, err
		}
		before := s.text()
		if err := json.Unmarshal(text, s.field); err != nil {
			return nil, fmt.Errorf("%s: %w", s.key, err)
		}
		if now := s.text(); now != before {
			taken = append(taken, now)
		}
	}
	if kept.Part != "" && c.Origin.part == "" {
		named := c.Origin.named["out"] // else it was taken as it is, with the name of the part
		c.Origin.part = kept.Part
		if named {
			moved, err := c.OwnOut(kept.Part)
			if err != nil {
				return nil, err
			}
			if moved {
				taken = append(taken, "--out "+c.Out)
			}
		}
	}
	for _, check := range []func() error{c.checkMirrors, c.checkLanguages, c.checkPaths, c.checkOut} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// here reports whether the settings were written to a store that lies in a folder.
func (k Kept) here(store string) (bool, error) {
	full, err := filepath.Abs(store)
	return full == k.Store, err
}

// WhyNot says why a setting of a run is not taken from its store; empty where it is kept
// there, or the run had its default.
func (k Kept) WhyNot(key, store string) string {
	here, err := k.here(store)
	switch {
	case slices.Contains(k.Withheld, key):
		return fmt.Sprintf("the run was made with an address as --%s that is not kept, because it may hold a secret", key)
	case err == nil && !here && k.Values[key] != nil:
		return fmt.Sprintf("the --%s of the run is not taken, because its store lay in %s then", key, k.Store)
	}
	return ""
}

// names reports whether the user named a setting, in a flag, a variable or a file.
func (c *Config) names(key string) bool {
	if c.Origin.named[key] || key == cacheKey {
		return c.Origin.named[key]
	}
	return slices.ContainsFunc(settings(c), func(s setting) bool { return s.key == key && !s.isStandard() })
}

// keptKey is the name under which a setting is kept: the two forms of one key are apart.
func (s setting) keptKey() string {
	if _, isMap := s.field.(*map[string]string); isMap {
		return s.key + " of hosts"
	}
	return s.key
}

// isStandard reports whether a setting has its default.
func (s setting) isStandard() bool {
	now := reflect.ValueOf(s.field).Elem()
	if kind := now.Kind(); kind == reflect.Map || kind == reflect.Slice {
		if now.Len() == 0 {
			return reflect.ValueOf(s.standard).Len() == 0
		}
	}
	return reflect.DeepEqual(now.Interface(), s.standard)
}

// makeAbsolute makes the paths of a setting absolute, so that they are the same from every
// folder. The field is replaced, and what it held is left as it was.
func (s setting) makeAbsolute() error {
	if !slices.Contains(pathKeys, s.key) {
		return nil
	}
	absolute := func(text string) (string, error) {
		name := s.key == "advisories" && text == serviceName || s.key == "policy" && !strings.ContainsAny(text, `./\`) // of an embedded one
		if text == "" || text == files.StandardInput || files.IsAddress(text) || name {
			return text, nil
		}
		return filepath.Abs(text)
	}
	var err error
	switch field := s.field.(type) {
	case *string:
		*field, err = absolute(*field)
	case *[]string:
		var paths []string
		for _, text := range *field {
			if text, err = absolute(text); err != nil {
				return err
			}
			paths = append(paths, text)
		}
		*field = paths
	case *map[string]string:
		templates := map[string]string{}
		for host, text := range *field {
			if templates[host], err = absolute(text); err != nil {
				return err
			}
		}
		*field = templates
	}
	return err
}

// serviceName is the name of OSV's online service in the place of a database.
const serviceName = "osv.dev"

// isSecret reports whether a setting may hold a secret, or cannot be read again.
func (s setting) isSecret(mask func(string) string) bool {
	if list, is := s.field.(*[]string); is {
		return slices.Contains(*list, files.StandardInput)
	}
	text, is := s.field.(*string)
	return is && (*text == files.StandardInput || s.address && mask(*text) != *text)
}

// text writes a setting as on the command line.
func (s setting) text() string {
	switch field := s.field.(type) {
	case *bool:
		return map[bool]string{true: "--" + s.key, false: "--" + s.key + "=false"}[*field]
	case *[]string:
		return "--" + s.key + " " + strings.Join(*field, ",")
	case *map[string]string:
		return fmt.Sprintf("%s of %d hosts", s.key, len(*field))
	case *string:
		return "--" + s.key + " " + *field
	}
	return "--" + s.key
}
