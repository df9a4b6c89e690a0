package scorecard

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/clients/localdir"
	"github.com/ossf/scorecard/v5/log"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// elf is the start of a program.
const elf = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00\x01\x00\x00\x00"

// sampleFiles is a repository in which every file check has something to find.
func sampleFiles() []gittest.File {
	hash := strings.Repeat("ab", 20)
	return []gittest.File{
		file("LICENSES/Apache-2.0.txt", "Apache"), file("LICENSE.md", "MIT"), file("a.txt", "x"), file("a/b.txt", "x"),
		file(".github/SECURITY.md", "Report to security@example.org, see https://example.org/disclosure\nWe answer within 14 days of a vulnerability report.\n"),
		file(".github/dependabot.yml", "version: 2\n"), file("renovate.json", "{}"),
		file(".github/workflows/ci.yml", "on: push\npermissions: read-all\njobs:\n  build:\n    runs-on: ubuntu-latest\n    permissions: {contents: write}\n    steps:\n"+
			"      - uses: actions/checkout@v4\n      - uses: other/action@"+hash+"\n      - run: |\n          pip install requests\n          curl https://example.org/x | bash\n"+
			"      - uses: github/codeql-action/analyze@v3\n"),
		file(".github/workflows/release.yaml", "on: [release]\njobs:\n  binaries:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: goreleaser/goreleaser-action@v6\n"),
		file(".github/workflows/danger.yml", "on: pull_request_target\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n      - run: echo ${{ github.event.issue.title }}\n"),
		file(".github/workflows/gradle.yml", "on: push\njobs: {a: {runs-on: x, steps: [{uses: gradle/wrapper-validation-action@v1}]}}\n"),
		file(".github/workflows/notes.txt", "none"),
		file("Dockerfile", "ARG V=1\nFROM node:${V} AS build\nRUN npm install\nFROM build\nRUN apt-get update && curl -o /t https://example.org/t && sh /t\n"),
		file("deploy/app.Dockerfile", "FROM debian@sha256:"+strings.Repeat("0f", 32)+"\n"), file("deploy/Dockerfile.tmpl", "FROM {{ .Image }}\n"),
		file("vendor/x/Dockerfile", "FROM busybox\n"),
		script("install.sh", "#!/usr/bin/env bash\nwget -qO- https://example.org/install | sh\nnpm install left-pad\n"),
		script("bin/start", "#!/bin/sh\ngo install example.org/tool@latest\n"), script("bin/serve", "#!/usr/bin/python3\nprint(1)\n"),
		script("tools/odd.sh", "#!/bin/zsh\nif then\n"), file("tools/plain.sh", "pip install -r requirements.txt\n"), file("tools/broken.bash", "if then ((\n"),
		script("bin/program", elf+strings.Repeat("\x00", 3000)), file("lib/tool.jar", "PK\x03\x04\x00\x00\x00\x01"), file("lib/fake.jar", "only text\n"),
		file("gradle/wrapper/gradle-wrapper.jar", "PK\x03\x04\x00\x00\x00\x02"), file("empty.so", ""), file("testdata/sample.exe", "MZ\x00\x00"),
		file("app/App.csproj", "<Project><PropertyGroup><RestoreLockedMode>true</RestoreLockedMode></PropertyGroup></Project>"),
		file("Directory.Packages.props", "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>"),
		file("build.sh", "dotnet restore\n"),
		file("java/pom.xml", "<project><properties>\n<sonar.host.url>https://sonar.example</sonar.host.url>\n</properties></project>"),
		file("parse_test.go", "package p\nfunc FuzzParse(f *testing.F) {}\n"), file("other_test.go", "package p\n// Fuzz, but no fuzzer\n"),
		link("docs/policy", "../.github/SECURITY.md"), link("nowhere", "gone/file"), link("folder", "app"), link("start.sh", "bin/start"),
		{Mode: "160000", Path: "module", Data: strings.Repeat("1", 40)},
		file(".clusterfuzzlite/Dockerfile", "FROM gcr.io/oss-fuzz-base/base-builder\n"),
	}
}

// fuzzers holds for each kind of source file a text that the Fuzzing check
// takes as using a fuzzer, and one that comes near.
var fuzzers = []struct{ name, yes, no string }{
	{"x_test.go", "func FuzzX(f *testing.F) {", "func Fuzz() {"},
	{"x.erl", `-include_lib("proper/include/proper.hrl").`, `-include_lib("eunit/include/eunit.hrl").`},
	{"x.hrl", `-include_lib("eqc/include/eqc.hrl").`, `-include("eqc.hrl").`},
	{"x.hs", "import qualified Test.QuickCheck as Q", "-- QuickCheck"},
	{"x.lhs", "import Test.Tasty.Hedgehog", "Hedgehog"},
	{"y.hs", "import Test.Hspec.SmallCheck", "import SmallCheck"},
	{"z.hs", "import Test.Validity", "Validity"},
	{"x.ex", "use PropCheck", "PropCheck"},
	{"x.exs", "use ExUnitProperties", "ExUnitProperties"},
	{"x.gleam", "import qcheck", "qcheck"},
	{"x.js", "import fc from 'fast-check'", "// fast-check"},
	{"x.jsx", `const fc = require("@fast-check/jest")`, "fast-checker"},
	{"x.ts", `import { it } from "@fast-check/vitest"`, "fast-check"},
	{"x.tsx", `import fc from "fast-check"`, "fast-check"},
	{"X.PY", "import atheris", "import atheri"},
	{"x.py", "    import atheris", "from atheris"},
	{"x.c", "int LLVMFuzzerTestOneInput(", "LLVMFuzzer"},
	{"x.cc", "LLVMFuzzerTestOneInput", "Fuzzer"},
	{"x.cpp", "LLVMFuzzerTestOneInput", ""},
	{"x.swift", "@_cdecl(\"LLVMFuzzerTestOneInput\")", "Fuzzer"},
	{"x.rs", "use libfuzzer_sys::fuzz_target;", "libfuzzer"},
	{"X.java", "import com.code_intelligence.jazzer.api.FuzzedDataProvider;", "FuzzedDataProvider;"},
	{"X.cs", "using FsCheck.Xunit;", "FsCheck"},
	{"Y.cs", "using Expecto.ExpectoFsCheck;", "using FsChecker;"},
	{"X.fs", "open FsCheck.NUnit", "FsCheck"},
}

