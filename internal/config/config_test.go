package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func load(t *testing.T, file string, args ...string) (Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	if file == "" {
		t.Chdir(t.TempDir())
		return Load(flags, Search{Folder: true}, now)
	}
	path := filepath.Join(t.TempDir(), "midspan.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(flags, Search{File: path}, now)
}

func TestFlagsWinOverVariablesOverTheFileOverDefaults(t *testing.T) {
	const file = "jobs: 3\nlimit: 3\nout: from-file\n"
	t.Setenv("MIDSPAN_JOBS", "2")
	t.Setenv("MIDSPAN_LIMIT", "2")
	c, err := load(t, file, "--jobs=1")
	if err != nil {
		t.Fatal(err)
	}
	if c.Jobs != 1 || c.Limit != 2 || c.Out != "from-file" || c.Store != ".midspan" {
		t.Errorf("config = %+v", c)
	}
}

func TestEveryFlagHasItsVariable(t *testing.T) {
	t.Setenv("MIDSPAN_CATALOG", "a.csv,b.json")
	t.Setenv("MIDSPAN_MIRROR", "/m/{owner}+{name}/repo")
	t.Setenv("MIDSPAN_AS_OF", "2026-01-02")
	t.Setenv("MIDSPAN_OFFLINE", "true")
	t.Setenv("MIDSPAN_ALLOW_PRIVATE", "true")
	t.Setenv("MIDSPAN_TIMEOUT", "90s")
	c, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Catalog, []string{"a.csv", "b.json"}) || c.Mirror != "/m/{owner}+{name}/repo" || !c.Offline || !c.AllowPrivate || c.Timeout != 90*time.Second {
		t.Errorf("config = %+v", c)
	}
	if want := time.Date(2026, 1, 2, 23, 59, 59, 0, time.UTC); !c.Day().Equal(want) {
		t.Errorf("day = %v, want %v", c.Day(), want)
	}
}

func TestTheTableHasEveryFieldOnce(t *testing.T) {
	var c Config
	fields := map[any]bool{}
	for _, s := range settings(&c) {
		if fields[s.field] {
			t.Errorf("%s: a field of another setting", s.key)
		}
		fields[s.field] = true
	}
	fields[&c.Database], fields[&c.Origin] = true, true // what Load makes of the settings
	for i, value := 0, reflect.ValueOf(&c).Elem(); i < value.NumField(); i++ {
		if !fields[value.Field(i).Addr().Interface()] {
			t.Errorf("no setting for %s", value.Type().Field(i).Name)
		}
	}
}

func TestAnAddressOfADatabaseIsApartFromTheFolders(t *testing.T) {
	t.Setenv("MIDSPAN_STORE", "postgres://u:secret@h/d")
	c, err := load(t, "")
	if err != nil || c.Database != "postgres://u:secret@h/d" || c.Store != c.Cache || strings.Contains(c.Store, "postgres") {
		t.Fatalf("database %q, store %q, cache %q: %v", c.Database, c.Store, c.Cache, err)
	}
	if shown := c.Values(func(string) string { return "masked" })["store"]; shown != "masked" {
		t.Errorf("the store is shown as %v", shown)
	}
}

func TestAsOfIsTodayByDefault(t *testing.T) {
	c, err := load(t, "")
	if err != nil || c.AsOf != "2026-11-21" {
		t.Errorf("as-of %q, %v", c.AsOf, err)
	}
}

func TestRewriteKeepsAddressesWithDots(t *testing.T) {
	c, err := load(t, "rewrite:\n  https://github.com/: https://git.example.org/mirror/\n")
	if err != nil || c.Rewrite["https://github.com/"] != "https://git.example.org/mirror/" {
		t.Errorf("rewrite = %v, %v", c.Rewrite, err)
	}
}

func TestMirrorIsATemplateOrOneForEachHost(t *testing.T) {
	const file = "mirror:\n  github.com: /hub/{owner}+{name}\n  forge.example:8080: /forge/{name}\n"
	c, err := load(t, file)
	if err != nil || c.Mirror != "" || c.MirrorOf["github.com"] != "/hub/{owner}+{name}" || c.MirrorOf["forge.example:8080"] != "/forge/{name}" {
		t.Errorf("%q, %v, %v", c.Mirror, c.MirrorOf, err)
	}
	plain := func(text string) string { return text }
	if shown, ok := c.Values(plain)["mirror"].(map[string]string); !ok || shown["github.com"] == "" {
		t.Errorf("shown as %v", c.Values(plain)["mirror"])
	}
	if c, err = load(t, file, "--mirror=/all/{name}"); err != nil || c.Mirror != "/all/{name}" || len(c.MirrorOf) != 0 {
		t.Errorf("a flag over the file: %q, %v, %v", c.Mirror, c.MirrorOf, err)
	}
	if c, err = load(t, "mirror: /all/{name}\n"); err != nil || c.Mirror != "/all/{name}" || c.Values(plain)["mirror"] != "/all/{name}" {
		t.Errorf("a text: %q, %v", c.Mirror, err)
	}
}

func TestTheAddressOfTheSiteEndsWithASlash(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "https://goods.example": "https://goods.example/", "http://goods.example:8080/report": "http://goods.example:8080/report/",
		"https://goods.example/a//": "https://goods.example/a/", "https://goods.example/with space": "https://goods.example/with%20space/",
	} {
		c, err := load(t, "", "--site-address="+given)
		if err != nil || c.SiteAddress != want {
			t.Errorf("%q: %q, %v, want %q", given, c.SiteAddress, err, want)
		}
	}
}

