package site

import (
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/carried"
	"github.com/midspan/midspan/internal/report/served"
)

// How much of a list the portfolio page shows. report.json and the CSV files
// hold all of it.
const (
	maxListed = 25 // packages, and goods that end
	maxGroups = 17 // of one kind: as many as there are goals
)

// across is what the page across the goods shows.
type across struct {
	Most          int                  // rows of a list
	Lines         map[string]highlight // of the page, by its part
	Stages        []stageCount
	Distributions []distribution
	Endings       []portfolio.Ending // with something that could take their place
	// Irreplaceable are the goods that end and have nothing to take their place.
	Irreplaceable []portfolio.Ending
	Succession    takeover
	Carried       []carried.Count // functions of the upkeep; none where nobody counted
	Served        *served.Across  // nil where nobody looked
}

func (s *edition) across() across {
	view := across{Most: maxListed, Lines: map[string]highlight{}, Stages: countStages(s.doc.Goods), Distributions: s.text.distributions(s.doc.Concentrations),
		Succession: takeoverOf(s.doc.Goods), Carried: carried.Across(s.text.Localizer, s.doc.Goods),
		Served: served.AcrossOf(s.text.Localizer, s.doc.Goods)}
	view.Endings, view.Irreplaceable = splitEndings(s.doc.Endings)
	for _, line := range s.text.highlights(s.doc, view.Distributions, view.Succession, view.Carried) {
		view.Lines[line.Section] = line
	}
	return view
}

// highlight is a section of that page in one line.
type highlight struct{ Section, Title, Text string }

func (w pageLocalizer) highlights(doc report.Document, spread []distribution, who takeover, parts []carried.Count) []highlight {
	all := []highlight{
		{"keystones", w.Translate("Keystones"), w.keystoneLine(doc.Keystones)}, {"fix", w.Translate("Fix first"), w.upgradeLine(doc.FixFirst)},
		{"unfixed", w.Translate("What no release fixes"), w.unfixedLine(doc.Unfixed)},
		{"spread", w.Translate("Where the goods are, and where the gaps"), w.gapLine(spread)},
		{"instead", w.Translate("What could take their place"), w.endingLine(doc.Endings)},
		{"succession", w.Translate("What would remain if the first left"), w.takeoverLine(who)},
	}
	if len(parts) > 0 {
		all = append(all, highlight{"functions", w.Translate("Parts of the upkeep on one person"), carried.Line(w.Localizer, parts)})
	}
	return all
}

func (w pageLocalizer) keystoneLine(all []portfolio.Keystone) string {
	for _, k := range all {
		if k.Direct > 0 {
			return w.Translate("{n|good|goods} chose {package} {n!itself|themselves}; {all} {all!rests|rest} on it in all.", "n", k.Direct, "package",
				report.Cut(k.Package, 40), "all", k.AtRunTime())
		}
	}
	return w.Translate("No package is seen that several goods chose.")
}

func (w pageLocalizer) upgradeLine(all []portfolio.Upgrade) string {
	if len(all) == 0 {
		return w.Translate("No finding names a fixed version.")
	}
	u := all[0]
	if u.Exploited > 0 {
		return w.Translate("Upgrading {package} in {n|good|goods} closes {closed|weakness|weaknesses}, {exploited} of them known to be exploited.", "package",
			report.Cut(u.Package, 40), "n", len(u.Goods), "closed", u.Closes, "exploited", u.Exploited)
	}
	return w.Translate("Upgrading {package} in {n|good|goods} closes {closed|weakness|weaknesses}.",
		"package", report.Cut(u.Package, 40), "n", len(u.Goods), "closed",
		u.Closes)
}

func (w pageLocalizer) unfixedLine(all []portfolio.Unfixed) string {
	if len(all) == 0 {
		return w.Translate("None was found.")
	}
	unmaintained := 0
	for _, u := range all {
		if u.Unmaintained {
			unmaintained++
		}
	}
	packages := w.Translate("{n|package|packages}", "n", len(all))
	if len(all) == maxPackages {
		packages = w.Translate("The {n} packages under the most goods", "n", maxPackages)
	}
	if unmaintained > 0 {
		return w.Translate("{packages}, {n} of them said to be unmaintained.", "packages", packages, "n", unmaintained)
	}
	return sentence(packages)
}

// maxPackages is how many packages a list of the document holds at most.
const maxPackages = 50

func (w pageLocalizer) gapLine(all []distribution) string {
	for _, s := range all {
		if len(s.Gaps) > 0 {
			first := s.Gaps[0]
			return w.Translate("{group}: all of {n|good|goods} that could be assessed are short of supports.", "group", first.Title, "n", first.Assessed())
		}
	}
	return w.Translate("No goal, sector or country is seen of which every good is short of supports.")
}

func (w pageLocalizer) endingLine(all []portfolio.Ending) string {
	with, without := splitEndings(all)
	if len(all) == 0 {
		return w.Translate("No good is fading, dormant or sunset.")
	}
	return w.Translate("Of {n|good that ends|goods that end}, {with} {with!has|have} a living one like them in this catalog, {without} {without!has|have} none.",
		"n", len(all), "with", len(with), "without", len(without))
}

