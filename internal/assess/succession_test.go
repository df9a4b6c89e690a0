package assess

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestSuccessionIsAsDeepAsThoseBehindTheFirstWork(t *testing.T) {
	share := func(id string, value float64) observation.Measure {
		return observation.Measure{ID: id, State: observation.Measured, Value: value}
	}
	for want, measures := range map[Depth][]observation.Measure{
		DepthUnknown: {{ID: secondShare, State: observation.Unknown}, share(retainedPeople, 4)},
		NobodyThere:  {{ID: secondShare, State: observation.NotApplicable}, {ID: thirdShare, State: observation.NotApplicable}},
		NobodyCould:  {share(secondShare, .09), share(thirdShare, .05)},
		OneCould:     {share(secondShare, .1), share(thirdShare, .05)},
		SeveralCould: {share(secondShare, .3), share(thirdShare, .1)},
	} {
		if got := SuccessionOf(measures); got.Depth != want {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	// Forty-eight people who share the work evenly: nobody has a tenth of it.
	even := []observation.Measure{share(secondShare, .03), share(thirdShare, .03), share(observation.PeopleContributorAbsenceFactor, 17)}
	if got := SuccessionOf(even); got.Depth != SeveralCould {
		t.Errorf("work that many share evenly: %+v", got)
	}
	if got := SuccessionOf(nil); got.Depth != DepthUnknown || got.People != nil {
		t.Errorf("of nothing: %+v", got)
	}
}
