package manifest

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// What a name begins and ends with only spares the comparison.
func TestPatternsMatchAsTheyAreWritten(t *testing.T) {
	var patterns, names []string
	for _, kind := range Kinds() {
		patterns = append(patterns, strings.Fields(kind.Patterns)...)
	}
	for _, pattern := range patterns {
		for _, filled := range []string{"", "x", "a.b-c"} {
			name := strings.ReplaceAll(pattern, "*", filled)
			names = append(names, name, "deep/down/"+name, path.Base(name), name+"x", "x"+name)
		}
	}
	slices.Sort(names)
	matched := 0
	for _, pattern := range patterns {
		p := NewPattern(pattern, 0)
		for _, name := range slices.Compact(names) {
			want, err := path.Match(pattern, lastElements(name, p.elements))
			if err != nil {
				t.Fatalf("%s: %v", pattern, err)
			}
			if got := p.Matches(name); got != want {
				t.Errorf("%s of %s: %v", pattern, name, got)
			}
			if want {
				matched++
			}
		}
	}
	if matched < 2*len(patterns) {
		t.Errorf("only %d names match", matched)
	}
}
