package main

import (
	"bytes"
	"runtime/debug"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func TestTheBillNamesEveryModuleOfTheBuild(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.8",
		Main:     debug.Module{Path: "example.org/span", Version: "v1.0.0"},
		Deps:     []*debug.Module{{Path: "example.org/pier", Version: "v0.2.0", Sum: "h1:abc="}, {Path: "example.org/deck/v2", Version: "v2.1.0"}},
		Settings: []debug.BuildSetting{{Key: "vcs.time", Value: "2026-11-02T10:00:00Z"}, {Key: "-trimpath", Value: "true"}}}
	var out bytes.Buffer
	if err := writeOwnSBOM(&out, info); err != nil {
		t.Fatal(err)
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(out.Bytes()), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	want := []string{"pkg:golang/stdlib@go1.26.8", "pkg:golang/example.org/pier@v0.2.0", "pkg:golang/example.org/deck/v2@v2.1.0"}
	for i, c := range *bom.Components {
		if c.PackageURL != want[i] {
			t.Errorf("component %d is %s, want %s", i, c.PackageURL, want[i])
		}
	}
	if bom.SpecVersion != cdx.SpecVersion1_6 || len(*(*bom.Dependencies)[0].Dependencies) != 3 || bom.Metadata.Timestamp != "2026-11-02T10:00:00Z" {
		t.Errorf("the bill is %s", out.String())
	}
}
