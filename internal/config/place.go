package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/viper"

	"github.com/midspan/midspan/internal/files"
)

const (
	fileName     = "midspan.yaml"
	defaultStore = ".midspan"
	defaultOut   = "midspan-report"
	// maxFile bounds a settings file, in bytes.
	maxFile = 1 << 20
)

// Search says where a settings file is looked for: the file that --config names, then the
// one that MIDSPAN_CONFIG names, then midspan.yaml in the working folder, where Folder is
// set, then midspan/midspan.yaml in the user's configuration folder. The first that is
// there is the only one that is read.
type Search struct {
	// File is named by the user, or empty.
	File string
	// Folder is set for commands that read midspan.yaml in the working folder. Those that
	// look at one repository do not: its author could have written it.
	Folder bool
	// Trees are the work trees under check: nothing that lies in one is read.
	Trees []string
}

// Origin says where settings come from.
type Origin struct {
	// File is the settings file in force, or empty.
	File string
	// Ignored are settings files that are there and are not read, because they lie in a
	// work tree under check, or could.
	Ignored []string
	// NoCache says why the user has no cache; empty where there is one.
	NoCache string

	named  map[string]bool // the settings that the user gave, by key
	direct map[string]bool // those of them that stand on the command line or in a variable
	part   string          // of the catalog that the run reads; see OwnOut
}

// OwnOut gives a report of a few goods a folder of its own beside that of the whole
// portfolio, unless the command line or a variable names the folder. It reports whether it
// did. name is that of the part.
func (c *Config) OwnOut(name string) (bool, error) {
	c.Origin.part = name
	if c.Origin.named == nil || c.Origin.direct["out"] || c.Out == "" {
		return false, nil
	}
	c.Out += "-" + name
	if err := files.RefuseLink(c.Out); err != nil {
		return false, fmt.Errorf("out: %w; name the folder with --out", err)
	}
	return true, c.checkOut()
}

// Part is the name of the part of a catalog that the run reads; empty for all of it.
func (c *Config) Part() string { return c.Origin.part }

// read reads the settings file.
func (s Search) read(v *viper.Viper) (Origin, error) {
	origin, named, err := s.find()
	if err != nil || origin.File == "" {
		return origin, err
	}
	data, err := files.ReadInput(origin.File, maxFile)
	if err != nil {
		return origin, fmt.Errorf("read the configuration file%s: %w", shownName(origin.File), err)
	}
	v.SetConfigType("yaml")
	if extension := strings.TrimPrefix(filepath.Ext(origin.File), "."); named && (extension == "json" || extension == "toml") {
		v.SetConfigType(extension)
	}
	if err := v.ReadConfig(bytes.NewReader(data)); err != nil {
		return origin, fmt.Errorf("read the configuration file %s: %w", origin.File, err)
	}
	return origin, nil
}

// shownName is a name for a message; what is an address may hold a password.
func shownName(path string) string {
	if files.IsAddress(path) {
		return ""
	}
	return " " + path
}

// find looks for the settings file. named is set where the user named it.
func (s Search) find() (origin Origin, named bool, err error) {
	for _, file := range []string{s.File, os.Getenv(fileVariable)} {
		if file == "" {
			continue
		}
		if file != files.StandardInput && !files.IsAddress(file) {
			file = filepath.Clean(file)
		}
		return Origin{File: file}, true, outside("config", file, s.Trees)
	}
	candidates := []string{fileName}
	if folder, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(folder, "midspan", fileName))
	}
	for _, file := range candidates {
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return origin, false, fmt.Errorf("look for a configuration file: %w", err)
		}
		if file == fileName && !s.Folder || outside("config", file, s.Trees) != nil {
			origin.Ignored = append(origin.Ignored, file)
			continue
		}
		origin.File = file
		break
	}
	return origin, false, nil
}

// outside returns an error for a path that lies in a work tree under check.
func outside(key, path string, trees []string) error {
	if path == "" || path == files.StandardInput || files.IsAddress(path) {
		return nil
	}
	for _, tree := range trees {
		inside, err := files.Inside(path, tree)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if inside {
			return fmt.Errorf("%s: %s lies in %s, which is under check, and nothing in it may steer the check: name a place outside of it with --%s",
				key, path, tree, key)
		}
	}
	return nil
}

