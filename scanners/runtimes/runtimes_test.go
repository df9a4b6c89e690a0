package runtimes

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/scannertest"
)

var day = time.Date(2026, 11, 28, 23, 59, 59, 0, time.UTC)

func TestFilesNameTheirRuntimes(t *testing.T) {
	for _, c := range []struct {
		file, text string
		want       []string // as Runtime.String says them, with the reading behind a ranged one
	}{
		{".nvmrc", "v14.17.0\n", []string{"nodejs 14.17.0"}},
		{".nvmrc", "lts/fermium", []string{"nodejs 14"}},
		{".nvmrc", "14.x", []string{"nodejs 14"}},
		{".nvmrc", "lts/*", nil},
		{".nvmrc", "node", nil},
		{".nvmrc", "# a comment\n\n12\n", []string{"nodejs 12"}},
		{"web/.node-version", "16", []string{"nodejs 16"}},
		{".python-version", "3.6.9\n2.7.18\n", []string{"python 2.7.18", "python 3.6.9"}},
		{".python-version", "my-environment\npypy3.6-7.3\n", nil},
		{".ruby-version", "ruby-2.5.1", []string{"ruby 2.5.1"}},
		{".ruby-version", "jruby-9.2", nil},
		{".tool-versions", "nodejs 14.17.0\npython 3.6.9 2.7.18 # old\njava temurin-11.0.13+8\nterraform 1.2\nruby\n",
			[]string{"java 11.0.13", "nodejs 14.17.0", "python 3.6.9"}},
		{"runtime.txt", "python-3.6.9\n", []string{"python 3.6.9"}},
		{"runtime.txt", "The runtime of the pump is 3.6 hours.\n", nil},
		{"go.mod", "module example.org/m\n\ngo 1.15\n", []string{"go 1.15 or later"}},
		{"go.mod", "module example.org/m\n", nil},
		{"package.json", `{"engines": {"node": ">=10 <13", "npm": ">=6"}, "volta": {"node": "12.22.1"}}`, []string{"nodejs 12.22.1", "nodejs >=10 <13 npm"}},
		{"package.json", `{"engines": ["node >= 0.8"]}`, nil},
		{"package.json", `{"engines": {"node": "*"}}`, nil},
		{"composer.json", `{"require": {"php": "^7.4"}, "config": {"platform": {"php": "7.4.33"}}}`, []string{"php 7.4.33", "php ^7.4 Composer"}},
		{"pyproject.toml", "[project]\nrequires-python = \">=3.6\"\n[tool.poetry.dependencies]\npython = \"^3.6\"\n",
			[]string{"python >=3.6 PyPI", "python ^3.6 Poetry"}},
		{"setup.cfg", "[options]\npython_requires = >=3.6, <4\n", []string{"python >=3.6, <4 PyPI"}},
		{"setup.py", "setup(\n    name='x',\n    python_requires='>=3.6',\n)", []string{"python >=3.6 PyPI"}},
		{"setup.py", "setup(python_requires=versions())", nil},
		{"Pipfile", "[requires]\npython_version = \"3.6\"\n", []string{"python 3.6"}},
		{"pom.xml", "<project><properties><maven.compiler.target>1.8</maven.compiler.target><java.version>11</java.version></properties></project>",
			[]string{"java 8 or later"}},
		{"pom.xml", "<project><properties><jdk>17</jdk></properties><build><plugins><plugin><configuration><release>${jdk}</release></configuration>" +
			"</plugin></plugins></build></project>", []string{"java 17 or later"}},
		{"build.gradle", "sourceCompatibility = JavaVersion.VERSION_1_8\n", []string{"java 8 or later"}},
		{"build.gradle", "// sourceCompatibility = 1.6\n", nil},
		{"build.gradle.kts", "java { toolchain { languageVersion.set(JavaLanguageVersion.of(11)) } }", []string{"java 11 or later"}},
		{"App.csproj", `<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>netcoreapp3.1</TargetFramework></PropertyGroup></Project>`,
			[]string{"dotnet 3.1"}},
		{"Library.csproj", `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFrameworks>netstandard2.0;net6.0;net472</TargetFrameworks></PropertyGroup></Project>`,
			[]string{"dotnet 6.0 or later", "dotnetfx 4.7.2 or later"}},
	} {
		t.Run(c.file, func(t *testing.T) { check(t, c.file, c.text, c.want) })
	}
}

func TestDockerfilesNameTheRuntimesOfTheirBaseImages(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"tag", "Dockerfile", "FROM python:3.6-slim-buster\nRUN true\n", []string{"python 3.6"}},
		{"stages", "Dockerfile", "FROM node:10 AS build\nRUN npm ci\nFROM build AS test\nFROM nginx:1.14-alpine\nCOPY --from=build / /\n",
			[]string{"nginx 1.14", "nodejs 10"}},
		{"digest", "Dockerfile.prod", "FROM docker.io/library/ruby:2.5.1@sha256:abc\n", []string{"ruby 2.5.1"}},
		{"argument", "prod.Dockerfile", "ARG PY=3.6\nARG TAG=${PY}-slim\nFROM python:${TAG}\n", []string{"python 3.6"}},
		{"argument in the name", "Dockerfile", "ARG BASE=debian:buster\nFROM ${BASE}\n", []string{"debian buster"}},
		{"argument without a default", "Dockerfile", "ARG PY\nFROM python:${PY}\n", []string{"python"}},
		{"argument behind the version", "Dockerfile", "ARG VARIANT\nFROM python:3.6-${VARIANT}\n", []string{"python 3.6"}},
		{"argument within the version", "Dockerfile", "ARG MINOR\nFROM python:3.${MINOR}\n", []string{"python"}},
		{"open name", "Dockerfile", "ARG BASE\nFROM $BASE\n", nil},
		{"platform", "Dockerfile", "FROM --platform=$BUILDPLATFORM golang:1.15.2-alpine3.12 AS b\n", []string{"go 1.15.2"}},
		{"Java", "Dockerfile", "FROM openjdk:8u312-jdk\nFROM eclipse-temurin:11.0.13_8-jre\n", []string{"java 11.0.13", "java 8"}},
		{".NET", "Dockerfile", "FROM mcr.microsoft.com/dotnet/core/sdk:3.1 AS build\n", []string{"dotnet 3.1"}},
		{"newest", "Dockerfile", "FROM python\nFROM node:lts-buster\nFROM debian:stable-slim\nFROM alpine:latest\n", nil},
		{"suites", "Containerfile", "FROM ubuntu:bionic-20210930\nFROM debian:10-slim\nFROM centos:centos7\n", []string{"centos 7", "debian 10", "ubuntu bionic"}},
		{"image of others", "Dockerfile", "FROM example.org/team/python:3.6\nFROM scratch\n", nil},
		{"no Dockerfile", "Dockerfile.dockerignore", "node_modules\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, c.file, c.text, c.want) })
	}
}

