// Package config reads Midspan's settings: flags over MIDSPAN_* variables
// over a settings file over defaults. A setting has one name everywhere: the flag
// --as-of, the variable MIDSPAN_AS_OF and the key as-of are the same.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"os"
	"reflect"
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
	Catalog      []string
	Mirror       string            // the template of given mirrors for every host
	MirrorOf     map[string]string // in place of Mirror: a template for each host
	Advisories   string
	Ecosystems   []string
	Rules        string
	Offline      bool
	MaxAge       time.Duration
	AllowPrivate bool
	AsOf         string
	Store        string
	// Database is the address of PostgreSQL where the setting store names one. Store is then
	// the folder of the cache: what is on this machine alone lies there.
	Database    string
	Cache       string
	Out         string
	Languages   []string
	SiteAddress string
	Partial     bool   // of the languages, those too that are translated in small part
	Archive     string // of which repositories the archive is asked: one of ArchiveChoices
	Contact     string // how operators of servers reach who runs Midspan; empty for nobody
	// Credentials are hosts for whose tokens git's credential helpers are asked.
	Credentials []string
	// ScorecardFull asks GitHub for all checks of Scorecard, with what no snapshot shows.
	ScorecardFull bool
	Functions     bool // count who carries which function of a good
	Evidence      bool // read what files are evidence of
	Replay        bool // replay the lockfiles of 24 months
	Policies      []string
	Only          string
	Limit         int
	Jobs          int
	PerHost       int
	Timeout       time.Duration
	MaxFiles      int
	MaxBytes      int
	Rewrite       map[string]string
	LogLevel      string // least severe messages on standard error: one of Levels
	ExitZero      string // which exit codes become zero: one of ZeroNone, ZeroGaps and ZeroAll
	// Origin says where the settings come from; it is no setting itself.
	Origin Origin
}

// setting is a row of the table of settings.
type setting struct {
	key      string // also the name of the flag and, in capitals after MIDSPAN_, of the variable
	field    any    // pointer to the field of a Config
	standard any    // the default
	usage    string // help text of the flag
	address  bool   // an address, which may hold a password or a token
}

// mirrorKey has two rows in the table: a settings file gives a text or a map.
const mirrorKey = "mirror"

// partialKey goes with languages.
const partialKey = "partial-languages"

// ExitZeroKey is the name of the setting that says which exit codes become zero.
const ExitZeroKey = "exit-zero"

// What a command says on standard error: errors; what it works with and could not do;
// progress as well; and a line with its time for all that is done.
const (
	LevelError = "error"
	LevelWarn  = "warn"
	LevelInfo  = "info"
	LevelDebug = "debug"
)

// Which exit codes become zero: none, that of gaps, those of gaps and policies.
const (
	ZeroNone = "none"
	ZeroGaps = "gaps"
	ZeroAll  = "all"
)

// Of which repositories it is asked whether an archive keeps a copy: of none, of those that
// cannot be read where they are, of all.
const (
	ArchiveNone   = "none"
	ArchiveUnread = "unread"
	ArchiveAll    = "all"
)

// ArchiveChoices are those.
func ArchiveChoices() []string { return []string{ArchiveNone, ArchiveUnread, ArchiveAll} }

const archiveKey = "archive"

// contactKey goes with what is sent to servers.
const contactKey = "contact"

// Levels are the levels of messages, from few to many.
func Levels() []string { return []string{LevelError, LevelWarn, LevelInfo, LevelDebug} }

// ZeroCodes are the choices of exit codes that become zero.
func ZeroCodes() []string { return []string{ZeroNone, ZeroGaps, ZeroAll} }

// siteAddressKey goes with the folder of the report.
const siteAddressKey = "site-address"