// CheckOutside returns an error for a setting whose file or folder lies in a work tree
// under check.
func (c Config) CheckOutside(trees []string) error {
	return errors.Join(outside("config", c.Origin.File, trees), outside("store", c.Store, trees), outside("cache", c.Cache, trees),
		outside("rules", c.Rules, trees), outside("advisories", c.Advisories, trees), outside("out", c.Out, trees))
}

// CheckPolicy returns an error for a policy that lies in a work tree under check.
func CheckPolicy(path string, trees []string) error { return outside("policy", path, trees) }

// checkPaths refuses addresses in the place of paths, and folders that would be written
// over each other.
func (c *Config) checkPaths() error {
	for key, path := range map[string]*string{"store": &c.Store, "cache": &c.Cache, "out": &c.Out, "rules": &c.Rules} {
		if err := files.CheckPath(*path); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if *path != "" {
			*path = filepath.Clean(*path)
		}
	}
	if err := files.CheckPath(c.Mirror); err != nil {
		return fmt.Errorf("mirror: %w", err)
	}
	if c.Store == "" || c.Out == "" {
		return errors.New("store and out each need the name of a folder")
	}
	locations := map[string][]string{"catalog": c.Catalog, "advisories": {c.Advisories}}
	for key, list := range locations {
		for _, location := range list {
			if err := files.CheckPath(location); err != nil && !isWebAddress(location) {
				return fmt.Errorf("%s: %w; of addresses only those of https and http are read", key, err)
			}
		}
	}
	return nil
}

// splitStore puts the address of a database apart from the folders.
func (c *Config) splitStore() {
	if lower := strings.ToLower(c.Store); strings.HasPrefix(lower, "postgres://") || strings.HasPrefix(lower, "postgresql://") {
		c.Database, c.Store = c.Store, defaultStore
	}
}

// isWebAddress reports whether a location is an address of https or http.
func isWebAddress(location string) bool {
	lower := strings.ToLower(location)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// placeFolders sets the folder of the cache where none is named, and refuses folders that
// would lie in each other. storeNamed is set where the user named the store.
func (c *Config) placeFolders(storeNamed bool) error {
	switch {
	case c.Cache != "":
	case storeNamed && c.Database == "":
		c.Cache = c.Store
	default:
		folder, err := os.UserCacheDir()
		if err != nil { // the store takes its place, or in a check nothing
			c.Origin.NoCache = err.Error()
			break
		}
		c.Cache = filepath.Join(folder, "midspan")
		if err := files.RefuseLink(c.Cache); err != nil {
			return fmt.Errorf("cache: %w; name the folder with --cache", err)
		}
	}
	if c.Database != "" && c.Cache != "" {
		c.Store = c.Cache
	}
	return c.checkOut()
}

// CheckDefaults returns an error where a link stands in the place of a folder that is used
// by default, because it may have come with a clone.
func (c Config) CheckDefaults() error {
	for key, path := range map[string]string{"store": c.Store, "out": c.Out} {
		if path != defaultStore && path != defaultOut {
			continue
		}
		if err := files.RefuseLink(path); err != nil {
			return fmt.Errorf("%s: %w; name the folder with --%s", key, err, key)
		}
	}
	return nil
}

// checkOut refuses a folder of the report that is the store, holds it, or is in what the
// store keeps.
func (c Config) checkOut() error {
	for _, folder := range []string{c.Store, cmp.Or(c.Cache, c.Store)} {
		if inside, err := files.Inside(folder, c.Out); err != nil || inside {
			return errors.Join(err, fmt.Errorf("out: %s is the folder of %s, or holds it: name another one for the report", c.Out, folder))
		}
		for _, kept := range []string{"mirrors", "osv", "sample"} {
			if inside, err := files.Inside(c.Out, filepath.Join(folder, kept)); err != nil || inside {
				return errors.Join(err, fmt.Errorf("out: %s lies in %s: name another folder for the report", c.Out, filepath.Join(folder, kept)))
			}
		}
	}
	return nil
}
