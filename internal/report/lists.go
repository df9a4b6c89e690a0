package report

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/midspan/midspan/internal/assess"
)

// How much of a list the portfolio page shows. report.json and the CSV files
// hold all of it.
const (
	maxListed = 50 // packages, and goods that end
	maxGroups = 17 // of one kind: as many as there are goals
)

// across is what the page across the goods shows.
type across struct {
	Most    int // rows of a list
	Stages  []stageCount
	Spreads []spread
	Endings []assess.Ending // with something that could take their place
	// Irreplaceable are the goods that end and have nothing to take their place.
	Irreplaceable []assess.Ending
	Succession    succession
}

func (s *site) across() across {
	view := across{Most: maxListed, Stages: countStages(s.doc.Goods), Spreads: spreads(s.doc.Concentrations), Succession: successionOf(s.doc.Goods)}
	view.Endings, view.Irreplaceable = endings(s.doc.Endings)
	return view
}

// highlight says in one line what a section of that page holds.
type highlight struct{ Section, Title, Text string }

func highlights(doc Document) []highlight {
	return []highlight{
		{"keystones", "Keystones", keystoneLine(doc.Keystones)}, {"fix", "Fix first", upgradeLine(doc.FixFirst)},
		{"unfixed", "What no release fixes", unfixedLine(doc.Unfixed)}, {"spread", "Where the goods are, and where the gaps", gapLine(spreads(doc.Concentrations))},
		{"instead", "What could take their place", endingLine(doc.Endings)}, {"succession", "Who could take over", successionLine(successionOf(doc.Goods))},
	}
}

func keystoneLine(all []assess.Keystone) string {
	for _, k := range all {
		if k.Direct > 0 {
			return fmt.Sprintf("%s chose %s themselves; %s rest on it in all.", english.Say("{n|good|goods}", "n", k.Direct), cut(k.Package, 40), english.number(float64(k.AtRunTime())))
		}
	}
	return "No package is seen that several goods chose."
}

func upgradeLine(all []assess.Upgrade) string {
	if len(all) == 0 {
		return "No finding names a fixed version."
	}
	u := all[0]
	line := fmt.Sprintf("Upgrading %s in %s closes %s", cut(u.Package, 40), english.Say("{n|good|goods}", "n", len(u.Goods)), english.Say("{n|weakness|weaknesses}", "n", u.Closes))
	if u.Exploited > 0 {
		line += ", " + english.number(float64(u.Exploited)) + " of them known to be exploited"
	}
	return line + "."
}

func unfixedLine(all []assess.Unfixed) string {
	unmaintained := 0
	for _, u := range all {
		if u.Unmaintained {
			unmaintained++
		}
	}
	if len(all) == 0 {
		return "None was found."
	}
	line := english.Say("{n|package|packages}", "n", len(all))
	if len(all) == maxPackages {
		line = "The " + english.number(maxPackages) + " packages under the most goods"
	}
	if unmaintained > 0 {
		line += ", " + english.number(float64(unmaintained)) + " of them said to be unmaintained"
	}
	return line + "."
}

// maxPackages is how many packages a list of the document holds at most.
const maxPackages = 50

func gapLine(all []spread) string {
	for _, s := range all {
		if len(s.Gaps) > 0 {
			first := s.Gaps[0]
			return fmt.Sprintf("%s: all of %s that could be assessed are short of supports.", first.Title, english.Say("{n|good|goods}", "n", first.Assessed()))
		}
	}
	return "No goal, sector or country is seen of which every good is short of supports."
}

func endingLine(all []assess.Ending) string {
	with, without := endings(all)
	if len(all) == 0 {
		return "No good is fading, dormant or sunset."
	}
	return fmt.Sprintf("Of %s, %s have a living one like them in this catalog, %s have none.",
		english.Say("{n|good that ends|goods that end}", "n", len(all)), english.number(float64(len(with))), english.number(float64(len(without))))
}

func successionLine(s succession) string {
	n := len(s.Alone) + s.More
	if n == 0 {
		return "No good with load is seen to rest on one person alone."
	}
	return fmt.Sprintf("In %s with load nobody beside the most active person has a real share of the work.", english.Say("{n|good|goods}", "n", n))
}

// fewGoods is the number of goods below which no share is given: of three goods,
// one more is a third.
const fewGoods = 20

// spread is how the goods of a catalog lie over one of the things that it says.
type spread struct {
	assess.Concentration
	Title, One string
	Shown      []groupRow
	More       int
	Gaps       []groupRow // of which every good that could be assessed is short of supports
	Absent     []string   // goals that no good names
}

type groupRow struct {
	assess.Group
	Title string
	Share string // of the goods that are short of supports; empty where they are few
}

// spreadTitles name the kinds of group, for many and for one.
var spreadTitles = map[string][2]string{
	"sdg": {"Sustainable Development Goals", "Goal"}, "sector": {"Sectors", "Sector"}, "country": {"Countries of deployment", "Country"},
	"organization": {"Organizations, without funders", "Organization"}, "licence": {"Licences, as declared", "Licence"}, "type": {"Kinds", "Kind"},
}

// minGap is the least number of assessed goods of a group that is called a gap.
const minGap = 2

