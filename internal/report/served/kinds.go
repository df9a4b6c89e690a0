package served

import (
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/serves"
)

// kinds are the names of the kinds that are judged by measures of their own.
var kinds = map[string]language.Message{"content": language.M("content"), "data": language.M("data"), "aimodel": language.M("AI model")}

// Good is what the page of one good shows folded.
type Good struct {
	Line                 string
	Interfaces, Services string
	Share, Fields        string
}

// Of is what is known of a clean good; nil where nobody looked.
func Of(w report.Localizer, good report.Good) *Good {
	facts := serves.FactsIn(good.Measures)
	if !facts.Asked() {
		return nil
	}
	g := &Good{Share: w.Translate("unknown")}
	if facts.FirstShare != nil {
		g.Share = w.Percent(*facts.FirstShare)
	}
	if len(facts.CardFields) > 0 {
		g.Fields = w.ShortList(facts.CardFields)
	}
	standards, services := language.M("standards unknown"), language.M("services unknown")
	var n language.Arg
	if g.Interfaces, n = said(w, good, observation.EvidenceInterfaces, facts.Interfaces); facts.Interfaces != nil {
		standards = language.M("{n|standard|standards}", "n", n)
	}
	if g.Services, n = said(w, good, observation.EvidenceServices, facts.Services); facts.Services != nil {
		services = language.M("{n|service|services} named", "n", n)
	}
	g.Line = w.Translate("Exchange and lock-in: {standards}, {services}", "standards", standards, "services", services)
	return g
}

// said are the items of a list as text, and how many they are; both with their bound.
func said(w report.Localizer, good report.Good, measure string, items []string) (string, language.Arg) {
	m, _ := observation.Find(good.Measures, measure)
	n := language.Bounded(float64(len(items)), m.Bound)
	switch {
	case items == nil:
		return w.Translate("unknown"), n
	case len(items) == 0:
		return w.Translate("none found"), n
	}
	return w.MeasureText(m), n
}
