package served_test

import (
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/served"
	"github.com/midspan/midspan/internal/serves"
)

func measured(id string, value any) observation.Measure {
	return observation.Measure{ID: id, State: observation.Measured, Value: value}
}

func TestWhatIsNotLookedAtIsNotShown(t *testing.T) {
	if served.AcrossOf(report.English, []report.Good{{}}) != nil || served.Of(report.English, report.Good{}) != nil {
		t.Error("something is shown of which nothing is known")
	}
}

func TestStandardsServicesAndSharesAreCounted(t *testing.T) {
	var goods []report.Good
	for i, share := range []float64{0.95, 0.5, 0.9} {
		g := report.Good{Good: catalog.Good{ID: string(rune('a' + i))}}
		g.Measures = []observation.Measure{measured(observation.EvidenceInterfaces, []string{"FHIR"}), measured(observation.FirstOrganizationShare, share),
			{ID: observation.EvidenceServices, State: observation.NotApplicable}}
		g.Facts = serves.FactsIn(g.Measures)
		goods = append(goods, g)
	}
	goods[1].Types = []string{"data"}
	a := served.AcrossOf(report.English, goods)
	if a.Looked != 3 || len(a.Interfaces) != 1 || len(a.Interfaces[0].Goods) != 3 || len(a.Services) != 0 {
		t.Errorf("%+v", a)
	}
	if len(a.Held) != 2 || a.Held[0].ID != "a" || a.LockInLine != "One organization does nine tenths of the work or more on 2 goods, of 3 where it is seen." {
		t.Errorf("%v: %s", a.Held, a.LockInLine)
	}
	if len(a.Own) != 1 || a.Own[0].Kind != "data" || a.Own[0].OnList != "unknown" || a.Own[0].Fields != "unknown" {
		t.Errorf("%+v", a.Own)
	}
	if g := served.Of(report.English, goods[0]); g.Services != "none found" || g.Interfaces != "FHIR" || g.Share != "95 %" {
		t.Errorf("%+v", g)
	}
}

// What nobody could read is unknown, never none: a card, and a list of services.
func TestWhatNobodyCouldReadIsUnknown(t *testing.T) {
	none, unread := observation.NotApplicable, observation.Unknown
	for name, c := range map[string]struct {
		card, services observation.Measure
		fields, line   string
	}{
		"none": {observation.Measure{State: none}, observation.Measure{State: none}, "no card found", "Exchange and lock-in: 1 standard, 0 services named"},
		"unread": {observation.Measure{State: unread}, observation.Measure{State: unread}, "unknown",
			"Exchange and lock-in: 1 standard, services unknown"},
		"none in a part": {measured("", []string{}), observation.Measure{State: observation.Measured, Value: []string{}, Bound: observation.AtLeast}, "no card found",
			"Exchange and lock-in: 1 standard, services unknown"},
		"some in a part": {measured("", []string{"license"}), observation.Measure{State: observation.Measured, Value: []string{"S3"}, Bound: observation.AtLeast}, "license",
			"Exchange and lock-in: 1 standard, at least 1 service named"},
	} {
		c.card.ID, c.services.ID = observation.DataCardFields, observation.EvidenceServices
		g := report.Good{Good: catalog.Good{ID: "a", Types: []string{"data"}}, Measures: []observation.Measure{
			measured(observation.EvidenceInterfaces, []string{"FHIR"}), c.card, c.services, {ID: observation.ModelCardFields, State: none}}}
		g.Facts = serves.FactsIn(g.Measures)
		own, of := served.AcrossOf(report.English, []report.Good{g}).Own[0], served.Of(report.English, g)
		if own.Fields != c.fields || of.Line != c.line {
			t.Errorf("%s: %q, %q", name, own.Fields, of.Line)
		}
	}
}
