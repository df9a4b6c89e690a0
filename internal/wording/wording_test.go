package wording_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/exposure"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/succession"
	"github.com/midspan/midspan/internal/wording"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/registry"
)

// definitions are those of every measure of the program.
func definitions(t *testing.T) []observation.Definition {
	t.Helper()
	known, err := registry.Every()
	if err != nil {
		t.Fatal(err)
	}
	all := append(advisory.Definitions(), exposure.Definitions()...)
	for _, scanner := range known {
		all = append(all, scanner.Definitions()...)
		if reader, is := scanner.(scanners.CatalogScanner); is {
			all = append(all, reader.CatalogDefinitions()...)
		}
	}
	for _, source := range slices.Concat(registry.Sources(nil), registry.OptionalSources(nil)) {
		all = append(all, source.Definitions()...)
	}
	return all
}

// whole are the languages in which everything is translated.
var whole = language.Tags()

func TestEveryUnitOfAMeasureHasItsMessageInEveryWholeLanguage(t *testing.T) {
	var units []string
	for _, def := range definitions(t) {
		if !slices.Contains(units, string(def.Unit)) {
			units = append(units, string(def.Unit))
		}
	}
	if len(units) < 10 {
		t.Fatalf("the measures have the units %q", units)
	}
	for _, tag := range whole {
		l, err := language.Find(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range units {
			m := wording.Quantity(language.Bounded(2, observation.Exact), unit)
			if !wording.HasUnit(unit) || !l.Has(m.Pattern) {
				t.Errorf("%s: the unit %q has no message", tag, unit)
			}
			if one := l.TranslateMessage(wording.Quantity(language.Bounded(1, observation.Exact), unit)); !strings.Contains(one, l.Number(1)) {
				t.Errorf("%s: one of %q is %q", tag, unit, one)
			}
		}
	}
}

func TestOneOfAUnitIsSingular(t *testing.T) {
	for unit, want := range map[string]string{
		"people": "1 person", "points of 10": "1 point of 10", "identities": "1 identity", "countries": "1 country", "goats": "1 goats", "": "1",
	} {
		if got := language.English().TranslateMessage(wording.Quantity(language.Bounded(1, observation.Exact), unit)); got != want {
			t.Errorf("one of %q is %q, want %q", unit, got, want)
		}
	}
}

func TestEveryCauseHasItsText(t *testing.T) {
	for _, cause := range observation.Causes() {
		if m := wording.Cause(cause); m.Pattern == string(cause) {
			t.Errorf("%s has no text", cause)
		}
	}
}

func TestEveryDepthOfSuccessionHasAName(t *testing.T) {
	names := map[string]bool{}
	for _, depth := range succession.Depths() {
		name := wording.Depth(depth).Pattern
		if name == "" || names[name] || name == "unknown" && depth != succession.Unknown {
			t.Errorf("%s is %q", depth, name)
		}
		names[name] = true
	}
}