// settings is the table of settings, in the order of the help text, over the fields of a
// configuration. A map has no flag.
func settings(c *Config) []setting {
	return []setting{
		{"catalog", &c.Catalog, []string{}, "catalog to read: a file, a folder or an address (repeatable; default: the embedded sample)", true},
		{mirrorKey, &c.Mirror, "", "given mirrors: a path with {host}, {owner} and {name}, used instead of cloning", false},
		{mirrorKey, &c.MirrorOf, map[string]string{}, "", false},
		{"advisories", &c.Advisories, "", "advisory database: a folder in the OSV layout, its address, or osv.dev to ask OSV's service", true},
		{"ecosystems", &c.Ecosystems, []string{}, "ecosystems to fetch from an address (default: those that Midspan reads inventories of)", false},
		{"rules", &c.Rules, "", "a file of rules that is laid over the embedded one", false},
		{"offline", &c.Offline, false, "touch no network: use given mirrors and what was fetched before", false},
		{"max-age", &c.MaxAge, 30 * 24 * time.Hour, "oldest answer of a source, or copy of a catalog, that a run may use where it cannot ask anew", false},
		{archiveKey, &c.Archive, ArchiveUnread, "of which repositories Software Heritage is asked whether it keeps a copy: none, unread (those that " +
			"cannot be read where they are), all", false},
		{"credentials", &c.Credentials, []string{}, "hosts of forges for whose tokens git's credential helpers are asked, such as a keyring (default: none)", false},
		{contactKey, &c.Contact, "", "address of mail or of a page that is sent to servers, so that who runs them can reach you", false},
		{"allow-private", &c.AllowPrivate, false, "allow hosts that resolve to private addresses", false},
		{"as-of", &c.AsOf, "", "the day to speak of, as 2006-01-02 (default: today, UTC)", false},
		{"store", &c.Store, defaultStore, "folder of the database of runs, or postgres://… for a database that several machines share", true},
		{"cache", &c.Cache, "", "folder of the mirrors and the advisory index, shared by all projects (default: the store, where one is named, " +
			"or else midspan in the user's cache)", false},
		{"out", &c.Out, defaultOut, "folder to write the report to", false},
		{"languages", &c.Languages, []string{"en"}, "languages of the site: ar, en, es, fr, ru, zh; the first stands in the report's own folder", false},
		{partialKey, &c.Partial, false, "take languages too of which under 95 % of the sentences are translated; each page says so", false},
		{siteAddressKey, &c.SiteAddress, "", "address at which the site will be public, such as https://goods.example/midspan/, for what has to name it in full", false},
		{"functions", &c.Functions, false, "count who carries which function of a good: releasing, tests, translation; compares the trees of 12 months", false},
		{"evidence", &c.Evidence, false, "read what documents, files of standards and deployment files are there, for criteria; a policy that asks for it turns it on", false},
		{"replay", &c.Replay, false, "say how fast holes are closed: reads the lockfiles of 24 months and what was known of their packages then", false},
		{"scorecard-full", &c.ScorecardFull, false, "ask GitHub for all checks of Scorecard, with what no snapshot shows; takes a token and up to 110 requests a repository", false},
		{"policy", &c.Policies, []string{}, "policy to ask of every good: a file, or the name of an embedded one (repeatable); midspan policy lists them", false},
		{"only", &c.Only, "", "read only goods whose name, id or repository contains this", false},
		{"limit", &c.Limit, 0, "read at most so many goods (0: all)", false},
		{"jobs", &c.Jobs, runtime.GOMAXPROCS(0), "repositories to work on at once", false},
		{"per-host", &c.PerHost, 4, "fetches from one host at once; with workers, over all of them", false},
		{"timeout", &c.Timeout, 10 * time.Minute, "longest time to fetch one repository, and to read it", false},
		{"max-files", &c.MaxFiles, 500_000, "most files of one repository; a larger one is unknown: over the limit", false},
		{"max-bytes", &c.MaxBytes, 2 << 30, "most bytes of files read of one repository; what goes beyond is unknown: over the limit", false},
		{"rewrite", &c.Rewrite, map[string]string{}, "", true},
		{"log-level", &c.LogLevel, LevelInfo, "what to say on standard error: " + strings.Join(Levels(), ", "), false},
		{ExitZeroKey, &c.ExitZero, ZeroNone, "end with 0 also where there are gaps or a policy does not pass (all), or where there are gaps (gaps)", false},
	}
}

