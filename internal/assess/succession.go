package assess

import "github.com/midspan/midspan/internal/observation"

// Succession is how many people could take over a good if its most active person left.
// It counts and never names. A nil is unknown, or there is nothing to count.
type Succession struct {
	Depth Depth `json:"depth"`
	// Second and Third are the shares of the commits of 12 months by those who made
	// the second and the third most, 0 to 1.
	Second *float64 `json:"second,omitempty"`
	Third  *float64 `json:"third,omitempty"`
	// Retained counts the people at work in the last 12 months and in those before,
	// Organizations those with a commit in 12 months.
	Retained      *float64 `json:"retained,omitempty"`
	Organizations *float64 `json:"organizations,omitempty"`
	// People and Teams are those that governance files name (CODEOWNERS,
	// MAINTAINERS, OWNERS, GOVERNANCE).
	People *float64 `json:"people,omitempty"`
	Teams  *float64 `json:"teams,omitempty"`
}

// Depth is how many beside the most active person know the work by doing it.
type Depth string

// The depths.
const (
	SeveralCould Depth = "several" // the second and the third have a real share of the work, or half of it takes three people
	OneCould     Depth = "one"     // the second alone has
	NobodyCould  Depth = "nobody"  // nobody else has
	NobodyThere  Depth = "stopped" // no person committed in 12 months
	DepthUnknown Depth = "unknown"
)

// realShare is the least share of the commits of a year with which somebody is
// taken to know the work: one commit in ten. It decides no stage. Where many share the
// work evenly nobody reaches it: then it counts how many people made half of it.
const realShare = 0.1

// The measures of succession.
const (
	secondShare    = observation.PeopleSecondShare12m
	thirdShare     = observation.PeopleThirdShare12m
	retainedPeople = observation.PeopleRetainedContributors12m
	organizations  = observation.PeopleOrganizations12m
	peopleNamed    = observation.GovernancePeopleNamed
	teamsNamed     = observation.GovernanceTeamsNamed
)

// SuccessionOf reads it from the measures of a good.
func SuccessionOf(measures []observation.Measure) Succession {
	byID := map[string]observation.Measure{}
	for _, m := range measures {
		byID[m.ID] = m
	}
	value := func(id string) *float64 {
		if v, ok := byID[id].Number(); ok {
			return &v
		}
		return nil
	}
	s := Succession{
		Second: value(secondShare), Third: value(thirdShare), Retained: value(retainedPeople),
		Organizations: value(organizations), People: value(peopleNamed), Teams: value(teamsNamed),
	}
	s.Depth = s.depth(byID[secondShare].State, value(observation.PeopleContributorAbsenceFactor))
	return s
}

func (s Succession) depth(second observation.State, half *float64) Depth {
	switch {
	case second == observation.NotApplicable:
		return NobodyThere
	case s.Second == nil || s.Third == nil:
		return DepthUnknown
	case *s.Third >= realShare, half != nil && *half >= 3:
		return SeveralCould
	case *s.Second >= realShare, half != nil && *half >= 2:
		return OneCould
	}
	return NobodyCould
}
