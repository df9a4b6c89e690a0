package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/report/publish"
	"github.com/midspan/midspan/internal/store"
)

// commandLine is the configuration of flags, with a settings file that names the folder of
// reports.
func commandLine(t *testing.T, dir string, args ...string) config.Config {
	t.Helper()
	file := filepath.Join(dir, "settings.yaml")
	if err := os.WriteFile(file, []byte("out: "+filepath.Join(dir, "site")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	args = append(args, "--store", filepath.Join(dir, "store"), "--offline", "--as-of", asOf)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(flags, config.Search{File: file}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// publishAgain does what midspan report does.
func publishAgain(t *testing.T, cfg config.Config) (Published, error) {
	t.Helper()
	p, err := New(t.Context(), cfg, "test", time.Now, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	last, err := p.Resume(t.Context(), "midspan run", store.Assessed)
	if err != nil {
		t.Fatal(err)
	}
	return p.Publish(t.Context(), last)
}

// TestOneGoodNeverOverwritesAPortfolio goes through the commands that publish, with a
// folder of reports that a settings file names.
func TestOneGoodNeverOverwritesAPortfolio(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	holds := func(folder string, want int) {
		t.Helper()
		if n, _ := publish.Holds(folder); n != want {
			t.Errorf("%s holds %d goods, want %d", folder, n, want)
		}
	}
	catalog := filepath.Join(dir, "goods.csv")
	write := func(names ...string) {
		t.Helper()
		text := "url,name\n"
		for _, name := range names {
			text += "https://forge.example/o/" + name + "," + name + "\n"
		}
		if err := os.WriteFile(catalog, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one", "two", "three")
	run(t, commandLine(t, dir, "--catalog", catalog))
	holds(site, 3)
	run(t, commandLine(t, dir, "--catalog", catalog, "--only", "two"))
	holds(site, 3)
	holds(site+"-two", 1)
	published, err := publishAgain(t, commandLine(t, dir)) // of the part that was read last
	if err != nil || published.Files.Dir != site+"-two" {
		t.Errorf("the report of a part is published in %s: %v", published.Files.Dir, err)
	}
	holds(site, 3)
	if _, err := publishAgain(t, commandLine(t, dir, "--out", site)); err == nil || !strings.Contains(err.Error(), "holds the report of 3 goods") {
		t.Errorf("one good is published over three: %v", err)
	}
	holds(site, 3)
	// Another catalog, of one good.
	other := filepath.Join(dir, "other.csv")
	if err := os.WriteFile(other, []byte("url,name\nhttps://forge.example/o/four,four\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, commandLine(t, dir, "--catalog", other))
	holds(site, 3)
	holds(site+"-four", 1)
	// The same catalog, with fewer goods by now: also in a folder that the command line names.
	write("one", "two")
	run(t, commandLine(t, dir, "--catalog", catalog, "--out", site))
	holds(site, 2)
	write("one")
	run(t, commandLine(t, dir, "--catalog", catalog, "--out", site))
	holds(site, 1)
	// A choice of goods that has shrunk.
	chosen := filepath.Join(dir, "chosen")
	write("red-1", "red-2", "blue")
	run(t, commandLine(t, dir, "--catalog", catalog, "--only", "red", "--out", chosen))
	holds(chosen, 2)
	write("red-1", "blue")
	run(t, commandLine(t, dir, "--catalog", catalog, "--only", "red", "--out", chosen))
	holds(chosen, 1)
}