// AddFlags defines a flag for each setting but maps.
func AddFlags(flags *pflag.FlagSet) {
	for _, s := range settings(&Config{}) {
		switch value := s.standard.(type) {
		case []string:
			flags.StringSlice(s.key, value, s.usage)
		case string:
			flags.String(s.key, value, s.usage)
		case bool:
			flags.Bool(s.key, value, s.usage)
		case int:
			flags.Int(s.key, value, s.usage)
		case time.Duration:
			flags.Duration(s.key, value, s.usage)
		}
	}
}

// Values returns the value of each setting by key, as JSON and YAML show it. mask hides
// the secrets of an address.
func (c Config) Values(mask func(string) string) map[string]any {
	values := map[string]any{}
	for _, s := range settings(&c) {
		if s.field == &c.MirrorOf && len(c.MirrorOf) == 0 {
			continue // the text is shown
		}
		values[s.key] = s.value(mask)
	}
	if c.Database != "" {
		values["store"] = mask(c.Database)
	}
	return values
}

func (s setting) value(mask func(string) string) any {
	if !s.address {
		mask = func(text string) string { return text }
	}
	switch field := s.field.(type) {
	case *string:
		return mask(*field)
	case *[]string:
		texts := []string{}
		for _, text := range *field {
			texts = append(texts, mask(text))
		}
		return texts
	case *map[string]string:
		texts := map[string]string{}
		for key, text := range *field {
			texts[mask(key)] = mask(text)
		}
		return texts
	case *time.Duration:
		return field.String()
	}
	return reflect.ValueOf(s.field).Elem().Interface()
}

// Load reads the configuration. now is the present time, for the default of as-of.
func Load(flags *pflag.FlagSet, search Search, now time.Time) (Config, error) {
	var c Config
	table := settings(&c)
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00")) // keys hold dots
	for _, s := range table {
		if s.field != &c.MirrorOf {
			v.SetDefault(s.key, s.standard)
		}
	}
	var err error
	if c.Origin, err = search.read(v); err != nil {
		return Config{}, err
	}
	v.SetEnvPrefix("midspan")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	if err := v.BindPFlags(flags); err != nil {
		return Config{}, err
	}
	if err := unknownKeys(v, table, c.Origin.File); err != nil {
		return Config{}, err
	}
	_, isMap := v.Get(mirrorKey).(map[string]any)
	for _, s := range table {
		if s.field == &c.Mirror && isMap || s.field == &c.MirrorOf && !isMap {
			continue
		}
		if err := v.UnmarshalKey(s.key, s.field); err != nil {
			// Inside is the reason without the name, which is empty for a single key.
			return Config{}, fmt.Errorf("read the configuration: %s: %w", s.key, cmp.Or(errors.Unwrap(err), err))
		}
	}
	if err := c.check(now); err != nil {
		return Config{}, err
	}
	c.Origin.named, c.Origin.direct = map[string]bool{}, map[string]bool{}
	for _, s := range table {
		variable := s.variable()
		c.Origin.direct[s.key] = flags.Changed(s.key) || os.Getenv(variable) != ""
		c.Origin.named[s.key] = flags.Changed(s.key) || os.Getenv(variable) != "" || v.InConfig(s.key)
	}
	return c, c.placeFolders(c.Origin.named["store"])
}

// New makes a configuration of the defaults and what set changes, for a program that uses
// Midspan as a library. It reads no file and no MIDSPAN_* variable; the cache is the store
// where none is named.
func New(now time.Time, set func(*Config)) (Config, error) {
	var c Config
	for _, s := range settings(&c) {
		reflect.ValueOf(s.field).Elem().Set(reflect.ValueOf(s.standard))
	}
	set(&c)
	if err := c.check(now); err != nil {
		return Config{}, err
	}
	return c, c.placeFolders(true)
}

// unknownKeys returns an error for a misspelt key instead of ignoring it.
func unknownKeys(v *viper.Viper, table []setting, file string) error {
	known := []string{"config", "json", "help", "quiet", "verbose"}
	for _, s := range table {
		known = append(known, s.key)
	}
	for _, key := range v.AllKeys() {
		key, _, _ = strings.Cut(key, "\x00")
		if v.InConfig(key) && !slices.Contains(known, key) {
			return &UnknownKeyError{File: file, Key: key, Known: known}
		}
	}
	return nil
}

