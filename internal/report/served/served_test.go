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
	if len(a.Own) != 1 || a.Own[0].Kind != "data" || a.Own[0].OnList != "unknown" || a.Own[0].Fields != "no card found" {
		t.Errorf("%+v", a.Own)
	}
	if g := served.Of(report.English, goods[0]); g.Services != "none found" || g.Interfaces != "FHIR" || g.Share != "95 %" {
		t.Errorf("%+v", g)
	}
}
