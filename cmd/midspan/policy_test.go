package main

import (
	"os"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/pipeline"
	"github.com/midspan/midspan/internal/policy"
)

func TestThePolicyOfTheManualLoads(t *testing.T) {
	manual, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(manual), "```yaml\n")
	text, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatal("docs/policy.md shows no policy")
	}
	definitions, err := pipeline.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policy.Load([]byte(text), "docs/policy.md", definitions); err != nil {
		t.Error(err)
	}
}
