package runtimes

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/midspan/midspan/internal/observation"
)

// isDockerfile reports whether a name in lower case is one of a Dockerfile.
func isDockerfile(name string) bool {
	switch extension := path.Ext(name); {
	case extension == ".dockerignore" || extension == ".md":
		return false
	case extension == ".dockerfile" || extension == ".containerfile":
		return true
	}
	stem, _, _ := strings.Cut(name, ".")
	return stem == "dockerfile" || stem == "containerfile" || strings.HasPrefix(name, "dockerfile-") || strings.HasPrefix(name, "dockerfile_")
}

// images are the products of images by name: Docker's official ones
// (https://github.com/docker-library/official-images) and those of .NET
// (https://mcr.microsoft.com). Their tags begin with the version of the product.
var images = map[string]string{
	"python": "python", "node": "nodejs", "golang": "go", "ruby": "ruby", "php": "php", "elixir": "elixir", "erlang": "erlang", "perl": "perl",
	"openjdk": java, "eclipse-temurin": java, "amazoncorretto": java, "adoptopenjdk": java,
	"debian": "debian", "ubuntu": "ubuntu", "alpine": "alpine-linux", "centos": "centos", "fedora": "fedora", "rockylinux": "rocky-linux",
	"almalinux": "almalinux", "amazonlinux": "amazon-linux",
	"postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb", "redis": "redis", "mongo": "mongodb", "elasticsearch": "elasticsearch",
	"nginx": "nginx", "tomcat": "tomcat", "rabbitmq": "rabbitmq", "solr": "solr", "drupal": "drupal",
	"mcr.microsoft.com/dotnet/aspnet": "dotnet", "mcr.microsoft.com/dotnet/runtime": "dotnet", "mcr.microsoft.com/dotnet/sdk": "dotnet",
	"mcr.microsoft.com/dotnet/runtime-deps": "dotnet",
	"mcr.microsoft.com/dotnet/core/aspnet":  "dotnet", "mcr.microsoft.com/dotnet/core/runtime": "dotnet", "mcr.microsoft.com/dotnet/core/sdk": "dotnet",
}

// registries serve Docker's official images under names of their own.
var registries = []string{"docker.io/", "registry.hub.docker.com/", "public.ecr.aws/docker/", "mirror.gcr.io/", "library/"}

// dockerfile reads the base images of all stages: what builds the product is run too.
func dockerfile(text []byte) ([]observation.Runtime, error) {
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("not a Dockerfile: %w", err)
	}
	lexer := shell.NewLex(parsed.EscapeToken)
	var arguments, stages []string
	var all []observation.Runtime
	for _, instruction := range parsed.AST.Children {
		words := wordsOf(instruction)
		switch strings.ToLower(instruction.Value) {
		case "arg":
			if len(stages) == 0 { // those of a stage are unknown to FROM
				arguments = append(arguments, withValues(lexer, words, arguments)...)
			}
		case "from":
			if len(words) == 0 {
				continue
			}
			if !slices.Contains(stages, strings.ToLower(words[0])) {
				all = append(all, baseImage(lexer, words[0], arguments)...)
			}
			name := ""
			if len(words) == 3 {
				name = strings.ToLower(words[2])
			}
			stages = append(stages, name)
		}
	}
	return all, nil
}

func wordsOf(instruction *parser.Node) []string {
	var words []string
	for node := instruction.Next; node != nil; node = node.Next {
		words = append(words, node.Value)
	}
	return words
}

// withValues keeps the arguments that have a default, with what stands in it replaced.
func withValues(lexer *shell.Lex, words, arguments []string) []string {
	var all []string
	for _, word := range words {
		if name, value, ok := strings.Cut(word, "="); ok {
			if value, left := replaced(lexer, value, arguments); !left {
				all = append(all, name+"="+value)
			}
		}
	}
	return all
}

// replaced replaces the arguments in a word. left is set where one of them has no default.
func replaced(lexer *shell.Lex, word string, arguments []string) (text string, left bool) {
	result, err := lexer.ProcessWordWithMatches(word, shell.EnvsFromSlice(arguments))
	if err != nil {
		return word, true
	}
	return result.Result, len(result.Unmatched) > 0
}

// baseImage is the runtime of an image: "python:3.6-slim@sha256:…".
func baseImage(lexer *shell.Lex, word string, arguments []string) []observation.Runtime {
	image, left := replaced(lexer, word, arguments)
	if left && strings.HasPrefix(word, "$") {
		return nil // the name itself is open
	}
	if left {
		image = word
	}
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	name, tag := image, ""
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		name, tag = image[:i], image[i+1:]
	}
	for _, registry := range registries {
		name = strings.TrimPrefix(name, registry)
	}
	product := images[name]
	switch {
	case product == "":
		return nil
	case left:
		return pinned(product, versionBefore(tag))
	}
	if version := tagVersion(product, tag); version != "" {
		return pinned(product, version)
	}
	return nil
}

// versionBefore is what stands of a version before an argument without a default:
// "3.6-${variant}". Where the argument is part of the version, nothing is known.
func versionBefore(tag string) string {
	before, _, _ := strings.Cut(tag, "$")
	if number, ok := strings.CutSuffix(before, "-"); ok {
		return plainVersion(number)
	}
	return ""
}

// moving are tags that name no version: what is newest, or of a suite.
var moving = []string{"latest", "stable", "oldstable", "testing", "unstable", "sid", "experimental", "rolling", "devel", "edge", "slim", "lts"}

// tagVersion is the version that a tag begins with, or the codename where the product has
// such tags, or "" where it names whatever is newest.
func tagVersion(product, tag string) string {
	switch product {
	case "nodejs":
		first, _, _ := strings.Cut(tag, "-")
		return nodeVersion(first)
	case "debian", "ubuntu":
		if first, _, _ := strings.Cut(tag, "-"); first != "" && first[0] >= 'a' && !slices.Contains(moving, first) {
			return first
		}
	case "centos":
		tag = strings.TrimPrefix(tag, "centos")
	}
	return plainVersion(tag)
}
