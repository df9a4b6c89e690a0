package served

import (
	"github.com/midspan/midspan/internal/language"
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
	said := func(items []string) string {
		switch {
		case items == nil:
			return w.Translate("unknown")
		case len(items) == 0:
			return w.Translate("none found")
		}
		return w.ShortList(items)
	}
	g := &Good{Interfaces: said(facts.Interfaces), Services: said(facts.Services), Share: w.Translate("unknown")}
	if facts.FirstShare != nil {
		g.Share = w.Percent(*facts.FirstShare)
	}
	if len(facts.CardFields) > 0 {
		g.Fields = w.ShortList(facts.CardFields)
	}
	g.Line = w.Translate("Exchange and lock-in: {n|standard|standards}, {m|service|services} named", "n", len(facts.Interfaces), "m", len(facts.Services))
	return g
}
