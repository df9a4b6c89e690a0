package site

import (
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// A no that holds only for what was read stands in a list of its own, never among those
// that are no.
func TestANoOfWhichOnlyABoundIsKnownIsNoNo(t *testing.T) {
	s := &edition{content: &content{}, text: englishPages}
	var page evidencePage
	groups := page.groupMeasures(s, []observation.Measure{
		{ID: "read", State: observation.Measured, Value: false}, {ID: "part", State: observation.Measured, Value: false, Bound: observation.AtLeast}})
	said := func(list any) string { return language.English().TranslateArg(list.(language.Arg)) }
	if len(groups) != 1 || said(groups[0].No) != "read" || said(groups[0].NotSeen) != "part" {
		t.Errorf("%+v", groups)
	}
}
