package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/package-url/packageurl-go"
)

// writeSBOM writes what a program was built of, or this one where none is named.
func (a *app) writeSBOM(program string) error {
	if program == "" {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			return errors.New("this program does not hold what it was built of")
		}
		return writeOwnSBOM(a.stdout, info)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read what %s was built of: %w", program, err)
	}
	return writeOwnSBOM(a.stdout, info)
}

// writeOwnSBOM writes the modules of a program as CycloneDX 1.6 JSON. The
// linker stored them in the program, so they are those of this build. The same program
// gives the same bytes: the timestamp is that of the commit, if the build recorded it.
func writeOwnSBOM(w io.Writer, info *debug.BuildInfo) error {
	bom := cdx.NewBOM()
	main := component(&info.Main)
	main.Type = cdx.ComponentTypeApplication
	properties := []cdx.Property{{Name: "midspan:go", Value: info.GoVersion}}
	bom.Metadata = &cdx.Metadata{Component: &main}
	for _, s := range info.Settings {
		properties = append(properties, cdx.Property{Name: "midspan:build:" + s.Key, Value: s.Value})
		if s.Key == "vcs.time" {
			bom.Metadata.Timestamp = s.Value
		}
	}
	bom.Metadata.Properties = &properties
	// The standard library is no module of the build, but it has advisories too.
	components := []cdx.Component{component(&debug.Module{Path: "stdlib", Version: info.GoVersion})}
	references := []string{components[0].BOMRef}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		components = append(components, component(module))
		references = append(references, components[len(components)-1].BOMRef)
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &references}}
	if err := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	return nil
}

func component(module *debug.Module) cdx.Component {
	namespace, name := path.Split(module.Path)
	purl := packageurl.NewPackageURL(packageurl.TypeGolang, strings.TrimSuffix(namespace, "/"), name, module.Version, nil, "").ToString()
	c := cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: module.Path, Version: module.Version, PackageURL: purl}
	if module.Sum != "" { // in the format of go.sum
		c.Properties = &[]cdx.Property{{Name: "midspan:go.sum", Value: module.Sum}}
	}
	return c
}
