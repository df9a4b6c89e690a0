// Package config reads Midspan's settings: flags over MIDSPAN_* variables
// over midspan.yaml over defaults. A setting has one name everywhere: the flag
// --as-of, the variable MIDSPAN_AS_OF and the key as-of are the same.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/midspan/midspan/internal/language"
)

// Config is the effective configuration.
type Config struct {
	Catalog      []string          `mapstructure:"catalog"`
	Mirror       string            `mapstructure:"mirror"`
	Advisories   string            `mapstructure:"advisories"`
	Ecosystems   []string          `mapstructure:"ecosystems"`
	Rules        string            `mapstructure:"rules"`
	Offline      bool              `mapstructure:"offline"`
	AllowPrivate bool              `mapstructure:"allow-private"`
	AsOf         string            `mapstructure:"as-of"`
	Store        string            `mapstructure:"store"`
	Out          string            `mapstructure:"out"`
	Languages    []string          `mapstructure:"languages"`
	Only         string            `mapstructure:"only"`
	Limit        int               `mapstructure:"limit"`
	Jobs         int               `mapstructure:"jobs"`
	Timeout      time.Duration     `mapstructure:"timeout"`
	MaxFiles     int               `mapstructure:"max-files"`
	MaxBytes     int               `mapstructure:"max-bytes"`
	Rewrite      map[string]string `mapstructure:"rewrite"`
}

// Setting describes one key for the command line and the documentation.
type Setting struct {
	Key     string
	Default any
	Usage   string
}

// Settings lists every key that is also a flag, in the order of the help text.
func Settings() []Setting {
	return []Setting{
		{"catalog", []string{}, "catalog to read: a file, a folder or an address (repeatable; default: the embedded sample)"},
		{"mirror", "", "given mirrors: a path with {host}, {owner} and {name}, used instead of cloning"},
		{"advisories", "", "advisory database: a folder in the OSV layout, its address, or osv.dev to ask OSV's service"},
		{"ecosystems", []string{}, "ecosystems to fetch from an address (default: those that Midspan reads inventories of)"},
		{"rules", "", "a file of rules that is laid over the embedded one"},
		{"offline", false, "touch no network: use given mirrors and what was fetched before"},
		{"allow-private", false, "allow hosts that resolve to private addresses"},
		{"as-of", "", "the day to speak of, as 2006-01-02 (default: today, UTC)"},
		{"store", ".midspan", "folder of the database, the mirrors and the advisory index"},
		{"out", "midspan-report", "folder to write the report to"},
		{"languages", []string{"en"}, "languages of the site: " + strings.Join(language.Tags(), ", ") + "; the first stands in the report's own folder"},
		{"only", "", "read only goods whose name, id or repository contains this"},
		{"limit", 0, "read at most so many goods (0: all)"},
		{"jobs", runtime.GOMAXPROCS(0), "repositories to work on at once"},
		{"timeout", 10 * time.Minute, "longest time to fetch one repository, and to read it"},
		{"max-files", 500_000, "most files of one repository; a larger one is unknown: over the limit"},
		{"max-bytes", 2 << 30, "most bytes of files read of one repository; what goes beyond is unknown: over the limit"},
	}
}

// AddFlags defines a flag for each setting.
func AddFlags(flags *pflag.FlagSet) {
	for _, s := range Settings() {
		switch value := s.Default.(type) {
		case []string:
			flags.StringSlice(s.Key, value, s.Usage)
		case string:
			flags.String(s.Key, value, s.Usage)
		case bool:
			flags.Bool(s.Key, value, s.Usage)
		case int:
			flags.Int(s.Key, value, s.Usage)
		case time.Duration:
			flags.Duration(s.Key, value, s.Usage)
		}
	}
}

// Load reads the configuration. file is the path of a configuration file, or
// empty for midspan.yaml in the working folder, which may be absent. now is
// the present time, for the default of as-of.
func Load(flags *pflag.FlagSet, file string, now time.Time) (Config, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00")) // keys hold dots
	for _, s := range Settings() {
		v.SetDefault(s.Key, s.Default)
	}
	v.SetDefault("rewrite", map[string]string{})
	if err := readFile(v, file); err != nil {
		return Config{}, err
	}
	v.SetEnvPrefix("midspan")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	if err := v.BindPFlags(flags); err != nil {
		return Config{}, err
	}
	if err := unknownKeys(v); err != nil {
		return Config{}, err
	}
	var c Config
	if err := v.Unmarshal(&c); err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	return c, c.check(now)
}

func readFile(v *viper.Viper, file string) error {
	v.SetConfigFile("midspan.yaml")
	if file != "" {
		v.SetConfigFile(file)
	}
	err := v.ReadInConfig()
	if file == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the configuration file %s: %w", v.ConfigFileUsed(), err)
	}
	return nil
}

// unknownKeys returns an error for a misspelt key instead of ignoring it.
func unknownKeys(v *viper.Viper) error {
	known := []string{"rewrite", "config", "json", "help", "quiet"}
	for _, s := range Settings() {
		known = append(known, s.Key)
	}
	for _, key := range v.AllKeys() {
		key, _, _ = strings.Cut(key, "\x00")
		if v.InConfig(key) && !slices.Contains(known, key) {
			return fmt.Errorf("%s: there is no setting %q; midspan config lists them", v.ConfigFileUsed(), key)
		}
	}
	return nil
}

func (c *Config) check(now time.Time) error {
	if c.AsOf == "" {
		c.AsOf = now.UTC().Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, c.AsOf); err != nil {
		return fmt.Errorf("as-of: %q is not a day like 2006-01-02", c.AsOf)
	}
	if c.Jobs < 1 || c.Limit < 0 || c.Timeout <= 0 || c.MaxFiles < 1 || c.MaxBytes < 1 {
		return errors.New("jobs, max-files and max-bytes must be 1 or more, limit 0 or more, timeout longer than nothing")
	}
	if c.Mirror != "" && !strings.Contains(c.Mirror, "{name}") {
		return fmt.Errorf("mirror: %q needs {name} (and may have {host} and {owner})", c.Mirror)
	}
	return c.checkLanguages()
}

// checkLanguages refuses a language that is not offered, and one that is named twice,
// because both would be written to the same folder.
func (c Config) checkLanguages() error {
	seen := map[string]bool{}
	for _, tag := range c.Languages {
		l, err := language.Find(tag)
		if err != nil {
			return fmt.Errorf("languages: %w", err)
		}
		if seen[l.Tag()] {
			return fmt.Errorf("languages: %q is named twice", tag)
		}
		seen[l.Tag()] = true
	}
	return nil
}

// Day is the end of the as-of day, so that what happened on it counts.
func (c Config) Day() time.Time {
	day, _ := time.Parse(time.DateOnly, c.AsOf) // check has parsed it
	return EndOfDay(day)
}

// EndOfDay is the last second of a time's day in UTC. Results depend on days only, so
// that two runs on the same day are the same run.
func EndOfDay(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 23, 59, 59, 0, time.UTC)
}
