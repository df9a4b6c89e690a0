package succession_test

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/succession"
)

func TestSuccessionSaysHowMuchOfTheWorkWouldRemain(t *testing.T) {
	share := func(id string, value float64) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	remaining, second := observation.PeopleRemainingShare12m, observation.PeopleSecondShare12m
	for want, measures := range map[succession.Depth][]observation.Measure{
		succession.Unknown: {{ID: remaining, State: observation.Unknown}, share(observation.PeopleRetainedContributors12m, 4)},
		succession.Stopped: {{ID: remaining, State: observation.NotApplicable}},
		succession.Little:  {share(remaining, .09), share(second, .05)},
		succession.Part:    {share(remaining, .1), share(second, .1)},
		// Forty-eight people who share the work evenly: nobody has a tenth of it.
		succession.Most: {share(remaining, .97), share(second, .03)},
	} {
		if got := succession.Of(measures); got.Depth != want {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	if got := succession.Of(nil); got.Depth != succession.Unknown || got.People != nil {
		t.Errorf("of nothing: %+v", got)
	}
}

// A count of people in a good that was read in part is a lower bound.
func TestACountOfPeopleKeepsItsBound(t *testing.T) {
	got := succession.Of([]observation.Measure{
		{ID: observation.PeopleRetainedContributors12m, State: observation.Measured, Value: 2.0, Bound: observation.AtLeast},
		{ID: observation.PeopleOrganizations12m, State: observation.Measured, Value: 1.0}})
	if len(got.Bounds) != 1 || got.Bounds["retained"] != observation.AtLeast {
		t.Errorf("%+v", got)
	}
}
