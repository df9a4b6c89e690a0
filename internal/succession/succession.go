// Package succession says how much of the work on a good would remain if its most active
// person left. It counts people and never names them, and decides no stage.
package succession

import "github.com/midspan/midspan/internal/observation"

// Succession is what is seen of those beside the most active person. A nil is unknown, or
// there is nothing to count.
type Succession struct {
	Depth Depth `json:"depth"`
	// Remaining is the share of the commits of 12 months in which the most active person
	// took no part, Second and Third the shares in which those who made the second and
	// the third most did, 0 to 1.
	Remaining *float64 `json:"remaining,omitempty"`
	Second    *float64 `json:"second,omitempty"`
	Third     *float64 `json:"third,omitempty"`
	// Commits are those of which these are shares, and Repository the one that they are
	// of, as owner/name, where the good has several.
	Commits    *float64 `json:"commits,omitempty"`
	Repository string   `json:"repository,omitempty"`
	// Retained counts the people at work in the last 12 months and in those before,
	// Organizations those with a commit in 12 months.
	Retained      *float64 `json:"retained,omitempty"`
	Organizations *float64 `json:"organizations,omitempty"`
	// People and Teams are those that governance files name (CODEOWNERS,
	// MAINTAINERS, OWNERS, GOVERNANCE).
	People *float64 `json:"people,omitempty"`
	Teams  *float64 `json:"teams,omitempty"`
	// Bounds are those of the counts above that are not exact, by their names here.
	Bounds map[string]observation.Bound `json:"bounds,omitempty"`
}

// Depth is how much of the work of 12 months would remain.
type Depth string

// The depths.
const (
	Most    Depth = "most"    // half of it or more
	Part    Depth = "part"    // less than half, a tenth or more
	Little  Depth = "little"  // less than a tenth
	Stopped Depth = "stopped" // no person committed in 12 months
	Unknown Depth = "unknown"
)

// Depths lists them from most to least.
func Depths() []Depth { return []Depth{Most, Part, Little, Stopped, Unknown} }

// The least shares that remain at the two upper depths. The lower one is the threshold of
// the rule people.little-remains.
const (
	mostRemains = 0.5
	partRemains = 0.1
)

// Of reads it from the measures of a good.
func Of(measures []observation.Measure) Succession {
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
		Remaining: value(observation.PeopleRemainingShare12m), Second: value(observation.PeopleSecondShare12m), Third: value(observation.PeopleThirdShare12m),
		Retained: value(observation.PeopleRetainedContributors12m), Organizations: value(observation.PeopleOrganizations12m),
		People: value(observation.GovernancePeopleNamed), Teams: value(observation.GovernanceTeamsNamed),
	}
	for name, id := range map[string]string{"retained": observation.PeopleRetainedContributors12m, "organizations": observation.PeopleOrganizations12m,
		"people": observation.GovernancePeopleNamed, "teams": observation.GovernanceTeamsNamed} {
		if m := byID[id]; m.State == observation.Measured && m.Bound != observation.Exact {
			if s.Bounds == nil {
				s.Bounds = map[string]observation.Bound{}
			}
			s.Bounds[name] = m.Bound
		}
	}
	first, rest := value(observation.PeopleFirstCommits12m), value(observation.PeopleRemainingCommits12m)
	if first != nil && rest != nil {
		s.Commits = new(*first + *rest)
	}
	s.Repository = byID[observation.PeopleRemainingShare12m].Repository
	s.Depth = s.depth(byID[observation.PeopleRemainingShare12m].State)
	return s
}

func (s Succession) depth(remaining observation.State) Depth {
	switch {
	case remaining == observation.NotApplicable:
		return Stopped
	case s.Remaining == nil:
		return Unknown
	case *s.Remaining >= mostRemains:
		return Most
	case *s.Remaining >= partRemains:
		return Part
	}
	return Little
}
