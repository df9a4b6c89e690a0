package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/forge"
	"github.com/midspan/midspan/scanners/scorecard/live"
)

// TestCredentialHelpersAreAskedForNamedHostsAlone configures a helper that knows every host.
func TestCredentialHelpersAreAskedForNamedHostsAlone(t *testing.T) {
	folder := t.TempDir()
	helper, configuration := filepath.Join(folder, "helper"), filepath.Join(folder, "gitconfig")
	script := "#!/bin/sh\necho ran >>" + filepath.Join(folder, "ran") + "\necho username=x\necho password=secret\n"
	if err := os.WriteFile(helper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(configuration, []byte("[credential]\n\thelper = "+helper+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", configuration)
	for _, variable := range []string{"GITHUB_TOKEN", "GH_TOKEN", "MIDSPAN_GITHUB_TOKEN", "MIDSPAN_FORGE_TOKENS"} {
		t.Setenv(variable, "")
	}
	said := func(all []scanners.Source, name string) []string {
		i := slices.IndexFunc(all, func(s scanners.Source) bool { return s.Name() == name })
		if i < 0 {
			return nil
		}
		return all[i].Describe().Services
	}
	var out bytes.Buffer
	a := &app{stderr: &out}
	if got := said(a.sourcesFor(t.Context(), config.Config{}), forge.Name); !slices.Equal(got, []string{"github.com is not asked: set GITHUB_TOKEN"}) {
		t.Errorf("nobody was named, and got %q", got)
	}
	if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
		t.Error("a helper was asked, and no host was named")
	}
	all := a.sourcesFor(t.Context(), config.Config{Credentials: []string{"github.com", "forge.example"}, ScorecardFull: true})
	if got := said(all, forge.Name); !slices.Equal(got, []string{"github.com with 1 token", "forge.example with 1 token"}) {
		t.Errorf("got %q", got)
	}
	if got := said(all, live.Name); !slices.Equal(got, []string{"github.com with 1 token"}) {
		t.Errorf("Scorecard in full: %q", got)
	}
	if strings.Contains(out.String(), "secret") {
		t.Errorf("said %q", out.String())
	}
}
