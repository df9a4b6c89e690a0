package site

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// ownerText names the owners of a good. Persons are not named.
func (w pageLocalizer) ownerText(good report.Good) template.HTML {
	var names []string
	for _, o := range good.Owners() {
		name := string(w.isolated(report.Cut(o.Name, 44)))
		if o.IsPerson() {
			name = template.HTMLEscapeString(w.Translate("one person"))
		}
		names = append(names, name)
	}
	switch {
	case len(names) == 0:
		return template.HTML(template.HTMLEscapeString(w.Translate("owner not named")))
	case len(names) > 2:
		names = append(names[:2], template.HTMLEscapeString(w.Translate("and {n} more", "n", len(names)-2)))
	}
	return template.HTML(strings.Join(names, ", "))
}

// countriesText says in how many countries a good is used, by the catalog.
func (w pageLocalizer) countriesText(good report.Good) string {
	switch n := len(good.DeploymentCountries); {
	case n > 1:
		return w.Translate("used in {n} countries", "n", n)
	case n == 1:
		return w.Translate("used in {country}", "country", report.Cut(good.DeploymentCountries[0], 40))
	}
	return w.Translate("countries not named")
}

// weakSupports lists the supports that fall short, but for funding, as a sentence: where
// the list is used, no money is seen of any. Empty where there is none.
func (w pageLocalizer) weakSupports(good report.Good) string {
	short := lackingSupports(good.Verdict, assess.Funding)
	if len(short) == 0 {
		return ""
	}
	return language.Upper(w.Translate("{list}.", "list", language.List(short...)))
}

// lackingSupports names the supports that fall short, but for some.
func lackingSupports(v assess.Verdict, except ...string) []any {
	var names []any
	for _, p := range report.InOrder(v.Supports) {
		if report.IsLacking(p) && !slices.Contains(except, p.ID) {
			names = append(names, wording.Support(p.ID))
		}
	}
	return names
}

// riskCell is the risk as the table and the lists show it: its level and its score.
func (w pageLocalizer) riskCell(r assess.Risk) (shown struct{ Text, Score, Class string }) {
	shown.Class = riskClass(r.Level)
	switch r.Level {
	case assess.RiskLow, assess.RiskRaised, assess.RiskHigh:
		shown.Text = w.TranslateMessage(wording.Risk(r.Level))
		if shown.Score = w.EndsText(r.Range); r.Score != nil {
			shown.Score = w.ScoreText(r.Range)
		}
	case assess.RiskNotApplicable:
		shown.Text = w.Translate("not told")
	default:
		shown.Text = w.Translate("unknown")
	}
	return shown
}

// riskClass is the class of a risk: that of a level as bad.
func riskClass(level assess.RiskLevel) string {
	switch level {
	case assess.RiskRaised:
		return levelClass(assess.Weak)
	case assess.RiskHigh:
		return levelClass(assess.Missing)
	case assess.RiskUnknown, "":
		return levelClass(assess.LevelUnknown)
	}
	return ""
}

// outcomeText is the answer of a policy, or of one of its conditions.
func (w pageLocalizer) outcomeText(o policy.Outcome) string {
	switch o {
	case policy.Pass:
		return w.Translate("passes")
	case policy.Fail:
		return w.Translate("fails")
	case policy.Partial:
		return w.Translate("passes what can be seen")
	}
	return w.Translate("unknown")
}

// outcomeClass is the class of the answer of a policy: that of a level as bad.
func outcomeClass(o policy.Outcome) string {
	switch o {
	case policy.Pass:
		return ""
	case policy.Fail:
		return levelClass(assess.Missing)
	case policy.Partial:
		return levelClass(assess.Weak)
	}
	return levelClass(assess.LevelUnknown)
}

// packageKinds say what the packages of an ecosystem are.
var packageKinds = map[string]language.Message{
	"npm": language.M("JavaScript package"), "PyPI": language.M("Python package"), "Maven": language.M("Java package"), "Go": language.M("Go package"),
	"crates.io": language.M("Rust package"), "RubyGems": language.M("Ruby package"), "Packagist": language.M("PHP package"), "NuGet": language.M(".NET package"),
	"Hex": language.M("Elixir package"), "Pub": language.M("Dart package"), "SwiftURL": language.M("Swift package"),
}

// packageKind says what a package is, for somebody who never wrote code.
func (w pageLocalizer) packageKind(ecosystem string) string {
	if kind, known := packageKinds[ecosystem]; known {
		return w.TranslateMessage(kind)
	}
	return w.Translate("package of {ecosystem}", "ecosystem", report.Cut(cmp.Or(ecosystem, "?"), 24))
}

// keystoneText says how many goods have a problem if a package breaks.
func (w pageLocalizer) keystoneText(k portfolio.Keystone) string {
	n := k.AtRunTime()
	text := w.Translate("If it breaks, {n|good has|goods have} a problem.", "n", n)
	if n == 0 {
		text = w.Translate("{n|good builds|goods build} or test with it.", "n", k.Development)
	}
	if open := orZero(k.Findings); open > 0 {
		text += " " + w.Translate("{n|known weakness is|known weaknesses are} open in the versions in use.", "n", open)
	}
	return text
}

// ask is the change that would help a good most, and how many more there are to make.
func (s *edition) ask(v assess.Verdict, most int) (shown struct {
	First any
	More  int
}) {
	if all := s.lift(v, most); len(all) > 0 {
		shown.First, shown.More = all[0], len(all)-1
	}
	return shown
}