// UnknownKeyError is a key of a settings file that no setting has.
type UnknownKeyError struct {
	File, Key string
	Known     []string
}

func (e *UnknownKeyError) Error() string {
	return fmt.Sprintf("%s: there is no setting %q; midspan config lists them", e.File, e.Key)
}

// checkChoices refuses a word that is none of those that a setting knows.
func (c *Config) checkChoices() error {
	for key, choice := range map[string]struct {
		word string
		of   []string
	}{"log-level": {c.LogLevel, Levels()}, ExitZeroKey: {c.ExitZero, ZeroCodes()}, archiveKey: {c.Archive, ArchiveChoices()}} {
		if !slices.Contains(choice.of, choice.word) {
			return fmt.Errorf("%s: there is no %q; there are %s", key, choice.word, strings.Join(choice.of, ", "))
		}
	}
	return nil
}

func (c *Config) check(now time.Time) error {
	if c.AsOf == "" {
		day, err := dayOfBuild(now)
		if err != nil {
			return err
		}
		c.AsOf = day.UTC().Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, c.AsOf); err != nil {
		return fmt.Errorf("as-of: %q is not a day like 2006-01-02", c.AsOf)
	}
	if c.Jobs < 1 || c.PerHost < 1 || c.Limit < 0 || c.Timeout <= 0 || c.MaxFiles < 1 || c.MaxBytes < 1 || c.MaxAge < 0 {
		return errors.New("jobs, per-host, max-files and max-bytes must be 1 or more, limit and max-age 0 or more, timeout longer than nothing")
	}
	if err := c.checkMirrors(); err != nil {
		return err
	}
	c.splitStore()
	return errors.Join(c.checkLanguages(), c.checkSiteAddress(), c.checkPaths(), c.checkChoices(), c.checkContact())
}

// checkSiteAddress refuses what no page could be reached under, and ends an address with a
// slash.
func (c *Config) checkSiteAddress() error {
	if c.SiteAddress == "" {
		return nil
	}
	u, err := url.Parse(c.SiteAddress)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return fmt.Errorf("%s: %q is no address of a site: name one such as https://goods.example/midspan/, without a user, a question mark or a #",
			siteAddressKey, c.SiteAddress)
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	u.RawPath = ""
	c.SiteAddress = u.String()
	return nil
}

// maxContact bounds a contact, in bytes.
const maxContact = 200

// checkContact refuses what is neither an address of mail nor one of a page: it stands in a
// header of each request.
func (c Config) checkContact() error {
	if c.Contact == "" {
		return nil
	}
	u, err := url.Parse(c.Contact)
	page := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
	at, err := mail.ParseAddress(c.Contact)
	unfit := strings.ContainsFunc(c.Contact, func(r rune) bool { return r <= ' ' || r > '~' || r == '(' || r == ')' || r == '\\' })
	if len(c.Contact) > maxContact || unfit || !page && (err != nil || at.Address != c.Contact) {
		return fmt.Errorf("%s: %q is neither an address of mail nor one of a page, such as goods@agency.example or https://agency.example/goods",
			contactKey, c.Contact)
	}
	return nil
}

// checkMirrors refuses a template under which all repositories would share one mirror.
func (c Config) checkMirrors() error {
	templates := slices.Collect(maps.Values(c.MirrorOf))
	if c.Mirror != "" {
		templates = append(templates, c.Mirror)
	}
	for _, template := range templates {
		if !strings.Contains(template, "{name}") {
			return fmt.Errorf("mirror: %q needs {name} (and may have {host} and {owner})", template)
		}
	}
	return nil
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
		if l.IsPartial() && !c.Partial {
			return fmt.Errorf("languages: %.0f %% of the sentences are in %s (%s); the languages that are whole are %s, and --%s takes the others too",
				100*l.Share(), l.Name(), l.Tag(), strings.Join(language.Offered(), ", "), partialKey)
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
