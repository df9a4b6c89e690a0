package packages

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// short writes what is said of packages.
func short(all []observation.Upkeep) (lines []string) {
	for _, u := range all {
		line := fmt.Sprintf("%s:%s by %s on %s", u.Ecosystem, u.Name, u.Source, u.Asked.Format(time.DateOnly))
		if u.Deprecated {
			line += ", deprecated " + u.Reason
		}
		if u.Gone {
			line += ", gone"
		}
		if !u.NewestAt.IsZero() {
			line += ", newest of " + u.NewestAt.Format(time.DateOnly)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestDepsDevTellsWhichPackagesWereGivenUp asks, and reads the kept answer.
func TestDepsDevTellsWhichPackagesWereGivenUp(t *testing.T) {
	r := newRegistry(t)
	r.answers["GET /v3/systems/npm/packages/fresh"] = released("2023-06-30", "2025-06-29")
	r.answers["GET /v3/systems/npm/packages/left"] = released("2019-06-30", "2020-06-29")
	r.answers["GET /v3/systems/npm/packages/quiet"] = released("2024-06-29")
	r.answers["GET /v3/systems/npm/packages/loud"] = released("2024-07-01")
	r.answers["GET /v3/systems/npm/packages/undated"] = released("")
	r.answers["GET /v3/systems/npm/packages/@coast%2Ftide"] = released("2026-01-01")
	r.answers[batch] = told(map[string]map[string]any{"left": {"isDeprecated": true, "deprecatedReason": "use\nright"},
		"@coast/tide": {"links": ours["links"], "isDeprecated": true}, "quiet": {"isDeprecated": nil}})
	found := asks("fresh", "1.0.0", "left", "1.0.0", "left", "2.0.0", "quiet", "1.0.0", "loud", "1.0.0", "undated", "1.0.0", "nobody", "1.0.0")
	found.Measures[0].Value = []string{"npm:@coast/tide"}
	source := NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond})
	tr := &trial{t: t, source: source, now: today, found: found}
	want := []string{
		"npm:@coast/tide by deps.dev, v3alpha (CC BY 4.0) on 2026-06-30, deprecated ",
		"npm:left by deps.dev, v3alpha (CC BY 4.0) on 2026-06-30, deprecated use right, newest of 2020-06-29",
		"npm:quiet by deps.dev (CC BY 4.0) on 2026-06-30, newest of 2024-06-29",
	}
	if got := short(source.Upkeep(*tr.ask().Answer)); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r.status[batch] = 403
	tr.last = nil
	if got := short(source.Upkeep(*tr.ask().Answer)); !slices.Equal(got, []string{
		"npm:left by deps.dev (CC BY 4.0) on 2026-06-30, newest of 2020-06-29", want[2]}) {
		t.Errorf("without v3alpha: %q", got)
	}
	if got := source.Upkeep(scanners.Answer{Document: []byte("<html>")}); got != nil {
		t.Errorf("of no answer: %v", got)
	}
}

// TestEcosystemsTellsWhichOfItsOwnWereGivenUp does it with ecosyste.ms.
func TestEcosystemsTellsWhichOfItsOwnWereGivenUp(t *testing.T) {
	for status, want := range map[any][]string{nil: nil, "active": nil, "deprecated": {"npm:@coast/tide by ecosyste.ms (CC BY-SA 4.0) on 2026-06-30, deprecated "},
		"unpublished": {"npm:@coast/tide by ecosyste.ms (CC BY-SA 4.0) on 2026-06-30, gone"}, "removed": {"npm:@coast/tide by ecosyste.ms (CC BY-SA 4.0) on 2026-06-30, gone"}} {
		r := newRegistry(t)
		record := ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/coast/tide")
		record["status"] = status
		r.answers[bulk] = []any{record}
		source := NewEcosystems(Options{Address: r.URL, MaxWait: time.Millisecond})
		tr := &trial{t: t, source: source, now: today, found: publishes("npm:@coast/tide")}
		if got := short(source.Upkeep(*tr.ask().Answer)); !slices.Equal(got, want) {
			t.Errorf("%v: got %q, want %q", status, got, want)
		}
	}
}
