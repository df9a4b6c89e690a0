package config

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/midspan/midspan/internal/redact"
)

// withFlags is the configuration of a command line in the present folder.
func withFlags(t *testing.T, args ...string) Config {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	c, err := Load(flags, Search{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// keptOf are the settings that a run with flags leaves, as the store gives them back.
func keptOf(t *testing.T, flags ...string) Kept {
	t.Helper()
	kept, err := withFlags(t, flags...).Keep(redact.URL, true)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	var back Kept
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestSettingsOfARunAreTakenWhereNoneAreNamed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	kept := keptOf(t, "--store", "s", "--mirror", "m/{name}", "--advisories", "osv", "--offline", "--out", "r", "--allow-private", "--limit", "3")
	t.Chdir(t.TempDir())
	c := withFlags(t, "--store", filepath.Join(dir, "s"))
	taken, err := c.Recall(kept)
	if err != nil {
		t.Fatal(err)
	}
	if c.Mirror != filepath.Join(dir, "m", "{name}") || c.Advisories != filepath.Join(dir, "osv") || !c.Offline || c.Out != filepath.Join(dir, "r") {
		t.Errorf("from another folder the run's settings are %+v", c)
	}
	if c.AllowPrivate || c.Limit != 0 {
		t.Error("a permission or a choice of goods was taken from a run")
	}
	if line := strings.Join(taken, " "); !strings.Contains(line, "--offline ") || !strings.Contains(line, "--advisories "+filepath.Join(dir, "osv")) {
		t.Errorf("it says that it took %q", line)
	}
	if again, err := c.Recall(kept); err != nil || len(again) != 0 {
		t.Errorf("a second time it took %q, %v", again, err)
	}
}

func TestWhatIsNamedWinsOverTheSettingsOfARun(t *testing.T) {
	t.Chdir(t.TempDir())
	kept := keptOf(t, "--store", "s", "--advisories", "osv", "--offline", "--languages", "fr", "--mirror", "m/{name}")
	t.Setenv("MIDSPAN_MIRROR", "n/{name}")
	c := withFlags(t, "--store", "s", "--advisories", "other", "--offline=false", "--languages", "en")
	taken, err := c.Recall(kept)
	if err != nil || len(taken) != 0 {
		t.Fatalf("took %q, %v", taken, err)
	}
	if c.Advisories != "other" || c.Offline || !slices.Equal(c.Languages, []string{"en"}) || c.Mirror != "n/{name}" {
		t.Errorf("the run's settings won: %+v", c)
	}
}

func TestNoSecretIsKeptAndTheReasonIsSaid(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, address := range []string{"https://me:pass@osv.example/all", "https://osv.example/all?token=abc"} {
		kept := keptOf(t, "--store", "s", "--advisories", address)
		text, err := json.Marshal(kept)
		if err != nil || strings.Contains(string(text), "osv.example") {
			t.Errorf("of %s the store keeps %s", address, text)
		}
		if why := kept.WhyNot("advisories", "s"); !strings.Contains(why, "secret") {
			t.Errorf("the reason is %q", why)
		}
	}
	if kept := keptOf(t, "--store", "s", "--advisories", "https://osv.example/all"); kept.Values["advisories"] == nil {
		t.Error("an address without a secret is not kept")
	}
	if kept := keptOf(t, "--store", "s", "--rules", "-"); kept.Values["rules"] != nil {
		t.Error("standard input is kept, which cannot be read again")
	}
}

// TestAStoreThatCameFromElsewhereGivesNoSettings: a store that was copied, or came with a
// clone, steers nothing.
func TestAStoreThatCameFromElsewhereGivesNoSettings(t *testing.T) {
	t.Chdir(t.TempDir())
	kept := keptOf(t, "--store", "s", "--advisories", "osv", "--out", "r")
	c := withFlags(t, "--store", "elsewhere")
	if taken, err := c.Recall(kept); err != nil || len(taken) != 0 || c.Advisories != "" || c.Out != defaultOut {
		t.Errorf("took %q, %v", taken, err)
	}
	if why := kept.WhyNot("advisories", "elsewhere"); !strings.Contains(why, "lay in") {
		t.Errorf("the reason is %q", why)
	}
}

func TestKeptSettingsAreCheckedLikeThoseOfAUser(t *testing.T) {
	t.Chdir(t.TempDir())
	for key, value := range map[string]string{mirrorKey: `"/m"`, "languages": `["xx"]`, "out": `"/"`, "rules": `"https://rules.example/x"`} {
		kept := keptOf(t, "--store", "s")
		kept.Values[key] = json.RawMessage(value)
		c := withFlags(t, "--store", "s")
		if _, err := c.Recall(kept); err == nil {
			t.Errorf("%s %s was taken", key, value)
		}
	}
}
