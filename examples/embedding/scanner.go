package main

import (
	"context"
	"path"
	"strings"

	"github.com/midspan/midspan/scanners"
)

// statement is the measure that the scanner yields. Policies and rules read it by its id.
var statement = scanners.Definition{
	ID: "accessibility.statement", Name: "Accessibility statement", Kind: scanners.KindBool, Merge: scanners.MergeAny,
	Means: "Whether a file ACCESSIBILITY.md stands in the root folder.",
}

// statements looks for accessibility statements. It reads names alone.
type statements struct{}

func (statements) Name() string                       { return "statements" }
func (statements) Version() string                    { return "1" }
func (statements) Configuration() string              { return "" }
func (statements) DependsOnTime() bool                { return false }
func (statements) Definitions() []scanners.Definition { return []scanners.Definition{statement} }
func (statements) Wants(scanners.File) scanners.Want  { return scanners.Unwanted }

// Scan answers for one repository at one commit.
func (s statements) Scan(ctx context.Context, in scanners.Input) (scanners.Observation, error) {
	found := false
	for _, file := range in.Snapshot.Files() {
		found = found || strings.EqualFold(strings.TrimSuffix(file.Path, path.Ext(file.Path)), "ACCESSIBILITY")
	}
	source := "files of " + in.Snapshot.Commit()[:12]
	return scanners.Observation{
		Scanner: s.Name(), Version: s.Version(),
		Measures: []scanners.Measure{statement.Of(found, source, in.At)},
	}, ctx.Err()
}
