package sample

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// texts are the files that a description stands for, by path.
func (f File) texts(slug string) (map[string]string, error) {
	one := func(text string) map[string]string { return map[string]string{f.Path: text} }
	switch {
	case f.Template != "":
		data, err := templates.ReadFile(path.Join("files", f.Template))
		return one(string(data)), err
	case f.NPM != nil:
		return f.npm(slug)
	case f.PyPI != nil:
		return one(lines(f.PyPI, "%s==%s\n")), nil
	case f.Poetry != nil:
		return one(lines(f.Poetry, "[[package]]\nname = %q\nversion = %q\ndescription = \"\"\noptional = false\npython-versions = \"*\"\nfiles = []\n\n") +
			"[metadata]\nlock-version = \"2.0\"\npython-versions = \"*\"\ncontent-hash = \"0\"\n"), nil
	case f.Maven != nil:
		return one(f.pom(slug)), nil
	case f.Go != nil:
		return one("module " + "samples.midspan.example/" + slug + "\n\ngo 1.23\n\nrequire (\n" + lines(f.Go, "\t%s %s\n") + ")\n"), nil
	case f.Gems != nil:
		return one("GEM\n  remote: https://gems.samples.example/\n  specs:\n" + lines(f.Gems, "    %s (%s)\n") +
			"\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n" + names(f.Gems, "  %s\n") + "\nBUNDLED WITH\n   2.4.10\n"), nil
	case f.Composer != nil:
		return asJSON(f.Path, map[string]any{"packages": list(f.Composer), "packages-dev": []any{}})
	case f.NuGet != nil:
		return asJSON(f.Path, f.packagesLock())
	case f.Text != "":
		return one(f.Text), nil
	}
	return nil, fmt.Errorf("the file %s of %s has no contents", f.Path, slug)
}

// lines writes one line a package, in the order of names.
func lines(packages map[string]string, format string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		fmt.Fprintf(&b, format, name, packages[name])
	}
	return b.String()
}

func names(packages map[string]string, format string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		fmt.Fprintf(&b, format, name)
	}
	return b.String()
}

func list(packages map[string]string) []any {
	all := []any{}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		all = append(all, map[string]any{"name": name, "version": packages[name]})
	}
	return all
}

func asJSON(path string, value any) (map[string]string, error) {
	text, err := json.MarshalIndent(value, "", "  ")
	return map[string]string{path: string(text) + "\n"}, err
}

// npm writes package.json beside the lockfile. A name with a leading "." is a
// dependency of the first one that has none.
func (f File) npm(slug string) (map[string]string, error) {
	direct, nested := map[string]string{}, map[string]string{}
	for name, version := range f.NPM {
		if rest, ok := strings.CutPrefix(name, "."); ok {
			nested[rest] = version
		} else {
			direct[name] = version
		}
	}
	root := map[string]any{"name": slug, "version": "1.0.0", "dependencies": direct}
	packages := map[string]any{"": root}
	for _, name := range slices.Sorted(maps.Keys(direct)) {
		entry := map[string]any{"version": direct[name]}
		if len(nested) > 0 {
			entry["dependencies"] = nested
			for other, version := range nested {
				packages["node_modules/"+other] = map[string]any{"version": version}
			}
			nested = nil
		}
		packages["node_modules/"+name] = entry
	}
	texts, err := asJSON(f.Path, map[string]any{"name": slug, "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": packages})
	if err != nil {
		return nil, err
	}
	manifest, err := asJSON(path.Join(path.Dir(f.Path), "package.json"), root)
	maps.Copy(texts, manifest)
	return texts, err
}

func (f File) pom(slug string) string {
	var b strings.Builder
	b.WriteString("<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n")
	fmt.Fprintf(&b, "  <groupId>example.midspan.samples</groupId>\n  <artifactId>%s</artifactId>\n  <version>1.0.0</version>\n  <dependencies>\n", slug)
	for _, name := range slices.Sorted(maps.Keys(f.Maven)) {
		group, artifact, _ := strings.Cut(name, ":")
		fmt.Fprintf(&b, "    <dependency>\n      <groupId>%s</groupId>\n      <artifactId>%s</artifactId>\n", group, artifact)
		if version := f.Maven[name]; version != "" { // inherited from a parent that is not here
			fmt.Fprintf(&b, "      <version>%s</version>\n", version)
		}
		b.WriteString("    </dependency>\n")
	}
	b.WriteString("  </dependencies>\n</project>\n")
	return b.String()
}

func (f File) packagesLock() map[string]any {
	packages := map[string]any{}
	for name, version := range f.NuGet {
		packages[name] = map[string]any{"type": "Direct", "requested": "[" + version + ", )", "resolved": version, "contentHash": ""}
	}
	return map[string]any{"version": 1, "dependencies": map[string]any{"net8.0": packages}}
}
