package observation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func listed(version, advisory string, aliases ...string) observation.Finding {
	return observation.Finding{Package: observation.Package{Ecosystem: "PyPI", Name: "a", Version: version}, Advisory: advisory, Aliases: aliases}
}

// format writes groups as sorted text.
func format(groups [][]observation.Finding) string {
	var all []string
	for _, group := range groups {
		var ids []string
		for _, f := range group {
			ids = append(ids, f.Advisory+"@"+f.Package.Version)
		}
		slices.Sort(ids)
		all = append(all, strings.Join(ids, "+"))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestRecordsThatNameOneAnotherAreOneWeakness(t *testing.T) {
	malware := listed("1", "MAL-1", "GHSA-1")
	malware.Malicious = true
	for name, c := range map[string]struct {
		findings []observation.Finding
		want     string
	}{
		"by alias":                    {[]observation.Finding{listed("1", "GHSA-1", "CVE-1"), listed("1", "CVE-1")}, "CVE-1@1+GHSA-1@1"},
		"by a common alias":           {[]observation.Finding{listed("1", "GHSA-1", "CVE-1"), listed("1", "PYSEC-1", "CVE-1"), listed("1", "X-1")}, "GHSA-1@1+PYSEC-1@1 X-1@1"},
		"through a third":             {[]observation.Finding{listed("1", "A", "1"), listed("1", "B", "2"), listed("1", "C", "1", "2")}, "A@1+B@1+C@1"},
		"never over versions":         {[]observation.Finding{listed("1", "A", "1"), listed("2", "A", "1")}, "A@1 A@2"},
		"never with malware":          {[]observation.Finding{listed("1", "GHSA-1"), malware}, "GHSA-1@1 MAL-1@1"},
		"nothing gives nothing":       {nil, ""},
		"one advisory of two entries": {[]observation.Finding{listed("1", "A"), listed("1", "A")}, "A@1+A@1"},
	} {
		if got := format(observation.Groups(c.findings)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestGroupsDoNotDependOnTheOrderOfFindings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for range 200 {
		var findings []observation.Finding
		for i := range 2 + rng.IntN(8) {
			f := listed(fmt.Sprint(rng.IntN(2)), fmt.Sprint("A-", i))
			for range rng.IntN(3) {
				f.Aliases = append(f.Aliases, fmt.Sprint("CVE-", rng.IntN(6)))
			}
			findings = append(findings, f)
		}
		want := format(observation.Groups(findings))
		rng.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		if got := format(observation.Groups(findings)); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}
