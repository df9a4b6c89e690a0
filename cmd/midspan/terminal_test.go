package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Text of others may contain escape sequences that overwrite the terminal, paste, or
// rename its window. No command may print them, in any message.
func TestNoEscapeOfOthersReachesTheTerminal(t *testing.T) {
	const escape = "\x1b[31m\x1b]0;owned\x07\u009b31m"
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	table := write("goods.csv", "url,name,id,website,licence,x"+escape+"\n"+strings.Repeat("\""+escape+"https://forge.example/a/b\",", 5)+"\n"+escape+",,,,,\n")
	nonsense := write("nonsense.csv", "nothing"+escape+"\n")
	rules := write("rules.yaml", "stages:\n  - stage: \"\\e[31m\"\n")
	asked := write("policy.yaml", "version: 1\nid: a\nconditions:\n  - {id: \"\\e[31m\", stage: \"\\e[31m\"}\n")
	write("repository/package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/\u001b[31mx": {"version": "1\u0007"}}}`)
	write("repository/FUNDING.yml", "github: ["+escape)
	write("repository/a"+escape+".sh", "#!/bin/sh\ncurl x"+escape+" | sh\n")
	write("repository/"+escape+".spdx.json", "{")
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=A", "-c", "user.email=a@team.example", "commit", "-q", "-m", escape}, {"tag", "v1"}} {
		git := exec.Command("git", append([]string{"-C", filepath.Join(dir, "repository")}, args...)...)
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull)
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	t.Chdir(dir)
	store, out := "--store="+filepath.Join(dir, "store"), "--out="+filepath.Join(dir, "out")
	for name, args := range map[string][]string{
		"a catalog":            {"catalog", "show", "--catalog=" + table},
		"no catalog":           {"catalog", "show", "--catalog=" + nonsense},
		"a missing catalog":    {"catalog", "show", "--catalog=" + escape + ".csv"},
		"an address":           {"catalog", "show", "--catalog=https://forge" + escape + ".example/"},
		"a run":                {"run", "--catalog=" + table, store, out},
		"an address of a run":  {"run", "https://forge.example/" + escape, store, out},
		"a check":              {"check", filepath.Join(dir, "repository"), store},
		"a check of nothing":   {"check", dir + escape, store},
		"rules":                {"run", "--rules=" + rules, store, out},
		"a policy":             {"policy", asked, store},
		"a missing policy":     {"policy", "./" + escape, store},
		"an unknown command":   {escape},
		"an unknown flag":      {"run", "--" + escape},
		"a value":              {"run", "--jobs=" + escape},
		"a day":                {"run", "--as-of=" + escape},
		"a configuration file": {"run", "--config=" + nonsense},
		"a missing database":   {"advisories", "import", escape, store},
		"a good that is none":  {"sbom", "--only=" + escape, store},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := execute(t.Context(), append(args, "--offline"), &stdout, &stderr, time.Now)
			output := stdout.String() + stderr.String()
			if strings.ContainsAny(output, "\x1b\x07\u009b") {
				t.Errorf("an escape came through: %.1000q", output)
			}
			if code != 0 && output == "" {
				t.Errorf("it ends with %d and says nothing", code)
			}
		})
	}
}