func TestWrongSettingsAreRefusedWithTheirName(t *testing.T) {
	for _, one := range []struct{ file, arg, want string }{
		{"catalogue: x.csv\n", "", "catalogue"},
		{"jobs: 0\n", "", "jobs"},
		{"jobs: many\n", "", "jobs"},
		{"a: [\n", "", "midspan.yaml"},
		{"", "--as-of=yesterday", "as-of"},
		{"", "--as-of=2026-13-01", "as-of"},
		{"", "--mirror=/srv/{owner}", "mirror"},
		{"mirror:\n  github.com: /hub\n", "", "mirror"},
		{"mirror: [a, b]\n", "", "mirror"},
		{"", "--limit=-1", "limit"},
		{"", "--site-address=goods.example", "site-address"},
		{"", "--site-address=ftp://goods.example/", "site-address"},
		{"", "--site-address=https:///goods", "site-address"},
		{"", "--site-address=https://someone:secret@goods.example/", "site-address"},
		{"", "--site-address=https://goods.example/?a=b", "site-address"},
		{"", "--site-address=https://goods.example/#a", "site-address"},
	} {
		var args []string
		if one.arg != "" {
			args = []string{one.arg}
		}
		_, err := load(t, one.file, args...)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), one.want) {
			t.Errorf("%q %q: error %v, want one that names %s", one.file, one.arg, err, one.want)
		}
	}
}

func TestConfigurationFileThatIsNamedMustBeThere(t *testing.T) {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags)
	if _, err := Load(flags, Search{File: filepath.Join(t.TempDir(), "none.yaml")}, now); err == nil {
		t.Error("a missing file was accepted")
	}
}

// TestTheSettingsFileIsTheFirstThatIsFoundOutsideOfWhatIsChecked has a file in each place.
func TestTheSettingsFileIsTheFirstThatIsFoundOutsideOfWhatIsChecked(t *testing.T) {
	dir := t.TempDir()
	for name, limit := range map[string]string{"here/midspan.yaml": "1", "user/midspan/midspan.yaml": "2", "variable.yaml": "3", "flag.yaml": "4"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("limit: "+limit+"\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, "here"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "user"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	here, user := filepath.Join(dir, "here"), filepath.Join(dir, "user")
	for _, one := range []struct {
		variable string
		search   Search
		limit    int // 0: refused
		ignored  int
	}{
		{"", Search{Folder: true}, 1, 0},
		{"", Search{}, 2, 1},
		{"", Search{Folder: true, Trees: []string{here}}, 2, 1},
		{"", Search{Folder: true, Trees: []string{here, user}}, -1, 2},
		{"../variable.yaml", Search{Folder: true}, 3, 0},
		{"../variable.yaml", Search{File: "../flag.yaml", Folder: true}, 4, 0},
		{"", Search{File: os.DevNull, Folder: true}, -1, 0},
		{"", Search{File: "midspan.yaml", Trees: []string{here}}, 0, 0},
		{"midspan.yaml", Search{Trees: []string{here}}, 0, 0},
		{"", Search{File: ".."}, 0, 0},
	} {
		t.Setenv("MIDSPAN_CONFIG", one.variable)
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		AddFlags(flags)
		c, err := Load(flags, one.search, now)
		if (err == nil) != (one.limit != 0) || err == nil && (c.Limit != max(one.limit, 0) || len(c.Origin.Ignored) != one.ignored) {
			t.Errorf("%q, %+v: limit %d, %+v, %v", one.variable, one.search, c.Limit, c.Origin, err)
		}
	}
}

func TestTheCacheIsTheUsersUnlessAStoreIsNamed(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, one := range []struct{ file, args, want string }{
		{"", "", filepath.Join(os.Getenv("XDG_CACHE_HOME"), "midspan")},
		{"", "--store=s", "s"}, {"store: s\n", "", "s"}, {"", "--store=.midspan", ".midspan"},
		{"cache: c\n", "--store=s", "c"}, {"", "--cache=c", "c"},
	} {
		var args []string
		if one.args != "" {
			args = []string{one.args}
		}
		c, err := load(t, one.file, args...)
		if err != nil || c.Cache != one.want {
			t.Errorf("%q %q: cache %q, %v, want %q", one.file, one.args, c.Cache, err, one.want)
		}
	}
}

func TestAContactIsAnAddressAndFitsAHeader(t *testing.T) {
	for contact, fits := range map[string]bool{
		"": true, "goods@agency.example": true, "https://agency.example/goods": true, "agency": false, "Ann <ann@agency.example>": false,
		"a@b.example\r\nX: y": false, "https://agency.example/a)b": false, "ftp://agency.example": false, "https://user:word@agency.example": false,
		"https://agency.example/" + strings.Repeat("x", 200): false,
	} {
		if _, err := New(now, func(c *Config) { c.Contact = contact }); (err == nil) != fits {
			t.Errorf("%q: %v", contact, err)
		}
	}
}

func TestTheArchiveIsAskedOfNoneOfSomeOrOfAll(t *testing.T) {
	for choice, known := range map[string]bool{"none": true, "unread": true, "all": true, "some": false} {
		if _, err := load(t, "", "--archive="+choice); (err == nil) != known {
			t.Errorf("%s: %v", choice, err)
		}
	}
}