func spreads(all []assess.Concentration) []spread {
	var out []spread
	for _, c := range all {
		titles := spreadTitles[c.By]
		s := spread{Concentration: c, Title: titles[0], One: titles[1], More: max(0, len(c.Groups)-maxGroups)}
		named := map[string]bool{}
		for i, group := range c.Groups {
			named[group.Name] = true
			row := groupRow{Group: group, Title: groupTitle(c.By, group.Name)}
			if group.Assessed() >= fewGoods {
				row.Share = english.percent(float64(group.Short) / float64(group.Assessed()))
			}
			if i < maxGroups {
				s.Shown = append(s.Shown, row)
			}
			if group.AllShort() && group.Assessed() >= minGap {
				s.Gaps = append(s.Gaps, row)
			}
		}
		if c.By == "sdg" && len(c.Groups) > 0 {
			s.Absent = absentGoals(named)
		}
		out = append(out, s)
	}
	return out
}

func groupTitle(by, name string) string {
	if by == "sdg" {
		return goalTitle(name)
	}
	return name
}

// goals are the short titles of the United Nations.
var goals = [...]string{"No poverty", "Zero hunger", "Good health and well-being", "Quality education", "Gender equality", "Clean water and sanitation",
	"Affordable and clean energy", "Decent work and economic growth", "Industry, innovation and infrastructure", "Reduced inequalities",
	"Sustainable cities and communities", "Responsible consumption and production", "Climate action", "Life below water", "Life on land",
	"Peace, justice and strong institutions", "Partnerships for the goals"}

func goalTitle(name string) string {
	for i, title := range goals {
		if name == fmt.Sprint(i+1) {
			return name + " " + title
		}
	}
	return name
}

func absentGoals(named map[string]bool) []string {
	var absent []string
	for i, title := range goals {
		if n := fmt.Sprint(i + 1); !named[n] {
			absent = append(absent, n+" "+title)
		}
	}
	return absent
}

// likenessText says what two goods share in one part of their similarity.
func (w words) likenessText(l assess.Likeness) string {
	shared := cut(w.shortList(l.Shared), 90)
	switch {
	case l.Part == "type" && len(l.Shared) > 0:
		return "kind " + shared
	case len(l.Shared) == 0:
		return "no " + map[string]string{"sdg": "common goal", "sector": "common sector", "description": "common words", "type": "common kind"}[l.Part]
	case l.Part == "sdg":
		return "goals " + shared
	case l.Part == "sector":
		return "sector " + shared
	}
	return "words " + shared
}

// depthWords say how many could take over.
var depthWords = map[assess.Depth]string{
	assess.SeveralCould: "several", assess.OneCould: "one other", assess.NobodyCould: "nobody else", assess.NobodyThere: "work has stopped", assess.DepthUnknown: "unknown",
}

func (w words) depthWord(d assess.Depth) string {
	if word := depthWords[d]; word != "" {
		return word
	}
	return depthWords[assess.DepthUnknown]
}

func (w words) depthSentence(d assess.Depth) string {
	switch d {
	case assess.SeveralCould:
		return "Two others at least made one in ten of the commits of the last 12 months each."
	case assess.OneCould:
		return "One other person made at least one in ten of the commits of the last 12 months."
	case assess.NobodyCould:
		return "Beside the most active person nobody made one in ten of the commits of the last 12 months."
	case assess.NobodyThere:
		return "No person committed in the last 12 months."
	}
	return "Too little of the history could be read to tell."
}

// succession is what the portfolio page says of who could take over.
type succession struct {
	Counts []depthCount
	Alone  []Good // with load, at work, and nobody else to take over; the heaviest load first
	More   int
}

type depthCount struct {
	Depth assess.Depth
	N     int
}

func successionOf(goods []Good) succession {
	n := map[assess.Depth]int{}
	var s succession
	for _, good := range goods {
		n[good.Succession.Depth]++
		stage := good.Verdict.Stage
		loaded := stage == assess.MessyMiddle || stage == assess.Sustained || stage == assess.Fading
		if loaded && good.Succession.Depth == assess.NobodyCould {
			s.Alone = append(s.Alone, good)
		}
	}
	for _, d := range []assess.Depth{assess.SeveralCould, assess.OneCould, assess.NobodyCould, assess.NobodyThere, assess.DepthUnknown} {
		s.Counts = append(s.Counts, depthCount{d, n[d]})
	}
	sort.SliceStable(s.Alone, func(i, j int) bool { return loadOf(s.Alone[i]) > loadOf(s.Alone[j]) })
	if len(s.Alone) > maxListed {
		s.Alone, s.More = s.Alone[:maxListed], len(s.Alone)-maxListed
	}
	return s
}

// loadOf is the score of a good's load, below zero where nothing is known of it.
func loadOf(good Good) float64 {
	if good.Verdict.Load.Score.Score == nil {
		return -1
	}
	return *good.Verdict.Load.Score.Score
}

// share writes a share that may be unknown.
func (w words) share(f *float64) string {
	if f == nil {
		return "unknown"
	}
	return w.percent(*f)
}

// whole writes a number that may be unknown.
func (w words) whole(f *float64) string {
	if f == nil {
		return "unknown"
	}
	return w.number(*f)
}

// years writes how long something has been public.
func (w words) years(from, to time.Time) string {
	days := int(to.Sub(from).Hours() / 24)
	switch {
	case from.IsZero():
		return "unknown"
	case days < 1:
		return "today"
	case days < 60:
		return w.Say("{n|day|days}", "n", days)
	case days < 730:
		return w.Say("{n|month|months}", "n", days/30)
	}
	return w.Say("{n|year|years}", "n", days/365)
}

// endings are the goods that end and have something to name in their place, and
// how many have nothing.
func endings(all []assess.Ending) (with []assess.Ending, without []assess.Ending) {
	for _, e := range all {
		if len(e.Alternatives) > 0 {
			with = append(with, e)
		} else {
			without = append(without, e)
		}
	}
	return slices.Clip(with), without
}