// check scans a repository of one file.
func check(t *testing.T, file, text string, want []string) {
	t.Helper()
	seen := scannertest.Scan(t, Scanner{}, repository(t, map[string]string{file: text}), day)
	var got []string
	for _, r := range seen.Runtimes {
		name := r.String()
		if r.Reading != observation.RuntimePinned && r.Reading != observation.RuntimeMinimum {
			name += " " + string(r.Reading)
		}
		got = append(got, name)
		if r.Path != file {
			t.Errorf("%s is said to stand in %q", name, r.Path)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s names %q, want %q; notes %v", file, got, want, seen.Notes)
	}
	if state := seen.Measures[0].State; (state == observation.NotApplicable) != (len(want) == 0) {
		t.Errorf("the measure is %s where %d runtimes are named", state, len(want))
	}
}

func repository(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repository.git")
	gittest.Import(t, dir, gittest.Commit{Files: gittest.Files(texts)})
	return dir
}

func TestTestsExamplesAndCopiesDoNotSayWhatRuns(t *testing.T) {
	seen := scannertest.Scan(t, Scanner{}, repository(t, map[string]string{
		"tests/Dockerfile": "FROM python:2.7\n", "examples/web/.nvmrc": "8", "vendor/a/go.mod": "module a\n\ngo 1.2\n", "docs/.python-version": "3.5",
		"node_modules/a/package.json": `{"engines": {"node": "0.10"}}`, ".devcontainer/Dockerfile": "FROM node:8\n",
	}), day)
	if len(seen.Runtimes) > 0 {
		t.Errorf("they name %v", seen.Runtimes)
	}
}

// A file that is not read is not one that is not there.
func TestWhatIsTooLargeOrALinkIsNotNone(t *testing.T) {
	engines := `{"engines": {"node": "12.0.0"}}`
	large := gittest.File{Path: "package.json", Data: engines + strings.Repeat(" ", maxFile)}
	for _, c := range []struct {
		name  string
		files []gittest.File
		state observation.State
		cause observation.Cause
		names int
	}{
		{"large", []gittest.File{large}, observation.Unknown, observation.CauseOverLimit, 0},
		{"link", []gittest.File{{Path: "package.json", Data: "meta.json", Mode: "120000"}, {Path: "meta.json", Data: engines}}, observation.Measured, "", 1},
		{"link to what is read", []gittest.File{{Path: "package.json", Data: "web/package.json", Mode: "120000"}, {Path: "web/package.json", Data: engines}}, observation.Measured, "", 1},
		{"link to a large one", []gittest.File{{Path: ".nvmrc", Data: "package.json", Mode: "120000"}, large}, observation.Unknown, observation.CauseOverLimit, 0},
		{"link to nowhere", []gittest.File{{Path: "package.json", Data: "meta.json", Mode: "120000"}}, observation.Unknown, observation.CauseBroken, 0},
		{"link to a folder", []gittest.File{{Path: "Dockerfile", Data: "docker", Mode: "120000"}, {Path: "docker/a", Data: "a"}}, observation.NotApplicable, "", 0},
	} {
		dir := filepath.Join(t.TempDir(), "repository.git")
		gittest.Import(t, dir, gittest.Commit{Files: c.files})
		seen := scannertest.Scan(t, Scanner{}, dir, day)
		if m := seen.Measures[0]; m.State != c.state || m.Cause != c.cause || len(seen.Runtimes) != c.names {
			t.Errorf("%s: %+v, %v", c.name, m, seen.Runtimes)
		}
	}
}

func TestWhatCannotBeReadMakesALowerBound(t *testing.T) {
	seen := scannertest.Scan(t, Scanner{}, repository(t, map[string]string{"package.json": "{", ".nvmrc": "14"}), day)
	if m := seen.Measures[0]; m.State != observation.Measured || m.Bound != observation.AtLeast || len(seen.Notes) != 1 {
		t.Errorf("the measure is %+v, with notes %v", m, seen.Notes)
	}
	seen = scannertest.Scan(t, Scanner{}, repository(t, map[string]string{"package.json": "{"}), day)
	if m := seen.Measures[0]; m.State != observation.Unknown {
		t.Errorf("the measure is %+v, want unknown", m)
	}
}

func TestRuntimesAreReadFromWhatIsWantedAlone(t *testing.T) {
	scannertest.CheckWants(t, Scanner{}, repository(t, map[string]string{".nvmrc": "14", "Dockerfile": "FROM python:3.6\n", "README.md": "text"}), day)
}
