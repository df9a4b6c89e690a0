package site

import (
	"fmt"
	"strings"
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

// TestWhoPaysIsSaidWhereItIsKnown guards both places of a catalog that name funders, what
// the files say, and that nothing is said where nothing is known.
func TestWhoPaysIsSaidWhereItIsKnown(t *testing.T) {
	fund := []catalog.Organization{{Name: "Sample Fund", Role: "funder"}, {Name: "Sample Lab", Role: "owner"}, {Name: catalog.Person, Role: "funder"}}
	named := []observation.Measure{{ID: observation.FundingNamedInReadme, State: observation.Measured, Value: true}}
	for name, c := range map[string]struct {
		good report.Good
		want string
	}{
		"nothing is known":   {report.Good{}, ""},
		"an owner alone":     {report.Good{Good: catalog.Good{Organizations: fund[1:2]}}, ""},
		"a funder":           {report.Good{Good: catalog.Good{Organizations: fund}}, "Sample Fund"},
		"two places":         {report.Good{Good: catalog.Good{Organizations: fund, FundedBy: []string{"Sample Fund", "Utopia"}}}, "Sample Fund, Utopia"},
		"the catalog: none":  {report.Good{Good: catalog.Good{FundedBy: []string{}}}, "the catalog names none"},
		"the readme":         {report.Good{Measures: named}, "Its readme names who paid for work on it. It does not say when or how much."},
		"the readme says no": {report.Good{Measures: []observation.Measure{{ID: observation.FundingNamedInReadme, State: observation.Measured, Value: false}}}, ""},
	} {
		var parts []string
		for _, part := range englishPages.paidFor(c.good) {
			parts = append(parts, fmt.Sprint(part))
		}
		if got := strings.Join(parts, "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestAnOwnerThatIsNotSeenIsNamedAsOne guards the sentence that stands where no money is
// seen: it is about organizations that own, and not about persons.
func TestAnOwnerThatIsNotSeenIsNamedAsOne(t *testing.T) {
	for name, c := range map[string]struct {
		evidence assess.Evidence
		of       catalog.Organization
		want     bool
	}{
		"an owner":             {assess.EvidenceNone, catalog.Organization{Name: "Sample Lab", Role: "owner"}, true},
		"it asks for money":    {assess.EvidenceSought, catalog.Organization{Name: "Sample Lab", Role: "Owner"}, true},
		"a maintainer":         {assess.EvidenceNone, catalog.Organization{Name: "Sample Lab", Role: "maintainer"}, false},
		"money is seen":        {assess.EvidenceReceived, catalog.Organization{Name: "Sample Lab", Role: "owner"}, false},
		"it is unknown":        {assess.EvidenceUnknown, catalog.Organization{Name: "Sample Lab", Role: "owner"}, false},
		"a person":             {assess.EvidenceNone, catalog.Organization{Name: catalog.Person, Role: "owner"}, false},
		"somebody who deploys": {assess.EvidenceNone, catalog.Organization{Name: "Sample Lab", Role: "implementer"}, false},
	} {
		good := report.Good{Good: catalog.Good{Organizations: []catalog.Organization{c.of}}}
		good.Verdict.Backing.Evidence = c.evidence
		if got := report.OwnerIsNotSeen(good); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
