package observation_test

import (
	"fmt"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// A measure is measured, unknown with a cause, or not applicable.
func ExampleDefinition() {
	days := observation.Definition{
		ID: "tests.days-since-run", Name: "Days since the tests ran", Kind: observation.KindNumber,
		Unit: observation.UnitDays, Merge: observation.MergeMin, Means: "Whole days since the tests last ran.",
	}
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range []observation.Measure{
		days.Of(3, "ci.log", at),
		days.UnknownFor(observation.CauseMissingObjects, "the mirror lacks ci.log"),
		days.NotApplicableFor("there are no tests"),
	} {
		n, known := m.Number()
		fmt.Printf("%s: %v, %v, %q\n", m.State, n, known, m.Detail)
	}
	// Output:
	// measured: 3, true, ""
	// unknown: 0, false, "the mirror lacks ci.log"
	// not-applicable: 0, false, "there are no tests"
}

// Two records of one vulnerability are one weakness; a record of another version is
// not.
func ExampleGroups() {
	finding := func(version, id string, aliases ...string) observation.Finding {
		p := observation.Package{Ecosystem: "PyPI", Name: "flask", Version: version}
		return observation.Finding{Package: p, Advisory: id, Aliases: aliases}
	}
	groups := observation.Groups([]observation.Finding{
		finding("1.0", "GHSA-1", "CVE-1"), finding("1.0", "PYSEC-1", "CVE-1"), finding("2.0", "GHSA-1", "CVE-1"),
	})
	for _, group := range groups {
		var ids []string
		for _, f := range group {
			ids = append(ids, f.Advisory)
		}
		fmt.Println(group[0].Package.Version, ids)
	}
	// Output:
	// 1.0 [GHSA-1 PYSEC-1]
	// 2.0 [GHSA-1]
}
