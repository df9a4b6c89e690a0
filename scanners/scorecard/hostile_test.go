package scorecard

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// A parser that goes down by calling itself has no bound but the stack, and a
// stack that is full ends the program.
func TestHostileScriptsAreUnknownAndEndNoRun(t *testing.T) {
	workflow := "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: "
	for name, f := range map[string]gittest.File{
		"brackets":                  script("x.sh", "#!/bin/sh\n"+strings.Repeat("(", 1_000_000)),
		"brackets without a name":   script("x", "#!/usr/bin/env bash\n"+strings.Repeat("(", 1_000_000)),
		"words":                     script("x.bash", strings.Repeat("if ", 1_000_000)),
		"substitutions":             script("x.mksh", strings.Repeat("$(", 1_000_000)),
		"ends in comments":          script("x.sh", strings.Repeat("( # )\n", 1_000_000)),
		"a workflow":                file(".github/workflows/a.yml", workflow+strings.Repeat("(", 1_000_000)),
		"expressions of a workflow": file(".github/workflows/a.yml", workflow+"${{ "+strings.Repeat("!", 1_000_000)+" }}"),
		"a recipe":                  file("Dockerfile", "FROM a\nRUN "+strings.Repeat("( \\\n", 100_000)),
	} {
		t.Run(name, func(t *testing.T) {
			g := newGit(t)
			seen := scan(t, input(t, g, repo(t, f)))
			if check := find(t, seen, "Pinned-Dependencies"); check.State != observation.Unknown || check.Cause != observation.CauseOverLimit {
				t.Errorf("got %+v", check)
			}
		})
	}
}

// What a parser needs for a text of megabytes nobody bounds: it is not handed to one, and
// the check that would have read it is unknown.
func TestScriptsAndRecipesOfMegabytesAreNotRead(t *testing.T) {
	line := "RUN curl https://example.org | sh\n"
	long := strings.Repeat(line, 2<<20/len(line))
	for name, f := range map[string]gittest.File{
		"a script":                script("x.sh", "#!/bin/sh\n"+long),
		"a script without a name": script("x", "#!/bin/sh\n"+long),
		"a recipe":                file("Dockerfile", "FROM a\n"+long),
		"a recipe of much more":   file("Dockerfile", "FROM a\n"+strings.Repeat(long, 9)),
		"a workflow":              file(".github/workflows/a.yml", "on: push\n"+strings.Repeat("#\n", 1<<20)),
		"a project":               file("a.csproj", "<Project>"+strings.Repeat("\n", 2<<20)+"</Project>"),
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, input(t, newGit(t), repo(t, f)))
			check := find(t, seen, "Pinned-Dependencies")
			if check.State != observation.Unknown || check.Cause != observation.CauseOverLimit || !strings.Contains(check.Reason, "bytes, more than the") {
				t.Errorf("got %+v", check)
			}
			if check := find(t, seen, "Binary-Artifacts"); check.State != observation.Measured {
				t.Errorf("the check that reads the first bytes alone is %+v", check)
			}
		})
	}
}

func TestHostileSettingsFailTheirChecksAndNoOthers(t *testing.T) {
	g := newGit(t)
	laughs := "a: &a [lol, lol]\n"
	for i := range 30 {
		laughs += strings.Repeat("b", i+1) + ": &" + strings.Repeat("b", i+1) + " [*a, *a]\n"
	}
	seen := scan(t, input(t, g, repo(t,
		file(".github/workflows/deep.yml", "on: "+strings.Repeat("{a: ", 20_000)),
		file(".github/workflows/laughs.yml", laughs),
		file(".github/workflows/objects.yml", "on: {push: {branches: {a: {b: []}}}}\njobs: 7\npermissions: [[]]\n"),
		file(".github/dependabot.yml", strings.Repeat("[", 100_000)),
		file("App.csproj", "<Project>"+strings.Repeat("<a>", 100_000)),
		file("Directory.Packages.props", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Project>&e;</Project>"),
		file("SECURITY.md", strings.Repeat("mailto:a@example.org https://example.org/ ", 20_000)),
		file("LICENSE", "MIT License\x00\x1b[31m<script>"),
	)))
	for _, check := range seen.Checks {
		if strings.ContainsAny(check.Reason+strings.Join(check.Details, ""), "\x00\x1b\n") || len(check.Reason) > 1000 {
			t.Errorf("%s says %.300q", check.Name, check.Reason)
		}
	}
	if check := find(t, seen, "License"); check.State != observation.Measured {
		t.Errorf("another check is %+v", check)
	}
	if check := find(t, seen, "Token-Permissions"); check.State == observation.Measured && check.Score == 10 {
		t.Errorf("workflows that do not parse are well: %+v", check)
	}
}
