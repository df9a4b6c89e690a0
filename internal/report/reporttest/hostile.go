package reporttest

import (
	"reflect"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/succession"
)

// Hostile is a text that breaks what does not escape it: markup, quotes, a
// formula, template code, controls, an escape sequence, a change of direction.
const Hostile = "=\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}\x1b[31m\x00\u202etxt.\u2066\u0085\r\n`"

// HostileDocument has that text in every field that takes one, and each list,
// map and pointer filled.
func HostileDocument() report.Document {
	var doc report.Document
	Fill(reflect.ValueOf(&doc).Elem(), "")
	doc.Trend.Version, doc.Trend.Runs[0].Day = report.TrendVersion, AsOf.Format(time.DateOnly) // not from outside
	doc.SiteAddress = "https://goods.example/"                                                 // a setting, which is checked where it is read
	for i := range doc.Trend.Goods[0].Points {
		doc.Trend.Goods[0].Points[i].Run = 0
	}
	return doc
}

// HostilePortfolio is HostileDocument with a plain good beside it: a report of one good
// alone has no page of the portfolio.
func HostilePortfolio() report.Document {
	doc := HostileDocument()
	doc.Goods = append(doc.Goods, EveryState().Goods[0])
	return doc
}

// Fill sets every field of v. Closed lists get a value of theirs.
func Fill(v reflect.Value, field string) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = AsOf
		return
	case *assess.Stage:
		*value = assess.MessyMiddle
		return
	case *assess.Level:
		*value = assess.Weak
		return
	case *policy.Outcome:
		*value = policy.Partial
		return
	case *assess.Evidence:
		*value = assess.EvidenceInstitution
		return
	case *assess.RiskLevel:
		*value = assess.RiskRaised
		return
	case *portfolio.Lifecycle:
		*value = portfolio.Ended
		return
	case *portfolio.Effort:
		*value = portfolio.Heavy
		return
	case *succession.Depth:
		*value = succession.Little
		return
	case *observation.AnswerStatus:
		*value = observation.UnderInvestigation
		return
	case *report.RulesBefore:
		*value = report.RulesChanged
		return
	case *observation.State:
		*value = observation.Measured
		return
	case *observation.Cause:
		*value = observation.CauseOffline
		return
	case *observation.Bound:
		*value = observation.AtLeast
		return
	case *observation.Kind:
		*value = observation.KindText
		return
	case *observation.Merge:
		*value = observation.MergeMain
		return
	case *language.Message:
		*value = language.M(Hostile+" {what}", "what", language.And(Hostile, language.Inside(language.M(Hostile)), 7, AsOf))
		return
	case *assess.Joined:
		*value = assess.Joined{All: []assess.Joined{{Rule: Hostile}, {Not: &assess.Joined{Pillar: Hostile, Levels: []assess.Level{assess.Weak}}}}}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(filler(field))
	case reflect.Int:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(Hostile))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		Fill(v.Elem(), field)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		Fill(v.Index(0), field)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		Fill(key, field)
		Fill(value, field)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			Fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name)
		}
	}
}

func filler(field string) string {
	switch field {
	case "Pillar.ID":
		return assess.People
	case "Finding.Severity", "Keystone.Worst", "Upgrade.Worst", "Unfixed.Worst":
		return "high"
	case "Concentration.By":
		return "sector"
	case "Succession.Bounds":
		return "retained"
	case "Likeness.Part":
		return "description"
	case "Scan.Outcome":
		return report.Partial
	case "Population.Name":
		return "outside"
	case "Compared.Score":
		return string(backtest.ByRisk)
	case "MeasuredShare.Fate":
		return string(backtest.Halved)
	case "Package.Relation":
		return observation.Direct
	case "Summary.Failed", "Summary.Unmatched":
		return string(observation.CauseOffline)
	}
	return Hostile
}