func TestScoresAndReasonsEqualTheLibrarysOwnClientOfAFolder(t *testing.T) {
	cases := map[string][]gittest.File{
		"sample":          sampleFiles(),
		"bare":            {file("README", "x")},
		"licence folder":  {file("LICENSE.txt", "x"), file("LICENSE/MIT.txt", "x")},
		"broken workflow": {file(".github/workflows/ci.yml", "on: [push\n\t- : {")},
		"empty workflow":  {file(".github/workflows/ci.yml", ""), file(".github/workflows/x.yaml", "# only\n")},
		"broken recipe":   {file("Dockerfile", "FROM a b c d e\n")},
		"recipe in go":    {file("dockerfile.go", "package x\n"), file("Dockerfile.sh", "#!/bin/sh\npip install x\n")},
		"long first line": {file("x.js", strings.Repeat("y", 100_000)), file("y.sh", "# "+strings.Repeat("y", 100_000)+"\npip install x\n")},
		"bulk":            manyFiles(60),
	}
	for _, f := range fuzzers {
		cases["fuzzed "+f.name] = []gittest.File{file("src/"+f.name, strings.Repeat("\n", 2000)+f.yes+"\n")}
		cases["unfuzzed "+f.name] = []gittest.File{file("src/"+f.name, strings.Repeat("\n", 2000)+f.no+"\n")}
	}
	s := newScanner(t)
	g := newGit(t)
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			in := input(t, g, repo(t, files...))
			tree := listTree(in.Snapshot)
			if note := tree.readAll(t.Context()); note != nil {
				t.Fatal(note)
			}
			folder := checkout(t, files)
			for _, spec := range fileChecks() {
				ours := s.runCheck(t.Context(), spec, in, tree)
				theirs := libraryCheck(t, s, spec, folder)
				if ours.Score != theirs.Score || ours.Reason != theirs.Reason {
					t.Errorf("%s:\n ours   %d %q\n theirs %d %q", spec.name, ours.Score, ours.Reason, theirs.Score, theirs.Reason)
				}
				if a, b := details(fileCheck{}, ours), details(fileCheck{}, outcome{CheckResult: theirs}); !slices.Equal(a, b) {
					t.Errorf("%s: details\n ours   %q\n theirs %q", spec.name, a, b)
				}
			}
			if strings.HasPrefix(name, "fuzzed") {
				if score := s.runCheck(t.Context(), fileChecks()[3], in, tree).Score; score != 10 {
					t.Errorf("Fuzzing %d: the sample is none", score)
				}
			}
		})
	}
}

func TestThePassChangesNoResultButTheTime(t *testing.T) {
	s, g := newScanner(t), newGit(t)
	in := input(t, g, repo(t, append(sampleFiles(), manyFiles(20)...)...))
	passed, full, none := listTree(in.Snapshot), listTree(in.Snapshot), listTree(in.Snapshot)
	full.memoryLeft = 2000
	for _, tree := range []*tree{passed, full} {
		if note := tree.readAll(t.Context()); note != nil {
			t.Fatal(note)
		}
	}
	for _, spec := range fileChecks() {
		want := s.check(spec, s.runCheck(t.Context(), spec, in, passed))
		for name, tree := range map[string]*tree{"without room": full, "without a pass": none} {
			if got := s.check(spec, s.runCheck(t.Context(), spec, in, tree)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: %+v\nwant %+v", spec.name, name, got, want)
			}
		}
	}
}

// checkout writes files as git would.
func checkout(t *testing.T, files []gittest.File) string {
	t.Helper()
	folder := t.TempDir()
	for _, f := range files {
		path := filepath.Join(folder, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch f.Mode {
		case "120000":
			err = os.Symlink(f.Data, path)
		case "160000":
			err = os.Mkdir(path, 0o755)
		default:
			err = os.WriteFile(path, []byte(f.Data), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// libraryCheck runs a check as the library would over a folder.
func libraryCheck(t *testing.T, s *Scanner, spec fileCheck, folder string) checker.CheckResult {
	t.Helper()
	local, err := localdir.MakeLocalDirRepo(folder)
	if err != nil {
		t.Fatal(err)
	}
	client := localdir.CreateLocalDirClient(t.Context(), log.NewLogger(log.WarnLevel))
	if err := client.InitRepo(local, "HEAD", 0); err != nil {
		t.Fatal(err)
	}
	logger := checker.NewLogger()
	result := s.functions[spec.name].Fn(&checker.CheckRequest{
		Ctx: t.Context(), RepoClient: client, Repo: local, Dlogger: logger, RawResults: &checker.RawResults{},
	})
	result.Details = logger.Flush()
	return result
}
