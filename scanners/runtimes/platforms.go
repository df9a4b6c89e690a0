package runtimes

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// xmlText is the text of one element, with the path of names that leads to it.
type xmlText struct{ path, text string }

// maxDepth bounds how deep elements stand in one another; those of build files have under
// ten.
const maxDepth = 50

// texts returns the texts of all elements that hold no other.
func texts(data []byte) ([]xmlText, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	decoder.Strict, decoder.Entity, decoder.CharsetReader = false, xml.HTMLEntity, charset.NewReaderLabel
	var all []xmlText
	var open []string
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if open = append(open, token.Name.Local); len(open) > maxDepth {
				return nil, errors.New("elements stand too deep in one another")
			}
			text.Reset()
			for _, attribute := range token.Attr {
				if len(open) == 1 {
					all = append(all, xmlText{open[0] + "@" + attribute.Name.Local, attribute.Value})
				}
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			if value := strings.TrimSpace(text.String()); value != "" {
				all = append(all, xmlText{strings.Join(open, "/"), value})
			}
			text.Reset()
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
}

// pom reads the release of Java for which Maven compiles: the oldest that runs the product.
// Source: https://maven.apache.org/plugins/maven-compiler-plugin/compile-mojo.html.
func pom(data []byte) ([]observation.Runtime, error) {
	all, err := texts(data)
	if err != nil {
		return nil, err
	}
	properties := map[string]string{}
	for _, one := range all {
		if name, ok := strings.CutPrefix(one.path, "project/properties/"); ok {
			properties[name] = one.text
		}
	}
	found := map[string]string{}
	for _, one := range all {
		name := one.path[strings.LastIndex(one.path, "/")+1:]
		compiler := strings.HasSuffix(one.path, "/plugin/configuration/"+name) && (name == "release" || name == "target" || name == "source")
		if property, ok := strings.CutPrefix(one.path, "project/properties/"); ok {
			compiler = property == "java.version"
			if kind, ok := strings.CutPrefix(property, "maven.compiler."); ok {
				name, compiler = kind, kind == "release" || kind == "target" || kind == "source"
			}
		}
		if !compiler {
			continue
		}
		value := one.text
		for range 3 { // a property may name another
			if key, ok := strings.CutPrefix(value, "${"); ok {
				value = properties[strings.TrimSuffix(key, "}")]
			}
		}
		found[name] = javaRelease(value)
	}
	for _, name := range []string{"release", "target", "source", "java.version"} {
		if found[name] != "" {
			return ranged(java, observation.RuntimeMinimum, found[name]), nil
		}
	}
	return nil, nil
}

// javaRelease reads "1.8" and "8" as the same release.
func javaRelease(word string) string {
	version := plainVersion(word)
	if old, ok := strings.CutPrefix(version, "1."); ok {
		return old
	}
	return version
}

// Ways to name a release of Java in a build script of Gradle.
// Sources: https://docs.gradle.org/current/userguide/toolchains.html and
// https://docs.gradle.org/current/userguide/building_java_projects.html.
var (
	gradleToolchain = lazy.Pattern(`(?:JavaLanguageVersion\.of|jvmToolchain)\s*\(\s*["']?(\d+)`)
	gradleLevel     = lazy.Pattern(`(?m)^[^/*\n]*(?:targetCompatibility|sourceCompatibility|options\.release(?:\.set)?|jvmTarget)\s*[=(\s]\s*` +
		`(?:JavaVersion\.VERSION_|JavaVersion\.toVersion\(|JvmTarget\.JVM_)?["']?(\d+(?:[._]\d+)?)`)
)

// gradle reads the toolchain, which runs the product's tests and is fetched where it is
// missing, or the level for which Java is compiled.
func gradle(text []byte) ([]observation.Runtime, error) {
	for _, pattern := range []*regexp.Regexp{gradleToolchain(), gradleLevel()} {
		if match := pattern.FindSubmatch(text); match != nil {
			return ranged(java, observation.RuntimeMinimum, javaRelease(strings.ReplaceAll(string(match[1]), "_", "."))), nil
		}
	}
	return nil, nil
}

// Forms of .NET's target frameworks: "net6.0-windows", "netcoreapp3.1", "net472". What
// targets netstandard runs on many.
// Source: https://learn.microsoft.com/en-us/dotnet/standard/frameworks.
var (
	modernFramework  = lazy.Pattern(`^(?:netcoreapp(\d+\.\d+)|net(\d+\.\d+)(?:-.*)?)$`)
	classicFramework = lazy.Pattern(`^net(\d)(\d)(\d?)$`)
)

// dotnetProject reads the target frameworks of a project. One framework of a program is
// the one that runs it. A library, and what has several, runs on later ones too.
func dotnetProject(data []byte) ([]observation.Runtime, error) {
	all, err := texts(data)
	if err != nil {
		return nil, err
	}
	var frameworks []string
	program := false
	for _, one := range all {
		switch one.path {
		case "Project/PropertyGroup/TargetFramework", "Project/PropertyGroup/TargetFrameworks":
			frameworks = append(frameworks, strings.FieldsFunc(strings.ToLower(one.text), func(r rune) bool { return r == ';' || r == ' ' })...)
		case "Project/PropertyGroup/TargetFrameworkVersion":
			frameworks = append(frameworks, "net"+strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(one.text), "v"), ".", ""))
		case "Project/PropertyGroup/OutputType":
			program = program || strings.EqualFold(one.text, "Exe") || strings.EqualFold(one.text, "WinExe")
		case "Project@Sdk":
			program = program || strings.HasPrefix(one.text, "Microsoft.NET.Sdk.Web") || strings.HasPrefix(one.text, "Microsoft.NET.Sdk.Worker")
		}
	}
	reading := observation.RuntimeMinimum
	if program && len(frameworks) == 1 {
		reading = observation.RuntimePinned
	}
	var runtimes []observation.Runtime
	for _, framework := range frameworks {
		if m := modernFramework().FindStringSubmatch(framework); m != nil {
			runtimes = append(runtimes, ranged("dotnet", reading, m[1]+m[2])...)
		} else if m := classicFramework().FindStringSubmatch(framework); m != nil {
			version := m[1] + "." + m[2]
			if m[3] != "" {
				version += "." + m[3]
			}
			runtimes = append(runtimes, ranged("dotnetfx", reading, version)...)
		}
	}
	return runtimes, nil
}