// fewGoods is the number of goods below which no share is given: of three goods,
// one more is a third.
const fewGoods = 20

// distribution counts the goods of a catalog by one property that it records of them.
type distribution struct {
	portfolio.Concentration
	Title, One string
	Shown      []groupRow
	More       int
	Gaps       []groupRow // of which every good that could be assessed is short of supports
	Absent     []string   // goals that no good names
}

type groupRow struct {
	portfolio.Group
	Title string
	Share string // of the goods that are short of supports; empty where they are few
}

// distributionTitles name a kind of group, for many and for one.
func (w pageLocalizer) distributionTitles(by string) (many, one string) {
	switch by {
	case "sdg":
		return w.Translate("Sustainable Development Goals"), w.Translate("Goal")
	case "sector":
		return w.Translate("Sectors"), w.Translate("Sector")
	case "country":
		return w.Translate("Countries of deployment"), w.Translate("Country")
	case "organization":
		return w.Translate("Organizations, without funders"), w.Translate("Organization")
	case "licence":
		return w.Translate("Licences, as declared"), w.Translate("Licence")
	case "type":
		return w.Translate("Kinds"), w.Translate("Kind")
	}
	return by, by
}

// minGap is the least number of assessed goods of a group that is called a gap.
const minGap = 2

func (w pageLocalizer) distributions(all []portfolio.Concentration) []distribution {
	var out []distribution
	for _, c := range all {
		s := distribution{Concentration: c, More: max(0, len(c.Groups)-maxGroups)}
		s.Title, s.One = w.distributionTitles(c.By)
		named := map[string]bool{}
		for i, group := range c.Groups {
			named[group.Name] = true
			row := groupRow{Group: group, Title: w.groupTitle(c.By, group.Name)}
			if group.Assessed() >= fewGoods {
				row.Share = w.Percent(float64(group.Short) / float64(group.Assessed()))
			}
			if i < maxGroups {
				s.Shown = append(s.Shown, row)
			}
			if group.AllShort() && group.Assessed() >= minGap {
				s.Gaps = append(s.Gaps, row)
			}
		}
		if c.By == "sdg" && len(c.Groups) > 0 {
			s.Absent = w.absentGoals(named)
		}
		out = append(out, s)
	}
	return out
}

func (w pageLocalizer) groupTitle(by, name string) string {
	if by == "sdg" {
		return w.goalTitle(name)
	}
	return name
}

// goals are the short titles of the United Nations, as patterns of package language.
var goals = [...]string{"No poverty", "Zero hunger", "Good health and well-being", "Quality education", "Gender equality", "Clean water and sanitation",
	"Affordable and clean energy", "Decent work and economic growth", "Industry, innovation and infrastructure", "Reduced inequalities",
	"Sustainable cities and communities", "Responsible consumption and production", "Climate action", "Life below water", "Life on land",
	"Peace, justice and strong institutions", "Partnerships for the goals"}

func (w pageLocalizer) goalTitle(name string) string {
	for i, title := range goals {
		if name == fmt.Sprint(i+1) {
			return name + " " + w.Translate(title)
		}
	}
	return name
}

func (w pageLocalizer) absentGoals(named map[string]bool) []string {
	var absent []string
	for i := range goals {
		if n := fmt.Sprint(i + 1); !named[n] {
			absent = append(absent, w.goalTitle(n))
		}
	}
	return absent
}

// percentOrUnknown writes a share that may be unknown.
func (w pageLocalizer) percentOrUnknown(f *float64) string {
	if f == nil {
		return w.Translate("unknown")
	}
	return w.Percent(*f)
}

// boundedOrUnknown writes a number that may be unknown, with its bound.
func boundedOrUnknown[T int | float64](w pageLocalizer, n *T, bound observation.Bound) string {
	if n == nil {
		return w.Translate("unknown")
	}
	return w.TranslateArg(language.Bounded(float64(*n), bound))
}

// ageText writes how long something has been public.
func (w pageLocalizer) ageText(from, to time.Time) string {
	days := int(to.Sub(from).Hours() / 24)
	switch {
	case from.IsZero():
		return w.Translate("unknown")
	case days < 1:
		return w.Translate("today")
	case days < 60:
		return w.Translate("{n|day|days}", "n", days)
	case days < 730:
		return w.Translate("{n|month|months}", "n", days/30)
	}
	return w.Translate("{n|year|years}", "n", days/365)
}

// splitEndings are the goods that end and have something to name in their place, and
// how many have nothing.
func splitEndings(all []portfolio.Ending) (with []portfolio.Ending, without []portfolio.Ending) {
	for _, e := range all {
		if len(e.Alternatives) > 0 {
			with = append(with, e)
		} else {
			without = append(without, e)
		}
	}
	return slices.Clip(with), without
}
